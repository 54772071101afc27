-- 讲解员排班. A hall says how many guides a session needs and what they must be able to do; volunteers of the registry
-- and the hall's own staff take these duties or are assigned to them. Nobody is at two places at once.

CREATE TABLE guide_needs (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  guides INTEGER NOT NULL CONSTRAINT guide_needs_guides CHECK (guides BETWEEN 1 AND 10),
  skill_code TEXT NOT NULL REFERENCES skills (code),
  language_code TEXT REFERENCES skills (code),
  -- Only who has a training for this skill that holds on the day.
  trained INTEGER NOT NULL CONSTRAINT guide_needs_trained CHECK (trained IN (0, 1)),
  opened_by TEXT NOT NULL REFERENCES people (id),
  opened_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CONSTRAINT guide_needs_state CHECK (state IN ('open', 'ended'))
) STRICT;

CREATE INDEX guide_needs_by_session ON guide_needs (session_id, state);

CREATE TRIGGER guide_needs_guard BEFORE INSERT ON guide_needs
BEGIN
  SELECT RAISE(ABORT, 'need_starts_open') WHERE NEW.state <> 'open';
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_sessions
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug AND role_grants.state = 'active'
      WHERE hall_sessions.id = NEW.session_id AND role = 'hall_manager' AND person_id = NEW.opened_by);
  SELECT RAISE(ABORT, 'session_begun')
    FROM hall_sessions WHERE id = NEW.session_id
      AND (starts_at <= NEW.opened_at OR withdrawn_at IS NOT NULL OR stop_id IS NOT NULL);
  SELECT RAISE(ABORT, 'skill_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM skills WHERE code = NEW.skill_code AND kind = 'skill');
  SELECT RAISE(ABORT, 'language_unknown')
    WHERE NEW.language_code IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM skills WHERE code = NEW.language_code AND kind = 'language');
  SELECT RAISE(ABORT, 'need_opened')
    FROM guide_needs WHERE session_id = NEW.session_id AND state = 'open'
      AND skill_code = NEW.skill_code AND language_code IS NEW.language_code;
END;

CREATE TABLE guide_duties (
  id TEXT PRIMARY KEY,
  need_id TEXT NOT NULL REFERENCES guide_needs (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  -- Null for the hall's own staff.
  volunteer_id TEXT REFERENCES volunteers (id),
  -- The session's, for the index that finds what overlaps.
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  -- The manager; null where they took it themselves.
  assigned_by TEXT REFERENCES people (id),
  taken_at INTEGER NOT NULL,
  -- When somebody dropped out and this one moved up.
  promoted_at INTEGER,
  state TEXT NOT NULL CONSTRAINT guide_duties_state CHECK (state IN ('reserve', 'active', 'dropped', 'served'))
) STRICT;

CREATE INDEX guide_duties_by_need ON guide_duties (need_id, state);
CREATE INDEX guide_duties_by_person ON guide_duties (person_id, starts_at);
-- Two of one person cannot begin at the same moment; what merely overlaps the guard refuses.
CREATE UNIQUE INDEX guide_duties_one_at_a_time ON guide_duties (person_id, starts_at)
  WHERE state IN ('reserve', 'active', 'served');
CREATE INDEX guide_duties_by_time ON guide_duties (starts_at);

CREATE TRIGGER guide_duties_guard BEFORE INSERT ON guide_duties
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'duty_starts_here') WHERE NEW.state NOT IN ('reserve', 'active') OR NEW.promoted_at IS NOT NULL;
  SELECT RAISE(ABORT, 'need_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM guide_needs JOIN hall_sessions ON hall_sessions.id = session_id
      WHERE guide_needs.id = NEW.need_id AND guide_needs.state = 'open'
        AND starts_at = NEW.starts_at AND ends_at = NEW.ends_at);
  SELECT RAISE(ABORT, 'need_unknown')
    WHERE NEW.assigned_by IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM guide_needs JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug AND role_grants.state = 'active'
      WHERE guide_needs.id = NEW.need_id AND role = 'hall_manager' AND role_grants.person_id = NEW.assigned_by);
  SELECT RAISE(ABORT, 'session_begun')
    FROM guide_needs JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE guide_needs.id = NEW.need_id
      AND (hall_sessions.starts_at <= NEW.taken_at OR withdrawn_at IS NOT NULL OR stop_id IS NOT NULL);
  SELECT RAISE(ABORT, 'guide_unknown')
    WHERE NEW.volunteer_id IS NULL AND NOT EXISTS (
      SELECT 1 FROM guide_needs JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug AND role_grants.state = 'active'
      WHERE guide_needs.id = NEW.need_id AND role_grants.person_id = NEW.person_id
        AND role IN ('hall_staff', 'hall_manager'));
  -- Who named this hall agreed that its staff know of them; nobody else's.
  SELECT RAISE(ABORT, 'guide_unknown')
    WHERE NEW.volunteer_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM guide_needs JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN volunteers ON volunteers.hall_slug = hall_sessions.hall_slug
      WHERE guide_needs.id = NEW.need_id AND volunteers.id = NEW.volunteer_id AND person_id = NEW.person_id
        AND volunteers.state IN ('asked', 'confirmed'));
  SELECT RAISE(ABORT, 'volunteer_not_confirmed')
    FROM volunteers WHERE id = NEW.volunteer_id AND state <> 'confirmed';
  SELECT RAISE(ABORT, 'consent_missing')
    WHERE NEW.volunteer_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM volunteer_consents WHERE volunteer_id = NEW.volunteer_id AND purpose = 'guiding');
  SELECT RAISE(ABORT, 'skill_missing')
    FROM guide_needs WHERE id = NEW.need_id AND NEW.volunteer_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM volunteer_skills
      WHERE volunteer_id = NEW.volunteer_id AND volunteer_skills.skill_code = guide_needs.skill_code);
  SELECT RAISE(ABORT, 'language_missing')
    FROM guide_needs WHERE id = NEW.need_id AND NEW.volunteer_id IS NOT NULL AND language_code IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM volunteer_skills WHERE volunteer_id = NEW.volunteer_id AND skill_code = language_code);
  SELECT RAISE(ABORT, 'training_missing')
    FROM guide_needs WHERE id = NEW.need_id AND trained = 1 AND NEW.volunteer_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM volunteer_trainings
      WHERE volunteer_id = NEW.volunteer_id AND volunteer_trainings.skill_code = guide_needs.skill_code
        AND volunteer_trainings.state = 'recorded'
        AND coalesce(valid_until, '9999-12-31') >= date(NEW.starts_at / 1000 + 28800, 'unixepoch'));
  SELECT RAISE(ABORT, 'duty_overlaps')
    WHERE EXISTS (SELECT 1 FROM guide_duties
      WHERE person_id = NEW.person_id AND state IN ('reserve', 'active', 'served')
        -- No session lasts a day: older ones need not be looked at.
        AND starts_at > NEW.starts_at - 86400000 AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at);
  SELECT RAISE(ABORT, 'duty_taken')
    FROM guide_needs WHERE id = NEW.need_id AND NEW.state = 'active' AND guides <= (
      SELECT count(*) FROM guide_duties WHERE need_id = NEW.need_id AND state IN ('active', 'served'));
  SELECT RAISE(ABORT, 'duty_free')
    FROM guide_needs WHERE id = NEW.need_id AND NEW.state = 'reserve' AND guides > (
      SELECT count(*) FROM guide_duties WHERE need_id = NEW.need_id AND state IN ('active', 'served'));
END;

-- Somebody drops out, or is let go: the first in reserve moves up with the same stroke.
CREATE TABLE duty_drops (
  duty_id TEXT PRIMARY KEY REFERENCES guide_duties (id),
  reason TEXT NOT NULL CONSTRAINT duty_drops_reason CHECK (reason IN ('own', 'manager', 'stopped', 'ended', 'left')),
  -- The guide or the manager; null where it follows from something else.
  dropped_by TEXT REFERENCES people (id),
  dropped_at INTEGER NOT NULL,
  CONSTRAINT duty_drops_author CHECK ((dropped_by IS NOT NULL) = (reason IN ('own', 'manager')))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER duty_drops_guard BEFORE INSERT ON duty_drops
BEGIN
  SELECT RAISE(ABORT, 'duty_unknown')
    WHERE NEW.reason = 'own' AND NOT EXISTS (
      SELECT 1 FROM guide_duties WHERE id = NEW.duty_id AND person_id = NEW.dropped_by);
  SELECT RAISE(ABORT, 'duty_unknown')
    WHERE NEW.reason = 'manager' AND NOT EXISTS (
      SELECT 1 FROM guide_duties
        JOIN guide_needs ON guide_needs.id = need_id
        JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug AND role_grants.state = 'active'
      WHERE guide_duties.id = NEW.duty_id AND role = 'hall_manager' AND role_grants.person_id = NEW.dropped_by);
  SELECT RAISE(ABORT, 'duty_already_ended')
    FROM guide_duties WHERE id = NEW.duty_id AND state NOT IN ('reserve', 'active');
  SELECT RAISE(ABORT, 'duty_begun')
    FROM guide_duties WHERE id = NEW.duty_id AND NEW.reason = 'own' AND starts_at <= NEW.dropped_at;
  UPDATE guide_duties SET state = 'active', promoted_at = NEW.dropped_at
    WHERE NEW.reason IN ('own', 'manager', 'left') AND id = (
      SELECT next.id FROM guide_duties AS gone
        JOIN guide_duties AS next ON next.need_id = gone.need_id AND next.state = 'reserve'
      WHERE gone.id = NEW.duty_id AND gone.state = 'active' AND gone.starts_at > NEW.dropped_at
      ORDER BY next.id LIMIT 1);
  UPDATE guide_duties SET state = 'dropped' WHERE id = NEW.duty_id;
END;

-- Whoever leaves the registry, or the site, leaves their duties to those in reserve.
CREATE TRIGGER volunteer_departures_duties AFTER INSERT ON volunteer_departures
BEGIN
  INSERT INTO duty_drops (duty_id, reason, dropped_by, dropped_at)
    SELECT id, 'left', NULL, NEW.departed_at FROM guide_duties
      WHERE volunteer_id = NEW.volunteer_id AND state IN ('reserve', 'active') AND ends_at > NEW.departed_at
      ORDER BY state DESC, id;
END;

CREATE TRIGGER account_erasures_duties AFTER INSERT ON account_erasures
BEGIN
  INSERT INTO duty_drops (duty_id, reason, dropped_by, dropped_at)
    SELECT id, 'left', NULL, NEW.erased_at FROM guide_duties
      WHERE person_id = NEW.person_id AND state IN ('reserve', 'active') AND ends_at > NEW.erased_at;
END;

-- What a session needs no longer. Its guides are told by whoever ends it.
CREATE TABLE guide_need_ends (
  need_id TEXT PRIMARY KEY REFERENCES guide_needs (id),
  ended_by TEXT NOT NULL REFERENCES people (id),
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER guide_need_ends_guard BEFORE INSERT ON guide_need_ends
BEGIN
  SELECT RAISE(ABORT, 'need_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM guide_needs JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug AND role_grants.state = 'active'
      WHERE guide_needs.id = NEW.need_id AND role = 'hall_manager' AND person_id = NEW.ended_by);
  SELECT RAISE(ABORT, 'need_already_ended') FROM guide_needs WHERE id = NEW.need_id AND state <> 'open';
  SELECT RAISE(ABORT, 'session_begun')
    FROM guide_needs JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE guide_needs.id = NEW.need_id AND starts_at <= NEW.ended_at;
  UPDATE guide_needs SET state = 'ended' WHERE id = NEW.need_id;
  INSERT INTO duty_drops (duty_id, reason, dropped_by, dropped_at)
    SELECT id, 'ended', NULL, NEW.ended_at FROM guide_duties
      WHERE need_id = NEW.need_id AND state IN ('reserve', 'active');
END;

-- 签到, noted at the door by somebody else. Hours count from then, or from the session's start, to its end.
CREATE TABLE duty_check_ins (
  duty_id TEXT PRIMARY KEY REFERENCES guide_duties (id),
  marked_by TEXT NOT NULL REFERENCES people (id),
  checked_in_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER duty_check_ins_guard BEFORE INSERT ON duty_check_ins
BEGIN
  SELECT RAISE(ABORT, 'duty_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM guide_duties
        JOIN guide_needs ON guide_needs.id = need_id
        JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug AND role_grants.state = 'active'
      WHERE guide_duties.id = NEW.duty_id AND role IN ('hall_staff', 'hall_manager')
        AND role_grants.person_id = NEW.marked_by);
  -- Separation of duties: nobody notes their own hours.
  SELECT RAISE(ABORT, 'own_check_in')
    FROM guide_duties WHERE id = NEW.duty_id AND person_id = NEW.marked_by;
  SELECT RAISE(ABORT, 'duty_not_active') FROM guide_duties WHERE id = NEW.duty_id AND state <> 'active';
  -- An hour before.
  SELECT RAISE(ABORT, 'check_in_not_open')
    FROM guide_duties WHERE id = NEW.duty_id AND NEW.checked_in_at < starts_at - 3600000;
  SELECT RAISE(ABORT, 'check_in_closed')
    FROM guide_duties WHERE id = NEW.duty_id AND NEW.checked_in_at >= ends_at;
  UPDATE guide_duties SET state = 'served' WHERE id = NEW.duty_id;
  INSERT INTO volunteer_hours (volunteer_id, activity, subject_id, minutes, served_on)
    SELECT volunteer_id, 'guiding', id, max((ends_at - max(starts_at, NEW.checked_in_at)) / 60000, 1),
        date(starts_at / 1000 + 28800, 'unixepoch')
      FROM guide_duties WHERE id = NEW.duty_id AND volunteer_id IS NOT NULL;
END;
