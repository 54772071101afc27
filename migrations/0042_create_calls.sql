-- 电话候补: staff put somebody on the telephone into a queue, under the same guards as everybody; who has no mobile
-- number is called back.

-- 固定电话: it takes no SMS and opens no sign-in. What has to be said goes to the hall's list of calls.
ALTER TABLE people ADD COLUMN landline INTEGER NOT NULL DEFAULT 0
  CONSTRAINT people_landline CHECK (landline IN (0, 1));

-- The member of staff who put them there, and the code that is read out to them; null where a party joined by itself.
ALTER TABLE waitlist_entries ADD COLUMN joined_by TEXT REFERENCES people (id);
ALTER TABLE waitlist_entries ADD COLUMN code TEXT
  CONSTRAINT waitlist_entries_code_length CHECK (length(code) = 10);
CREATE UNIQUE INDEX waitlist_entries_code ON waitlist_entries (code) WHERE code IS NOT NULL;

CREATE TRIGGER waitlist_entries_desk_guard BEFORE INSERT ON waitlist_entries
WHEN NEW.joined_by IS NOT NULL OR NEW.code IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NEW.code IS NULL OR NEW.replaces_booking_id IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM hall_sessions
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE hall_sessions.id = NEW.session_id AND role_grants.person_id = NEW.joined_by
        AND role_grants.state = 'active' AND role_grants.role IN ('hall_staff', 'hall_manager'));
END;

-- Who left a queue for a caller.
ALTER TABLE waitlist_ends ADD COLUMN ended_by TEXT REFERENCES people (id);

CREATE TRIGGER waitlist_ends_desk_guard BEFORE INSERT ON waitlist_ends
WHEN NEW.ended_by IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'entry_unknown')
    WHERE NEW.reason <> 'left' OR NOT EXISTS (
      SELECT 1 FROM waitlist_entries
        JOIN hall_sessions ON hall_sessions.id = waitlist_entries.session_id
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE waitlist_entries.id = NEW.entry_id AND role_grants.person_id = NEW.ended_by
        AND role_grants.state = 'active' AND role_grants.role IN ('hall_staff', 'hall_manager'));
END;

-- Tries at the last four digits, as for tickets: 10 an hour, 30 a day.
CREATE TABLE waitlist_tries (
  id TEXT PRIMARY KEY,
  entry_id TEXT NOT NULL REFERENCES waitlist_entries (id),
  tried_at INTEGER NOT NULL
) STRICT;

CREATE INDEX waitlist_tries_by_entry ON waitlist_tries (entry_id, tried_at);

CREATE TRIGGER waitlist_tries_guard BEFORE INSERT ON waitlist_tries
BEGIN
  SELECT RAISE(ABORT, 'ticket_tries_used_up_hour')
    WHERE (SELECT count(*) FROM waitlist_tries WHERE entry_id = NEW.entry_id
      AND tried_at > NEW.tried_at - 3600000) >= 10;
  SELECT RAISE(ABORT, 'ticket_tries_used_up_day')
    WHERE (SELECT count(*) FROM waitlist_tries WHERE entry_id = NEW.entry_id
      AND tried_at > NEW.tried_at - 86400000) >= 30;
END;

-- 要打的电话: a message to somebody without a mobile number, for the hall's staff to say.
CREATE TABLE hall_calls (
  id TEXT PRIMARY KEY,
  -- Of the message: delivered twice, it is listed once.
  message_key TEXT NOT NULL UNIQUE,
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  person_id TEXT NOT NULL REFERENCES people (id),
  -- The message's words under the person's data key; gone when it was said or given up.
  words_cipher BLOB NOT NULL,
  listed_at INTEGER NOT NULL,
  -- From then on it helps nobody.
  until INTEGER NOT NULL,
  -- Follows from hall_call_tries.
  state TEXT NOT NULL DEFAULT 'open' CONSTRAINT hall_calls_state CHECK (state IN ('open', 'told', 'given_up')),
  tries INTEGER NOT NULL DEFAULT 0 CONSTRAINT hall_calls_tries CHECK (tries >= 0)
) STRICT;

CREATE INDEX hall_calls_open ON hall_calls (hall_slug, until) WHERE state = 'open';
CREATE INDEX hall_calls_by_age ON hall_calls (listed_at);

CREATE TABLE hall_call_tries (
  id TEXT PRIMARY KEY,
  call_id TEXT NOT NULL REFERENCES hall_calls (id) ON DELETE CASCADE,
  outcome TEXT NOT NULL CONSTRAINT hall_call_tries_outcome CHECK (outcome IN ('told', 'no_answer', 'given_up')),
  called_by TEXT NOT NULL REFERENCES people (id),
  called_at INTEGER NOT NULL
) STRICT;

CREATE INDEX hall_call_tries_by_call ON hall_call_tries (call_id);

CREATE TRIGGER hall_call_tries_guard BEFORE INSERT ON hall_call_tries
BEGIN
  SELECT RAISE(ABORT, 'call_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_calls JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_calls.id = NEW.call_id AND role_grants.person_id = NEW.called_by
        AND role_grants.state = 'active' AND role IN ('hall_staff', 'hall_manager'));
  SELECT RAISE(ABORT, 'call_already_made') FROM hall_calls WHERE id = NEW.call_id AND state <> 'open';
  UPDATE hall_calls SET tries = tries + 1 WHERE id = NEW.call_id;
  UPDATE hall_calls SET state = NEW.outcome, words_cipher = x''
    WHERE id = NEW.call_id AND NEW.outcome <> 'no_answer';
END;

CREATE TRIGGER account_erasures_calls AFTER INSERT ON account_erasures
BEGIN
  UPDATE hall_calls SET state = 'given_up', words_cipher = x'' WHERE person_id = NEW.person_id AND state = 'open';
END;
