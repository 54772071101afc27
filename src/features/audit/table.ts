import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, instant } from '../../lib/db/columns.ts';

export const auditEntries = sqliteTable('audit_entries', {
  sequence: integer('sequence').primaryKey({ autoIncrement: true }),
  id: text('id').notNull(),
  at: instant('at').notNull(),
  actorKind: text('actor_kind', { enum: ['person', 'visitor', 'job', 'system'] }).notNull(),
  actorId: text('actor_id'),
  action: text('action').notNull(),
  subjectKind: text('subject_kind').notNull(),
  subjectId: text('subject_id').notNull(),
  details: text('details').notNull(),
  requestId: text('request_id').notNull(),
  digest: bytes('digest').notNull(),
});

export const auditSeals = sqliteTable('audit_seals', {
  sequence: integer('sequence').primaryKey(),
  previousHash: bytes('previous_hash').notNull(),
  digest: bytes('digest').notNull(),
  hash: bytes('hash').notNull(),
  sealedAt: instant('sealed_at').notNull(),
});

export const auditRoots = sqliteTable('audit_roots', {
  date: text('date').primaryKey(),
  firstSequence: integer('first_sequence').notNull(),
  lastSequence: integer('last_sequence').notNull(),
  entries: integer('entries').notNull(),
  hash: bytes('hash').notNull(),
  publishedAt: instant('published_at').notNull(),
  publicKey: bytes('public_key'),
  signature: bytes('signature'),
});

export type AuditEntry = typeof auditEntries.$inferSelect;
export type AuditSeal = typeof auditSeals.$inferSelect;
export type AuditRoot = typeof auditRoots.$inferSelect;
