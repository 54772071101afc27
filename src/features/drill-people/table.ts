import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';
import { DRILL_FILLINGS, DRILL_PARTS } from '../drills/table.ts';

/** What a role became with each change; 0, as it was opened, is not kept here. */
export const drillRoleVersions = sqliteTable(
  'drill_role_versions',
  {
    roleId: text('role_id').notNull(),
    version: integer('version').notNull(),
    name: text('name').notNull(),
    part: text('part', { enum: DRILL_PARTS }).notNull(),
    workGroup: text('work_group').notNull(),
    filledBy: text('filled_by', { enum: DRILL_FILLINGS }).notNull(),
    capacity: integer('capacity').notNull(),
    training: text('training', { mode: 'json' }).$type<string[]>().notNull(),
    duty: text('duty').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roleId, table.version] })],
);

export const drillRoleRemovals = sqliteTable('drill_role_removals', {
  roleId: text('role_id').primaryKey(),
  removedBy: text('removed_by').notNull(),
  removedAt: instant('removed_at').notNull(),
});

export const drillTrainingWaivers = sqliteTable('drill_training_waivers', {
  participantId: text('participant_id').primaryKey(),
  reason: text('reason').notNull(),
  waivedBy: text('waived_by').notNull(),
  waivedAt: instant('waived_at').notNull(),
});

/** 角色卡. */
export const drillCards = sqliteTable('drill_cards', {
  id: text('id').primaryKey(),
  drillId: text('drill_id').notNull(),
  roleId: text('role_id').notNull(),
  codeHash: bytes('code_hash').notNull(),
  keyVersion: integer('key_version').notNull(),
  usesMax: integer('uses_max').notNull(),
  used: integer('used').notNull().default(0),
  /** Why whoever takes it may lack a training; empty where they may not. */
  reason: text('reason').notNull(),
  issuedBy: text('issued_by').notNull(),
  issuedAt: instant('issued_at').notNull(),
  withdrawnAt: instant('withdrawn_at'),
});

export const drillCardWithdrawals = sqliteTable('drill_card_withdrawals', {
  cardId: text('card_id').primaryKey(),
  withdrawnBy: text('withdrawn_by').notNull(),
  withdrawnAt: instant('withdrawn_at').notNull(),
});

export const drillCardUses = sqliteTable('drill_card_uses', {
  participantId: text('participant_id').primaryKey(),
  cardId: text('card_id').notNull(),
  usedAt: instant('used_at').notNull(),
});

export type DrillCard = typeof drillCards.$inferSelect;
