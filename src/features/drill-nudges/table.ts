import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 到期提醒 to those who organise: once for each organiser and period. */
export const drillNudges = sqliteTable(
  'drill_nudges',
  {
    kind: text('kind', { enum: ['region_duties', 'plan_items'] }).notNull(),
    regionCode: text('region_code').notNull(),
    /** Empty: the region itself. */
    organisationId: text('organisation_id').notNull(),
    /** The last day of the month, or the month. */
    period: text('period').notNull(),
    told: integer('told', { mode: 'boolean' }).notNull(),
    nudgedAt: instant('nudged_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.regionCode, table.organisationId, table.period] }),
  ],
);

export type DrillNudge = typeof drillNudges.$inferSelect;
