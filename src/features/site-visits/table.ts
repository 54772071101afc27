import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 首次会议, 末次会议, 一项. */
export const VISIT_ENTRY_KINDS = ['opening', 'closing', 'check'] as const;
/** 符合, 不符合, 没看到. */
export const CHECK_ANSWERS = ['yes', 'no', 'unseen'] as const;

export const siteVisits = sqliteTable('site_visits', {
  id: text('id').primaryKey(),
  applicationId: text('application_id').notNull(),
  step: text('step').notNull(),
  regionCode: text('region_code').notNull(),
  plannedOn: text('planned_on').notNull(),
  /** Offices and how many, no names. */
  party: text('party').notNull(),
  plannedBy: text('planned_by').notNull(),
  plannedAt: instant('planned_at').notNull(),
  state: text('state', { enum: ['planned', 'done'] })
    .notNull()
    .default('planned'),
});

export const siteVisitEntries = sqliteTable('site_visit_entries', {
  /** Drawn by the phone. */
  id: text('id').primaryKey(),
  visitId: text('visit_id').notNull(),
  personId: text('person_id').notNull(),
  kind: text('kind', { enum: VISIT_ENTRY_KINDS }).notNull(),
  /** `condition:<key>` or `point:<key>`; empty for meetings. */
  item: text('item').notNull(),
  answer: text('answer', { enum: CHECK_ANSWERS }),
  note: text('note').notNull(),
  /** How many were at a meeting. */
  present: integer('present'),
  /** By the site's clock. */
  at: instant('at').notNull(),
  deviceAt: instant('device_at').notNull(),
  receivedAt: instant('received_at').notNull(),
});

export const siteVisitConclusions = sqliteTable('site_visit_conclusions', {
  visitId: text('visit_id').primaryKey(),
  applicationId: text('application_id').notNull(),
  position: integer('position').notNull(),
  concludedBy: text('concluded_by').notNull(),
  concludedAt: instant('concluded_at').notNull(),
});

export type SiteVisit = typeof siteVisits.$inferSelect;
export type VisitEntry = typeof siteVisitEntries.$inferSelect;
export type SiteVisitConclusion = typeof siteVisitConclusions.$inferSelect;
