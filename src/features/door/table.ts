import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const EVENT_KINDS = ['in', 'out', 'back', 'move', 'undo'] as const;

export const NOTE_KINDS = [
  'injury',
  'evacuation',
  'equipment',
  'lost_child',
  'lost_property',
  'complaint',
  'other',
  'handover',
] as const;

export const doorEvents = sqliteTable('door_events', {
  /** Drawn by the device. */
  id: text('id').primaryKey(),
  hallSlug: text('hall_slug').notNull(),
  sessionId: text('session_id').notNull(),
  /** Null for walk-ins. */
  bookingId: text('booking_id'),
  kind: text('kind', { enum: EVENT_KINDS }).notNull(),
  people: integer('people').notNull(),
  zone: text('zone'),
  undoes: text('undoes'),
  /** They have gone through already, on the word of a device without a link. */
  settled: integer('settled', { mode: 'boolean' }).notNull(),
  happenedAt: instant('happened_at').notNull(),
  receivedAt: instant('received_at').notNull(),
  deviceAt: instant('device_at'),
  deviceId: text('device_id'),
  deviceSequence: integer('device_sequence'),
  markedBy: text('marked_by').notNull(),
});

export const doorNotes = sqliteTable('door_notes', {
  id: text('id').primaryKey(),
  hallSlug: text('hall_slug').notNull(),
  day: text('day').notNull(),
  kind: text('kind', { enum: NOTE_KINDS }).notNull(),
  /** After midnight in China. */
  minute: integer('minute').notNull(),
  textCipher: bytes('text_cipher').notNull(),
  actionCipher: bytes('action_cipher').notNull(),
  keyVersion: integer('key_version').notNull(),
  writtenBy: text('written_by').notNull(),
  writtenAt: instant('written_at').notNull(),
});

export type DoorEvent = typeof doorEvents.$inferSelect;
export type EventKind = DoorEvent['kind'];
export type DoorNote = typeof doorNotes.$inferSelect;
export type NoteKind = DoorNote['kind'];
