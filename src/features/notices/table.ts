import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const notices = sqliteTable('notices', {
  id: text('id').primaryKey(),
  createdAt: instant('created_at').notNull(),
  kind: text('kind', { enum: ['warning', 'service', 'activity', 'policy'] }),
  region: text('region'),
  validUntil: text('valid_until'),
  releasedNumber: integer('released_number'),
  releasedAt: instant('released_at'),
  withdrawnAt: instant('withdrawn_at'),
  isOpen: integer('is_open', { mode: 'boolean' }).notNull().default(true),
});

export const noticeVersions = sqliteTable('notice_versions', {
  id: text('id').primaryKey(),
  noticeId: text('notice_id').notNull(),
  number: integer('number').notNull(),
  title: text('title').notNull(),
  body: text('body').notNull(),
  kind: text('kind', { enum: ['warning', 'service', 'activity', 'policy'] }).notNull(),
  region: text('region'),
  issuer: text('issuer').notNull(),
  validFrom: text('valid_from'),
  validUntil: text('valid_until'),
  reason: text('reason'),
  writtenBy: text('written_by').notNull(),
  writtenAt: instant('written_at').notNull(),
});

export const noticeChecks = sqliteTable('notice_checks', {
  versionId: text('version_id').primaryKey(),
  outcome: text('outcome', { enum: ['passed', 'returned'] }).notNull(),
  opinion: text('opinion'),
  checkedBy: text('checked_by').notNull(),
  checkedAt: instant('checked_at').notNull(),
});

export const noticeReleases = sqliteTable('notice_releases', {
  versionId: text('version_id').primaryKey(),
  releasedBy: text('released_by').notNull(),
  releasedAt: instant('released_at').notNull(),
});

export const noticeWithdrawals = sqliteTable('notice_withdrawals', {
  noticeId: text('notice_id').primaryKey(),
  reason: text('reason').notNull(),
  withdrawnBy: text('withdrawn_by').notNull(),
  withdrawnAt: instant('withdrawn_at').notNull(),
});

export type Notice = typeof notices.$inferSelect;
export type NoticeVersion = typeof noticeVersions.$inferSelect;
export type NoticeKind = NoticeVersion['kind'];
export type NoticeCheck = typeof noticeChecks.$inferSelect;
export type NoticeRelease = typeof noticeReleases.$inferSelect;
export type NoticeWithdrawal = typeof noticeWithdrawals.$inferSelect;
