import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn, type Refusals } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { explainPause } from '../no-shows/queries.ts';
import { queueMessage } from '../notifications/statements.ts';
import {
  arrivalProblem,
  arrivalRefusals,
  bookingRefusals,
  cancellationRefusals,
  changeRefusals,
  expiryRefusals,
} from './policy.ts';
import { dueExpiries, findAtDoor } from './queries.ts';
import { arrivalByCodeInput, bookingInput, bookingReference, changeInput } from './schema.ts';
import { newBooking, newChange, queueReminder } from './statements.ts';
import { arrivals, cancellations, expiries } from './table.ts';

/** One sweep's share, so that a batch stays small after a long standstill. */
const EXPIRIES_MAX = 100;

/**
 * Takes places in a session for a person's party, or takes up the places that an offer to the waitlist holds for it:
 * one database request that decides and writes.
 * @throws DomainError `invalid` (fields, unknown or closed session, party too large), `conflict` (full, booked before,
 * offer gone or too small), `not_found` (somebody else's offer), `unavailable`; nothing is written then.
 */
export async function createBooking(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string; code: string }> {
  const { contactName, offerId, ...party } = parseInput(bookingInput, input);
  const { db, now } = ctx;
  const dataKey = await openPersonKey(ctx, person);
  const wanted = { ...party, personId: person.id, contactName, offerId };
  const { id, code, statement: row } = await newBooking(ctx, dataKey, wanted);
  const body = { ...party, contactName, ...(offerId ? { offerId } : {}) };
  const writing = commitOnce(
    db,
    { scope: person.id, key: parseKey(key), command: 'createBooking', body },
    now,
    {
      statements: [
        row,
        await auditEntry(ctx, {
          actor: { kind: 'person', id: person.id },
          action: 'booking.create',
          subjectKind: 'booking',
          subjectId: id,
          details: { ...party, ...(offerId ? { offerId } : {}) },
        }),
        await queueMessage(ctx, {
          template: 'booking_created',
          idempotencyKey: `booking-created:${id}`,
          values: { bookingId: id },
        }),
        await queueReminder(ctx, id),
      ],
      answer: { bookingId: id, code },
      refusals: bookingRefusals,
    },
  );
  return writing.catch(async (error: unknown) => {
    throw await explainPause(ctx, person.id, error);
  });
}

/**
 * Gives a person's places back until the session's cut-off.
 * @throws DomainError `not_found` (also for somebody else's booking), `conflict` (already cancelled, arrived,
 * expired, too late), `unavailable`.
 */
export async function cancelBooking(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId } = parseInput(bookingReference, input);
  const { db, now } = ctx;
  const row = db.insert(cancellations).values({ bookingId, personId: person.id, cancelledAt: now });
  const message = await queueMessage(ctx, {
    template: 'booking_cancelled',
    idempotencyKey: `booking-cancelled:${bookingId}`,
    values: { bookingId },
  });
  return actOnBooking(ctx, {
    person,
    key,
    bookingId,
    command: 'cancelBooking',
    action: 'booking.cancel',
    statements: [print(row), message],
    refusals: cancellationRefusals,
  });
}

/**
 * Moves a booking to another session of its hall, or changes its party, without giving the places back in
 * between: when it is refused, everything is as it was.
 * @throws DomainError `invalid` (fields, nothing changed, session closed or elsewhere, party too large),
 * `not_found`, `conflict` (full, changed three times, too late, ended), `unavailable`.
 */
export async function changeBooking(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId, sessionId, adults, children } = parseInput(changeInput, input);
  const wanted = { bookingId, personId: person.id, sessionId, adults, children };
  const { id, statement: row } = newChange(ctx, wanted);
  const message = await queueMessage(ctx, {
    template: 'booking_changed',
    idempotencyKey: `booking-changed:${id}`,
    values: { bookingId },
  });
  return actOnBooking(ctx, {
    person,
    key,
    bookingId,
    command: 'changeBooking',
    action: 'booking.change',
    body: { sessionId, adults, children },
    statements: [row, message, await queueReminder(ctx, bookingId, id)],
    refusals: changeRefusals,
  });
}

/**
 * Marks at the door that a party has come; only for staff of the session's hall.
 * @throws DomainError `not_found` (also for other halls' bookings), `conflict` (wrong day, already in with the
 * time, cancelled, over) in a sentence for the door, `unavailable`.
 */
export async function markArrival(
  ctx: CommandContext,
  staff: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId } = parseInput(bookingReference, input);
  const { db, now } = ctx;
  const row = db.insert(arrivals).values({ bookingId, markedBy: staff.id, arrivedAt: now });
  try {
    return await actOnBooking(ctx, {
      person: staff,
      key,
      bookingId,
      command: 'markArrival',
      action: 'booking.arrive',
      statements: [print(row)],
      refusals: arrivalRefusals,
    });
  } catch (error) {
    throw await explainArrival(ctx, staff, bookingId, error);
  }
}

/** The guard knows that an arrival is refused; the sentence with day and hour needs one more look. */
async function explainArrival(
  ctx: CommandContext,
  staff: Pick<Person, 'id'>,
  bookingId: string,
  error: unknown,
): Promise<unknown> {
  if (domainErrorIn(error)?.code !== 'conflict') return error;
  const found = await findAtDoor(ctx, staff.id, { bookingId });
  const problem = found && arrivalProblem(found.booking, found.session, found.arrivedAt, ctx.now);
  return problem ? new DomainError('conflict', problem.reason, problem.message) : error;
}

/**
 * The same by the code on the ticket, typed or scanned at one hall's door.
 * @throws DomainError `invalid` (no code, unknown code, a booking of another hall), and as `markArrival`.
 */
export async function markArrivalByCode(
  ctx: CommandContext,
  staff: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { hallSlug, code } = parseInput(arrivalByCodeInput, input);
  parseKey(key);
  const found = await findAtDoor(ctx, staff.id, { code });
  if (found?.session.hallSlug !== hallSlug) {
    const message = found
      ? '这是另一个场馆的预约。请核对场馆。'
      : '没有找到这个预约码。请再核对一遍，或按姓名在名单里找。';
    throw new DomainError('invalid', 'booking_unknown', message, {
      fields: [{ field: 'code', message }],
    });
  }
  return markArrival(ctx, staff, { bookingId: found.booking.id }, key);
}

/** Ends the bookings nobody came for once their session is over. @returns how many. */
export async function expireBookings(ctx: CommandContext): Promise<number> {
  const due = await dueExpiries(ctx, EXPIRIES_MAX);
  if (due.length === 0) return 0;
  const statements: Statement[] = [];
  for (const bookingId of due) {
    statements.push(
      print(ctx.db.insert(expiries).values({ bookingId, expiredAt: ctx.now })),
      await auditEntry(ctx, {
        actor: { kind: 'job', id: 'expire-bookings' },
        action: 'booking.expire',
        subjectKind: 'booking',
        subjectId: bookingId,
      }),
      await queueMessage(ctx, {
        template: 'no_show_counted',
        // A device without a link may tell late that they came, and have that taken back: then it expires again.
        idempotencyKey: `no-show:${bookingId}:${ctx.now.getTime()}`,
        values: { bookingId },
      }),
    );
  }
  await writeAtomically(ctx.db, statements, expiryRefusals);
  return due.length;
}

interface BookingAct {
  person: Pick<Person, 'id'>;
  key: string;
  bookingId: string;
  command: string;
  action: string;
  /** What is asked for besides the booking itself. */
  body?: Record<string, string | number>;
  statements: readonly Statement[];
  refusals: Refusals;
}

async function actOnBooking(ctx: CommandContext, act: BookingAct): Promise<{ bookingId: string }> {
  const { person, bookingId, command, body = {} } = act;
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: act.action,
    subjectKind: 'booking',
    subjectId: bookingId,
    details: body,
  });
  const key = parseKey(act.key);
  const request = { scope: person.id, key, command, body: { bookingId, ...body } };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [...act.statements, entry],
    answer: { bookingId },
    refusals: act.refusals,
  });
}
