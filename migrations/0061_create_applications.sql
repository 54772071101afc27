-- 创建申报: an application for a title, and every decision about it. Where it stands is a fold over its decisions; the rules of
-- its programme are files, and what of them the database must hold to is copied here once, never to change.

-- 职能承接: an office that is no more, and the one that took over its files.
CREATE TABLE office_successions (
  region_code TEXT PRIMARY KEY CONSTRAINT office_successions_region CHECK (
    length(region_code) IN (6, 9) AND region_code NOT GLOB '*[^0-9]*'),
  successor_code TEXT NOT NULL CONSTRAINT office_successions_successor CHECK (
    length(successor_code) = length(region_code) AND successor_code NOT GLOB '*[^0-9]*'
    AND successor_code <> region_code),
  -- Title and number of what says so.
  document TEXT NOT NULL CONSTRAINT office_successions_document CHECK (length(document) BETWEEN 4 AND 160),
  entered_by TEXT NOT NULL REFERENCES people (id),
  entered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER office_successions_guard BEFORE INSERT ON office_successions
BEGIN
  SELECT RAISE(ABORT, 'succession_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.entered_by AND role = 'administrator' AND state = 'active');
  -- Somebody has to be there in the end.
  SELECT RAISE(ABORT, 'succession_in_circle')
    WHERE NEW.region_code IN (
      WITH RECURSIVE heirs (code) AS (
        VALUES (NEW.successor_code)
        UNION SELECT office_successions.successor_code FROM heirs
          JOIN office_successions ON office_successions.region_code = heirs.code)
      SELECT code FROM heirs);
END;

CREATE TRIGGER office_successions_stay BEFORE DELETE ON office_successions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- Who may act for an office: of its own region, or of the one that took over.
CREATE VIEW office_scopes AS
  WITH RECURSIVE heirs (region_code, scope_id) AS (
    SELECT region_code, successor_code FROM office_successions
    UNION SELECT heirs.region_code, office_successions.successor_code FROM heirs
      JOIN office_successions ON office_successions.region_code = heirs.scope_id)
  SELECT region_code, scope_id FROM heirs;

-- Who writes an application: members of a verified committee and its 社区专员, for a region its own officers.
CREATE VIEW application_writers AS
  SELECT person_id, organisation_id, NULL AS region_code FROM community_writers
  UNION ALL
  SELECT role_grants.person_id, organisations.id, NULL
    FROM role_grants JOIN organisations ON organisations.id = role_grants.scope_id
    WHERE role_grants.role = 'community_officer' AND role_grants.scope_kind = 'organisation'
      AND role_grants.state = 'active' AND organisations.kind = 'committee' AND organisations.state = 'verified'
      AND organisations.unclaimed_at IS NULL
  UNION ALL
  SELECT person_id, NULL, scope_id FROM role_grants
    WHERE role = 'reviewer' AND scope_kind = 'region' AND state = 'active';

-- A version of a programme's rules, as far as the guards read it.
CREATE TABLE application_programmes (
  programme TEXT NOT NULL,
  version TEXT NOT NULL,
  -- Of the whole file, as it was released.
  sha256 TEXT NOT NULL CONSTRAINT application_programmes_sha256 CHECK (length(sha256) = 64),
  threshold_tenths INTEGER NOT NULL CONSTRAINT application_programmes_threshold CHECK (threshold_tenths > 0),
  notice_days INTEGER NOT NULL CONSTRAINT application_programmes_notice CHECK (notice_days BETWEEN 1 AND 60),
  PRIMARY KEY (programme, version)
) STRICT, WITHOUT ROWID;

-- The declared machine: every row a move that a file can make. A decision refers to its row.
CREATE TABLE application_machines (
  programme TEXT NOT NULL,
  version TEXT NOT NULL,
  from_state TEXT NOT NULL,
  act TEXT NOT NULL,
  to_state TEXT NOT NULL,
  by_level TEXT NOT NULL CONSTRAINT application_machines_by CHECK (by_level IN (
    'applicant', 'town', 'county', 'city', 'province', 'clock')),
  -- An approval that brings a column of points.
  scored INTEGER NOT NULL CONSTRAINT application_machines_scored CHECK (scored IN (0, 1)),
  PRIMARY KEY (programme, version, from_state, act),
  FOREIGN KEY (programme, version) REFERENCES application_programmes (programme, version)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX application_machines_whole
  ON application_machines (programme, version, from_state, act, to_state, by_level);

CREATE TRIGGER application_programmes_never_change BEFORE UPDATE ON application_programmes
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER application_machines_never_change BEFORE UPDATE ON application_machines
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER application_machines_stay BEFORE DELETE ON application_machines
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- Nothing is added to a machine that files already move by; the same rows again are no change.
CREATE TRIGGER application_machines_guard BEFORE INSERT ON application_machines
BEGIN
  SELECT RAISE(ABORT, 'version_is_final')
    WHERE EXISTS (SELECT 1 FROM applications WHERE programme = NEW.programme AND version = NEW.version)
      AND NOT EXISTS (
        SELECT 1 FROM application_machines
          WHERE programme = NEW.programme AND version = NEW.version AND from_state = NEW.from_state
            AND act = NEW.act AND to_state = NEW.to_state AND by_level = NEW.by_level AND scored = NEW.scored);
END;

CREATE TABLE applications (
  id TEXT PRIMARY KEY,
  -- What anybody follows it by, without an account: no two look alike, none can be guessed.
  code TEXT NOT NULL UNIQUE CONSTRAINT applications_code CHECK (length(code) = 10 AND code NOT GLOB '*[^0-9A-Z]*'),
  programme TEXT NOT NULL,
  version TEXT NOT NULL,
  -- A community through its committee; a town, county or city through its own officers.
  organisation_id TEXT REFERENCES organisations (id),
  region_code TEXT NOT NULL CONSTRAINT applications_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*'),
  name TEXT NOT NULL CONSTRAINT applications_name CHECK (length(name) BETWEEN 2 AND 60),
  begun_by TEXT NOT NULL REFERENCES people (id),
  begun_at INTEGER NOT NULL,
  -- Everything from here on follows from the decisions, the rules and the time; kept for queues.
  decisions INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'draft',
  turn TEXT DEFAULT 'applicant' CONSTRAINT applications_turn CHECK (turn IN (
    'applicant', 'town', 'county', 'city', 'province')),
  turn_region TEXT,
  since INTEGER NOT NULL,
  -- The last day of whoever's turn it is, of a notice, or until the recheck.
  until_on TEXT,
  paused INTEGER NOT NULL DEFAULT 0 CONSTRAINT applications_paused CHECK (paused IN (0, 1)),
  -- When it moves by itself unless somebody acts.
  changes_at INTEGER,
  FOREIGN KEY (programme, version) REFERENCES application_programmes (programme, version)
) STRICT;

-- One file at a time for one title.
CREATE UNIQUE INDEX applications_one_open ON applications (programme, organisation_id)
  WHERE organisation_id IS NOT NULL AND state NOT IN ('named', 'refused', 'withdrawn', 'revoked');
CREATE UNIQUE INDEX applications_one_open_of_region ON applications (programme, region_code)
  WHERE organisation_id IS NULL AND state NOT IN ('named', 'refused', 'withdrawn', 'revoked');
CREATE INDEX applications_by_turn ON applications (turn_region, until_on, id) WHERE turn_region IS NOT NULL;
CREATE INDEX applications_by_organisation ON applications (organisation_id, begun_at) WHERE organisation_id IS NOT NULL;
CREATE INDEX applications_by_region ON applications (region_code, state, begun_at);
CREATE INDEX applications_to_change ON applications (changes_at) WHERE changes_at IS NOT NULL;

CREATE TRIGGER applications_guard BEFORE INSERT ON applications
BEGIN
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM application_writers WHERE person_id = NEW.begun_by AND (
        organisation_id = NEW.organisation_id
        OR (NEW.organisation_id IS NULL AND application_writers.region_code = NEW.region_code)));
  SELECT RAISE(ABORT, 'application_starts_as_draft')
    WHERE NEW.state <> 'draft' OR NEW.decisions <> 0 OR NEW.turn IS NOT 'applicant' OR NEW.turn_region IS NOT NULL;
END;

CREATE TRIGGER applications_never_change
  BEFORE UPDATE OF id, code, programme, version, organisation_id, region_code, name, begun_by, begun_at ON applications
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER applications_stay BEFORE DELETE ON applications
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TABLE application_decisions (
  application_id TEXT NOT NULL REFERENCES applications (id),
  -- From 1, without a gap: of two that decide at once one comes first, and the other is told.
  position INTEGER NOT NULL CONSTRAINT application_decisions_position CHECK (position BETWEEN 1 AND 1000),
  programme TEXT NOT NULL,
  version TEXT NOT NULL,
  from_state TEXT NOT NULL,
  act TEXT NOT NULL,
  to_state TEXT NOT NULL,
  by_level TEXT NOT NULL,
  -- Whose office; null for the applicant.
  by_region TEXT,
  author_id TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  reason TEXT NOT NULL CONSTRAINT application_decisions_reason CHECK (length(reason) <= 1000),
  -- The sum of the column that the act brings.
  tenths INTEGER,
  -- The first and last day of a public notice.
  notice_from TEXT,
  notice_until TEXT,
  -- What else the act brings: draft, scores, document, faults.
  content TEXT NOT NULL CONSTRAINT application_decisions_content CHECK (
    json_valid(content) AND length(content) <= 400000),
  PRIMARY KEY (application_id, position),
  FOREIGN KEY (programme, version, from_state, act, to_state, by_level)
    REFERENCES application_machines (programme, version, from_state, act, to_state, by_level),
  CONSTRAINT application_decisions_office CHECK ((by_level = 'applicant') = (by_region IS NULL)),
  CONSTRAINT application_decisions_reasoned CHECK (by_region IS NULL OR length(trim(reason)) >= 2),
  CONSTRAINT application_decisions_notice CHECK (
    (act = 'notice') = (notice_from IS NOT NULL) AND (act = 'notice') = (notice_until IS NOT NULL)),
  CONSTRAINT application_decisions_document CHECK (
    act <> 'naming' OR coalesce(length(trim(json_extract(content, '$.document'))), 0) >= 4)
) STRICT, WITHOUT ROWID;

CREATE INDEX application_decisions_by_author ON application_decisions (author_id, decided_at);
CREATE INDEX application_decisions_by_time ON application_decisions (decided_at);

CREATE TRIGGER application_decisions_guard BEFORE INSERT ON application_decisions
BEGIN
  SELECT RAISE(ABORT, 'application_moved_on')
    FROM applications WHERE id = NEW.application_id AND (
      decisions + 1 <> NEW.position OR programme <> NEW.programme OR version <> NEW.version);
  SELECT RAISE(ABORT, 'application_moved_on')
    FROM application_decisions
    WHERE application_id = NEW.application_id AND position = NEW.position - 1 AND decided_at > NEW.decided_at;
  -- It goes on from where the last decision left it, or from where time has moved it since.
  SELECT RAISE(ABORT, 'application_moved_on')
    WHERE NEW.from_state NOT IN (
      WITH RECURSIVE reached (state) AS (
        SELECT coalesce((SELECT to_state FROM application_decisions
          WHERE application_id = NEW.application_id AND position = NEW.position - 1), 'draft')
        UNION SELECT application_machines.to_state FROM reached JOIN application_machines
          ON programme = NEW.programme AND version = NEW.version AND from_state = reached.state AND act = 'lapse')
      SELECT state FROM reached);
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE NEW.by_level = 'applicant' AND NOT EXISTS (
      SELECT 1 FROM applications JOIN application_writers ON application_writers.person_id = NEW.author_id
        WHERE applications.id = NEW.application_id AND (
          application_writers.organisation_id = applications.organisation_id
          OR (applications.organisation_id IS NULL AND application_writers.region_code = applications.region_code)));
  -- Of the office of that level over the applicant, with the right to it now.
  SELECT RAISE(ABORT, 'application_not_yours')
    FROM applications WHERE id = NEW.application_id AND NEW.by_level <> 'applicant' AND NEW.by_region IS NOT
      CASE NEW.by_level
        WHEN 'town' THEN substr(region_code, 1, 9)
        WHEN 'county' THEN substr(region_code, 1, 6)
        WHEN 'city' THEN substr(region_code, 1, 4) || '00'
        WHEN 'province' THEN substr(region_code, 1, 2) || '0000' END;
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE NEW.by_level <> 'applicant' AND NOT EXISTS (
      SELECT 1 FROM role_grants
        WHERE person_id = NEW.author_id AND role = 'reviewer' AND scope_kind = 'region' AND state = 'active'
          AND (scope_id = NEW.by_region
            OR scope_id IN (SELECT scope_id FROM office_scopes WHERE region_code = NEW.by_region)));
  -- 回避: nobody decides of their own, of what they sent in themselves, or after they stood back.
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE NEW.by_level <> 'applicant' AND (
      EXISTS (
        SELECT 1 FROM applications JOIN application_writers ON application_writers.person_id = NEW.author_id
          WHERE applications.id = NEW.application_id AND (
            application_writers.organisation_id = applications.organisation_id
            OR (applications.organisation_id IS NULL AND application_writers.region_code = applications.region_code)))
      OR EXISTS (
        SELECT 1 FROM application_decisions
          WHERE application_id = NEW.application_id AND author_id = NEW.author_id
            AND (by_level = 'applicant' OR act = 'recusal')));
  -- 评分: nothing is handed in and nothing passes below the threshold.
  SELECT RAISE(ABORT, 'below_threshold')
    FROM application_programmes WHERE programme = NEW.programme AND version = NEW.version
      AND coalesce(NEW.tenths, -1) < threshold_tenths
      AND (NEW.act = 'submission' OR EXISTS (
        SELECT 1 FROM application_machines
          WHERE programme = NEW.programme AND version = NEW.version
            AND from_state = NEW.from_state AND act = NEW.act AND scored = 1));
  SELECT RAISE(ABORT, 'notice_too_short')
    FROM application_programmes WHERE programme = NEW.programme AND version = NEW.version AND NEW.act = 'notice'
      AND (NEW.notice_from < date(NEW.decided_at / 1000, 'unixepoch', '+8 hours')
        OR NEW.notice_until <> date(NEW.notice_from, (notice_days - 1) || ' days'));
  SELECT RAISE(ABORT, 'notice_not_over')
    WHERE NEW.act = 'naming' AND date(NEW.decided_at / 1000, 'unixepoch', '+8 hours') <= coalesce((
      SELECT notice_until FROM application_decisions
        WHERE application_id = NEW.application_id AND act = 'notice' ORDER BY position DESC LIMIT 1), '9999-12-31');
END;

CREATE TRIGGER application_decisions_count AFTER INSERT ON application_decisions
BEGIN
  UPDATE applications SET decisions = NEW.position WHERE id = NEW.application_id;
END;

-- Where a file is kept as standing follows from its last decision, or from where time has moved it since.
CREATE TRIGGER applications_follow BEFORE UPDATE OF state ON applications
BEGIN
  SELECT RAISE(ABORT, 'application_state_unfounded')
    WHERE NEW.state NOT IN (
      WITH RECURSIVE reached (state) AS (
        SELECT coalesce((SELECT to_state FROM application_decisions
          WHERE application_id = NEW.id AND position = NEW.decisions), 'draft')
        UNION SELECT application_machines.to_state FROM reached JOIN application_machines
          ON programme = NEW.programme AND version = NEW.version AND from_state = reached.state AND act = 'lapse')
      SELECT state FROM reached);
END;

CREATE TRIGGER application_decisions_never_change BEFORE UPDATE ON application_decisions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER application_decisions_stay BEFORE DELETE ON application_decisions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 自评: what the applicant says of each condition and each point. Each save is a version that stays.
CREATE TABLE application_entries (
  application_id TEXT NOT NULL REFERENCES applications (id),
  part TEXT NOT NULL CONSTRAINT application_entries_part CHECK (part IN ('condition', 'point')),
  key TEXT NOT NULL,
  version INTEGER NOT NULL CONSTRAINT application_entries_version CHECK (version BETWEEN 1 AND 1000),
  -- {"met": true}, or the answer of a point; null where it was emptied.
  answer TEXT CONSTRAINT application_entries_answer CHECK (json_valid(answer) AND length(answer) <= 200),
  reason TEXT NOT NULL CONSTRAINT application_entries_reason CHECK (length(reason) <= 1000),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (application_id, part, key, version)
) STRICT, WITHOUT ROWID;

-- What an applicant may still write: while it is a draft or came back, by those who write for it.
CREATE VIEW application_drafts AS
  SELECT applications.id AS application_id, application_writers.person_id, applications.changes_at
    FROM applications JOIN application_writers
      ON application_writers.organisation_id = applications.organisation_id
      OR (applications.organisation_id IS NULL AND application_writers.region_code = applications.region_code)
    WHERE applications.state = 'draft' OR applications.state GLOB 'returned:*';

CREATE TRIGGER application_entries_guard BEFORE INSERT ON application_entries
BEGIN
  SELECT RAISE(ABORT, 'application_not_open')
    WHERE NOT EXISTS (
      SELECT 1 FROM application_drafts WHERE application_id = NEW.application_id AND person_id = NEW.written_by
        AND (changes_at IS NULL OR NEW.written_at < changes_at));
  -- Whoever saves has seen what they replace.
  SELECT RAISE(ABORT, 'entry_overtaken')
    WHERE NEW.version <> 1 + (
      SELECT coalesce(max(version), 0) FROM application_entries
        WHERE application_id = NEW.application_id AND part = NEW.part AND key = NEW.key);
END;
CREATE TRIGGER application_entries_never_change BEFORE UPDATE ON application_entries
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER application_entries_stay BEFORE DELETE ON application_entries
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 佐证材料: what the site holds already, by the hash of what it says, or a file that was sent. Nothing stands twice.
CREATE TABLE application_evidence (
  id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  part TEXT NOT NULL CONSTRAINT application_evidence_part CHECK (part IN ('condition', 'point')),
  key TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT application_evidence_kind CHECK (kind IN (
    'drill_record', 'training', 'roster', 'shelter', 'profile', 'file')),
  -- Of the community's profile; empty for other kinds.
  figure TEXT NOT NULL DEFAULT '',
  -- The thing itself: a drill record, a file.
  subject_id TEXT NOT NULL,
  title TEXT NOT NULL CONSTRAINT application_evidence_title CHECK (length(title) BETWEEN 2 AND 120),
  -- SHA-256 of what it said when it was added.
  digest BLOB NOT NULL CONSTRAINT application_evidence_digest CHECK (length(digest) = 32),
  file_id TEXT REFERENCES files (id),
  added_by TEXT NOT NULL REFERENCES people (id),
  added_at INTEGER NOT NULL,
  removed_by TEXT REFERENCES people (id),
  removed_at INTEGER,
  CONSTRAINT application_evidence_removal CHECK ((removed_by IS NULL) = (removed_at IS NULL)),
  CONSTRAINT application_evidence_file CHECK (kind <> 'file' OR file_id = subject_id),
  CONSTRAINT application_evidence_figure CHECK ((kind = 'profile') = (figure <> ''))
) STRICT;

CREATE UNIQUE INDEX application_evidence_once ON application_evidence (application_id, part, key, kind, figure, digest)
  WHERE removed_at IS NULL;
CREATE INDEX application_evidence_by_subject ON application_evidence (kind, subject_id);

CREATE TRIGGER application_evidence_guard BEFORE INSERT ON application_evidence
BEGIN
  SELECT RAISE(ABORT, 'application_not_open')
    WHERE NEW.removed_at IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM application_drafts WHERE application_id = NEW.application_id AND person_id = NEW.added_by
        AND (changes_at IS NULL OR NEW.added_at < changes_at));
  -- Enough for any form: more is somebody's whole disk.
  SELECT RAISE(ABORT, 'evidence_used_up')
    WHERE (SELECT count(*) FROM application_evidence
      WHERE application_id = NEW.application_id AND removed_at IS NULL) >= 400;
END;
CREATE TRIGGER application_evidence_removal_guard BEFORE UPDATE ON application_evidence
BEGIN
  SELECT RAISE(ABORT, 'version_is_final')
    WHERE OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
      OR (OLD.id, OLD.application_id, OLD.part, OLD.key, OLD.kind, OLD.figure, OLD.subject_id, OLD.title, OLD.digest,
          OLD.file_id, OLD.added_by, OLD.added_at)
        IS NOT (NEW.id, NEW.application_id, NEW.part, NEW.key, NEW.kind, NEW.figure, NEW.subject_id, NEW.title,
          NEW.digest, NEW.file_id, NEW.added_by, NEW.added_at);
  SELECT RAISE(ABORT, 'application_not_open')
    WHERE NOT EXISTS (
      SELECT 1 FROM application_drafts WHERE application_id = NEW.application_id AND person_id = NEW.removed_by
        AND (changes_at IS NULL OR NEW.removed_at < changes_at));
END;
CREATE TRIGGER application_evidence_stays BEFORE DELETE ON application_evidence
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 年度申报通知: from when until when a region takes files. Where there is none, they come at any time.
CREATE TABLE application_rounds (
  id TEXT PRIMARY KEY,
  programme TEXT NOT NULL,
  region_code TEXT NOT NULL CONSTRAINT application_rounds_region CHECK (
    length(region_code) = 6 AND region_code NOT GLOB '*[^0-9]*'),
  opens_at INTEGER NOT NULL,
  closes_at INTEGER NOT NULL,
  document TEXT NOT NULL CONSTRAINT application_rounds_document CHECK (length(document) BETWEEN 4 AND 160),
  set_by TEXT NOT NULL REFERENCES people (id),
  set_at INTEGER NOT NULL,
  CONSTRAINT application_rounds_times CHECK (opens_at < closes_at)
) STRICT;

CREATE INDEX application_rounds_latest ON application_rounds (programme, set_at DESC);

CREATE TRIGGER application_rounds_guard BEFORE INSERT ON application_rounds
BEGIN
  SELECT RAISE(ABORT, 'round_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.set_by AND role = 'reviewer' AND scope_kind = 'region'
        AND scope_id = NEW.region_code AND state = 'active');
END;
CREATE TRIGGER application_rounds_never_change BEFORE UPDATE ON application_rounds
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- The deadline counts when the file arrives, not when its page was drawn. The latest notice over the applicant holds.
CREATE TRIGGER application_decisions_in_time BEFORE INSERT ON application_decisions WHEN NEW.act = 'submission'
BEGIN
  SELECT RAISE(ABORT, 'round_closed')
    FROM applications JOIN application_rounds AS round ON round.id = (
      SELECT id FROM application_rounds AS latest
        WHERE latest.programme = applications.programme AND latest.set_at <= NEW.decided_at
          AND latest.region_code IN (
            substr(applications.region_code, 1, 6), substr(applications.region_code, 1, 4) || '00',
            substr(applications.region_code, 1, 2) || '0000')
        ORDER BY latest.set_at DESC, latest.id DESC LIMIT 1)
    WHERE applications.id = NEW.application_id
      AND (NEW.decided_at < round.opens_at OR NEW.decided_at >= round.closes_at);
END;
