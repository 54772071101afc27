import { eq, inArray } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { cancelBooking } from '../../src/features/bookings/commands.ts';
import { createGroupRequest, withdrawGroupRequest } from '../../src/features/groups/commands.ts';
import { findOwnGroup } from '../../src/features/groups/queries.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { lapseReplacements, takeReplacement } from '../../src/features/replacements/commands.ts';
import { findReplacements } from '../../src/features/replacements/queries.ts';
import { carryOutStops, stopSessions } from '../../src/features/stops/commands.ts';
import { findStopToTell } from '../../src/features/stops/queries.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const hallSlug = testHall.slug;

/** A school with a class each in some sessions of one day, which the hall stops. */
async function stopped(classes = 2, others: Partial<HallSession>[] = [{}, {}]) {
  const world = await createWorld();
  const by = await manager(world);
  const pool = { capacity: 44, groupPlaces: 44 };
  const own = [];
  for (let nth = 0; nth < classes; nth += 1) {
    own.push(await world.session({ startsAt: addMinutes(NOW, 7 * DAY + nth * 90), ...pool }));
  }
  const room: HallSession[] = [];
  for (const [nth, values] of others.entries()) {
    const startsAt = addMinutes(NOW, 9 * DAY + nth * 90);
    room.push(await world.session({ startsAt, ...pool, ...values }));
  }
  const leader = (await world.person()).person;
  const parts = own.map(({ id }, nth) => ({
    ...{ sessionId: id, label: `三年级${nth + 1}班`, adults: 4, boys: 20, girls: 20, others: 0 },
  }));
  const { requestId } = await createGroupRequest(
    world.ctx,
    leader,
    {
      ...{ hallSlug, kind: 'school', groupName: '示例第一小学', leaderName: '示例陈静' },
      ...{ buses: 1, lunch: false, needs: '', classes: parts },
    },
    key(),
  );
  const lost = (await findOwnGroup(world.ctx, leader.id, requestId))!.classes;
  const day = calendarDate(own[0]!.startsAt);
  const about = { cause: 'equipment', reason: '停电' };
  await stopSessions(world.ctx, by, { hallSlug, fromDay: day, untilDay: day, ...about }, key());
  const later = world.at(addMinutes(NOW, 1));
  const counters = async (...sessions: HallSession[]) => {
    const ids = sessions.map(({ id }) => id);
    const rows = await world.ctx.db
      .select()
      .from(hallSessions)
      .where(inArray(hallSessions.id, ids));
    return ids.map((id) => rows.find((one) => one.id === id)?.bookedGroups);
  };
  const group = async () => (await findOwnGroup(world.ctx, leader.id, requestId))!;
  const told = async () =>
    (await world.ctx.db.select().from(outboxMessages)).map(({ template }) => template);
  return { world, own, room, leader, requestId, lost, later, counters, group, told };
}

it('holds a session for each class, and its name, numbers and pool go with it', async () => {
  const { world, own, room, lost, later, counters, group, told } = await stopped();
  expect(await carryOutStops(later)).toBe(2);
  expect(await counters(...own, ...room)).toEqual([0, 0, 44, 44]);
  const { classes } = await group();
  expect(
    classes.map(({ class: part, booking, session }) => [part.label, booking.state, session.id]),
  ).toEqual(room.map(({ id }, nth) => [`三年级${nth + 1}班`, 'booked', id]));
  expect(classes[0]).toMatchObject({ class: { boys: 20, girls: 20 }, booking: { children: 40 } });
  expect((await told()).filter((one) => one === 'booking_stopped_held')).toHaveLength(2);
  const toTell = await findStopToTell(world.ctx, lost[0]!.booking.id);
  expect(toTell?.heldUntil).toBe(addMinutes(NOW, 3 * DAY + 1).getTime());
  expect(await carryOutStops(world.at(addMinutes(NOW, 2)))).toBe(0);
});

it('is the leader’s to take, once, and stays then', async () => {
  const { world, leader, later, group, counters, room } = await stopped(1);
  await carryOutStops(later);
  const { booking } = (await group()).classes[0]!;
  const stranger = (await world.person()).person;
  const input = { bookingId: booking.id };
  await expect(takeReplacement(later, stranger, input, key())).rejects.toMatchObject({
    code: 'not_found',
  });
  await takeReplacement(later, leader, input, key());
  await expect(takeReplacement(later, leader, input, key())).rejects.toMatchObject({
    reason: 'replacement_gone',
  });
  expect(await lapseReplacements(world.at(addMinutes(NOW, 5 * DAY)))).toBe(0);
  expect(await counters(...room)).toEqual([44, 0]);
});

it('goes back to everybody when nobody takes it, or the leader does not want it', async () => {
  const { world, leader, later, group, counters, room, told } = await stopped();
  await carryOutStops(later);
  const [first, second] = (await group()).classes;
  await cancelBooking(later, leader, { bookingId: first!.booking.id }, key());
  await expect(
    takeReplacement(later, leader, { bookingId: first!.booking.id }, key()),
  ).rejects.toMatchObject({ reason: 'replacement_gone' });
  const due = world.at(addMinutes(NOW, 3 * DAY + 1));
  expect(await lapseReplacements(world.at(addMinutes(NOW, 3 * DAY)))).toBe(0);
  const runs = await Promise.all([lapseReplacements(due), lapseReplacements(due)]);
  expect(runs[0] + runs[1]).toBe(1);
  expect(await counters(...room)).toEqual([0, 0]);
  expect((await told()).filter((one) => one === 'class_replacement_lapsed')).toHaveLength(1);
  const held = await findReplacements(world.ctx, [second!.booking.id]);
  expect(held.get(second!.booking.id)?.state).toBe('lapsed');
});

it('is told without one where no session has room for the whole class', async () => {
  const { later, counters, room, told, own } = await stopped(1, [
    { capacity: 43, groupPlaces: 43 },
    { groupPlaces: 0 },
  ]);
  expect(await carryOutStops(later)).toBe(1);
  expect(await counters(...room, ...own)).toEqual([0, 0, 0]);
  expect(await told()).toContain('booking_stopped');
});

it('goes with its group when that is withdrawn', async () => {
  const { leader, requestId, later, counters, room } = await stopped();
  await carryOutStops(later);
  await withdrawGroupRequest(later, leader, { requestId }, key());
  expect(await counters(...room)).toEqual([0, 0]);
});

it('is never held beyond the places that groups have, whatever else asks for them', async () => {
  const { world, later, counters, room } = await stopped(2, [{}]);
  const { id } = room[0]!;
  await Promise.all([carryOutStops(later), carryOutStops(later)]);
  expect(await counters(...room)).toEqual([44]);
  const [row] = await world.ctx.db.select().from(hallSessions).where(eq(hallSessions.id, id));
  expect(row).toMatchObject({ booked: 44 });
});
