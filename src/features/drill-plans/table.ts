import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 桌面 / 实战; 单项 / 综合; 检验性 / 示范性 / 研究性: 《突发事件应急演练指南》（国务院应急办函〔2009〕62号）. */
export const DRILL_FORMS = ['practical', 'tabletop'] as const;
export const DRILL_CONTENTS = ['single', 'comprehensive'] as const;
export const DRILL_PURPOSES = ['test', 'demonstration', 'research'] as const;

export const drillPlans = sqliteTable('drill_plans', {
  id: text('id').primaryKey(),
  year: integer('year').notNull(),
  /** Null: the region's own plan. */
  organisationId: text('organisation_id'),
  regionCode: text('region_code').notNull(),
  openedBy: text('opened_by').notNull(),
  openedAt: instant('opened_at').notNull(),
  state: text('state', { enum: ['draft', 'published'] })
    .notNull()
    .default('draft'),
});

export const drillPlanItems = sqliteTable('drill_plan_items', {
  id: text('id').primaryKey(),
  planId: text('plan_id').notNull(),
  version: integer('version').notNull().default(0),
  month: integer('month').notNull().default(1),
  blind: integer('blind', { mode: 'boolean' }).notNull().default(false),
  state: text('state', { enum: ['planned', 'done', 'dropped'] })
    .notNull()
    .default('planned'),
  /** The day of the drill in China. */
  doneOn: text('done_on'),
  addedAt: instant('added_at').notNull(),
});

export const drillPlanItemVersions = sqliteTable(
  'drill_plan_item_versions',
  {
    itemId: text('item_id').notNull(),
    version: integer('version').notNull(),
    title: text('title').notNull(),
    hazard: text('hazard').notNull(),
    form: text('form', { enum: DRILL_FORMS }).notNull(),
    content: text('content', { enum: DRILL_CONTENTS }).notNull(),
    purpose: text('purpose', { enum: DRILL_PURPOSES }).notNull(),
    evacuation: integer('evacuation', { mode: 'boolean' }).notNull(),
    blind: integer('blind', { mode: 'boolean' }).notNull(),
    month: integer('month').notNull(),
    responsible: text('responsible').notNull(),
    reason: text('reason').notNull(),
    writtenBy: text('written_by').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.version] })],
);

export const drillPlanPublications = sqliteTable('drill_plan_publications', {
  planId: text('plan_id').primaryKey(),
  publishedBy: text('published_by').notNull(),
  publishedAt: instant('published_at').notNull(),
});

export const drillPlanItemDrops = sqliteTable('drill_plan_item_drops', {
  itemId: text('item_id').primaryKey(),
  reason: text('reason').notNull(),
  droppedBy: text('dropped_by').notNull(),
  droppedAt: instant('dropped_at').notNull(),
});

export type DrillPlan = typeof drillPlans.$inferSelect;
export type DrillPlanItem = typeof drillPlanItems.$inferSelect;
export type DrillPlanItemVersion = typeof drillPlanItemVersions.$inferSelect;
export type DrillPlanItemDrop = typeof drillPlanItemDrops.$inferSelect;
