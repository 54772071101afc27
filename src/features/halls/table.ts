import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { instant } from '../../lib/db/columns.ts';

export const halls = sqliteTable('halls', {
  slug: text('slug').primaryKey(),
  regionCode: text('region_code').notNull(),
  partyMax: integer('party_max').notNull(),
  bookingWindowDays: integer('booking_window_days').notNull(),
  bookingClosesMinutes: integer('booking_closes_minutes').notNull(),
  cancellationClosesMinutes: integer('cancellation_closes_minutes').notNull(),
  arrivalOpensMinutes: integer('arrival_opens_minutes').notNull(),
});

export const hallHours = sqliteTable(
  'hall_hours',
  {
    hallSlug: text('hall_slug').notNull(),
    weekday: integer('weekday').notNull(),
    startsMinute: integer('starts_minute').notNull(),
    endsMinute: integer('ends_minute').notNull(),
    capacity: integer('capacity').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hallSlug, table.weekday, table.startsMinute] })],
);

export const hallSessions = sqliteTable('hall_sessions', {
  id: text('id').primaryKey(),
  hallSlug: text('hall_slug').notNull(),
  startsAt: instant('starts_at').notNull(),
  endsAt: instant('ends_at').notNull(),
  bookingOpensAt: instant('booking_opens_at').notNull(),
  bookingClosesAt: instant('booking_closes_at').notNull(),
  cancellationClosesAt: instant('cancellation_closes_at').notNull(),
  arrivalOpensAt: instant('arrival_opens_at').notNull(),
  partyMax: integer('party_max').notNull(),
  capacity: integer('capacity').notNull(),
  openPlaces: integer('open_places').notNull(),
  booked: integer('booked').notNull().default(0),
});

export type Hall = typeof halls.$inferSelect;
export type HallHours = typeof hallHours.$inferSelect;
export type HallSession = typeof hallSessions.$inferSelect;
