import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** Parties that the hall has moved out of a session that held more than it opens. */
export const hallMoves = sqliteTable('hall_moves', {
  id: text('id').primaryKey(),
  outageId: text('outage_id').notNull(),
  bookingId: text('booking_id').notNull(),
  fromSessionId: text('from_session_id').notNull(),
  sessionId: text('session_id').notNull(),
  movedBy: text('moved_by').notNull(),
  movedAt: instant('moved_at').notNull(),
});

export type HallMove = typeof hallMoves.$inferSelect;
