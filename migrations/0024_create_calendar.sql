-- 节假日安排: the year's arrangement of holidays and make-up workdays, as the State Council's General Office gives it
-- out. Staff enter it; a year without a row is unknown, and whoever counts workdays in it is told so.
CREATE TABLE calendar_years (
  year INTEGER PRIMARY KEY CONSTRAINT calendar_years_year CHECK (year BETWEEN 2020 AND 2100),
  source_title TEXT NOT NULL CONSTRAINT calendar_years_source CHECK (source_title <> ''),
  issued_on TEXT NOT NULL CONSTRAINT calendar_years_issued CHECK (date(issued_on) IS issued_on)
) STRICT;

CREATE TABLE calendar_days (
  day TEXT PRIMARY KEY CONSTRAINT calendar_days_day CHECK (date(day) IS day),
  year INTEGER NOT NULL REFERENCES calendar_years (year),
  kind TEXT NOT NULL CONSTRAINT calendar_days_kind CHECK (kind IN ('holiday', 'make_up_workday')),
  name TEXT NOT NULL CONSTRAINT calendar_days_name CHECK (name <> '')
) STRICT, WITHOUT ROWID;

CREATE INDEX calendar_days_by_year ON calendar_days (year, day);

-- 周闭馆日: moves to the first workday after a holiday that it falls into; null for a hall without one.
ALTER TABLE halls ADD COLUMN closure_weekday INTEGER
  CONSTRAINT halls_closure_weekday CHECK (closure_weekday BETWEEN 1 AND 7);

-- Groups ask up to this many days ahead, and until so many workdays before the day; then what they have not taken
-- goes on sale to everybody. Three workdays: 本平台约定.
ALTER TABLE halls ADD COLUMN group_window_days INTEGER NOT NULL DEFAULT 60
  CONSTRAINT halls_group_window CHECK (group_window_days BETWEEN 1 AND 180);
ALTER TABLE halls ADD COLUMN group_closes_workdays INTEGER NOT NULL DEFAULT 3
  CONSTRAINT halls_group_closes CHECK (group_closes_workdays BETWEEN 0 AND 30);

-- A part of the year with hours of its own; days are MM-DD, both included, and may run over the turn of the year.
CREATE TABLE hall_seasons (
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  season TEXT NOT NULL CONSTRAINT hall_seasons_season CHECK (season <> ''),
  from_day TEXT NOT NULL CONSTRAINT hall_seasons_from CHECK (date('2024-' || from_day) IS '2024-' || from_day),
  until_day TEXT NOT NULL CONSTRAINT hall_seasons_until CHECK (date('2024-' || until_day) IS '2024-' || until_day),
  PRIMARY KEY (hall_slug, season)
) STRICT, WITHOUT ROWID;

-- The weekly pattern again, now by season (empty: the rest of the year) and with the places kept for groups and for
-- those who come without a booking.
CREATE TABLE hall_hours_by_season (
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  season TEXT NOT NULL DEFAULT '',
  weekday INTEGER NOT NULL CONSTRAINT hall_hours_weekday CHECK (weekday BETWEEN 1 AND 7),
  starts_minute INTEGER NOT NULL CONSTRAINT hall_hours_starts CHECK (starts_minute BETWEEN 0 AND 1439),
  ends_minute INTEGER NOT NULL CONSTRAINT hall_hours_ends CHECK (ends_minute BETWEEN 1 AND 1440),
  capacity INTEGER NOT NULL CONSTRAINT hall_hours_capacity CHECK (capacity > 0),
  group_places INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_hours_group_places CHECK (group_places >= 0),
  walk_in_places INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_hours_walk_in_places CHECK (walk_in_places >= 0),
  PRIMARY KEY (hall_slug, season, weekday, starts_minute),
  CONSTRAINT hall_hours_order CHECK (ends_minute > starts_minute),
  CONSTRAINT hall_hours_pools CHECK (group_places + walk_in_places <= capacity)
) STRICT, WITHOUT ROWID;

INSERT INTO hall_hours_by_season (hall_slug, weekday, starts_minute, ends_minute, capacity)
  SELECT hall_slug, weekday, starts_minute, ends_minute, capacity FROM hall_hours;
DROP TABLE hall_hours;
ALTER TABLE hall_hours_by_season RENAME TO hall_hours;

-- A day that does not follow the pattern: closed, or with the hours of hall_day_hours in its place.
CREATE TABLE hall_days (
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  day TEXT NOT NULL CONSTRAINT hall_days_day CHECK (date(day) IS day),
  kind TEXT NOT NULL CONSTRAINT hall_days_kind CHECK (kind IN ('closed', 'hours')),
  -- Shown to visitors.
  reason TEXT NOT NULL CONSTRAINT hall_days_reason CHECK (reason <> ''),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (hall_slug, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE hall_day_hours (
  hall_slug TEXT NOT NULL,
  day TEXT NOT NULL,
  starts_minute INTEGER NOT NULL CONSTRAINT hall_day_hours_starts CHECK (starts_minute BETWEEN 0 AND 1439),
  ends_minute INTEGER NOT NULL CONSTRAINT hall_day_hours_ends CHECK (ends_minute BETWEEN 1 AND 1440),
  capacity INTEGER NOT NULL CONSTRAINT hall_day_hours_capacity CHECK (capacity > 0),
  group_places INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_day_hours_group_places CHECK (group_places >= 0),
  walk_in_places INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_day_hours_walk_in_places CHECK (walk_in_places >= 0),
  PRIMARY KEY (hall_slug, day, starts_minute),
  FOREIGN KEY (hall_slug, day) REFERENCES hall_days (hall_slug, day) ON DELETE CASCADE,
  CONSTRAINT hall_day_hours_order CHECK (ends_minute > starts_minute),
  CONSTRAINT hall_day_hours_pools CHECK (group_places + walk_in_places <= capacity)
) STRICT, WITHOUT ROWID;
