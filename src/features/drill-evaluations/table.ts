import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 评估表: one for each evaluator of a drill. */
export const drillSheets = sqliteTable(
  'drill_sheets',
  {
    drillId: text('drill_id').notNull(),
    evaluatorId: text('evaluator_id').notNull(),
    openedAt: instant('opened_at').notNull(),
    state: text('state', { enum: ['open', 'handed_in'] })
      .notNull()
      .default('open'),
    /** How often it was handed in. */
    round: integer('round').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.evaluatorId] })],
);

/** 是, 否, 不适用, and nothing said yet. */
export const ANSWERS = ['yes', 'no', 'na', ''] as const;
export type Answer = (typeof ANSWERS)[number];

/** What one evaluator says of one item. */
export interface ItemAnswer {
  item: string;
  answer: Answer;
  note: string;
}

export const drillSheetSaves = sqliteTable(
  'drill_sheet_saves',
  {
    drillId: text('drill_id').notNull(),
    evaluatorId: text('evaluator_id').notNull(),
    /** Phase and group: `run:疏散`. */
    section: text('section').notNull(),
    version: integer('version').notNull(),
    answers: text('answers', { mode: 'json' }).$type<ItemAnswer[]>().notNull(),
    savedAt: instant('saved_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.drillId, table.evaluatorId, table.section, table.version] }),
  ],
);

export const drillSheetHandIns = sqliteTable(
  'drill_sheet_hand_ins',
  {
    drillId: text('drill_id').notNull(),
    evaluatorId: text('evaluator_id').notNull(),
    round: integer('round').notNull(),
    handedInAt: instant('handed_in_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.evaluatorId, table.round] })],
);

export const drillSheetReopenings = sqliteTable(
  'drill_sheet_reopenings',
  {
    drillId: text('drill_id').notNull(),
    evaluatorId: text('evaluator_id').notNull(),
    round: integer('round').notNull(),
    reason: text('reason').notNull(),
    reopenedBy: text('reopened_by').notNull(),
    reopenedAt: instant('reopened_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.evaluatorId, table.round] })],
);

/** Who has answered 参演自评; what was answered stands apart. */
export const drillSelfEvaluationReceipts = sqliteTable('drill_self_evaluation_receipts', {
  participantId: text('participant_id').primaryKey(),
  drillId: text('drill_id').notNull(),
  givenBy: text('given_by').notNull(),
});

/** 参演自评: an answer without anybody's name, time or order. */
export const drillSelfEvaluations = sqliteTable('drill_self_evaluations', {
  /** From a code that only whoever answered has: at random for everybody else. */
  id: text('id').primaryKey(),
  drillId: text('drill_id').notNull(),
  understood: integer('understood').notNull(),
  knew: integer('knew').notNull(),
  safe: integer('safe').notNull(),
  wish: text('wish').notNull(),
});

/** 优, 良, 合格: from how many of 100 points on. */
export const drillGradeBands = sqliteTable('drill_grade_bands', {
  id: text('id').primaryKey(),
  /** Empty: the site's own. */
  regionCode: text('region_code').notNull(),
  excellent: integer('excellent').notNull(),
  good: integer('good').notNull(),
  pass: integer('pass').notNull(),
  reason: text('reason').notNull(),
  /** Null: as the site came. */
  setBy: text('set_by'),
  setAt: instant('set_at').notNull(),
});

/** Who may fill in a sheet of a drill: those with that part, and its organisers. */
export const drillEvaluators = sqliteView('drill_evaluators', {
  drillId: text('drill_id').notNull(),
  personId: text('person_id').notNull(),
}).existing();

export type DrillSheetRow = typeof drillSheets.$inferSelect;
export type DrillSheetSave = typeof drillSheetSaves.$inferSelect;
export type DrillSheetReopening = typeof drillSheetReopenings.$inferSelect;
export type SelfEvaluation = Omit<typeof drillSelfEvaluations.$inferSelect, 'id' | 'drillId'>;
export type GradeBands = typeof drillGradeBands.$inferSelect;
