import { integer, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const skills = sqliteTable('skills', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind', { enum: ['skill', 'language'] }).notNull(),
  position: integer('position').notNull(),
});

export const gridCells = sqliteTable('grid_cells', {
  id: text('id').primaryKey(),
  organisationId: text('organisation_id').notNull(),
  name: text('name').notNull(),
  addedBy: text('added_by').notNull(),
  addedAt: instant('added_at').notNull(),
});

export const volunteers = sqliteTable('volunteers', {
  id: text('id').primaryKey(),
  personId: text('person_id').notNull(),
  regionCode: text('region_code').notNull(),
  organisationId: text('organisation_id'),
  gridCellId: text('grid_cell_id'),
  hallSlug: text('hall_slug'),
  nameCipher: bytes('name_cipher').notNull(),
  registeredAt: instant('registered_at').notNull(),
  state: text('state', { enum: ['asked', 'confirmed', 'refused', 'left'] })
    .notNull()
    .default('asked'),
});

export const volunteerSkills = sqliteTable('volunteer_skills', {
  volunteerId: text('volunteer_id').notNull(),
  skillCode: text('skill_code').notNull(),
});

export const volunteerConsents = sqliteTable('volunteer_consents', {
  volunteerId: text('volunteer_id').notNull(),
  purpose: text('purpose', { enum: ['guiding', 'drills', 'call_out'] }).notNull(),
  givenAt: instant('given_at').notNull(),
});

export const volunteerRevisions = sqliteTable('volunteer_revisions', {
  id: text('id').primaryKey(),
  volunteerId: text('volunteer_id').notNull(),
  personId: text('person_id').notNull(),
  revisedAt: instant('revised_at').notNull(),
});

export const volunteerDecisions = sqliteTable('volunteer_decisions', {
  id: text('id').primaryKey(),
  volunteerId: text('volunteer_id').notNull(),
  decision: text('decision', { enum: ['confirmed', 'refused'] }).notNull(),
  reason: text('reason').notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

export const volunteerDepartures = sqliteTable('volunteer_departures', {
  volunteerId: text('volunteer_id').primaryKey(),
  departedAt: instant('departed_at').notNull(),
});

export const volunteerTrainings = sqliteTable('volunteer_trainings', {
  id: text('id').primaryKey(),
  volunteerId: text('volunteer_id').notNull(),
  skillCode: text('skill_code').notNull(),
  name: text('name').notNull(),
  heldOn: text('held_on').notNull(),
  validUntil: text('valid_until'),
  recordedBy: text('recorded_by').notNull(),
  recordedAt: instant('recorded_at').notNull(),
  state: text('state', { enum: ['recorded', 'withdrawn'] })
    .notNull()
    .default('recorded'),
});

export const trainingWithdrawals = sqliteTable('training_withdrawals', {
  trainingId: text('training_id').primaryKey(),
  withdrawnBy: text('withdrawn_by').notNull(),
  withdrawnAt: instant('withdrawn_at').notNull(),
});

export const volunteerHours = sqliteTable('volunteer_hours', {
  volunteerId: text('volunteer_id').notNull(),
  activity: text('activity', { enum: ['guiding', 'drill'] }).notNull(),
  subjectId: text('subject_id').notNull(),
  minutes: integer('minutes').notNull(),
  servedOn: text('served_on').notNull(),
});

/** A row for each confirmed volunteer, skill and purpose that they agreed to. */
export const volunteerPool = sqliteView('volunteer_pool', {
  volunteerId: text('volunteer_id').notNull(),
  personId: text('person_id').notNull(),
  regionCode: text('region_code').notNull(),
  organisationId: text('organisation_id'),
  gridCellId: text('grid_cell_id'),
  hallSlug: text('hall_slug'),
  skillCode: text('skill_code').notNull(),
  purpose: text('purpose', { enum: ['guiding', 'drills', 'call_out'] }).notNull(),
  /** The day until which a training proves the skill; null without one. */
  trainedUntil: text('trained_until'),
}).existing();

export type Skill = typeof skills.$inferSelect;
export type GridCell = typeof gridCells.$inferSelect;
export type Volunteer = typeof volunteers.$inferSelect;
export type VolunteerState = Volunteer['state'];
export type VolunteerPurpose = (typeof volunteerConsents.$inferSelect)['purpose'];
export type VolunteerTraining = typeof volunteerTrainings.$inferSelect;
export type VolunteerDecision = typeof volunteerDecisions.$inferSelect;
