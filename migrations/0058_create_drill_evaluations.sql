-- 演练评估、总结报告、整改: evaluators' sheets, what participants say, findings, the report and its editions, the link to the
-- drill's record, and what has to be mended, by whom and until when, verified by somebody else.

-- 评估人员: whoever has that part, and the organisers.
CREATE VIEW drill_evaluators AS
  SELECT drill_id, person_id FROM drill_leaders
  UNION
  SELECT drill_participants.drill_id, drill_participants.person_id
    FROM drill_participants JOIN drill_roles ON drill_roles.id = drill_participants.role_id
    WHERE drill_participants.state = 'joined' AND drill_roles.part = 'evaluator';

-- 总结报告 of a drill: a draft in versions, released in editions.
CREATE TABLE drill_reports (
  drill_id TEXT PRIMARY KEY REFERENCES drills (id),
  -- These follow from versions and releases.
  version INTEGER NOT NULL DEFAULT 0,
  edition INTEGER NOT NULL DEFAULT 0,
  released_at INTEGER,
  CONSTRAINT released_has_edition CHECK ((edition > 0) = (released_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX drill_reports_released ON drill_reports (released_at, drill_id) WHERE released_at IS NOT NULL;

-- 评估表: one for each evaluator; its items are those of the script, which is fixed from the start of the drill on.
CREATE TABLE drill_sheets (
  drill_id TEXT NOT NULL REFERENCES drills (id),
  evaluator_id TEXT NOT NULL REFERENCES people (id),
  opened_at INTEGER NOT NULL,
  -- These follow from hand-ins and reopenings.
  state TEXT NOT NULL DEFAULT 'open' CONSTRAINT drill_sheets_state CHECK (state IN ('open', 'handed_in')),
  round INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (drill_id, evaluator_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_sheets_guard BEFORE INSERT ON drill_sheets
BEGIN
  SELECT RAISE(ABORT, 'sheet_starts_open') WHERE NEW.state <> 'open' OR NEW.round <> 0;
  -- Means over more evaluators than that would leave exact integers.
  SELECT RAISE(ABORT, 'sheets_used_up')
    WHERE (SELECT count(*) FROM drill_sheets WHERE drill_id = NEW.drill_id AND evaluator_id <> NEW.evaluator_id) >= 20;
END;

-- Every save of one group of items (环节) is kept; what stands is the latest.
CREATE TABLE drill_sheet_saves (
  drill_id TEXT NOT NULL,
  evaluator_id TEXT NOT NULL,
  -- Phase and group: `run:疏散`.
  section TEXT NOT NULL CONSTRAINT drill_sheet_saves_section CHECK (length(section) BETWEEN 3 AND 40),
  version INTEGER NOT NULL,
  -- [{"item": "e1", "answer": "yes", "note": ""}]; answer yes, no, na or empty.
  answers TEXT NOT NULL CONSTRAINT drill_sheet_saves_answers CHECK (json_valid(answers) AND length(answers) <= 20000),
  saved_at INTEGER NOT NULL,
  PRIMARY KEY (drill_id, evaluator_id, section, version),
  FOREIGN KEY (drill_id, evaluator_id) REFERENCES drill_sheets (drill_id, evaluator_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_sheet_saves_guard BEFORE INSERT ON drill_sheet_saves
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_evaluators WHERE drill_id = NEW.drill_id AND person_id = NEW.evaluator_id);
  SELECT RAISE(ABORT, 'drill_not_begun') FROM drills WHERE id = NEW.drill_id AND state NOT IN ('running', 'over');
  SELECT RAISE(ABORT, 'report_released') FROM drill_reports WHERE drill_id = NEW.drill_id AND edition > 0;
  SELECT RAISE(ABORT, 'sheet_handed_in')
    FROM drill_sheets WHERE drill_id = NEW.drill_id AND evaluator_id = NEW.evaluator_id AND state = 'handed_in';
  -- The same person on another device.
  SELECT RAISE(ABORT, 'sheet_overtaken')
    WHERE NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM drill_sheet_saves
      WHERE drill_id = NEW.drill_id AND evaluator_id = NEW.evaluator_id AND section = NEW.section);
  SELECT RAISE(ABORT, 'saves_used_up') WHERE NEW.version > 500;
END;

CREATE TRIGGER drill_sheet_saves_never_change BEFORE UPDATE ON drill_sheet_saves
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TABLE drill_sheet_hand_ins (
  drill_id TEXT NOT NULL,
  evaluator_id TEXT NOT NULL,
  round INTEGER NOT NULL,
  handed_in_at INTEGER NOT NULL,
  PRIMARY KEY (drill_id, evaluator_id, round),
  FOREIGN KEY (drill_id, evaluator_id) REFERENCES drill_sheets (drill_id, evaluator_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_sheet_hand_ins_guard BEFORE INSERT ON drill_sheet_hand_ins
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_evaluators WHERE drill_id = NEW.drill_id AND person_id = NEW.evaluator_id);
  SELECT RAISE(ABORT, 'drill_not_over') FROM drills WHERE id = NEW.drill_id AND state <> 'over';
  SELECT RAISE(ABORT, 'report_released') FROM drill_reports WHERE drill_id = NEW.drill_id AND edition > 0;
  SELECT RAISE(ABORT, 'sheet_handed_in')
    FROM drill_sheets WHERE drill_id = NEW.drill_id AND evaluator_id = NEW.evaluator_id
      AND (state = 'handed_in' OR round <> NEW.round - 1);
  SELECT RAISE(ABORT, 'sheet_incomplete')
    WHERE (
      SELECT count(DISTINCT json_extract(given.value, '$.item'))
        FROM drill_sheet_saves AS saved JOIN json_each(saved.answers) AS given
        WHERE saved.drill_id = NEW.drill_id AND saved.evaluator_id = NEW.evaluator_id
          AND json_extract(given.value, '$.answer') IN ('yes', 'no', 'na')
          AND saved.version = (SELECT max(version) FROM drill_sheet_saves AS newest WHERE newest.drill_id = saved.drill_id
            AND newest.evaluator_id = saved.evaluator_id AND newest.section = saved.section)
    ) <> (
      SELECT json_array_length(script, '$.items') FROM drill_scripts WHERE drill_id = NEW.drill_id
        ORDER BY version DESC LIMIT 1);
END;

CREATE TRIGGER drill_sheet_hand_ins_take_effect AFTER INSERT ON drill_sheet_hand_ins
BEGIN
  UPDATE drill_sheets SET state = 'handed_in', round = NEW.round
    WHERE drill_id = NEW.drill_id AND evaluator_id = NEW.evaluator_id;
END;

-- 更正: a sheet is given back, with a reason, as long as no report stands on it.
CREATE TABLE drill_sheet_reopenings (
  drill_id TEXT NOT NULL,
  evaluator_id TEXT NOT NULL,
  round INTEGER NOT NULL,
  reason TEXT NOT NULL CONSTRAINT drill_sheet_reopenings_reason CHECK (length(reason) BETWEEN 2 AND 200),
  reopened_by TEXT NOT NULL REFERENCES people (id),
  reopened_at INTEGER NOT NULL,
  PRIMARY KEY (drill_id, evaluator_id, round),
  FOREIGN KEY (drill_id, evaluator_id, round) REFERENCES drill_sheet_hand_ins (drill_id, evaluator_id, round)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_sheet_reopenings_guard BEFORE INSERT ON drill_sheet_reopenings
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.reopened_by)
      AND NOT (NEW.reopened_by = NEW.evaluator_id AND EXISTS (
        SELECT 1 FROM drill_evaluators WHERE drill_id = NEW.drill_id AND person_id = NEW.evaluator_id));
  SELECT RAISE(ABORT, 'report_released') FROM drill_reports WHERE drill_id = NEW.drill_id AND edition > 0;
  SELECT RAISE(ABORT, 'sheet_not_handed_in')
    WHERE NOT EXISTS (SELECT 1 FROM drill_sheets WHERE drill_id = NEW.drill_id AND evaluator_id = NEW.evaluator_id
      AND state = 'handed_in' AND round = NEW.round);
END;

CREATE TRIGGER drill_sheet_reopenings_take_effect AFTER INSERT ON drill_sheet_reopenings
BEGIN
  UPDATE drill_sheets SET state = 'open' WHERE drill_id = NEW.drill_id AND evaluator_id = NEW.evaluator_id;
END;

-- 参演自评. Who has answered stands apart from what was answered, and no answer has a time or an order: nobody can put the
-- two together again, not with the whole database before them.
CREATE TABLE drill_self_evaluation_receipts (
  participant_id TEXT PRIMARY KEY REFERENCES drill_participants (id),
  drill_id TEXT NOT NULL REFERENCES drills (id),
  given_by TEXT NOT NULL REFERENCES people (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX drill_self_evaluation_receipts_of_drill ON drill_self_evaluation_receipts (drill_id);

CREATE TRIGGER drill_self_evaluation_receipts_guard BEFORE INSERT ON drill_self_evaluation_receipts
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_participants WHERE id = NEW.participant_id AND drill_id = NEW.drill_id
      AND person_id = NEW.given_by AND state = 'joined');
  SELECT RAISE(ABORT, 'drill_not_over') FROM drills WHERE id = NEW.drill_id AND state <> 'over';
  SELECT RAISE(ABORT, 'report_released') FROM drill_reports WHERE drill_id = NEW.drill_id AND edition > 0;
END;

CREATE TABLE drill_self_evaluations (
  -- Drawn at random: ids in order of time would tell who was whom.
  id TEXT PRIMARY KEY,
  drill_id TEXT NOT NULL REFERENCES drills (id),
  understood INTEGER NOT NULL CONSTRAINT drill_self_evaluations_understood CHECK (understood BETWEEN 1 AND 5),
  knew INTEGER NOT NULL CONSTRAINT drill_self_evaluations_knew CHECK (knew BETWEEN 1 AND 5),
  safe INTEGER NOT NULL CONSTRAINT drill_self_evaluations_safe CHECK (safe BETWEEN 1 AND 5),
  wish TEXT NOT NULL CONSTRAINT drill_self_evaluations_wish CHECK (length(wish) <= 200)
) STRICT, WITHOUT ROWID;

CREATE INDEX drill_self_evaluations_of_drill ON drill_self_evaluations (drill_id);

CREATE TRIGGER drill_self_evaluations_guard BEFORE INSERT ON drill_self_evaluations
BEGIN
  SELECT RAISE(ABORT, 'answer_has_receipt')
    WHERE (SELECT count(*) FROM drill_self_evaluations WHERE drill_id = NEW.drill_id)
      >= (SELECT count(*) FROM drill_self_evaluation_receipts WHERE drill_id = NEW.drill_id);
END;

-- 优、良、合格、不合格: from how many points on, of 100. 本平台约定, by region, else the site's. No standard says so.
CREATE TABLE drill_grade_bands (
  id TEXT PRIMARY KEY,
  -- Empty: the site's own.
  region_code TEXT NOT NULL CONSTRAINT drill_grade_bands_region CHECK (region_code = '' OR (
    length(region_code) IN (6, 9) AND region_code NOT GLOB '*[^0-9]*')),
  excellent INTEGER NOT NULL,
  good INTEGER NOT NULL,
  pass INTEGER NOT NULL,
  reason TEXT NOT NULL CONSTRAINT drill_grade_bands_reason CHECK (length(reason) BETWEEN 2 AND 200),
  -- Null: as the site came.
  set_by TEXT REFERENCES people (id),
  set_at INTEGER NOT NULL,
  CONSTRAINT drill_grade_bands_order CHECK (excellent <= 100 AND excellent > good AND good > pass AND pass >= 1)
) STRICT;

CREATE INDEX drill_grade_bands_by_region ON drill_grade_bands (region_code, set_at, id);

INSERT INTO drill_grade_bands VALUES ('site', '', 90, 80, 60, '本平台约定', NULL, 0);

CREATE TRIGGER drill_grade_bands_guard BEFORE INSERT ON drill_grade_bands
BEGIN
  SELECT RAISE(ABORT, 'bands_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM role_grants WHERE person_id = NEW.set_by AND state = 'active' AND (
      (NEW.region_code = '' AND role = 'administrator' AND scope_kind = 'site')
      OR (NEW.region_code <> '' AND role = 'drill_organiser' AND scope_kind = 'region' AND scope_id = NEW.region_code)));
END;

CREATE TRIGGER drill_grade_bands_never_change BEFORE UPDATE ON drill_grade_bands
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 发现的问题: 不足项, 整改项, 改进项. One that is written anew takes the place of one that is taken out.
CREATE TABLE drill_findings (
  id TEXT PRIMARY KEY,
  drill_id TEXT NOT NULL REFERENCES drills (id),
  kind TEXT NOT NULL CONSTRAINT drill_findings_kind CHECK (kind IN ('deficiency', 'rectification', 'improvement')),
  -- Of the script; empty where it belongs to none.
  item_id TEXT NOT NULL CONSTRAINT drill_findings_item CHECK (length(item_id) <= 4),
  problem TEXT NOT NULL CONSTRAINT drill_findings_problem CHECK (length(problem) BETWEEN 2 AND 300),
  cause TEXT NOT NULL CONSTRAINT drill_findings_cause CHECK (length(cause) <= 300),
  suggestion TEXT NOT NULL CONSTRAINT drill_findings_suggestion CHECK (length(suggestion) <= 300),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  -- Follows from drill_finding_removals.
  removed_at INTEGER
) STRICT;

CREATE INDEX drill_findings_of_drill ON drill_findings (drill_id, id);

CREATE TRIGGER drill_findings_guard BEFORE INSERT ON drill_findings
BEGIN
  SELECT RAISE(ABORT, 'finding_starts_here') WHERE NEW.removed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_evaluators WHERE drill_id = NEW.drill_id AND person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'drill_not_begun') FROM drills WHERE id = NEW.drill_id AND state NOT IN ('running', 'over');
  -- An evaluator's part is over with the report; the organiser corrects it.
  SELECT RAISE(ABORT, 'report_released')
    FROM drill_reports WHERE drill_id = NEW.drill_id AND edition > 0
      AND NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'findings_used_up')
    WHERE (SELECT count(*) FROM drill_findings WHERE drill_id = NEW.drill_id AND removed_at IS NULL) >= 60;
END;

CREATE TABLE drill_finding_removals (
  finding_id TEXT PRIMARY KEY REFERENCES drill_findings (id),
  reason TEXT NOT NULL CONSTRAINT drill_finding_removals_reason CHECK (length(reason) <= 200),
  removed_by TEXT NOT NULL REFERENCES people (id),
  removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- 总结报告: its words in all their versions, and each edition as it was released, whole.
CREATE TABLE drill_report_versions (
  drill_id TEXT NOT NULL REFERENCES drill_reports (drill_id),
  version INTEGER NOT NULL,
  words TEXT NOT NULL CONSTRAINT drill_report_versions_words CHECK (json_valid(words) AND length(words) <= 40000),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (drill_id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_report_versions_guard BEFORE INSERT ON drill_report_versions
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'drill_not_over') FROM drills WHERE id = NEW.drill_id AND state <> 'over';
  SELECT RAISE(ABORT, 'report_overtaken')
    FROM drill_reports WHERE drill_id = NEW.drill_id AND version <> NEW.version - 1;
END;

CREATE TRIGGER drill_report_versions_take_effect AFTER INSERT ON drill_report_versions
BEGIN
  UPDATE drill_reports SET version = NEW.version WHERE drill_id = NEW.drill_id;
END;

CREATE TRIGGER drill_report_versions_never_change BEFORE UPDATE ON drill_report_versions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TABLE drill_report_releases (
  drill_id TEXT NOT NULL REFERENCES drill_reports (drill_id),
  edition INTEGER NOT NULL,
  version INTEGER NOT NULL,
  -- Words and numbers as they stood: what comes in later changes no edition.
  content TEXT NOT NULL CONSTRAINT drill_report_releases_content CHECK (json_valid(content) AND length(content) <= 300000),
  -- SHA-256 of `content`, in hexadecimal.
  digest TEXT NOT NULL CONSTRAINT drill_report_releases_digest CHECK (length(digest) = 64),
  -- 更正的原因; empty for the first edition.
  reason TEXT NOT NULL CONSTRAINT drill_report_releases_reason CHECK (length(reason) <= 200),
  released_by TEXT NOT NULL REFERENCES people (id),
  released_at INTEGER NOT NULL,
  PRIMARY KEY (drill_id, edition),
  FOREIGN KEY (drill_id, version) REFERENCES drill_report_versions (drill_id, version),
  CONSTRAINT correction_has_reason CHECK ((edition = 1) = (reason = ''))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_report_releases_guard BEFORE INSERT ON drill_report_releases
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.released_by);
  SELECT RAISE(ABORT, 'report_overtaken')
    FROM drill_reports WHERE drill_id = NEW.drill_id AND (version <> NEW.version OR edition <> NEW.edition - 1);
END;

CREATE TRIGGER drill_report_releases_take_effect AFTER INSERT ON drill_report_releases
BEGIN
  -- The day of the first edition stays: numbers by year are counted by it.
  UPDATE drill_reports SET edition = NEW.edition, released_at = coalesce(released_at, NEW.released_at)
    WHERE drill_id = NEW.drill_id;
END;

CREATE TRIGGER drill_report_releases_never_change BEFORE UPDATE ON drill_report_releases
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 记入演练记录: a drill becomes one record, once.
CREATE TABLE drill_record_links (
  drill_id TEXT PRIMARY KEY REFERENCES drills (id),
  record_id TEXT NOT NULL UNIQUE REFERENCES drill_records (id),
  linked_by TEXT NOT NULL REFERENCES people (id),
  linked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_record_links_guard BEFORE INSERT ON drill_record_links
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.linked_by);
  SELECT RAISE(ABORT, 'drill_not_over') FROM drills WHERE id = NEW.drill_id AND state <> 'over';
  SELECT RAISE(ABORT, 'record_of_another')
    WHERE NOT EXISTS (
      SELECT 1 FROM drills JOIN drill_records ON drill_records.organisation_id IS drills.organisation_id
          AND drill_records.region_code = drills.region_code AND drill_records.plan_item_id IS drills.plan_item_id
      WHERE drills.id = NEW.drill_id AND drill_records.id = NEW.record_id);
END;

-- 整改: what has to be mended, by whom, until when. Of a drill's finding, or written down by hand.
CREATE TABLE improvement_items (
  id TEXT PRIMARY KEY,
  -- Null: the region's own.
  organisation_id TEXT REFERENCES organisations (id),
  region_code TEXT NOT NULL CONSTRAINT improvement_items_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*'),
  drill_id TEXT REFERENCES drills (id),
  finding_id TEXT REFERENCES drill_findings (id),
  what TEXT NOT NULL CONSTRAINT improvement_items_what CHECK (length(what) BETWEEN 2 AND 300),
  -- 责任人: somebody of the organisation with an account, or an office by its name.
  owner_id TEXT REFERENCES people (id),
  owner_office TEXT NOT NULL CONSTRAINT improvement_items_office CHECK (length(owner_office) <= 30),
  opened_by TEXT NOT NULL REFERENCES people (id),
  opened_at INTEGER NOT NULL,
  -- Days in China. In time is what was done by the first one, whatever was agreed on later.
  first_due_day TEXT NOT NULL CONSTRAINT improvement_items_first_due CHECK (length(first_due_day) = 10),
  -- These follow from improvement_steps; kept here for the indexes.
  due_day TEXT NOT NULL CONSTRAINT improvement_items_due CHECK (length(due_day) = 10),
  state TEXT NOT NULL DEFAULT 'open' CONSTRAINT improvement_items_state CHECK (
    state IN ('open', 'finished', 'closed', 'dropped')),
  steps INTEGER NOT NULL DEFAULT 0,
  finished_by TEXT REFERENCES people (id),
  finished_at INTEGER,
  closed_at INTEGER,
  CONSTRAINT item_has_owner CHECK ((owner_id IS NULL) = (owner_office <> '')),
  CONSTRAINT finding_has_drill CHECK (finding_id IS NULL OR drill_id IS NOT NULL),
  CONSTRAINT finished_by_somebody CHECK ((finished_by IS NULL) = (finished_at IS NULL)),
  CONSTRAINT closed_was_finished CHECK (state <> 'closed' OR (finished_at IS NOT NULL AND closed_at IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX improvement_items_of_finding ON improvement_items (finding_id)
  WHERE finding_id IS NOT NULL AND state <> 'dropped';
CREATE INDEX improvement_items_of_drill ON improvement_items (drill_id, id) WHERE drill_id IS NOT NULL;
CREATE INDEX improvement_items_of_organisation ON improvement_items (organisation_id, due_day, id)
  WHERE organisation_id IS NOT NULL;
CREATE INDEX improvement_items_of_region ON improvement_items (region_code, due_day, id);
CREATE INDEX improvement_items_of_owner ON improvement_items (owner_id, due_day, id) WHERE owner_id IS NOT NULL;
CREATE INDEX improvement_items_waiting ON improvement_items (due_day, id) WHERE state = 'open';

-- Who looks after each: the organisers of the organisation or the region.
CREATE VIEW improvement_keepers AS
  SELECT improvement_items.id AS item_id, drill_organisers.person_id AS person_id
    FROM improvement_items JOIN drill_organisers ON drill_organisers.organisation_id IS improvement_items.organisation_id
      AND drill_organisers.region_code = improvement_items.region_code;

-- Who verifies what was mended: keepers, and officers of the region; never whoever mended it.
CREATE VIEW improvement_verifiers AS
  SELECT item_id, person_id FROM improvement_keepers
  UNION
  SELECT improvement_items.id, role_grants.person_id
    FROM improvement_items JOIN role_grants ON role_grants.scope_kind = 'region' AND role_grants.state = 'active'
      AND role_grants.role IN ('reviewer', 'drill_organiser')
      AND substr(improvement_items.region_code, 1, length(CASE
        WHEN role_grants.scope_id GLOB '??0000' THEN substr(role_grants.scope_id, 1, 2)
        WHEN role_grants.scope_id GLOB '????00' THEN substr(role_grants.scope_id, 1, 4)
        ELSE role_grants.scope_id END)) = CASE
        WHEN role_grants.scope_id GLOB '??0000' THEN substr(role_grants.scope_id, 1, 2)
        WHEN role_grants.scope_id GLOB '????00' THEN substr(role_grants.scope_id, 1, 4)
        ELSE role_grants.scope_id END;

CREATE TRIGGER improvement_items_guard BEFORE INSERT ON improvement_items
BEGIN
  SELECT RAISE(ABORT, 'item_starts_open')
    WHERE NEW.state <> 'open' OR NEW.steps <> 0 OR NEW.finished_by IS NOT NULL OR NEW.closed_at IS NOT NULL
      OR NEW.due_day <> NEW.first_due_day;
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_organisers WHERE person_id = NEW.opened_by
      AND organisation_id IS NEW.organisation_id AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'drill_unknown')
    WHERE NEW.drill_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM drills WHERE id = NEW.drill_id
      AND organisation_id IS NEW.organisation_id AND region_code = NEW.region_code AND state = 'over');
  SELECT RAISE(ABORT, 'finding_unknown')
    WHERE NEW.finding_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM drill_findings WHERE id = NEW.finding_id
      AND drill_id = NEW.drill_id AND removed_at IS NULL);
  SELECT RAISE(ABORT, 'owner_not_member')
    WHERE NEW.owner_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM drill_organisers WHERE person_id = NEW.owner_id
      AND organisation_id IS NEW.organisation_id AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'due_is_ahead')
    WHERE NEW.due_day < date(NEW.opened_at / 1000, 'unixepoch', '+8 hours')
      OR NEW.due_day > date(NEW.opened_at / 1000, 'unixepoch', '+8 hours', '+2 years');
  SELECT RAISE(ABORT, 'items_used_up')
    WHERE (SELECT count(*) FROM improvement_items WHERE organisation_id IS NEW.organisation_id
      AND region_code = NEW.region_code AND state IN ('open', 'finished')) >= 300;
END;

-- 完成, 核验通过, 退回, 延期, 取消: each with its words, one after the other.
CREATE TABLE improvement_steps (
  item_id TEXT NOT NULL REFERENCES improvement_items (id),
  number INTEGER NOT NULL,
  kind TEXT NOT NULL CONSTRAINT improvement_steps_kind CHECK (kind IN ('finish', 'verify', 'reject', 'postpone', 'drop')),
  words TEXT NOT NULL CONSTRAINT improvement_steps_words CHECK (length(words) <= 500),
  -- The new day, where it is postponed.
  due_day TEXT CONSTRAINT improvement_steps_due CHECK (length(due_day) = 10),
  taken_by TEXT NOT NULL REFERENCES people (id),
  taken_at INTEGER NOT NULL,
  PRIMARY KEY (item_id, number),
  CONSTRAINT postponed_to_a_day CHECK ((kind = 'postpone') = (due_day IS NOT NULL)),
  CONSTRAINT step_has_words CHECK (kind IN ('finish', 'verify') OR length(words) >= 2)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER improvement_steps_guard BEFORE INSERT ON improvement_steps
BEGIN
  SELECT RAISE(ABORT, 'item_not_yours')
    FROM improvement_items WHERE id = NEW.item_id AND NOT (
      (NEW.kind = 'finish' AND (owner_id IS NEW.taken_by OR EXISTS (
        SELECT 1 FROM improvement_keepers WHERE item_id = NEW.item_id AND person_id = NEW.taken_by)))
      OR (NEW.kind = 'postpone' AND EXISTS (
        SELECT 1 FROM improvement_keepers WHERE item_id = NEW.item_id AND person_id = NEW.taken_by))
      OR (NEW.kind IN ('verify', 'reject', 'drop') AND EXISTS (
        SELECT 1 FROM improvement_verifiers WHERE item_id = NEW.item_id AND person_id = NEW.taken_by)));
  SELECT RAISE(ABORT, 'item_moved_on')
    FROM improvement_items WHERE id = NEW.item_id AND (
      (NEW.kind IN ('finish', 'postpone', 'drop') AND state <> 'open')
      OR (NEW.kind IN ('verify', 'reject') AND state <> 'finished'));
  SELECT RAISE(ABORT, 'item_overtaken') FROM improvement_items WHERE id = NEW.item_id AND steps <> NEW.number - 1;
  -- Nobody confirms their own work, nor has it vanish.
  SELECT RAISE(ABORT, 'verified_by_another')
    FROM improvement_items WHERE id = NEW.item_id AND NEW.kind IN ('verify', 'reject', 'drop')
      AND (owner_id IS NEW.taken_by OR (NEW.kind <> 'drop' AND finished_by IS NEW.taken_by));
  SELECT RAISE(ABORT, 'finish_has_proof')
    WHERE NEW.kind = 'finish' AND length(NEW.words) < 2 AND NOT EXISTS (
      SELECT 1 FROM file_links WHERE subject_kind = 'improvement_item' AND subject_id = NEW.item_id);
  SELECT RAISE(ABORT, 'due_is_later')
    FROM improvement_items WHERE id = NEW.item_id AND NEW.kind = 'postpone' AND (
      NEW.due_day <= due_day OR NEW.due_day < date(NEW.taken_at / 1000, 'unixepoch', '+8 hours')
      OR NEW.due_day > date(NEW.taken_at / 1000, 'unixepoch', '+8 hours', '+2 years'));
  SELECT RAISE(ABORT, 'steps_used_up') WHERE NEW.number > 60;
END;

CREATE TRIGGER improvement_steps_take_effect AFTER INSERT ON improvement_steps
BEGIN
  UPDATE improvement_items SET steps = NEW.number,
      state = CASE NEW.kind WHEN 'finish' THEN 'finished' WHEN 'verify' THEN 'closed' WHEN 'drop' THEN 'dropped' ELSE 'open' END,
      finished_by = CASE NEW.kind WHEN 'finish' THEN NEW.taken_by WHEN 'reject' THEN NULL ELSE finished_by END,
      finished_at = CASE NEW.kind WHEN 'finish' THEN NEW.taken_at WHEN 'reject' THEN NULL ELSE finished_at END,
      closed_at = CASE NEW.kind WHEN 'verify' THEN NEW.taken_at ELSE NULL END,
      due_day = coalesce(NEW.due_day, due_day)
    WHERE id = NEW.item_id;
END;

CREATE TRIGGER improvement_steps_never_change BEFORE UPDATE ON improvement_steps
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- What was told before and after a day: once each.
CREATE TABLE improvement_reminders (
  item_id TEXT NOT NULL REFERENCES improvement_items (id),
  due_day TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT improvement_reminders_kind CHECK (kind IN ('before', 'after')),
  reminded_at INTEGER NOT NULL,
  PRIMARY KEY (item_id, due_day, kind)
) STRICT, WITHOUT ROWID;

-- After the tables that it asks.
CREATE TRIGGER drill_finding_removals_guard BEFORE INSERT ON drill_finding_removals
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    FROM drill_findings WHERE id = NEW.finding_id
      AND NOT EXISTS (SELECT 1 FROM drill_leaders
        WHERE drill_id = drill_findings.drill_id AND person_id = NEW.removed_by)
      AND NOT (written_by = NEW.removed_by AND EXISTS (SELECT 1 FROM drill_evaluators
        WHERE drill_id = drill_findings.drill_id AND person_id = NEW.removed_by));
  SELECT RAISE(ABORT, 'removal_has_reason')
    FROM drill_findings JOIN drill_reports ON drill_reports.drill_id = drill_findings.drill_id
    WHERE drill_findings.id = NEW.finding_id AND drill_reports.edition > 0 AND length(NEW.reason) < 2;
  SELECT RAISE(ABORT, 'report_released')
    FROM drill_findings JOIN drill_reports ON drill_reports.drill_id = drill_findings.drill_id
    WHERE drill_findings.id = NEW.finding_id AND drill_reports.edition > 0
      AND NOT EXISTS (SELECT 1 FROM drill_leaders
        WHERE drill_id = drill_findings.drill_id AND person_id = NEW.removed_by);
  SELECT RAISE(ABORT, 'finding_has_item')
    FROM improvement_items WHERE finding_id = NEW.finding_id AND state <> 'dropped';
END;

CREATE TRIGGER drill_finding_removals_take_effect AFTER INSERT ON drill_finding_removals
BEGIN
  UPDATE drill_findings SET removed_at = NEW.removed_at WHERE id = NEW.finding_id;
END;

-- 演练照片 and 整改的证明. Ten years: the files of a drill are kept as its archive.
INSERT INTO file_purposes VALUES ('drill_photo', 'drill', 12, 20971520, 40, 209715200, 3650);
INSERT INTO file_purposes VALUES ('improvement_proof', 'improvement_item', 6, 20971520, 40, 209715200, 3650);

CREATE TRIGGER file_links_drill_guard BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'drill'
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_evaluators WHERE drill_id = NEW.subject_id AND person_id = NEW.linked_by);
  SELECT RAISE(ABORT, 'drill_not_begun') FROM drills WHERE id = NEW.subject_id AND state NOT IN ('running', 'over');
END;

CREATE TRIGGER file_links_improvement_guard BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'improvement_item'
BEGIN
  SELECT RAISE(ABORT, 'item_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM improvement_items WHERE id = NEW.subject_id AND (owner_id IS NEW.linked_by OR EXISTS (
      SELECT 1 FROM improvement_keepers WHERE item_id = NEW.subject_id AND person_id = NEW.linked_by)));
  SELECT RAISE(ABORT, 'item_moved_on') FROM improvement_items WHERE id = NEW.subject_id AND state <> 'open';
END;

-- Lists of what has to be mended leave the site as a file like any other list. A CHECK cannot be widened in place.
CREATE TABLE disclosures_next (
  id TEXT PRIMARY KEY,
  subject TEXT NOT NULL CONSTRAINT disclosures_subject CHECK (subject IN (
    'booking', 'bookings', 'organisations', 'inquiries', 'people', 'duties', 'improvements')),
  hall_slug TEXT NOT NULL,
  booking_id TEXT REFERENCES bookings (id),
  extent TEXT NOT NULL CONSTRAINT disclosures_extent CHECK (extent IN ('masked', 'full')),
  reason TEXT NOT NULL CONSTRAINT disclosures_reason CHECK (reason IN ('', 'contact', 'incident', 'report', 'handover')),
  filters TEXT NOT NULL CONSTRAINT disclosures_filters_json CHECK (json_valid(filters)),
  how_many INTEGER NOT NULL CONSTRAINT disclosures_how_many CHECK (how_many >= 0),
  made_by TEXT NOT NULL REFERENCES people (id),
  made_at INTEGER NOT NULL,
  CONSTRAINT disclosure_has_reason CHECK (extent = 'masked' OR reason <> ''),
  CONSTRAINT disclosures_booking CHECK ((subject = 'booking') = (booking_id IS NOT NULL)),
  CONSTRAINT disclosures_hall CHECK ((subject IN ('booking', 'bookings')) = (hall_slug <> ''))
) STRICT;

INSERT INTO disclosures_next SELECT id, subject, hall_slug, booking_id, extent, reason, filters, how_many, made_by, made_at FROM disclosures;
DROP TABLE disclosures;
ALTER TABLE disclosures_next RENAME TO disclosures;

CREATE INDEX disclosures_of_booking ON disclosures (booking_id, made_by, made_at) WHERE booking_id IS NOT NULL;
CREATE INDEX disclosures_by_time ON disclosures (made_at);

CREATE TRIGGER disclosures_guard BEFORE INSERT ON disclosures
BEGIN
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject IN ('booking', 'bookings') AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND scope_kind = 'hall'
        AND scope_id = NEW.hall_slug AND (role = 'hall_manager'
          OR (role = 'hall_staff' AND (NEW.subject = 'booking' OR NEW.extent = 'masked'))));
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'booking' AND NOT EXISTS (
      SELECT 1 FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        WHERE bookings.id = NEW.booking_id AND hall_sessions.hall_slug = NEW.hall_slug);
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'organisations' AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND role = 'reviewer');
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'inquiries' AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND role = 'editor'
        AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'people' AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND (
        role = 'administrator' OR (role = 'hall_manager' AND NEW.extent = 'masked')));
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject IN ('duties', 'improvements') AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active'
        AND role IN ('reviewer', 'drill_organiser') AND scope_kind = 'region');
END;

CREATE TRIGGER disclosures_never_change BEFORE UPDATE ON disclosures
BEGIN
  SELECT RAISE(ABORT, 'disclosure_is_final');
END;
