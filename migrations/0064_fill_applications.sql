-- 填写申报: the files that come as evidence, stamped forms, and what of them outlives an account.

-- 佐证材料: scans, tables and short films. Kept as long as a title can be asked about.
INSERT INTO file_purposes VALUES ('application_evidence', 'application', 400, 104857600, 200, 2147483648, 3650);
-- 盖章扫描件: a few pages for each level.
INSERT INTO file_purposes VALUES ('stamped_form', 'application', 40, 20971520, 40, 209715200, 3650);

-- Who may put a stamped form to a file, and for which level: its applicant, and the officers over it once it was handed in.
CREATE VIEW application_stampers AS
  SELECT applications.id AS application_id, application_writers.person_id, 'applicant' AS level
    FROM applications JOIN application_writers
      ON application_writers.organisation_id = applications.organisation_id
      OR (applications.organisation_id IS NULL AND application_writers.region_code = applications.region_code)
  UNION ALL
  SELECT applications.id, role_grants.person_id, offices.level
    FROM applications
    JOIN (SELECT 'town' AS level UNION ALL SELECT 'county' UNION ALL SELECT 'city' UNION ALL SELECT 'province') AS offices
    JOIN role_grants ON role_grants.role = 'reviewer' AND role_grants.scope_kind = 'region' AND role_grants.state = 'active'
    WHERE EXISTS (
        SELECT 1 FROM application_decisions WHERE application_id = applications.id AND act = 'submission')
      AND CASE offices.level
        WHEN 'town' THEN substr(applications.region_code, 1, 9)
        WHEN 'county' THEN substr(applications.region_code, 1, 6)
        WHEN 'city' THEN substr(applications.region_code, 1, 4) || '00'
        WHEN 'province' THEN substr(applications.region_code, 1, 2) || '0000' END
      IN (
        SELECT role_grants.scope_id
        UNION SELECT region_code FROM office_scopes WHERE office_scopes.scope_id = role_grants.scope_id);

-- The form as it went round on paper, with the stamp of one level.
CREATE TABLE application_stamps (
  file_id TEXT PRIMARY KEY REFERENCES files (id),
  application_id TEXT NOT NULL REFERENCES applications (id),
  level TEXT NOT NULL CONSTRAINT application_stamps_level CHECK (level IN (
    'applicant', 'town', 'county', 'city', 'province')),
  added_by TEXT NOT NULL REFERENCES people (id),
  added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX application_stamps_by_application ON application_stamps (application_id, added_at);

CREATE TRIGGER application_stamps_guard BEFORE INSERT ON application_stamps
BEGIN
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM application_stampers
        WHERE application_id = NEW.application_id AND person_id = NEW.added_by AND level = NEW.level);
  SELECT RAISE(ABORT, 'file_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM file_links JOIN files ON files.id = file_links.file_id
        WHERE file_links.file_id = NEW.file_id AND file_links.subject_kind = 'application'
          AND file_links.subject_id = NEW.application_id AND files.purpose = 'stamped_form');
END;
CREATE TRIGGER application_stamps_never_change BEFORE UPDATE ON application_stamps
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER application_stamps_stay BEFORE DELETE ON application_stamps
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TRIGGER file_links_of_applications BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'application'
BEGIN
  SELECT RAISE(ABORT, 'application_not_open')
    FROM files WHERE id = NEW.file_id AND purpose = 'application_evidence' AND NOT EXISTS (
      SELECT 1 FROM application_drafts WHERE application_id = NEW.subject_id AND person_id = NEW.linked_by
        AND (changes_at IS NULL OR NEW.linked_at < changes_at));
  SELECT RAISE(ABORT, 'application_not_yours')
    FROM files WHERE id = NEW.file_id AND purpose = 'stamped_form' AND NOT EXISTS (
      SELECT 1 FROM application_stampers WHERE application_id = NEW.subject_id AND person_id = NEW.linked_by);
END;

CREATE TRIGGER application_evidence_of_files BEFORE INSERT ON application_evidence
WHEN NEW.kind = 'file' OR NEW.file_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'file_unknown')
    WHERE NEW.file_id IS NULL OR NEW.subject_id <> NEW.file_id OR NOT EXISTS (
      SELECT 1 FROM file_links JOIN files ON files.id = file_links.file_id
        WHERE file_links.file_id = NEW.file_id AND file_links.subject_kind = 'application'
          AND file_links.subject_id = NEW.application_id AND files.purpose = 'application_evidence'
          AND files.state <> 'infected');
  -- The same bytes lie once in one application, however many entries they serve.
  SELECT RAISE(ABORT, 'evidence_same_bytes')
    FROM application_evidence AS other JOIN files ON files.id = other.file_id
    WHERE other.application_id = NEW.application_id AND other.digest = NEW.digest
      AND other.file_id <> NEW.file_id AND files.state NOT IN ('removed', 'infected');
END;

-- What the site holds already is the applicant's own.
CREATE TRIGGER application_evidence_of_the_site BEFORE INSERT ON application_evidence
WHEN NEW.kind <> 'file' AND NEW.file_id IS NULL
BEGIN
  SELECT RAISE(ABORT, 'evidence_unknown')
    FROM applications WHERE id = NEW.application_id AND NOT (
      CASE WHEN NEW.kind = 'drill_record' THEN
        EXISTS (
          SELECT 1 FROM drill_records WHERE id = NEW.subject_id
            AND drill_records.organisation_id IS applications.organisation_id
            AND (applications.organisation_id IS NOT NULL OR drill_records.region_code = applications.region_code))
        OR EXISTS (
          SELECT 1 FROM drills JOIN drill_report_releases ON drill_report_releases.drill_id = drills.id
            WHERE drills.id = NEW.subject_id AND drills.organisation_id IS applications.organisation_id
              AND (applications.organisation_id IS NOT NULL OR drills.region_code = applications.region_code))
      -- Of a region: what the communities within it hold.
      ELSE NEW.subject_id = coalesce(applications.organisation_id, applications.region_code)
        OR (applications.organisation_id IS NULL AND EXISTS (
          SELECT 1 FROM organisations WHERE organisations.id = NEW.subject_id AND organisations.kind = 'committee'
            AND organisations.region_code GLOB CASE WHEN applications.region_code GLOB '????00'
              THEN substr(applications.region_code, 1, 4) ELSE applications.region_code END || '*'))
      END);
END;

-- Whoever hands in has seen everything that goes with it: nobody has written or added anything since.
CREATE TRIGGER application_decisions_of_drafts BEFORE INSERT ON application_decisions
WHEN NEW.act IN ('submission', 'correction') AND json_extract(NEW.content, '$.versions') IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'draft_overtaken')
    WHERE json_extract(NEW.content, '$.versions') <> (
        SELECT count(*) FROM application_entries WHERE application_id = NEW.application_id)
      OR json_extract(NEW.content, '$.pieces') <> (
        SELECT count(*) FROM application_evidence WHERE application_id = NEW.application_id AND removed_at IS NULL);
END;

-- Nothing that somebody sent outlives their account, but for what belongs to an application that was handed in: that is
-- the file of an organisation or an office. The name that its sender gave it goes all the same.
DROP TRIGGER account_erasures_files;
CREATE TRIGGER account_erasures_files AFTER INSERT ON account_erasures
BEGIN
  INSERT INTO file_removals (file_id, reason, removed_at)
    SELECT id, 'account_erased', NEW.erased_at FROM files
      WHERE owner_id = NEW.person_id AND state <> 'removed' AND NOT EXISTS (
        SELECT 1 FROM file_links JOIN application_decisions ON application_decisions.application_id = file_links.subject_id
          WHERE file_links.file_id = files.id AND file_links.subject_kind = 'application'
            AND application_decisions.act = 'submission');
  UPDATE files SET name_cipher = x'' WHERE owner_id = NEW.person_id AND state <> 'removed';
END;
