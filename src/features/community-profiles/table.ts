import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

/** 社区基本情况 is saved by sections, so that several people write at once. */
export const PROFILE_SECTIONS = [
  'basics',
  'vulnerable',
  'officers',
  'shelters',
  'stores',
  'warning',
  'risks',
  'plan',
  'figures',
  'publication',
] as const;

export const communityProfileVersions = sqliteTable(
  'community_profile_versions',
  {
    organisationId: text('organisation_id').notNull(),
    section: text('section', { enum: PROFILE_SECTIONS }).notNull(),
    /** 0 but for the section that comes by years. */
    year: integer('year').notNull(),
    version: integer('version').notNull(),
    /** JSON of a `SectionContent`, without what is sealed. */
    content: text('content').notNull(),
    officersCipher: bytes('officers_cipher'),
    keyVersion: integer('key_version'),
    digest: bytes('digest').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organisationId, table.section, table.year, table.version] }),
  ],
);

/** Follows from the versions that stand. */
export const communityDues = sqliteTable(
  'community_dues',
  {
    organisationId: text('organisation_id').notNull(),
    kind: text('kind', { enum: ['stores', 'plan'] }).notNull(),
    position: integer('position').notNull(),
    dueOn: text('due_on').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.kind, table.position] })],
);

export const communityDueReminders = sqliteTable(
  'community_due_reminders',
  {
    organisationId: text('organisation_id').notNull(),
    kind: text('kind', { enum: ['stores', 'plan'] }).notNull(),
    dueOn: text('due_on').notNull(),
    remindedAt: instant('reminded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.kind, table.dueOn] })],
);

/** Volunteers of a community, counted in the registry. */
export const communityVolunteers = sqliteView('community_volunteers', {
  organisationId: text('organisation_id').notNull(),
  volunteers: integer('volunteers').notNull(),
}).existing();

export type ProfileVersion = typeof communityProfileVersions.$inferSelect;
export type ProfileSection = ProfileVersion['section'];
export type DueKind = (typeof communityDues.$inferSelect)['kind'];
