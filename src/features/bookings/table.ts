import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const bookings = sqliteTable('bookings', {
  id: text('id').primaryKey(),
  code: text('code').notNull(),
  sessionId: text('session_id').notNull(),
  personId: text('person_id').notNull(),
  adults: integer('adults').notNull(),
  children: integer('children').notNull(),
  contactNameCipher: bytes('contact_name_cipher').notNull(),
  contactNameHash: bytes('contact_name_hash').notNull(),
  keyVersion: integer('key_version').notNull(),
  createdAt: instant('created_at').notNull(),
  state: text('state', { enum: ['booked', 'cancelled', 'arrived', 'expired'] })
    .notNull()
    .default('booked'),
  changes: integer('changes').notNull().default(0),
  /** How often the hall has moved it to another session. */
  moves: integer('moves').notNull().default(0),
  /** How often its group was moved or changed; `changes` does not count that. */
  revisions: integer('revisions').notNull().default(0),
  /** The pool it draws from. */
  kind: text('kind', { enum: ['individual', 'group'] })
    .notNull()
    .default('individual'),
  /** The offer to the waitlist that it took up. */
  offerId: text('offer_id'),
  /** The request whose class it is; set exactly for the kind `group`. */
  groupRequestId: text('group_request_id'),
  /** The member of staff who booked it for a caller; null where its owner did. */
  bookedBy: text('booked_by'),
});

export const bookingChanges = sqliteTable('booking_changes', {
  id: text('id').primaryKey(),
  bookingId: text('booking_id').notNull(),
  personId: text('person_id').notNull(),
  fromSessionId: text('from_session_id').notNull(),
  fromAdults: integer('from_adults').notNull(),
  fromChildren: integer('from_children').notNull(),
  sessionId: text('session_id').notNull(),
  adults: integer('adults').notNull(),
  children: integer('children').notNull(),
  changedAt: instant('changed_at').notNull(),
  /** The member of staff who changed it for a caller. */
  changedBy: text('changed_by'),
});

export const cancellations = sqliteTable('cancellations', {
  bookingId: text('booking_id').primaryKey(),
  personId: text('person_id').notNull(),
  cancelledAt: instant('cancelled_at').notNull(),
  /** The member of staff who cancelled it for a caller. */
  cancelledBy: text('cancelled_by'),
});

export const arrivals = sqliteTable('arrivals', {
  bookingId: text('booking_id').primaryKey(),
  markedBy: text('marked_by').notNull(),
  arrivedAt: instant('arrived_at').notNull(),
});

export const expiries = sqliteTable('expiries', {
  bookingId: text('booking_id').primaryKey(),
  expiredAt: instant('expired_at').notNull(),
});

export type Booking = typeof bookings.$inferSelect;
export type BookingState = Booking['state'];
export type BookingChange = typeof bookingChanges.$inferSelect;
