-- 停开. The hall stops sessions in one act: at once nobody can book them, a minute later everybody concerned is told.
-- Until then the act can be undone and nobody ever hears of it.

CREATE TABLE hall_stops (
  id TEXT PRIMARY KEY,
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  cause TEXT NOT NULL CONSTRAINT hall_stops_cause CHECK (cause IN ('weather', 'equipment', 'public_event', 'other')),
  -- Shown to visitors and sent to those who had booked.
  reason TEXT NOT NULL CONSTRAINT hall_stops_reason CHECK (length(reason) BETWEEN 2 AND 30),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  takes_effect_at INTEGER NOT NULL,
  -- Follows from the rows below.
  state TEXT NOT NULL DEFAULT 'announced'
    CONSTRAINT hall_stops_state CHECK (state IN ('announced', 'undone', 'done', 'lifted')),
  -- A minute to notice a slip.
  CONSTRAINT hall_stops_minute CHECK (takes_effect_at = decided_at + 60000)
) STRICT;

CREATE INDEX hall_stops_by_hall ON hall_stops (hall_slug, id);
CREATE INDEX hall_stops_due ON hall_stops (takes_effect_at) WHERE state = 'announced';

CREATE TRIGGER hall_stops_guard BEFORE INSERT ON hall_stops
BEGIN
  SELECT RAISE(ABORT, 'stop_starts_announced') WHERE NEW.state <> 'announced';
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE scope_kind = 'hall' AND scope_id = NEW.hall_slug
        AND person_id = NEW.decided_by AND state = 'active' AND role = 'hall_manager');
END;

-- The stop that holds now; empty again when it is undone or lifted.
ALTER TABLE hall_sessions ADD COLUMN stop_id TEXT REFERENCES hall_stops (id);
CREATE INDEX hall_sessions_stopped ON hall_sessions (stop_id) WHERE stop_id IS NOT NULL;

CREATE TABLE hall_stop_sessions (
  stop_id TEXT NOT NULL REFERENCES hall_stops (id),
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  PRIMARY KEY (stop_id, session_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER hall_stop_sessions_guard BEFORE INSERT ON hall_stop_sessions
BEGIN
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_stops JOIN hall_sessions ON hall_sessions.hall_slug = hall_stops.hall_slug
      WHERE hall_stops.id = NEW.stop_id AND hall_sessions.id = NEW.session_id);
  SELECT RAISE(ABORT, 'stop_in_effect') FROM hall_stops WHERE id = NEW.stop_id AND state <> 'announced';
  SELECT RAISE(ABORT, 'session_already_stopped')
    FROM hall_sessions WHERE id = NEW.session_id AND stop_id IS NOT NULL;
  SELECT RAISE(ABORT, 'session_is_over')
    FROM hall_sessions JOIN hall_stops ON hall_stops.id = NEW.stop_id
    WHERE hall_sessions.id = NEW.session_id AND ends_at <= decided_at;
  UPDATE hall_sessions SET stop_id = NEW.stop_id WHERE id = NEW.session_id;
END;

CREATE TABLE hall_stop_undoings (
  stop_id TEXT PRIMARY KEY REFERENCES hall_stops (id),
  undone_by TEXT NOT NULL REFERENCES people (id),
  undone_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER hall_stop_undoings_guard BEFORE INSERT ON hall_stop_undoings
BEGIN
  SELECT RAISE(ABORT, 'stop_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_stops JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_stops.id = NEW.stop_id AND person_id = NEW.undone_by AND role_grants.state = 'active'
        AND role = 'hall_manager');
  SELECT RAISE(ABORT, 'stop_already_undone') FROM hall_stops WHERE id = NEW.stop_id AND state = 'undone';
  -- Two clocks may differ by a little: what has been sent to one party is true for all.
  SELECT RAISE(ABORT, 'stop_in_effect')
    FROM hall_stops WHERE id = NEW.stop_id AND (state <> 'announced' OR NEW.undone_at >= takes_effect_at
      OR EXISTS (SELECT 1 FROM hall_cancellations WHERE stop_id = NEW.stop_id));
  UPDATE hall_sessions SET stop_id = NULL WHERE stop_id = NEW.stop_id;
  UPDATE hall_stops SET state = 'undone' WHERE id = NEW.stop_id;
END;

-- 场馆取消: the end of a booking that is nobody's choice but the hall's. Beside `cancellations`, which are the visitor's.
CREATE TABLE hall_cancellations (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  stop_id TEXT NOT NULL REFERENCES hall_stops (id),
  cancelled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX hall_cancellations_by_stop ON hall_cancellations (stop_id);

CREATE TRIGGER hall_cancellations_guard BEFORE INSERT ON hall_cancellations
BEGIN
  SELECT RAISE(ABORT, 'stop_not_in_effect')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_stops
      WHERE id = NEW.stop_id AND state = 'announced' AND takes_effect_at <= NEW.cancelled_at);
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings JOIN hall_sessions ON hall_sessions.id = session_id
      WHERE bookings.id = NEW.booking_id AND stop_id = NEW.stop_id);
  UPDATE bookings SET state = 'cancelled' WHERE id = NEW.booking_id;
END;

-- Everybody has been told.
CREATE TABLE hall_stop_completions (
  stop_id TEXT PRIMARY KEY REFERENCES hall_stops (id),
  completed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER hall_stop_completions_guard BEFORE INSERT ON hall_stop_completions
BEGIN
  SELECT RAISE(ABORT, 'stop_not_in_effect')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_stops
      WHERE id = NEW.stop_id AND state = 'announced' AND takes_effect_at <= NEW.completed_at);
  SELECT RAISE(ABORT, 'stop_is_not_through')
    FROM hall_sessions WHERE stop_id = NEW.stop_id AND (
      EXISTS (SELECT 1 FROM bookings WHERE session_id = hall_sessions.id AND bookings.state = 'booked')
      OR EXISTS (SELECT 1 FROM waitlist_entries
        WHERE session_id = hall_sessions.id AND waitlist_entries.state IN ('waiting', 'offered')));
  UPDATE hall_stops SET state = 'done' WHERE id = NEW.stop_id;
END;

-- 恢复开放: what has not begun takes bookings again. Who was sent away stays so, and may book anew.
CREATE TABLE hall_stop_liftings (
  stop_id TEXT PRIMARY KEY REFERENCES hall_stops (id),
  lifted_by TEXT NOT NULL REFERENCES people (id),
  lifted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER hall_stop_liftings_guard BEFORE INSERT ON hall_stop_liftings
BEGIN
  SELECT RAISE(ABORT, 'stop_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_stops JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_stops.id = NEW.stop_id AND person_id = NEW.lifted_by AND role_grants.state = 'active'
        AND role = 'hall_manager');
  SELECT RAISE(ABORT, 'stop_is_not_through') FROM hall_stops WHERE id = NEW.stop_id AND state = 'announced';
  SELECT RAISE(ABORT, 'stop_already_undone') FROM hall_stops WHERE id = NEW.stop_id AND state IN ('undone', 'lifted');
  UPDATE hall_sessions SET stop_id = NULL WHERE stop_id = NEW.stop_id AND starts_at > NEW.lifted_at;
  UPDATE hall_stops SET state = 'lifted' WHERE id = NEW.stop_id;
END;

CREATE TRIGGER bookings_stop_guard BEFORE INSERT ON bookings
BEGIN
  SELECT RAISE(ABORT, 'session_stopped') FROM hall_sessions WHERE id = NEW.session_id AND stop_id IS NOT NULL;
END;

-- Whoever changes a booking, or a class of a group, does not move into a stopped session, nor grow in it.
CREATE TRIGGER bookings_move_stop_guard BEFORE UPDATE OF session_id, adults, children ON bookings
BEGIN
  SELECT RAISE(ABORT, 'session_stopped')
    FROM hall_sessions WHERE id = NEW.session_id AND stop_id IS NOT NULL
      AND (NEW.session_id <> OLD.session_id OR NEW.adults + NEW.children > OLD.adults + OLD.children);
END;

CREATE TRIGGER waitlist_offers_stop_guard BEFORE INSERT ON waitlist_offers
BEGIN
  SELECT RAISE(ABORT, 'session_stopped')
    FROM waitlist_entries JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE waitlist_entries.id = NEW.entry_id AND stop_id IS NOT NULL;
END;

-- 替代场次: what is held for a party that the hall has sent away is an offer like any other, of an entry that says which
-- booking it stands for. It passes no queue, since it is made only where nobody waits.
ALTER TABLE waitlist_entries ADD COLUMN replaces_booking_id TEXT REFERENCES hall_cancellations (booking_id);
CREATE INDEX waitlist_entries_replacing ON waitlist_entries (replaces_booking_id) WHERE replaces_booking_id IS NOT NULL;

DROP TRIGGER waitlist_entries_guard;

CREATE TRIGGER waitlist_entries_guard BEFORE INSERT ON waitlist_entries
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'entry_starts_waiting') WHERE NEW.state <> 'waiting' OR NEW.rank <> 0;
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM hall_sessions WHERE id = NEW.session_id);
  SELECT RAISE(ABORT, 'booking_not_open')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.joined_at < booking_opens_at;
  SELECT RAISE(ABORT, 'booking_closed')
    FROM hall_sessions WHERE id = NEW.session_id
      AND (NEW.joined_at >= booking_closes_at OR withdrawn_at IS NOT NULL);
  SELECT RAISE(ABORT, 'session_stopped') FROM hall_sessions WHERE id = NEW.session_id AND stop_id IS NOT NULL;
  SELECT RAISE(ABORT, 'party_too_large')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.adults + NEW.children > party_max
      AND NEW.replaces_booking_id IS NULL;
  SELECT RAISE(ABORT, 'already_booked')
    WHERE EXISTS (SELECT 1 FROM bookings
      WHERE session_id = NEW.session_id AND person_id = NEW.person_id AND state <> 'cancelled');
  -- Who could book at once should: a queue is for those who cannot.
  SELECT RAISE(ABORT, 'places_free')
    FROM free_places WHERE session_id = NEW.session_id AND places >= NEW.adults + NEW.children
      AND NEW.replaces_booking_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM waitlist_entries AS ahead
        WHERE ahead.session_id = NEW.session_id AND ahead.state = 'waiting' AND ahead.least_places <= places);
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NEW.replaces_booking_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM hall_cancellations
        JOIN bookings ON bookings.id = booking_id
        JOIN hall_sessions AS lost ON lost.id = bookings.session_id
        JOIN hall_sessions AS held ON held.hall_slug = lost.hall_slug
      WHERE booking_id = NEW.replaces_booking_id AND bookings.person_id = NEW.person_id AND held.id = NEW.session_id
        AND bookings.adults = NEW.adults AND bookings.children = NEW.children);
END;

DROP TRIGGER waitlist_ends_guard;

CREATE TRIGGER waitlist_ends_guard BEFORE INSERT ON waitlist_ends
BEGIN
  SELECT RAISE(ABORT, 'entry_unknown') WHERE NOT EXISTS (SELECT 1 FROM waitlist_entries WHERE id = NEW.entry_id);
  SELECT RAISE(ABORT, 'entry_already_ended')
    FROM waitlist_entries WHERE id = NEW.entry_id AND state NOT IN ('waiting', 'offered');
  SELECT RAISE(ABORT, 'offer_not_due')
    WHERE NEW.reason = 'lapsed' AND NOT EXISTS (
      SELECT 1 FROM waitlist_offers WHERE entry_id = NEW.entry_id AND state = 'open' AND expires_at <= NEW.ended_at);
  SELECT RAISE(ABORT, 'closing_not_due')
    FROM waitlist_entries JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE waitlist_entries.id = NEW.entry_id AND NEW.reason = 'closed'
      AND NEW.ended_at < booking_closes_at AND withdrawn_at IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM hall_stops WHERE hall_stops.id = stop_id AND takes_effect_at <= NEW.ended_at);
  UPDATE waitlist_entries SET state = NEW.reason, contact_name_cipher = x'' WHERE id = NEW.entry_id;
  UPDATE waitlist_offers SET state = 'ended' WHERE entry_id = NEW.entry_id AND state = 'open';
END;

-- One of the held sessions is taken: the other goes back to everybody.
CREATE TRIGGER bookings_release_alternatives AFTER INSERT ON bookings
WHEN NEW.offer_id IS NOT NULL
BEGIN
  INSERT INTO waitlist_ends (entry_id, reason, ended_at)
    SELECT other.id, 'left', NEW.created_at
      FROM waitlist_offers
        JOIN waitlist_entries AS own ON own.id = waitlist_offers.entry_id
        JOIN waitlist_entries AS other ON other.replaces_booking_id = own.replaces_booking_id
      WHERE waitlist_offers.id = NEW.offer_id AND other.id <> own.id AND other.state IN ('waiting', 'offered');
END;
