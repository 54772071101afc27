import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const noticesShown = sqliteTable(
  'notices_shown',
  {
    personId: text('person_id').notNull(),
    version: integer('version').notNull(),
    shownAt: instant('shown_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.personId, table.version] })],
);

export const erasureRuns = sqliteTable('erasure_runs', {
  id: text('id').primaryKey(),
  what: text('what', {
    enum: ['contact_names', 'sign_ins', 'accounts_asked', 'accounts_dormant', 'accounts_restored'],
  }).notNull(),
  howMany: integer('how_many').notNull(),
  ranAt: instant('ran_at').notNull(),
});

export const accountErasures = sqliteTable('account_erasures', {
  personId: text('person_id').primaryKey(),
  personHash: bytes('person_hash').notNull(),
  reason: text('reason', { enum: ['asked', 'dormant', 'restored'] }).notNull(),
  cancelled: integer('cancelled').notNull(),
  erasedAt: instant('erased_at').notNull(),
});

export const contactNameChanges = sqliteTable('contact_name_changes', {
  id: text('id').primaryKey(),
  bookingId: text('booking_id').notNull(),
  personId: text('person_id').notNull(),
  changedAt: instant('changed_at').notNull(),
});

export type ErasureReason = (typeof accountErasures.$inferSelect)['reason'];
export type ErasedWhat = (typeof erasureRuns.$inferSelect)['what'];
