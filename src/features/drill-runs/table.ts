import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

/** 已发出, 收到, 做了, 起点, 终点, 点人数, 到了, 观察, 听到停止, 撤回. */
export const ENTRY_KINDS = [
  'inject_sent',
  'inject_seen',
  'inject_done',
  'measure_from',
  'measure_to',
  'muster',
  'arrived',
  'observation',
  'stop_heard',
  'undo',
] as const;

/** How many entries each drill has: the version of its log. */
export const drillLogs = sqliteTable('drill_logs', {
  drillId: text('drill_id').primaryKey(),
  entries: integer('entries').notNull(),
});

export const drillLogEntries = sqliteTable('drill_log_entries', {
  /** Drawn by the phone. */
  id: text('id').primaryKey(),
  drillId: text('drill_id').notNull(),
  /** Null: an organiser who has no role in it. */
  participantId: text('participant_id'),
  personId: text('person_id').notNull(),
  kind: text('kind', { enum: ENTRY_KINDS }).notNull(),
  /** Of an inject, a measure, a participant, or the entry that is taken back; else empty. */
  ref: text('ref').notNull(),
  /** 楼栋, 班组 of a head-count; else empty. */
  unit: text('unit').notNull(),
  /** How many of the unit are present. */
  value: integer('value'),
  /** How many should be, as far as whoever counted knew. */
  expected: integer('expected'),
  /** Under the key of the person who wrote it. */
  noteCipher: bytes('note_cipher'),
  /** By the site's clock. */
  at: instant('at').notNull(),
  deviceAt: instant('device_at').notNull(),
  receivedAt: instant('received_at').notNull(),
});

export type LogRow = typeof drillLogEntries.$inferSelect;
export type EntryKind = LogRow['kind'];
