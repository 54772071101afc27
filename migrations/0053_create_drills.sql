-- 一次演练: prepared from a template, announced or kept among those it concerns, run, ended. What follows hangs on drills.id.

CREATE TABLE drills (
  id TEXT PRIMARY KEY,
  -- Null: the region's own drill.
  organisation_id TEXT REFERENCES organisations (id),
  region_code TEXT NOT NULL CONSTRAINT drills_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*'),
  plan_item_id TEXT REFERENCES drill_plan_items (id),
  -- 情景模板 in content/drills; what it said then stands in drill_scripts.
  template_slug TEXT NOT NULL CONSTRAINT drills_template CHECK (length(template_slug) BETWEEN 1 AND 60),
  -- 双盲: fixed from the first moment, so that no trace has to be taken back.
  blind INTEGER NOT NULL CONSTRAINT drills_blind CHECK (blind IN (0, 1)),
  opened_by TEXT NOT NULL REFERENCES people (id),
  opened_at INTEGER NOT NULL,
  -- These follow from versions, announcements, starts, ends and cancellations; kept here for the indexes.
  version INTEGER NOT NULL DEFAULT 0,
  starts_at INTEGER NOT NULL DEFAULT 0,
  ends_at INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'preparing' CONSTRAINT drills_state CHECK (
    state IN ('preparing', 'announced', 'running', 'over', 'cancelled')),
  announced_at INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  CONSTRAINT blind_is_never_announced CHECK (blind = 0 OR announced_at IS NULL),
  CONSTRAINT running_has_begun CHECK (state NOT IN ('running', 'over') OR started_at IS NOT NULL),
  CONSTRAINT over_has_ended CHECK ((state = 'over') = (ended_at IS NOT NULL))
) STRICT;

-- One drill for one line of a plan; what was cancelled gives it free.
CREATE UNIQUE INDEX drills_of_item ON drills (plan_item_id) WHERE plan_item_id IS NOT NULL AND state <> 'cancelled';
CREATE INDEX drills_of_organisation ON drills (organisation_id, starts_at, id) WHERE organisation_id IS NOT NULL;
CREATE INDEX drills_of_region ON drills (region_code, starts_at, id);
CREATE INDEX drills_announced ON drills (starts_at, id) WHERE announced_at IS NOT NULL;

CREATE TRIGGER drills_guard BEFORE INSERT ON drills
BEGIN
  SELECT RAISE(ABORT, 'drill_starts_in_preparation')
    WHERE NEW.state <> 'preparing' OR NEW.version <> 0 OR NEW.announced_at IS NOT NULL OR NEW.started_at IS NOT NULL;
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_organisers WHERE person_id = NEW.opened_by
        AND organisation_id IS NEW.organisation_id AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'item_unknown')
    WHERE NEW.plan_item_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM drill_plan_items JOIN drill_plans ON drill_plans.id = drill_plan_items.plan_id
      WHERE drill_plan_items.id = NEW.plan_item_id AND drill_plans.state = 'published'
        AND drill_plans.organisation_id IS NEW.organisation_id AND drill_plans.region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'item_settled') FROM drill_plan_items WHERE id = NEW.plan_item_id AND state <> 'planned';
  -- A blind line of a plan stays blind, and only such a line or none makes a blind drill.
  SELECT RAISE(ABORT, 'blind_as_planned') FROM drill_plan_items WHERE id = NEW.plan_item_id AND blind <> NEW.blind;
  SELECT RAISE(ABORT, 'drills_used_up')
    WHERE (SELECT count(*) FROM drills WHERE organisation_id IS NEW.organisation_id AND region_code = NEW.region_code
      AND state IN ('preparing', 'announced')) >= 60;
END;

-- What a drill is, when and where, in all its versions; after the announcement each has its reason.
CREATE TABLE drill_versions (
  drill_id TEXT NOT NULL REFERENCES drills (id),
  version INTEGER NOT NULL,
  title TEXT NOT NULL CONSTRAINT drill_versions_title CHECK (length(title) BETWEEN 2 AND 60),
  hazard TEXT NOT NULL CONSTRAINT drill_versions_hazard CHECK (length(hazard) BETWEEN 1 AND 30),
  form TEXT NOT NULL CONSTRAINT drill_versions_form CHECK (form IN ('tabletop', 'practical')),
  content TEXT NOT NULL CONSTRAINT drill_versions_content CHECK (content IN ('single', 'comprehensive')),
  purpose TEXT NOT NULL CONSTRAINT drill_versions_purpose CHECK (purpose IN ('test', 'demonstration', 'research')),
  evacuation INTEGER NOT NULL CONSTRAINT drill_versions_evacuation CHECK (evacuation IN (0, 1)),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  place TEXT NOT NULL CONSTRAINT drill_versions_place CHECK (length(place) BETWEEN 2 AND 60),
  -- 集合点; empty where nobody gathers.
  muster TEXT NOT NULL CONSTRAINT drill_versions_muster CHECK (length(muster) <= 120),
  -- Told to those who come: what to hear, to bring, to mind.
  notice TEXT NOT NULL CONSTRAINT drill_versions_notice CHECK (length(notice) <= 800),
  -- 联系: an office and its number, never a private one.
  contact TEXT NOT NULL CONSTRAINT drill_versions_contact CHECK (length(contact) <= 60),
  reason TEXT NOT NULL CONSTRAINT drill_versions_reason CHECK (length(reason) <= 200),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (drill_id, version),
  CONSTRAINT drill_has_length CHECK (ends_at > starts_at AND ends_at - starts_at <= 12 * 3600000),
  CONSTRAINT tabletop_stays_inside CHECK (form = 'practical' OR evacuation = 0)
) STRICT, WITHOUT ROWID;

-- Who organises each drill.
CREATE VIEW drill_leaders AS
  SELECT drills.id AS drill_id, drill_organisers.person_id AS person_id
    FROM drills JOIN drill_organisers ON drill_organisers.organisation_id IS drills.organisation_id
      AND drill_organisers.region_code = drills.region_code;

CREATE TRIGGER drill_versions_guard BEFORE INSERT ON drill_versions
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'drill_settled') FROM drills WHERE id = NEW.drill_id AND state NOT IN ('preparing', 'announced');
  SELECT RAISE(ABORT, 'drill_overtaken') FROM drills WHERE id = NEW.drill_id AND version <> NEW.version - 1;
  SELECT RAISE(ABORT, 'drill_begins_ahead') WHERE NEW.starts_at <= NEW.written_at;
  SELECT RAISE(ABORT, 'change_has_reason')
    FROM drills WHERE id = NEW.drill_id AND state = 'announced' AND length(NEW.reason) < 2;
  SELECT RAISE(ABORT, 'blind_is_practical') FROM drills WHERE id = NEW.drill_id AND blind = 1 AND NEW.form = 'tabletop';
END;

CREATE TRIGGER drill_versions_take_effect AFTER INSERT ON drill_versions
BEGIN
  UPDATE drills SET version = NEW.version, starts_at = NEW.starts_at, ends_at = NEW.ends_at WHERE id = NEW.drill_id;
END;

CREATE TRIGGER drill_versions_never_change BEFORE UPDATE ON drill_versions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 方案: injects, measures, materials, safety plan and evaluation items as one document, in all its versions.
CREATE TABLE drill_scripts (
  drill_id TEXT NOT NULL REFERENCES drills (id),
  version INTEGER NOT NULL,
  script TEXT NOT NULL CONSTRAINT drill_scripts_json CHECK (json_valid(script) AND length(script) <= 60000),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (drill_id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_scripts_guard BEFORE INSERT ON drill_scripts
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'drill_settled') FROM drills WHERE id = NEW.drill_id AND state NOT IN ('preparing', 'announced');
  SELECT RAISE(ABORT, 'script_overtaken')
    WHERE NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM drill_scripts WHERE drill_id = NEW.drill_id);
END;

CREATE TRIGGER drill_scripts_never_change BEFORE UPDATE ON drill_scripts
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 角色: who is needed, how many, and what they must have learnt. A script names them by name.
CREATE TABLE drill_roles (
  id TEXT PRIMARY KEY,
  drill_id TEXT NOT NULL REFERENCES drills (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL CONSTRAINT drill_roles_name CHECK (length(name) BETWEEN 2 AND 20),
  -- 参演, 控制, 模拟, 评估, 观摩
  part TEXT NOT NULL CONSTRAINT drill_roles_part CHECK (
    part IN ('player', 'controller', 'simulator', 'evaluator', 'observer')),
  -- 工作组; empty where it belongs to none.
  work_group TEXT NOT NULL CONSTRAINT drill_roles_group CHECK (length(work_group) <= 10),
  -- 单位指派, 志愿者报名, 居民和家庭报名, 观摩报名
  filled_by TEXT NOT NULL CONSTRAINT drill_roles_filled_by CHECK (
    filled_by IN ('assigned', 'volunteer', 'household', 'observer')),
  capacity INTEGER NOT NULL CONSTRAINT drill_roles_capacity CHECK (capacity BETWEEN 1 AND 2000),
  -- How many people have joined; follows from drill_participants.
  taken INTEGER NOT NULL DEFAULT 0,
  -- Codes of skills, of which a training must hold on the day.
  training TEXT NOT NULL DEFAULT '[]' CONSTRAINT drill_roles_training CHECK (json_valid(training)),
  duty TEXT NOT NULL CONSTRAINT drill_roles_duty CHECK (length(duty) BETWEEN 2 AND 120),
  -- Taken out before anybody had it.
  removed_at INTEGER,
  CONSTRAINT role_not_overfilled CHECK (taken BETWEEN 0 AND capacity)
) STRICT;

CREATE UNIQUE INDEX drill_roles_by_name ON drill_roles (drill_id, name) WHERE removed_at IS NULL;

CREATE TRIGGER drill_roles_guard BEFORE INSERT ON drill_roles
BEGIN
  SELECT RAISE(ABORT, 'role_starts_empty') WHERE NEW.taken <> 0 OR NEW.removed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'drill_settled') FROM drills WHERE id = NEW.drill_id AND state NOT IN ('preparing', 'announced');
  -- Nobody can put themselves down for what nobody may know of.
  SELECT RAISE(ABORT, 'blind_has_no_sign_up')
    FROM drills WHERE id = NEW.drill_id AND blind = 1 AND NEW.filled_by <> 'assigned';
  SELECT RAISE(ABORT, 'roles_used_up')
    WHERE (SELECT count(*) FROM drill_roles WHERE drill_id = NEW.drill_id AND removed_at IS NULL) >= 30;
END;

CREATE TRIGGER drill_roles_stay BEFORE UPDATE OF removed_at ON drill_roles
BEGIN
  SELECT RAISE(ABORT, 'role_is_taken') WHERE NEW.removed_at IS NOT NULL AND OLD.taken > 0;
END;

-- Who takes part as what: assigned by an organiser, or by their own sign-up. A family is one row.
CREATE TABLE drill_participants (
  id TEXT PRIMARY KEY,
  drill_id TEXT NOT NULL REFERENCES drills (id),
  role_id TEXT NOT NULL REFERENCES drill_roles (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  how TEXT NOT NULL CONSTRAINT drill_participants_how CHECK (how IN ('assigned', 'signed_up')),
  adults INTEGER NOT NULL DEFAULT 1 CONSTRAINT drill_participants_adults CHECK (adults BETWEEN 1 AND 20),
  children INTEGER NOT NULL DEFAULT 0 CONSTRAINT drill_participants_children CHECK (children BETWEEN 0 AND 20),
  -- 楼栋, 班组: by it people are counted at the muster point; empty where it does not matter.
  unit TEXT NOT NULL DEFAULT '' CONSTRAINT drill_participants_unit CHECK (length(unit) <= 20),
  -- Codes of needs: wheelchair, hearing and others, of which drill-participants knows the words.
  needs TEXT NOT NULL DEFAULT '[]' CONSTRAINT drill_participants_needs CHECK (json_valid(needs)),
  name_cipher BLOB NOT NULL,
  joined_by TEXT NOT NULL REFERENCES people (id),
  joined_at INTEGER NOT NULL,
  -- Follows from offers and departures.
  state TEXT NOT NULL DEFAULT 'joined' CONSTRAINT drill_participants_state CHECK (state IN ('joined', 'waiting', 'left'))
) STRICT;

-- One part in a drill for one person.
CREATE UNIQUE INDEX drill_participants_once ON drill_participants (drill_id, person_id) WHERE state <> 'left';
CREATE INDEX drill_participants_of_role ON drill_participants (role_id, state, id);
CREATE INDEX drill_participants_of_person ON drill_participants (person_id, state);

CREATE TRIGGER drill_participants_guard BEFORE INSERT ON drill_participants
BEGIN
  SELECT RAISE(ABORT, 'participant_starts_in') WHERE NEW.state = 'left';
  SELECT RAISE(ABORT, 'role_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM drill_roles WHERE id = NEW.role_id AND drill_id = NEW.drill_id AND removed_at IS NULL);
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NEW.how = 'assigned'
      AND NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.joined_by);
  SELECT RAISE(ABORT, 'sign_up_is_own') WHERE NEW.how = 'signed_up' AND NEW.joined_by <> NEW.person_id;
  -- Whoever signs up finds an announced drill; whoever is assigned may be so until it ends.
  SELECT RAISE(ABORT, 'sign_up_closed')
    FROM drills WHERE id = NEW.drill_id AND NEW.how = 'signed_up' AND (state <> 'announced' OR starts_at <= NEW.joined_at);
  SELECT RAISE(ABORT, 'drill_settled')
    FROM drills WHERE id = NEW.drill_id AND NEW.how = 'assigned' AND state NOT IN ('preparing', 'announced', 'running');
  SELECT RAISE(ABORT, 'role_is_assigned')
    FROM drill_roles WHERE id = NEW.role_id AND NEW.how = 'signed_up' AND filled_by = 'assigned';
  SELECT RAISE(ABORT, 'family_only_as_household')
    FROM drill_roles WHERE id = NEW.role_id AND filled_by <> 'household' AND NEW.adults + NEW.children > 1;
  -- Nobody is at two drills at once.
  SELECT RAISE(ABORT, 'time_conflict')
    FROM drill_participants AS other
      JOIN drills AS its ON its.id = other.drill_id
      JOIN drills AS this ON this.id = NEW.drill_id
    WHERE other.person_id = NEW.person_id AND other.state = 'joined' AND other.drill_id <> NEW.drill_id
      AND its.state IN ('preparing', 'announced', 'running')
      AND its.starts_at < this.ends_at AND this.starts_at < its.ends_at;
END;

-- The CHECK of the role says whether there is room.
CREATE TRIGGER drill_participants_take_places AFTER INSERT ON drill_participants WHEN NEW.state = 'joined'
BEGIN
  UPDATE drill_roles SET taken = taken + NEW.adults + NEW.children WHERE id = NEW.role_id;
END;

CREATE TRIGGER drill_participants_change_places AFTER UPDATE OF state ON drill_participants
  WHEN (OLD.state = 'joined') <> (NEW.state = 'joined')
BEGIN
  UPDATE drill_roles
    SET taken = taken + (NEW.adults + NEW.children) * (CASE NEW.state WHEN 'joined' THEN 1 ELSE -1 END)
    WHERE id = NEW.role_id;
END;

-- Leaving: by oneself, or by an organiser with a reason.
CREATE TABLE drill_departures (
  participant_id TEXT PRIMARY KEY REFERENCES drill_participants (id),
  reason TEXT NOT NULL CONSTRAINT drill_departures_reason CHECK (length(reason) <= 200),
  departed_by TEXT NOT NULL REFERENCES people (id),
  departed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_departures_guard BEFORE INSERT ON drill_departures
BEGIN
  SELECT RAISE(ABORT, 'already_left') FROM drill_participants WHERE id = NEW.participant_id AND state = 'left';
  SELECT RAISE(ABORT, 'drill_not_yours')
    FROM drill_participants WHERE id = NEW.participant_id AND person_id <> NEW.departed_by
      AND NOT EXISTS (SELECT 1 FROM drill_leaders
        WHERE drill_id = drill_participants.drill_id AND person_id = NEW.departed_by);
  SELECT RAISE(ABORT, 'drill_settled')
    FROM drill_participants JOIN drills ON drills.id = drill_participants.drill_id
    WHERE drill_participants.id = NEW.participant_id AND drills.state IN ('over', 'cancelled');
END;

CREATE TRIGGER drill_departures_take_effect AFTER INSERT ON drill_departures
BEGIN
  UPDATE drill_participants SET state = 'left' WHERE id = NEW.participant_id;
END;

-- 公告: from here on everybody may know.
CREATE TABLE drill_announcements (
  drill_id TEXT PRIMARY KEY REFERENCES drills (id),
  announced_by TEXT NOT NULL REFERENCES people (id),
  announced_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_announcements_guard BEFORE INSERT ON drill_announcements
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.announced_by);
  SELECT RAISE(ABORT, 'blind_is_secret') FROM drills WHERE id = NEW.drill_id AND blind = 1;
  SELECT RAISE(ABORT, 'drill_settled') FROM drills WHERE id = NEW.drill_id AND state <> 'preparing';
  SELECT RAISE(ABORT, 'drill_begins_ahead') FROM drills WHERE id = NEW.drill_id AND starts_at <= NEW.announced_at;
  SELECT RAISE(ABORT, 'notice_missing')
    FROM drills JOIN drill_versions ON drill_versions.drill_id = drills.id AND drill_versions.version = drills.version
    WHERE drills.id = NEW.drill_id AND (length(drill_versions.notice) < 10 OR length(drill_versions.contact) < 2);
END;

CREATE TRIGGER drill_announcements_take_effect AFTER INSERT ON drill_announcements
BEGIN
  UPDATE drills SET state = 'announced', announced_at = NEW.announced_at WHERE id = NEW.drill_id;
END;

CREATE TABLE drill_cancellations (
  drill_id TEXT PRIMARY KEY REFERENCES drills (id),
  reason TEXT NOT NULL CONSTRAINT drill_cancellations_reason CHECK (length(reason) BETWEEN 2 AND 200),
  cancelled_by TEXT NOT NULL REFERENCES people (id),
  cancelled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_cancellations_guard BEFORE INSERT ON drill_cancellations
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.cancelled_by);
  SELECT RAISE(ABORT, 'drill_settled')
    FROM drills WHERE id = NEW.drill_id AND state NOT IN ('preparing', 'announced');
END;

CREATE TRIGGER drill_cancellations_take_effect AFTER INSERT ON drill_cancellations
BEGIN
  UPDATE drills SET state = 'cancelled' WHERE id = NEW.drill_id;
END;

-- 启动: by an organiser or whoever has a part of control.
CREATE VIEW drill_controllers AS
  SELECT drill_id, person_id FROM drill_leaders
  UNION
  SELECT drill_participants.drill_id, drill_participants.person_id
    FROM drill_participants JOIN drill_roles ON drill_roles.id = drill_participants.role_id
    WHERE drill_participants.state = 'joined' AND drill_roles.part = 'controller';

CREATE TABLE drill_starts (
  drill_id TEXT PRIMARY KEY REFERENCES drills (id),
  started_by TEXT NOT NULL REFERENCES people (id),
  started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_starts_guard BEFORE INSERT ON drill_starts
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_controllers WHERE drill_id = NEW.drill_id AND person_id = NEW.started_by);
  SELECT RAISE(ABORT, 'drill_settled') FROM drills WHERE id = NEW.drill_id AND state NOT IN ('preparing', 'announced');
  -- Earlier or later than half a day it is another drill: change its time first.
  SELECT RAISE(ABORT, 'drill_not_now')
    FROM drills WHERE id = NEW.drill_id AND abs(starts_at - NEW.started_at) > 12 * 3600000;
END;

CREATE TRIGGER drill_starts_take_effect AFTER INSERT ON drill_starts
BEGIN
  UPDATE drills SET state = 'running', started_at = NEW.started_at WHERE id = NEW.drill_id;
END;

-- 结束, 停止, 真实突发事件: 《突发事件应急演练指南》 lets a drill end early for a real event or an accident.
CREATE TABLE drill_ends (
  drill_id TEXT PRIMARY KEY REFERENCES drills (id),
  kind TEXT NOT NULL CONSTRAINT drill_ends_kind CHECK (kind IN ('finished', 'stopped', 'real_event')),
  reason TEXT NOT NULL CONSTRAINT drill_ends_reason CHECK (length(reason) <= 200),
  ended_by TEXT NOT NULL REFERENCES people (id),
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_ends_guard BEFORE INSERT ON drill_ends
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_controllers WHERE drill_id = NEW.drill_id AND person_id = NEW.ended_by);
  SELECT RAISE(ABORT, 'drill_not_running') FROM drills WHERE id = NEW.drill_id AND state <> 'running';
  SELECT RAISE(ABORT, 'ends_after_start') FROM drills WHERE id = NEW.drill_id AND started_at > NEW.ended_at;
END;

CREATE TRIGGER drill_ends_take_effect AFTER INSERT ON drill_ends
BEGIN
  UPDATE drills SET state = 'over', ended_at = NEW.ended_at WHERE id = NEW.drill_id;
END;
