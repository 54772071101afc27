-- 名额池. `booked` still counts every place that is taken, whoever has it; the columns below say how many of the open
-- places are kept for groups and for walk-ins. Keeping less is how places flow from one pool into the others.
ALTER TABLE hall_sessions ADD COLUMN group_places INTEGER NOT NULL DEFAULT 0
  CONSTRAINT hall_sessions_group_places CHECK (group_places >= 0);
ALTER TABLE hall_sessions ADD COLUMN walk_in_places INTEGER NOT NULL DEFAULT 0
  CONSTRAINT hall_sessions_walk_in_places CHECK (walk_in_places >= 0);
ALTER TABLE hall_sessions ADD COLUMN booked_groups INTEGER NOT NULL DEFAULT 0
  CONSTRAINT hall_sessions_booked_groups CHECK (booked_groups BETWEEN 0 AND booked);
ALTER TABLE hall_sessions ADD COLUMN booked_walk_ins INTEGER NOT NULL DEFAULT 0
  CONSTRAINT hall_sessions_booked_walk_ins CHECK (booked_walk_ins BETWEEN 0 AND booked);
-- Held by offers to the waitlist: taken for everybody but the party that they were offered to.
ALTER TABLE hall_sessions ADD COLUMN offered INTEGER NOT NULL DEFAULT 0
  CONSTRAINT hall_sessions_offered CHECK (offered BETWEEN 0 AND booked);
ALTER TABLE hall_sessions ADD COLUMN groups_release_at INTEGER NOT NULL DEFAULT 0;
-- Opened by the hall's calendar, and not by a member of staff: what the calendar gave it may take back.
ALTER TABLE hall_sessions ADD COLUMN from_pattern INTEGER NOT NULL DEFAULT 0
  CONSTRAINT hall_sessions_from_pattern CHECK (from_pattern IN (0, 1));
UPDATE hall_sessions SET from_pattern = 1;
-- A session that the pattern no longer asks for and nobody has booked.
ALTER TABLE hall_sessions ADD COLUMN withdrawn_at INTEGER;

CREATE INDEX hall_sessions_with_group_places ON hall_sessions (groups_release_at) WHERE group_places > booked_groups;

CREATE TRIGGER hall_sessions_withdrawal_guard BEFORE UPDATE OF withdrawn_at ON hall_sessions
WHEN NEW.withdrawn_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'session_has_visitors') WHERE OLD.booked > 0;
END;

-- Whoever takes places leaves untouched what is kept for the others and not used by them yet.
DROP TRIGGER hall_sessions_guard;

CREATE TRIGGER hall_sessions_guard BEFORE UPDATE OF booked ON hall_sessions
WHEN NEW.booked > OLD.booked
BEGIN
  SELECT RAISE(ABORT, 'session_full')
    WHERE NEW.booked + max(NEW.group_places - NEW.booked_groups, 0)
      + max(NEW.walk_in_places - NEW.booked_walk_ins, 0) > NEW.open_places;
  SELECT RAISE(ABORT, 'group_places_used_up')
    WHERE NEW.booked_groups > OLD.booked_groups AND NEW.booked_groups > NEW.group_places;
END;

-- Which pool a booking draws from.
ALTER TABLE bookings ADD COLUMN kind TEXT NOT NULL DEFAULT 'individual'
  CONSTRAINT bookings_kind CHECK (kind IN ('individual', 'group'));
