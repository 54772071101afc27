-- 审核工作台: what an office works with while a file is with it. Decisions lie in `application_decisions`.

-- The queue of an office: what is due first in front, what has no last day at the end.
CREATE INDEX applications_queue ON applications (turn_region, coalesce(until_on, '9999-12-31'), id)
  WHERE turn_region IS NOT NULL;
DROP INDEX applications_by_turn;
-- Everything handed in under a region, from the smallest code up.
CREATE INDEX applications_handed_in ON applications (region_code, id) WHERE decisions > 0;

-- Which office decides at which step of a file.
CREATE VIEW application_offices AS
  SELECT applications.id AS application_id, substr(application_machines.from_state, 6) AS step,
      application_machines.scored,
      CASE application_machines.by_level
        WHEN 'town' THEN substr(applications.region_code, 1, 9)
        WHEN 'county' THEN substr(applications.region_code, 1, 6)
        WHEN 'city' THEN substr(applications.region_code, 1, 4) || '00'
        WHEN 'province' THEN substr(applications.region_code, 1, 2) || '0000' END AS region_code
    FROM applications JOIN application_machines
      ON application_machines.programme = applications.programme AND application_machines.version = applications.version
      AND application_machines.act = 'approval' AND application_machines.from_state GLOB 'step:*';

-- Who works for an office: of its own region, or of the one that took over.
CREATE VIEW office_officers AS
  SELECT person_id, scope_id AS region_code FROM role_grants
    WHERE role = 'reviewer' AND scope_kind = 'region' AND state = 'active'
  UNION
  SELECT role_grants.person_id, office_scopes.region_code FROM role_grants
    JOIN office_scopes ON office_scopes.scope_id = role_grants.scope_id
    WHERE role = 'reviewer' AND scope_kind = 'region' AND state = 'active';

-- 回避: who has nothing to decide about a file, whatever office they work for.
CREATE VIEW application_recusals AS
  SELECT applications.id AS application_id, application_writers.person_id
    FROM applications JOIN application_writers
      ON application_writers.organisation_id = applications.organisation_id
      OR (applications.organisation_id IS NULL AND application_writers.region_code = applications.region_code)
  UNION
  SELECT application_id, author_id FROM application_decisions WHERE by_level = 'applicant' OR act = 'recusal';

-- States that a file has now or may have been moved to by time since it was last written.
CREATE VIEW application_states AS
  WITH RECURSIVE reached (application_id, programme, version, state) AS (
    SELECT applications.id, applications.programme, applications.version, coalesce(application_decisions.to_state, 'draft')
      FROM applications LEFT JOIN application_decisions
        ON application_decisions.application_id = applications.id
        AND application_decisions.position = applications.decisions
    UNION SELECT reached.application_id, reached.programme, reached.version, application_machines.to_state
      FROM reached JOIN application_machines
        ON application_machines.programme = reached.programme AND application_machines.version = reached.version
        AND application_machines.from_state = reached.state AND application_machines.act = 'lapse')
  SELECT application_id, state FROM reached;

-- 打分底稿: what an office gives for each point until it decides. Each save is a version that stays.
CREATE TABLE review_marks (
  application_id TEXT NOT NULL REFERENCES applications (id),
  step TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL CONSTRAINT review_marks_version CHECK (version BETWEEN 1 AND 1000),
  tenths INTEGER NOT NULL CONSTRAINT review_marks_tenths CHECK (tenths BETWEEN 0 AND 10000),
  -- Why it differs from the column before, or what was seen.
  reason TEXT NOT NULL CONSTRAINT review_marks_reason CHECK (length(reason) <= 500),
  marked_by TEXT NOT NULL REFERENCES people (id),
  marked_at INTEGER NOT NULL,
  PRIMARY KEY (application_id, step, key, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER review_marks_guard BEFORE INSERT ON review_marks
BEGIN
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE NOT EXISTS (
        SELECT 1 FROM application_offices JOIN office_officers
          ON office_officers.region_code = application_offices.region_code
          WHERE application_offices.application_id = NEW.application_id AND application_offices.step = NEW.step
            AND application_offices.scored = 1 AND office_officers.person_id = NEW.marked_by)
      OR EXISTS (
        SELECT 1 FROM application_recusals WHERE application_id = NEW.application_id AND person_id = NEW.marked_by);
  SELECT RAISE(ABORT, 'application_moved_on')
    WHERE NOT EXISTS (
      SELECT 1 FROM application_states WHERE application_id = NEW.application_id
        AND state IN ('step:' || NEW.step, 'returned:' || NEW.step, 'suspended:' || NEW.step));
  -- Whoever saves has seen what they replace.
  SELECT RAISE(ABORT, 'mark_overtaken')
    WHERE NEW.version <> 1 + (
      SELECT coalesce(max(version), 0) FROM review_marks
        WHERE application_id = NEW.application_id AND step = NEW.step AND key = NEW.key);
END;
CREATE TRIGGER review_marks_never_change BEFORE UPDATE ON review_marks
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER review_marks_stay BEFORE DELETE ON review_marks
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- Whoever passes a file has seen the whole column as it is: `marks` counts its saves.
CREATE TRIGGER application_decisions_seen_marks BEFORE INSERT ON application_decisions
  WHEN json_extract(NEW.content, '$.marks') IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'mark_overtaken')
    WHERE json_extract(NEW.content, '$.marks') <> (
      SELECT count(*) FROM review_marks
        WHERE application_id = NEW.application_id AND 'step:' || step = NEW.from_state);
END;

-- 分办: which officer of an office works on a file while it is with that office.
CREATE TABLE review_assignments (
  id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  step TEXT NOT NULL,
  officer_id TEXT NOT NULL REFERENCES people (id),
  assigned_by TEXT NOT NULL REFERENCES people (id),
  assigned_at INTEGER NOT NULL,
  -- Somebody else's since, or the file has left the office.
  ended_at INTEGER
) STRICT;

CREATE UNIQUE INDEX review_assignments_one ON review_assignments (application_id) WHERE ended_at IS NULL;
CREATE INDEX review_assignments_by_officer ON review_assignments (officer_id) WHERE ended_at IS NULL;

CREATE TRIGGER review_assignments_guard BEFORE INSERT ON review_assignments
BEGIN
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE NEW.ended_at IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM application_offices JOIN office_officers
        ON office_officers.region_code = application_offices.region_code
        WHERE application_offices.application_id = NEW.application_id AND application_offices.step = NEW.step
          AND office_officers.person_id = NEW.assigned_by);
  SELECT RAISE(ABORT, 'officer_unfit')
    WHERE NOT EXISTS (
        SELECT 1 FROM application_offices JOIN office_officers
          ON office_officers.region_code = application_offices.region_code
          WHERE application_offices.application_id = NEW.application_id AND application_offices.step = NEW.step
            AND office_officers.person_id = NEW.officer_id)
      OR EXISTS (
        SELECT 1 FROM application_recusals WHERE application_id = NEW.application_id AND person_id = NEW.officer_id);
  SELECT RAISE(ABORT, 'application_moved_on')
    WHERE NOT EXISTS (
      SELECT 1 FROM application_states WHERE application_id = NEW.application_id
        AND state IN ('step:' || NEW.step, 'returned:' || NEW.step, 'suspended:' || NEW.step));
  UPDATE review_assignments SET ended_at = NEW.assigned_at
    WHERE application_id = NEW.application_id AND ended_at IS NULL;
END;
CREATE TRIGGER review_assignments_end_once BEFORE UPDATE ON review_assignments
BEGIN
  SELECT RAISE(ABORT, 'version_is_final')
    WHERE OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
      OR (OLD.id, OLD.application_id, OLD.step, OLD.officer_id, OLD.assigned_by, OLD.assigned_at)
        IS NOT (NEW.id, NEW.application_id, NEW.step, NEW.officer_id, NEW.assigned_by, NEW.assigned_at);
END;
CREATE TRIGGER review_assignments_stay BEFORE DELETE ON review_assignments
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- A file that has left an office is nobody's there.
CREATE TRIGGER applications_leave_office AFTER UPDATE OF state ON applications WHEN OLD.state <> NEW.state
BEGIN
  UPDATE review_assignments SET ended_at = NEW.since
    WHERE application_id = NEW.id AND ended_at IS NULL
      AND NEW.state NOT IN ('step:' || step, 'returned:' || step, 'suspended:' || step);
END;
CREATE TRIGGER application_decisions_recused AFTER INSERT ON application_decisions WHEN NEW.act = 'recusal'
BEGIN
  UPDATE review_assignments SET ended_at = NEW.decided_at
    WHERE application_id = NEW.application_id AND officer_id = NEW.author_id AND ended_at IS NULL;
END;

-- 委托: for some days another officer of the same office works on what is somebody's.
CREATE TABLE review_delegations (
  id TEXT PRIMARY KEY,
  region_code TEXT NOT NULL,
  from_id TEXT NOT NULL REFERENCES people (id),
  to_id TEXT NOT NULL REFERENCES people (id),
  from_on TEXT NOT NULL,
  until_on TEXT NOT NULL,
  entered_by TEXT NOT NULL REFERENCES people (id),
  entered_at INTEGER NOT NULL,
  ended_by TEXT REFERENCES people (id),
  ended_at INTEGER,
  CONSTRAINT review_delegations_other CHECK (from_id <> to_id),
  CONSTRAINT review_delegations_days CHECK (
    from_on <= until_on AND julianday(until_on) - julianday(from_on) <= 92),
  CONSTRAINT review_delegations_end CHECK ((ended_by IS NULL) = (ended_at IS NULL))
) STRICT;

CREATE INDEX review_delegations_by_region ON review_delegations (region_code, until_on);

CREATE TRIGGER review_delegations_guard BEFORE INSERT ON review_delegations
BEGIN
  SELECT RAISE(ABORT, 'delegation_not_yours')
    WHERE NEW.ended_at IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM office_officers WHERE person_id = NEW.entered_by AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'officer_unfit')
    WHERE NOT EXISTS (
        SELECT 1 FROM office_officers WHERE person_id = NEW.from_id AND region_code = NEW.region_code)
      OR NOT EXISTS (
        SELECT 1 FROM office_officers WHERE person_id = NEW.to_id AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'delegation_overlaps')
    WHERE EXISTS (
      SELECT 1 FROM review_delegations WHERE from_id = NEW.from_id AND region_code = NEW.region_code
        AND ended_at IS NULL AND from_on <= NEW.until_on AND until_on >= NEW.from_on);
END;
CREATE TRIGGER review_delegations_end_once BEFORE UPDATE ON review_delegations
BEGIN
  SELECT RAISE(ABORT, 'version_is_final')
    WHERE OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
      OR (OLD.id, OLD.region_code, OLD.from_id, OLD.to_id, OLD.from_on, OLD.until_on, OLD.entered_by, OLD.entered_at)
        IS NOT (NEW.id, NEW.region_code, NEW.from_id, NEW.to_id, NEW.from_on, NEW.until_on, NEW.entered_by, NEW.entered_at);
  SELECT RAISE(ABORT, 'delegation_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM office_officers WHERE person_id = NEW.ended_by AND region_code = NEW.region_code);
END;
CREATE TRIGGER review_delegations_stay BEFORE DELETE ON review_delegations
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 批量办理: one act meant for many files, and what became of each; every file has its own decision besides.
CREATE TABLE review_batches (
  id TEXT PRIMARY KEY,
  act TEXT NOT NULL CONSTRAINT review_batches_act CHECK (act IN ('assignment', 'approval', 'return')),
  acted_by TEXT NOT NULL REFERENCES people (id),
  acted_at INTEGER NOT NULL,
  -- [{applicationId, done, why}]
  results TEXT NOT NULL CONSTRAINT review_batches_results CHECK (json_valid(results) AND length(results) <= 40000)
) STRICT;

CREATE TRIGGER review_batches_never_change BEFORE UPDATE ON review_batches
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- What was told to whom of files that wait: once for each office, file and day it is about.
CREATE TABLE review_nudges (
  kind TEXT NOT NULL CONSTRAINT review_nudges_kind CHECK (kind IN ('digest', 'escalation', 'correction')),
  region_code TEXT NOT NULL,
  -- Empty: of all files of the office.
  application_id TEXT NOT NULL DEFAULT '',
  period TEXT NOT NULL,
  nudged_at INTEGER NOT NULL,
  PRIMARY KEY (kind, region_code, application_id, period)
) STRICT, WITHOUT ROWID;
