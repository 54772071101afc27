import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const banners = sqliteTable('banners', {
  id: text('id').primaryKey(),
  line: text('line').notNull(),
  level: text('level', { enum: ['notice', 'blue', 'yellow', 'orange', 'red'] }).notNull(),
  href: text('href'),
  region: text('region'),
  hours: integer('hours').notNull(),
  writtenBy: text('written_by').notNull(),
  writtenAt: instant('written_at').notNull(),
  releasedAt: instant('released_at'),
  until: instant('until'),
  endedAt: instant('ended_at'),
  reviewedAt: instant('reviewed_at'),
});

export const bannerReleases = sqliteTable('banner_releases', {
  bannerId: text('banner_id').primaryKey(),
  releasedBy: text('released_by').notNull(),
  releasedAt: instant('released_at').notNull(),
});

export const bannerExtensions = sqliteTable('banner_extensions', {
  id: text('id').primaryKey(),
  bannerId: text('banner_id').notNull(),
  hours: integer('hours').notNull(),
  extendedBy: text('extended_by').notNull(),
  extendedAt: instant('extended_at').notNull(),
});

export const bannerEnds = sqliteTable('banner_ends', {
  bannerId: text('banner_id').primaryKey(),
  endedBy: text('ended_by').notNull(),
  endedAt: instant('ended_at').notNull(),
});

export const bannerReviews = sqliteTable('banner_reviews', {
  bannerId: text('banner_id').primaryKey(),
  opinion: text('opinion').notNull(),
  reviewedBy: text('reviewed_by').notNull(),
  reviewedAt: instant('reviewed_at').notNull(),
});

export type Banner = typeof banners.$inferSelect;
export type BannerLevel = Banner['level'];
