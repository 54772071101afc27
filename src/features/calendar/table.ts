import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const calendarYears = sqliteTable('calendar_years', {
  year: integer('year').primaryKey(),
  sourceTitle: text('source_title').notNull(),
  issuedOn: text('issued_on').notNull(),
});

export const calendarDays = sqliteTable('calendar_days', {
  day: text('day').primaryKey(),
  year: integer('year').notNull(),
  kind: text('kind', { enum: ['holiday', 'make_up_workday'] }).notNull(),
  name: text('name').notNull(),
});

export const calendarRevisions = sqliteTable('calendar_revisions', {
  id: text('id').primaryKey(),
  year: integer('year').notNull(),
  revisedBy: text('revised_by').notNull(),
  revisedAt: instant('revised_at').notNull(),
});

export type CalendarYear = typeof calendarYears.$inferSelect;
export type CalendarDay = typeof calendarDays.$inferSelect;
