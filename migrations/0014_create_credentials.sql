-- How staff prove who they are beyond the phone: passkeys, a password with a one-time password, recovery codes.

CREATE TABLE passkey_challenges (
  id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CONSTRAINT passkey_challenges_purpose CHECK (purpose IN ('registration', 'sign_in')),
  -- Who registers; a sign-in learns from the passkey who it is.
  person_id TEXT REFERENCES people (id),
  challenge TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CONSTRAINT passkey_challenges_expire_later CHECK (expires_at > created_at),
  CONSTRAINT passkey_challenges_person CHECK ((purpose = 'registration') = (person_id IS NOT NULL))
) STRICT;

CREATE INDEX passkey_challenges_by_age ON passkey_challenges (expires_at);

-- Anybody may ask for one, and each is a row for five minutes: 600 a minute are more than all staff together need.
CREATE TRIGGER passkey_challenges_guard BEFORE INSERT ON passkey_challenges
BEGIN
  SELECT RAISE(ABORT, 'challenges_used_up')
    WHERE (SELECT count(*) FROM passkey_challenges
      WHERE expires_at > NEW.expires_at - 60000 AND purpose = NEW.purpose) >= 600;
END;

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  credential_id TEXT NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL CONSTRAINT passkeys_counter CHECK (counter >= 0),
  -- JSON: how the browser may reach it.
  transports TEXT NOT NULL CONSTRAINT passkeys_transports CHECK (json_valid(transports)),
  device_type TEXT NOT NULL CONSTRAINT passkeys_device_type CHECK (device_type IN ('singleDevice', 'multiDevice')),
  backed_up INTEGER NOT NULL CONSTRAINT passkeys_backed_up CHECK (backed_up IN (0, 1)),
  name TEXT NOT NULL CONSTRAINT passkeys_name CHECK (length(name) <= 30),
  -- A challenge makes one passkey.
  challenge_id TEXT NOT NULL UNIQUE,
  sign_in_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'active' CONSTRAINT passkeys_state CHECK (state IN ('active', 'removed'))
) STRICT;

CREATE INDEX passkeys_by_person ON passkeys (person_id) WHERE state = 'active';

CREATE TABLE passwords (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  hash BLOB NOT NULL,
  salt BLOB NOT NULL,
  -- scrypt's N, r and p, kept with each hash, so that they can be raised.
  scrypt_n INTEGER NOT NULL,
  scrypt_r INTEGER NOT NULL,
  scrypt_p INTEGER NOT NULL,
  -- The secret of the one-time passwords, under the person's data key.
  totp_cipher BLOB NOT NULL,
  totp_last_step INTEGER NOT NULL,
  sign_in_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'active' CONSTRAINT passwords_state CHECK (state IN ('active', 'removed'))
) STRICT;

CREATE UNIQUE INDEX passwords_one_active ON passwords (person_id) WHERE state = 'active';

-- Ten codes made together; making them anew takes the old ones away.
CREATE TABLE recovery_sets (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL UNIQUE REFERENCES people (id),
  sign_in_id TEXT NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
  id TEXT PRIMARY KEY,
  set_id TEXT NOT NULL REFERENCES recovery_sets (id) ON DELETE CASCADE,
  -- SHA-256 of sixteen random symbols: 79 bits need no salt and no stretching.
  code_hash BLOB NOT NULL UNIQUE CONSTRAINT recovery_codes_hash_length CHECK (length(code_hash) = 32)
) STRICT;

CREATE INDEX recovery_codes_by_set ON recovery_codes (set_id);

CREATE TABLE recovery_uses (
  code_id TEXT PRIMARY KEY REFERENCES recovery_codes (id) ON DELETE CASCADE,
  attempt_id TEXT NOT NULL UNIQUE,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey_removals (
  passkey_id TEXT PRIMARY KEY REFERENCES passkeys (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  sign_in_id TEXT NOT NULL,
  removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE password_removals (
  password_id TEXT PRIMARY KEY REFERENCES passwords (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  sign_in_id TEXT NOT NULL,
  removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An administrator takes everything away from somebody who has lost it, so that they can be invited anew.
CREATE TABLE credential_resets (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  -- Nobody: by the one who runs the deployment, from the command line.
  reset_by TEXT REFERENCES people (id),
  reason TEXT NOT NULL CONSTRAINT credential_resets_reason CHECK (length(reason) BETWEEN 4 AND 200),
  reset_at INTEGER NOT NULL
) STRICT;

CREATE INDEX credential_resets_by_person ON credential_resets (person_id);

-- Sign-ins that may set up or take away ways of signing in, and until when: strong ones in their first 15 minutes, so that a
-- desk left open is not enough; and one that has opened an invitation, while there is no other way in.
CREATE VIEW credential_keepers AS
  SELECT sign_ins.id AS sign_in_id, person_id, min(expires_at, created_at + 900000) AS until
    FROM sign_ins
    WHERE method <> 'phone' AND NOT EXISTS (SELECT 1 FROM sign_outs WHERE sign_outs.sign_in_id = sign_ins.id)
  UNION ALL
  SELECT sign_ins.id, sign_ins.person_id, min(sign_ins.expires_at, staff_invitations.expires_at)
    FROM invitation_acceptances
      JOIN staff_invitations ON staff_invitations.id = invitation_acceptances.invitation_id
      JOIN sign_ins ON sign_ins.id = invitation_acceptances.sign_in_id
    WHERE sign_ins.person_id = staff_invitations.person_id
      AND NOT EXISTS (SELECT 1 FROM sign_outs WHERE sign_outs.sign_in_id = sign_ins.id)
      AND NOT EXISTS (SELECT 1 FROM passkeys WHERE passkeys.person_id = sign_ins.person_id AND state = 'active')
      AND NOT EXISTS (SELECT 1 FROM passwords WHERE passwords.person_id = sign_ins.person_id AND state = 'active');

CREATE TRIGGER passkeys_guard BEFORE INSERT ON passkeys
BEGIN
  SELECT RAISE(ABORT, 'credential_starts_active') WHERE NEW.state <> 'active';
  SELECT RAISE(ABORT, 'person_erased') WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'challenge_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM passkey_challenges
        WHERE id = NEW.challenge_id AND purpose = 'registration' AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'challenge_expired')
    FROM passkey_challenges WHERE id = NEW.challenge_id AND expires_at <= NEW.created_at;
  -- After its own challenge: a repetition is told that it is one.
  SELECT RAISE(ABORT, 'challenge_used') WHERE EXISTS (SELECT 1 FROM passkeys WHERE challenge_id = NEW.challenge_id);
  SELECT RAISE(ABORT, 'proof_needed')
    WHERE NOT EXISTS (
      SELECT 1 FROM credential_keepers
        WHERE sign_in_id = NEW.sign_in_id AND person_id = NEW.person_id AND until > NEW.created_at);
  -- Ten devices are more than anybody carries.
  SELECT RAISE(ABORT, 'passkeys_used_up')
    WHERE (SELECT count(*) FROM passkeys WHERE person_id = NEW.person_id AND state = 'active') >= 10;
END;

-- A counter that stands still or goes back tells of a copy; keys that are synchronised between devices do not count.
CREATE TRIGGER passkeys_counter_guard BEFORE UPDATE OF counter ON passkeys
  WHEN NEW.counter <= OLD.counter AND (NEW.counter > 0 OR OLD.counter > 0)
BEGIN
  SELECT RAISE(ABORT, 'passkey_copied');
END;

CREATE TRIGGER passkeys_device_type_guard BEFORE UPDATE OF device_type ON passkeys WHEN NEW.device_type <> OLD.device_type
BEGIN
  SELECT RAISE(ABORT, 'passkey_copied');
END;

CREATE TRIGGER passwords_guard BEFORE INSERT ON passwords
BEGIN
  SELECT RAISE(ABORT, 'credential_starts_active') WHERE NEW.state <> 'active';
  SELECT RAISE(ABORT, 'person_erased') WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'proof_needed')
    WHERE NOT EXISTS (
      SELECT 1 FROM credential_keepers
        WHERE sign_in_id = NEW.sign_in_id AND person_id = NEW.person_id AND until > NEW.created_at);
  -- Set anew: the old one goes in this statement.
  UPDATE passwords SET state = 'removed', hash = x'', salt = x'', totp_cipher = x''
    WHERE person_id = NEW.person_id AND state = 'active';
END;

-- A one-time password opens once: no step is used again, nor one before it.
CREATE TRIGGER passwords_step_guard BEFORE UPDATE OF totp_last_step ON passwords WHEN NEW.totp_last_step <= OLD.totp_last_step
BEGIN
  SELECT RAISE(ABORT, 'totp_used');
END;

CREATE TRIGGER recovery_sets_guard BEFORE INSERT ON recovery_sets
BEGIN
  SELECT RAISE(ABORT, 'proof_needed')
    WHERE NOT EXISTS (
      SELECT 1 FROM credential_keepers JOIN sign_ins ON sign_ins.id = credential_keepers.sign_in_id
        WHERE credential_keepers.sign_in_id = NEW.sign_in_id AND credential_keepers.person_id = NEW.person_id
          AND until > NEW.made_at AND sign_ins.method <> 'phone');
  DELETE FROM recovery_sets WHERE person_id = NEW.person_id;
END;

CREATE TRIGGER recovery_uses_guard BEFORE INSERT ON recovery_uses
BEGIN
  SELECT RAISE(ABORT, 'recovery_code_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM recovery_codes
        JOIN recovery_sets ON recovery_sets.id = recovery_codes.set_id
        JOIN credential_attempts ON credential_attempts.person_id = recovery_sets.person_id
      WHERE recovery_codes.id = NEW.code_id AND credential_attempts.id = NEW.attempt_id);
  SELECT RAISE(ABORT, 'recovery_code_used') WHERE EXISTS (SELECT 1 FROM recovery_uses WHERE code_id = NEW.code_id);
END;

CREATE TRIGGER passkey_removals_guard BEFORE INSERT ON passkey_removals
BEGIN
  SELECT RAISE(ABORT, 'credential_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM passkeys WHERE id = NEW.passkey_id AND person_id = NEW.person_id AND state = 'active');
  SELECT RAISE(ABORT, 'proof_needed')
    WHERE NOT EXISTS (
      SELECT 1 FROM credential_keepers
        WHERE sign_in_id = NEW.sign_in_id AND person_id = NEW.person_id AND until > NEW.removed_at);
  SELECT RAISE(ABORT, 'last_credential')
    WHERE (SELECT count(*) FROM passkeys WHERE person_id = NEW.person_id AND state = 'active')
      + (SELECT count(*) FROM passwords WHERE person_id = NEW.person_id AND state = 'active') <= 1;
  UPDATE passkeys SET state = 'removed', credential_id = 'removed:' || id, public_key = x'', name = '', transports = '[]'
    WHERE id = NEW.passkey_id;
END;

CREATE TRIGGER password_removals_guard BEFORE INSERT ON password_removals
BEGIN
  SELECT RAISE(ABORT, 'credential_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM passwords WHERE id = NEW.password_id AND person_id = NEW.person_id AND state = 'active');
  SELECT RAISE(ABORT, 'proof_needed')
    WHERE NOT EXISTS (
      SELECT 1 FROM credential_keepers
        WHERE sign_in_id = NEW.sign_in_id AND person_id = NEW.person_id AND until > NEW.removed_at);
  SELECT RAISE(ABORT, 'last_credential')
    WHERE NOT EXISTS (SELECT 1 FROM passkeys WHERE person_id = NEW.person_id AND state = 'active');
  UPDATE passwords SET state = 'removed', hash = x'', salt = x'', totp_cipher = x'' WHERE id = NEW.password_id;
END;

-- What both a reset and an erasure do.
CREATE VIEW credential_wipes AS SELECT id AS person_id FROM people;

CREATE TRIGGER credential_wipes_act INSTEAD OF DELETE ON credential_wipes
BEGIN
  UPDATE passkeys SET state = 'removed', credential_id = 'removed:' || id, public_key = x'', name = '', transports = '[]'
    WHERE person_id = OLD.person_id AND state = 'active';
  UPDATE passwords SET state = 'removed', hash = x'', salt = x'', totp_cipher = x''
    WHERE person_id = OLD.person_id AND state = 'active';
  DELETE FROM recovery_sets WHERE person_id = OLD.person_id;
  DELETE FROM credential_attempts WHERE person_id = OLD.person_id;
  DELETE FROM staff_invitations WHERE person_id = OLD.person_id;
  DELETE FROM passkey_challenges WHERE person_id = OLD.person_id;
END;

CREATE TRIGGER credential_resets_guard BEFORE INSERT ON credential_resets
BEGIN
  SELECT RAISE(ABORT, 'person_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM role_grants WHERE person_id = NEW.person_id AND state = 'active');
  SELECT RAISE(ABORT, 'reset_own') WHERE NEW.reset_by = NEW.person_id;
  SELECT RAISE(ABORT, 'person_unknown')
    WHERE NEW.reset_by IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.reset_by AND role = 'administrator' AND state = 'active');
END;

CREATE TRIGGER credential_resets_act AFTER INSERT ON credential_resets
BEGIN
  DELETE FROM credential_wipes WHERE person_id = NEW.person_id;
  INSERT INTO sign_outs (sign_in_id, signed_out_at)
    SELECT id, NEW.reset_at FROM sign_ins
      WHERE person_id = NEW.person_id
        AND NOT EXISTS (SELECT 1 FROM sign_outs WHERE sign_outs.sign_in_id = sign_ins.id);
END;

CREATE TRIGGER account_erasures_credentials AFTER INSERT ON account_erasures
BEGIN
  DELETE FROM credential_wipes WHERE person_id = NEW.person_id;
  UPDATE sign_ins SET device = '' WHERE person_id = NEW.person_id;
END;

CREATE TRIGGER staff_invitations_guard BEFORE INSERT ON staff_invitations
BEGIN
  SELECT RAISE(ABORT, 'person_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM role_grants WHERE person_id = NEW.person_id AND state = 'active');
  -- Whoever may give one of the roles may invite to them.
  SELECT RAISE(ABORT, 'person_unknown')
    WHERE NEW.invited_by IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM role_grants AS own JOIN role_grants AS held ON held.person_id = NEW.person_id AND held.state = 'active'
        WHERE own.person_id = NEW.invited_by AND own.state = 'active' AND (
          own.role = 'administrator'
          OR (own.role = 'hall_manager' AND held.role = 'hall_staff' AND own.scope_id = held.scope_id)));
  SELECT RAISE(ABORT, 'already_set_up')
    WHERE EXISTS (SELECT 1 FROM passkeys WHERE person_id = NEW.person_id AND state = 'active')
      OR EXISTS (SELECT 1 FROM passwords WHERE person_id = NEW.person_id AND state = 'active');
  -- Each is a message to somebody's telephone.
  SELECT RAISE(ABORT, 'invitations_used_up')
    WHERE (SELECT count(*) FROM staff_invitations WHERE person_id = NEW.person_id
      AND invited_at > NEW.invited_at - 86400000) >= 5;
END;

CREATE TRIGGER invitation_acceptances_guard BEFORE INSERT ON invitation_acceptances
BEGIN
  -- Somebody else's, an older one than the newest, or one whose time is over: all the same to whoever tries.
  SELECT RAISE(ABORT, 'invitation_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM staff_invitations JOIN sign_ins ON sign_ins.person_id = staff_invitations.person_id
        WHERE staff_invitations.id = NEW.invitation_id AND sign_ins.id = NEW.sign_in_id
          AND staff_invitations.expires_at > NEW.accepted_at
          AND NOT EXISTS (SELECT 1 FROM staff_invitations AS newer
            WHERE newer.person_id = staff_invitations.person_id AND newer.id > staff_invitations.id));
  SELECT RAISE(ABORT, 'invitation_used')
    WHERE EXISTS (SELECT 1 FROM invitation_acceptances WHERE invitation_id = NEW.invitation_id);
END;
