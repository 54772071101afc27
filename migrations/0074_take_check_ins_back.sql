-- 撤回签到: the wrong name was pressed. The hours go with it; the row says who took what back.
CREATE TABLE duty_check_in_undoings (
  duty_id TEXT NOT NULL REFERENCES guide_duties (id),
  checked_in_at INTEGER NOT NULL,
  undone_by TEXT NOT NULL REFERENCES people (id),
  undone_at INTEGER NOT NULL,
  PRIMARY KEY (duty_id, checked_in_at)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER duty_check_in_undoings_guard BEFORE INSERT ON duty_check_in_undoings
BEGIN
  SELECT RAISE(ABORT, 'duty_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM guide_duties
        JOIN guide_needs ON guide_needs.id = need_id
        JOIN hall_sessions ON hall_sessions.id = session_id
        JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug AND role_grants.state = 'active'
      WHERE guide_duties.id = NEW.duty_id AND role IN ('hall_staff', 'hall_manager')
        AND role_grants.person_id = NEW.undone_by);
  -- Separation of duties, as when it was noted.
  SELECT RAISE(ABORT, 'own_check_in')
    FROM guide_duties WHERE id = NEW.duty_id AND person_id = NEW.undone_by;
  SELECT RAISE(ABORT, 'not_checked_in')
    WHERE NOT EXISTS (SELECT 1 FROM duty_check_ins WHERE duty_id = NEW.duty_id AND checked_in_at = NEW.checked_in_at);
  SELECT RAISE(ABORT, 'check_in_closed') FROM guide_duties WHERE id = NEW.duty_id AND NEW.undone_at >= ends_at;
  -- What somebody has been certified stays true.
  SELECT RAISE(ABORT, 'hours_certified')
    FROM guide_duties JOIN hours_certificates ON hours_certificates.person_id = guide_duties.person_id
    WHERE guide_duties.id = NEW.duty_id AND volunteer_id IS NOT NULL AND issued_at >= NEW.checked_in_at;
  DELETE FROM volunteer_hours WHERE activity = 'guiding' AND subject_id = NEW.duty_id;
  DELETE FROM duty_check_ins WHERE duty_id = NEW.duty_id;
  UPDATE guide_duties SET state = 'active' WHERE id = NEW.duty_id;
END;
