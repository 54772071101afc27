import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const guideNeeds = sqliteTable('guide_needs', {
  id: text('id').primaryKey(),
  sessionId: text('session_id').notNull(),
  guides: integer('guides').notNull(),
  skillCode: text('skill_code').notNull(),
  languageCode: text('language_code'),
  trained: integer('trained', { mode: 'boolean' }).notNull(),
  openedBy: text('opened_by').notNull(),
  openedAt: instant('opened_at').notNull(),
  state: text('state', { enum: ['open', 'ended'] })
    .notNull()
    .default('open'),
});

export const guideDuties = sqliteTable('guide_duties', {
  id: text('id').primaryKey(),
  needId: text('need_id').notNull(),
  personId: text('person_id').notNull(),
  volunteerId: text('volunteer_id'),
  startsAt: instant('starts_at').notNull(),
  endsAt: instant('ends_at').notNull(),
  assignedBy: text('assigned_by'),
  takenAt: instant('taken_at').notNull(),
  promotedAt: instant('promoted_at'),
  state: text('state', { enum: ['reserve', 'active', 'dropped', 'served'] }).notNull(),
});

export const dutyDrops = sqliteTable('duty_drops', {
  dutyId: text('duty_id').primaryKey(),
  reason: text('reason', { enum: ['own', 'manager', 'stopped', 'ended', 'left'] }).notNull(),
  droppedBy: text('dropped_by'),
  droppedAt: instant('dropped_at').notNull(),
});

export const guideNeedEnds = sqliteTable('guide_need_ends', {
  needId: text('need_id').primaryKey(),
  endedBy: text('ended_by').notNull(),
  endedAt: instant('ended_at').notNull(),
});

export const dutyCheckIns = sqliteTable('duty_check_ins', {
  dutyId: text('duty_id').primaryKey(),
  markedBy: text('marked_by').notNull(),
  checkedInAt: instant('checked_in_at').notNull(),
});

/** Check-ins of the wrong person, taken back while the session lasts. */
export const dutyCheckInUndoings = sqliteTable(
  'duty_check_in_undoings',
  {
    dutyId: text('duty_id').notNull(),
    checkedInAt: instant('checked_in_at').notNull(),
    undoneBy: text('undone_by').notNull(),
    undoneAt: instant('undone_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dutyId, table.checkedInAt] })],
);

export type GuideNeed = typeof guideNeeds.$inferSelect;
export type GuideDuty = typeof guideDuties.$inferSelect;
export type DutyState = GuideDuty['state'];
