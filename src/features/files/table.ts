import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

/** What files are sent for; a feature that takes files adds its purpose. */
export const FILE_PURPOSES = [
  'organisation_proof',
  'group_letter',
  'drill_photo',
  'improvement_proof',
  'risk_map',
  'site_visit_photo',
  'application_evidence',
  'stamped_form',
] as const;

export const filePurposes = sqliteTable('file_purposes', {
  name: text('name', { enum: FILE_PURPOSES }).primaryKey(),
  subjectKind: text('subject_kind').notNull(),
  subjectFilesMax: integer('subject_files_max').notNull(),
  sizeMax: integer('size_max').notNull(),
  dayFilesMax: integer('day_files_max').notNull(),
  dayBytesMax: integer('day_bytes_max').notNull(),
  keptDays: integer('kept_days').notNull(),
});

export const files = sqliteTable('files', {
  id: text('id').primaryKey(),
  purpose: text('purpose', { enum: FILE_PURPOSES }).notNull(),
  ownerId: text('owner_id').notNull(),
  nameCipher: bytes('name_cipher').notNull(),
  size: integer('size').notNull(),
  startedAt: instant('started_at').notNull(),
  state: text('state', { enum: ['uploading', 'quarantined', 'clean', 'infected', 'removed'] })
    .notNull()
    .default('uploading'),
  scanTriedAt: instant('scan_tried_at'),
  bytesDeletedAt: instant('bytes_deleted_at'),
});

export const fileParts = sqliteTable(
  'file_parts',
  {
    fileId: text('file_id').notNull(),
    number: integer('number').notNull(),
    size: integer('size').notNull(),
    sha256: bytes('sha256').notNull(),
  },
  (table) => [primaryKey({ columns: [table.fileId, table.number] })],
);

export const fileCompletions = sqliteTable('file_completions', {
  fileId: text('file_id').primaryKey(),
  type: text('type', { enum: ['jpeg', 'png', 'webp', 'pdf', 'docx', 'xlsx', 'mp4'] }).notNull(),
  completedAt: instant('completed_at').notNull(),
});

export const fileScans = sqliteTable('file_scans', {
  fileId: text('file_id').primaryKey(),
  verdict: text('verdict', { enum: ['clean', 'infected'] }).notNull(),
  scanner: text('scanner').notNull(),
  scannedAt: instant('scanned_at').notNull(),
});

export const fileLinks = sqliteTable('file_links', {
  fileId: text('file_id').primaryKey(),
  subjectKind: text('subject_kind').notNull(),
  subjectId: text('subject_id').notNull(),
  linkedBy: text('linked_by').notNull(),
  linkedAt: instant('linked_at').notNull(),
});

export const fileRemovals = sqliteTable('file_removals', {
  fileId: text('file_id').primaryKey(),
  reason: text('reason', { enum: ['refused', 'abandoned', 'expired', 'account_erased'] }).notNull(),
  removedAt: instant('removed_at').notNull(),
});

export type StoredFile = typeof files.$inferSelect;
export type FilePurpose = StoredFile['purpose'];
export type FileType = (typeof fileCompletions.$inferSelect)['type'];
export type FilePart = typeof fileParts.$inferSelect;
