import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import type { Refusals } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newBookingCode, newId } from '../../lib/ids.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import {
  arrivalRefusals,
  bookingRefusals,
  cancellationRefusals,
  expiryRefusals,
} from './policy.ts';
import { dueExpiries } from './queries.ts';
import { bookingInput, bookingReference } from './schema.ts';
import { arrivals, bookings, cancellations, expiries } from './table.ts';

/** One sweep's share, so that a batch stays small after a long standstill. */
const EXPIRIES_MAX = 100;

/**
 * Takes places in a session for a person's party: one database request that decides and writes.
 * @throws DomainError `invalid` (fields, unknown or closed session, party too large), `conflict` (full,
 * booked before), `unavailable`; nothing is written then.
 */
export async function createBooking(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string; code: string }> {
  const { sessionId, adults, children, contactName } = parseInput(bookingInput, input);
  const { db, now, keys } = ctx;
  const id = newId(now);
  const code = newBookingCode();
  const dataKey = await openPersonKey(ctx, person);
  const row = db.insert(bookings).values({
    id,
    code,
    sessionId,
    personId: person.id,
    adults,
    children,
    contactNameCipher: await dataKey.encrypt(`bookings.contact_name:${id}`, contactName),
    contactNameHash: await keys.hash('name', contactName),
    keyVersion: keys.version,
    createdAt: now,
  });
  const body = { sessionId, adults, children, contactName };
  return commitOnce(
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
          details: { sessionId, adults, children },
        }),
        await queueMessage(ctx, {
          template: 'booking_created',
          idempotencyKey: `booking-created:${id}`,
          values: { bookingId: id },
        }),
      ],
      answer: { bookingId: id, code },
      refusals: bookingRefusals,
    },
  );
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
  return endBooking(ctx, {
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
 * Marks at the door that a party has come; only for staff of the session's hall.
 * @throws DomainError `not_found` (also for other halls' bookings), `conflict` (wrong day, already in,
 * cancelled, over), `unavailable`.
 */
export async function markArrival(
  ctx: CommandContext,
  staff: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId } = parseInput(bookingReference, input);
  const { db, now } = ctx;
  const row = db.insert(arrivals).values({ bookingId, markedBy: staff.id, arrivedAt: now });
  return endBooking(ctx, {
    person: staff,
    key,
    bookingId,
    command: 'markArrival',
    action: 'booking.arrive',
    statements: [print(row)],
    refusals: arrivalRefusals,
  });
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
    );
  }
  await writeAtomically(ctx.db, statements, expiryRefusals);
  return due.length;
}

interface BookingEnd {
  person: Person;
  key: string;
  bookingId: string;
  command: string;
  action: string;
  statements: readonly Statement[];
  refusals: Refusals;
}

async function endBooking(ctx: CommandContext, end: BookingEnd): Promise<{ bookingId: string }> {
  const { person, bookingId, command } = end;
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: end.action,
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  const key = parseKey(end.key);
  const request = { scope: person.id, key, command, body: { bookingId } };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [...end.statements, entry],
    answer: { bookingId },
    refusals: end.refusals,
  });
}
