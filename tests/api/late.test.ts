import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markArrival } from '../../src/features/bookings/commands.ts';
import { recordDoorEvent, recordDoorEvents } from '../../src/features/door/commands.ts';
import { readDoorDay } from '../../src/features/door/queries.ts';
import { createGroupRequest } from '../../src/features/groups/commands.ts';
import { findOwnGroup } from '../../src/features/groups/queries.ts';
import { hallSessions, halls, type HallSession } from '../../src/features/halls/table.ts';
import { releaseLatePlaces, saveLateRule } from '../../src/features/releases/commands.ts';
import { keptUntil } from '../../src/features/releases/policy.ts';
import { placeReleases } from '../../src/features/releases/table.ts';
import { carryOutStops, stopSessions } from '../../src/features/stops/commands.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { doorDevice } from '../helpers/door.ts';
import { manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DOOR = { role: 'hall_staff', scopeKind: 'hall', scopeId: 'yancheng' } as const;
const hallSlug = testHall.slug;

/** A session that begins in ten minutes, with families who may come late or never. */
async function evening(sizes: readonly number[], values: Partial<HallSession> = {}) {
  const world = await createWorld();
  const { person } = await world.staff();
  const staff = { id: person.id, roles: [DOOR] };
  const startsAt = addMinutes(NOW, 10);
  const closes = addMinutes(NOW, 60);
  const session = await world.session({ startsAt, bookingClosesAt: closes, ...values });
  const bookingIds: string[] = [];
  for (const adults of sizes) {
    const owner = (await world.person()).person;
    bookingIds.push(await world.book(owner, session, { adults, children: 0 }));
  }
  const at = (minutes: number) => world.at(addMinutes(startsAt, minutes));
  const come = (input: object, minutes: number) =>
    recordDoorEvent(at(minutes), staff, { hallSlug, ...input }, key());
  const walkIn = (people: number, minutes: number) =>
    come({ sessionId: session.id, people: String(people) }, minutes);
  const counters = async () => {
    const rows = await world.ctx.db
      .select()
      .from(hallSessions)
      .where(eq(hallSessions.id, session.id));
    return rows[0]!;
  };
  return { world, staff, session, bookingIds, at, come, walkIn, counters };
}

describe('places of those who have not come', () => {
  it('are kept for a stated time, then free for walk-ins', async () => {
    const { at, come, walkIn, counters, bookingIds, session } = await evening([2, 3], {
      capacity: 5,
    });
    await come({ bookingId: bookingIds[0]! }, 0);
    expect(keptUntil(session, { lateMinutes: 15 }, 'individual')).toEqual(at(15).now);
    expect(await releaseLatePlaces(at(14))).toBe(0);
    await expect(walkIn(1, 14)).rejects.toMatchObject({ reason: 'session_full' });
    expect(await releaseLatePlaces(at(15))).toBe(1);
    expect(await releaseLatePlaces(at(16))).toBe(0);
    await walkIn(3, 16);
    await expect(walkIn(1, 17)).rejects.toMatchObject({ reason: 'session_full' });
    expect(await counters()).toMatchObject({ booked: 5, bookedWalkIns: 3 });
  });

  it('are the family’s again as long as nobody has them, also before what is kept for walk-ins', async () => {
    const { at, come, walkIn, counters, bookingIds } = await evening([3], {
      ...{ capacity: 5, walkInPlaces: 2 },
    });
    await releaseLatePlaces(at(15));
    await walkIn(2, 16);
    await come({ bookingId: bookingIds[0]! }, 17);
    expect(await counters()).toMatchObject({ booked: 5, bookedWalkIns: 2 });
    await expect(walkIn(1, 18)).rejects.toMatchObject({ reason: 'session_full' });
  });

  it('refuse a party that finds no room with what it can do, and mark nothing', async () => {
    const { world, at, come, walkIn, counters, bookingIds } = await evening([3], { capacity: 4 });
    await world.session({ startsAt: addMinutes(NOW, 130), capacity: 10 });
    await releaseLatePlaces(at(15));
    await walkIn(2, 16);
    const refused = come({ bookingId: bookingIds[0]! }, 17);
    await expect(refused).rejects.toMatchObject({
      reason: 'places_given_away',
      message: expect.stringContaining('只剩2个空位。可以等今天的10:10–11:25') as string,
    });
    const { person: staff } = await world.staff();
    await expect(
      markArrival(at(17), staff, { bookingId: bookingIds[0]! }, key()),
    ).rejects.toMatchObject({ reason: 'places_given_away' });
    expect(await counters()).toMatchObject({ booked: 2 });
    const day = await readDoorDay(at(18), hallSlug);
    expect(day.parties[0]).toMatchObject({ released: 3, state: 'booked' });
  });

  it('name a party that went in on a device’s word as one too many, and sell nothing twice', async () => {
    const { staff, session, at, walkIn, counters, bookingIds } = await evening([3], {
      capacity: 4,
    });
    await releaseLatePlaces(at(15));
    await walkIn(2, 16);
    const device = doorDevice(session.id, at(17).now);
    const event = device.note({ bookingId: bookingIds[0]!, people: 3 });
    const { outcomes } = await recordDoorEvents(at(17), staff, device.batch([event]));
    expect(outcomes).toEqual([{ id: event.id, outcome: 'noted' }]);
    expect(await counters()).toMatchObject({ booked: 4, bookedWalkIns: 2 });
    const { conflicts, parties } = await readDoorDay(at(18), hallSlug);
    expect(parties[0]).toMatchObject({ state: 'arrived', released: 1 });
    expect(conflicts).toMatchObject([
      { kind: 'late_over', title: expect.stringContaining('多了1人') as string },
    ]);
    await expect(walkIn(1, 19)).rejects.toMatchObject({ reason: 'session_full' });
  });

  it('stay as they are where a session holds more than it opens, or has been stopped', async () => {
    const { world, at, session } = await evening([3], { capacity: 4 });
    const { db } = world.ctx;
    await db.update(hallSessions).set({ openPlaces: 2 }).where(eq(hallSessions.id, session.id));
    expect(await releaseLatePlaces(at(15))).toBe(0);
    await db.update(hallSessions).set({ openPlaces: 4 }).where(eq(hallSessions.id, session.id));
    const by = await manager(world);
    const day = calendarDate(session.startsAt);
    const stop = { hallSlug, fromDay: day, untilDay: day, cause: 'equipment', reason: '停电' };
    await stopSessions(at(15), by, stop, key());
    expect(await releaseLatePlaces(at(15))).toBe(0);
  });

  it('are not given back twice when the session is stopped later', async () => {
    const { world, at, session, walkIn, counters } = await evening([3, 2], { capacity: 6 });
    await releaseLatePlaces(at(15));
    await walkIn(4, 16);
    const by = await manager(world);
    const day = calendarDate(session.startsAt);
    const stop = { hallSlug, fromDay: day, untilDay: day, cause: 'equipment', reason: '停电' };
    await stopSessions(at(17), by, stop, key());
    expect(await carryOutStops(at(18))).toBe(2);
    expect(await counters()).toMatchObject({ booked: 4, bookedWalkIns: 4 });
    await expect(walkIn(1, 19)).rejects.toMatchObject({ reason: 'session_stopped' });
  });

  it('wait twice as long for a class', async () => {
    const world = await createWorld();
    const { person: member } = await world.staff();
    const session = await world.session({
      ...{ startsAt: addMinutes(NOW, 5 * 24 * 60), capacity: 44, groupPlaces: 44 },
    });
    const leader = (await world.person()).person;
    const part = {
      sessionId: session.id,
      label: '一班',
      adults: 4,
      boys: 20,
      girls: 20,
      others: 0,
    };
    const { requestId } = await createGroupRequest(
      world.ctx,
      leader,
      {
        ...{ hallSlug, kind: 'school', groupName: '示例第一小学', leaderName: '示例陈静' },
        ...{ buses: 1, lunch: false, needs: '', classes: [part] },
      },
      key(),
    );
    const at = (minutes: number) => world.at(addMinutes(session.startsAt, minutes));
    const read = async () => (await world.ctx.db.select().from(hallSessions))[0]!;
    expect(await releaseLatePlaces(at(29))).toBe(0);
    expect(await releaseLatePlaces(at(30))).toBe(1);
    expect(await read()).toMatchObject({ booked: 0, bookedGroups: 0, groupPlaces: 0 });
    const group = await findOwnGroup(world.ctx, leader.id, requestId);
    const bookingId = group!.classes[0]!.booking.id;
    await recordDoorEvent(at(31), { id: member.id, roles: [DOOR] }, { hallSlug, bookingId }, key());
    expect(await read()).toMatchObject({ booked: 44, bookedGroups: 44, groupPlaces: 44 });
  });

  it('follow the hall’s own rule, which its manager sets', async () => {
    const { world, at } = await evening([2]);
    const by = await manager(world);
    await saveLateRule(world.ctx, by, { hallSlug, lateMinutes: '40' }, key());
    expect((await world.ctx.db.select().from(halls))[0]?.lateMinutes).toBe(40);
    expect(await releaseLatePlaces(at(39))).toBe(0);
    expect(await releaseLatePlaces(at(40))).toBe(1);
  });

  it('are let go once, however many runs there are at once, and race with who comes', async () => {
    const { at, come, counters, bookingIds, walkIn, world } = await evening([3, 3], {
      capacity: 6,
    });
    const results = await Promise.allSettled([
      releaseLatePlaces(at(15)),
      come({ bookingId: bookingIds[0]! }, 15),
      releaseLatePlaces(at(15)),
      ...Array.from({ length: 5 }, () => walkIn(2, 15)),
    ]);
    const walked = results.slice(3).filter(({ status }) => status === 'fulfilled').length * 2;
    const cameIn = results[1]?.status === 'fulfilled' ? 3 : 0;
    expect(walked + cameIn).toBeLessThanOrEqual(6);
    const kept = await world.ctx.db.select().from(placeReleases);
    const given = kept.reduce((sum, { places }) => sum + places, 0);
    expect((await counters()).booked).toBe(6 - given + walked);
  });

  it('never let in more than the session opens, in whatever order people come', async () => {
    const act = fc.record({
      what: fc.constantFrom('family', 'walk-in', 'release' as const),
      nth: fc.nat(2),
      people: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 9 }), async (acts) => {
        const { at, come, walkIn, counters, bookingIds } = await evening([3, 2, 4], {
          ...{ capacity: 10, walkInPlaces: 1 },
        });
        for (const [nth, { what, nth: who, people }] of acts.entries()) {
          const minutes = 15 + nth;
          if (what === 'release') await releaseLatePlaces(at(minutes));
          else if (what === 'family') {
            await come({ bookingId: bookingIds[who]! }, minutes).catch(() => undefined);
          } else await walkIn(people, minutes).catch(() => undefined);
          const day = await readDoorDay(at(minutes), hallSlug);
          const inside =
            day.parties.reduce((sum, { tally }) => sum + tally.entered, 0) +
            day.sessions[0]!.walkIns.entered;
          const { booked, bookedWalkIns } = await counters();
          expect(inside).toBeLessThanOrEqual(10);
          expect(booked).toBeLessThanOrEqual(10);
          expect(bookedWalkIns).toBe(day.sessions[0]!.walkIns.entered);
          // Every place counted is somebody’s: who is inside, or who may still come.
          const waiting = day.parties
            .filter(({ state }) => state === 'booked')
            .reduce((sum, { size, released }) => sum + size - released, 0);
          expect(booked).toBe(inside + waiting);
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe('the door in a house of zones', () => {
  it('leads a party from zone to zone, and only who is inside', async () => {
    const { come, at, bookingIds, session, walkIn, world } = await evening([2]);
    const bookingId = bookingIds[0]!;
    const move = (input: object, minutes = 5) => come({ act: 'move', ...input }, minutes);
    await expect(move({ bookingId, zone: '地质灾害' })).rejects.toMatchObject({
      reason: 'not_inside',
    });
    await come({ bookingId }, 0);
    await walkIn(3, 1);
    await expect(move({ bookingId, zone: '' })).rejects.toMatchObject({ reason: 'zone_missing' });
    await move({ bookingId, zone: '地质灾害' });
    await move({ sessionId: session.id, zone: '海洋灾害' });
    await move({ bookingId, zone: '安全生产' }, 6);
    const day = await readDoorDay(at(7), hallSlug);
    expect(day.parties[0]).toMatchObject({ zone: '安全生产', tally: { entered: 2, wentOut: 0 } });
    expect(day.sessions[0]).toMatchObject({ walkInZone: '海洋灾害' });
    const { person } = await world.person();
    const stranger = { id: person.id, roles: [{ ...DOOR, scopeId: 'lianyungang' }] };
    await expect(
      recordDoorEvent(
        at(8),
        stranger,
        { hallSlug, act: 'move', bookingId, zone: '安全生产' },
        key(),
      ),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
