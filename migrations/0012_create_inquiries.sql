-- What the public asks (question) or finds wrong on this site (error), and the one answer each gets. No account is
-- needed: a code that cannot be guessed leads to the answer, and a phone number is left only by who wants a message.

CREATE TABLE inquiries (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE CONSTRAINT inquiries_code CHECK (length(code) = 10),
  kind TEXT NOT NULL CONSTRAINT inquiries_kind CHECK (kind IN ('question', 'error')),
  -- The page it is about: a path of this site, never an address elsewhere.
  page TEXT CONSTRAINT inquiries_page CHECK (page GLOB '/*' AND page NOT GLOB '//*'),
  -- What people write may tell about themselves or others: sealed, and empty once its time is over.
  text_cipher BLOB NOT NULL,
  phone_cipher BLOB,
  phone_hash BLOB CONSTRAINT inquiries_phone_hash_length CHECK (length(phone_hash) = 32),
  -- Version of the secret behind phone_hash and the ciphers.
  key_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  -- Follows from inquiry_answers; kept here for the indexes.
  answered_at INTEGER,
  CONSTRAINT inquiries_due_later CHECK (due_at > created_at),
  CONSTRAINT inquiries_phone CHECK ((phone_cipher IS NULL) = (phone_hash IS NULL))
) STRICT;

CREATE INDEX inquiries_open ON inquiries (due_at, id) WHERE answered_at IS NULL;
CREATE INDEX inquiries_answered ON inquiries (answered_at, id) WHERE answered_at IS NOT NULL;
CREATE INDEX inquiries_by_phone ON inquiries (phone_hash, created_at) WHERE phone_hash IS NOT NULL;
CREATE INDEX inquiries_by_age ON inquiries (created_at);

-- Against floods, never by address, since a school is one address. 5 a day for one number: more than one person
-- has to say. 120 an hour for all who leave none, 600 an hour in all: several classes at once, and still few enough
-- for the people who answer to find the honest ones.
CREATE TRIGGER inquiries_guard BEFORE INSERT ON inquiries
BEGIN
  SELECT RAISE(ABORT, 'inquiry_starts_open') WHERE NEW.answered_at IS NOT NULL;
  SELECT RAISE(ABORT, 'inquiries_used_up_phone')
    WHERE NEW.phone_hash IS NOT NULL AND (SELECT count(*) FROM inquiries WHERE phone_hash = NEW.phone_hash
      AND created_at > NEW.created_at - 86400000) >= 5;
  SELECT RAISE(ABORT, 'inquiries_used_up_site')
    WHERE (SELECT count(*) FROM inquiries WHERE created_at > NEW.created_at - 3600000) >= 600;
  SELECT RAISE(ABORT, 'inquiries_used_up_hour')
    WHERE NEW.phone_hash IS NULL AND (SELECT count(*) FROM inquiries WHERE phone_hash IS NULL
      AND created_at > NEW.created_at - 3600000) >= 120;
END;

CREATE TABLE inquiry_answers (
  inquiry_id TEXT PRIMARY KEY REFERENCES inquiries (id),
  -- Readable: whoever holds the code reads it, and it must hold nothing about a person.
  text TEXT NOT NULL CONSTRAINT inquiry_answers_text CHECK (text <> ''),
  answered_by TEXT NOT NULL REFERENCES people (id),
  answered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER inquiry_answers_guard BEFORE INSERT ON inquiry_answers
BEGIN
  SELECT RAISE(ABORT, 'answer_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.answered_by AND state = 'active'
        AND role = 'editor' AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'inquiry_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM inquiries WHERE id = NEW.inquiry_id);
  SELECT RAISE(ABORT, 'inquiry_already_answered')
    FROM inquiries WHERE id = NEW.inquiry_id AND answered_at IS NOT NULL;
  UPDATE inquiries SET answered_at = NEW.answered_at WHERE id = NEW.inquiry_id;
END;
