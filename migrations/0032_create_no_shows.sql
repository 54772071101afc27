-- 未到: a family that booked and did not come, counted with mercy. Two within 90 days pause booking for 30 days
-- (本平台约定). Groups are not counted: their leaders answer to the hall itself.

CREATE TABLE no_shows (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  happened_at INTEGER NOT NULL,
  -- `withdrawn`: a device without a link told late that they did come.
  state TEXT NOT NULL CONSTRAINT no_shows_state CHECK (state IN ('counted', 'pardoned', 'withdrawn'))
) STRICT, WITHOUT ROWID;

CREATE INDEX no_shows_by_person ON no_shows (person_id, happened_at);
CREATE INDEX no_shows_by_session ON no_shows (session_id);

-- 不记未到: staff pardon a whole session, before or after it.
CREATE TABLE session_pardons (
  session_id TEXT PRIMARY KEY REFERENCES hall_sessions (id),
  reason TEXT NOT NULL CONSTRAINT session_pardons_reason CHECK (length(reason) BETWEEN 2 AND 60),
  pardoned_by TEXT NOT NULL REFERENCES people (id),
  pardoned_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER session_pardons_guard BEFORE INSERT ON session_pardons
BEGIN
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_sessions JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_sessions.id = NEW.session_id AND person_id = NEW.pardoned_by AND role_grants.state = 'active'
        AND role = 'hall_manager');
  UPDATE no_shows SET state = 'pardoned' WHERE session_id = NEW.session_id AND state = 'counted';
END;

-- Nobody is blamed for a session that the hall has stopped or staff have pardoned, or that lay under an orange or red
-- warning for its place: one that this site itself has put at the head of its pages.
CREATE TRIGGER expiries_count AFTER INSERT ON expiries
BEGIN
  INSERT INTO no_shows (booking_id, person_id, session_id, happened_at, state)
    SELECT bookings.id, bookings.person_id, hall_sessions.id, ends_at,
        iif(EXISTS (SELECT 1 FROM session_pardons WHERE session_id = hall_sessions.id)
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

CREATE TRIGGER expiries_taken_back AFTER DELETE ON expiries
BEGIN
  UPDATE no_shows SET state = 'withdrawn' WHERE booking_id = OLD.booking_id AND state = 'counted';
END;

-- Until when somebody's booking is paused; no row for those who may book. The newest of the counted ones that was not
-- the first within 90 days decides.
CREATE VIEW booking_pauses AS
  SELECT person_id, max(happened_at) + 2592000000 AS until
  FROM no_shows AS latest
  WHERE state = 'counted' AND EXISTS (
    SELECT 1 FROM no_shows AS earlier
    WHERE earlier.person_id = latest.person_id AND earlier.state = 'counted' AND earlier.booking_id <> latest.booking_id
      AND earlier.happened_at BETWEEN latest.happened_at - 7776000000 AND latest.happened_at)
  GROUP BY person_id;

-- What the hall offers in place of a session that it has stopped is still theirs.
CREATE TRIGGER bookings_pause_guard BEFORE INSERT ON bookings
WHEN NEW.kind = 'individual'
BEGIN
  SELECT RAISE(ABORT, 'booking_paused')
    FROM booking_pauses WHERE person_id = NEW.person_id AND until > NEW.created_at
      AND NOT EXISTS (
        SELECT 1 FROM waitlist_offers JOIN waitlist_entries ON waitlist_entries.id = entry_id
        WHERE waitlist_offers.id = NEW.offer_id AND replaces_booking_id IS NOT NULL);
END;

CREATE TRIGGER waitlist_entries_pause_guard BEFORE INSERT ON waitlist_entries
WHEN NEW.replaces_booking_id IS NULL
BEGIN
  SELECT RAISE(ABORT, 'booking_paused')
    FROM booking_pauses WHERE person_id = NEW.person_id AND until > NEW.joined_at;
END;

-- 申诉. One choice of a few and no words of one's own: nobody needs to tell a hall of an illness.
CREATE TABLE no_show_appeals (
  booking_id TEXT PRIMARY KEY REFERENCES no_shows (booking_id),
  person_id TEXT NOT NULL REFERENCES people (id),
  grounds TEXT NOT NULL CONSTRAINT no_show_appeals_grounds CHECK (grounds IN ('came', 'urgent', 'travel', 'other')),
  appealed_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'asked' CONSTRAINT no_show_appeals_state CHECK (state IN ('asked', 'granted', 'refused'))
) STRICT, WITHOUT ROWID;

CREATE INDEX no_show_appeals_open ON no_show_appeals (appealed_at) WHERE state = 'asked';

CREATE TRIGGER no_show_appeals_guard BEFORE INSERT ON no_show_appeals
BEGIN
  SELECT RAISE(ABORT, 'appeal_starts_asked') WHERE NEW.state <> 'asked';
  SELECT RAISE(ABORT, 'no_show_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM no_shows WHERE booking_id = NEW.booking_id AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'no_show_not_counted')
    FROM no_shows WHERE booking_id = NEW.booking_id
      AND (state <> 'counted' OR happened_at + 7776000000 <= NEW.appealed_at);
END;

CREATE TABLE no_show_answers (
  booking_id TEXT PRIMARY KEY REFERENCES no_show_appeals (booking_id),
  decision TEXT NOT NULL CONSTRAINT no_show_answers_decision CHECK (decision IN ('granted', 'refused')),
  -- Told to whoever asked.
  reason TEXT NOT NULL CONSTRAINT no_show_answers_reason CHECK (length(reason) BETWEEN 2 AND 60),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER no_show_answers_guard BEFORE INSERT ON no_show_answers
BEGIN
  -- The hall's manager, and never about their own.
  SELECT RAISE(ABORT, 'appeal_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM no_show_appeals
        JOIN no_shows ON no_shows.booking_id = no_show_appeals.booking_id
        JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE no_show_appeals.booking_id = NEW.booking_id AND no_show_appeals.person_id <> NEW.decided_by
        AND role_grants.person_id = NEW.decided_by AND role_grants.state = 'active' AND role = 'hall_manager');
  SELECT RAISE(ABORT, 'appeal_already_answered')
    FROM no_show_appeals WHERE booking_id = NEW.booking_id AND state <> 'asked';
  UPDATE no_show_appeals SET state = NEW.decision WHERE booking_id = NEW.booking_id;
  UPDATE no_shows SET state = 'pardoned'
    WHERE booking_id = NEW.booking_id AND state = 'counted' AND NEW.decision = 'granted';
END;
