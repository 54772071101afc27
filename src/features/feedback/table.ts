import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const visitFeedback = sqliteTable('visit_feedback', {
  bookingId: text('booking_id').primaryKey(),
  personId: text('person_id').notNull(),
  hallSlug: text('hall_slug').notNull(),
  /** 1 to 5. */
  score: integer('score').notNull(),
  wordsCipher: bytes('words_cipher').notNull(),
  givenAt: instant('given_at').notNull(),
  editedAt: instant('edited_at'),
  state: text('state', { enum: ['waiting', 'published', 'hidden'] })
    .notNull()
    .default('waiting'),
  /** The words as they were published; empty otherwise. */
  publicWords: text('public_words').notNull().default(''),
});

/** Kept by triggers, so that a hall's page reads one row however many have scored it. */
export const hallScores = sqliteTable('hall_scores', {
  hallSlug: text('hall_slug').primaryKey(),
  visits: integer('visits').notNull(),
  total: integer('total').notNull(),
});

export const feedbackDecisions = sqliteTable('feedback_decisions', {
  id: text('id').primaryKey(),
  bookingId: text('booking_id').notNull(),
  decision: text('decision', { enum: ['published', 'hidden'] }).notNull(),
  reason: text('reason').notNull(),
  reply: text('reply').notNull(),
  /** Handed on to the feedback itself; nothing stays of it here. */
  publicWords: text('public_words').notNull(),
  /** The edit of the words that was read when it was decided. */
  editedAt: instant('edited_at'),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

export type Feedback = typeof visitFeedback.$inferSelect;
export type FeedbackState = Feedback['state'];
export type FeedbackDecision = typeof feedbackDecisions.$inferSelect;
