import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const guideWithdrawals = sqliteTable('guide_withdrawals', {
  id: text('id').primaryKey(),
  guide: text('guide').notNull(),
  act: text('act', { enum: ['withdraw', 'reinstate'] }).notNull(),
  reason: text('reason').notNull(),
  instead: text('instead'),
  proposedBy: text('proposed_by').notNull(),
  proposedAt: instant('proposed_at').notNull(),
  state: text('state', { enum: ['proposed', 'confirmed', 'declined'] })
    .notNull()
    .default('proposed'),
  decidedAt: instant('decided_at'),
});

export const guideWithdrawalDecisions = sqliteTable('guide_withdrawal_decisions', {
  withdrawalId: text('withdrawal_id').primaryKey(),
  decision: text('decision', { enum: ['confirmed', 'declined'] }).notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

/** A step out of the public's sight or back into it. */
export type GuideWithdrawal = typeof guideWithdrawals.$inferSelect;
export type GuideAct = GuideWithdrawal['act'];
