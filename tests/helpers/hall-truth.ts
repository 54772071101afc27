import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  arrivals,
  bookingChanges,
  bookings,
  cancellations,
  expiries,
  type Booking,
} from '../../src/features/bookings/table.ts';
import { doorEvents } from '../../src/features/door/table.ts';
import { groupLapses, groupReminders } from '../../src/features/group-holds/table.ts';
import { groupChanges, groupDecisions, groupRequests } from '../../src/features/groups/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { hallMoves } from '../../src/features/moves/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { hallOutages } from '../../src/features/outages/table.ts';
import { placeReleases } from '../../src/features/releases/table.ts';
import {
  classReplacementLapses,
  classReplacements,
  classReplacementTakings,
} from '../../src/features/replacements/table.ts';
import { hallCancellations, hallStops } from '../../src/features/stops/table.ts';
import {
  waitlistEnds,
  waitlistEntries,
  waitlistOffers,
  waitlistPromotions,
  type WaitlistEntry,
} from '../../src/features/waitlist/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { readTogether } from '../../src/lib/db/read.ts';

/** All that a hall's rows say, each kind in the order in which it was written. */
export type Truth = Awaited<ReturnType<typeof readTruth>>;

/** Everything about places and parties, in one request; of the two logs only what is newer than `since`. */
export async function readTruth(
  { db }: Pick<CommandContext, 'db'>,
  since?: { audited: number; queued: number },
) {
  const inOrder = sql`rowid`;
  const found = await readTogether(db, {
    sessions: db.select().from(hallSessions).orderBy(hallSessions.startsAt),
    bookings: db.select().from(bookings).orderBy(inOrder),
    changes: db.select().from(bookingChanges).orderBy(inOrder),
    cancellations: db.select().from(cancellations),
    hallCancellations: db.select().from(hallCancellations),
    arrivals: db.select().from(arrivals),
    expiries: db.select().from(expiries),
    entries: db.select().from(waitlistEntries).orderBy(inOrder),
    offers: db.select().from(waitlistOffers).orderBy(inOrder),
    ends: db.select().from(waitlistEnds),
    promotions: db.select().from(waitlistPromotions),
    requests: db.select().from(groupRequests).orderBy(inOrder),
    decisions: db.select().from(groupDecisions).orderBy(inOrder),
    groupChanges: db.select().from(groupChanges).orderBy(inOrder),
    lapses: db.select().from(groupLapses),
    reminders: db.select().from(groupReminders),
    stops: db.select().from(hallStops).orderBy(inOrder),
    outages: db.select().from(hallOutages).orderBy(inOrder),
    moves: db.select().from(hallMoves).orderBy(inOrder),
    releases: db.select().from(placeReleases),
    replacements: db.select().from(classReplacements),
    takings: db.select().from(classReplacementTakings),
    replacementLapses: db.select().from(classReplacementLapses),
    door: db.select().from(doorEvents).orderBy(inOrder),
    audit: db
      .select({
        sequence: auditEntries.sequence,
        what: sql<string>`action || ' ' || subject_id`,
      })
      .from(auditEntries)
      .where(sql`sequence > ${since?.audited ?? 0}`),
    outbox: db
      .select({ row: sql<number>`rowid`, key: outboxMessages.idempotencyKey })
      .from(outboxMessages)
      .where(sql`rowid > ${since?.queued ?? 0}`),
  });
  return {
    ...found,
    audited: Math.max(since?.audited ?? 0, ...found.audit.map(({ sequence }) => sequence)),
    queued: Math.max(since?.queued ?? 0, ...found.outbox.map(({ row }) => row)),
  };
}

export const sizeOf = ({ adults, children }: Pick<Booking, 'adults' | 'children'>) =>
  adults + children;
const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

/** What anybody can have: the open places but those that are taken or kept for groups and walk-ins. */
export function freeIn(session: HallSession): number {
  const { openPlaces, booked, groupPlaces, bookedGroups, walkInPlaces, bookedWalkIns } = session;
  const kept = Math.max(groupPlaces - bookedGroups, 0) + Math.max(walkInPlaces - bookedWalkIns, 0);
  return openPlaces - booked - kept;
}

/** Those who wait for a session, in the order of service. */
export function queueOf({ entries }: Truth, { id }: HallSession): WaitlistEntry[] {
  return entries
    .filter(({ sessionId, state }) => sessionId === id && state === 'waiting')
    .toSorted((a, b) => b.rank - a.rank || a.position - b.position);
}

/** Somebody who waits could have what is free: nobody else may take it. */
export const queueWants = (truth: Truth, session: HallSession) =>
  queueOf(truth, session).some(({ leastPlaces }) => leastPlaces <= freeIn(session));

/** What must be so at any moment: counters equal rows, and each party is in exactly one state, for one reason. */
export function expectWhole(truth: Truth): void {
  for (const session of truth.sessions) expectCounted(truth, session);
  for (const booking of truth.bookings) expectOneState(truth, booking);
  for (const entry of truth.entries) expectOneWait(truth, entry);
  const active = truth.bookings.filter((one) => one.kind === 'individual' && isHeld(one));
  const seats = active.map(({ personId, sessionId }) => `${personId} ${sessionId}`);
  expect(new Set(seats).size, 'nobody has two bookings of a session').toBe(seats.length);
  for (const { id, state } of truth.requests) {
    const ended = truth.bookings.filter((one) => one.groupRequestId === id && isHeld(one));
    if (['refused', 'withdrawn', 'lapsed'].includes(state)) expect(ended).toEqual([]);
    expect(truth.lapses.some(({ requestId }) => requestId === id)).toBe(state === 'lapsed');
  }
}

const isHeld = ({ state }: Booking) => state !== 'cancelled';

function expectCounted(truth: Truth, session: HallSession): void {
  const held = truth.bookings.filter((one) => one.sessionId === session.id && isHeld(one));
  const offered = truth.offers.filter(
    ({ state, entryId }) =>
      state === 'open' &&
      truth.entries.some(({ id, sessionId }) => id === entryId && sessionId === session.id),
  );
  const offeredPlaces = total(offered.map(({ places }) => places));
  // Who is late has given up places to those at the door.
  const kept = (booking: Booking) =>
    sizeOf(booking) -
    (truth.releases.find(({ bookingId }) => bookingId === booking.id)?.places ?? 0);
  const taken = total(held.map(kept)) + offeredPlaces + session.bookedWalkIns;
  expect(session).toMatchObject({
    booked: taken,
    offered: offeredPlaces,
    bookedGroups: total(held.filter(({ kind }) => kind === 'group').map(kept)),
  });
  expect(session.booked, 'the room is never overfilled').toBeLessThanOrEqual(session.capacity);
}

function expectOneState(truth: Truth, { id, state, groupRequestId }: Booking): void {
  const has = (rows: readonly { bookingId: string }[]) =>
    rows.some(({ bookingId }) => bookingId === id);
  const causes = {
    byVisitor: has(truth.cancellations),
    byHall: has(truth.hallCancellations),
    notTaken: has(truth.replacementLapses),
    arrived: has(truth.arrivals),
    expired: has(truth.expiries),
  };
  const rows = Object.values(causes).filter(Boolean).length;
  const request = truth.requests.find((one) => one.id === groupRequestId);
  const endedWithGroup =
    request !== undefined && ['refused', 'withdrawn', 'lapsed'].includes(request.state);
  const expected =
    state === 'booked' ? 0 : state === 'cancelled' && endedWithGroup && rows === 0 ? 0 : 1;
  expect(rows, `a booking that is ${state}: ${JSON.stringify(causes)}`).toBe(expected);
  expect(causes.arrived).toBe(state === 'arrived');
  expect(causes.expired).toBe(state === 'expired');
}

function expectOneWait(truth: Truth, entry: WaitlistEntry): void {
  const { id, state, rank } = entry;
  const offer = truth.offers.find(({ entryId }) => entryId === id);
  const end = truth.ends.find(({ entryId }) => entryId === id);
  const booking = offer && truth.bookings.find(({ offerId }) => offerId === offer.id);
  const isOpen = state === 'waiting' || state === 'offered';
  expect(offer?.state === 'open', `${state} and an open offer`).toBe(state === 'offered');
  expect(booking !== undefined, `${state} and a booking`).toBe(state === 'booked');
  expect(end?.reason, `${state} and an end`).toBe(isOpen || state === 'booked' ? undefined : state);
  expect(entry.contactNameCipher.length > 0, 'a name waits as long as its party').toBe(isOpen);
  // Whoever was served before others stands in the list that everybody in the queue reads.
  const promotion = truth.promotions.find(({ entryId }) => entryId === id);
  expect(promotion !== undefined).toBe(rank === 1);
  if (promotion) expect(promotion.reason).not.toBe('');
}

/** Nobody disappears or becomes somebody else's. */
export function expectNobodyLost(before: Truth, after: Truth): void {
  for (const table of ['bookings', 'entries', 'requests'] as const) {
    const owners = ({ [table]: rows }: Truth) =>
      rows.map(({ id, personId }) => `${id} ${personId}`);
    expect(owners(after).slice(0, before[table].length)).toEqual(owners(before));
  }
}

/** Whoever came to places left alone what is kept for others, and went past nobody who waits. */
export function expectPoolsKept(before: Truth, after: Truth): void {
  after.sessions.forEach((session, index) => {
    const earlier = before.sessions[index]!;
    const grew = (of: (one: HallSession) => number) => of(session) > of(earlier);
    if (grew(({ booked, bookedWalkIns }) => booked - bookedWalkIns)) {
      expect(freeIn(session), 'nothing is taken of what is kept').toBeGreaterThanOrEqual(0);
    }
    if (grew(({ bookedWalkIns }) => bookedWalkIns)) {
      const { openPlaces, booked, groupPlaces, bookedGroups } = session;
      const forGroups = Math.max(groupPlaces - bookedGroups, 0);
      expect(booked + forGroups, 'walk-ins leave groups alone').toBeLessThanOrEqual(openPlaces);
    }
    if (grew(({ bookedGroups }) => bookedGroups)) {
      expect(session.bookedGroups).toBeLessThanOrEqual(session.groupPlaces);
    }
  });
  const came = after.bookings.filter((booking, index) => {
    const earlier = before.bookings[index];
    if (booking.kind === 'group' || booking.state === 'cancelled') return false;
    if (earlier === undefined) return booking.offerId === null;
    const hasMoved = earlier.sessionId !== booking.sessionId;
    return hasMoved || sizeOf(booking) > sizeOf(earlier);
  });
  for (const { sessionId } of came) {
    const session = before.sessions.find(({ id }) => id === sessionId)!;
    expect(queueWants(before, session), 'somebody who waits was passed over').toBe(false);
  }
}
