import { expect } from 'vitest';
import { nextOrder } from './hall-queue.ts';
import type { Truth } from './hall-truth.ts';

/** What a change leaves in the audit log (`action subject`) and in the outbox (its key, or how its key begins). */
interface Traces {
  audit: string[];
  told: string[];
}

type Rows = { [Name in keyof Truth]: Truth[Name] extends readonly (infer Row)[] ? Row : never };

const doorActions = {
  in: 'door_event.enter',
  out: 'door_event.leave',
  back: 'door_event.return',
  move: 'door_event.move',
  undo: 'door_event.undo',
} as const;

const decisionVerbs = {
  approved: 'approve',
  refused: 'refuse',
  countered: 'counter',
  accepted: 'accept',
  withdrawn: 'withdraw',
} as const;

/** What is added to a table, told apart by what a row is about. */
function added<Name extends keyof Rows>(
  before: Truth,
  after: Truth,
  name: Name,
  idOf: (row: Rows[Name]) => string,
): Rows[Name][] {
  const known = new Set((before[name] as Rows[Name][]).map(idOf));
  return (after[name] as Rows[Name][]).filter((row) => !known.has(idOf(row)));
}

/**
 * Every change has its audit entry, and its message where somebody else's doing reaches a person; nothing else is
 * written. People are not told what they have just done themselves where nothing follows from it: waiting, leaving a
 * queue, the numbers of their own class.
 */
export function expectTold(before: Truth, after: Truth): void {
  const { audit, told } = tracesOf(before, after);
  expect(after.audit.map(({ what }) => what).sort()).toEqual(audit.sort());
  const keys = after.outbox.map(({ key }) => key.replace(/^(no-show:[^:]+):.*$/, '$1'));
  expect(keys.sort()).toEqual(told.sort());
}

function tracesOf(before: Truth, after: Truth): Traces {
  const traces: Traces = { audit: [], told: [] };
  for (const part of [bookingTraces, waitTraces, groupTraces, hallTraces]) {
    const { audit, told } = part(before, after);
    traces.audit.push(...audit);
    traces.told.push(...told);
  }
  return traces;
}

function bookingTraces(before: Truth, after: Truth): Traces {
  const audit: string[] = [];
  const told: string[] = [];
  for (const { id, kind, bookedBy } of added(before, after, 'bookings', ({ id: own }) => own)) {
    if (kind === 'group') continue;
    audit.push(`${bookedBy ? 'booking.create_for_caller' : 'booking.create'} ${id}`);
    told.push(`booking-created:${id}`, `booking-reminder:${id}`);
  }
  for (const { id, bookingId, changedBy } of added(before, after, 'changes', (one) => one.id)) {
    audit.push(`${changedBy ? 'booking.change_for_caller' : 'booking.change'} ${bookingId}`);
    told.push(`booking-changed:${id}`, `booking-reminder:${id}`);
  }
  const byBooking = ({ bookingId }: { bookingId: string }) => bookingId;
  for (const one of added(before, after, 'cancellations', byBooking)) {
    const action = one.cancelledBy ? 'booking.cancel_for_caller' : 'booking.cancel';
    audit.push(`${action} ${one.bookingId}`);
    told.push(`booking-cancelled:${one.bookingId}`);
  }
  for (const { bookingId } of added(before, after, 'hallCancellations', byBooking)) {
    audit.push(`booking.stop ${bookingId}`);
    told.push(`booking-stopped:${bookingId}`);
  }
  for (const { bookingId } of added(before, after, 'expiries', byBooking)) {
    audit.push(`booking.expire ${bookingId}`);
    told.push(`no-show:${bookingId}`);
  }
  for (const { id, bookingId } of added(before, after, 'moves', (one) => one.id)) {
    audit.push(`booking.move ${bookingId}`);
    told.push(`booking-moved:${id}`, `booking-reminder:${id}`);
  }
  for (const { bookingId } of added(before, after, 'releases', byBooking)) {
    audit.push(`booking.release ${bookingId}`);
  }
  for (const one of added(before, after, 'door', (event) => event.id)) {
    // Marked on the day's list: the event is written by the schema.
    const action = one.id.startsWith('arrival-') ? 'booking.arrive' : doorActions[one.kind];
    audit.push(`${action} ${one.bookingId ?? one.sessionId}`);
  }
  return { audit, told };
}

function waitTraces(before: Truth, after: Truth): Traces {
  const audit: string[] = [];
  const told: string[] = [];
  const held = new Set<string>();
  for (const entry of added(before, after, 'entries', ({ id }) => id)) {
    if (entry.replacesBookingId) held.add(entry.id);
    else {
      const action = entry.joinedBy ? 'create_for_caller' : 'create';
      audit.push(`waitlist_entry.${action} ${entry.id}`);
    }
  }
  for (const { id, entryId } of added(before, after, 'offers', (one) => one.id)) {
    audit.push(`waitlist_entry.offer ${entryId}`);
    // What is held in place of a stopped session is told with its end.
    if (!held.has(entryId)) told.push(`waitlist-offered:${id}`);
  }
  for (const { entryId, reason, endedBy } of added(before, after, 'ends', (one) => one.entryId)) {
    if (reason === 'left') {
      const action = endedBy ? 'leave_for_caller' : 'leave';
      if (!isGivenBack(after, entryId)) audit.push(`waitlist_entry.${action} ${entryId}`);
      continue;
    }
    audit.push(`waitlist_entry.${reason === 'lapsed' ? 'lapse' : 'close'} ${entryId}`);
    told.push(`waitlist-${reason}:${entryId}`);
  }
  for (const { entryId } of added(before, after, 'promotions', (one) => one.entryId)) {
    audit.push(`waitlist_entry.promote ${entryId}`);
  }
  return { audit, told };
}

/** The other one of two held sessions, given back with the booking that takes the first. */
function isGivenBack({ entries, audit }: Truth, entryId: string): boolean {
  const own = entries.find(({ id }) => id === entryId);
  return own?.replacesBookingId != null && audit.every(({ what }) => !what.endsWith(entryId));
}

function groupTraces(before: Truth, after: Truth): Traces {
  const audit: string[] = [];
  const told: string[] = [];
  const byId = ({ id }: { id: string }) => id;
  for (const { id } of added(before, after, 'requests', byId)) {
    audit.push(`group_request.create ${id}`);
    told.push(`group-asked:${id}`);
  }
  for (const one of added(before, after, 'decisions', byId)) {
    audit.push(`group_request.${decisionVerbs[one.decision]} ${one.requestId}`);
    told.push(`group-${one.decision}:${one.id}`);
  }
  for (const { bookingId, changedBy } of added(before, after, 'groupChanges', byId)) {
    const own = after.bookings.find(({ id }) => id === bookingId)!;
    if (own.personId === changedBy) audit.push(`group_request.change_counts ${bookingId}`);
  }
  for (const { requestId } of added(before, after, 'lapses', (one) => one.requestId)) {
    audit.push(`group_request.lapse ${requestId}`);
    told.push(`group-lapsed:${requestId}`);
  }
  const byBooking = ({ bookingId }: { bookingId: string }) => bookingId;
  for (const { bookingId } of added(before, after, 'replacements', byBooking)) {
    audit.push(`class_replacement.hold ${bookingId}`);
    told.push(`booking-reminder:${bookingId}`);
  }
  for (const { bookingId } of added(before, after, 'takings', byBooking)) {
    audit.push(`class_replacement.take ${bookingId}`);
  }
  for (const { bookingId } of added(before, after, 'replacementLapses', byBooking)) {
    audit.push(`class_replacement.lapse ${bookingId}`);
    told.push(`class-replacement-lapsed:${bookingId}`);
  }
  const reminderOf = (one: Rows['reminders']) => `${one.requestId} ${one.about}`;
  for (const { requestId, about } of added(before, after, 'reminders', reminderOf)) {
    // One manager, or the leader.
    const prefix = `group-${about}-due:${requestId}:`;
    told.push(...after.outbox.flatMap(({ key }) => (key.startsWith(prefix) ? [key] : [])));
    expect(told.filter((key) => key.startsWith(prefix))).toHaveLength(1);
  }
  return { audit, told };
}

function hallTraces(before: Truth, after: Truth): Traces {
  const audit: string[] = [];
  const verbs = { announced: 'create', undone: 'undo', done: 'complete', lifted: 'lift' } as const;
  after.stops.forEach(({ id, state }, index) => {
    if (before.stops[index]?.state !== state) audit.push(`hall_stop.${verbs[state]} ${id}`);
  });
  after.outages.forEach(({ id, state }, index) => {
    const earlier = before.outages[index]?.state;
    if (earlier === state) return;
    audit.push(`hall_outage.${state === 'active' ? 'create' : 'end'} ${id}`);
  });
  const isReleased = after.sessions.some(
    ({ groupPlaces }, index) => groupPlaces < before.sessions[index]!.groupPlaces,
  );
  if (isReleased) audit.push(`hall_sessions.release ${after.sessions[0]!.hallSlug}`);
  return { audit, told: [] };
}

/** A run of the job offers exactly what is due to exactly those whose turn it is. */
export function expectServed(before: Truth, after: Truth, now: Date): void {
  const { offers, ended } = nextOrder(before, now);
  const made = added(before, after, 'offers', ({ id }) => id);
  const order = (rows: readonly { entryId: string; places: number }[]) =>
    rows.map(({ entryId, places }) => `${entryId} ${places}`).sort();
  expect(order(made)).toEqual(order(offers));
  const ends = added(before, after, 'ends', ({ entryId }) => entryId);
  const reasons = ends.map(({ entryId, reason }) => `${entryId} ${reason}`);
  expect(reasons.sort()).toEqual(ended.sort());
}
