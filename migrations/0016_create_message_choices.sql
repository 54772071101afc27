-- How somebody wants to be told: an e-mail address that was shown to be theirs, browsers that asked for push messages,
-- and which topics go where. What is necessary goes by SMS whatever stands here.

CREATE TABLE mail_addresses (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  -- Both under the person's data key.
  address_cipher BLOB NOT NULL,
  code_cipher BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- Follows from mail_confirmations; kept here for the index that allows one address a person.
  confirmed_at INTEGER,
  CONSTRAINT mail_addresses_expire_later CHECK (expires_at > created_at)
) STRICT;

CREATE UNIQUE INDEX mail_addresses_one ON mail_addresses (person_id) WHERE confirmed_at IS NOT NULL;
CREATE INDEX mail_addresses_by_person ON mail_addresses (person_id, created_at);
CREATE INDEX mail_addresses_by_age ON mail_addresses (created_at) WHERE confirmed_at IS NULL;

-- One a minute, 5 a day: mail to an address is mail to somebody who may not have asked for it.
CREATE TRIGGER mail_addresses_guard BEFORE INSERT ON mail_addresses
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'mail_starts_unconfirmed') WHERE NEW.confirmed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'mail_just_sent')
    WHERE EXISTS (SELECT 1 FROM mail_addresses WHERE person_id = NEW.person_id
      AND created_at > NEW.created_at - 60000);
  SELECT RAISE(ABORT, 'mails_used_up')
    WHERE (SELECT count(*) FROM mail_addresses WHERE person_id = NEW.person_id
      AND created_at > NEW.created_at - 86400000) >= 5;
END;

CREATE TABLE mail_attempts (
  id TEXT PRIMARY KEY,
  mail_address_id TEXT NOT NULL REFERENCES mail_addresses (id) ON DELETE CASCADE,
  person_id TEXT NOT NULL REFERENCES people (id),
  attempted_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mail_attempts_by_address ON mail_attempts (mail_address_id);

CREATE TRIGGER mail_attempts_guard BEFORE INSERT ON mail_attempts
BEGIN
  SELECT RAISE(ABORT, 'mail_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM mail_addresses WHERE id = NEW.mail_address_id AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'mail_already_confirmed')
    FROM mail_addresses WHERE id = NEW.mail_address_id AND confirmed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'mail_code_expired')
    FROM mail_addresses WHERE id = NEW.mail_address_id AND expires_at <= NEW.attempted_at;
  SELECT RAISE(ABORT, 'mail_tries_used_up')
    WHERE (SELECT count(*) FROM mail_attempts WHERE mail_address_id = NEW.mail_address_id) >= 5;
END;

CREATE TABLE mail_confirmations (
  mail_address_id TEXT PRIMARY KEY REFERENCES mail_addresses (id) ON DELETE CASCADE,
  person_id TEXT NOT NULL REFERENCES people (id),
  confirmed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER mail_confirmations_guard BEFORE INSERT ON mail_confirmations
BEGIN
  SELECT RAISE(ABORT, 'mail_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM mail_addresses WHERE id = NEW.mail_address_id AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'mail_already_confirmed')
    FROM mail_addresses WHERE id = NEW.mail_address_id AND confirmed_at IS NOT NULL;
  -- The address before it has done its service.
  DELETE FROM mail_addresses WHERE person_id = NEW.person_id AND confirmed_at IS NOT NULL;
  UPDATE mail_addresses SET confirmed_at = NEW.confirmed_at, code_cipher = x'' WHERE id = NEW.mail_address_id;
END;

CREATE TABLE push_subscriptions (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  -- Address and keys of the browser, under the person's data key.
  subscription_cipher BLOB NOT NULL,
  -- SHA-256 of the address, which cannot be guessed: one browser is one row.
  endpoint_hash BLOB NOT NULL UNIQUE CONSTRAINT push_subscriptions_hash_length CHECK (length(endpoint_hash) = 32),
  -- What its owner tells it apart by: the browser's kind, as the site read it.
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX push_subscriptions_by_person ON push_subscriptions (person_id, id);

CREATE TRIGGER push_subscriptions_guard BEFORE INSERT ON push_subscriptions
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  -- More browsers than anybody carries; each is one more request when a message leaves.
  SELECT RAISE(ABORT, 'push_subscriptions_used_up')
    WHERE (SELECT count(*) FROM push_subscriptions WHERE person_id = NEW.person_id) >= 5;
END;

-- How the messages of a topic go. A topic that is not here goes by SMS.
CREATE TABLE message_choices (
  person_id TEXT NOT NULL REFERENCES people (id),
  topic TEXT NOT NULL,
  main TEXT NOT NULL CONSTRAINT message_choices_main CHECK (main IN ('sms', 'mail', 'none')),
  push INTEGER NOT NULL CONSTRAINT message_choices_push CHECK (push IN (0, 1)),
  chosen_at INTEGER NOT NULL,
  PRIMARY KEY (person_id, topic),
  -- A push message may never arrive, and nobody is told: it only ever comes on top.
  CONSTRAINT message_choices_push_alone CHECK (push = 0 OR main <> 'none')
) STRICT, WITHOUT ROWID;

CREATE TRIGGER message_choices_guard BEFORE INSERT ON message_choices
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'mail_not_confirmed')
    WHERE NEW.main = 'mail' AND NOT EXISTS (
      SELECT 1 FROM mail_addresses WHERE person_id = NEW.person_id AND confirmed_at IS NOT NULL);
END;

-- Giving up what is above, by its owner. Each raises when there is nothing to give up.
CREATE TABLE contact_removals (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL CONSTRAINT contact_removals_kind CHECK (kind IN ('mail', 'push')),
  -- The address or subscription that goes.
  contact_id TEXT NOT NULL,
  removed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX contact_removals_by_person ON contact_removals (person_id, id);

CREATE TRIGGER contact_removals_guard BEFORE INSERT ON contact_removals
BEGIN
  SELECT RAISE(ABORT, 'mail_unknown')
    WHERE NEW.kind = 'mail' AND NOT EXISTS (
      SELECT 1 FROM mail_addresses WHERE id = NEW.contact_id AND person_id = NEW.person_id AND confirmed_at IS NOT NULL);
  SELECT RAISE(ABORT, 'push_unknown')
    WHERE NEW.kind = 'push' AND NOT EXISTS (
      SELECT 1 FROM push_subscriptions WHERE id = NEW.contact_id AND person_id = NEW.person_id);
  DELETE FROM mail_addresses WHERE NEW.kind = 'mail' AND person_id = NEW.person_id;
  -- What went by mail goes by SMS again: nothing falls silent because an address went.
  UPDATE message_choices SET main = 'sms'
    WHERE NEW.kind = 'mail' AND person_id = NEW.person_id AND main = 'mail';
  DELETE FROM push_subscriptions WHERE NEW.kind = 'push' AND id = NEW.contact_id;
END;

CREATE TRIGGER account_erasures_forget_contacts AFTER INSERT ON account_erasures
BEGIN
  DELETE FROM mail_addresses WHERE person_id = NEW.person_id;
  DELETE FROM push_subscriptions WHERE person_id = NEW.person_id;
  DELETE FROM message_choices WHERE person_id = NEW.person_id;
  DELETE FROM contact_removals WHERE person_id = NEW.person_id;
END;
