-- Personal values go when their time is over or their owner asks. What stays says that they went, not what they were.

-- When somebody last signed in: after a long absence their number may belong to somebody else.
ALTER TABLE people ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;

UPDATE people SET seen_at = max(
  created_at, coalesce((SELECT max(created_at) FROM sign_ins WHERE person_id = people.id), 0));

CREATE TRIGGER people_seen_first AFTER INSERT ON people
BEGIN
  UPDATE people SET seen_at = NEW.created_at WHERE id = NEW.id;
END;

CREATE TRIGGER sign_ins_seen AFTER INSERT ON sign_ins
BEGIN
  UPDATE people SET seen_at = max(seen_at, NEW.created_at) WHERE id = NEW.person_id;
END;

CREATE INDEX people_by_seen ON people (seen_at) WHERE data_key_cipher <> x'';
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);
CREATE INDEX bookings_named ON bookings (session_id, id) WHERE contact_name_cipher <> x'';
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, sequence) WHERE actor_id IS NOT NULL;

-- Which version of the notice `/privacy` stood on the sign-in page when somebody signed in.
CREATE TABLE notices_shown (
  person_id TEXT NOT NULL REFERENCES people (id),
  version INTEGER NOT NULL CONSTRAINT notices_shown_version CHECK (version > 0),
  shown_at INTEGER NOT NULL,
  PRIMARY KEY (person_id, version)
) STRICT, WITHOUT ROWID;

-- What a run has erased, for everybody to see: counts, and nothing of what it was.
CREATE TABLE erasure_runs (
  id TEXT PRIMARY KEY,
  what TEXT NOT NULL CONSTRAINT erasure_runs_what CHECK (what IN (
    'contact_names', 'sign_ins', 'accounts_asked', 'accounts_dormant', 'accounts_restored')),
  how_many INTEGER NOT NULL CONSTRAINT erasure_runs_how_many CHECK (how_many > 0),
  ran_at INTEGER NOT NULL
) STRICT;

CREATE INDEX erasure_runs_by_time ON erasure_runs (ran_at);

-- The end of an account. The row of the person stays, since visits are counted and the audit log names ids; its
-- key, number and names go in this very statement.
CREATE TABLE account_erasures (
  person_id TEXT PRIMARY KEY REFERENCES people (id),
  -- SHA-256 of the id. The list of these leaves the site, so that a restored backup can forget the same people.
  person_hash BLOB NOT NULL UNIQUE CONSTRAINT account_erasures_hash_length CHECK (length(person_hash) = 32),
  reason TEXT NOT NULL CONSTRAINT account_erasures_reason CHECK (reason IN ('asked', 'dormant', 'restored')),
  -- The coming bookings that this batch cancels: all of them, or the guard refuses.
  cancelled INTEGER NOT NULL CONSTRAINT account_erasures_cancelled CHECK (cancelled >= 0),
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER account_erasures_guard BEFORE INSERT ON account_erasures
BEGIN
  SELECT RAISE(ABORT, 'account_unknown') WHERE NOT EXISTS (SELECT 1 FROM people WHERE id = NEW.person_id);
  SELECT RAISE(ABORT, 'account_already_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  -- 180 days; the job asks for whole days and never for less.
  SELECT RAISE(ABORT, 'account_in_use')
    FROM people WHERE id = NEW.person_id AND NEW.reason = 'dormant' AND seen_at > NEW.erased_at - 15552000000;
  SELECT RAISE(ABORT, 'bookings_have_changed')
    WHERE NEW.cancelled <> (
      SELECT count(*) FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        WHERE bookings.person_id = NEW.person_id AND bookings.state = 'booked'
          AND hall_sessions.ends_at > NEW.erased_at);
END;

CREATE TRIGGER account_erasures_destroy AFTER INSERT ON account_erasures
BEGIN
  DELETE FROM idempotency_keys
    WHERE scope IN (NEW.person_id, (SELECT lower(hex(phone_hash)) FROM people WHERE id = NEW.person_id));
  DELETE FROM notices_shown WHERE person_id = NEW.person_id;
  INSERT INTO sign_outs (sign_in_id, signed_out_at)
    SELECT id, NEW.erased_at FROM sign_ins
      WHERE person_id = NEW.person_id AND id NOT IN (SELECT sign_in_id FROM sign_outs);
  UPDATE bookings SET contact_name_cipher = x'', contact_name_hash = zeroblob(32) WHERE person_id = NEW.person_id;
  -- A hash of nothing: unique, as the column asks, and found by no number.
  UPDATE people SET phone_hash = randomblob(32), phone_cipher = x'', data_key_cipher = x'' WHERE id = NEW.person_id;
END;

CREATE TRIGGER account_erasures_never_go BEFORE DELETE ON account_erasures
BEGIN
  SELECT RAISE(ABORT, 'erasure_is_final');
END;

-- A request that was under way while its person was erased must not bring anything of theirs back.
CREATE TRIGGER sign_ins_guard BEFORE INSERT ON sign_ins
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
END;

CREATE TRIGGER bookings_person_guard BEFORE INSERT ON bookings
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
END;

-- As before, but the cut-off does not hold up an erasure: nobody is left who could come.
DROP TRIGGER cancellations_guard;

CREATE TRIGGER cancellations_guard BEFORE INSERT ON cancellations
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id AND person_id = NEW.person_id);
  UPDATE bookings SET state = 'cancelled' WHERE id = NEW.booking_id;
  SELECT RAISE(ABORT, 'cancellation_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.cancelled_at >= hall_sessions.cancellation_closes_at
      AND NOT EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
END;

-- A name that was mistyped can be put right until the visit is over. The row says when; the name itself stands in
-- the booking only, so that there is one place to erase.
CREATE TABLE contact_name_changes (
  id TEXT PRIMARY KEY,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX contact_name_changes_by_booking ON contact_name_changes (booking_id, id);

CREATE TRIGGER contact_name_changes_guard BEFORE INSERT ON contact_name_changes
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'booking_already_cancelled') FROM bookings WHERE id = NEW.booking_id AND state = 'cancelled';
  SELECT RAISE(ABORT, 'booking_already_arrived') FROM bookings WHERE id = NEW.booking_id AND state = 'arrived';
  SELECT RAISE(ABORT, 'booking_already_expired') FROM bookings WHERE id = NEW.booking_id AND state = 'expired';
  SELECT RAISE(ABORT, 'contact_name_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.changed_at >= hall_sessions.ends_at;
  -- Ten are more than any slip of the finger needs.
  SELECT RAISE(ABORT, 'contact_name_changes_used_up')
    WHERE (SELECT count(*) FROM contact_name_changes WHERE booking_id = NEW.booking_id) >= 10;
END;
