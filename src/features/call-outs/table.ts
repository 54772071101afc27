import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 演练, 真实. */
export const CALL_OUT_KINDS = ['drill', 'real'] as const;
/** 能来, 不能来. */
export const CALL_OUT_ANSWERS = ['can', 'cannot'] as const;

export const callOuts = sqliteTable('call_outs', {
  id: text('id').primaryKey(),
  regionCode: text('region_code').notNull(),
  kind: text('kind', { enum: CALL_OUT_KINDS }).notNull(),
  /** Why names and numbers were opened. */
  reason: text('reason').notNull(),
  skillCode: text('skill_code'),
  organisationId: text('organisation_id'),
  gridCellId: text('grid_cell_id'),
  /** Only whose training for the skill holds on the day. */
  trained: integer('trained', { mode: 'boolean' }).notNull(),
  calledBy: text('called_by').notNull(),
  calledAt: instant('called_at').notNull(),
  howMany: integer('how_many').notNull().default(0),
  askedAt: instant('asked_at'),
});

export const callOutMembers = sqliteTable(
  'call_out_members',
  {
    callOutId: text('call_out_id').notNull(),
    volunteerId: text('volunteer_id').notNull(),
    personId: text('person_id').notNull(),
    answer: text('answer', { enum: ['none', ...CALL_OUT_ANSWERS] })
      .notNull()
      .default('none'),
  },
  (table) => [primaryKey({ columns: [table.callOutId, table.volunteerId] })],
);

export const callOutAskings = sqliteTable('call_out_askings', {
  callOutId: text('call_out_id').primaryKey(),
  /** 到哪里. */
  place: text('place').notNull(),
  askedBy: text('asked_by').notNull(),
  askedAt: instant('asked_at').notNull(),
});

export const callOutAnswers = sqliteTable('call_out_answers', {
  id: text('id').primaryKey(),
  callOutId: text('call_out_id').notNull(),
  personId: text('person_id').notNull(),
  answer: text('answer', { enum: CALL_OUT_ANSWERS }).notNull(),
  answeredAt: instant('answered_at').notNull(),
});

/** Who may call volunteers of which places. */
export const callOutOfficers = sqliteView('call_out_officers', {
  personId: text('person_id').notNull(),
  regionCode: text('region_code').notNull(),
  prefix: text('prefix').notNull(),
}).existing();

export type CallOut = typeof callOuts.$inferSelect;
export type CallOutKind = CallOut['kind'];
export type CallOutAnswer = (typeof callOutMembers.$inferSelect)['answer'];
