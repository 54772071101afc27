import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { constraintOf } from '../../lib/db/constraint.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { addMinutes } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { auditEntry } from '../audit/statements.ts';
import { partySize } from '../bookings/policy.ts';
import { contactNameOf } from '../bookings/queries.ts';
import { groupPlacesLeft, placesLeft } from '../halls/policy.ts';
import type { HallSession } from '../halls/table.ts';
import { queueMessage } from '../notifications/statements.ts';
import { classHeldUntil, replacementFor } from '../replacements/policy.ts';
import { heldReplacement } from '../replacements/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { endOfWait, heldAlternative } from '../waitlist/statements.ts';
import {
  alternativesFor,
  carryOutRefusals,
  heldUntil,
  liftRefusals,
  stopRefusals,
  UNDO_MINUTES,
  undoRefusals,
} from './policy.ts';
import { listConcerned, listDueStops, readStopWork, type StoppedParty } from './queries.ts';
import { stopInput, stopReference } from './schema.ts';
import {
  hallCancellations,
  hallStopCompletions,
  hallStopLiftings,
  hallStops,
  hallStopSessions,
  hallStopUndoings,
  type HallStop,
} from './table.ts';

/** One run's share: each party is a write of its own, and a run stays well below the platform's limit of requests. */
const PARTIES_MAX = 150;

const job = { kind: 'job', id: 'carry-out-stops' } as const;

/**
 * 停开: stops a session, or all sessions of some days. At once nobody can book them; a minute later the job sends
 * everybody away who has booked, and offers them other sessions. The hall's manager only.
 * @throws DomainError `invalid` (fields, nothing to stop), `not_found` (not their hall), `conflict` (stopped
 * meanwhile), `unavailable`.
 */
export async function stopSessions(
  ctx: CommandContext,
  manager: Holder,
  input: unknown,
  key: string,
): Promise<{ stopId: string }> {
  const { cause, reason, ...scope } = parseInput(stopInput, input);
  const { db, now } = ctx;
  const { hallSlug } = scope;
  // Before anything is read: which sessions a hall has is told to nobody else here.
  if (!can(manager, { action: 'hall.manage', hall: hallSlug })) {
    throw new DomainError('not_found', 'hall_unknown', '没有找到这个场馆。');
  }
  const body = { ...scope, sessionId: scope.sessionId ?? '', cause, reason };
  const concerned = await listConcerned(ctx, scope);
  const stopId = newId(now);
  const stop = db.insert(hallStops).values({
    ...{ id: stopId, hallSlug, cause, reason, decidedBy: manager.id, decidedAt: now },
    takesEffectAt: addMinutes(now, UNDO_MINUTES),
  });
  // With none, the guard is asked about one that does not exist: a repetition is told its first answer before that.
  const ids = concerned.length > 0 ? concerned.map(({ session }) => session.id) : [''];
  const sessions = db
    .insert(hallStopSessions)
    .values(ids.map((sessionId) => ({ stopId, sessionId })));
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: 'hall_stop.create',
    subjectKind: 'hall_stop',
    subjectId: stopId,
    details: { ...body, sessions: concerned.length },
  });
  return commitOnce(
    db,
    { scope: manager.id, key: parseKey(key), command: 'stopSessions', body },
    now,
    { statements: [stop, sessions, entry], answer: { stopId }, refusals: stopRefusals },
  );
}

/**
 * Takes a stop back before anybody was told: its sessions take bookings as if nothing had been.
 * @throws DomainError `not_found` (also for other halls'), `conflict` (undone before, too late), `unavailable`.
 */
export async function undoStop(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ stopId: string }> {
  const { stopId } = parseInput(stopReference, input);
  const row = ctx.db
    .insert(hallStopUndoings)
    .values({ stopId, undoneBy: manager.id, undoneAt: ctx.now });
  return actOnStop(ctx, manager, stopId, key, {
    ...{ command: 'undoStop', action: 'hall_stop.undo' },
    ...{ row: print(row), refusals: undoRefusals },
  });
}

/**
 * 恢复开放: what of a stop has not begun takes bookings again. Nobody who was sent away is booked again by it.
 * @throws DomainError `not_found` (also for other halls'), `conflict` (not through yet, lifted before), `unavailable`.
 */
export async function liftStop(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ stopId: string }> {
  const { stopId } = parseInput(stopReference, input);
  const row = ctx.db
    .insert(hallStopLiftings)
    .values({ stopId, liftedBy: manager.id, liftedAt: ctx.now });
  return actOnStop(ctx, manager, stopId, key, {
    ...{ command: 'liftStop', action: 'hall_stop.lift' },
    ...{ row: print(row), refusals: liftRefusals },
  });
}

async function actOnStop(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  stopId: string,
  key: string,
  act: { command: string; action: string; row: Statement; refusals: typeof undoRefusals },
): Promise<{ stopId: string }> {
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: act.action,
    subjectKind: 'hall_stop',
    subjectId: stopId,
  });
  return commitOnce(
    ctx.db,
    { scope: manager.id, key: parseKey(key), command: act.command, body: { stopId } },
    ctx.now,
    { statements: [act.row, entry], answer: { stopId }, refusals: act.refusals },
  );
}

/**
 * Sends away who had booked what was stopped, once nothing can be undone any more: each party in a batch of its own,
 * with its message and the sessions held for it, so that a run that breaks off is taken up where it stood and nobody
 * is told twice. @returns how many parties were told.
 */
export async function carryOutStops(ctx: CommandContext): Promise<number> {
  let done = 0;
  for (const stop of await listDueStops(ctx)) {
    if (done >= PARTIES_MAX) break;
    done += await carryOut(ctx, stop, PARTIES_MAX - done);
  }
  return done;
}

async function carryOut(ctx: CommandContext, stop: HallStop, limit: number): Promise<number> {
  const { parties, waits, room, groupRoom, ...known } = await readStopWork(ctx, stop, limit);
  const engaged = [...known.engaged, ...known.offered];
  const free = new Map(room.map((session) => [session.id, placesLeft(session)]));
  const freeForGroups = new Map(groupRoom.map((one) => [one.id, groupPlacesLeft(one)]));
  let done = 0;
  for (const party of parties) {
    if (party.booking.kind === 'group') {
      done += (await sendClassAway(ctx, stop, party, groupRoom, freeForGroups)) ? 1 : 0;
      continue;
    }
    const taken = engaged.filter(({ personId }) => personId === party.person.id);
    const sessions = room.filter(
      ({ id, courseSlug }) =>
        courseSlug === party.session.courseSlug && !taken.some(({ sessionId }) => sessionId === id),
    );
    const held = await sendAway(ctx, stop, party, sessions, free);
    if (!held) continue;
    done += 1;
    // Who loses two visits is not offered the same session twice.
    engaged.push(...held.map(({ id }) => ({ personId: party.person.id, sessionId: id })));
  }
  for (const { entryId } of waits) {
    done += (await written(ctx, await endOfWait(ctx, entryId, 'closed', job))) ? 1 : 0;
  }
  if (parties.length < limit && waits.length < limit) await complete(ctx, stop);
  return done;
}

/** @returns the sessions that are held for the party; undefined when somebody else has ended its booking meanwhile. */
async function sendAway(
  ctx: CommandContext,
  stop: HallStop,
  { booking, session, person }: StoppedParty,
  sessions: readonly HallSession[],
  free: Map<string, number>,
): Promise<readonly HallSession[] | undefined> {
  const people = partySize(booking);
  const contactName = await contactNameOf(ctx, booking, person);
  const held = contactName === '' ? [] : alternativesFor(session, people, sessions, free, ctx.now);
  const holds: Statement[] = [];
  if (held.length > 0) {
    const dataKey = await openPersonKey(ctx, person);
    const { personId, adults, children } = booking;
    for (const one of held) {
      const entry = { sessionId: one.id, personId, adults, children, contactName };
      const expiresAt = heldUntil(one, ctx.now) as Date;
      const replacing = { ...entry, replacesBookingId: booking.id };
      holds.push(...(await heldAlternative(ctx, dataKey, replacing, expiresAt, job)));
    }
  }
  if (holds.length > 0) {
    const statements = [...(await ended(ctx, stop, booking.id, true)), ...holds];
    if (await written(ctx, statements, { whateverRefuses: true })) {
      for (const { id } of held) free.set(id, (free.get(id) ?? 0) - people);
      return held;
    }
  }
  // Somebody took those places first, or there are none: they are told all the same.
  return (await written(ctx, await ended(ctx, stop, booking.id, false))) ? [] : undefined;
}

/** @returns whether the class was told; false when somebody else has ended its booking meanwhile. */
async function sendClassAway(
  ctx: CommandContext,
  stop: HallStop,
  { booking, session, person }: StoppedParty,
  sessions: readonly HallSession[],
  free: Map<string, number>,
): Promise<boolean> {
  const people = partySize(booking);
  const contactName = await contactNameOf(ctx, booking, person);
  const held = contactName && replacementFor(session, people, sessions, free, ctx.now);
  const expiresAt = held && classHeldUntil(held, ctx.now);
  if (held && expiresAt) {
    const hold = { sessionId: held.id, contactName, expiresAt, actor: job };
    const statements = [
      ...(await ended(ctx, stop, booking.id, true)),
      ...(await heldReplacement(ctx, await openPersonKey(ctx, person), booking, hold)),
    ];
    if (await written(ctx, statements, { whateverRefuses: true })) {
      free.set(held.id, (free.get(held.id) ?? 0) - people);
      return true;
    }
  }
  return written(ctx, await ended(ctx, stop, booking.id, false));
}

/** A booking that the hall ends, with the message that says so. */
async function ended(
  ctx: CommandContext,
  stop: HallStop,
  bookingId: string,
  isHeld: boolean,
): Promise<Statement[]> {
  const { db, now } = ctx;
  return [
    print(db.insert(hallCancellations).values({ bookingId, stopId: stop.id, cancelledAt: now })),
    await auditEntry(ctx, {
      actor: job,
      action: 'booking.stop',
      subjectKind: 'booking',
      subjectId: bookingId,
      details: { stopId: stop.id },
    }),
    await queueMessage(ctx, {
      template: isHeld ? 'booking_stopped_held' : 'booking_stopped',
      idempotencyKey: `booking-stopped:${bookingId}`,
      values: { bookingId },
    }),
  ];
}

async function complete(ctx: CommandContext, stop: HallStop): Promise<void> {
  await written(ctx, [
    print(ctx.db.insert(hallStopCompletions).values({ stopId: stop.id, completedAt: ctx.now })),
    await auditEntry(ctx, {
      actor: job,
      action: 'hall_stop.complete',
      subjectKind: 'hall_stop',
      subjectId: stop.id,
    }),
  ]);
}

/**
 * Whether it was written; false when something had changed since it was read.
 * @param options.whateverRefuses for what is held beside: any rule about visitors may speak against that, and it is
 * left out then. An end that is refused for a reason that nobody foresaw is an alarm instead.
 */
async function written(
  { db }: CommandContext,
  statements: readonly Statement[],
  { whateverRefuses = false } = {},
): Promise<boolean> {
  try {
    await writeAtomically(db, statements, carryOutRefusals);
    return true;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'overtaken') return false;
    if (whateverRefuses && constraintOf(error) !== undefined) return false;
    throw error;
  }
}
