import { primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const hallStops = sqliteTable('hall_stops', {
  id: text('id').primaryKey(),
  hallSlug: text('hall_slug').notNull(),
  cause: text('cause', { enum: ['weather', 'equipment', 'public_event', 'other'] }).notNull(),
  reason: text('reason').notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
  takesEffectAt: instant('takes_effect_at').notNull(),
  state: text('state', { enum: ['announced', 'undone', 'done', 'lifted'] })
    .notNull()
    .default('announced'),
});

export const hallStopSessions = sqliteTable(
  'hall_stop_sessions',
  { stopId: text('stop_id').notNull(), sessionId: text('session_id').notNull() },
  (table) => [primaryKey({ columns: [table.stopId, table.sessionId] })],
);

export const hallStopUndoings = sqliteTable('hall_stop_undoings', {
  stopId: text('stop_id').primaryKey(),
  undoneBy: text('undone_by').notNull(),
  undoneAt: instant('undone_at').notNull(),
});

/** Bookings that the hall has ended; those that visitors end stand in `cancellations`. */
export const hallCancellations = sqliteTable('hall_cancellations', {
  bookingId: text('booking_id').primaryKey(),
  stopId: text('stop_id').notNull(),
  cancelledAt: instant('cancelled_at').notNull(),
});

export const hallStopCompletions = sqliteTable('hall_stop_completions', {
  stopId: text('stop_id').primaryKey(),
  completedAt: instant('completed_at').notNull(),
});

export const hallStopLiftings = sqliteTable('hall_stop_liftings', {
  stopId: text('stop_id').primaryKey(),
  liftedBy: text('lifted_by').notNull(),
  liftedAt: instant('lifted_at').notNull(),
});

export type HallStop = typeof hallStops.$inferSelect;
export type StopCause = HallStop['cause'];
