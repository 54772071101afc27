-- What organisers change of a drill's people: roles in versions, who does without a training, and role cards on paper.

CREATE TABLE drill_role_versions (
  role_id TEXT NOT NULL REFERENCES drill_roles (id),
  -- 0 is what the template brought, or what the role began with.
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  part TEXT NOT NULL,
  work_group TEXT NOT NULL,
  filled_by TEXT NOT NULL,
  capacity INTEGER NOT NULL,
  training TEXT NOT NULL,
  duty TEXT NOT NULL,
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (role_id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_role_versions_guard BEFORE INSERT ON drill_role_versions
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_roles JOIN drill_leaders ON drill_leaders.drill_id = drill_roles.drill_id
      WHERE drill_roles.id = NEW.role_id AND drill_leaders.person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'role_unknown') FROM drill_roles WHERE id = NEW.role_id AND removed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'drill_settled') FROM drill_roles JOIN drills ON drills.id = drill_roles.drill_id
    WHERE drill_roles.id = NEW.role_id AND drills.state NOT IN ('preparing', 'announced');
  SELECT RAISE(ABORT, 'role_overtaken')
    WHERE NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM drill_role_versions WHERE role_id = NEW.role_id);
  SELECT RAISE(ABORT, 'blind_has_no_sign_up') FROM drill_roles JOIN drills ON drills.id = drill_roles.drill_id
    WHERE drill_roles.id = NEW.role_id AND drills.blind = 1 AND NEW.filled_by <> 'assigned';
  -- Who is in it came in by the way that stood there then.
  SELECT RAISE(ABORT, 'role_is_taken') FROM drill_roles JOIN drill_participants ON drill_participants.role_id = drill_roles.id
    WHERE drill_roles.id = NEW.role_id AND drill_participants.state <> 'left'
      AND (drill_roles.filled_by <> NEW.filled_by OR drill_roles.part <> NEW.part);
END;

-- The CHECKs of the role itself judge what it becomes.
CREATE TRIGGER drill_role_versions_take_effect AFTER INSERT ON drill_role_versions
BEGIN
  UPDATE drill_roles SET name = NEW.name, part = NEW.part, work_group = NEW.work_group, filled_by = NEW.filled_by,
    capacity = NEW.capacity, training = NEW.training, duty = NEW.duty WHERE id = NEW.role_id;
END;

CREATE TRIGGER drill_role_versions_never_change BEFORE UPDATE ON drill_role_versions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TABLE drill_role_removals (
  role_id TEXT PRIMARY KEY REFERENCES drill_roles (id),
  removed_by TEXT NOT NULL REFERENCES people (id),
  removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_role_removals_guard BEFORE INSERT ON drill_role_removals
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_roles JOIN drill_leaders ON drill_leaders.drill_id = drill_roles.drill_id
      WHERE drill_roles.id = NEW.role_id AND drill_leaders.person_id = NEW.removed_by);
  SELECT RAISE(ABORT, 'role_unknown') FROM drill_roles WHERE id = NEW.role_id AND removed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'drill_settled') FROM drill_roles JOIN drills ON drills.id = drill_roles.drill_id
    WHERE drill_roles.id = NEW.role_id AND drills.state NOT IN ('preparing', 'announced');
  SELECT RAISE(ABORT, 'role_is_taken') FROM drill_participants WHERE role_id = NEW.role_id AND state <> 'left';
  -- Whatever the newest script tells somebody, or leaves to somebody, needs them.
  SELECT RAISE(ABORT, 'role_in_script')
    FROM drill_roles
      JOIN drill_scripts ON drill_scripts.drill_id = drill_roles.drill_id
        AND drill_scripts.version = (SELECT max(version) FROM drill_scripts WHERE drill_id = drill_roles.drill_id)
    WHERE drill_roles.id = NEW.role_id AND (
      json_extract(script, '$.safety.officer') = drill_roles.name
      OR EXISTS (SELECT 1 FROM json_each(script, '$.injects') AS inject, json_each(inject.value, '$.to') AS named
        WHERE named.value = drill_roles.name)
      OR EXISTS (SELECT 1 FROM json_each(script, '$.vulnerable') AS one
        WHERE json_extract(one.value, '$.helper') = drill_roles.name));
END;

CREATE TRIGGER drill_role_removals_take_effect AFTER INSERT ON drill_role_removals
BEGIN
  UPDATE drill_roles SET removed_at = NEW.removed_at WHERE id = NEW.role_id;
END;

-- The template's own script is checked with the site's content; what people write afterwards is checked here.
CREATE TRIGGER drill_scripts_hold_together BEFORE INSERT ON drill_scripts WHEN NEW.version > 1
BEGIN
  SELECT RAISE(ABORT, 'script_role_unknown')
    FROM json_each(NEW.script, '$.injects') AS inject, json_each(inject.value, '$.to') AS named
    WHERE NOT EXISTS (SELECT 1 FROM drill_roles
      WHERE drill_id = NEW.drill_id AND removed_at IS NULL AND name = named.value);
  SELECT RAISE(ABORT, 'script_role_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM drill_roles WHERE drill_id = NEW.drill_id AND removed_at IS NULL
      AND name = json_extract(NEW.script, '$.safety.officer'));
  SELECT RAISE(ABORT, 'stop_signal_stays') FROM drill_scripts
    WHERE drill_id = NEW.drill_id AND version = 1
      AND json_extract(script, '$.safety.signal') <> json_extract(NEW.script, '$.safety.signal');
  -- Read aloud, or seen over a shoulder: nobody may take it for the real thing.
  SELECT RAISE(ABORT, 'inject_is_marked') FROM json_each(NEW.script, '$.injects') AS inject
    WHERE json_extract(inject.value, '$.text') NOT LIKE '演练%';
END;

-- Volunteers do what they were trained for: a training that holds on the day, for each skill that the role asks for.
CREATE TRIGGER drill_participants_trained BEFORE INSERT ON drill_participants WHEN NEW.how = 'assigned'
BEGIN
  SELECT RAISE(ABORT, 'training_missing')
    FROM drill_roles JOIN drills ON drills.id = drill_roles.drill_id, json_each(drill_roles.training) AS wanted
    WHERE drill_roles.id = NEW.role_id AND drill_roles.filled_by = 'volunteer'
      AND NOT EXISTS (SELECT 1 FROM volunteer_pool
        WHERE person_id = NEW.person_id AND purpose = 'drills' AND skill_code = wanted.value
          AND trained_until >= date(drills.starts_at / 1000, 'unixepoch', '+8 hours'));
END;

-- Somebody takes an assigned role without a training that it asks for: who said so, and why.
CREATE TABLE drill_training_waivers (
  participant_id TEXT PRIMARY KEY REFERENCES drill_participants (id),
  reason TEXT NOT NULL CONSTRAINT drill_training_waivers_reason CHECK (length(reason) BETWEEN 2 AND 200),
  waived_by TEXT NOT NULL REFERENCES people (id),
  waived_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_training_waivers_guard BEFORE INSERT ON drill_training_waivers
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_participants JOIN drill_leaders ON drill_leaders.drill_id = drill_participants.drill_id
      WHERE drill_participants.id = NEW.participant_id AND drill_leaders.person_id = NEW.waived_by);
END;

-- 角色卡: a printed code by which whoever signs in takes a role. Of the code only a keyed hash is kept.
CREATE TABLE drill_cards (
  id TEXT PRIMARY KEY,
  drill_id TEXT NOT NULL REFERENCES drills (id),
  role_id TEXT NOT NULL REFERENCES drill_roles (id),
  code_hash BLOB NOT NULL UNIQUE CONSTRAINT drill_cards_code_length CHECK (length(code_hash) = 32),
  key_version INTEGER NOT NULL,
  uses_max INTEGER NOT NULL CONSTRAINT drill_cards_uses CHECK (uses_max BETWEEN 1 AND 200),
  -- How often it was taken; follows from drill_card_uses.
  used INTEGER NOT NULL DEFAULT 0,
  -- Why whoever takes it may lack a training that the role asks for; empty where they may not.
  reason TEXT NOT NULL CONSTRAINT drill_cards_reason CHECK (length(reason) <= 200),
  issued_by TEXT NOT NULL REFERENCES people (id),
  issued_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  CONSTRAINT card_not_overused CHECK (used BETWEEN 0 AND uses_max)
) STRICT;

CREATE INDEX drill_cards_of_drill ON drill_cards (drill_id, id);

CREATE TRIGGER drill_cards_guard BEFORE INSERT ON drill_cards
BEGIN
  SELECT RAISE(ABORT, 'card_starts_unused') WHERE NEW.used <> 0 OR NEW.withdrawn_at IS NOT NULL;
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_leaders WHERE drill_id = NEW.drill_id AND person_id = NEW.issued_by);
  SELECT RAISE(ABORT, 'role_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM drill_roles WHERE id = NEW.role_id AND drill_id = NEW.drill_id AND removed_at IS NULL);
  SELECT RAISE(ABORT, 'drill_settled') FROM drills
    WHERE id = NEW.drill_id AND (state NOT IN ('preparing', 'announced', 'running') OR ends_at <= NEW.issued_at);
  SELECT RAISE(ABORT, 'cards_used_up')
    WHERE (SELECT count(*) FROM drill_cards WHERE drill_id = NEW.drill_id AND withdrawn_at IS NULL) >= 60;
END;

CREATE TABLE drill_card_withdrawals (
  card_id TEXT PRIMARY KEY REFERENCES drill_cards (id),
  withdrawn_by TEXT NOT NULL REFERENCES people (id),
  withdrawn_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_card_withdrawals_guard BEFORE INSERT ON drill_card_withdrawals
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (SELECT 1 FROM drill_cards JOIN drill_leaders ON drill_leaders.drill_id = drill_cards.drill_id
      WHERE drill_cards.id = NEW.card_id AND drill_leaders.person_id = NEW.withdrawn_by);
  SELECT RAISE(ABORT, 'card_withdrawn') FROM drill_cards WHERE id = NEW.card_id AND withdrawn_at IS NOT NULL;
END;

CREATE TRIGGER drill_card_withdrawals_take_effect AFTER INSERT ON drill_card_withdrawals
BEGIN
  UPDATE drill_cards SET withdrawn_at = NEW.withdrawn_at WHERE id = NEW.card_id;
END;

CREATE TABLE drill_card_uses (
  participant_id TEXT PRIMARY KEY REFERENCES drill_participants (id),
  card_id TEXT NOT NULL REFERENCES drill_cards (id),
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_card_uses_guard BEFORE INSERT ON drill_card_uses
BEGIN
  SELECT RAISE(ABORT, 'card_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM drill_cards JOIN drill_participants ON drill_participants.role_id = drill_cards.role_id
      WHERE drill_cards.id = NEW.card_id AND drill_participants.id = NEW.participant_id);
  SELECT RAISE(ABORT, 'card_withdrawn') FROM drill_cards WHERE id = NEW.card_id AND withdrawn_at IS NOT NULL;
  SELECT RAISE(ABORT, 'card_expired') FROM drill_cards JOIN drills ON drills.id = drill_cards.drill_id
    WHERE drill_cards.id = NEW.card_id
      AND (drills.state NOT IN ('preparing', 'announced', 'running') OR drills.ends_at <= NEW.used_at);
END;

-- The CHECK of the card says whether it can still be taken.
CREATE TRIGGER drill_card_uses_count AFTER INSERT ON drill_card_uses
BEGIN
  UPDATE drill_cards SET used = used + 1 WHERE id = NEW.card_id;
END;
