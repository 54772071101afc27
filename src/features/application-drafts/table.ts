import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const STAMP_LEVELS = ['applicant', 'town', 'county', 'city', 'province'] as const;

/** 盖章扫描件: the form as it went round on paper. */
export const applicationStamps = sqliteTable('application_stamps', {
  fileId: text('file_id').primaryKey(),
  applicationId: text('application_id').notNull(),
  level: text('level', { enum: STAMP_LEVELS }).notNull(),
  addedBy: text('added_by').notNull(),
  addedAt: instant('added_at').notNull(),
});

export type ApplicationStamp = typeof applicationStamps.$inferSelect;
export type StampLevel = ApplicationStamp['level'];
