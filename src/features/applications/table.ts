import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';
import { EVIDENCE_KINDS } from '../programmes/schema.ts';

export const officeSuccessions = sqliteTable('office_successions', {
  regionCode: text('region_code').primaryKey(),
  successorCode: text('successor_code').notNull(),
  document: text('document').notNull(),
  enteredBy: text('entered_by').notNull(),
  enteredAt: instant('entered_at').notNull(),
});

/** Which region's officers may act for another that is no more. */
export const officeScopes = sqliteView('office_scopes', {
  regionCode: text('region_code').notNull(),
  scopeId: text('scope_id').notNull(),
}).existing();

export const applicationProgrammes = sqliteTable(
  'application_programmes',
  {
    programme: text('programme').notNull(),
    version: text('version').notNull(),
    sha256: text('sha256').notNull(),
    thresholdTenths: integer('threshold_tenths').notNull(),
    noticeDays: integer('notice_days').notNull(),
  },
  (row) => [primaryKey({ columns: [row.programme, row.version] })],
);

export const applicationMachines = sqliteTable(
  'application_machines',
  {
    programme: text('programme').notNull(),
    version: text('version').notNull(),
    fromState: text('from_state').notNull(),
    act: text('act').notNull(),
    toState: text('to_state').notNull(),
    byLevel: text('by_level', {
      enum: ['applicant', 'town', 'county', 'city', 'province', 'clock'],
    }).notNull(),
    scored: integer('scored', { mode: 'boolean' }).notNull(),
  },
  (row) => [primaryKey({ columns: [row.programme, row.version, row.fromState, row.act] })],
);

export const applications = sqliteTable('applications', {
  id: text('id').primaryKey(),
  code: text('code').notNull(),
  programme: text('programme').notNull(),
  version: text('version').notNull(),
  /** Null for a region that applies for itself. */
  organisationId: text('organisation_id'),
  regionCode: text('region_code').notNull(),
  name: text('name').notNull(),
  begunBy: text('begun_by').notNull(),
  begunAt: instant('begun_at').notNull(),
  decisions: integer('decisions').notNull().default(0),
  /** From here on kept for queues, and never late by more than the job that follows the time. */
  state: text('state').notNull().default('draft'),
  turn: text('turn', { enum: ['applicant', 'town', 'county', 'city', 'province'] }).default(
    'applicant',
  ),
  turnRegion: text('turn_region'),
  since: instant('since').notNull(),
  untilOn: text('until_on'),
  paused: integer('paused', { mode: 'boolean' }).notNull().default(false),
  changesAt: instant('changes_at'),
});

export const applicationDecisions = sqliteTable(
  'application_decisions',
  {
    applicationId: text('application_id').notNull(),
    position: integer('position').notNull(),
    programme: text('programme').notNull(),
    version: text('version').notNull(),
    fromState: text('from_state').notNull(),
    act: text('act').notNull(),
    toState: text('to_state').notNull(),
    byLevel: text('by_level', {
      enum: ['applicant', 'town', 'county', 'city', 'province'],
    }).notNull(),
    byRegion: text('by_region'),
    authorId: text('author_id').notNull(),
    decidedAt: instant('decided_at').notNull(),
    reason: text('reason').notNull(),
    tenths: integer('tenths'),
    noticeFrom: text('notice_from'),
    noticeUntil: text('notice_until'),
    content: text('content').notNull(),
  },
  (row) => [primaryKey({ columns: [row.applicationId, row.position] })],
);

export const ENTRY_PARTS = ['condition', 'point'] as const;

export const applicationEntries = sqliteTable(
  'application_entries',
  {
    applicationId: text('application_id').notNull(),
    part: text('part', { enum: ENTRY_PARTS }).notNull(),
    key: text('key').notNull(),
    version: integer('version').notNull(),
    answer: text('answer'),
    reason: text('reason').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (row) => [primaryKey({ columns: [row.applicationId, row.part, row.key, row.version] })],
);

export const applicationEvidence = sqliteTable('application_evidence', {
  id: text('id').primaryKey(),
  applicationId: text('application_id').notNull(),
  part: text('part', { enum: ENTRY_PARTS }).notNull(),
  key: text('key').notNull(),
  kind: text('kind', { enum: EVIDENCE_KINDS }).notNull(),
  figure: text('figure').notNull().default(''),
  subjectId: text('subject_id').notNull(),
  title: text('title').notNull(),
  digest: bytes('digest').notNull(),
  fileId: text('file_id'),
  addedBy: text('added_by').notNull(),
  addedAt: instant('added_at').notNull(),
  removedBy: text('removed_by'),
  removedAt: instant('removed_at'),
});

export const applicationRounds = sqliteTable('application_rounds', {
  id: text('id').primaryKey(),
  programme: text('programme').notNull(),
  regionCode: text('region_code').notNull(),
  opensAt: instant('opens_at').notNull(),
  closesAt: instant('closes_at').notNull(),
  document: text('document').notNull(),
  setBy: text('set_by').notNull(),
  setAt: instant('set_at').notNull(),
});

/** Who writes an application: of an organisation, or of a region. */
export const applicationWriters = sqliteView('application_writers', {
  personId: text('person_id').notNull(),
  organisationId: text('organisation_id'),
  regionCode: text('region_code'),
}).existing();

export type Application = typeof applications.$inferSelect;
export type ApplicationDecision = typeof applicationDecisions.$inferSelect;
export type ApplicationEntry = typeof applicationEntries.$inferSelect;
export type EntryPart = ApplicationEntry['part'];
export type ApplicationEvidence = typeof applicationEvidence.$inferSelect;
export type ApplicationRound = typeof applicationRounds.$inferSelect;
