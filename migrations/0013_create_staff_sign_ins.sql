-- Roles are handed out by a strong sign-in only: one that was opened by a passkey, by a password with a one-time password, or by
-- a recovery code. An invitation is what lets somebody with a phone code alone set up the first of these.

ALTER TABLE sign_ins ADD COLUMN method TEXT NOT NULL DEFAULT 'phone'
  CONSTRAINT sign_ins_method CHECK (method IN ('phone', 'passkey', 'password', 'recovery'));
-- Browser and system in a few words, for the list of one's own sign-ins; emptied when the sign-in ends.
ALTER TABLE sign_ins ADD COLUMN device TEXT NOT NULL DEFAULT '' CONSTRAINT sign_ins_device CHECK (length(device) <= 40);
-- When it was last used: to the minute for strong ones, to the day for others.
ALTER TABLE sign_ins ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;

UPDATE sign_ins SET used_at = created_at;

CREATE INDEX sign_ins_with_device ON sign_ins (expires_at) WHERE device <> '';

CREATE TRIGGER sign_ins_used_first AFTER INSERT ON sign_ins WHEN NEW.used_at = 0
BEGIN
  UPDATE sign_ins SET used_at = NEW.created_at WHERE id = NEW.id;
END;

-- A token that was given out never becomes another's, nor stronger than it was.
CREATE TRIGGER sign_ins_never_rise BEFORE UPDATE OF person_id, token_hash, method, created_at, expires_at ON sign_ins
BEGIN
  SELECT RAISE(ABORT, 'sign_in_is_fixed');
END;

CREATE TRIGGER sign_outs_forget_device AFTER INSERT ON sign_outs
BEGIN
  UPDATE sign_ins SET device = '' WHERE id = NEW.sign_in_id;
END;

CREATE TABLE staff_invitations (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  -- SHA-256 of twelve random symbols (59 bits) that live for three days.
  code_hash BLOB NOT NULL UNIQUE CONSTRAINT staff_invitations_code_length CHECK (length(code_hash) = 32),
  -- Nobody: by the one who runs the deployment, from the command line.
  invited_by TEXT REFERENCES people (id),
  invited_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CONSTRAINT staff_invitations_expire_later CHECK (expires_at > invited_at),
  -- Separation of duties, as for roles.
  CONSTRAINT invitation_to_oneself CHECK (invited_by <> person_id)
) STRICT;

CREATE INDEX staff_invitations_by_person ON staff_invitations (person_id, id);

-- The invitation was opened in this browser: its sign-in may set up the first way of signing in.
CREATE TABLE invitation_acceptances (
  invitation_id TEXT PRIMARY KEY REFERENCES staff_invitations (id) ON DELETE CASCADE,
  sign_in_id TEXT NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
  accepted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_acceptances_by_sign_in ON invitation_acceptances (sign_in_id);

-- Every try at a password, a recovery code or an invitation, counted before it is looked at.
CREATE TABLE credential_attempts (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL CONSTRAINT credential_attempts_kind CHECK (kind IN ('password', 'recovery', 'invitation')),
  attempted_at INTEGER NOT NULL,
  -- `cleared`: failed, and a later one succeeded.
  outcome TEXT NOT NULL DEFAULT 'failed' CONSTRAINT credential_attempts_outcome CHECK (outcome IN ('failed', 'cleared', 'succeeded'))
) STRICT;

CREATE INDEX credential_attempts_by_person ON credential_attempts (person_id, kind, attempted_at);
CREATE INDEX credential_attempts_by_age ON credential_attempts (attempted_at);

-- Five in a row close an account's way in for 15 minutes, twenty in a day for the day. Each kind is counted apart, so that a
-- recovery code still opens what wrong passwords have closed.
CREATE TRIGGER credential_attempts_guard BEFORE INSERT ON credential_attempts
BEGIN
  SELECT RAISE(ABORT, 'attempt_starts_failed') WHERE NEW.outcome <> 'failed';
  SELECT RAISE(ABORT, 'credentials_locked_day')
    WHERE (SELECT count(*) FROM credential_attempts WHERE person_id = NEW.person_id AND kind = NEW.kind
      AND outcome <> 'succeeded' AND attempted_at > NEW.attempted_at - 86400000) >= 20;
  SELECT RAISE(ABORT, 'credentials_locked')
    WHERE (SELECT count(*) FROM credential_attempts WHERE person_id = NEW.person_id AND kind = NEW.kind
      AND outcome = 'failed' AND attempted_at > NEW.attempted_at - 900000) >= 5;
END;

-- The tables that this asks come with the next migration.
CREATE TRIGGER sign_ins_strong_guard BEFORE INSERT ON sign_ins WHEN NEW.method <> 'phone'
BEGIN
  -- 12 hours: a working day.
  SELECT RAISE(ABORT, 'strong_sign_in_too_long') WHERE NEW.expires_at > NEW.created_at + 43200000;
  SELECT RAISE(ABORT, 'challenge_unknown')
    WHERE NEW.method = 'passkey' AND NOT EXISTS (SELECT 1 FROM passkey_challenges WHERE id = NEW.code_id);
  SELECT RAISE(ABORT, 'challenge_expired')
    FROM passkey_challenges WHERE id = NEW.code_id AND NEW.method = 'passkey' AND expires_at <= NEW.created_at;
  SELECT RAISE(ABORT, 'credential_unknown')
    WHERE NEW.method = 'passkey'
      AND NOT EXISTS (SELECT 1 FROM passkeys WHERE person_id = NEW.person_id AND state = 'active');
  SELECT RAISE(ABORT, 'attempt_unknown')
    WHERE NEW.method IN ('password', 'recovery') AND NOT EXISTS (
      SELECT 1 FROM credential_attempts WHERE id = NEW.code_id AND person_id = NEW.person_id AND kind = NEW.method);
  SELECT RAISE(ABORT, 'credential_unknown')
    WHERE NEW.method = 'password'
      AND NOT EXISTS (SELECT 1 FROM passwords WHERE person_id = NEW.person_id AND state = 'active');
  SELECT RAISE(ABORT, 'recovery_code_unknown')
    WHERE NEW.method = 'recovery' AND NOT EXISTS (SELECT 1 FROM recovery_uses WHERE attempt_id = NEW.code_id);
END;

CREATE TRIGGER sign_ins_clear_attempts AFTER INSERT ON sign_ins WHEN NEW.method IN ('password', 'recovery')
BEGIN
  UPDATE credential_attempts SET outcome = 'cleared' WHERE person_id = NEW.person_id AND outcome = 'failed';
  UPDATE credential_attempts SET outcome = 'succeeded' WHERE id = NEW.code_id;
END;
