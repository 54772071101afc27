import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 不足项, 整改项, 改进项. */
export const FINDING_KINDS = ['deficiency', 'rectification', 'improvement'] as const;

/** 发现的问题. */
export const drillFindings = sqliteTable('drill_findings', {
  id: text('id').primaryKey(),
  drillId: text('drill_id').notNull(),
  kind: text('kind', { enum: FINDING_KINDS }).notNull(),
  /** Of the script; empty where it belongs to none. */
  itemId: text('item_id').notNull(),
  problem: text('problem').notNull(),
  cause: text('cause').notNull(),
  suggestion: text('suggestion').notNull(),
  writtenBy: text('written_by').notNull(),
  writtenAt: instant('written_at').notNull(),
  removedAt: instant('removed_at'),
});

export const drillFindingRemovals = sqliteTable('drill_finding_removals', {
  findingId: text('finding_id').primaryKey(),
  reason: text('reason').notNull(),
  removedBy: text('removed_by').notNull(),
  removedAt: instant('removed_at').notNull(),
});

/** 总结报告: how far it has come. */
export const drillReports = sqliteTable('drill_reports', {
  drillId: text('drill_id').primaryKey(),
  /** Of its words. */
  version: integer('version').notNull().default(0),
  /** 0 before its release. */
  edition: integer('edition').notNull().default(0),
  /** Of the first edition. */
  releasedAt: instant('released_at'),
});

export const drillReportVersions = sqliteTable(
  'drill_report_versions',
  {
    drillId: text('drill_id').notNull(),
    version: integer('version').notNull(),
    words: text('words').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.version] })],
);

export const drillReportReleases = sqliteTable(
  'drill_report_releases',
  {
    drillId: text('drill_id').notNull(),
    edition: integer('edition').notNull(),
    version: integer('version').notNull(),
    content: text('content').notNull(),
    /** SHA-256 of `content`, in hexadecimal. */
    digest: text('digest').notNull(),
    /** 更正的原因; empty for the first edition. */
    reason: text('reason').notNull(),
    releasedBy: text('released_by').notNull(),
    releasedAt: instant('released_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.edition] })],
);

/** Which record a drill has become. */
export const drillRecordLinks = sqliteTable('drill_record_links', {
  drillId: text('drill_id').primaryKey(),
  recordId: text('record_id').notNull(),
  linkedBy: text('linked_by').notNull(),
  linkedAt: instant('linked_at').notNull(),
});

export type DrillFinding = typeof drillFindings.$inferSelect;
export type FindingKind = DrillFinding['kind'];
export type DrillReport = typeof drillReports.$inferSelect;
export type DrillReportRelease = typeof drillReportReleases.$inferSelect;
