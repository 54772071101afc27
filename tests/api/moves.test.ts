import { eq, inArray } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { bookingCalendar } from '../../functions/calendar.ts';
import {
  cancelBooking,
  changeBooking,
  createBooking,
  expireBookings,
} from '../../src/features/bookings/commands.ts';
import { bookingHistory } from '../../src/features/bookings/policy.ts';
import { findBookingToRemind, findOwnBooking } from '../../src/features/bookings/queries.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { moveParties } from '../../src/features/moves/commands.ts';
import { planText } from '../../src/features/moves/policy.ts';
import { findLatestMove, listMoves, planMoves } from '../../src/features/moves/queries.ts';
import { hallMoves } from '../../src/features/moves/table.ts';
import { noShows } from '../../src/features/no-shows/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { reportOutage } from '../../src/features/outages/commands.ts';
import { joinWaitlist } from '../../src/features/waitlist/commands.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const hallSlug = testHall.slug;

/** A session of tomorrow with some families, of which the last have to go, and one on the day after. */
async function overfull(families = 3, room: Partial<HallSession> = {}) {
  const world = await createWorld();
  const by = await manager(world);
  const session = await world.session({ startsAt: addMinutes(NOW, DAY) });
  const beside = await world.session({ startsAt: addMinutes(NOW, 2 * DAY), ...room });
  const booked = [];
  for (let nth = 0; nth < families; nth += 1) {
    const { person } = await world.person();
    const input = { sessionId: session.id, adults: 2, children: 0, contactName: '示例王芳' };
    const at = world.at(addMinutes(NOW, nth / 60));
    const { bookingId } = await createBooking(at, person, input, key());
    booked.push({ person, bookingId });
  }
  const days = { fromDay: '2026-11-26', untilDay: '2026-11-26' };
  const wish = { hallSlug, what: 'exhibit:地震屋', reason: '检修', ...days };
  const places = String(families * 2 - 3);
  const { outageId } = await reportOutage(world.ctx, by, { ...wish, places }, key());
  const confirm = async () => ({
    ...{ hallSlug, outageId },
    plan: planText((await planMoves(world.ctx, hallSlug, outageId))!.plan.moves),
  });
  return { world, by, session, beside, booked, outageId, confirm };
}

const told = ({ ctx }: World) =>
  ctx.db.select().from(outboxMessages).where(eq(outboxMessages.template, 'booking_moved'));

async function countersOf({ ctx }: World, ...sessions: HallSession[]) {
  const ids = sessions.map(({ id }) => id);
  const rows = await ctx.db.select().from(hallSessions).where(inArray(hallSessions.id, ids));
  return ids.map((id) => rows.find((one) => one.id === id)?.booked);
}

describe('moving the surplus of an outage', () => {
  it('moves who booked last in one act, and tells each; nobody before', async () => {
    const { world, by, session, beside, booked, confirm, outageId } = await overfull();
    const asked = await confirm();
    expect(await told(world)).toEqual([]);
    expect(await moveParties(world.ctx, by, asked, key())).toEqual({ moved: 2 });
    expect(await countersOf(world, session, beside)).toEqual([2, 4]);
    expect(await told(world)).toHaveLength(2);
    const made = await listMoves(world.ctx, outageId);
    expect(made.map(({ booking }) => booking.id).toSorted()).toEqual(
      booked
        .slice(1)
        .map(({ bookingId }) => bookingId)
        .toSorted(),
    );
    expect((await planMoves(world.ctx, hallSlug, outageId))?.surplus).toEqual([]);
  });

  it('is one act when it is sent twice', async () => {
    const { world, by, confirm } = await overfull();
    const [asked, same] = [await confirm(), key()];
    const first = await moveParties(world.ctx, by, asked, same);
    expect(await moveParties(world.ctx, by, asked, same)).toEqual(first);
    expect(await told(world)).toHaveLength(2);
  });

  it('leaves each a way out: another session, or cancelling, without points', async () => {
    const { world, by, session, beside, booked, confirm } = await overfull();
    await moveParties(world.ctx, by, await confirm(), key());
    const [, second, third] = booked;
    const ticket = await findOwnBooking(world.ctx, second!.person.id, second!.bookingId);
    const moved = await findLatestMove(world.ctx, second!.bookingId);
    expect(bookingHistory(ticket!, [], moved).at(-1)).toMatchObject({
      title: '场馆给改了',
      state: 'now',
    });
    expect(bookingCalendar(ticket!, new URL('https://example.cn/'), NOW)).toContain('SEQUENCE:2');
    const reminded = await findBookingToRemind(world.ctx, second!.bookingId);
    expect(reminded?.lastChangeId).toBe(moved?.move.id);
    const elsewhere = await world.session({ startsAt: addMinutes(NOW, 3 * DAY) });
    const change = { bookingId: second!.bookingId, sessionId: elsewhere.id };
    await changeBooking(world.ctx, second!.person, { ...change, adults: 2, children: 0 }, key());
    await cancelBooking(world.ctx, third!.person, { bookingId: third!.bookingId }, key());
    expect(await countersOf(world, session, beside, elsewhere)).toEqual([2, 0, 2]);
  });

  it('blames nobody who stays away from where the hall has put them', async () => {
    const { world, by, beside, booked, confirm } = await overfull();
    await moveParties(world.ctx, by, await confirm(), key());
    await expireBookings(world.at(beside.endsAt));
    const rows = await world.ctx.db.select().from(noShows);
    const stateOf = (nth: number) =>
      rows.find(({ bookingId }) => bookingId === booked[nth]!.bookingId)?.state;
    expect([0, 1, 2].map(stateOf)).toEqual(['counted', 'pardoned', 'pardoned']);
  });

  it('gives one change back to whoever had used up theirs', async () => {
    const { world, by, booked, confirm } = await overfull();
    const last = booked.at(-1)!;
    await world.ctx.db.update(bookings).set({ changes: 3 }).where(eq(bookings.id, last.bookingId));
    await moveParties(world.ctx, by, await confirm(), key());
    const [row] = await world.ctx.db.select().from(bookings).where(eq(bookings.id, last.bookingId));
    expect(row).toMatchObject({ changes: 2, moves: 1 });
  });

  it('takes no place from those who wait for a session', async () => {
    const { world, beside, outageId } = await overfull(3, { capacity: 5 });
    const { person } = await world.person();
    await world.book((await world.person()).person, beside);
    const wait = { sessionId: beside.id, adults: 5, children: 0, contactName: '示例' };
    await joinWaitlist(world.ctx, person, wait, key());
    const plan = (await planMoves(world.ctx, hallSlug, outageId))!.plan;
    expect(plan.moves).toEqual([]);
    expect(plan.left.map(({ because }) => because)).toEqual(['nothing_fits', 'nothing_fits']);
  });

  it('does nothing at all, and names the session, when a place has gone meanwhile', async () => {
    const { world, by, session, beside, confirm } = await overfull(3, { capacity: 4 });
    const asked = await confirm();
    await world.book((await world.person()).person, beside);
    await expect(moveParties(world.ctx, by, asked, key())).rejects.toMatchObject({
      reason: 'plan_overtaken',
      message: expect.stringContaining('11月27日周五 08:00–09:15刚刚被别人约走了名额') as string,
    });
    expect(await countersOf(world, session, beside)).toEqual([6, 1]);
    expect(await told(world)).toEqual([]);
    expect(await world.ctx.db.select().from(hallMoves)).toEqual([]);
  });

  it('races with bookings: all are moved or nobody, and nothing is oversold', async () => {
    const { world, by, session, beside, confirm } = await overfull(4, { capacity: 6 });
    const asked = await confirm();
    const families = await Promise.all(
      Array.from({ length: 6 }, async () => (await world.person()).person),
    );
    const results = await Promise.allSettled([
      ...families.slice(0, 3).map((one) => world.book(one, beside)),
      moveParties(world.ctx, by, asked, key()),
      ...families.slice(3).map((one) => world.book(one, beside)),
    ]);
    const isMoved = results[3]?.status === 'fulfilled';
    const newcomers = results.filter(
      ({ status }, nth) => nth !== 3 && status === 'fulfilled',
    ).length;
    expect(await told(world)).toHaveLength(isMoved ? 2 : 0);
    expect(await countersOf(world, session, beside)).toEqual(
      isMoved ? [4, 4 + newcomers] : [8, newcomers],
    );
    expect((await countersOf(world, beside))[0]).toBeLessThanOrEqual(6);
  });
});
