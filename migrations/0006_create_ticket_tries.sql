-- A ticket opens with its code and the last four digits of the phone it was booked with. The code cannot be
-- guessed, but it is shown at doors and sent in messages; four digits could be tried out, so tries are counted.

CREATE TABLE ticket_tries (
  id TEXT PRIMARY KEY,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  tried_at INTEGER NOT NULL
) STRICT;

CREATE INDEX ticket_tries_by_booking ON ticket_tries (booking_id, tried_at);
CREATE INDEX ticket_tries_by_age ON ticket_tries (tried_at);

-- 10 an hour, 30 a day, right ones included: a whole family gets in, 10,000 numbers take most of a year.
CREATE TRIGGER ticket_tries_guard BEFORE INSERT ON ticket_tries
BEGIN
  SELECT RAISE(ABORT, 'ticket_tries_used_up_hour')
    WHERE (SELECT count(*) FROM ticket_tries WHERE booking_id = NEW.booking_id
      AND tried_at > NEW.tried_at - 3600000) >= 10;
  SELECT RAISE(ABORT, 'ticket_tries_used_up_day')
    WHERE (SELECT count(*) FROM ticket_tries WHERE booking_id = NEW.booking_id
      AND tried_at > NEW.tried_at - 86400000) >= 30;
END;
