-- 入口登记. What happens at a hall's door, as it was noted there: facts that are added and never changed, each under an
-- id that the device drew. Who is inside follows from their sums, so that the order in which devices find their link
-- again does not matter. An event that is `settled` tells of people who have gone through already, on the word of a
-- device without a link: it is kept whatever it says, and what does not fit is listed for people to clear up.
CREATE TABLE door_events (
  id TEXT PRIMARY KEY,
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  -- Null for walk-ins, of whom nothing but their number is known.
  booking_id TEXT REFERENCES bookings (id),
  kind TEXT NOT NULL CONSTRAINT door_events_kind CHECK (kind IN ('in', 'out', 'back', 'move', 'undo')),
  people INTEGER NOT NULL CONSTRAINT door_events_people CHECK (people BETWEEN 1 AND 200),
  -- One of the hall's zones, where they were led to.
  zone TEXT CONSTRAINT door_events_zone CHECK (length(zone) BETWEEN 1 AND 20),
  -- The event that this one takes back.
  undoes TEXT REFERENCES door_events (id),
  settled INTEGER NOT NULL CONSTRAINT door_events_settled CHECK (settled IN (0, 1)),
  -- By the site's clock: worked out from the device's own, however wrong that was.
  happened_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  -- What the device's clock said; null where the site's own page was used.
  device_at INTEGER,
  device_id TEXT,
  -- The device's own count of its events.
  device_sequence INTEGER,
  marked_by TEXT NOT NULL REFERENCES people (id),
  CONSTRAINT door_events_undo CHECK ((kind = 'undo') = (undoes IS NOT NULL)),
  CONSTRAINT door_events_move CHECK (kind <> 'move' OR zone IS NOT NULL),
  CONSTRAINT door_events_order CHECK (happened_at <= received_at),
  CONSTRAINT door_events_device CHECK (
    (device_id IS NULL) = (device_sequence IS NULL) AND (device_id IS NULL) = (device_at IS NULL)),
  CONSTRAINT door_events_one_undo UNIQUE (undoes),
  CONSTRAINT door_events_one_sequence UNIQUE (device_id, device_sequence)
) STRICT;

CREATE INDEX door_events_by_day ON door_events (hall_slug, happened_at);
CREATE INDEX door_events_by_booking ON door_events (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX door_events_by_session ON door_events (session_id);
CREATE INDEX door_events_by_age ON door_events (received_at);

-- Whoever was marked as arrived until now came in with the whole party.
INSERT INTO door_events (id, hall_slug, session_id, booking_id, kind, people, settled, happened_at, received_at, marked_by)
  SELECT 'arrival-' || lower(hex(randomblob(16))), hall_slug, session_id, bookings.id, 'in', adults + children,
      1, arrived_at, arrived_at, marked_by
    FROM arrivals
      JOIN bookings ON bookings.id = arrivals.booking_id
      JOIN hall_sessions ON hall_sessions.id = bookings.session_id;

-- Of each party, and of a session's walk-ins (booking_id null): how many came in, went out and came back so far.
CREATE VIEW door_tallies AS
  SELECT session_id, booking_id,
    sum(iif(kind = 'in', people, 0)) AS entered,
    sum(iif(kind = 'out', people, 0)) AS went_out,
    sum(iif(kind = 'back', people, 0)) AS came_back
  FROM door_events AS event
  WHERE kind <> 'undo' AND NOT EXISTS (SELECT 1 FROM door_events WHERE undoes = event.id)
  GROUP BY session_id, booking_id;

CREATE TRIGGER door_events_guard BEFORE INSERT ON door_events
BEGIN
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE scope_kind = 'hall' AND scope_id = NEW.hall_slug
        AND person_id = NEW.marked_by AND state = 'active' AND role IN ('hall_staff', 'hall_manager'));
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM hall_sessions WHERE id = NEW.session_id AND hall_slug = NEW.hall_slug);
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NEW.booking_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
      WHERE bookings.id = NEW.booking_id AND hall_sessions.hall_slug = NEW.hall_slug);
  SELECT RAISE(ABORT, 'event_unknown')
    WHERE NEW.kind = 'undo' AND NOT EXISTS (
      SELECT 1 FROM door_events WHERE id = NEW.undoes AND kind <> 'undo'
        AND session_id = NEW.session_id AND booking_id IS NEW.booking_id AND people = NEW.people);
  -- A slip is taken back within a minute; later only what counts people twice.
  SELECT RAISE(ABORT, 'undo_closed')
    FROM door_events AS slip
    WHERE slip.id = NEW.undoes AND NEW.happened_at > slip.happened_at + 60000
      AND NOT EXISTS (
        SELECT 1 FROM door_tallies JOIN bookings ON bookings.id = door_tallies.booking_id
        WHERE slip.kind = 'in' AND door_tallies.booking_id = slip.booking_id AND door_tallies.session_id = slip.session_id
          AND door_tallies.entered > bookings.adults + bookings.children);
END;

-- What the site is asked about beforehand it may still refuse.
CREATE TRIGGER door_events_live_guard BEFORE INSERT ON door_events
WHEN NEW.settled = 0
BEGIN
  SELECT RAISE(ABORT, 'arrival_not_open')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.booking_id IS NULL AND NEW.kind = 'in'
      AND NEW.happened_at < arrival_opens_at;
  SELECT RAISE(ABORT, 'arrival_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.booking_id IS NULL AND NEW.kind = 'in'
      AND (NEW.happened_at >= ends_at OR withdrawn_at IS NOT NULL);
  SELECT RAISE(ABORT, 'arrival_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.kind IN ('in', 'back') AND NEW.happened_at >= ends_at
      AND EXISTS (SELECT 1 FROM arrivals WHERE booking_id = NEW.booking_id);
  SELECT RAISE(ABORT, 'party_all_in')
    FROM bookings WHERE id = NEW.booking_id AND NEW.kind = 'in'
      AND EXISTS (SELECT 1 FROM arrivals WHERE booking_id = NEW.booking_id)
      AND NEW.people > adults + children - coalesce(
        (SELECT sum(entered) FROM door_tallies WHERE booking_id = NEW.booking_id), 0);
  SELECT RAISE(ABORT, 'party_too_large')
    FROM bookings WHERE id = NEW.booking_id AND NEW.kind = 'in' AND NEW.people > adults + children;
  SELECT RAISE(ABORT, 'not_inside')
    WHERE NEW.kind = 'out' AND NEW.people > coalesce((
      SELECT sum(entered - went_out + came_back) FROM door_tallies
      WHERE session_id = NEW.session_id AND booking_id IS NEW.booking_id), 0);
  SELECT RAISE(ABORT, 'not_outside')
    WHERE NEW.kind = 'back' AND NEW.people > coalesce((
      SELECT sum(went_out - came_back) FROM door_tallies
      WHERE session_id = NEW.session_id AND booking_id IS NEW.booking_id), 0);
  -- The places kept for walk-ins first, then what is free: never what is kept for groups.
  SELECT RAISE(ABORT, 'session_full')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.booking_id IS NULL AND NEW.kind = 'in'
      AND coalesce((SELECT entered FROM door_tallies WHERE session_id = NEW.session_id AND booking_id IS NULL), 0)
        + NEW.people > open_places - (booked - booked_walk_ins) - max(group_places - booked_groups, 0);
END;

-- The first of a party marks its arrival, which has rules of its own. For those who are inside already an arrival that
-- these rules refuse is left out, and the party stands among what does not fit.
CREATE TRIGGER door_events_arrive AFTER INSERT ON door_events
WHEN NEW.kind = 'in' AND NEW.booking_id IS NOT NULL
BEGIN
  INSERT INTO arrivals (booking_id, marked_by, arrived_at)
    SELECT NEW.booking_id, NEW.marked_by, NEW.happened_at
      FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
      WHERE bookings.id = NEW.booking_id
        AND NOT EXISTS (SELECT 1 FROM arrivals WHERE booking_id = NEW.booking_id)
        AND (NEW.settled = 0 OR (bookings.state <> 'cancelled'
          AND NEW.happened_at >= arrival_opens_at AND NEW.happened_at < ends_at));
END;

-- Walk-ins take as many places as there are for them; the rest is over, and listed. Worked out anew from all that is
-- known of the session, so that the order of events does not matter.
CREATE TRIGGER door_events_walk_ins AFTER INSERT ON door_events
WHEN NEW.kind IN ('in', 'undo') AND NEW.booking_id IS NULL
BEGIN
  UPDATE hall_sessions
    SET booked = booked - booked_walk_ins + walk_ins.places, booked_walk_ins = walk_ins.places
    FROM (
      SELECT session.id,
        min(
          coalesce((SELECT entered FROM door_tallies WHERE session_id = session.id AND booking_id IS NULL), 0),
          max(session.booked_walk_ins,
            session.open_places - (session.booked - session.booked_walk_ins)
              - max(session.group_places - session.booked_groups, 0))) AS places
      FROM hall_sessions AS session WHERE session.id = NEW.session_id) AS walk_ins
    WHERE hall_sessions.id = walk_ins.id AND hall_sessions.booked_walk_ins <> walk_ins.places;
END;

-- Nobody of the party is left who came in: it has not arrived.
CREATE TRIGGER door_events_unmark AFTER INSERT ON door_events
WHEN NEW.kind = 'undo' AND NEW.booking_id IS NOT NULL
BEGIN
  DELETE FROM arrivals WHERE booking_id = NEW.booking_id
    AND NOT EXISTS (SELECT 1 FROM door_tallies WHERE booking_id = NEW.booking_id AND entered > 0);
  UPDATE bookings SET state = 'booked' WHERE id = NEW.booking_id AND state = 'arrived'
    AND NOT EXISTS (SELECT 1 FROM arrivals WHERE booking_id = NEW.booking_id);
END;

-- Places kept for walk-ins are no obstacle to walk-ins, even after open_places was lowered.
DROP TRIGGER hall_sessions_guard;

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

CREATE TRIGGER door_events_kept BEFORE UPDATE ON door_events
BEGIN
  SELECT RAISE(ABORT, 'door_event_is_kept');
END;

-- An arrival that was marked otherwise: the whole party came in.
CREATE TRIGGER arrivals_enter AFTER INSERT ON arrivals
WHEN NOT EXISTS (SELECT 1 FROM door_events WHERE booking_id = NEW.booking_id AND kind = 'in'
  AND NOT EXISTS (SELECT 1 FROM door_events AS taken_back WHERE taken_back.undoes = door_events.id))
BEGIN
  INSERT INTO door_events (id, hall_slug, session_id, booking_id, kind, people, settled, happened_at, received_at, marked_by)
    SELECT 'arrival-' || lower(hex(randomblob(16))), hall_sessions.hall_slug, bookings.session_id, bookings.id, 'in',
        adults + children, 1, NEW.arrived_at, NEW.arrived_at, NEW.marked_by
      FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
      WHERE bookings.id = NEW.booking_id;
END;

DROP TRIGGER bookings_end_once;

CREATE TRIGGER bookings_end_once BEFORE UPDATE OF state ON bookings
WHEN OLD.state <> 'booked'
BEGIN
  SELECT RAISE(ABORT, 'booking_already_cancelled') WHERE OLD.state = 'cancelled';
  -- Only the door takes an arrival back, and has deleted its row by then.
  SELECT RAISE(ABORT, 'booking_already_arrived') WHERE OLD.state = 'arrived'
    AND (NEW.state <> 'booked' OR EXISTS (SELECT 1 FROM arrivals WHERE booking_id = OLD.id));
  -- A device without a link tells late of a party that did come: arrivals_guard has looked at the hour.
  SELECT RAISE(ABORT, 'booking_already_expired') WHERE OLD.state = 'expired' AND NEW.state <> 'arrived';
END;

DROP TRIGGER arrivals_guard;

CREATE TRIGGER arrivals_guard BEFORE INSERT ON arrivals
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE bookings.id = NEW.booking_id AND role_grants.person_id = NEW.marked_by
        AND role_grants.state = 'active' AND role_grants.role IN ('hall_staff', 'hall_manager'));
  SELECT RAISE(ABORT, 'booking_already_expired')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND bookings.state = 'expired' AND NEW.arrived_at >= hall_sessions.ends_at;
  UPDATE bookings SET state = 'arrived' WHERE id = NEW.booking_id;
  DELETE FROM expiries WHERE booking_id = NEW.booking_id;
  SELECT RAISE(ABORT, 'arrival_not_open')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.arrived_at < hall_sessions.arrival_opens_at;
  SELECT RAISE(ABORT, 'arrival_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.arrived_at >= hall_sessions.ends_at;
END;
