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
