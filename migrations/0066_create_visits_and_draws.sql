-- 现场核查, 抽查, 公示和命名: what offices do outside a file's own pages, and what the public sees of it.

-- 公示: what the public may object to now, and what it could before.
CREATE INDEX application_decisions_by_notice ON application_decisions (notice_until, application_id)
  WHERE act = 'notice';

-- Namings that follow from an application stand beside those that were brought in; a city can be named too, and a naming
-- can be revoked. A CHECK cannot be widened in place.
CREATE TABLE namings_next (
  id TEXT PRIMARY KEY,
  level TEXT NOT NULL CONSTRAINT namings_level CHECK (level IN ('national', 'province', 'city', 'county')),
  -- 社区（村）, 乡镇（街道）, 县（市、区）, 设区的市
  unit TEXT NOT NULL CONSTRAINT namings_unit CHECK (unit IN ('community', 'town', 'county', 'city')),
  name TEXT NOT NULL CONSTRAINT namings_name CHECK (length(name) BETWEEN 2 AND 60),
  -- The county, or the town or community itself where its code is known; of a city its own.
  region_code TEXT NOT NULL CONSTRAINT namings_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*'
    AND (substr(region_code, 5, 2) = '00') = (unit = 'city')
    AND (unit <> 'city' OR (length(region_code) = 6 AND substr(region_code, 3) <> '0000'))),
  named_by TEXT NOT NULL CONSTRAINT namings_named_by CHECK (length(named_by) BETWEEN 2 AND 120),
  document_title TEXT NOT NULL CONSTRAINT namings_document CHECK (length(document_title) BETWEEN 4 AND 120),
  -- Empty where the document has none.
  document_number TEXT NOT NULL CONSTRAINT namings_number CHECK (length(document_number) <= 40),
  -- A day of the calendar in China.
  named_on TEXT NOT NULL CONSTRAINT namings_day CHECK (named_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- Where it comes from: a file that was brought in, or an application decided on this site.
  import_id TEXT REFERENCES imports (id),
  application_id TEXT REFERENCES applications (id),
  listed_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'listed' CONSTRAINT namings_state CHECK (state IN ('listed', 'removed', 'revoked')),
  revoked_on TEXT,
  CONSTRAINT namings_origin CHECK ((import_id IS NULL) <> (application_id IS NULL)),
  CONSTRAINT namings_revoked CHECK ((state = 'revoked') = (revoked_on IS NOT NULL))
) STRICT;

INSERT INTO namings_next
  SELECT id, level, unit, name, region_code, named_by, document_title, document_number, named_on, import_id, NULL,
    listed_at, state, NULL FROM namings;
CREATE TABLE naming_removals_kept AS SELECT naming_id, reason, removed_by, removed_at FROM naming_removals;
DROP TABLE naming_removals;
DROP TABLE namings;
ALTER TABLE namings_next RENAME TO namings;

CREATE UNIQUE INDEX namings_once ON namings (level, unit, region_code, name, named_on) WHERE state = 'listed';
CREATE UNIQUE INDEX namings_of_application ON namings (application_id) WHERE application_id IS NOT NULL;
-- The directory: newest naming first, in parts.
CREATE INDEX namings_by_day ON namings (named_on DESC, id DESC) WHERE state = 'listed';
CREATE INDEX namings_revoked_by_day ON namings (named_on DESC, id DESC) WHERE state = 'revoked';

CREATE TABLE naming_removals (
  naming_id TEXT PRIMARY KEY REFERENCES namings (id),
  reason TEXT NOT NULL CONSTRAINT naming_removals_reason CHECK (length(reason) BETWEEN 2 AND 200),
  removed_by TEXT NOT NULL REFERENCES people (id),
  removed_at INTEGER NOT NULL
) STRICT;
INSERT INTO naming_removals SELECT naming_id, reason, removed_by, removed_at FROM naming_removals_kept;
DROP TABLE naming_removals_kept;

CREATE TRIGGER namings_guard BEFORE INSERT ON namings
BEGIN
  SELECT RAISE(ABORT, 'region_elsewhere')
    WHERE NEW.import_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM imports WHERE id = NEW.import_id AND kind = 'namings'
        AND substr(NEW.region_code, 1, CASE WHEN substr(scope_id, 3) = '0000' THEN 2 WHEN substr(scope_id, 5) = '00' THEN 4 ELSE 6 END)
          = substr(scope_id, 1, CASE WHEN substr(scope_id, 3) = '0000' THEN 2 WHEN substr(scope_id, 5) = '00' THEN 4 ELSE 6 END));
  SELECT RAISE(ABORT, 'named_later') WHERE NEW.named_on > date(NEW.listed_at / 1000, 'unixepoch', '+8 hours');
  -- Word for word what was decided, of whom it was decided.
  SELECT RAISE(ABORT, 'naming_unfounded')
    WHERE NEW.application_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM applications JOIN application_decisions ON application_decisions.application_id = applications.id
          AND application_decisions.position = applications.decisions
        WHERE applications.id = NEW.application_id AND application_decisions.act = 'naming'
          AND applications.name = NEW.name AND applications.region_code = NEW.region_code
          AND json_extract(application_decisions.content, '$.documentTitle') = NEW.document_title
          AND json_extract(application_decisions.content, '$.namedOn') = NEW.named_on);
  SELECT RAISE(ABORT, 'naming_starts_listed') WHERE NEW.state <> 'listed';
END;

CREATE TRIGGER namings_change BEFORE UPDATE ON namings
BEGIN
  SELECT RAISE(ABORT, 'version_is_final')
    WHERE OLD.state <> 'listed' OR NEW.state = 'listed'
      OR (OLD.id, OLD.level, OLD.unit, OLD.name, OLD.region_code, OLD.named_by, OLD.document_title, OLD.document_number,
          OLD.named_on, OLD.import_id, OLD.application_id, OLD.listed_at)
        IS NOT (NEW.id, NEW.level, NEW.unit, NEW.name, NEW.region_code, NEW.named_by, NEW.document_title,
          NEW.document_number, NEW.named_on, NEW.import_id, NEW.application_id, NEW.listed_at);
END;

CREATE TRIGGER naming_removals_guard BEFORE INSERT ON naming_removals
BEGIN
  SELECT RAISE(ABORT, 'naming_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM namings JOIN role_grants ON role_grants.person_id = NEW.removed_by
          AND role_grants.role = 'reviewer' AND role_grants.state = 'active' AND role_grants.scope_kind = 'region'
          AND length(role_grants.scope_id) = 6
          AND substr(namings.region_code, 1, CASE WHEN substr(role_grants.scope_id, 3) = '0000' THEN 2 WHEN substr(role_grants.scope_id, 5) = '00' THEN 4 ELSE 6 END)
            = substr(role_grants.scope_id, 1, CASE WHEN substr(role_grants.scope_id, 3) = '0000' THEN 2 WHEN substr(role_grants.scope_id, 5) = '00' THEN 4 ELSE 6 END)
        WHERE namings.id = NEW.naming_id);
  -- What was decided here is no slip of an import: it ends by a decision.
  SELECT RAISE(ABORT, 'naming_by_decision')
    FROM namings WHERE id = NEW.naming_id AND (application_id IS NOT NULL OR state = 'revoked');
END;

CREATE TRIGGER naming_removals_take_effect AFTER INSERT ON naming_removals
BEGIN
  UPDATE namings SET state = 'removed' WHERE id = NEW.naming_id;
END;

-- The directory follows the decision, whoever takes it.
CREATE TRIGGER application_decisions_revoke AFTER INSERT ON application_decisions WHEN NEW.act = 'revocation'
BEGIN
  UPDATE namings SET state = 'revoked', revoked_on = date(NEW.decided_at / 1000, 'unixepoch', '+8 hours')
    WHERE application_id = NEW.application_id AND state = 'listed';
END;

-- 抽查: a public number is named first, then the list of files is frozen, then the number comes, and it says which.
CREATE TABLE sampling_draws (
  id TEXT PRIMARY KEY,
  programme TEXT NOT NULL,
  version TEXT NOT NULL,
  step TEXT NOT NULL,
  region_code TEXT NOT NULL CONSTRAINT sampling_draws_region CHECK (
    length(region_code) IN (6, 9) AND region_code NOT GLOB '*[^0-9]*'),
  percent INTEGER NOT NULL CONSTRAINT sampling_draws_percent CHECK (percent BETWEEN 1 AND 99),
  -- Which number, so that there is no choice left; and where anybody reads it.
  number_words TEXT NOT NULL CONSTRAINT sampling_draws_number CHECK (length(number_words) BETWEEN 8 AND 120),
  number_source TEXT NOT NULL CONSTRAINT sampling_draws_source CHECK (length(number_source) BETWEEN 4 AND 200),
  number_on TEXT NOT NULL CONSTRAINT sampling_draws_day CHECK (number_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  number_digits INTEGER NOT NULL CONSTRAINT sampling_draws_digits CHECK (number_digits BETWEEN 2 AND 40),
  named_by TEXT NOT NULL REFERENCES people (id),
  named_at INTEGER NOT NULL,
  -- Follows from the rows below.
  state TEXT NOT NULL DEFAULT 'named' CONSTRAINT sampling_draws_state CHECK (state IN (
    'named', 'frozen', 'drawn', 'dropped')),
  FOREIGN KEY (programme, version) REFERENCES application_programmes (programme, version)
) STRICT;

CREATE UNIQUE INDEX sampling_draws_one_open ON sampling_draws (programme, version, step, region_code)
  WHERE state IN ('named', 'frozen');
CREATE INDEX sampling_draws_by_region ON sampling_draws (region_code, named_at);

CREATE TRIGGER sampling_draws_guard BEFORE INSERT ON sampling_draws
BEGIN
  SELECT RAISE(ABORT, 'draw_not_yours') WHERE NOT EXISTS (
    SELECT 1 FROM office_officers WHERE person_id = NEW.named_by AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'draw_too_late') WHERE NEW.number_on <= date(NEW.named_at / 1000, 'unixepoch', '+8 hours');
  SELECT RAISE(ABORT, 'draw_out_of_order') WHERE NEW.state <> 'named';
END;

-- Only its state changes, and that follows from what was done.
CREATE TRIGGER sampling_draws_change BEFORE UPDATE ON sampling_draws
BEGIN
  SELECT RAISE(ABORT, 'version_is_final')
    WHERE (OLD.id, OLD.programme, OLD.version, OLD.step, OLD.region_code, OLD.percent, OLD.number_words,
        OLD.number_source, OLD.number_on, OLD.number_digits, OLD.named_by, OLD.named_at)
      IS NOT (NEW.id, NEW.programme, NEW.version, NEW.step, NEW.region_code, NEW.percent, NEW.number_words,
        NEW.number_source, NEW.number_on, NEW.number_digits, NEW.named_by, NEW.named_at);
  SELECT RAISE(ABORT, 'draw_out_of_order')
    WHERE NEW.state <> CASE
      WHEN EXISTS (SELECT 1 FROM draw_drops WHERE draw_id = NEW.id) THEN 'dropped'
      WHEN EXISTS (SELECT 1 FROM draw_results WHERE draw_id = NEW.id) THEN 'drawn'
      WHEN EXISTS (SELECT 1 FROM draw_freezes WHERE draw_id = NEW.id) THEN 'frozen'
      ELSE 'named' END;
END;
CREATE TRIGGER sampling_draws_stay BEFORE DELETE ON sampling_draws
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- A line of the list. Its code is drawn for it alone: the code that a file is followed by is not made public.
CREATE TABLE draw_files (
  draw_id TEXT NOT NULL REFERENCES sampling_draws (id),
  code TEXT NOT NULL CONSTRAINT draw_files_code CHECK (length(code) = 10 AND code NOT GLOB '*[^0-9A-Z]*'),
  application_id TEXT NOT NULL REFERENCES applications (id),
  PRIMARY KEY (draw_id, code)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX draw_files_once ON draw_files (application_id, draw_id);

-- What waits for a draw: at the step, and not drawn or refused by an earlier list.
CREATE VIEW draw_candidates AS
  SELECT sampling_draws.id AS draw_id, applications.id AS application_id
    FROM sampling_draws JOIN applications ON applications.turn_region = sampling_draws.region_code
      AND applications.programme = sampling_draws.programme AND applications.version = sampling_draws.version
      AND applications.state = 'step:' || sampling_draws.step
    WHERE NOT EXISTS (
        SELECT 1 FROM draw_files JOIN sampling_draws AS other ON other.id = draw_files.draw_id
          WHERE draw_files.application_id = applications.id AND other.id <> sampling_draws.id
            AND other.step = sampling_draws.step AND other.state IN ('frozen', 'drawn'))
      AND NOT EXISTS (
        SELECT 1 FROM application_decisions WHERE application_id = applications.id AND act = 'draw'
          AND from_state = 'step:' || sampling_draws.step);

CREATE TRIGGER draw_files_guard BEFORE INSERT ON draw_files
BEGIN
  SELECT RAISE(ABORT, 'draw_out_of_order')
    WHERE (SELECT state FROM sampling_draws WHERE id = NEW.draw_id) <> 'named';
  SELECT RAISE(ABORT, 'draw_list_changed')
    WHERE NOT EXISTS (
      SELECT 1 FROM draw_candidates WHERE draw_id = NEW.draw_id AND application_id = NEW.application_id);
END;
CREATE TRIGGER draw_files_never_change BEFORE UPDATE ON draw_files
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER draw_files_stay BEFORE DELETE ON draw_files
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TABLE draw_freezes (
  draw_id TEXT PRIMARY KEY REFERENCES sampling_draws (id),
  -- SHA-256 of the list, in hexadecimal.
  list_sha256 TEXT NOT NULL CONSTRAINT draw_freezes_sha256 CHECK (
    length(list_sha256) = 64 AND list_sha256 NOT GLOB '*[^0-9a-f]*'),
  files INTEGER NOT NULL CONSTRAINT draw_freezes_files CHECK (files BETWEEN 1 AND 5000),
  -- How many are drawn.
  size INTEGER NOT NULL,
  frozen_by TEXT NOT NULL REFERENCES people (id),
  frozen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER draw_freezes_guard BEFORE INSERT ON draw_freezes
BEGIN
  SELECT RAISE(ABORT, 'draw_not_yours') WHERE NOT EXISTS (
    SELECT 1 FROM sampling_draws JOIN office_officers USING (region_code)
      WHERE sampling_draws.id = NEW.draw_id AND office_officers.person_id = NEW.frozen_by);
  -- First the number is named, then the list is frozen, and both before the number is there.
  SELECT RAISE(ABORT, 'draw_out_of_order')
    FROM sampling_draws WHERE id = NEW.draw_id AND (state <> 'named' OR NEW.frozen_at <= named_at);
  SELECT RAISE(ABORT, 'draw_too_late')
    FROM sampling_draws WHERE id = NEW.draw_id
      AND date(NEW.frozen_at / 1000, 'unixepoch', '+8 hours') >= number_on;
  -- Nobody is left out, and nobody chooses how many.
  SELECT RAISE(ABORT, 'draw_list_changed')
    WHERE NEW.files <> (SELECT count(*) FROM draw_files WHERE draw_id = NEW.draw_id)
      OR NEW.files <> (SELECT count(*) FROM draw_candidates WHERE draw_id = NEW.draw_id);
  SELECT RAISE(ABORT, 'draw_wrong_size')
    FROM sampling_draws WHERE id = NEW.draw_id AND NEW.size <> (NEW.files * percent + 99) / 100;
END;
CREATE TRIGGER draw_freezes_take_effect AFTER INSERT ON draw_freezes
BEGIN
  UPDATE sampling_draws SET state = 'frozen' WHERE id = NEW.draw_id;
END;
CREATE TRIGGER draw_freezes_never_change BEFORE UPDATE ON draw_freezes
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER draw_freezes_stay BEFORE DELETE ON draw_freezes
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TABLE draw_results (
  draw_id TEXT PRIMARY KEY REFERENCES sampling_draws (id),
  number TEXT NOT NULL CONSTRAINT draw_results_number CHECK (number NOT GLOB '*[^0-9]*'),
  drawn_by TEXT NOT NULL REFERENCES people (id),
  drawn_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER draw_results_guard BEFORE INSERT ON draw_results
BEGIN
  SELECT RAISE(ABORT, 'draw_not_yours') WHERE NOT EXISTS (
    SELECT 1 FROM sampling_draws JOIN office_officers USING (region_code)
      WHERE sampling_draws.id = NEW.draw_id AND office_officers.person_id = NEW.drawn_by);
  SELECT RAISE(ABORT, 'draw_out_of_order') FROM sampling_draws WHERE id = NEW.draw_id AND state <> 'frozen';
  SELECT RAISE(ABORT, 'draw_too_early')
    FROM sampling_draws WHERE id = NEW.draw_id
      AND date(NEW.drawn_at / 1000, 'unixepoch', '+8 hours') < number_on;
  SELECT RAISE(ABORT, 'draw_wrong_number')
    FROM sampling_draws WHERE id = NEW.draw_id AND length(NEW.number) <> number_digits;
END;
CREATE TRIGGER draw_results_take_effect AFTER INSERT ON draw_results
BEGIN
  UPDATE sampling_draws SET state = 'drawn' WHERE id = NEW.draw_id;
END;
CREATE TRIGGER draw_results_never_change BEFORE UPDATE ON draw_results
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER draw_results_stay BEFORE DELETE ON draw_results
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 作废: for a slip, with the reason, before anybody can know the number.
CREATE TABLE draw_drops (
  draw_id TEXT PRIMARY KEY REFERENCES sampling_draws (id),
  reason TEXT NOT NULL CONSTRAINT draw_drops_reason CHECK (length(reason) BETWEEN 2 AND 200),
  dropped_by TEXT NOT NULL REFERENCES people (id),
  dropped_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER draw_drops_guard BEFORE INSERT ON draw_drops
BEGIN
  SELECT RAISE(ABORT, 'draw_not_yours') WHERE NOT EXISTS (
    SELECT 1 FROM sampling_draws JOIN office_officers USING (region_code)
      WHERE sampling_draws.id = NEW.draw_id AND office_officers.person_id = NEW.dropped_by);
  -- A list with its number is never thrown away because of what came out.
  SELECT RAISE(ABORT, 'draw_out_of_order')
    FROM sampling_draws WHERE id = NEW.draw_id AND NOT (state = 'named' OR (
      state = 'frozen' AND date(NEW.dropped_at / 1000, 'unixepoch', '+8 hours') < number_on));
END;
CREATE TRIGGER draw_drops_take_effect AFTER INSERT ON draw_drops
BEGIN
  UPDATE sampling_draws SET state = 'dropped' WHERE id = NEW.draw_id;
END;
CREATE TRIGGER draw_drops_never_change BEFORE UPDATE ON draw_drops
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER draw_drops_stay BEFORE DELETE ON draw_drops
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- A result that names a draw follows from it.
CREATE TRIGGER application_decisions_drawn BEFORE INSERT ON application_decisions
  WHEN NEW.act = 'draw' AND json_extract(NEW.content, '$.drawId') IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'draw_unfounded')
    WHERE NOT EXISTS (
      SELECT 1 FROM draw_files JOIN sampling_draws ON sampling_draws.id = draw_files.draw_id
        WHERE draw_files.draw_id = json_extract(NEW.content, '$.drawId')
          AND draw_files.application_id = NEW.application_id AND sampling_draws.state = 'drawn'
          AND NEW.from_state = 'step:' || sampling_draws.step);
END;

-- 现场核查: one visit to an applicant at a step, planned, noted on phones, concluded.
CREATE TABLE site_visits (
  id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  step TEXT NOT NULL,
  region_code TEXT NOT NULL,
  planned_on TEXT NOT NULL CONSTRAINT site_visits_day CHECK (planned_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- Who comes: offices and how many, no names.
  party TEXT NOT NULL CONSTRAINT site_visits_party CHECK (length(party) BETWEEN 2 AND 120),
  planned_by TEXT NOT NULL REFERENCES people (id),
  planned_at INTEGER NOT NULL,
  -- Done follows from its conclusion.
  state TEXT NOT NULL DEFAULT 'planned' CONSTRAINT site_visits_state CHECK (state IN ('planned', 'done'))
) STRICT;

CREATE UNIQUE INDEX site_visits_once ON site_visits (application_id, step);

CREATE TRIGGER site_visits_guard BEFORE INSERT ON site_visits
BEGIN
  SELECT RAISE(ABORT, 'visit_not_yours') WHERE NOT EXISTS (
    SELECT 1 FROM office_officers WHERE person_id = NEW.planned_by AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'visit_not_now')
    WHERE NEW.state <> 'planned' OR NOT EXISTS (
      SELECT 1 FROM applications WHERE id = NEW.application_id AND state = 'step:' || NEW.step
        AND turn_region = NEW.region_code);
END;

CREATE TRIGGER site_visits_change BEFORE UPDATE ON site_visits
BEGIN
  SELECT RAISE(ABORT, 'version_is_final')
    WHERE OLD.state <> 'planned'
      OR (OLD.id, OLD.application_id, OLD.step, OLD.region_code)
        IS NOT (NEW.id, NEW.application_id, NEW.step, NEW.region_code);
  SELECT RAISE(ABORT, 'visit_not_yours') WHERE NEW.state = 'planned' AND NOT EXISTS (
    SELECT 1 FROM office_officers WHERE person_id = NEW.planned_by AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'visit_not_concluded')
    WHERE NEW.state = 'done' AND NOT EXISTS (SELECT 1 FROM site_visit_conclusions WHERE visit_id = NEW.id);
END;
CREATE TRIGGER site_visits_stay BEFORE DELETE ON site_visits
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- What was seen: facts that are added and never changed, each under an id that the phone drew. The latest of an item holds.
CREATE TABLE site_visit_entries (
  id TEXT PRIMARY KEY CONSTRAINT site_visit_entries_id CHECK (length(id) = 36),
  visit_id TEXT NOT NULL REFERENCES site_visits (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  -- 首次会议, 末次会议, 一项
  kind TEXT NOT NULL CONSTRAINT site_visit_entries_kind CHECK (kind IN ('opening', 'closing', 'check')),
  -- `condition:<key>` or `point:<key>` of the programme; empty for meetings.
  item TEXT NOT NULL CONSTRAINT site_visit_entries_item CHECK (
    (item <> '') = (kind = 'check') AND length(item) <= 60
    AND (item = '' OR item GLOB 'condition:?*' OR item GLOB 'point:?*')),
  answer TEXT CONSTRAINT site_visit_entries_answer CHECK (answer IN ('yes', 'no', 'unseen')),
  note TEXT NOT NULL CONSTRAINT site_visit_entries_note CHECK (length(note) <= 400),
  -- How many were at a meeting.
  present INTEGER CONSTRAINT site_visit_entries_present CHECK (present BETWEEN 1 AND 500),
  -- By the site's clock, worked out from the phone's own, however wrong that was.
  at INTEGER NOT NULL,
  device_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  CONSTRAINT site_visit_entries_order CHECK (at <= received_at),
  CONSTRAINT site_visit_entries_whole CHECK (
    (answer IS NOT NULL) = (kind = 'check') AND (present IS NOT NULL) = (kind <> 'check'))
) STRICT;

CREATE INDEX site_visit_entries_by_visit ON site_visit_entries (visit_id, at, id);
CREATE INDEX site_visit_entries_by_person ON site_visit_entries (person_id);

CREATE TRIGGER site_visit_entries_guard BEFORE INSERT ON site_visit_entries
BEGIN
  SELECT RAISE(ABORT, 'visit_not_yours') WHERE NOT EXISTS (
    SELECT 1 FROM site_visits JOIN office_officers USING (region_code)
      WHERE site_visits.id = NEW.visit_id AND office_officers.person_id = NEW.person_id);
  -- 回避
  SELECT RAISE(ABORT, 'visit_not_yours') WHERE EXISTS (
    SELECT 1 FROM site_visits JOIN application_decisions USING (application_id)
      WHERE site_visits.id = NEW.visit_id AND application_decisions.act = 'recusal'
        AND application_decisions.author_id = NEW.person_id);
  SELECT RAISE(ABORT, 'visit_concluded') FROM site_visits WHERE id = NEW.visit_id AND state <> 'planned';
  -- A program gone wrong must not fill the database.
  SELECT RAISE(ABORT, 'entries_used_up')
    WHERE (SELECT count(*) FROM site_visit_entries WHERE visit_id = NEW.visit_id) >= 3000;
END;
CREATE TRIGGER site_visit_entries_never_change BEFORE UPDATE ON site_visit_entries
BEGIN
  SELECT RAISE(ABORT, 'entry_is_final');
END;
CREATE TRIGGER site_visit_entries_stay BEFORE DELETE ON site_visit_entries
BEGIN
  SELECT RAISE(ABORT, 'entry_is_final');
END;

CREATE TABLE site_visit_conclusions (
  visit_id TEXT PRIMARY KEY REFERENCES site_visits (id),
  application_id TEXT NOT NULL,
  -- Of the record in the file.
  position INTEGER NOT NULL,
  concluded_by TEXT NOT NULL REFERENCES people (id),
  concluded_at INTEGER NOT NULL,
  FOREIGN KEY (application_id, position) REFERENCES application_decisions (application_id, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER site_visit_conclusions_guard BEFORE INSERT ON site_visit_conclusions
BEGIN
  SELECT RAISE(ABORT, 'visit_not_now')
    WHERE NOT EXISTS (
      SELECT 1 FROM site_visits JOIN application_decisions USING (application_id)
        WHERE site_visits.id = NEW.visit_id AND site_visits.state = 'planned'
          AND application_decisions.application_id = NEW.application_id
          AND application_decisions.position = NEW.position AND application_decisions.act = 'visit'
          AND application_decisions.from_state = 'step:' || site_visits.step
          AND json_extract(application_decisions.content, '$.visitId') = NEW.visit_id);
  SELECT RAISE(ABORT, 'visit_without_meetings')
    WHERE (SELECT count(DISTINCT kind) FROM site_visit_entries
      WHERE visit_id = NEW.visit_id AND kind IN ('opening', 'closing')) < 2;
END;
CREATE TRIGGER site_visit_conclusions_take_effect AFTER INSERT ON site_visit_conclusions
BEGIN
  UPDATE site_visits SET state = 'done' WHERE id = NEW.visit_id;
END;
CREATE TRIGGER site_visit_conclusions_never_change BEFORE UPDATE ON site_visit_conclusions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;
CREATE TRIGGER site_visit_conclusions_stay BEFORE DELETE ON site_visit_conclusions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 核查照片: what was there to see. The form asks to leave faces out.
INSERT INTO file_purposes VALUES ('site_visit_photo', 'site_visit', 24, 20971520, 60, 314572800, 3650);

CREATE TRIGGER file_links_site_visit_guard BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'site_visit'
BEGIN
  SELECT RAISE(ABORT, 'visit_not_yours') WHERE NOT EXISTS (
    SELECT 1 FROM site_visits JOIN office_officers USING (region_code)
      WHERE site_visits.id = NEW.subject_id AND office_officers.person_id = NEW.linked_by);
  SELECT RAISE(ABORT, 'visit_concluded') FROM site_visits WHERE id = NEW.subject_id AND state <> 'planned';
END;

-- 核查照片 are an office's record, as evidence is an applicant's: they outlive the account of whoever took them.
DROP TRIGGER account_erasures_files;
CREATE TRIGGER account_erasures_files AFTER INSERT ON account_erasures
BEGIN
  INSERT INTO file_removals (file_id, reason, removed_at)
    SELECT id, 'account_erased', NEW.erased_at FROM files
      WHERE owner_id = NEW.person_id AND state <> 'removed' AND NOT EXISTS (
        SELECT 1 FROM file_links LEFT JOIN application_decisions
            ON file_links.subject_kind = 'application' AND application_decisions.application_id = file_links.subject_id
            AND application_decisions.act = 'submission'
          WHERE file_links.file_id = files.id
            AND (file_links.subject_kind = 'site_visit' OR application_decisions.application_id IS NOT NULL));
  UPDATE files SET name_cipher = x'' WHERE owner_id = NEW.person_id AND state <> 'removed';
END;
