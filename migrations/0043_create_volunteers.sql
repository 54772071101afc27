-- 志愿者登记. One registry for halls and drills: who would help where, what they can do, what they have learned until
-- when, and how long they have served. Everything that somebody leaves behind by leaving is counted hours.

-- A closed list, as data: a row more is a skill more.
CREATE TABLE skills (
  code TEXT PRIMARY KEY CONSTRAINT skills_code CHECK (code <> '' AND code NOT GLOB '*[^a-z_]*'),
  name TEXT NOT NULL CONSTRAINT skills_name CHECK (length(name) BETWEEN 2 AND 20),
  kind TEXT NOT NULL CONSTRAINT skills_kind CHECK (kind IN ('skill', 'language')),
  position INTEGER NOT NULL CONSTRAINT skills_position UNIQUE
) STRICT, WITHOUT ROWID;

INSERT INTO skills (code, name, kind, position) VALUES
  ('guiding', '讲解', 'skill', 1),
  ('first_aid', '急救', 'skill', 2),
  ('evacuation', '疏散引导', 'skill', 3),
  ('counselling', '心理支持', 'skill', 4),
  ('radio', '应急通信', 'skill', 5),
  ('driving', '驾驶', 'skill', 6),
  ('fire_fighting', '初期灭火', 'skill', 7),
  ('logistics', '物资搬运和发放', 'skill', 8),
  ('sign_language', '手语', 'language', 20),
  ('local_dialect', '本地方言', 'language', 21),
  ('english', '英语', 'language', 22),
  ('japanese', '日语', 'language', 23),
  ('korean', '韩语', 'language', 24);

-- 网格: what a community divides itself into. Kept by the community's officer, or by whoever verifies organisations there.
CREATE TABLE grid_cells (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  name TEXT NOT NULL CONSTRAINT grid_cells_name CHECK (length(name) BETWEEN 2 AND 20),
  added_by TEXT NOT NULL REFERENCES people (id),
  added_at INTEGER NOT NULL,
  CONSTRAINT grid_cells_one_name UNIQUE (organisation_id, name)
) STRICT;

CREATE TRIGGER grid_cells_guard BEFORE INSERT ON grid_cells
BEGIN
  SELECT RAISE(ABORT, 'community_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisations
        JOIN role_grants ON role_grants.state = 'active' AND role_grants.person_id = NEW.added_by
      WHERE organisations.id = NEW.organisation_id AND kind = 'committee' AND organisations.state = 'verified'
        AND ((role = 'community_officer' AND scope_id = organisations.id)
          OR (role = 'reviewer' AND length(scope_id) IN (6, 9) AND substr(scope_id, 5, 2) <> '00'
            AND substr(region_code, 1, length(scope_id)) = scope_id)));
  -- A community of a few thousand households has a dozen.
  SELECT RAISE(ABORT, 'grid_cells_used_up')
    WHERE (SELECT count(*) FROM grid_cells WHERE organisation_id = NEW.organisation_id) >= 60;
END;

CREATE TABLE volunteers (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  -- County (6 digits), or the street (9) or community (12) of the committee below.
  region_code TEXT NOT NULL CONSTRAINT volunteers_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*' AND substr(region_code, 5, 2) <> '00'),
  -- The verified committee of their community, where there is one.
  organisation_id TEXT REFERENCES organisations (id),
  grid_cell_id TEXT REFERENCES grid_cells (id),
  -- The hall where they would guide.
  hall_slug TEXT REFERENCES halls (slug),
  -- Under the person's data key; gone when they leave.
  name_cipher BLOB NOT NULL,
  registered_at INTEGER NOT NULL,
  -- Follows from the rows below.
  state TEXT NOT NULL DEFAULT 'asked'
    CONSTRAINT volunteers_state CHECK (state IN ('asked', 'confirmed', 'refused', 'left')),
  CONSTRAINT volunteers_grid_cell CHECK (grid_cell_id IS NULL OR organisation_id IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX volunteers_one_active ON volunteers (person_id) WHERE state IN ('asked', 'confirmed');
CREATE INDEX volunteers_by_person ON volunteers (person_id, id);
CREATE INDEX volunteers_by_region ON volunteers (region_code, state, id);
CREATE INDEX volunteers_by_community ON volunteers (organisation_id, state, grid_cell_id);
CREATE INDEX volunteers_by_hall ON volunteers (hall_slug, state, id);

CREATE TRIGGER volunteers_guard BEFORE INSERT ON volunteers
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'volunteer_starts_asked') WHERE NEW.state <> 'asked';
  SELECT RAISE(ABORT, 'community_unknown')
    WHERE NEW.organisation_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM organisations WHERE id = NEW.organisation_id AND kind = 'committee' AND state = 'verified'
        AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'grid_cell_unknown')
    WHERE NEW.grid_cell_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM grid_cells WHERE id = NEW.grid_cell_id AND organisation_id = NEW.organisation_id);
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NEW.hall_slug IS NOT NULL AND NOT EXISTS (SELECT 1 FROM halls WHERE slug = NEW.hall_slug);
  -- Five in a month that came to nothing: more is somebody trying things out.
  SELECT RAISE(ABORT, 'registrations_used_up')
    WHERE (SELECT count(*) FROM volunteers WHERE person_id = NEW.person_id AND state IN ('refused', 'left')
      AND registered_at > NEW.registered_at - 2592000000) >= 5;
END;

CREATE TRIGGER volunteers_place_guard BEFORE UPDATE OF region_code, organisation_id, grid_cell_id, hall_slug ON volunteers
BEGIN
  SELECT RAISE(ABORT, 'community_unknown')
    WHERE NEW.organisation_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM organisations WHERE id = NEW.organisation_id AND kind = 'committee' AND state = 'verified'
        AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'grid_cell_unknown')
    WHERE NEW.grid_cell_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM grid_cells WHERE id = NEW.grid_cell_id AND organisation_id = NEW.organisation_id);
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NEW.hall_slug IS NOT NULL AND NOT EXISTS (SELECT 1 FROM halls WHERE slug = NEW.hall_slug);
END;

-- Confirmed is who somebody of their place knows: whoever moves is confirmed anew there.
CREATE TRIGGER volunteers_moved AFTER UPDATE OF region_code, organisation_id, hall_slug ON volunteers
WHEN OLD.state = 'confirmed' AND (NEW.region_code <> OLD.region_code OR NEW.organisation_id IS NOT OLD.organisation_id
  OR (NEW.hall_slug IS NOT NULL AND NEW.hall_slug IS NOT OLD.hall_slug))
BEGIN
  UPDATE volunteers SET state = 'asked' WHERE id = NEW.id;
END;

CREATE TABLE volunteer_skills (
  volunteer_id TEXT NOT NULL REFERENCES volunteers (id),
  skill_code TEXT NOT NULL REFERENCES skills (code),
  PRIMARY KEY (volunteer_id, skill_code)
) STRICT, WITHOUT ROWID;

CREATE INDEX volunteer_skills_by_skill ON volunteer_skills (skill_code, volunteer_id);

CREATE TRIGGER volunteer_skills_guard BEFORE INSERT ON volunteer_skills
BEGIN
  SELECT RAISE(ABORT, 'skill_unknown') WHERE NOT EXISTS (SELECT 1 FROM skills WHERE code = NEW.skill_code);
END;

-- What they agreed to be asked for. Taking one back deletes its row; the audit log says when.
CREATE TABLE volunteer_consents (
  volunteer_id TEXT NOT NULL REFERENCES volunteers (id),
  purpose TEXT NOT NULL CONSTRAINT volunteer_consents_purpose CHECK (purpose IN ('guiding', 'drills', 'call_out')),
  given_at INTEGER NOT NULL,
  PRIMARY KEY (volunteer_id, purpose)
) STRICT, WITHOUT ROWID;

-- Puts one's own entry right. First in its batch, so that what follows changes nobody else's.
CREATE TABLE volunteer_revisions (
  id TEXT PRIMARY KEY,
  volunteer_id TEXT NOT NULL REFERENCES volunteers (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  revised_at INTEGER NOT NULL
) STRICT;

CREATE INDEX volunteer_revisions_by_volunteer ON volunteer_revisions (volunteer_id, revised_at);

CREATE TRIGGER volunteer_revisions_guard BEFORE INSERT ON volunteer_revisions
BEGIN
  SELECT RAISE(ABORT, 'volunteer_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM volunteers
      WHERE id = NEW.volunteer_id AND person_id = NEW.person_id AND state IN ('asked', 'confirmed'));
  SELECT RAISE(ABORT, 'revisions_used_up')
    WHERE (SELECT count(*) FROM volunteer_revisions
      WHERE volunteer_id = NEW.volunteer_id AND revised_at > NEW.revised_at - 86400000) >= 20;
END;

-- Who looks after an entry: the officer of its county or street, of its community, the manager of its hall.
CREATE VIEW volunteer_officers AS
  SELECT volunteers.id AS volunteer_id, role_grants.person_id AS officer_id
  FROM volunteers JOIN role_grants ON role_grants.state = 'active' AND role_grants.person_id <> volunteers.person_id
    AND ((role = 'reviewer' AND length(scope_id) IN (6, 9) AND substr(scope_id, 5, 2) <> '00'
        AND substr(region_code, 1, length(scope_id)) = scope_id)
      OR (role = 'community_officer' AND scope_id = organisation_id)
      OR (role = 'hall_manager' AND scope_id = hall_slug));

CREATE TABLE volunteer_decisions (
  id TEXT PRIMARY KEY,
  volunteer_id TEXT NOT NULL REFERENCES volunteers (id),
  decision TEXT NOT NULL CONSTRAINT volunteer_decisions_decision CHECK (decision IN ('confirmed', 'refused')),
  -- Told to the volunteer.
  reason TEXT NOT NULL CONSTRAINT volunteer_decisions_reason CHECK (length(reason) <= 100),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  CONSTRAINT volunteer_refusal_has_reason CHECK (decision = 'confirmed' OR length(reason) >= 2)
) STRICT;

CREATE INDEX volunteer_decisions_by_volunteer ON volunteer_decisions (volunteer_id, id);

CREATE TRIGGER volunteer_decisions_guard BEFORE INSERT ON volunteer_decisions
BEGIN
  SELECT RAISE(ABORT, 'volunteer_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM volunteer_officers
      WHERE volunteer_id = NEW.volunteer_id AND officer_id = NEW.decided_by);
  SELECT RAISE(ABORT, 'volunteer_already_decided')
    FROM volunteers WHERE id = NEW.volunteer_id AND state <> 'asked';
  UPDATE volunteers SET state = NEW.decision WHERE id = NEW.volunteer_id;
END;

-- 退出, at any time and without a reason.
CREATE TABLE volunteer_departures (
  volunteer_id TEXT PRIMARY KEY REFERENCES volunteers (id),
  departed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER volunteer_departures_guard BEFORE INSERT ON volunteer_departures
BEGIN
  SELECT RAISE(ABORT, 'volunteer_already_left')
    WHERE NOT EXISTS (SELECT 1 FROM volunteers WHERE id = NEW.volunteer_id AND state IN ('asked', 'confirmed'));
  UPDATE volunteers SET state = 'left', name_cipher = x'' WHERE id = NEW.volunteer_id;
  DELETE FROM volunteer_skills WHERE volunteer_id = NEW.volunteer_id;
  DELETE FROM volunteer_consents WHERE volunteer_id = NEW.volunteer_id;
END;

-- Refused is over as well: what was told for it is not kept.
CREATE TRIGGER volunteers_refused AFTER UPDATE OF state ON volunteers
WHEN NEW.state = 'refused'
BEGIN
  UPDATE volunteers SET name_cipher = x'' WHERE id = NEW.id;
  DELETE FROM volunteer_skills WHERE volunteer_id = NEW.id;
  DELETE FROM volunteer_consents WHERE volunteer_id = NEW.id;
END;

CREATE TRIGGER account_erasures_volunteers AFTER INSERT ON account_erasures
BEGIN
  INSERT INTO volunteer_departures (volunteer_id, departed_at)
    SELECT id, NEW.erased_at FROM volunteers WHERE person_id = NEW.person_id AND state IN ('asked', 'confirmed');
END;

-- 培训: what somebody has learned, and until when it holds.
CREATE TABLE volunteer_trainings (
  id TEXT PRIMARY KEY,
  volunteer_id TEXT NOT NULL REFERENCES volunteers (id),
  skill_code TEXT NOT NULL REFERENCES skills (code),
  -- 红十字救护员证: the name of a course or a certificate, no number of anybody's.
  name TEXT NOT NULL CONSTRAINT volunteer_trainings_name CHECK (length(name) BETWEEN 2 AND 40),
  held_on TEXT NOT NULL,
  -- Null: it holds for good.
  valid_until TEXT CONSTRAINT volunteer_trainings_valid CHECK (valid_until >= held_on),
  recorded_by TEXT NOT NULL REFERENCES people (id),
  recorded_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'recorded'
    CONSTRAINT volunteer_trainings_state CHECK (state IN ('recorded', 'withdrawn'))
) STRICT;

CREATE UNIQUE INDEX volunteer_trainings_once ON volunteer_trainings (volunteer_id, skill_code, name, held_on)
  WHERE state = 'recorded';

CREATE TRIGGER volunteer_trainings_guard BEFORE INSERT ON volunteer_trainings
BEGIN
  SELECT RAISE(ABORT, 'training_starts_recorded') WHERE NEW.state <> 'recorded';
  SELECT RAISE(ABORT, 'volunteer_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM volunteer_officers
      WHERE volunteer_id = NEW.volunteer_id AND officer_id = NEW.recorded_by);
  SELECT RAISE(ABORT, 'volunteer_not_confirmed')
    FROM volunteers WHERE id = NEW.volunteer_id AND state <> 'confirmed';
  SELECT RAISE(ABORT, 'skill_unknown') WHERE NOT EXISTS (SELECT 1 FROM skills WHERE code = NEW.skill_code);
  SELECT RAISE(ABORT, 'training_not_held_yet')
    WHERE NEW.held_on > date(NEW.recorded_at / 1000 + 28800, 'unixepoch');
END;

-- A slip of whoever recorded it.
CREATE TABLE training_withdrawals (
  training_id TEXT PRIMARY KEY REFERENCES volunteer_trainings (id),
  withdrawn_by TEXT NOT NULL REFERENCES people (id),
  withdrawn_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER training_withdrawals_guard BEFORE INSERT ON training_withdrawals
BEGIN
  SELECT RAISE(ABORT, 'training_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM volunteer_trainings JOIN volunteer_officers USING (volunteer_id)
      WHERE volunteer_trainings.id = NEW.training_id AND officer_id = NEW.withdrawn_by);
  SELECT RAISE(ABORT, 'training_already_withdrawn')
    FROM volunteer_trainings WHERE id = NEW.training_id AND state <> 'recorded';
  UPDATE volunteer_trainings SET state = 'withdrawn' WHERE id = NEW.training_id;
END;

-- 服务时长, one row a service. Written by what noted that they were there, never by hand.
CREATE TABLE volunteer_hours (
  volunteer_id TEXT NOT NULL REFERENCES volunteers (id),
  activity TEXT NOT NULL CONSTRAINT volunteer_hours_activity CHECK (activity IN ('guiding', 'drill')),
  -- The duty or the drill.
  subject_id TEXT NOT NULL,
  minutes INTEGER NOT NULL CONSTRAINT volunteer_hours_minutes CHECK (minutes BETWEEN 1 AND 1440),
  served_on TEXT NOT NULL,
  PRIMARY KEY (volunteer_id, activity, subject_id)
) STRICT, WITHOUT ROWID;

-- 可以召集的志愿者: skills × place × consent, with the day until which each skill is proved (null: never or no proof).
CREATE VIEW volunteer_pool AS
  SELECT volunteers.id AS volunteer_id, person_id, region_code, organisation_id, grid_cell_id, hall_slug, skill_code,
    purpose,
    (SELECT max(coalesce(valid_until, '9999-12-31')) FROM volunteer_trainings
      WHERE volunteer_trainings.volunteer_id = volunteers.id AND volunteer_trainings.state = 'recorded'
        AND volunteer_trainings.skill_code = volunteer_skills.skill_code) AS trained_until
  FROM volunteers
    JOIN volunteer_skills ON volunteer_skills.volunteer_id = volunteers.id
    JOIN volunteer_consents ON volunteer_consents.volunteer_id = volunteers.id
  WHERE volunteers.state = 'confirmed';
