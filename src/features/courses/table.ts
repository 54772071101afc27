import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const courseOpenings = sqliteTable('course_openings', {
  sessionId: text('session_id').primaryKey(),
  openedBy: text('opened_by').notNull(),
  openedAt: instant('opened_at').notNull(),
});

export const courseWithdrawals = sqliteTable('course_withdrawals', {
  sessionId: text('session_id').primaryKey(),
  withdrawnBy: text('withdrawn_by').notNull(),
  withdrawnAt: instant('withdrawn_at').notNull(),
});
