import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 整改中, 待核验, 已关闭, 已取消. */
export const IMPROVEMENT_STATES = ['open', 'finished', 'closed', 'dropped'] as const;
/** 完成, 核验通过, 退回, 延期, 取消. */
export const STEP_KINDS = ['finish', 'verify', 'reject', 'postpone', 'drop'] as const;

/** 整改项: what has to be mended, by whom, until when. */
export const improvementItems = sqliteTable('improvement_items', {
  id: text('id').primaryKey(),
  /** Null: the region's own. */
  organisationId: text('organisation_id'),
  regionCode: text('region_code').notNull(),
  drillId: text('drill_id'),
  findingId: text('finding_id'),
  what: text('what').notNull(),
  /** 责任人 with an account; null where an office is named. */
  ownerId: text('owner_id'),
  ownerOffice: text('owner_office').notNull(),
  openedBy: text('opened_by').notNull(),
  openedAt: instant('opened_at').notNull(),
  /** Calendar days in China. */
  firstDueDay: text('first_due_day').notNull(),
  dueDay: text('due_day').notNull(),
  state: text('state', { enum: IMPROVEMENT_STATES }).notNull().default('open'),
  steps: integer('steps').notNull().default(0),
  finishedBy: text('finished_by'),
  finishedAt: instant('finished_at'),
  closedAt: instant('closed_at'),
});

export const improvementSteps = sqliteTable(
  'improvement_steps',
  {
    itemId: text('item_id').notNull(),
    number: integer('number').notNull(),
    kind: text('kind', { enum: STEP_KINDS }).notNull(),
    words: text('words').notNull(),
    dueDay: text('due_day'),
    takenBy: text('taken_by').notNull(),
    takenAt: instant('taken_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.number] })],
);

export const improvementReminders = sqliteTable(
  'improvement_reminders',
  {
    itemId: text('item_id').notNull(),
    dueDay: text('due_day').notNull(),
    kind: text('kind', { enum: ['before', 'after'] }).notNull(),
    remindedAt: instant('reminded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.dueDay, table.kind] })],
);

/** Who looks after each item: the organisers of its organisation or region. */
export const improvementKeepers = sqliteView('improvement_keepers', {
  itemId: text('item_id').notNull(),
  personId: text('person_id').notNull(),
}).existing();

/** Who may verify each, if they did not mend it: keepers, and officers of its region. */
export const improvementVerifiers = sqliteView('improvement_verifiers', {
  itemId: text('item_id').notNull(),
  personId: text('person_id').notNull(),
}).existing();

export type ImprovementItem = typeof improvementItems.$inferSelect;
export type ImprovementState = ImprovementItem['state'];
export type ImprovementStep = typeof improvementSteps.$inferSelect;
export type StepKind = ImprovementStep['kind'];
