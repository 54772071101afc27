-- An organisation whose people have all erased their accounts is nobody's: another may claim its name.
ALTER TABLE organisations ADD COLUMN unclaimed_at INTEGER;

DROP INDEX organisations_one_claim;
CREATE UNIQUE INDEX organisations_one_claim ON organisations (claimed_by, kind, region_code, name)
  WHERE state = 'claimed' AND unclaimed_at IS NULL;
DROP INDEX organisations_one_verified;
CREATE UNIQUE INDEX organisations_one_verified ON organisations (kind, region_code, name)
  WHERE state = 'verified' AND unclaimed_at IS NULL;
DROP INDEX organisations_awaiting;
CREATE INDEX organisations_awaiting ON organisations (region_code, id) WHERE state = 'claimed' AND unclaimed_at IS NULL;

CREATE TRIGGER organisation_decisions_unclaimed_guard BEFORE INSERT ON organisation_decisions
BEGIN
  SELECT RAISE(ABORT, 'organisation_unknown')
    FROM organisations WHERE id = NEW.organisation_id AND unclaimed_at IS NOT NULL;
END;

-- Whoever erases their own account hands over first where there is somebody to hand over to.
CREATE TRIGGER account_erasures_responsible_guard BEFORE INSERT ON account_erasures WHEN NEW.reason = 'asked'
BEGIN
  SELECT RAISE(ABORT, 'hand_over_first')
    FROM organisation_members AS own
    WHERE own.person_id = NEW.person_id AND own.state = 'active' AND own.responsible = 1 AND EXISTS (
      SELECT 1 FROM organisation_members AS other
      WHERE other.organisation_id = own.organisation_id AND other.state = 'active' AND other.id <> own.id);
END;

-- Where nobody can be asked (a restored backup, a number that came to somebody else), the member of longest standing
-- takes over; where there is none, the organisation is nobody's. Only an erasure lets somebody responsible leave.
CREATE TRIGGER organisation_members_succession AFTER UPDATE OF state ON organisation_members
  WHEN OLD.responsible = 1 AND NEW.state = 'left'
BEGIN
  UPDATE organisation_members SET responsible = 1
    WHERE id = (SELECT id FROM organisation_members
      WHERE organisation_id = NEW.organisation_id AND state = 'active' ORDER BY added_at, id LIMIT 1);
  UPDATE organisations SET unclaimed_at = (SELECT erased_at FROM account_erasures WHERE person_id = NEW.person_id)
    WHERE id = NEW.organisation_id AND NOT EXISTS (
      SELECT 1 FROM organisation_members WHERE organisation_id = NEW.organisation_id AND state = 'active');
END;

-- A departure names its organisation, so that the guard can hold the member against it.
ALTER TABLE organisation_departures ADD COLUMN organisation_id TEXT REFERENCES organisations (id);

UPDATE organisation_departures SET organisation_id =
  (SELECT organisation_id FROM organisation_members WHERE id = organisation_departures.member_id);

CREATE TRIGGER organisation_departures_own_guard BEFORE INSERT ON organisation_departures
BEGIN
  SELECT RAISE(ABORT, 'member_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisation_members WHERE id = NEW.member_id AND organisation_id = NEW.organisation_id);
END;
