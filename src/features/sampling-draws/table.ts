import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** 已公布号码, 已冻结名单, 已抽出, 已作废. */
export const DRAW_STATES = ['named', 'frozen', 'drawn', 'dropped'] as const;

export const samplingDraws = sqliteTable('sampling_draws', {
  id: text('id').primaryKey(),
  programme: text('programme').notNull(),
  version: text('version').notNull(),
  step: text('step').notNull(),
  regionCode: text('region_code').notNull(),
  percent: integer('percent').notNull(),
  /** Which public number, so exactly that there is no choice left. */
  numberWords: text('number_words').notNull(),
  /** Where anybody reads it. */
  numberSource: text('number_source').notNull(),
  numberOn: text('number_on').notNull(),
  numberDigits: integer('number_digits').notNull(),
  namedBy: text('named_by').notNull(),
  namedAt: instant('named_at').notNull(),
  /** Follows from the rows of the other tables. */
  state: text('state', { enum: DRAW_STATES }).notNull().default('named'),
});

export const drawFiles = sqliteTable(
  'draw_files',
  {
    drawId: text('draw_id').notNull(),
    /** Of this list alone; an application is followed by another one. */
    code: text('code').notNull(),
    applicationId: text('application_id').notNull(),
  },
  (row) => [primaryKey({ columns: [row.drawId, row.code] })],
);

/** Which files wait for a draw now. */
export const drawCandidates = sqliteView('draw_candidates', {
  drawId: text('draw_id').notNull(),
  applicationId: text('application_id').notNull(),
}).existing();

export const drawFreezes = sqliteTable('draw_freezes', {
  drawId: text('draw_id').primaryKey(),
  listSha256: text('list_sha256').notNull(),
  files: integer('files').notNull(),
  size: integer('size').notNull(),
  frozenBy: text('frozen_by').notNull(),
  frozenAt: instant('frozen_at').notNull(),
});

export const drawResults = sqliteTable('draw_results', {
  drawId: text('draw_id').primaryKey(),
  number: text('number').notNull(),
  drawnBy: text('drawn_by').notNull(),
  drawnAt: instant('drawn_at').notNull(),
});

export const drawDrops = sqliteTable('draw_drops', {
  drawId: text('draw_id').primaryKey(),
  reason: text('reason').notNull(),
  droppedBy: text('dropped_by').notNull(),
  droppedAt: instant('dropped_at').notNull(),
});

export type SamplingDraw = typeof samplingDraws.$inferSelect;
export type DrawFreeze = typeof drawFreezes.$inferSelect;
export type DrawResult = typeof drawResults.$inferSelect;
export type DrawDrop = typeof drawDrops.$inferSelect;
