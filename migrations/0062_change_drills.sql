-- 情景 are added and changed while a drill runs, and nothing else of its script: what stops it, who looks after whom and
-- what is measured stay as those knew them who began. What has come to somebody, or stands in the log, stays too.
DROP TRIGGER drill_scripts_guard;

CREATE TRIGGER drill_scripts_guard BEFORE INSERT ON drill_scripts
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'drill_settled') FROM drills
    WHERE id = NEW.drill_id AND state NOT IN ('preparing', 'announced', 'running');
  SELECT RAISE(ABORT, 'script_overtaken')
    WHERE NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM drill_scripts WHERE drill_id = NEW.drill_id);
END;

CREATE TRIGGER drill_scripts_run BEFORE INSERT ON drill_scripts
  WHEN (SELECT state FROM drills WHERE id = NEW.drill_id) = 'running'
BEGIN
  -- By what is in it: the order of its keys says nothing.
  SELECT RAISE(ABORT, 'script_is_running') FROM drill_scripts AS before
    WHERE before.drill_id = NEW.drill_id AND before.version = NEW.version - 1
      AND (
        json_extract(NEW.script, '$.injects') = json_extract(before.script, '$.injects')
        OR EXISTS (SELECT fullkey, type, atom FROM json_tree(NEW.script) WHERE fullkey NOT LIKE '$.injects%'
          EXCEPT SELECT fullkey, type, atom FROM json_tree(before.script))
        OR EXISTS (SELECT fullkey, type, atom FROM json_tree(before.script) WHERE fullkey NOT LIKE '$.injects%'
          EXCEPT SELECT fullkey, type, atom FROM json_tree(NEW.script)));
  -- A minute that has begun may still be written for: it is now.
  SELECT RAISE(ABORT, 'inject_is_past')
    FROM json_each(NEW.script, '$.injects') AS inject JOIN drills ON drills.id = NEW.drill_id
    WHERE (json_extract(inject.value, '$.minute') + 1) * 60000 <= NEW.written_at - drills.started_at
      AND NOT EXISTS (SELECT 1 FROM drill_scripts AS before, json_each(before.script, '$.injects') AS stood
        WHERE before.drill_id = NEW.drill_id AND before.version = NEW.version - 1
          AND json_extract(stood.value, '$.id') = json_extract(inject.value, '$.id')
          AND json_extract(stood.value, '$.minute') = json_extract(inject.value, '$.minute'));
  SELECT RAISE(ABORT, 'inject_has_come')
    FROM drill_scripts AS before, json_each(before.script, '$.injects') AS stood JOIN drills ON drills.id = NEW.drill_id
    WHERE before.drill_id = NEW.drill_id AND before.version = NEW.version - 1
      AND (json_extract(stood.value, '$.minute') * 60000 <= NEW.written_at - drills.started_at
        OR EXISTS (SELECT 1 FROM drill_log_entries WHERE drill_id = NEW.drill_id
          AND kind IN ('inject_sent', 'inject_seen', 'inject_done') AND ref = json_extract(stood.value, '$.id')))
      AND NOT EXISTS (SELECT 1 FROM json_each(NEW.script, '$.injects') AS inject
        WHERE json_extract(inject.value, '$.id') = json_extract(stood.value, '$.id')
          AND json_extract(inject.value, '$.minute') = json_extract(stood.value, '$.minute')
          AND json_extract(inject.value, '$.to') = json_extract(stood.value, '$.to')
          AND json_extract(inject.value, '$.by') = json_extract(stood.value, '$.by')
          AND json_extract(inject.value, '$.text') = json_extract(stood.value, '$.text')
          AND json_extract(inject.value, '$.expect') = json_extract(stood.value, '$.expect'));
END;

-- 结对的人退出: the household that has lost its helper and whoever paired them hear of it. SQL has no keys to seal a message
-- with, so the row is the promise, and a job keeps it within a minute, however the helper came to leave.
CREATE TABLE drill_helper_losses (
  pairing_id TEXT PRIMARY KEY REFERENCES drill_pairings (id),
  -- When the messages were queued; null until the next minute.
  told_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX drill_helper_losses_untold ON drill_helper_losses (pairing_id) WHERE told_at IS NULL;

CREATE TRIGGER drill_pairing_ends_lose_helper AFTER INSERT ON drill_pairing_ends
BEGIN
  INSERT INTO drill_helper_losses (pairing_id)
    SELECT drill_pairings.id FROM drill_pairings
      JOIN drill_participants AS helper ON helper.id = drill_pairings.helper_id AND helper.state = 'left'
      JOIN drill_participants AS helped ON helped.id = drill_pairings.helped_id AND helped.state = 'joined'
      JOIN drills ON drills.id = helped.drill_id AND drills.state IN ('preparing', 'announced', 'running')
    WHERE drill_pairings.id = NEW.pairing_id;
END;

-- 撤回自评: to write into this view is to ask that an answer and its receipt go, both or neither. Which answer it was is
-- kept nowhere.
CREATE VIEW drill_self_evaluation_withdrawals AS
  SELECT drill_self_evaluations.id AS evaluation_id, drill_self_evaluations.drill_id AS drill_id,
    participant_id, given_by
  FROM drill_self_evaluations JOIN drill_self_evaluation_receipts ON 0;

CREATE TRIGGER drill_self_evaluations_withdraw INSTEAD OF INSERT ON drill_self_evaluation_withdrawals
BEGIN
  SELECT RAISE(ABORT, 'report_released') FROM drill_reports WHERE drill_id = NEW.drill_id AND edition > 0;
  SELECT RAISE(ABORT, 'nothing_given')
    WHERE NOT EXISTS (SELECT 1 FROM drill_self_evaluation_receipts
      WHERE participant_id = NEW.participant_id AND drill_id = NEW.drill_id AND given_by = NEW.given_by);
  SELECT RAISE(ABORT, 'answer_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM drill_self_evaluations WHERE id = NEW.evaluation_id AND drill_id = NEW.drill_id);
  DELETE FROM drill_self_evaluations WHERE id = NEW.evaluation_id;
  DELETE FROM drill_self_evaluation_receipts WHERE participant_id = NEW.participant_id;
END;
