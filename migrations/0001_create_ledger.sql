-- What every write leaves behind in its own batch: an audit entry, messages to send, and the key under
-- which a repetition is recognised. Instants are milliseconds since 1970 UTC everywhere.

CREATE TABLE audit_entries (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CONSTRAINT audit_actor_kind CHECK (actor_kind IN ('person', 'visitor', 'job', 'system')),
  actor_id TEXT,
  action TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  -- JSON without personal values.
  details TEXT NOT NULL CONSTRAINT audit_details_json CHECK (json_valid(details)),
  request_id TEXT NOT NULL,
  -- SHA-256 over the entry's own canonical form; linking and sealing happen in order, later.
  digest BLOB NOT NULL CONSTRAINT audit_digest_length CHECK (length(digest) = 32),
  CONSTRAINT audit_actor_named CHECK (actor_kind IN ('visitor', 'system') OR actor_id IS NOT NULL)
) STRICT;

CREATE INDEX audit_entries_by_subject ON audit_entries (subject_kind, subject_id, sequence);

CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only');
END;

CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit_is_append_only');
END;

CREATE TABLE outbox_messages (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL CONSTRAINT outbox_channel CHECK (channel IN ('sms')),
  template TEXT NOT NULL,
  -- Recipient and template values as one ciphertext: a queue of messages is a list of people.
  content_cipher BLOB NOT NULL,
  key_version INTEGER NOT NULL,
  idempotency_key TEXT NOT NULL CONSTRAINT outbox_idempotency UNIQUE,
  created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  leased_until INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,
  dead_at INTEGER,
  -- Why the last try failed, in the channel's words, without the recipient.
  last_error TEXT,
  CONSTRAINT outbox_one_end CHECK (delivered_at IS NULL OR dead_at IS NULL)
) STRICT;

CREATE INDEX outbox_messages_due ON outbox_messages (not_before)
  WHERE delivered_at IS NULL AND dead_at IS NULL;

CREATE TABLE idempotency_keys (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  command TEXT NOT NULL,
  request_digest BLOB NOT NULL,
  -- The command's answer as JSON, without personal values: a repetition is answered with it.
  answer TEXT NOT NULL CONSTRAINT idempotency_answer_json CHECK (json_valid(answer)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
