import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const waitlistEntries = sqliteTable('waitlist_entries', {
  id: text('id').primaryKey(),
  sessionId: text('session_id').notNull(),
  personId: text('person_id').notNull(),
  adults: integer('adults').notNull(),
  children: integer('children').notNull(),
  leastPlaces: integer('least_places').notNull(),
  contactNameCipher: bytes('contact_name_cipher').notNull(),
  joinedAt: instant('joined_at').notNull(),
  position: integer('position').notNull(),
  rank: integer('rank').notNull().default(0),
  /** The member of staff who put a caller there, and the code that was read out; null where they joined by themselves. */
  joinedBy: text('joined_by'),
  code: text('code'),
  /** The booking that the hall has ended and for which this entry holds places elsewhere. */
  replacesBookingId: text('replaces_booking_id'),
  state: text('state', { enum: ['waiting', 'offered', 'booked', 'left', 'lapsed', 'closed'] })
    .notNull()
    .default('waiting'),
});

export const waitlistOffers = sqliteTable('waitlist_offers', {
  id: text('id').primaryKey(),
  entryId: text('entry_id').notNull(),
  places: integer('places').notNull(),
  offeredAt: instant('offered_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  state: text('state', { enum: ['open', 'accepted', 'ended'] })
    .notNull()
    .default('open'),
});

export const waitlistEnds = sqliteTable('waitlist_ends', {
  entryId: text('entry_id').primaryKey(),
  reason: text('reason', { enum: ['left', 'lapsed', 'closed'] }).notNull(),
  endedAt: instant('ended_at').notNull(),
  /** The member of staff who left it for a caller. */
  endedBy: text('ended_by'),
});

export const waitlistTries = sqliteTable('waitlist_tries', {
  id: text('id').primaryKey(),
  entryId: text('entry_id').notNull(),
  triedAt: instant('tried_at').notNull(),
});

export const waitlistPromotions = sqliteTable('waitlist_promotions', {
  entryId: text('entry_id').primaryKey(),
  reason: text('reason').notNull(),
  promotedBy: text('promoted_by').notNull(),
  promotedAt: instant('promoted_at').notNull(),
});

export type WaitlistEntry = typeof waitlistEntries.$inferSelect;
export type WaitlistState = WaitlistEntry['state'];
export type WaitlistOffer = typeof waitlistOffers.$inferSelect;
