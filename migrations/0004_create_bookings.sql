-- A booking, and the three things that can end it. Each end is a row of its own with its time and author;
-- its guard raises, so that the batch which carries it (audit entry and message included) never half happens.

CREATE TABLE bookings (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE CONSTRAINT bookings_code_length CHECK (length(code) = 10),
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  adults INTEGER NOT NULL CONSTRAINT bookings_adults CHECK (adults >= 1),
  children INTEGER NOT NULL CONSTRAINT bookings_children CHECK (children >= 0),
  -- Under the person's data key; the hash lets the door find a booking by the exact name.
  contact_name_cipher BLOB NOT NULL,
  contact_name_hash BLOB NOT NULL CONSTRAINT bookings_name_hash_length CHECK (length(contact_name_hash) = 32),
  key_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  -- Follows from the rows below; kept here for the index that allows one active booking a session.
  state TEXT NOT NULL DEFAULT 'booked'
    CONSTRAINT bookings_state CHECK (state IN ('booked', 'cancelled', 'arrived', 'expired'))
) STRICT;

CREATE UNIQUE INDEX bookings_one_active ON bookings (person_id, session_id) WHERE state <> 'cancelled';
CREATE INDEX bookings_by_person ON bookings (person_id, id);
CREATE INDEX bookings_by_session ON bookings (session_id, id);
CREATE INDEX bookings_awaited ON bookings (session_id) WHERE state = 'booked';

CREATE TRIGGER bookings_guard BEFORE INSERT ON bookings
BEGIN
  SELECT RAISE(ABORT, 'booking_starts_booked') WHERE NEW.state <> 'booked';
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM hall_sessions WHERE id = NEW.session_id);
  SELECT RAISE(ABORT, 'booking_not_open')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.created_at < booking_opens_at;
  SELECT RAISE(ABORT, 'booking_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.created_at >= booking_closes_at;
  SELECT RAISE(ABORT, 'party_too_large')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.adults + NEW.children > party_max;
END;

-- After the insert, so that a second booking by the same person is refused as such even when the session is full.
CREATE TRIGGER bookings_take_places AFTER INSERT ON bookings
BEGIN
  UPDATE hall_sessions SET booked = booked + NEW.adults + NEW.children WHERE id = NEW.session_id;
END;

CREATE TRIGGER bookings_end_once BEFORE UPDATE OF state ON bookings
WHEN OLD.state <> 'booked'
BEGIN
  SELECT RAISE(ABORT, 'booking_already_cancelled') WHERE OLD.state = 'cancelled';
  SELECT RAISE(ABORT, 'booking_already_arrived') WHERE OLD.state = 'arrived';
  SELECT RAISE(ABORT, 'booking_already_expired') WHERE OLD.state = 'expired';
END;

CREATE TRIGGER bookings_free_places AFTER UPDATE OF state ON bookings
WHEN NEW.state = 'cancelled'
BEGIN
  UPDATE hall_sessions SET booked = booked - NEW.adults - NEW.children WHERE id = NEW.session_id;
END;

CREATE TABLE cancellations (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  cancelled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER cancellations_guard BEFORE INSERT ON cancellations
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id AND person_id = NEW.person_id);
  UPDATE bookings SET state = 'cancelled' WHERE id = NEW.booking_id;
  SELECT RAISE(ABORT, 'cancellation_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.cancelled_at >= hall_sessions.cancellation_closes_at;
END;

CREATE TABLE arrivals (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  -- The member of the hall's staff who marked it.
  marked_by TEXT NOT NULL REFERENCES people (id),
  arrived_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER arrivals_guard BEFORE INSERT ON arrivals
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        JOIN hall_staff ON hall_staff.hall_slug = hall_sessions.hall_slug
      WHERE bookings.id = NEW.booking_id AND hall_staff.person_id = NEW.marked_by);
  UPDATE bookings SET state = 'arrived' WHERE id = NEW.booking_id;
  SELECT RAISE(ABORT, 'arrival_not_open')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.arrived_at < hall_sessions.arrival_opens_at;
  SELECT RAISE(ABORT, 'arrival_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.arrived_at >= hall_sessions.ends_at;
END;

-- Nobody came: the booking expires once its session is over. Its places are not given back, the session is past.
CREATE TABLE expiries (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  expired_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER expiries_guard BEFORE INSERT ON expiries
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id);
  UPDATE bookings SET state = 'expired' WHERE id = NEW.booking_id;
  SELECT RAISE(ABORT, 'expiry_not_due')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.expired_at < hall_sessions.ends_at;
END;
