import { eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import { newBookingCode, newId } from '../../lib/ids.ts';
import type { DataKey } from '../../lib/keyring.ts';
import { queueMessage } from '../notifications/statements.ts';
import { bookingChanges, bookings, type Booking, type BookingChange } from './table.ts';

type Wanted = Pick<Booking, 'sessionId' | 'personId' | 'adults' | 'children'> & {
  contactName: string;
  offerId?: string | undefined;
  /** For a class of a group: the request that it belongs to. */
  groupRequestId?: string;
  /** The member of staff who books for a caller. */
  bookedBy?: string;
};

/** The row of a new booking, its name under the key of the person whose it is. Guards judge it on writing. */
export async function newBooking(
  { db, now, keys }: CommandContext,
  dataKey: DataKey,
  { contactName, ...wanted }: Wanted,
): Promise<{ id: string; code: string; statement: Statement }> {
  const id = newId(now);
  const code = newBookingCode();
  const row = db.insert(bookings).values({
    id,
    code,
    ...wanted,
    kind: wanted.groupRequestId ? 'group' : 'individual',
    contactNameCipher: await dataKey.encrypt(`bookings.contact_name:${id}`, contactName),
    contactNameHash: await keys.hash('name', contactName),
    keyVersion: keys.version,
    createdAt: now,
  });
  return { id, code, statement: print(row) };
}

/** The row of a change. What the booking was until then is read as the row is written. Guards judge it. */
export function newChange(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  {
    personId,
    changedBy,
    ...change
  }: Pick<BookingChange, 'bookingId' | 'sessionId' | 'adults' | 'children'> & {
    /** Whose booking it is. */
    personId: string;
    changedBy?: string;
  },
): { id: string; statement: Statement } {
  const id = newId(now);
  const held = (
    column: typeof bookings.sessionId | typeof bookings.adults | typeof bookings.children,
  ) =>
    sql<never>`(${db.select({ value: column }).from(bookings).where(eq(bookings.id, change.bookingId))})`;
  const row = db.insert(bookingChanges).values({
    id,
    ...change,
    personId,
    fromSessionId: held(bookings.sessionId),
    fromAdults: held(bookings.adults),
    fromChildren: held(bookings.children),
    changedAt: now,
    ...(changedBy ? { changedBy } : {}),
  });
  return { id, statement: print(row) };
}

/**
 * The reminder of a visit, queued with the booking and with each of its changes. When it is due, it looks at the
 * booking as it is by then; one that belongs to an earlier change, or to a visit that is off, is dropped.
 * @param changeId of the change it goes with; empty for the booking itself.
 */
export function queueReminder(
  ctx: CommandContext,
  bookingId: string,
  changeId = '',
): Promise<Statement> {
  return queueMessage(ctx, {
    template: 'booking_reminder',
    idempotencyKey: `booking-reminder:${changeId || bookingId}`,
    values: { bookingId, changeId },
  });
}
