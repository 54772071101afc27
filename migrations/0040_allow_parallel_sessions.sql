-- 同时的场次: a hall can open two sessions at the same minute when they are held in different places, such as a course in
-- the class room beside the visit, or a session in one zone alone. Until now one table constraint allowed one, and a
-- table constraint can only be changed by making the table anew.

-- Held back until the end of this migration, when every reference finds its session again.
PRAGMA defer_foreign_keys = ON;

-- Each row is looked for in every table that refers to it; these two have no index of their own for that.
CREATE INDEX booking_changes_from_sessions ON booking_changes (from_session_id);
CREATE INDEX booking_changes_to_sessions ON booking_changes (session_id);
CREATE INDEX group_changes_from_sessions ON group_changes (from_session_id);
CREATE INDEX group_changes_to_sessions ON group_changes (session_id);
CREATE INDEX hall_stop_sessions_by_session ON hall_stop_sessions (session_id);

CREATE TABLE hall_sessions_kept AS SELECT * FROM hall_sessions;
DROP TABLE hall_sessions;

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
  group_places INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_sessions_group_places CHECK (group_places >= 0),
  walk_in_places INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_sessions_walk_in_places CHECK (walk_in_places >= 0),
  booked_groups INTEGER NOT NULL DEFAULT 0
    CONSTRAINT hall_sessions_booked_groups CHECK (booked_groups BETWEEN 0 AND booked),
  booked_walk_ins INTEGER NOT NULL DEFAULT 0
    CONSTRAINT hall_sessions_booked_walk_ins CHECK (booked_walk_ins BETWEEN 0 AND booked),
  -- Held by offers to the waitlist: taken for everybody but the party that they were offered to.
  offered INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_sessions_offered CHECK (offered BETWEEN 0 AND booked),
  groups_release_at INTEGER NOT NULL DEFAULT 0,
  -- Opened by the hall's calendar, and not by a member of staff: what the calendar gave it may take back.
  from_pattern INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_sessions_from_pattern CHECK (from_pattern IN (0, 1)),
  -- A session that the pattern no longer asks for and nobody has booked.
  withdrawn_at INTEGER,
  -- The stop that holds now; empty again when it is undone or lifted.
  stop_id TEXT REFERENCES hall_stops (id),
  large_party_min INTEGER CONSTRAINT hall_sessions_large_party_min CHECK (large_party_min >= 2),
  course_slug TEXT
    CONSTRAINT hall_sessions_course_by_staff CHECK (course_slug IS NULL OR (from_pattern = 0 AND group_places = 0)),
  -- Where in the house, or where else; shown to everybody. Empty for the whole house, which the calendar opens.
  held_at TEXT NOT NULL DEFAULT '' CONSTRAINT hall_sessions_course_has_place CHECK (course_slug IS NULL OR held_at <> ''),
  -- For those who hold places only: the address of an online class, the door to come to.
  joining_note TEXT NOT NULL DEFAULT '',
  adults_only INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_sessions_adults_only CHECK (adults_only IN (0, 1)),
  CONSTRAINT hall_sessions_start UNIQUE (hall_slug, starts_at, held_at),
  CONSTRAINT hall_sessions_pattern_place CHECK (from_pattern = 0 OR held_at = ''),
  CONSTRAINT hall_sessions_order CHECK (ends_at > starts_at),
  CONSTRAINT hall_sessions_open_places CHECK (open_places BETWEEN 0 AND capacity),
  CONSTRAINT session_not_oversold CHECK (booked BETWEEN 0 AND capacity)
) STRICT;

INSERT INTO hall_sessions (
    id, hall_slug, starts_at, ends_at, booking_opens_at, booking_closes_at, cancellation_closes_at, arrival_opens_at,
    party_max, capacity, open_places, booked, group_places, walk_in_places, booked_groups, booked_walk_ins, offered,
    groups_release_at, from_pattern, withdrawn_at, stop_id, large_party_min, course_slug, held_at, joining_note, adults_only)
  SELECT
    id, hall_slug, starts_at, ends_at, booking_opens_at, booking_closes_at, cancellation_closes_at, arrival_opens_at,
    party_max, capacity, open_places, booked, group_places, walk_in_places, booked_groups, booked_walk_ins, offered,
    groups_release_at, from_pattern, withdrawn_at, stop_id, large_party_min, course_slug, held_at, joining_note, adults_only
  FROM hall_sessions_kept;

DROP TABLE hall_sessions_kept;
DROP INDEX booking_changes_from_sessions;
DROP INDEX booking_changes_to_sessions;
DROP INDEX group_changes_from_sessions;
DROP INDEX group_changes_to_sessions;
DROP INDEX hall_stop_sessions_by_session;

-- What went with the table, as it was.
CREATE INDEX hall_sessions_with_group_places ON hall_sessions (groups_release_at) WHERE group_places > booked_groups;
CREATE INDEX hall_sessions_stopped ON hall_sessions (stop_id) WHERE stop_id IS NOT NULL;
CREATE INDEX hall_sessions_of_courses ON hall_sessions (course_slug, starts_at) WHERE course_slug IS NOT NULL;
CREATE INDEX hall_sessions_by_start ON hall_sessions (starts_at);

CREATE TRIGGER hall_sessions_guard BEFORE UPDATE OF booked ON hall_sessions
WHEN NEW.booked > OLD.booked
BEGIN
  SELECT RAISE(ABORT, 'session_full')
    WHERE NEW.booked + max(NEW.group_places - NEW.booked_groups, 0)
      + iif(NEW.booked_walk_ins > OLD.booked_walk_ins, 0, max(NEW.walk_in_places - NEW.booked_walk_ins, 0))
      > NEW.open_places;
  SELECT RAISE(ABORT, 'group_places_used_up')
    WHERE NEW.booked_groups > OLD.booked_groups AND NEW.booked_groups > NEW.group_places;
END;

CREATE TRIGGER hall_sessions_withdrawal_guard BEFORE UPDATE OF withdrawn_at ON hall_sessions
WHEN NEW.withdrawn_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'session_has_visitors') WHERE OLD.booked > 0;
END;

-- A session that opens while something is out of order.
CREATE TRIGGER hall_sessions_under_outage AFTER INSERT ON hall_sessions
BEGIN
  UPDATE hall_sessions SET open_places = (SELECT places FROM outage_places WHERE session_id = NEW.id)
    WHERE id = NEW.id AND open_places > (SELECT places FROM outage_places WHERE session_id = NEW.id);
END;

-- A session keeps its hours once somebody is booked for it: staff decide, and tell them.
CREATE TRIGGER hall_sessions_hours_guard BEFORE UPDATE OF ends_at ON hall_sessions
WHEN OLD.booked > 0
BEGIN
  SELECT RAISE(ABORT, 'session_has_visitors');
END;

-- What people signed up for stays what it is.
CREATE TRIGGER hall_sessions_course_stays BEFORE UPDATE OF course_slug ON hall_sessions
WHEN NEW.course_slug IS NOT OLD.course_slug
BEGIN
  SELECT RAISE(ABORT, 'course_stays');
END;

-- Nor does it move to another room behind their backs.
CREATE TRIGGER hall_sessions_place_stays BEFORE UPDATE OF held_at ON hall_sessions
WHEN NEW.held_at <> OLD.held_at
BEGIN
  SELECT RAISE(ABORT, 'session_has_visitors') WHERE OLD.booked > 0;
END;
