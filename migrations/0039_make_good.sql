-- 出了状况以后: who has to move because something is out of order, whose class lost its session, who comes too late, and
-- who must not be let in.

-- 改到别的场次. The hall moves a party out of a session that holds more than it opens. One row each; the guard moves the
-- places within the same statement, so that a party has its old place until it has the new one.
CREATE TABLE hall_moves (
  id TEXT PRIMARY KEY,
  outage_id TEXT NOT NULL REFERENCES hall_outages (id),
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  from_session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  moved_by TEXT NOT NULL REFERENCES people (id),
  moved_at INTEGER NOT NULL
) STRICT;

CREATE INDEX hall_moves_by_outage ON hall_moves (outage_id, id);
CREATE INDEX hall_moves_by_booking ON hall_moves (booking_id, id);

-- How often the hall has moved it. Its own three changes are counted apart.
ALTER TABLE bookings ADD COLUMN moves INTEGER NOT NULL DEFAULT 0
  CONSTRAINT bookings_moves CHECK (moves >= 0);

CREATE TRIGGER hall_moves_guard BEFORE INSERT ON hall_moves
BEGIN
  SELECT RAISE(ABORT, 'outage_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_outages JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_outages.id = NEW.outage_id AND hall_outages.state = 'active' AND person_id = NEW.moved_by
        AND role_grants.state = 'active' AND role = 'hall_manager');
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id);
  SELECT RAISE(ABORT, 'booking_already_cancelled') FROM bookings WHERE id = NEW.booking_id AND state = 'cancelled';
  SELECT RAISE(ABORT, 'booking_already_arrived') FROM bookings WHERE id = NEW.booking_id AND state = 'arrived';
  SELECT RAISE(ABORT, 'booking_already_expired') FROM bookings WHERE id = NEW.booking_id AND state = 'expired';
  -- Its owner has moved it meanwhile.
  SELECT RAISE(ABORT, 'booking_elsewhere')
    FROM bookings WHERE id = NEW.booking_id AND session_id <> NEW.from_session_id;
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_outages
        JOIN hall_sessions AS held ON held.hall_slug = hall_outages.hall_slug
        JOIN hall_sessions AS wanted ON wanted.hall_slug = held.hall_slug AND wanted.course_slug IS held.course_slug
      WHERE hall_outages.id = NEW.outage_id AND held.id = NEW.from_session_id AND wanted.id = NEW.session_id
        AND wanted.id <> held.id
        AND date(held.starts_at / 1000 + 28800, 'unixepoch') BETWEEN from_day AND coalesce(until_day, '9999-12-31'));
  -- Nobody moves who need not, or who may be on the way.
  SELECT RAISE(ABORT, 'session_is_not_over')
    FROM hall_sessions WHERE id = NEW.from_session_id AND booked <= open_places;
  SELECT RAISE(ABORT, 'visit_has_begun')
    FROM hall_sessions WHERE id = NEW.from_session_id AND arrival_opens_at <= NEW.moved_at;
  -- Whoever is moved can still change or cancel there.
  SELECT RAISE(ABORT, 'booking_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND (withdrawn_at IS NOT NULL OR cancellation_closes_at <= NEW.moved_at);
  SELECT RAISE(ABORT, 'party_too_large')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = NEW.session_id
    WHERE bookings.id = NEW.booking_id AND kind = 'individual' AND adults + children > party_max;
  -- One change of their own is left to everybody whom the hall has moved.
  UPDATE bookings SET session_id = NEW.session_id, moves = moves + 1, changes = min(changes, 2)
    WHERE id = NEW.booking_id;
END;

-- 迟到. How long a place waits for a family that has not come; a class, whose coach is late more often, has twice as
-- long. 本平台约定.
ALTER TABLE halls ADD COLUMN late_minutes INTEGER NOT NULL DEFAULT 15
  CONSTRAINT halls_late_minutes CHECK (late_minutes BETWEEN 5 AND 120);

-- 放出. The places of a party that has not come are free for those at the door. The row goes when the party comes after
-- all and finds room; what is left in it are places that walk-ins have by then.
CREATE TABLE place_releases (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  places INTEGER NOT NULL CONSTRAINT place_releases_places CHECK (places >= 0),
  released_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX place_releases_by_session ON place_releases (session_id);

CREATE TRIGGER place_releases_guard BEFORE INSERT ON place_releases
BEGIN
  SELECT RAISE(ABORT, 'release_not_due')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        JOIN halls ON halls.slug = hall_slug
      WHERE bookings.id = NEW.booking_id AND hall_sessions.id = NEW.session_id AND state = 'booked'
        AND NEW.places = adults + children AND stop_id IS NULL AND withdrawn_at IS NULL
        AND NEW.released_at >= starts_at + late_minutes * 60000 * iif(kind = 'group', 2, 1) AND NEW.released_at < ends_at);
  -- Somebody of them is inside, whatever was wrong about the hour.
  SELECT RAISE(ABORT, 'release_not_due')
    WHERE EXISTS (SELECT 1 FROM door_tallies WHERE booking_id = NEW.booking_id AND entered > 0);
  -- Where more are booked than the session opens, who stays away makes the room that was missing.
  SELECT RAISE(ABORT, 'release_not_due')
    FROM hall_sessions WHERE id = NEW.session_id AND booked > open_places;
  UPDATE hall_sessions
    SET booked = booked - NEW.places,
      booked_groups = booked_groups - iif(kind = 'group', NEW.places, 0),
      group_places = max(group_places - iif(kind = 'group', NEW.places, 0), 0)
    FROM (SELECT kind FROM bookings WHERE id = NEW.booking_id)
    WHERE hall_sessions.id = NEW.session_id;
END;

-- Who comes late and finds no room is told so at the door. Who is inside already, on the word of a device without a
-- link, takes what there is; the rest is over, and listed.
CREATE TRIGGER arrivals_late_guard BEFORE INSERT ON arrivals
BEGIN
  SELECT RAISE(ABORT, 'places_given_away')
    FROM place_releases JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE booking_id = NEW.booking_id
      AND places > open_places - booked - max(group_places - booked_groups, 0)
      AND NOT EXISTS (
        SELECT 1 FROM door_events WHERE booking_id = NEW.booking_id AND kind = 'in' AND settled = 1
          AND NOT EXISTS (SELECT 1 FROM door_events AS taken_back WHERE taken_back.undoes = door_events.id));
END;

CREATE TRIGGER arrivals_take_back AFTER INSERT ON arrivals
BEGIN
  UPDATE place_releases
    SET places = places - min(places, (
      SELECT max(open_places - booked - max(group_places - booked_groups, 0), 0)
      FROM hall_sessions WHERE hall_sessions.id = session_id))
    WHERE booking_id = NEW.booking_id;
  DELETE FROM place_releases WHERE booking_id = NEW.booking_id AND places = 0;
END;

-- What is kept for walk-ins gives way: who has booked goes first for as long as there is room.
CREATE TRIGGER place_releases_take_back AFTER UPDATE OF places ON place_releases
BEGIN
  UPDATE hall_sessions
    SET booked = booked + OLD.places - NEW.places,
      booked_groups = booked_groups + iif(kind = 'group', OLD.places - NEW.places, 0),
      group_places = group_places + iif(kind = 'group', OLD.places - NEW.places, 0),
      walk_in_places = max(booked_walk_ins, min(walk_in_places,
        booked_walk_ins + open_places - booked - (OLD.places - NEW.places) - max(group_places - booked_groups, 0)))
    FROM (SELECT kind FROM bookings WHERE id = NEW.booking_id)
    WHERE hall_sessions.id = NEW.session_id AND OLD.places > NEW.places;
END;

-- Places that were given away before are not given back again.
DROP TRIGGER bookings_free_places;

CREATE TRIGGER bookings_free_places AFTER UPDATE OF state ON bookings
WHEN NEW.state = 'cancelled'
BEGIN
  UPDATE hall_sessions
    SET booked = booked - freed.places, booked_groups = booked_groups - iif(NEW.kind = 'group', freed.places, 0)
    FROM (SELECT NEW.adults + NEW.children
      - coalesce((SELECT places FROM place_releases WHERE booking_id = NEW.id), 0) AS places) AS freed
    WHERE hall_sessions.id = NEW.session_id;
END;

-- Walk-ins ask before they go in, and a stopped session takes nobody.
CREATE TRIGGER door_events_stop_guard BEFORE INSERT ON door_events
WHEN NEW.settled = 0 AND NEW.kind = 'in' AND NEW.booking_id IS NULL
BEGIN
  SELECT RAISE(ABORT, 'session_stopped') FROM hall_sessions WHERE id = NEW.session_id AND stop_id IS NOT NULL;
END;

-- 换区: only who is inside goes from zone to zone.
CREATE TRIGGER door_events_zone_guard BEFORE INSERT ON door_events
WHEN NEW.settled = 0 AND NEW.kind = 'move'
BEGIN
  SELECT RAISE(ABORT, 'not_inside')
    WHERE NEW.people > coalesce((
      SELECT sum(entered - went_out + came_back) FROM door_tallies
      WHERE session_id = NEW.session_id AND booking_id IS NEW.booking_id), 0);
END;

-- 替代场次 for a class: a booking of its group like any other, held until the leader has asked the school. The class and
-- its label go with it.
CREATE TABLE class_replacements (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  replaces_booking_id TEXT NOT NULL UNIQUE REFERENCES hall_cancellations (booking_id),
  held_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- Follows from the rows below; a class that is cancelled or has come needs neither.
  state TEXT NOT NULL DEFAULT 'held' CONSTRAINT class_replacements_state CHECK (state IN ('held', 'taken', 'lapsed')),
  CONSTRAINT class_replacements_order CHECK (expires_at > held_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX class_replacements_due ON class_replacements (expires_at) WHERE state = 'held';

CREATE TRIGGER class_replacements_guard BEFORE INSERT ON class_replacements
BEGIN
  SELECT RAISE(ABORT, 'replacement_starts_held') WHERE NEW.state <> 'held';
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings AS held
        JOIN bookings AS lost ON lost.group_request_id = held.group_request_id
      WHERE held.id = NEW.booking_id AND lost.id = NEW.replaces_booking_id AND held.state = 'booked'
        AND lost.state = 'cancelled' AND held.adults = lost.adults AND held.children = lost.children);
  UPDATE group_classes SET booking_id = NEW.booking_id WHERE booking_id = NEW.replaces_booking_id;
END;

CREATE TABLE class_replacement_takings (
  booking_id TEXT PRIMARY KEY REFERENCES class_replacements (booking_id),
  taken_by TEXT NOT NULL REFERENCES people (id),
  taken_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER class_replacement_takings_guard BEFORE INSERT ON class_replacement_takings
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id AND person_id = NEW.taken_by);
  SELECT RAISE(ABORT, 'replacement_gone')
    WHERE NOT EXISTS (
      SELECT 1 FROM class_replacements JOIN bookings ON bookings.id = class_replacements.booking_id
      WHERE class_replacements.booking_id = NEW.booking_id AND class_replacements.state = 'held'
        AND bookings.state = 'booked' AND expires_at > NEW.taken_at);
  UPDATE class_replacements SET state = 'taken' WHERE booking_id = NEW.booking_id;
END;

CREATE TABLE class_replacement_lapses (
  booking_id TEXT PRIMARY KEY REFERENCES class_replacements (booking_id),
  lapsed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER class_replacement_lapses_guard BEFORE INSERT ON class_replacement_lapses
BEGIN
  SELECT RAISE(ABORT, 'replacement_gone')
    WHERE NOT EXISTS (
      SELECT 1 FROM class_replacements WHERE booking_id = NEW.booking_id AND state = 'held' AND expires_at <= NEW.lapsed_at);
  UPDATE class_replacements SET state = 'lapsed' WHERE booking_id = NEW.booking_id;
  UPDATE bookings SET state = 'cancelled' WHERE id = NEW.booking_id;
END;

-- Who was moved by the hall and stays where it has put them is not blamed for staying away.
DROP TRIGGER expiries_count;

CREATE TRIGGER expiries_count AFTER INSERT ON expiries
BEGIN
  INSERT INTO no_shows (booking_id, person_id, session_id, happened_at, state)
    SELECT bookings.id, bookings.person_id, hall_sessions.id, ends_at,
        iif(EXISTS (SELECT 1 FROM session_pardons WHERE session_id = hall_sessions.id)
          OR EXISTS (SELECT 1 FROM hall_moves
            WHERE booking_id = bookings.id AND hall_moves.session_id = hall_sessions.id)
          OR EXISTS (SELECT 1 FROM banners WHERE level IN ('orange', 'red') AND released_at < ends_at
            AND min(until, coalesce(banners.ended_at, until)) > starts_at - 7200000
            AND (banners.region IS NULL OR banners.region = halls.region_code
              OR substr(halls.region_code, 1, 4) || '00' = banners.region
              OR substr(halls.region_code, 1, 2) || '0000' = banners.region
              OR substr(banners.region, 1, 4) || '00' = halls.region_code)),
          'pardoned', 'counted')
      FROM bookings
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        JOIN halls ON halls.slug = hall_sessions.hall_slug
      WHERE bookings.id = NEW.booking_id AND bookings.kind = 'individual' AND hall_sessions.stop_id IS NULL
    ON CONFLICT (booking_id) DO UPDATE SET state = 'counted' WHERE state = 'withdrawn';
END;
