import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const hallOutages = sqliteTable('hall_outages', {
  id: text('id').primaryKey(),
  hallSlug: text('hall_slug').notNull(),
  kind: text('kind', { enum: ['exhibit', 'zone', 'hall'] }).notNull(),
  /** An exhibit or a zone of the hall's content; empty for the hall. */
  name: text('name').notNull(),
  reason: text('reason').notNull(),
  fromDay: text('from_day').notNull(),
  /** Included; null where nobody knows yet. */
  untilDay: text('until_day'),
  /** What each session opens meanwhile; null where it opens as many as ever. */
  places: integer('places'),
  decidedBy: text('decided_by').notNull(),
  decidedAt: instant('decided_at').notNull(),
  state: text('state', { enum: ['active', 'ended'] })
    .notNull()
    .default('active'),
});

export const hallOutageEnds = sqliteTable('hall_outage_ends', {
  outageId: text('outage_id').primaryKey(),
  endedBy: text('ended_by').notNull(),
  endedAt: instant('ended_at').notNull(),
});

export type Outage = typeof hallOutages.$inferSelect;
