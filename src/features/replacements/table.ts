import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** A class's booking that is held in place of one that the hall has stopped. */
export const classReplacements = sqliteTable('class_replacements', {
  bookingId: text('booking_id').primaryKey(),
  replacesBookingId: text('replaces_booking_id').notNull(),
  heldAt: instant('held_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  state: text('state', { enum: ['held', 'taken', 'lapsed'] })
    .notNull()
    .default('held'),
});

export const classReplacementTakings = sqliteTable('class_replacement_takings', {
  bookingId: text('booking_id').primaryKey(),
  takenBy: text('taken_by').notNull(),
  takenAt: instant('taken_at').notNull(),
});

export const classReplacementLapses = sqliteTable('class_replacement_lapses', {
  bookingId: text('booking_id').primaryKey(),
  lapsedAt: instant('lapsed_at').notNull(),
});

export type ClassReplacement = typeof classReplacements.$inferSelect;
