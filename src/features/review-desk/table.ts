import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** Which office decides at which step of a file. */
export const applicationOffices = sqliteView('application_offices', {
  applicationId: text('application_id').notNull(),
  step: text('step').notNull(),
  regionCode: text('region_code').notNull(),
}).existing();

/** Who works for an office, of its own region or of the one that took over. */
export const officeOfficers = sqliteView('office_officers', {
  personId: text('person_id').notNull(),
  regionCode: text('region_code').notNull(),
}).existing();

/** Who has nothing to decide about a file. */
export const applicationRecusals = sqliteView('application_recusals', {
  applicationId: text('application_id').notNull(),
  personId: text('person_id').notNull(),
}).existing();

export const reviewMarks = sqliteTable(
  'review_marks',
  {
    applicationId: text('application_id').notNull(),
    step: text('step').notNull(),
    /** Of a point. */
    key: text('key').notNull(),
    version: integer('version').notNull(),
    tenths: integer('tenths').notNull(),
    reason: text('reason').notNull(),
    markedBy: text('marked_by').notNull(),
    markedAt: instant('marked_at').notNull(),
  },
  (row) => [primaryKey({ columns: [row.applicationId, row.step, row.key, row.version] })],
);

export const reviewAssignments = sqliteTable('review_assignments', {
  id: text('id').primaryKey(),
  applicationId: text('application_id').notNull(),
  step: text('step').notNull(),
  officerId: text('officer_id').notNull(),
  assignedBy: text('assigned_by').notNull(),
  assignedAt: instant('assigned_at').notNull(),
  endedAt: instant('ended_at'),
});

export const reviewDelegations = sqliteTable('review_delegations', {
  id: text('id').primaryKey(),
  regionCode: text('region_code').notNull(),
  fromId: text('from_id').notNull(),
  toId: text('to_id').notNull(),
  fromOn: text('from_on').notNull(),
  untilOn: text('until_on').notNull(),
  enteredBy: text('entered_by').notNull(),
  enteredAt: instant('entered_at').notNull(),
  endedBy: text('ended_by'),
  endedAt: instant('ended_at'),
});

export const BATCH_ACTS = ['assignment', 'approval', 'return'] as const;

export const reviewBatches = sqliteTable('review_batches', {
  id: text('id').primaryKey(),
  act: text('act', { enum: BATCH_ACTS }).notNull(),
  actedBy: text('acted_by').notNull(),
  actedAt: instant('acted_at').notNull(),
  results: text('results').notNull(),
});

export const reviewNudges = sqliteTable(
  'review_nudges',
  {
    kind: text('kind', { enum: ['digest', 'escalation', 'correction'] }).notNull(),
    regionCode: text('region_code').notNull(),
    /** Empty: of all files of the office. */
    applicationId: text('application_id').notNull().default(''),
    period: text('period').notNull(),
    nudgedAt: instant('nudged_at').notNull(),
  },
  (row) => [primaryKey({ columns: [row.kind, row.regionCode, row.applicationId, row.period] })],
);

export type ReviewMark = typeof reviewMarks.$inferSelect;
export type ReviewAssignment = typeof reviewAssignments.$inferSelect;
export type ReviewDelegation = typeof reviewDelegations.$inferSelect;
export type BatchAct = (typeof BATCH_ACTS)[number];
