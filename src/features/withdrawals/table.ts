import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';
import { TEXT_KINDS } from '../../lib/text-path.ts';

export const textWithdrawals = sqliteTable('text_withdrawals', {
  id: text('id').primaryKey(),
  kind: text('kind', { enum: TEXT_KINDS }).notNull(),
  slug: text('slug').notNull(),
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

export const textWithdrawalDecisions = sqliteTable('text_withdrawal_decisions', {
  withdrawalId: text('withdrawal_id').primaryKey(),
  decision: text('decision', { enum: ['confirmed', 'declined'] }).notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

/** A step out of the public's sight or back into it. */
export type TextWithdrawal = typeof textWithdrawals.$inferSelect;
export type TextAct = TextWithdrawal['act'];
