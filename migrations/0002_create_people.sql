-- People sign in with a code sent to their phone. Phone numbers are stored as ciphertext plus a keyed hash;
-- every person has a data key of their own, so that destroying that key erases what it encrypted.

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  phone_hash BLOB NOT NULL UNIQUE CONSTRAINT people_phone_hash_length CHECK (length(phone_hash) = 32),
  -- Version of the secret behind phone_hash and data_key_cipher.
  key_version INTEGER NOT NULL,
  data_key_cipher BLOB NOT NULL,
  phone_cipher BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_codes (
  id TEXT PRIMARY KEY,
  phone_hash BLOB NOT NULL CONSTRAINT sign_in_codes_phone_hash_length CHECK (length(phone_hash) = 32),
  key_version INTEGER NOT NULL,
  phone_cipher BLOB NOT NULL,
  code_hash BLOB NOT NULL CONSTRAINT sign_in_codes_code_hash_length CHECK (length(code_hash) = 32),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CONSTRAINT sign_in_codes_expire_later CHECK (expires_at > created_at)
) STRICT;

CREATE INDEX sign_in_codes_by_phone ON sign_in_codes (phone_hash, created_at);
CREATE INDEX sign_in_codes_by_age ON sign_in_codes (created_at);

-- One code a minute, 5 an hour, 10 a day for one phone: enough for a slow network and a mistyped code,
-- too little to annoy a stranger or to guess (10 codes of 5 tries: 50 in 1,000,000 a day).
CREATE TRIGGER sign_in_codes_guard BEFORE INSERT ON sign_in_codes
BEGIN
  SELECT RAISE(ABORT, 'code_just_sent')
    WHERE EXISTS (SELECT 1 FROM sign_in_codes WHERE phone_hash = NEW.phone_hash
      AND created_at > NEW.created_at - 60000);
  SELECT RAISE(ABORT, 'codes_used_up_hour')
    WHERE (SELECT count(*) FROM sign_in_codes WHERE phone_hash = NEW.phone_hash
      AND created_at > NEW.created_at - 3600000) >= 5;
  SELECT RAISE(ABORT, 'codes_used_up_day')
    WHERE (SELECT count(*) FROM sign_in_codes WHERE phone_hash = NEW.phone_hash
      AND created_at > NEW.created_at - 86400000) >= 10;
END;

CREATE TABLE sign_in_attempts (
  id TEXT PRIMARY KEY,
  code_id TEXT NOT NULL REFERENCES sign_in_codes (id) ON DELETE CASCADE,
  attempted_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_in_attempts_by_code ON sign_in_attempts (code_id);

CREATE TABLE sign_ins (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  -- A code opens one sign-in. No foreign key: codes are purged long before sign-ins end.
  code_id TEXT NOT NULL CONSTRAINT sign_ins_code UNIQUE,
  token_hash BLOB NOT NULL UNIQUE CONSTRAINT sign_ins_token_hash_length CHECK (length(token_hash) = 32),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CONSTRAINT sign_ins_expire_later CHECK (expires_at > created_at)
) STRICT;

CREATE INDEX sign_ins_by_person ON sign_ins (person_id);

CREATE TRIGGER sign_in_attempts_guard BEFORE INSERT ON sign_in_attempts
BEGIN
  SELECT RAISE(ABORT, 'code_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM sign_in_codes WHERE id = NEW.code_id);
  SELECT RAISE(ABORT, 'code_used')
    WHERE EXISTS (SELECT 1 FROM sign_ins WHERE code_id = NEW.code_id);
  SELECT RAISE(ABORT, 'code_expired')
    FROM sign_in_codes WHERE id = NEW.code_id AND expires_at <= NEW.attempted_at;
  SELECT RAISE(ABORT, 'code_tries_used_up')
    WHERE (SELECT count(*) FROM sign_in_attempts WHERE code_id = NEW.code_id) >= 5;
END;

CREATE TABLE sign_outs (
  sign_in_id TEXT PRIMARY KEY REFERENCES sign_ins (id),
  signed_out_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
