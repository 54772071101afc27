import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';
import { DRILL_CONTENTS, DRILL_FORMS, DRILL_PURPOSES } from '../drill-plans/table.ts';

export const drillRecords = sqliteTable('drill_records', {
  id: text('id').primaryKey(),
  /** Null: the region's own drill. */
  organisationId: text('organisation_id'),
  regionCode: text('region_code').notNull(),
  planItemId: text('plan_item_id'),
  recordedBy: text('recorded_by').notNull(),
  recordedAt: instant('recorded_at').notNull(),
  version: integer('version').notNull().default(0),
  /** The day in China. */
  drilledOn: text('drilled_on').notNull().default(''),
  evacuation: integer('evacuation', { mode: 'boolean' }).notNull().default(false),
  content: text('content', { enum: DRILL_CONTENTS }).notNull().default('single'),
});

export const drillRecordVersions = sqliteTable(
  'drill_record_versions',
  {
    recordId: text('record_id').notNull(),
    version: integer('version').notNull(),
    hazard: text('hazard').notNull(),
    form: text('form', { enum: DRILL_FORMS }).notNull(),
    content: text('content', { enum: DRILL_CONTENTS }).notNull(),
    purpose: text('purpose', { enum: DRILL_PURPOSES }).notNull(),
    evacuation: integer('evacuation', { mode: 'boolean' }).notNull(),
    startedAt: instant('started_at').notNull(),
    peopleExpected: integer('people_expected').notNull(),
    peopleArrived: integer('people_arrived').notNull(),
    evacuationSeconds: integer('evacuation_seconds'),
    wentWrong: text('went_wrong').notNull(),
    improvement: text('improvement').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.recordId, table.version] })],
);

export const drillRecordGroups = sqliteTable(
  'drill_record_groups',
  {
    recordId: text('record_id').notNull(),
    version: integer('version').notNull(),
    position: integer('position').notNull(),
    /** A class, a floor, a group of staff; never a person. */
    name: text('name').notNull(),
    expected: integer('expected').notNull(),
    arrived: integer('arrived').notNull(),
  },
  (table) => [primaryKey({ columns: [table.recordId, table.version, table.position] })],
);

export const drillRecordAdditions = sqliteTable('drill_record_additions', {
  id: text('id').primaryKey(),
  recordId: text('record_id').notNull(),
  text: text('text').notNull(),
  addedBy: text('added_by').notNull(),
  addedAt: instant('added_at').notNull(),
});

export type DrillRecord = typeof drillRecords.$inferSelect;
export type DrillRecordVersion = typeof drillRecordVersions.$inferSelect;
export type DrillRecordGroup = typeof drillRecordGroups.$inferSelect;
export type DrillRecordAddition = typeof drillRecordAdditions.$inferSelect;
