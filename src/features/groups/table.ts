import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const GROUP_KINDS = [
  'school',
  'kindergarten',
  'enterprise',
  'committee',
  'volunteer_team',
  'other',
] as const;

export const groupRequests = sqliteTable('group_requests', {
  id: text('id').primaryKey(),
  code: text('code').notNull(),
  hallSlug: text('hall_slug').notNull(),
  personId: text('person_id').notNull(),
  organisationId: text('organisation_id'),
  kind: text('kind', { enum: GROUP_KINDS }).notNull(),
  groupName: text('group_name').notNull(),
  leaderNameCipher: bytes('leader_name_cipher').notNull(),
  needsCipher: bytes('needs_cipher').notNull(),
  buses: integer('buses').notNull(),
  lunch: integer('lunch', { mode: 'boolean' }).notNull(),
  askedAt: instant('asked_at').notNull(),
  answerDueAt: instant('answer_due_at').notNull(),
  /** Until when an open request holds its places. */
  heldUntil: instant('held_until').notNull(),
  state: text('state', {
    enum: ['asked', 'countered', 'approved', 'refused', 'withdrawn', 'lapsed'],
  })
    .notNull()
    .default('asked'),
});

export const groupClasses = sqliteTable('group_classes', {
  bookingId: text('booking_id').primaryKey(),
  requestId: text('request_id').notNull(),
  label: text('label').notNull(),
  boys: integer('boys'),
  girls: integer('girls'),
});

export const groupDecisions = sqliteTable('group_decisions', {
  id: text('id').primaryKey(),
  requestId: text('request_id').notNull(),
  decision: text('decision', {
    enum: ['approved', 'refused', 'countered', 'accepted', 'withdrawn'],
  }).notNull(),
  reason: text('reason').notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
});

export const groupChanges = sqliteTable('group_changes', {
  id: text('id').primaryKey(),
  bookingId: text('booking_id').notNull(),
  changedBy: text('changed_by').notNull(),
  fromSessionId: text('from_session_id').notNull(),
  fromAdults: integer('from_adults').notNull(),
  fromChildren: integer('from_children').notNull(),
  sessionId: text('session_id').notNull(),
  adults: integer('adults').notNull(),
  children: integer('children').notNull(),
  boys: integer('boys'),
  girls: integer('girls'),
  changedAt: instant('changed_at').notNull(),
});

export type GroupRequest = typeof groupRequests.$inferSelect;
export type GroupKind = GroupRequest['kind'];
export type GroupState = GroupRequest['state'];
export type GroupClass = typeof groupClasses.$inferSelect;
export type GroupDecision = typeof groupDecisions.$inferSelect;
