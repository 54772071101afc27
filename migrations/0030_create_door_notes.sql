-- 值班记录: what happened on a day at a hall, and what the next shift should know. No names; the words are sealed all the
-- same, and go after a time.
CREATE TABLE door_notes (
  id TEXT PRIMARY KEY,
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  day TEXT NOT NULL CONSTRAINT door_notes_day CHECK (date(day) IS day),
  kind TEXT NOT NULL CONSTRAINT door_notes_kind CHECK (kind IN (
    'injury', 'evacuation', 'equipment', 'lost_child', 'lost_property', 'complaint', 'other', 'handover')),
  -- Minutes after midnight in China: when it happened, not when it was written down.
  minute INTEGER NOT NULL CONSTRAINT door_notes_minute CHECK (minute BETWEEN 0 AND 1439),
  text_cipher BLOB NOT NULL,
  -- What was done about it.
  action_cipher BLOB NOT NULL,
  key_version INTEGER NOT NULL,
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL
) STRICT;

CREATE INDEX door_notes_by_day ON door_notes (hall_slug, day, minute);
CREATE INDEX door_notes_by_age ON door_notes (written_at);

CREATE TRIGGER door_notes_guard BEFORE INSERT ON door_notes
BEGIN
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE scope_kind = 'hall' AND scope_id = NEW.hall_slug
        AND person_id = NEW.written_by AND state = 'active' AND role IN ('hall_staff', 'hall_manager'));
  -- 100 a day at one hall: a slip of a program must not fill the log.
  SELECT RAISE(ABORT, 'notes_used_up')
    WHERE (SELECT count(*) FROM door_notes WHERE hall_slug = NEW.hall_slug AND day = NEW.day) >= 100;
END;
