-- 报名: families, volunteers and observers take part in an announced drill, say what help they need, are given a helper,
-- wait where a role is full and move up in order as soon as it is not.

-- 需要的帮助: sensitive, so agreed to by itself, under the person's own key, and gone a week after the drill.
CREATE TABLE drill_needs (
  participant_id TEXT PRIMARY KEY REFERENCES drill_participants (id),
  needs_cipher BLOB NOT NULL CONSTRAINT drill_needs_length CHECK (length(needs_cipher) BETWEEN 1 AND 2000),
  -- 单独同意.
  consented_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_needs_guard BEFORE INSERT ON drill_needs
BEGIN
  SELECT RAISE(ABORT, 'participant_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM drill_participants WHERE id = NEW.participant_id AND state <> 'left');
  SELECT RAISE(ABORT, 'sign_up_closed')
    FROM drill_participants JOIN drills ON drills.id = drill_participants.drill_id
    WHERE drill_participants.id = NEW.participant_id AND drills.state NOT IN ('preparing', 'announced');
END;

-- Whose names are still there: a month's worth, however long the history.
CREATE INDEX drill_participants_named ON drill_participants (drill_id) WHERE how = 'signed_up' AND name_cipher <> x'';

-- What signing up asks beyond what drill_participants_guard does for everybody.
CREATE TRIGGER drill_sign_ups_guard BEFORE INSERT ON drill_participants WHEN NEW.how = 'signed_up'
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'party_too_large')
    FROM drill_roles WHERE id = NEW.role_id AND NEW.adults + NEW.children > capacity;
  SELECT RAISE(ABORT, 'time_conflict')
    FROM drill_participants AS other
      JOIN drills AS its ON its.id = other.drill_id
      JOIN drills AS this ON this.id = NEW.drill_id
    WHERE other.person_id = NEW.person_id AND other.state = 'waiting' AND other.drill_id <> NEW.drill_id
      AND its.state = 'announced' AND its.starts_at < this.ends_at AND this.starts_at < its.ends_at;
  SELECT RAISE(ABORT, 'volunteer_not_confirmed')
    FROM drill_roles WHERE id = NEW.role_id AND filled_by = 'volunteer'
      AND NOT EXISTS (
        SELECT 1 FROM volunteers JOIN volunteer_consents ON volunteer_consents.volunteer_id = volunteers.id
        WHERE person_id = NEW.person_id AND volunteers.state = 'confirmed' AND purpose = 'drills');
  -- Every training that the role asks for holds on the day of the drill, as people in China read it off the wall.
  SELECT RAISE(ABORT, 'training_missing')
    FROM drill_roles JOIN drills ON drills.id = drill_roles.drill_id JOIN json_each(drill_roles.training) AS wanted
    WHERE drill_roles.id = NEW.role_id AND NOT EXISTS (
      SELECT 1 FROM volunteer_pool
      WHERE person_id = NEW.person_id AND purpose = 'drills' AND skill_code = wanted.value
        AND trained_until >= date(drills.starts_at / 1000 + 28800, 'unixepoch'));
  -- Somebody who comes and goes more often is trying things out.
  SELECT RAISE(ABORT, 'sign_ups_used_up')
    WHERE (SELECT count(*) FROM drill_participants WHERE drill_id = NEW.drill_id AND person_id = NEW.person_id) >= 10;
  -- Whoever fits does not wait.
  SELECT RAISE(ABORT, 'role_has_room')
    FROM drill_roles WHERE id = NEW.role_id AND NEW.state = 'waiting' AND taken + NEW.adults + NEW.children <= capacity;
END;

-- Moving up. To write into this view is to ask that a role's queue be looked at: in the order of joining, each party that
-- fits into what is left then joins, and one that does not keeps its place and lets the next one by. Until the drill begins.
CREATE VIEW drill_queues AS
  SELECT role_id, count(*) AS parties FROM drill_participants WHERE state = 'waiting' GROUP BY role_id;

CREATE TABLE drill_promotions (
  participant_id TEXT PRIMARY KEY REFERENCES drill_participants (id),
  -- When the message was queued; null until the next minute.
  told_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX drill_promotions_untold ON drill_promotions (participant_id) WHERE told_at IS NULL;

CREATE TRIGGER drill_queues_move INSTEAD OF INSERT ON drill_queues
BEGIN
  INSERT INTO drill_promotions (participant_id)
    SELECT id FROM (
      WITH RECURSIVE
        queue AS MATERIALIZED (
          SELECT waiting.id AS id, waiting.adults + waiting.children AS size,
            row_number() OVER (ORDER BY waiting.joined_at, waiting.id) AS place
          FROM drill_participants AS waiting JOIN drills AS this ON this.id = waiting.drill_id
          WHERE waiting.role_id = NEW.role_id AND waiting.state = 'waiting' AND this.state = 'announced'
            -- Assigned elsewhere for that time since.
            AND NOT EXISTS (
              SELECT 1 FROM drill_participants AS other JOIN drills AS its ON its.id = other.drill_id
              WHERE other.person_id = waiting.person_id AND other.state = 'joined' AND other.drill_id <> waiting.drill_id
                AND its.state IN ('preparing', 'announced', 'running')
                AND its.starts_at < this.ends_at AND this.starts_at < its.ends_at)),
        walk (place, id, fits, room) AS (
          SELECT 0, NULL, 0, capacity - taken FROM drill_roles WHERE drill_roles.id = NEW.role_id
          UNION ALL
          SELECT queue.place, queue.id, queue.size <= walk.room,
            walk.room - iif(queue.size <= walk.room, queue.size, 0)
          FROM walk JOIN queue ON queue.place = walk.place + 1 WHERE walk.room > 0)
      SELECT walk.id FROM walk WHERE fits);
END;

CREATE TRIGGER drill_promotions_guard BEFORE INSERT ON drill_promotions
BEGIN
  SELECT RAISE(ABORT, 'not_waiting')
    WHERE NOT EXISTS (SELECT 1 FROM drill_participants WHERE id = NEW.participant_id AND state = 'waiting');
END;

CREATE TRIGGER drill_promotions_take_effect AFTER INSERT ON drill_promotions
BEGIN
  UPDATE drill_participants SET state = 'joined' WHERE id = NEW.participant_id;
END;

CREATE TRIGGER drill_roles_grow AFTER UPDATE OF capacity ON drill_roles WHEN NEW.capacity > OLD.capacity
BEGIN
  INSERT INTO drill_queues (role_id) VALUES (NEW.id);
END;

-- Whoever leaves takes name and needs along, and the first who fit move up.
DROP TRIGGER drill_departures_take_effect;

CREATE TRIGGER drill_departures_take_effect AFTER INSERT ON drill_departures
BEGIN
  UPDATE drill_participants SET state = 'left', name_cipher = x'', needs = '[]' WHERE id = NEW.participant_id;
  DELETE FROM drill_needs WHERE participant_id = NEW.participant_id;
  INSERT INTO drill_pairing_ends (pairing_id, ended_by, ended_at)
    SELECT id, NEW.departed_by, NEW.departed_at FROM drill_pairings
    WHERE (helped_id = NEW.participant_id OR helper_id = NEW.participant_id) AND state = 'active';
  INSERT INTO drill_queues (role_id) SELECT role_id FROM drill_participants WHERE id = NEW.participant_id;
END;

-- 改人数: the place is kept, whether it is granted or refused.
CREATE TABLE drill_party_changes (
  id TEXT PRIMARY KEY,
  participant_id TEXT NOT NULL REFERENCES drill_participants (id),
  adults INTEGER NOT NULL,
  children INTEGER NOT NULL,
  unit TEXT NOT NULL,
  changed_by TEXT NOT NULL REFERENCES people (id),
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX drill_party_changes_by_participant ON drill_party_changes (participant_id);
CREATE INDEX drill_party_changes_by_person ON drill_party_changes (changed_by);

CREATE TRIGGER drill_party_changes_guard BEFORE INSERT ON drill_party_changes
BEGIN
  SELECT RAISE(ABORT, 'participant_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM drill_participants
      WHERE id = NEW.participant_id AND person_id = NEW.changed_by AND how = 'signed_up');
  SELECT RAISE(ABORT, 'already_left') FROM drill_participants WHERE id = NEW.participant_id AND state = 'left';
  SELECT RAISE(ABORT, 'sign_up_closed')
    FROM drill_participants JOIN drills ON drills.id = drill_participants.drill_id
    WHERE drill_participants.id = NEW.participant_id
      AND (drills.state <> 'announced' OR drills.starts_at <= NEW.changed_at);
  SELECT RAISE(ABORT, 'family_only_as_household')
    FROM drill_participants JOIN drill_roles ON drill_roles.id = drill_participants.role_id
    WHERE drill_participants.id = NEW.participant_id AND filled_by <> 'household' AND NEW.adults + NEW.children > 1;
  SELECT RAISE(ABORT, 'party_too_large')
    FROM drill_participants JOIN drill_roles ON drill_roles.id = drill_participants.role_id
    WHERE drill_participants.id = NEW.participant_id AND NEW.adults + NEW.children > capacity;
  SELECT RAISE(ABORT, 'changes_used_up')
    WHERE (SELECT count(*) FROM drill_party_changes WHERE participant_id = NEW.participant_id) >= 20;
END;

CREATE TRIGGER drill_party_changes_take_effect AFTER INSERT ON drill_party_changes
BEGIN
  -- The CHECK of the role says whether there is room for more.
  UPDATE drill_roles SET taken = taken + NEW.adults + NEW.children
      - (SELECT adults + children FROM drill_participants WHERE id = NEW.participant_id)
    WHERE id = (SELECT role_id FROM drill_participants WHERE id = NEW.participant_id AND state = 'joined');
  UPDATE drill_participants SET adults = NEW.adults, children = NEW.children, unit = NEW.unit
    WHERE id = NEW.participant_id;
  INSERT INTO drill_queues (role_id) SELECT role_id FROM drill_participants WHERE id = NEW.participant_id;
END;

-- 结对: whoever organises it says who helps whom. Only the two of them see it, and the organisers.
CREATE TABLE drill_pairings (
  id TEXT PRIMARY KEY,
  helped_id TEXT NOT NULL REFERENCES drill_participants (id),
  helper_id TEXT NOT NULL REFERENCES drill_participants (id),
  paired_by TEXT NOT NULL REFERENCES people (id),
  paired_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'active' CONSTRAINT drill_pairings_state CHECK (state IN ('active', 'ended')),
  CONSTRAINT drill_pairings_two CHECK (helped_id <> helper_id)
) STRICT;

CREATE UNIQUE INDEX drill_pairings_once ON drill_pairings (helped_id, helper_id) WHERE state = 'active';
CREATE INDEX drill_pairings_by_helper ON drill_pairings (helper_id) WHERE state = 'active';

CREATE TRIGGER drill_pairings_guard BEFORE INSERT ON drill_pairings
BEGIN
  SELECT RAISE(ABORT, 'pairing_starts_active') WHERE NEW.state <> 'active';
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_participants JOIN drill_leaders USING (drill_id)
      WHERE drill_participants.id = NEW.helped_id AND drill_leaders.person_id = NEW.paired_by);
  SELECT RAISE(ABORT, 'needs_nobody')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_participants JOIN drill_needs ON participant_id = id
      WHERE id = NEW.helped_id AND state = 'joined');
  -- Families come for themselves and observers look on.
  SELECT RAISE(ABORT, 'helper_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_participants AS helper
        JOIN drill_participants AS helped ON helped.id = NEW.helped_id AND helped.drill_id = helper.drill_id
        JOIN drill_roles ON drill_roles.id = helper.role_id
      WHERE helper.id = NEW.helper_id AND helper.state = 'joined' AND filled_by IN ('assigned', 'volunteer')
        AND part = 'player');
  SELECT RAISE(ABORT, 'drill_settled')
    FROM drill_participants JOIN drills ON drills.id = drill_participants.drill_id
    WHERE drill_participants.id = NEW.helped_id AND drills.state NOT IN ('preparing', 'announced', 'running');
END;

CREATE TABLE drill_pairing_ends (
  pairing_id TEXT PRIMARY KEY REFERENCES drill_pairings (id),
  ended_by TEXT NOT NULL REFERENCES people (id),
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_pairing_ends_guard BEFORE INSERT ON drill_pairing_ends
BEGIN
  SELECT RAISE(ABORT, 'pairing_ended')
    WHERE NOT EXISTS (SELECT 1 FROM drill_pairings WHERE id = NEW.pairing_id AND state = 'active');
  -- The organisers, or one of the two who leaves the drill.
  SELECT RAISE(ABORT, 'drill_not_yours')
    FROM drill_pairings JOIN drill_participants AS helped ON helped.id = helped_id
      JOIN drill_participants AS helper ON helper.id = helper_id
    WHERE drill_pairings.id = NEW.pairing_id AND NEW.ended_by NOT IN (helped.person_id, helper.person_id)
      AND NOT EXISTS (SELECT 1 FROM drill_leaders
        WHERE drill_leaders.drill_id = helped.drill_id AND drill_leaders.person_id = NEW.ended_by);
END;

CREATE TRIGGER drill_pairing_ends_take_effect AFTER INSERT ON drill_pairing_ends
BEGIN
  UPDATE drill_pairings SET state = 'ended' WHERE id = NEW.pairing_id;
END;

-- Whoever is erased takes part in nothing any more.
CREATE TRIGGER account_erasures_drills AFTER INSERT ON account_erasures
BEGIN
  INSERT INTO drill_departures (participant_id, reason, departed_by, departed_at)
    SELECT drill_participants.id, '', NEW.person_id, NEW.erased_at
    FROM drill_participants JOIN drills ON drills.id = drill_participants.drill_id
    WHERE drill_participants.person_id = NEW.person_id AND drill_participants.state <> 'left'
      AND drills.state NOT IN ('over', 'cancelled');
  DELETE FROM drill_needs
    WHERE participant_id IN (SELECT id FROM drill_participants WHERE person_id = NEW.person_id);
  UPDATE drill_participants SET name_cipher = x'', needs = '[]', unit = '' WHERE person_id = NEW.person_id;
  UPDATE drill_party_changes SET unit = '' WHERE changed_by = NEW.person_id;
END;
