-- 演练记录: what was tapped on phones while a drill ran: facts that are added and never changed, each under an id that the
-- phone drew, so that the same fact sent twice counts once. A slip is taken back by another entry.

-- How many entries each drill has: the version of its log.
CREATE TABLE drill_logs (
  drill_id TEXT PRIMARY KEY REFERENCES drills (id),
  -- 100 phones with 50 taps each; a program gone wrong must not fill the database.
  entries INTEGER NOT NULL CONSTRAINT drill_logs_room CHECK (entries BETWEEN 1 AND 5000)
) STRICT, WITHOUT ROWID;

CREATE TABLE drill_log_entries (
  id TEXT PRIMARY KEY CONSTRAINT drill_log_entries_id CHECK (length(id) = 36),
  drill_id TEXT NOT NULL REFERENCES drills (id),
  -- Null: an organiser who has no role in it.
  participant_id TEXT REFERENCES drill_participants (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  -- 已发出, 收到, 做了, 起点, 终点, 点人数, 到了, 观察, 听到停止, 撤回
  kind TEXT NOT NULL CONSTRAINT drill_log_entries_kind CHECK (kind IN (
    'inject_sent', 'inject_seen', 'inject_done', 'measure_from', 'measure_to', 'muster', 'arrived', 'observation',
    'stop_heard', 'undo')),
  -- Of an inject, a measure, a participant, or the entry that is taken back; else empty.
  ref TEXT NOT NULL,
  -- 楼栋, 班组 of a head-count; else empty.
  unit TEXT NOT NULL CONSTRAINT drill_log_entries_unit CHECK (length(unit) <= 20),
  -- How many of the unit are present, and how many should be, as far as whoever counted knew.
  value INTEGER CONSTRAINT drill_log_entries_value CHECK (value BETWEEN 0 AND 9999),
  expected INTEGER CONSTRAINT drill_log_entries_expected CHECK (expected BETWEEN 0 AND 9999),
  -- Under the key of the person who wrote it; forgotten after a time.
  note_cipher BLOB CONSTRAINT drill_log_entries_note CHECK (length(note_cipher) <= 2000),
  -- By the site's clock, worked out from the phone's own, however wrong that was.
  at INTEGER NOT NULL,
  device_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  CONSTRAINT drill_log_entries_order CHECK (at <= received_at),
  CONSTRAINT drill_log_entries_refer CHECK (
    (ref <> '') = (kind IN ('inject_sent', 'inject_seen', 'inject_done', 'measure_from', 'measure_to', 'arrived', 'undo'))
    AND length(ref) <= 40),
  CONSTRAINT drill_log_entries_count CHECK (
    (value IS NOT NULL) = (kind = 'muster') AND (unit <> '') = (kind = 'muster') AND (expected IS NULL OR kind = 'muster')),
  CONSTRAINT drill_log_entries_words CHECK (note_cipher IS NULL OR kind IN ('muster', 'observation'))
) STRICT;

CREATE INDEX drill_log_entries_by_drill ON drill_log_entries (drill_id, at, id);
CREATE INDEX drill_log_entries_by_person ON drill_log_entries (person_id, drill_id);
CREATE INDEX drill_log_entries_with_words ON drill_log_entries (received_at) WHERE note_cipher IS NOT NULL;

CREATE TRIGGER drill_log_entries_guard BEFORE INSERT ON drill_log_entries
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
        SELECT 1 FROM drill_participants WHERE id = NEW.participant_id AND drill_id = NEW.drill_id
          AND person_id = NEW.person_id AND state = 'joined')
      AND NOT (NEW.participant_id IS NULL AND EXISTS (
        SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.person_id));
  SELECT RAISE(ABORT, 'log_is_cancelled') FROM drills WHERE id = NEW.drill_id AND state = 'cancelled';
  -- Half a day before it begins people try their phones; a day after it ends the last phone has found its link.
  SELECT RAISE(ABORT, 'log_not_open')
    FROM drills WHERE id = NEW.drill_id
      AND NEW.at < min(starts_at, coalesce(started_at, starts_at)) - 12 * 3600000;
  SELECT RAISE(ABORT, 'log_closed')
    FROM drills WHERE id = NEW.drill_id
      AND NEW.received_at > coalesce(ended_at, max(ends_at, coalesce(started_at, 0))) + 24 * 3600000;
  SELECT RAISE(ABORT, 'sent_by_control')
    WHERE NEW.kind = 'inject_sent' AND NOT EXISTS (
      SELECT 1 FROM drill_controllers WHERE drill_id = NEW.drill_id AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'participant_unknown')
    WHERE NEW.kind = 'arrived' AND NOT EXISTS (
      SELECT 1 FROM drill_participants WHERE id = NEW.ref AND drill_id = NEW.drill_id);
  -- One's own slip; whoever controls the drill may clear up after others.
  SELECT RAISE(ABORT, 'entry_unknown')
    WHERE NEW.kind = 'undo' AND NOT EXISTS (
      SELECT 1 FROM drill_log_entries AS slip WHERE slip.id = NEW.ref AND slip.drill_id = NEW.drill_id
        AND slip.kind <> 'undo' AND (slip.person_id = NEW.person_id OR EXISTS (
          SELECT 1 FROM drill_controllers WHERE drill_id = NEW.drill_id AND person_id = NEW.person_id)));
  SELECT RAISE(ABORT, 'observation_has_words') WHERE NEW.kind = 'observation' AND NEW.note_cipher IS NULL;
  SELECT RAISE(ABORT, 'entries_used_up')
    WHERE (SELECT count(*) FROM drill_log_entries WHERE person_id = NEW.person_id AND drill_id = NEW.drill_id) >= 600;
END;

CREATE TRIGGER drill_log_entries_count_up AFTER INSERT ON drill_log_entries
BEGIN
  INSERT INTO drill_logs (drill_id, entries) VALUES (NEW.drill_id, 1)
    ON CONFLICT (drill_id) DO UPDATE SET entries = entries + 1;
END;

-- Only words are forgotten.
CREATE TRIGGER drill_log_entries_never_change BEFORE UPDATE ON drill_log_entries
BEGIN
  SELECT RAISE(ABORT, 'entry_is_final')
    WHERE NEW.note_cipher IS NOT NULL OR NEW.id <> OLD.id OR NEW.drill_id <> OLD.drill_id
      OR NEW.participant_id IS NOT OLD.participant_id OR NEW.person_id <> OLD.person_id OR NEW.kind <> OLD.kind
      OR NEW.ref <> OLD.ref OR NEW.unit <> OLD.unit OR NEW.value IS NOT OLD.value OR NEW.expected IS NOT OLD.expected
      OR NEW.at <> OLD.at OR NEW.device_at <> OLD.device_at OR NEW.received_at <> OLD.received_at;
END;

CREATE TRIGGER drill_log_entries_stay BEFORE DELETE ON drill_log_entries
BEGIN
  SELECT RAISE(ABORT, 'entry_is_final');
END;
