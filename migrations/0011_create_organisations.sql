-- Schools, enterprises, committees and teams of volunteers. One person claims an organisation, an officer of its street or
-- county verifies it, several people act for it, and one of them is responsible.

CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CONSTRAINT organisations_kind CHECK (kind IN (
    'school', 'kindergarten', 'enterprise', 'committee', 'volunteer_team')),
  -- A public name, no personal value.
  name TEXT NOT NULL CONSTRAINT organisations_name CHECK (length(name) BETWEEN 2 AND 60),
  -- County (6 digits), street or town (9), community or village (12).
  region_code TEXT NOT NULL CONSTRAINT organisations_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*' AND substr(region_code, 5, 2) <> '00'),
  claimed_by TEXT NOT NULL REFERENCES people (id),
  claimed_at INTEGER NOT NULL,
  -- Follows from organisation_decisions; kept here for the indexes.
  state TEXT NOT NULL DEFAULT 'claimed' CONSTRAINT organisations_state CHECK (state IN ('claimed', 'verified', 'refused'))
) STRICT;

-- The same claim twice is a slip of the hand; a verified name stands once in its region.
CREATE UNIQUE INDEX organisations_one_claim ON organisations (claimed_by, kind, region_code, name) WHERE state = 'claimed';
CREATE UNIQUE INDEX organisations_one_verified ON organisations (kind, region_code, name) WHERE state = 'verified';
CREATE INDEX organisations_awaiting ON organisations (region_code, id) WHERE state = 'claimed';

CREATE TRIGGER organisations_guard BEFORE INSERT ON organisations
BEGIN
  SELECT RAISE(ABORT, 'organisation_starts_claimed') WHERE NEW.state <> 'claimed';
  -- Five open claims a person: more is somebody trying names out.
  SELECT RAISE(ABORT, 'claims_used_up')
    WHERE (SELECT count(*) FROM organisations WHERE claimed_by = NEW.claimed_by AND state = 'claimed') >= 5;
END;

CREATE TABLE organisation_members (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  added_by TEXT NOT NULL REFERENCES people (id),
  added_at INTEGER NOT NULL,
  responsible INTEGER NOT NULL DEFAULT 0 CONSTRAINT organisation_members_responsible CHECK (responsible IN (0, 1)),
  state TEXT NOT NULL DEFAULT 'active' CONSTRAINT organisation_members_state CHECK (state IN ('active', 'left'))
) STRICT;

CREATE UNIQUE INDEX organisation_members_once ON organisation_members (organisation_id, person_id) WHERE state = 'active';
CREATE UNIQUE INDEX organisation_members_one_responsible ON organisation_members (organisation_id) WHERE responsible = 1;
CREATE INDEX organisation_members_by_person ON organisation_members (person_id) WHERE state = 'active';

CREATE TRIGGER organisation_members_guard BEFORE INSERT ON organisation_members
BEGIN
  SELECT RAISE(ABORT, 'member_starts_active') WHERE NEW.state <> 'active';
  -- The first is the one who claimed it; others are brought in by whoever is responsible, once it is verified.
  SELECT RAISE(ABORT, 'organisation_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisations WHERE id = NEW.organisation_id AND claimed_by = NEW.person_id
        AND NEW.responsible = 1 AND NEW.added_by = NEW.person_id AND state = 'claimed')
    AND NOT EXISTS (
      SELECT 1 FROM organisation_members WHERE organisation_id = NEW.organisation_id
        AND person_id = NEW.added_by AND state = 'active' AND responsible = 1 AND NEW.responsible = 0);
  SELECT RAISE(ABORT, 'organisation_not_verified')
    FROM organisations WHERE id = NEW.organisation_id AND state <> 'verified' AND NEW.responsible = 0;
END;

CREATE TABLE organisation_decisions (
  organisation_id TEXT PRIMARY KEY REFERENCES organisations (id),
  decision TEXT NOT NULL CONSTRAINT organisation_decisions_decision CHECK (decision IN ('verified', 'refused')),
  -- Told to the claimer; asked for when it is refused.
  reason TEXT NOT NULL CONSTRAINT organisation_decisions_reason CHECK (length(reason) <= 200),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  CONSTRAINT refusal_has_reason CHECK (decision = 'verified' OR length(reason) >= 2)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER organisation_decisions_guard BEFORE INSERT ON organisation_decisions
BEGIN
  -- Officers of the county or of the street or town; a city or a province does not verify.
  SELECT RAISE(ABORT, 'organisation_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisations
        JOIN role_grants ON role_grants.scope_kind = 'region' AND role_grants.role = 'reviewer' AND role_grants.state = 'active'
      WHERE organisations.id = NEW.organisation_id AND role_grants.person_id = NEW.decided_by
        AND length(role_grants.scope_id) IN (6, 9) AND substr(role_grants.scope_id, 5, 2) <> '00'
        AND substr(organisations.region_code, 1, length(role_grants.scope_id)) = role_grants.scope_id);
  -- Separation of duties: nobody decides on their own organisation.
  SELECT RAISE(ABORT, 'own_organisation')
    FROM organisation_members WHERE organisation_id = NEW.organisation_id AND person_id = NEW.decided_by AND state = 'active';
  SELECT RAISE(ABORT, 'organisation_already_decided')
    FROM organisations WHERE id = NEW.organisation_id AND state <> 'claimed';
  UPDATE organisations SET state = NEW.decision WHERE id = NEW.organisation_id;
END;

-- 移交：the responsible person hands over to another member.
CREATE TABLE organisation_handovers (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  from_person_id TEXT NOT NULL REFERENCES people (id),
  to_person_id TEXT NOT NULL REFERENCES people (id),
  handed_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER organisation_handovers_guard BEFORE INSERT ON organisation_handovers
BEGIN
  SELECT RAISE(ABORT, 'organisation_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisation_members WHERE organisation_id = NEW.organisation_id
        AND person_id = NEW.from_person_id AND state = 'active' AND responsible = 1);
  SELECT RAISE(ABORT, 'member_unknown')
    WHERE NEW.to_person_id = NEW.from_person_id OR NOT EXISTS (
      SELECT 1 FROM organisation_members WHERE organisation_id = NEW.organisation_id
        AND person_id = NEW.to_person_id AND state = 'active');
  UPDATE organisation_members SET responsible = 0
    WHERE organisation_id = NEW.organisation_id AND person_id = NEW.from_person_id AND state = 'active';
  UPDATE organisation_members SET responsible = 1
    WHERE organisation_id = NEW.organisation_id AND person_id = NEW.to_person_id AND state = 'active';
END;

CREATE TABLE organisation_departures (
  member_id TEXT PRIMARY KEY REFERENCES organisation_members (id),
  -- The member, or whoever is responsible.
  departed_by TEXT NOT NULL REFERENCES people (id),
  departed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER organisation_departures_guard BEFORE INSERT ON organisation_departures
BEGIN
  SELECT RAISE(ABORT, 'member_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisation_members AS member WHERE member.id = NEW.member_id AND (
        member.person_id = NEW.departed_by
        OR EXISTS (
          SELECT 1 FROM organisation_members AS lead WHERE lead.organisation_id = member.organisation_id
            AND lead.person_id = NEW.departed_by AND lead.state = 'active' AND lead.responsible = 1)));
  SELECT RAISE(ABORT, 'member_already_left') FROM organisation_members WHERE id = NEW.member_id AND state = 'left';
  -- An organisation is never without somebody responsible.
  SELECT RAISE(ABORT, 'responsible_stays') FROM organisation_members WHERE id = NEW.member_id AND responsible = 1;
  UPDATE organisation_members SET state = 'left' WHERE id = NEW.member_id;
END;
