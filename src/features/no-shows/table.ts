import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const noShows = sqliteTable('no_shows', {
  bookingId: text('booking_id').primaryKey(),
  personId: text('person_id').notNull(),
  sessionId: text('session_id').notNull(),
  happenedAt: instant('happened_at').notNull(),
  state: text('state', { enum: ['counted', 'pardoned', 'withdrawn'] }).notNull(),
});

export const sessionPardons = sqliteTable('session_pardons', {
  sessionId: text('session_id').primaryKey(),
  reason: text('reason').notNull(),
  pardonedBy: text('pardoned_by').notNull(),
  pardonedAt: instant('pardoned_at').notNull(),
});

export const noShowAppeals = sqliteTable('no_show_appeals', {
  bookingId: text('booking_id').primaryKey(),
  personId: text('person_id').notNull(),
  grounds: text('grounds', { enum: ['came', 'urgent', 'travel', 'other'] }).notNull(),
  appealedAt: instant('appealed_at').notNull(),
  state: text('state', { enum: ['asked', 'granted', 'refused'] })
    .notNull()
    .default('asked'),
});

export const noShowAnswers = sqliteTable('no_show_answers', {
  bookingId: text('booking_id').primaryKey(),
  decision: text('decision', { enum: ['granted', 'refused'] }).notNull(),
  reason: text('reason').notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

export type NoShow = typeof noShows.$inferSelect;
export type NoShowAppeal = typeof noShowAppeals.$inferSelect;
export type NoShowAnswer = typeof noShowAnswers.$inferSelect;
export type AppealGrounds = NoShowAppeal['grounds'];
