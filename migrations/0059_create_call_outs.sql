-- 集结名单: who of the volunteers of a place is called for help, tonight or in a drill, with names and numbers opened for a
-- reason; whether they can come; reminders to those who organise drills; indexes for the calendar and the numbers.

-- What everybody may know of blind drills: those that are over.
CREATE INDEX drills_blind_over ON drills (starts_at, id) WHERE blind = 1 AND state = 'over';
CREATE INDEX drill_records_by_day ON drill_records (drilled_on, region_code);
CREATE INDEX drill_plan_items_waiting ON drill_plan_items (month, plan_id) WHERE state = 'planned';

CREATE INDEX improvement_items_first_due ON improvement_items (first_due_day, region_code);

-- Who may call volunteers of which places: officers of a county or street, drill organisers of a region.
CREATE VIEW call_out_officers AS
  SELECT person_id, scope_id AS region_code,
    CASE WHEN length(scope_id) = 6 AND substr(scope_id, 3) = '0000' THEN substr(scope_id, 1, 2)
      WHEN length(scope_id) = 6 AND substr(scope_id, 5) = '00' THEN substr(scope_id, 1, 4)
      ELSE scope_id END AS prefix
  FROM role_grants
  WHERE state = 'active' AND scope_kind = 'region'
    AND (role = 'drill_organiser' OR (role = 'reviewer' AND length(scope_id) IN (6, 9) AND substr(scope_id, 5, 2) <> '00'));

-- One list: what was asked for, why, by whom. It is the record of the disclosure.
CREATE TABLE call_outs (
  id TEXT PRIMARY KEY,
  region_code TEXT NOT NULL CONSTRAINT call_outs_region CHECK (
    length(region_code) IN (6, 9) AND region_code NOT GLOB '*[^0-9]*'),
  kind TEXT NOT NULL CONSTRAINT call_outs_kind CHECK (kind IN ('drill', 'real')),
  -- 为什么要用这份名单
  reason TEXT NOT NULL CONSTRAINT call_outs_reason CHECK (length(reason) BETWEEN 2 AND 100),
  skill_code TEXT REFERENCES skills (code),
  organisation_id TEXT REFERENCES organisations (id),
  grid_cell_id TEXT REFERENCES grid_cells (id),
  -- Only whose training for the skill holds on that day.
  trained INTEGER NOT NULL CONSTRAINT call_outs_trained CHECK (trained IN (0, 1)),
  called_by TEXT NOT NULL REFERENCES people (id),
  called_at INTEGER NOT NULL,
  -- These follow from the members; the list goes after a time, the numbers stay.
  how_many INTEGER NOT NULL DEFAULT 0,
  asked_at INTEGER,
  CONSTRAINT training_is_of_a_skill CHECK (trained = 0 OR skill_code IS NOT NULL),
  CONSTRAINT call_outs_how_many CHECK (how_many BETWEEN 0 AND 200)
) STRICT;

CREATE INDEX call_outs_of_person ON call_outs (called_by, called_at);
CREATE INDEX call_outs_by_time ON call_outs (called_at);

CREATE TRIGGER call_outs_guard BEFORE INSERT ON call_outs
BEGIN
  SELECT RAISE(ABORT, 'call_out_starts_empty') WHERE NEW.how_many <> 0 OR NEW.asked_at IS NOT NULL;
  SELECT RAISE(ABORT, 'call_out_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM call_out_officers
      WHERE person_id = NEW.called_by AND substr(NEW.region_code, 1, length(prefix)) = prefix);
  -- 本平台约定: more than anybody needs in a night, and no way to copy a registry.
  SELECT RAISE(ABORT, 'call_outs_used_up')
    WHERE (SELECT count(*) FROM call_outs WHERE called_by = NEW.called_by AND called_at > NEW.called_at - 86400000) >= 20;
END;

CREATE TABLE call_out_members (
  call_out_id TEXT NOT NULL REFERENCES call_outs (id),
  volunteer_id TEXT NOT NULL REFERENCES volunteers (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  -- Follows from the latest answer.
  answer TEXT NOT NULL DEFAULT 'none' CONSTRAINT call_out_members_answer CHECK (answer IN ('none', 'can', 'cannot')),
  PRIMARY KEY (call_out_id, volunteer_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX call_out_members_of_person ON call_out_members (person_id, call_out_id);

-- Only who agreed to be called, of the place, with the skill.
CREATE TRIGGER call_out_members_guard BEFORE INSERT ON call_out_members
BEGIN
  SELECT RAISE(ABORT, 'member_starts_unanswered') WHERE NEW.answer <> 'none';
  SELECT RAISE(ABORT, 'call_out_asked_before') FROM call_outs WHERE id = NEW.call_out_id AND asked_at IS NOT NULL;
  SELECT RAISE(ABORT, 'volunteer_not_called')
    WHERE NOT EXISTS (
      SELECT 1 FROM volunteer_pool JOIN call_outs ON call_outs.id = NEW.call_out_id
        JOIN call_out_officers ON call_out_officers.person_id = call_outs.called_by
      WHERE volunteer_pool.volunteer_id = NEW.volunteer_id AND volunteer_pool.person_id = NEW.person_id
        AND purpose = 'call_out' AND substr(volunteer_pool.region_code, 1, length(prefix)) = prefix
        AND (call_outs.skill_code IS NULL OR volunteer_pool.skill_code = call_outs.skill_code));
END;

CREATE TRIGGER call_out_members_count AFTER INSERT ON call_out_members
BEGIN
  UPDATE call_outs SET how_many = how_many + 1 WHERE id = NEW.call_out_id;
END;

-- 问能不能来: the message to all of a list, once, by whoever made it.
CREATE TABLE call_out_askings (
  call_out_id TEXT PRIMARY KEY REFERENCES call_outs (id),
  -- 到哪里: told to everybody.
  place TEXT NOT NULL CONSTRAINT call_out_askings_place CHECK (length(place) BETWEEN 2 AND 30),
  asked_by TEXT NOT NULL REFERENCES people (id),
  asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER call_out_askings_guard BEFORE INSERT ON call_out_askings
BEGIN
  SELECT RAISE(ABORT, 'call_out_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM call_outs JOIN call_out_officers ON call_out_officers.person_id = call_outs.called_by
        AND substr(call_outs.region_code, 1, length(prefix)) = prefix
      WHERE id = NEW.call_out_id AND called_by = NEW.asked_by);
  SELECT RAISE(ABORT, 'call_out_asked_before') FROM call_outs WHERE id = NEW.call_out_id AND asked_at IS NOT NULL;
  SELECT RAISE(ABORT, 'call_out_over')
    FROM call_outs WHERE id = NEW.call_out_id AND (NEW.asked_at > called_at + 43200000 OR how_many = 0);
END;

CREATE TRIGGER call_out_askings_take_effect AFTER INSERT ON call_out_askings
BEGIN
  UPDATE call_outs SET asked_at = NEW.asked_at WHERE id = NEW.call_out_id;
END;

-- 能来, 不能来: the latest counts.
CREATE TABLE call_out_answers (
  id TEXT PRIMARY KEY,
  call_out_id TEXT NOT NULL REFERENCES call_outs (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  answer TEXT NOT NULL CONSTRAINT call_out_answers_answer CHECK (answer IN ('can', 'cannot')),
  answered_at INTEGER NOT NULL
) STRICT;

CREATE INDEX call_out_answers_of_person ON call_out_answers (person_id, call_out_id);
CREATE INDEX call_out_answers_of_call ON call_out_answers (call_out_id);

CREATE TRIGGER call_out_answers_guard BEFORE INSERT ON call_out_answers
BEGIN
  SELECT RAISE(ABORT, 'call_out_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM call_out_members JOIN call_outs ON call_outs.id = call_out_members.call_out_id
      WHERE call_out_id = NEW.call_out_id AND call_out_members.person_id = NEW.person_id AND asked_at IS NOT NULL);
  SELECT RAISE(ABORT, 'call_out_over')
    FROM call_outs WHERE id = NEW.call_out_id AND NEW.answered_at > asked_at + 86400000;
  SELECT RAISE(ABORT, 'answers_used_up')
    WHERE (SELECT count(*) FROM call_out_answers WHERE call_out_id = NEW.call_out_id AND person_id = NEW.person_id) >= 10;
END;

CREATE TRIGGER call_out_answers_take_effect AFTER INSERT ON call_out_answers
BEGIN
  UPDATE call_out_members SET answer = NEW.answer
    WHERE call_out_id = NEW.call_out_id AND person_id = NEW.person_id;
END;

-- Whoever leaves the registry is on no list any more.
CREATE TRIGGER volunteer_departures_call_outs AFTER INSERT ON volunteer_departures
BEGIN
  DELETE FROM call_out_answers WHERE person_id = (SELECT person_id FROM volunteers WHERE id = NEW.volunteer_id);
  DELETE FROM call_out_members WHERE volunteer_id = NEW.volunteer_id;
END;

CREATE TRIGGER account_erasures_call_outs AFTER INSERT ON account_erasures
BEGIN
  DELETE FROM call_out_answers WHERE person_id = NEW.person_id;
  DELETE FROM call_out_members WHERE person_id = NEW.person_id;
END;

-- Once for each organiser and period: looked at, and told where something waited.
CREATE TABLE drill_nudges (
  -- 本地区有单位到期未演练, 计划里的演练还没有开始准备
  kind TEXT NOT NULL CONSTRAINT drill_nudges_kind CHECK (kind IN ('region_duties', 'plan_items')),
  region_code TEXT NOT NULL,
  -- Empty: the region itself.
  organisation_id TEXT NOT NULL,
  -- The last day of the month, or the month.
  period TEXT NOT NULL,
  told INTEGER NOT NULL CONSTRAINT drill_nudges_told CHECK (told IN (0, 1)),
  nudged_at INTEGER NOT NULL,
  PRIMARY KEY (kind, region_code, organisation_id, period)
) STRICT, WITHOUT ROWID;
