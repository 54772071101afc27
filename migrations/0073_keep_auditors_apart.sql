-- 职责分离: who reads what administrators did is none of them.
CREATE TRIGGER role_grants_apart_guard BEFORE INSERT ON role_grants
WHEN NEW.role IN ('auditor', 'administrator')
BEGIN
  SELECT RAISE(ABORT, 'auditor_apart')
    FROM role_grants WHERE person_id = NEW.person_id AND state = 'active'
      AND role IN ('auditor', 'administrator') AND role <> NEW.role;
END;
