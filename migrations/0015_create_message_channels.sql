-- Messages leave by more than one channel. Which one is decided when a message leaves, not when it is queued, so the
-- channel is empty until then. What is no longer worth telling is dropped, which is not a failure.

CREATE TABLE outbox_messages_next (
  id TEXT PRIMARY KEY,
  channel TEXT CONSTRAINT outbox_channel CHECK (channel IN ('sms', 'mail', 'push', 'wechat')),
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
  dropped_at INTEGER,
  -- Why the last try failed or the message was dropped: the provider's code, never the recipient.
  last_error TEXT,
  CONSTRAINT outbox_one_end CHECK (
    (delivered_at IS NOT NULL) + (dead_at IS NOT NULL) + (dropped_at IS NOT NULL) <= 1)
) STRICT;

INSERT INTO outbox_messages_next (id, channel, template, content_cipher, key_version, idempotency_key, created_at,
    not_before, leased_until, tries, delivered_at, dead_at, last_error)
  SELECT id, CASE WHEN delivered_at IS NULL AND dead_at IS NULL AND tries = 0 THEN NULL ELSE channel END, template,
    content_cipher, key_version, idempotency_key, created_at, not_before, leased_until, tries, delivered_at, dead_at,
    last_error
  FROM outbox_messages;

DROP TABLE outbox_messages;
ALTER TABLE outbox_messages_next RENAME TO outbox_messages;

CREATE INDEX outbox_messages_due ON outbox_messages (not_before)
  WHERE delivered_at IS NULL AND dead_at IS NULL AND dropped_at IS NULL;
CREATE INDEX outbox_messages_dead ON outbox_messages (id) WHERE dead_at IS NOT NULL;

-- A dead letter that an administrator sends again. Its idempotency key stays, so that whoever gets it twice, or the
-- provider, can tell.
CREATE TABLE message_resends (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES outbox_messages (id) ON DELETE CASCADE,
  resent_by TEXT NOT NULL REFERENCES people (id),
  resent_at INTEGER NOT NULL
) STRICT;

CREATE INDEX message_resends_by_message ON message_resends (message_id);

CREATE TRIGGER message_resends_guard BEFORE INSERT ON message_resends
BEGIN
  SELECT RAISE(ABORT, 'message_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.resent_by AND state = 'active'
        AND role = 'administrator' AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'message_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM outbox_messages WHERE id = NEW.message_id);
  SELECT RAISE(ABORT, 'message_not_dead')
    FROM outbox_messages WHERE id = NEW.message_id AND dead_at IS NULL;
  UPDATE outbox_messages SET dead_at = NULL, tries = 0, not_before = NEW.resent_at, leased_until = 0
    WHERE id = NEW.message_id;
END;
