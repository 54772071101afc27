-- Halls: their words live in content/halls, joined by slug; rules and opening hours live here.

CREATE TABLE halls (
  slug TEXT PRIMARY KEY,
  region_code TEXT NOT NULL CONSTRAINT halls_region_code CHECK (region_code GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]'),
  party_max INTEGER NOT NULL CONSTRAINT halls_party_max CHECK (party_max BETWEEN 1 AND 50),
  booking_window_days INTEGER NOT NULL CONSTRAINT halls_booking_window CHECK (booking_window_days BETWEEN 1 AND 60),
  booking_closes_minutes INTEGER NOT NULL CONSTRAINT halls_booking_closes CHECK (booking_closes_minutes >= 0),
  cancellation_closes_minutes INTEGER NOT NULL CONSTRAINT halls_cancellation_closes CHECK (cancellation_closes_minutes >= 0),
  arrival_opens_minutes INTEGER NOT NULL CONSTRAINT halls_arrival_opens CHECK (arrival_opens_minutes >= 0)
) STRICT;

-- The weekly pattern: minutes after midnight, China Standard Time; weekday 1 = Monday … 7 = Sunday.
CREATE TABLE hall_hours (
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  weekday INTEGER NOT NULL CONSTRAINT hall_hours_weekday CHECK (weekday BETWEEN 1 AND 7),
  starts_minute INTEGER NOT NULL CONSTRAINT hall_hours_starts CHECK (starts_minute BETWEEN 0 AND 1439),
  ends_minute INTEGER NOT NULL CONSTRAINT hall_hours_ends CHECK (ends_minute BETWEEN 1 AND 1440),
  capacity INTEGER NOT NULL CONSTRAINT hall_hours_capacity CHECK (capacity > 0),
  PRIMARY KEY (hall_slug, weekday, starts_minute),
  CONSTRAINT hall_hours_order CHECK (ends_minute > starts_minute)
) STRICT, WITHOUT ROWID;

-- 场次. The four limits are worked out from the hall's rules when the session is opened, so that a later
-- change of rules never moves the ground under somebody who has booked.
CREATE TABLE hall_sessions (
  id TEXT PRIMARY KEY,
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  booking_opens_at INTEGER NOT NULL,
  booking_closes_at INTEGER NOT NULL,
  cancellation_closes_at INTEGER NOT NULL,
  arrival_opens_at INTEGER NOT NULL,
  party_max INTEGER NOT NULL CONSTRAINT hall_sessions_party_max CHECK (party_max > 0),
  -- What the room holds. It is never sold beyond, whatever else goes wrong.
  capacity INTEGER NOT NULL CONSTRAINT hall_sessions_capacity CHECK (capacity > 0),
  -- What is on sale now. It may fall below what is booked: that stops sales and moves nobody.
  open_places INTEGER NOT NULL,
  booked INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT hall_sessions_start UNIQUE (hall_slug, starts_at),
  CONSTRAINT hall_sessions_order CHECK (ends_at > starts_at),
  CONSTRAINT hall_sessions_open_places CHECK (open_places BETWEEN 0 AND capacity),
  CONSTRAINT session_not_oversold CHECK (booked BETWEEN 0 AND capacity)
) STRICT;

CREATE TRIGGER hall_sessions_guard BEFORE UPDATE OF booked ON hall_sessions
WHEN NEW.booked > OLD.booked AND NEW.booked > NEW.open_places
BEGIN
  SELECT RAISE(ABORT, 'session_full');
END;

CREATE TABLE hall_staff (
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  person_id TEXT NOT NULL REFERENCES people (id),
  PRIMARY KEY (hall_slug, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX hall_staff_by_person ON hall_staff (person_id);
