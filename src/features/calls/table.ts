import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const hallCalls = sqliteTable('hall_calls', {
  id: text('id').primaryKey(),
  messageKey: text('message_key').notNull(),
  hallSlug: text('hall_slug').notNull(),
  personId: text('person_id').notNull(),
  wordsCipher: bytes('words_cipher').notNull(),
  listedAt: instant('listed_at').notNull(),
  /** From then on it helps nobody. */
  until: instant('until').notNull(),
  state: text('state', { enum: ['open', 'told', 'given_up'] })
    .notNull()
    .default('open'),
  tries: integer('tries').notNull().default(0),
});

export const hallCallTries = sqliteTable('hall_call_tries', {
  id: text('id').primaryKey(),
  callId: text('call_id').notNull(),
  outcome: text('outcome', { enum: ['told', 'no_answer', 'given_up'] }).notNull(),
  calledBy: text('called_by').notNull(),
  calledAt: instant('called_at').notNull(),
});

export type HallCall = typeof hallCalls.$inferSelect;
export type CallOutcome = (typeof hallCallTries.$inferSelect)['outcome'];
