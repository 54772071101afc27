import { primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const groupLapses = sqliteTable('group_lapses', {
  requestId: text('request_id').primaryKey(),
  /** Who had not answered: the hall (`asked`), or the leader (`countered`). */
  lapsedFrom: text('lapsed_from', { enum: ['asked', 'countered'] }).notNull(),
  lapsedAt: instant('lapsed_at').notNull(),
});

export const groupReminders = sqliteTable(
  'group_reminders',
  {
    requestId: text('request_id').notNull(),
    about: text('about', { enum: ['answer', 'release', 'offer'] }).notNull(),
    remindedAt: instant('reminded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.requestId, table.about] })],
);

export type GroupLapse = typeof groupLapses.$inferSelect;
export type ReminderAbout = (typeof groupReminders.$inferSelect)['about'];
