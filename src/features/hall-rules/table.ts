import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

/** Who opened a hall to bookings, when. Never changed and never taken back. */
export const hallOpenings = sqliteTable('hall_openings', {
  hallSlug: text('hall_slug').primaryKey(),
  openedBy: text('opened_by').notNull(),
  openedAt: instant('opened_at').notNull(),
});
