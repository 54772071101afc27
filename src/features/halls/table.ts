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
  /** 1 = Monday … 7 = Sunday; null for a hall that closes on no day of the week. */
  closureWeekday: integer('closure_weekday'),
  groupWindowDays: integer('group_window_days').notNull().default(60),
  groupClosesWorkdays: integer('group_closes_workdays').notNull().default(3),
  groupMin: integer('group_min').notNull().default(15),
  minorsPerAdult: integer('minors_per_adult').notNull().default(10),
  /** What one organisation can hold in a calendar month; null where there is no such limit. */
  groupMonthPlaces: integer('group_month_places'),
  /** From so many people on, a party is a large one with rules of its own; null where none is taken. */
  largePartyMin: integer('large_party_min'),
  /** How long after its start a session keeps the places of a family that has not come; twice as long for a class. */
  lateMinutes: integer('late_minutes').notNull().default(15),
});

export const hallHours = sqliteTable(
  'hall_hours',
  {
    hallSlug: text('hall_slug').notNull(),
    /** A season of `hall_seasons`; empty for the rest of the year. */
    season: text('season').notNull().default(''),
    weekday: integer('weekday').notNull(),
    ...sessionHours(),
  },
  (table) => [
    primaryKey({ columns: [table.hallSlug, table.season, table.weekday, table.startsMinute] }),
  ],
);

export const hallSeasons = sqliteTable(
  'hall_seasons',
  {
    hallSlug: text('hall_slug').notNull(),
    season: text('season').notNull(),
    fromDay: text('from_day').notNull(),
    untilDay: text('until_day').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hallSlug, table.season] })],
);

export const hallDays = sqliteTable(
  'hall_days',
  {
    hallSlug: text('hall_slug').notNull(),
    day: text('day').notNull(),
    kind: text('kind', { enum: ['closed', 'hours'] }).notNull(),
    reason: text('reason').notNull(),
    decidedBy: text('decided_by').notNull(),
    decidedAt: instant('decided_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hallSlug, table.day] })],
);

export const hallDayHours = sqliteTable(
  'hall_day_hours',
  { hallSlug: text('hall_slug').notNull(), day: text('day').notNull(), ...sessionHours() },
  (table) => [primaryKey({ columns: [table.hallSlug, table.day, table.startsMinute] })],
);

/** One session of a day: minutes after midnight, and its places in all and by pool. */
function sessionHours() {
  return {
    startsMinute: integer('starts_minute').notNull(),
    endsMinute: integer('ends_minute').notNull(),
    capacity: integer('capacity').notNull(),
    groupPlaces: integer('group_places').notNull().default(0),
    walkInPlaces: integer('walk_in_places').notNull().default(0),
  };
}

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
  /** Every place that is taken, by whomever. */
  booked: integer('booked').notNull().default(0),
  /** Of the open places, those kept for groups and for walk-ins; the rest is for everybody. */
  groupPlaces: integer('group_places').notNull().default(0),
  walkInPlaces: integer('walk_in_places').notNull().default(0),
  bookedGroups: integer('booked_groups').notNull().default(0),
  bookedWalkIns: integer('booked_walk_ins').notNull().default(0),
  /** Of the booked ones, those held by open offers to the waitlist. */
  offered: integer('offered').notNull().default(0),
  groupsReleaseAt: instant('groups_release_at').notNull().default(new Date(0)),
  /** Opened by the hall's calendar, which may take it back; not by a member of staff. */
  fromPattern: integer('from_pattern', { mode: 'boolean' }).notNull().default(false),
  withdrawnAt: instant('withdrawn_at'),
  /** The stop that holds now: it takes no bookings, and a minute later its visitors are sent away. */
  stopId: text('stop_id'),
  largePartyMin: integer('large_party_min'),
  /** A course of `content/courses`; null for a visit to the hall. */
  courseSlug: text('course_slug'),
  /** Where a course is held, for everybody to read; empty for a visit. */
  heldAt: text('held_at').notNull().default(''),
  /** For those who hold places only: the address of an online class, the door to come to. */
  joiningNote: text('joining_note').notNull().default(''),
  adultsOnly: integer('adults_only', { mode: 'boolean' }).notNull().default(false),
});

/** Who changed a hall's calendar, when: its guard lets the manager alone. What was changed, the audit log says. */
export const hallRevisions = sqliteTable('hall_revisions', {
  id: text('id').primaryKey(),
  hallSlug: text('hall_slug').notNull(),
  kind: text('kind', { enum: ['hours', 'day', 'session'] }).notNull(),
  revisedBy: text('revised_by').notNull(),
  revisedAt: instant('revised_at').notNull(),
});

export type Hall = typeof halls.$inferSelect;
export type HallHours = typeof hallHours.$inferSelect;
export type HallSeason = typeof hallSeasons.$inferSelect;
export type HallDay = typeof hallDays.$inferSelect;
export type HallDayHours = typeof hallDayHours.$inferSelect;
export type HallSession = typeof hallSessions.$inferSelect;
export type NewHallSession = typeof hallSessions.$inferInsert;
