-- Who may do what, where. A grant is a row with its author; giving it up or taking it away is a row as well.

CREATE TABLE role_grants (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  role TEXT NOT NULL CONSTRAINT role_grants_role CHECK (role IN (
    'hall_staff', 'hall_manager', 'drill_organiser', 'community_officer', 'reviewer', 'editor', 'auditor', 'administrator')),
  scope_kind TEXT NOT NULL CONSTRAINT role_grants_scope_kind CHECK (scope_kind IN ('site', 'region', 'hall', 'organisation')),
  -- Empty for the site, a division code, a hall's slug, or an organisation's id.
  scope_id TEXT NOT NULL,
  -- Nobody: by the one who runs the deployment, from the command line.
  granted_by TEXT REFERENCES people (id),
  granted_at INTEGER NOT NULL,
  -- Follows from role_revocations; kept here for the indexes.
  state TEXT NOT NULL DEFAULT 'active' CONSTRAINT role_grants_state CHECK (state IN ('active', 'revoked')),
  CONSTRAINT role_grants_scope CHECK (
    (role IN ('hall_staff', 'hall_manager') AND scope_kind = 'hall')
    OR (role = 'community_officer' AND scope_kind = 'organisation')
    OR (role = 'drill_organiser' AND scope_kind IN ('region', 'organisation'))
    OR (role = 'reviewer' AND scope_kind = 'region')
    OR (role = 'editor' AND scope_kind IN ('site', 'region'))
    OR (role IN ('auditor', 'administrator') AND scope_kind = 'site')),
  CONSTRAINT role_grants_scope_id CHECK (
    (scope_kind = 'site' AND scope_id = '')
    OR (scope_kind = 'region' AND length(scope_id) IN (6, 9, 12) AND scope_id NOT GLOB '*[^0-9]*')
    OR (scope_kind IN ('hall', 'organisation') AND scope_id <> '')),
  -- Separation of duties: nobody raises themselves.
  CONSTRAINT grant_to_oneself CHECK (granted_by IS NULL OR granted_by <> person_id)
) STRICT;

CREATE UNIQUE INDEX role_grants_one_active ON role_grants (person_id, role, scope_kind, scope_id) WHERE state = 'active';
CREATE INDEX role_grants_by_scope ON role_grants (scope_kind, scope_id) WHERE state = 'active';

CREATE TRIGGER role_grants_guard BEFORE INSERT ON role_grants
BEGIN
  SELECT RAISE(ABORT, 'grant_starts_active') WHERE NEW.state <> 'active';
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NEW.scope_kind = 'hall' AND NOT EXISTS (SELECT 1 FROM halls WHERE slug = NEW.scope_id);
  SELECT RAISE(ABORT, 'grant_not_yours')
    WHERE NEW.granted_by IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.granted_by AND state = 'active' AND (
        role = 'administrator'
        OR (role = 'hall_manager' AND NEW.role = 'hall_staff' AND scope_id = NEW.scope_id)));
END;

CREATE TABLE role_revocations (
  grant_id TEXT PRIMARY KEY REFERENCES role_grants (id),
  -- Their own giver-up, an administrator, or the manager of the hall.
  revoked_by TEXT NOT NULL REFERENCES people (id),
  revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER role_revocations_guard BEFORE INSERT ON role_revocations
BEGIN
  SELECT RAISE(ABORT, 'grant_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants AS held WHERE held.id = NEW.grant_id AND (
        held.person_id = NEW.revoked_by
        OR EXISTS (
          SELECT 1 FROM role_grants AS own WHERE own.person_id = NEW.revoked_by AND own.state = 'active' AND (
            own.role = 'administrator'
            OR (own.role = 'hall_manager' AND held.role = 'hall_staff' AND own.scope_id = held.scope_id)))));
  SELECT RAISE(ABORT, 'grant_already_revoked') FROM role_grants WHERE id = NEW.grant_id AND state = 'revoked';
  -- Without one, nobody could let anybody in any more.
  SELECT RAISE(ABORT, 'last_administrator')
    FROM role_grants WHERE id = NEW.grant_id AND role = 'administrator'
      AND (SELECT count(*) FROM role_grants WHERE role = 'administrator' AND state = 'active') = 1;
  UPDATE role_grants SET state = 'revoked' WHERE id = NEW.grant_id;
END;

-- Those who were staff until now stay so.
INSERT INTO role_grants (id, person_id, role, scope_kind, scope_id, granted_by, granted_at)
  SELECT lower(hex(randomblob(16))), person_id, 'hall_staff', 'hall', hall_slug, NULL, 0 FROM hall_staff;

DROP TRIGGER arrivals_guard;

CREATE TRIGGER arrivals_guard BEFORE INSERT ON arrivals
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE bookings.id = NEW.booking_id AND role_grants.person_id = NEW.marked_by
        AND role_grants.state = 'active' AND role_grants.role IN ('hall_staff', 'hall_manager'));
  UPDATE bookings SET state = 'arrived' WHERE id = NEW.booking_id;
  SELECT RAISE(ABORT, 'arrival_not_open')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.arrived_at < hall_sessions.arrival_opens_at;
  SELECT RAISE(ABORT, 'arrival_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.arrived_at >= hall_sessions.ends_at;
END;

DROP TABLE hall_staff;
