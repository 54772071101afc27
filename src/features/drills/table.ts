import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';
import { DRILL_CONTENTS, DRILL_FORMS, DRILL_PURPOSES } from '../drill-plans/table.ts';

/** 准备, 已公告, 进行中, 已结束, 已取消. */
export const DRILL_STATES = ['preparing', 'announced', 'running', 'over', 'cancelled'] as const;
/** 参演, 控制, 模拟, 评估, 观摩: 《突发事件应急演练指南》（国务院应急办函〔2009〕62号）. */
export const DRILL_PARTS = ['player', 'controller', 'simulator', 'evaluator', 'observer'] as const;
/** 单位指派, 志愿者报名, 居民和家庭报名, 观摩报名. */
export const DRILL_FILLINGS = ['assigned', 'volunteer', 'household', 'observer'] as const;
/** 正常结束, 提前停止, 发生了真实突发事件. */
export const DRILL_END_KINDS = ['finished', 'stopped', 'real_event'] as const;

export const drills = sqliteTable('drills', {
  id: text('id').primaryKey(),
  /** Null: the region's own drill. */
  organisationId: text('organisation_id'),
  regionCode: text('region_code').notNull(),
  planItemId: text('plan_item_id'),
  templateSlug: text('template_slug').notNull(),
  /** 双盲. */
  blind: integer('blind', { mode: 'boolean' }).notNull(),
  openedBy: text('opened_by').notNull(),
  openedAt: instant('opened_at').notNull(),
  version: integer('version').notNull().default(0),
  startsAt: instant('starts_at').notNull().default(new Date(0)),
  endsAt: instant('ends_at').notNull().default(new Date(0)),
  state: text('state', { enum: DRILL_STATES }).notNull().default('preparing'),
  announcedAt: instant('announced_at'),
  startedAt: instant('started_at'),
  endedAt: instant('ended_at'),
});

export const drillVersions = sqliteTable(
  'drill_versions',
  {
    drillId: text('drill_id').notNull(),
    version: integer('version').notNull(),
    title: text('title').notNull(),
    hazard: text('hazard').notNull(),
    form: text('form', { enum: DRILL_FORMS }).notNull(),
    content: text('content', { enum: DRILL_CONTENTS }).notNull(),
    purpose: text('purpose', { enum: DRILL_PURPOSES }).notNull(),
    evacuation: integer('evacuation', { mode: 'boolean' }).notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    place: text('place').notNull(),
    muster: text('muster').notNull(),
    notice: text('notice').notNull(),
    contact: text('contact').notNull(),
    reason: text('reason').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.version] })],
);

export const drillScripts = sqliteTable(
  'drill_scripts',
  {
    drillId: text('drill_id').notNull(),
    version: integer('version').notNull(),
    /** A `DrillScript` as JSON. */
    script: text('script').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.version] })],
);

export const drillRoles = sqliteTable('drill_roles', {
  id: text('id').primaryKey(),
  drillId: text('drill_id').notNull(),
  position: integer('position').notNull(),
  name: text('name').notNull(),
  part: text('part', { enum: DRILL_PARTS }).notNull(),
  workGroup: text('work_group').notNull(),
  filledBy: text('filled_by', { enum: DRILL_FILLINGS }).notNull(),
  capacity: integer('capacity').notNull(),
  /** People who have joined. */
  taken: integer('taken').notNull().default(0),
  /** Codes of skills, as JSON. */
  training: text('training', { mode: 'json' }).$type<string[]>().notNull().default([]),
  duty: text('duty').notNull(),
  removedAt: instant('removed_at'),
});

export const drillParticipants = sqliteTable('drill_participants', {
  id: text('id').primaryKey(),
  drillId: text('drill_id').notNull(),
  roleId: text('role_id').notNull(),
  personId: text('person_id').notNull(),
  how: text('how', { enum: ['assigned', 'signed_up'] }).notNull(),
  adults: integer('adults').notNull().default(1),
  children: integer('children').notNull().default(0),
  /** 楼栋, 班组: by it people are counted at the muster point. */
  unit: text('unit').notNull().default(''),
  needs: text('needs', { mode: 'json' }).$type<string[]>().notNull().default([]),
  nameCipher: bytes('name_cipher').notNull(),
  joinedBy: text('joined_by').notNull(),
  joinedAt: instant('joined_at').notNull(),
  state: text('state', { enum: ['joined', 'waiting', 'left'] })
    .notNull()
    .default('joined'),
});

export const drillDepartures = sqliteTable('drill_departures', {
  participantId: text('participant_id').primaryKey(),
  reason: text('reason').notNull(),
  departedBy: text('departed_by').notNull(),
  departedAt: instant('departed_at').notNull(),
});

export const drillAnnouncements = sqliteTable('drill_announcements', {
  drillId: text('drill_id').primaryKey(),
  announcedBy: text('announced_by').notNull(),
  announcedAt: instant('announced_at').notNull(),
});

export const drillCancellations = sqliteTable('drill_cancellations', {
  drillId: text('drill_id').primaryKey(),
  reason: text('reason').notNull(),
  cancelledBy: text('cancelled_by').notNull(),
  cancelledAt: instant('cancelled_at').notNull(),
});

export const drillStarts = sqliteTable('drill_starts', {
  drillId: text('drill_id').primaryKey(),
  startedBy: text('started_by').notNull(),
  startedAt: instant('started_at').notNull(),
});

export const drillEnds = sqliteTable('drill_ends', {
  drillId: text('drill_id').primaryKey(),
  kind: text('kind', { enum: DRILL_END_KINDS }).notNull(),
  reason: text('reason').notNull(),
  endedBy: text('ended_by').notNull(),
  endedAt: instant('ended_at').notNull(),
});

/** Who organises each drill. */
export const drillLeaders = sqliteView('drill_leaders', {
  drillId: text('drill_id').notNull(),
  personId: text('person_id').notNull(),
}).existing();

/** Who may start and end it: its organisers, and whoever has a part of control. */
export const drillControllers = sqliteView('drill_controllers', {
  drillId: text('drill_id').notNull(),
  personId: text('person_id').notNull(),
}).existing();

export type Drill = typeof drills.$inferSelect;
export type DrillState = Drill['state'];
export type DrillVersion = typeof drillVersions.$inferSelect;
export type DrillRole = typeof drillRoles.$inferSelect;
export type DrillPart = DrillRole['part'];
export type DrillFilling = DrillRole['filledBy'];
export type DrillParticipant = typeof drillParticipants.$inferSelect;
export type DrillEnd = typeof drillEnds.$inferSelect;
