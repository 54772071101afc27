import fc from 'fast-check';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  createBooking,
  expireBookings,
  markArrival,
} from '../../src/features/bookings/commands.ts';
import { expiries } from '../../src/features/bookings/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { answerAppeal, appealNoShow, pardonSession } from '../../src/features/no-shows/commands.ts';
import { pausedUntil } from '../../src/features/no-shows/policy.ts';
import { findNoShow, listAppeals, listNoShows } from '../../src/features/no-shows/queries.ts';
import { noShows, type NoShow } from '../../src/features/no-shows/table.ts';
import { carryOutStops, stopSessions } from '../../src/features/stops/commands.ts';
import { joinWaitlist } from '../../src/features/waitlist/commands.ts';
import { addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { manager } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

/** Books sessions of the coming days and comes to none. */
async function missed(world: World, person: Person, days: readonly number[]) {
  const missedOnes: { session: HallSession; bookingId: string }[] = [];
  for (const day of days) {
    const session = await world.session({ startsAt: addMinutes(later(day), 120) });
    missedOnes.push({ session, bookingId: await world.book(person, session) });
  }
  await expireBookings(world.at(later(Math.max(...days) + 1)));
  return missedOnes;
}

/** A hall has one session at a time. */
let minutes = 0;

async function book(world: World, person: Person, now: Date, extra: object = {}) {
  const session = await world.session({
    startsAt: addMinutes(now, 24 * 60 + (minutes += 1)),
    bookingOpensAt: NOW,
  });
  const input = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
  return createBooking(world.at(now), person, { ...input, ...extra }, key());
}

describe('two no-shows', () => {
  it('pause booking for thirty days, and say until when', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    await missed(world, person, [1, 2]);
    const now = later(4);
    await expect(book(world, person, now)).rejects.toMatchObject({
      code: 'conflict',
      reason: 'booking_paused',
      message: expect.stringContaining('12月27日') as string,
    });
    const session = await world.session({ startsAt: later(5), bookingOpensAt: NOW, openPlaces: 0 });
    const wait = { adults: 1, children: 0, leastPlaces: 1, contactName: '示例' };
    await expect(
      joinWaitlist(world.at(now), person, { sessionId: session.id, ...wait }, key()),
    ).rejects.toMatchObject({ reason: 'booking_paused' });
    await book(world, person, later(34));
  });

  it('pause nobody else, and one pauses nobody', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    await missed(world, person, [1]);
    await book(world, person, later(4));
    await book(world, (await world.person()).person, later(4));
  });

  it('are one when somebody came after all, as a device without a link told late', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    const [first] = await missed(world, person, [1, 2]);
    await world.ctx.db.delete(expiries).where(eq(expiries.bookingId, first!.bookingId));
    expect(await listNoShows(world.at(later(4)), person.id)).toMatchObject([
      { state: 'withdrawn' },
      { state: 'counted' },
    ]);
    await book(world, person, later(4));
  });

  it('pause as the page says, whatever happened when', async () => {
    const world = await createWorld();
    const { db } = world.ctx;
    await db.$client.execute('PRAGMA foreign_keys = OFF');
    const points = fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 240 * 24 }),
        state: fc.constantFrom<NoShow['state']>('counted', 'pardoned', 'withdrawn'),
      }),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(points, async (all) => {
        await db.delete(noShows);
        const rows = all.map(({ hours, state }, nth) => ({
          ...{ bookingId: String(nth), personId: 'p', sessionId: 's', state },
          happenedAt: addMinutes(NOW, -hours * 60),
        }));
        if (rows.length > 0) await db.insert(noShows).values(rows);
        const { rows: found } = await db.$client.execute('SELECT until FROM booking_pauses');
        const until = Number(found[0]?.['until'] ?? 0);
        const paused = until > NOW.getTime() ? new Date(until) : undefined;
        expect(paused).toEqual(pausedUntil(rows, NOW));
        expect(pausedUntil(await listNoShows(world.ctx, 'p'), NOW)).toEqual(paused);
      }),
      { numRuns: 60 },
    );
  });
});

describe('mercy', () => {
  it('pardons a whole session before or after it', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const { person } = await world.person();
    const before = await world.session({ startsAt: addMinutes(later(1), 120) });
    const pardon = (session: HallSession) =>
      pardonSession(world.ctx, by, { sessionId: session.id, reason: '公交停运' }, key());
    await pardon(before);
    await world.book(person, before);
    const [after] = await missed(world, person, [2]);
    await pardon(after!.session);
    const found = await listNoShows(world.at(later(4)), person.id);
    expect(found.map(({ state }) => state)).toEqual(['pardoned', 'pardoned']);
    await expect(pardon(before)).rejects.toMatchObject({ reason: 'already_pardoned' });
  });

  it('counts nothing that the hall has stopped, not even within its minute', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const { person } = await world.person();
    const session = await world.session();
    await world.book(person, session);
    const day = calendarDate(session.startsAt);
    const about = { cause: 'weather', reason: '台风红色预警', fromDay: day, untilDay: day };
    const end = addMinutes(session.endsAt, -0.5);
    await stopSessions(world.at(end), by, { hallSlug: session.hallSlug, ...about }, key());
    await expireBookings(world.at(session.endsAt));
    expect(await listNoShows(world.at(later(1)), person.id)).toEqual([]);
    expect(await carryOutStops(world.at(addMinutes(end, 1)))).toBe(0);
  });

  it('counts nothing under an orange warning of this site, and nobody’s neighbour’s', async () => {
    for (const [region, state] of [
      ['320900', 'pardoned'],
      ['320000', 'pardoned'],
      [null, 'pardoned'],
      ['360222', 'counted'],
    ] as const) {
      const world = await createWorld();
      const { person } = await world.person();
      await world.ctx.db.$client.execute('PRAGMA foreign_keys = OFF');
      await world.ctx.db.$client.batch(
        [
          'DROP TRIGGER banners_guard',
          {
            sql: `INSERT INTO banners (id, line, level, region, hours, written_by, written_at, released_at, until)
              VALUES ('1', '台风', 'orange', ?, 24, 'x', ?, ?, ?)`,
            args: [region, NOW.getTime(), NOW.getTime(), later(1).getTime()],
          },
        ],
        'write',
      );
      const session = await world.session();
      await world.book(person, session);
      await expireBookings(world.at(session.endsAt));
      expect(await listNoShows(world.at(later(1)), person.id)).toMatchObject([{ state }]);
    }
  });

  it('hears an appeal in one tap, and the manager’s yes opens booking again', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const { person } = await world.person();
    const [first] = await missed(world, person, [1, 2]);
    const at = world.at(later(4));
    const { bookingId } = first!;
    await appealNoShow(at, person, { bookingId, grounds: 'came' }, key());
    await expect(book(world, person, later(4))).rejects.toMatchObject({ reason: 'booking_paused' });
    const [open] = await listAppeals(at, first!.session.hallSlug);
    expect(open).toMatchObject({ appeal: { state: 'asked', grounds: 'came' } });
    const answer = { bookingId, decision: 'granted', reason: '监控里看到了' };
    await answerAppeal(at, by, answer, key());
    await book(world, person, later(4));
    const [own] = await findNoShow(at, person.id, bookingId);
    expect(own).toMatchObject({
      noShow: { state: 'pardoned' },
      answer: { reason: '监控里看到了' },
    });
  });

  it('says no with a reason, once', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const { person } = await world.person();
    const [first] = await missed(world, person, [1, 2]);
    const at = world.at(later(4));
    const { bookingId } = first!;
    await appealNoShow(at, person, { bookingId, grounds: 'travel' }, key());
    const answer = { bookingId, decision: 'refused', reason: '当天公交正常' };
    await answerAppeal(at, by, answer, key());
    await expect(answerAppeal(at, by, answer, key())).rejects.toMatchObject({
      reason: 'appeal_already_answered',
    });
    await expect(
      appealNoShow(at, person, { bookingId, grounds: 'came' }, key()),
    ).rejects.toMatchObject({ reason: 'already_appealed' });
    await expect(book(world, person, later(4))).rejects.toMatchObject({ reason: 'booking_paused' });
  });

  it('lets nobody appeal for others, nor answer their own', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    const [first] = await missed(world, person, [1]);
    const at = world.at(later(4));
    const { bookingId } = first!;
    const stranger = (await world.person()).person;
    await expect(
      appealNoShow(at, stranger, { bookingId, grounds: 'came' }, key()),
    ).rejects.toMatchObject({ code: 'not_found' });
    await appealNoShow(at, person, { bookingId, grounds: 'other' }, key());
    const answer = { bookingId, decision: 'granted', reason: '示例理由' };
    await expect(answerAppeal(at, person, answer, key())).rejects.toMatchObject({
      reason: 'appeal_unknown',
    });
    await expect(
      answerAppeal(at, (await world.staff()).person, answer, key()),
    ).rejects.toMatchObject({ reason: 'appeal_unknown' });
  });
});

it('a booking that arrives is no no-show', async () => {
  const world = await createWorld();
  const { person } = await world.person();
  const { person: staff } = await world.staff();
  const session = await world.session();
  const bookingId = await world.book(person, session);
  await markArrival(world.at(session.startsAt), staff, { bookingId }, key());
  await expireBookings(world.at(session.endsAt));
  expect(await world.ctx.db.select().from(noShows)).toEqual([]);
  expect(await world.ctx.db.select().from(hallSessions)).toMatchObject([{ booked: 1 }]);
});
