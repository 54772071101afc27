import { and, eq, inArray } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { bookingCalendar } from '../../functions/calendar.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  changeBooking,
  createBooking,
  expireBookings,
} from '../../src/features/bookings/commands.ts';
import { findOwnBooking } from '../../src/features/bookings/queries.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import {
  carryOutStops,
  liftStop,
  stopSessions,
  undoStop,
} from '../../src/features/stops/commands.ts';
import { listStops } from '../../src/features/stops/queries.ts';
import { hallCancellations, hallStops } from '../../src/features/stops/table.ts';
import { joinWaitlist, serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { listAlternatives } from '../../src/features/waitlist/queries.ts';
import { waitlistEntries } from '../../src/features/waitlist/table.ts';
import { addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { manager } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const MINUTE_LATER = addMinutes(NOW, 1);

function stopInput(session: HallSession, values: object = {}) {
  const day = calendarDate(session.startsAt);
  const about = { cause: 'weather', reason: '台风红色预警' };
  return { hallSlug: session.hallSlug, fromDay: day, untilDay: day, ...about, ...values };
}

/** A family whose session is stopped, and the manager who stops it. */
async function stopped(world: World, values: Partial<HallSession> = {}) {
  const by = await manager(world);
  const session = await world.session(values);
  const { person } = await world.person();
  const bookingId = await world.book(person, session, { adults: 1, children: 1 });
  const { stopId } = await stopSessions(world.ctx, by, stopInput(session), key());
  return { by, session, person, bookingId, stopId };
}

async function stateOf({ ctx }: World, bookingId: string) {
  const [found] = await ctx.db.select().from(bookings).where(eq(bookings.id, bookingId));
  return found?.state;
}

function told({ ctx }: World) {
  return ctx.db
    .select()
    .from(outboxMessages)
    .where(inArray(outboxMessages.template, ['booking_stopped', 'booking_stopped_held']));
}

function book(world: World, person: Person, session: HallSession, extra: object = {}) {
  const party = { sessionId: session.id, adults: 1, children: 1, contactName: '示例' };
  return createBooking(world.ctx, person, { ...party, ...extra }, key());
}

const inDays = (days: number) => ({ startsAt: addMinutes(NOW, days * 24 * 60 + 120) });

describe('a stop', () => {
  it('takes no bookings from its first moment, and tells nobody for a minute', async () => {
    const world = await createWorld();
    const { session, bookingId } = await stopped(world);
    const { person } = await world.person();
    await expect(book(world, person, session)).rejects.toMatchObject({ reason: 'session_stopped' });
    expect(await carryOutStops(world.ctx)).toBe(0);
    expect(await carryOutStops(world.at(addMinutes(NOW, 0.99)))).toBe(0);
    expect(await stateOf(world, bookingId)).toBe('booked');
    expect(await told(world)).toEqual([]);
  });

  it('is undone within the minute without a trace for anybody', async () => {
    const world = await createWorld();
    const { by, session, stopId, bookingId } = await stopped(world);
    await undoStop(world.at(addMinutes(NOW, 0.9)), by, { stopId }, key());
    expect(await carryOutStops(world.at(addMinutes(NOW, 5)))).toBe(0);
    expect(await stateOf(world, bookingId)).toBe('booked');
    expect(await told(world)).toEqual([]);
    await book(world, (await world.person()).person, session);
    await expect(
      undoStop(world.at(addMinutes(NOW, 0.9)), by, { stopId }, key()),
    ).rejects.toMatchObject({ reason: 'stop_already_undone' });
  });

  it('sends everybody away once the minute is over, and cannot be undone then', async () => {
    const world = await createWorld();
    const { by, session, stopId, bookingId, person } = await stopped(world);
    const later = world.at(MINUTE_LATER);
    await expect(undoStop(later, by, { stopId }, key())).rejects.toMatchObject({
      reason: 'stop_in_effect',
    });
    expect(await carryOutStops(later)).toBe(1);
    expect(await stateOf(world, bookingId)).toBe('cancelled');
    expect(await told(world)).toHaveLength(1);
    const [now] = await world.ctx.db.select().from(hallSessions);
    expect(now).toMatchObject({ booked: 0, stopId });
    const ticket = await findOwnBooking(world.ctx, person.id, bookingId);
    expect(ticket).toMatchObject({ stopReason: '台风红色预警', cancelledAt: null });
    const file = bookingCalendar(ticket!, new URL('https://example.cn/'), MINUTE_LATER);
    expect(file).toContain('STATUS:CANCELLED');
    expect(file).toContain('SEQUENCE:1');
    expect(await listStops(world.ctx, session.hallSlug)).toMatchObject([
      { stop: { state: 'done' }, sessions: 1, told: 1, left: 0 },
    ]);
  });

  it('tells nobody twice, however often and at once it is carried out', async () => {
    const world = await createWorld();
    await stopped(world);
    const later = world.at(MINUTE_LATER);
    const done = await Promise.all(Array.from({ length: 5 }, () => carryOutStops(later)));
    expect(done.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await carryOutStops(world.at(addMinutes(NOW, 2)))).toBe(0);
    expect(await told(world)).toHaveLength(1);
    expect(await world.ctx.db.select().from(hallCancellations)).toHaveLength(1);
  });

  it('goes on where a run broke off', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const session = await world.session();
    const families = await Promise.all(
      Array.from({ length: 6 }, async () => (await world.person()).person),
    );
    for (const one of families) await world.book(one, session);
    await stopSessions(world.ctx, by, stopInput(session), key());
    // The link breaks after some parties: every batch is whole or not there.
    const { $client: link } = world.ctx.db;
    const batch = link.batch.bind(link);
    let writes = 0;
    link.batch = async (...asked: Parameters<typeof batch>) => {
      if (asked[1] === 'write' && (writes += 1) > 3) throw new Error('the run broke off');
      return batch(...asked);
    };
    const later = world.at(MINUTE_LATER);
    await expect(carryOutStops(later)).rejects.toThrow('the run broke off');
    link.batch = batch;
    expect(await told(world)).toHaveLength(3);
    expect(await carryOutStops(world.at(addMinutes(NOW, 2)))).toBe(3);
    expect(await told(world)).toHaveLength(6);
    expect(await world.ctx.db.select().from(hallStops)).toMatchObject([{ state: 'done' }]);
    const [now] = await world.ctx.db.select().from(hallSessions);
    expect(now?.booked).toBe(0);
  });

  it('races with bookings: who was first is told, who was second is refused', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const session = await world.session();
    const families = await Promise.all(
      Array.from({ length: 12 }, async () => (await world.person()).person),
    );
    const results = await Promise.allSettled([
      ...families.slice(0, 6).map((one) => book(world, one, session)),
      stopSessions(world.ctx, by, stopInput(session), key()),
      ...families.slice(6).map((one) => book(world, one, session)),
    ]);
    expect(results[6]?.status).toBe('fulfilled');
    const refused = results.filter(({ status }) => status === 'rejected');
    for (const one of refused) {
      expect((one as PromiseRejectedResult).reason).toMatchObject({ reason: 'session_stopped' });
    }
    const booked = 12 - refused.length;
    expect(await carryOutStops(world.at(MINUTE_LATER))).toBe(booked);
    expect(await told(world)).toHaveLength(booked);
  });

  it('is its manager’s alone', async () => {
    const world = await createWorld();
    const session = await world.session();
    const { person: staff } = await world.staff();
    const holder: Holder = {
      id: staff.id,
      roles: [{ role: 'hall_staff', scopeKind: 'hall', scopeId: session.hallSlug }],
    };
    const refused = { code: 'not_found', reason: 'hall_unknown' };
    await expect(stopSessions(world.ctx, holder, stopInput(session), key())).rejects.toMatchObject(
      refused,
    );
    // The database asks again, whatever the sign-in said.
    const liar: Holder = {
      id: staff.id,
      roles: [{ role: 'hall_manager', scopeKind: 'hall', scopeId: session.hallSlug }],
    };
    await expect(stopSessions(world.ctx, liar, stopInput(session), key())).rejects.toMatchObject(
      refused,
    );
  });

  it('is one act when it is sent twice', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const session = await world.session();
    const same = key();
    const first = await stopSessions(world.ctx, by, stopInput(session), same);
    expect(await stopSessions(world.ctx, by, stopInput(session), same)).toEqual(first);
    await expect(stopSessions(world.ctx, by, stopInput(session), key())).rejects.toMatchObject({
      reason: 'nothing_to_stop',
    });
    expect(await world.ctx.db.select().from(hallStops)).toMatchObject([{ id: first.stopId }]);
  });

  it('ends the waiting for its sessions, but not within the minute', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const session = await world.session({ capacity: 1 });
    await world.book((await world.person()).person, session);
    const { person } = await world.person();
    const party = { adults: 1, children: 0, leastPlaces: 1, contactName: '示例' };
    const { entryId } = await joinWaitlist(
      world.ctx,
      person,
      { sessionId: session.id, ...party },
      key(),
    );
    await stopSessions(world.ctx, by, stopInput(session), key());
    expect(await serveWaitlists(world.ctx)).toBe(0);
    await carryOutStops(world.at(MINUTE_LATER));
    const [entry] = await world.ctx.db
      .select()
      .from(waitlistEntries)
      .where(eq(waitlistEntries.id, entryId));
    expect(entry?.state).toBe('closed');
  });

  it('can be lifted: what has not begun takes bookings again', async () => {
    const world = await createWorld();
    const { by, session, stopId } = await stopped(world);
    const later = world.at(MINUTE_LATER);
    await expect(liftStop(later, by, { stopId }, key())).rejects.toMatchObject({
      reason: 'stop_is_not_through',
    });
    await carryOutStops(later);
    await liftStop(world.at(addMinutes(NOW, 2)), by, { stopId }, key());
    await book(world, (await world.person()).person, session);
  });

  it('moves nobody into what was stopped', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const session = await world.session();
    const other = await world.session(inDays(2));
    const { person } = await world.person();
    const bookingId = await world.book(person, other);
    await stopSessions(world.ctx, by, stopInput(session), key());
    const change = { bookingId, sessionId: session.id, adults: 1, children: 0 };
    await expect(changeBooking(world.ctx, person, change, key())).rejects.toMatchObject({
      reason: 'session_stopped',
    });
  });
});

describe('other sessions in place of a stopped one', () => {
  it('are held for a day, taken with one tap, and the other goes back', async () => {
    const world = await createWorld();
    const next = await world.session(inDays(1));
    const after = await world.session(inDays(2));
    const { person, bookingId } = await stopped(world);
    const later = world.at(MINUTE_LATER);
    await carryOutStops(later);
    expect(await told(world)).toMatchObject([{ template: 'booking_stopped_held' }]);
    const held = await listAlternatives(world.ctx, person.id, bookingId);
    expect(held.map(({ session }) => session.id)).toEqual([next.id, after.id]);
    expect(held[0]?.offer).toMatchObject({ places: 2, expiresAt: addMinutes(NOW, 24 * 60 + 1) });
    const [first] = await world.ctx.db
      .select()
      .from(hallSessions)
      .where(eq(hallSessions.id, next.id));
    expect(first).toMatchObject({ booked: 2, offered: 2 });
    const offerId = held[1]!.offer!.id;
    await createBooking(
      later,
      person,
      { sessionId: after.id, adults: 1, children: 1, contactName: '示例', offerId },
      key(),
    );
    const sessions = await world.ctx.db
      .select({ id: hallSessions.id, booked: hallSessions.booked, offered: hallSessions.offered })
      .from(hallSessions)
      .where(inArray(hallSessions.id, [next.id, after.id]));
    expect(sessions).toEqual(
      expect.arrayContaining([
        { id: next.id, booked: 0, offered: 0 },
        { id: after.id, booked: 2, offered: 0 },
      ]),
    );
  });

  it('are others for each visit that somebody loses', async () => {
    const world = await createWorld();
    const by = await manager(world);
    const { person } = await world.person();
    const lost = [];
    for (const minutes of [120, 240]) {
      const session = await world.session({ startsAt: addMinutes(NOW, minutes) });
      lost.push(await world.book(person, session));
    }
    for (const days of [1, 2, 3, 4]) await world.session(inDays(days));
    const today = calendarDate(NOW);
    const stop = { cause: 'equipment', reason: '停电', fromDay: today, untilDay: today };
    await stopSessions(world.ctx, by, { hallSlug: 'yancheng', ...stop }, key());
    await carryOutStops(world.at(MINUTE_LATER));
    const held = await Promise.all(
      lost.map((bookingId) => listAlternatives(world.ctx, person.id, bookingId)),
    );
    expect(held.map((one) => one.length)).toEqual([2, 2]);
    expect(new Set(held.flat().map(({ session }) => session.id)).size).toBe(4);
  });

  it('are held for as many parties as fit, and all the others are told', async () => {
    const world = await createWorld();
    await world.session({ ...inDays(1), capacity: 3 });
    const by = await manager(world);
    const session = await world.session();
    for (let nth = 0; nth < 3; nth += 1) {
      await world.book((await world.person()).person, session, { adults: 1, children: 1 });
    }
    await stopSessions(world.ctx, by, stopInput(session), key());
    expect(await carryOutStops(world.at(MINUTE_LATER))).toBe(3);
    const templates = (await told(world)).map(({ template }) => template).sort();
    expect(templates).toEqual(['booking_stopped', 'booking_stopped', 'booking_stopped_held']);
  });

  it('are not taken from those who wait there', async () => {
    const world = await createWorld();
    const other = await world.session({ ...inDays(1), capacity: 3 });
    await world.book((await world.person()).person, other, { adults: 1, children: 0 });
    const { person: waits } = await world.person();
    const party = { adults: 3, children: 0, leastPlaces: 3, contactName: '示例' };
    await joinWaitlist(world.ctx, waits, { sessionId: other.id, ...party }, key());
    const { bookingId, person } = await stopped(world);
    await carryOutStops(world.at(MINUTE_LATER));
    expect(await listAlternatives(world.ctx, person.id, bookingId)).toEqual([]);
  });

  it('lapse without a further message and give their places back', async () => {
    const world = await createWorld();
    const next = await world.session(inDays(2));
    await stopped(world);
    await carryOutStops(world.at(MINUTE_LATER));
    await serveWaitlists(world.at(new Date(NOW.getTime() + DAY_MS + 120_000)));
    const [now] = await world.ctx.db
      .select()
      .from(hallSessions)
      .where(eq(hallSessions.id, next.id));
    expect(now).toMatchObject({ booked: 0, offered: 0 });
  });

  it('leave one entry a party in the audit log for each thing that happened', async () => {
    const world = await createWorld();
    await world.session(inDays(1));
    const { bookingId } = await stopped(world);
    await carryOutStops(world.at(MINUTE_LATER));
    const about = await world.ctx.db
      .select({ action: auditEntries.action })
      .from(auditEntries)
      .where(and(eq(auditEntries.subjectId, bookingId), eq(auditEntries.action, 'booking.stop')));
    expect(about).toHaveLength(1);
    expect(await expireBookings(world.at(new Date(NOW.getTime() + DAY_MS)))).toBe(0);
  });
});
