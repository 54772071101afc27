import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const organisations = sqliteTable('organisations', {
  id: text('id').primaryKey(),
  kind: text('kind', {
    enum: ['school', 'kindergarten', 'enterprise', 'committee', 'volunteer_team'],
  }).notNull(),
  name: text('name').notNull(),
  regionCode: text('region_code').notNull(),
  claimedBy: text('claimed_by').notNull(),
  claimedAt: instant('claimed_at').notNull(),
  state: text('state', { enum: ['claimed', 'verified', 'refused'] })
    .notNull()
    .default('claimed'),
  /** When the last of its people erased their account; another may claim the name since. */
  unclaimedAt: instant('unclaimed_at'),
});

export const organisationMembers = sqliteTable('organisation_members', {
  id: text('id').primaryKey(),
  organisationId: text('organisation_id').notNull(),
  personId: text('person_id').notNull(),
  addedBy: text('added_by').notNull(),
  addedAt: instant('added_at').notNull(),
  responsible: integer('responsible', { mode: 'boolean' }).notNull().default(false),
  state: text('state', { enum: ['active', 'left'] })
    .notNull()
    .default('active'),
});

export const organisationDecisions = sqliteTable('organisation_decisions', {
  organisationId: text('organisation_id').primaryKey(),
  decision: text('decision', { enum: ['verified', 'refused'] }).notNull(),
  reason: text('reason').notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

export const organisationHandovers = sqliteTable('organisation_handovers', {
  id: text('id').primaryKey(),
  organisationId: text('organisation_id').notNull(),
  fromPersonId: text('from_person_id').notNull(),
  toPersonId: text('to_person_id').notNull(),
  handedAt: instant('handed_at').notNull(),
});

export const organisationDepartures = sqliteTable('organisation_departures', {
  memberId: text('member_id').primaryKey(),
  organisationId: text('organisation_id'),
  departedBy: text('departed_by').notNull(),
  departedAt: instant('departed_at').notNull(),
});

export type Organisation = typeof organisations.$inferSelect;
export type OrganisationKind = Organisation['kind'];
export type OrganisationMember = typeof organisationMembers.$inferSelect;
export type OrganisationDecision = typeof organisationDecisions.$inferSelect;
