-- The chain over the audit entries: one seal an entry, in order of sequence, and one root a day. SQLite knows no
-- SHA-256, so the hashes are the application's; that each seal follows the last one is guarded here.

CREATE TABLE audit_seals (
  sequence INTEGER PRIMARY KEY REFERENCES audit_entries (sequence),
  -- The hash of the seal before; 32 zero bytes for the first.
  previous_hash BLOB NOT NULL CONSTRAINT audit_seal_previous_length CHECK (length(previous_hash) = 32),
  -- The entry's digest as it was when it was sealed: it tells a changed entry from a broken chain.
  digest BLOB NOT NULL CONSTRAINT audit_seal_digest_length CHECK (length(digest) = 32),
  -- SHA-256 of previous hash, sequence (8 bytes, big-endian) and digest.
  hash BLOB NOT NULL CONSTRAINT audit_seal_hash_length CHECK (length(hash) = 32),
  sealed_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER audit_seals_guard BEFORE INSERT ON audit_seals
BEGIN
  -- Of two jobs at once the second meets a chain that has grown, and changes nothing.
  SELECT RAISE(ABORT, 'audit_seal_does_not_follow')
    WHERE NEW.previous_hash
      IS NOT coalesce((SELECT hash FROM audit_seals ORDER BY sequence DESC LIMIT 1), zeroblob(32));
  -- The next entry and no other: none is left out, none is sealed twice. Numbers that no entry has are passed over.
  SELECT RAISE(ABORT, 'audit_seal_does_not_follow')
    WHERE NEW.sequence IS NOT (
      SELECT min(sequence) FROM audit_entries
        WHERE sequence > coalesce((SELECT max(sequence) FROM audit_seals), 0));
  SELECT RAISE(ABORT, 'audit_seal_differs')
    WHERE NOT EXISTS (SELECT 1 FROM audit_entries WHERE sequence = NEW.sequence AND digest = NEW.digest);
END;

CREATE TRIGGER audit_seals_never_change BEFORE UPDATE ON audit_seals
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only');
END;

CREATE TRIGGER audit_seals_never_go BEFORE DELETE ON audit_seals
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only');
END;

CREATE TABLE audit_roots (
  -- The calendar date in China whose entries it ends with.
  date TEXT PRIMARY KEY CONSTRAINT audit_root_date CHECK (date IS date(date)),
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL CONSTRAINT audit_root_last UNIQUE REFERENCES audit_seals (sequence),
  entries INTEGER NOT NULL CONSTRAINT audit_root_not_empty CHECK (entries > 0),
  -- The hash of the last of its seals.
  hash BLOB NOT NULL CONSTRAINT audit_root_hash_length CHECK (length(hash) = 32),
  published_at INTEGER NOT NULL,
  -- Ed25519, of the key the site had that day: both or neither.
  public_key BLOB CONSTRAINT audit_root_key_length CHECK (length(public_key) = 32),
  signature BLOB CONSTRAINT audit_root_signature_length CHECK (length(signature) = 64),
  CONSTRAINT audit_root_signed_whole CHECK ((public_key IS NULL) = (signature IS NULL))
) STRICT;

CREATE TRIGGER audit_roots_guard BEFORE INSERT ON audit_roots
BEGIN
  SELECT RAISE(ABORT, 'audit_root_does_not_follow')
    WHERE EXISTS (SELECT 1 FROM audit_roots WHERE date >= NEW.date);
  SELECT RAISE(ABORT, 'audit_root_does_not_follow')
    WHERE NEW.first_sequence IS NOT (
      SELECT min(sequence) FROM audit_seals
        WHERE sequence > coalesce((SELECT max(last_sequence) FROM audit_roots), 0));
  -- Midnight in China is 16:00 UTC.
  SELECT RAISE(ABORT, 'audit_day_not_over')
    WHERE NEW.published_at < unixepoch(NEW.date, '+1 day', '-8 hours') * 1000;
  SELECT RAISE(ABORT, 'audit_root_differs')
    WHERE NOT EXISTS (SELECT 1 FROM audit_seals WHERE sequence = NEW.last_sequence AND hash = NEW.hash);
  SELECT RAISE(ABORT, 'audit_root_differs')
    WHERE NEW.entries IS NOT (
      SELECT count(*) FROM audit_seals WHERE sequence BETWEEN NEW.first_sequence AND NEW.last_sequence);
END;

CREATE TRIGGER audit_roots_never_change BEFORE UPDATE ON audit_roots
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only');
END;

CREATE TRIGGER audit_roots_never_go BEFORE DELETE ON audit_roots
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only');
END;

-- INSERT OR REPLACE deletes without asking the delete trigger (recursive_triggers is off), so it is met here.
CREATE TRIGGER audit_entries_never_replaced BEFORE INSERT ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only')
    WHERE EXISTS (SELECT 1 FROM audit_entries WHERE sequence = NEW.sequence OR id = NEW.id);
END;

-- Nothing slips in behind what is sealed. The sequence is known only after the insert.
CREATE TRIGGER audit_entries_come_last AFTER INSERT ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only')
    WHERE NEW.sequence <= coalesce((SELECT max(sequence) FROM audit_seals), 0);
END;
