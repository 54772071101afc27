-- A visit can move to another session of its hall, or grow or shrink, without its places being given back in
-- between: the change is one row, and its guard moves the places within the same statement.

ALTER TABLE bookings ADD COLUMN changes INTEGER NOT NULL DEFAULT 0
  -- Three times is enough for plans that shift, and too few to hold places open by moving them about.
  CONSTRAINT booking_changes_used_up CHECK (changes BETWEEN 0 AND 3);

CREATE TABLE booking_changes (
  id TEXT PRIMARY KEY,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  -- What the booking was until then, for the history that its owner sees.
  from_session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  from_adults INTEGER NOT NULL,
  from_children INTEGER NOT NULL,
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  adults INTEGER NOT NULL,
  children INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX booking_changes_by_booking ON booking_changes (booking_id, id);

CREATE TRIGGER booking_changes_guard BEFORE INSERT ON booking_changes
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'booking_already_cancelled') FROM bookings WHERE id = NEW.booking_id AND state = 'cancelled';
  SELECT RAISE(ABORT, 'booking_already_arrived') FROM bookings WHERE id = NEW.booking_id AND state = 'arrived';
  SELECT RAISE(ABORT, 'booking_already_expired') FROM bookings WHERE id = NEW.booking_id AND state = 'expired';
  -- Somebody who could no longer give the places back can no longer move them either.
  SELECT RAISE(ABORT, 'change_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.changed_at >= hall_sessions.cancellation_closes_at;
  SELECT RAISE(ABORT, 'change_is_none')
    FROM bookings WHERE id = NEW.booking_id AND session_id = NEW.session_id
      AND adults = NEW.adults AND children = NEW.children;
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions AS held ON held.id = bookings.session_id
        JOIN hall_sessions AS wanted ON wanted.hall_slug = held.hall_slug
      WHERE bookings.id = NEW.booking_id AND wanted.id = NEW.session_id);
  -- A party that only shrinks asks nothing of the session it is in.
  SELECT RAISE(ABORT, 'booking_not_open')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = NEW.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.changed_at < booking_opens_at
      AND (bookings.session_id <> NEW.session_id OR NEW.adults + NEW.children > bookings.adults + bookings.children);
  SELECT RAISE(ABORT, 'booking_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = NEW.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.changed_at >= booking_closes_at
      AND (bookings.session_id <> NEW.session_id OR NEW.adults + NEW.children > bookings.adults + bookings.children);
  SELECT RAISE(ABORT, 'party_too_large')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = NEW.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.adults + NEW.children > party_max
      AND (bookings.session_id <> NEW.session_id OR NEW.adults + NEW.children > bookings.adults + bookings.children);
  UPDATE bookings
    SET session_id = NEW.session_id, adults = NEW.adults, children = NEW.children, changes = changes + 1
    WHERE id = NEW.booking_id;
END;

-- Within one session only the difference moves, so that a party may shrink in a session sold beyond its open places.
CREATE TRIGGER bookings_move_places AFTER UPDATE OF session_id, adults, children ON bookings
BEGIN
  UPDATE hall_sessions
    SET booked = booked + (NEW.adults + NEW.children) - (OLD.adults + OLD.children)
    WHERE id = NEW.session_id AND NEW.session_id = OLD.session_id;
  UPDATE hall_sessions SET booked = booked - (OLD.adults + OLD.children)
    WHERE id = OLD.session_id AND NEW.session_id <> OLD.session_id;
  UPDATE hall_sessions SET booked = booked + (NEW.adults + NEW.children)
    WHERE id = NEW.session_id AND NEW.session_id <> OLD.session_id;
END;
