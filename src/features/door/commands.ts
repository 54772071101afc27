import { lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { calendarDate, DAY_MS } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { arrivalProblem } from '../bookings/policy.ts';
import { findAtDoor } from '../bookings/queries.ts';
import { can, type Holder } from '../roles/policy.ts';
import {
  doorRefusals,
  EVENT_ACCEPTED_DAYS,
  EVENTS_KEPT_DAYS,
  noteRefusals,
  NOTES_KEPT_DAYS,
  presence,
  stepFor,
  timeOf,
} from './policy.ts';
import { findEvent, knownEvents, partyTally, readDoorDay, walkInTally } from './queries.ts';
import { doorBatchInput, doorFormInput, doorNoteInput } from './schema.ts';
import { doorEvents, doorNotes, type EventKind } from './table.ts';

type Row = typeof doorEvents.$inferInsert;

/** What became of an event. A refused one was not written down: the device says why, and forgets it. */
export interface EventOutcome {
  id: string;
  outcome: 'noted' | 'refused';
  reason?: string;
  message?: string;
}

/** What an audit entry calls each. */
const ACTIONS: Readonly<Record<EventKind, string>> = {
  in: 'door_event.enter',
  out: 'door_event.leave',
  back: 'door_event.return',
  move: 'door_event.move',
  undo: 'door_event.undo',
};

/**
 * Writes down what a device noted at the door, in its order. Sent again, what is known already counts once: an
 * event's id is its key. Each event stands by itself; those that are not settled can be refused.
 * @throws DomainError `not_found` (not staff of this hall), `invalid`, `unavailable`: then send the same again.
 */
export async function recordDoorEvents(
  ctx: CommandContext,
  staff: Holder,
  input: unknown,
): Promise<{ outcomes: EventOutcome[] }> {
  const { hallSlug, deviceId, sentAt, events } = parseInput(doorBatchInput, input);
  mayWork(staff, hallSlug);
  const rows = events
    .toSorted((a, b) => a.sequence - b.sequence)
    .map((event): Row => ({
      id: event.id,
      hallSlug,
      sessionId: event.sessionId,
      bookingId: event.bookingId,
      kind: event.kind,
      people: event.people,
      zone: event.zone ?? null,
      undoes: event.undoes ?? null,
      settled: event.settled,
      happenedAt: timeOf(event.deviceAt, sentAt, ctx.now),
      receivedAt: ctx.now,
      deviceAt: new Date(event.deviceAt),
      deviceId,
      deviceSequence: event.sequence,
      markedBy: staff.id,
    }));
  const known = await knownEvents(
    ctx,
    rows.map(({ id }) => id),
  );
  const fresh = rows.filter(({ id }) => !known.has(id));
  const refused = await writeTogether(ctx, fresh);
  const outcomes = rows.map(({ id }) => refused.get(id) ?? { id, outcome: 'noted' as const });
  return { outcomes };
}

/** All at once where nothing speaks against it, which is nearly always; else one by one, to tell which. */
async function writeTogether(
  ctx: CommandContext,
  rows: readonly Row[],
): Promise<Map<string, EventOutcome>> {
  const refused = new Map<string, EventOutcome>();
  if (rows.length === 0) return refused;
  if (rows.length > 1) {
    try {
      const statements = await Promise.all(rows.map((row) => statementsFor(ctx, row)));
      await writeAtomically(ctx.db, statements.flat(), allRefusals);
      return refused;
    } catch (error) {
      if (domainErrorIn(error)?.code === 'unavailable') throw error;
    }
  }
  for (const row of rows) {
    const outcome = await writeOne(ctx, row);
    if (outcome) refused.set(row.id, outcome);
  }
  return refused;
}

const allRefusals = {
  ...doorRefusals,
  'unique:door_events.id': {
    code: 'conflict',
    reason: 'event_known',
    message: '这一条已经登记了。',
  },
  'unique:door_events.device_id,door_events.device_sequence': {
    code: 'conflict',
    reason: 'sequence_used',
    message: '这台设备的登记次序乱了。请退出登录再进来。',
  },
} as const;

async function writeOne(ctx: CommandContext, row: Row): Promise<EventOutcome | undefined> {
  const tooOld = ctx.now.getTime() - row.happenedAt.getTime() > EVENT_ACCEPTED_DAYS * DAY_MS;
  try {
    if (tooOld) {
      throw new DomainError('conflict', 'event_too_old', '这一条是很多天以前的，没有登记。');
    }
    await writeAtomically(ctx.db, await statementsFor(ctx, row), allRefusals);
    return undefined;
  } catch (error) {
    const known = domainErrorIn(await explain(ctx, row, error));
    if (!known || known.code === 'unavailable') throw error;
    // Somebody else took the same slip back, or another request of the same device was faster.
    if (known.reason === 'already_undone') return undefined;
    if ((await knownEvents(ctx, [row.id])).has(row.id)) return undefined;
    return { id: row.id, outcome: 'refused', reason: known.reason, message: known.message };
  }
}

async function statementsFor(ctx: CommandContext, row: Row): Promise<Statement[]> {
  const { kind, people, settled, bookingId, sessionId, deviceId } = row;
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: row.markedBy },
    action: ACTIONS[kind],
    subjectKind: bookingId ? 'booking' : 'hall_session',
    subjectId: bookingId ?? sessionId,
    details: { people, settled, ...(deviceId ? { deviceId } : {}) },
  });
  return [print(ctx.db.insert(doorEvents).values(row)), entry];
}

/** The guard knows that it is refused; the sentence with day and hour needs one more look. */
async function explain(ctx: CommandContext, row: Row, error: unknown): Promise<unknown> {
  const reason = domainErrorIn(error)?.reason ?? '';
  if (!row.bookingId || row.kind !== 'in' || !ARRIVAL_REASONS.test(reason)) return error;
  if (reason === 'places_given_away') return explainLate(ctx, row, error);
  const found = await findAtDoor(ctx, row.markedBy, { bookingId: row.bookingId });
  if (!found) return error;
  const { booking, session, arrivedAt } = found;
  const problem = arrivalProblem(booking, session, arrivedAt, row.happenedAt);
  return problem ? new DomainError('conflict', problem.reason, problem.message) : error;
}

const ARRIVAL_REASONS = /^(booking_already_|arrival_|party_all_in|places_given_away)/;

/** What is possible instead is found in the rest of the day. */
async function explainLate(ctx: CommandContext, row: Row, error: unknown): Promise<unknown> {
  const { sessions, parties } = await readDoorDay(ctx, row.hallSlug);
  const party = parties.find(({ id }) => id === row.bookingId);
  const own = sessions.find(({ id }) => id === party?.sessionId);
  const step = party && stepFor(party, own, ctx.now.getTime(), sessions);
  return step && 'refused' in step && step.refused === 'places_given_away'
    ? new DomainError('conflict', step.refused, step.message)
    : error;
}

function mayWork(staff: Holder, hall: string): void {
  if (can(staff, { action: 'hall.door', hall })) return;
  throw new DomainError('not_found', 'hall_unknown', '没有找到这一项。');
}

/**
 * Writes down one thing from the page's own form: a code that is shown, a row, walk-ins, or a slip to take back.
 * @throws DomainError `not_found`, `invalid` (code or session missing or unknown), `conflict` in a sentence for the
 * door, `unavailable`.
 */
export async function recordDoorEvent(
  ctx: CommandContext,
  staff: Holder,
  input: unknown,
  key: string,
): Promise<{ eventId: string }> {
  const asked = parseInput(doorFormInput, input);
  const ownKey = parseKey(key);
  mayWork(staff, asked.hallSlug);
  const meant = await meaningOf(ctx, staff, asked);
  const { now, db } = ctx;
  const row: Row = {
    id: newId(now),
    hallSlug: asked.hallSlug,
    zone: asked.zone ?? null,
    settled: false,
    happenedAt: now,
    receivedAt: now,
    markedBy: staff.id,
    ...meant,
  };
  const { code = null, bookingId = null, sessionId = null, people = null, undoes = null } = asked;
  const body = { act: asked.act, code, bookingId, sessionId, people, undoes };
  const request = { scope: staff.id, key: ownKey, command: 'recordDoorEvent', body };
  try {
    return await commitOnce(db, request, now, {
      statements: await statementsFor(ctx, row),
      answer: { eventId: row.id },
      refusals: allRefusals,
    });
  } catch (error) {
    throw await explain(ctx, row, error);
  }
}

type Meant = Pick<Row, 'kind' | 'people' | 'sessionId' | 'bookingId' | 'undoes'>;

async function meaningOf(
  ctx: CommandContext,
  staff: Holder,
  asked: ReturnType<typeof doorFormInput.parse>,
): Promise<Meant> {
  if (asked.act === 'undo') {
    const slip = await findEvent(ctx, asked.hallSlug, asked.undoes ?? '');
    if (!slip) throw new DomainError('not_found', 'event_unknown', '没有找到要撤回的这一条。');
    const { id, people, sessionId, bookingId } = slip;
    return { kind: 'undo', undoes: id, people, sessionId, bookingId };
  }
  if (asked.code === undefined && asked.bookingId === undefined) {
    if (asked.act !== 'move' || asked.sessionId === undefined) return walkInsMeant(asked);
    const { sessionId } = asked;
    const walkIns = await walkInTally(ctx, sessionId);
    const inside = presence(null, walkIns).inside;
    return moveMeant({ sessionId, bookingId: null }, inside, asked.zone);
  }
  const reference = asked.code ? { code: asked.code } : { bookingId: asked.bookingId ?? '' };
  const found = await findAtDoor(ctx, staff.id, reference);
  if (found?.session.hallSlug !== asked.hallSlug) {
    throw wrongField(
      'code',
      'booking_unknown',
      found
        ? '这是另一个场馆的预约。请核对场馆。'
        : '没有找到这个预约码。请再核对一遍，或按姓名在名单里找。',
    );
  }
  const { booking, session } = found;
  const tally = await partyTally(ctx, booking.id);
  const size = booking.adults + booking.children;
  const { expected, inside, outside } = presence(size, tally);
  const base = { sessionId: session.id, bookingId: booking.id };
  if (asked.act === 'move') return moveMeant(base, inside, asked.zone);
  if (asked.act === 'out')
    return { ...base, kind: 'out', people: asked.people ?? (inside || size) };
  if (asked.act === 'back')
    return { ...base, kind: 'back', people: asked.people ?? (outside || size) };
  const kind = expected === 0 && outside > 0 ? 'back' : 'in';
  return { ...base, kind, people: asked.people ?? (kind === 'back' ? outside : expected || size) };
}

/** Everybody of a party who is inside goes to another zone together. */
function moveMeant(
  who: Pick<Row, 'sessionId' | 'bookingId'>,
  inside: number,
  zone: string | undefined,
): Meant {
  if (zone === undefined) throw wrongField('zone', 'zone_missing', '请选换到哪个区');
  // With nobody inside the guard is asked about one: its answer says why not.
  return { ...who, kind: 'move', people: inside || 1 };
}

function walkInsMeant({
  act,
  sessionId,
  people,
}: Pick<ReturnType<typeof doorFormInput.parse>, 'act' | 'sessionId' | 'people'>): Meant {
  // Without a session it was the field for codes that was left empty.
  if (sessionId === undefined) throw wrongField('code', 'code_missing', '请输入或扫描预约码');
  if (people === undefined) throw wrongField('people', 'people_missing', '请填写几个人');
  const kind = act === 'out' || act === 'back' ? act : 'in';
  return { kind, people, sessionId, bookingId: null };
}

function wrongField(field: string, reason: string, message: string): DomainError {
  return new DomainError('invalid', reason, message, { fields: [{ field, message }] });
}

/**
 * Writes down what happened at a hall, or what the next shift should know.
 * @throws DomainError `not_found` (not staff of this hall), `invalid` (fields), `conflict` (too many), `unavailable`.
 */
export async function writeDoorNote(
  ctx: CommandContext,
  staff: Holder,
  input: unknown,
  key: string,
): Promise<{ noteId: string }> {
  const { hallSlug, kind, minute, text, action = '' } = parseInput(doorNoteInput, input);
  mayWork(staff, hallSlug);
  const { db, now, keys } = ctx;
  const id = newId(now);
  const row = db.insert(doorNotes).values({
    id,
    hallSlug,
    day: calendarDate(now),
    kind,
    minute,
    textCipher: await keys.seal(`door-note.text:${id}`, text),
    actionCipher: await keys.seal(`door-note.action:${id}`, action),
    keyVersion: keys.version,
    writtenBy: staff.id,
    writtenAt: now,
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'door_note.write',
    subjectKind: 'door_note',
    subjectId: id,
    details: { kind },
  });
  const body = { hallSlug, kind, minute, text, action };
  return commitOnce(
    db,
    { scope: staff.id, key: parseKey(key), command: 'writeDoorNote', body },
    now,
    { statements: [row, entry], answer: { noteId: id }, refusals: noteRefusals },
  );
}

/** Forgets who came and went, and what was written down, after their time. @returns how many rows. */
export async function forgetDoor({ db, now }: CommandContext): Promise<number> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const [events, notes] = await db.batch([
    db.delete(doorEvents).where(lt(doorEvents.receivedAt, before(EVENTS_KEPT_DAYS))),
    db.delete(doorNotes).where(lt(doorNotes.writtenAt, before(NOTES_KEPT_DAYS))),
  ]);
  return events.rowsAffected + notes.rowsAffected;
}
