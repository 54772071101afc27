-- 命名: which communities, towns and counties were named, each by the document that says so. What is not documented is not here.

CREATE TABLE namings (
  id TEXT PRIMARY KEY,
  level TEXT NOT NULL CONSTRAINT namings_level CHECK (level IN ('national', 'province', 'city', 'county')),
  -- 社区（村）, 乡镇（街道）, 县（市、区）
  unit TEXT NOT NULL CONSTRAINT namings_unit CHECK (unit IN ('community', 'town', 'county')),
  name TEXT NOT NULL CONSTRAINT namings_name CHECK (length(name) BETWEEN 2 AND 60),
  -- The county, or the town or community itself where its code is known.
  region_code TEXT NOT NULL CONSTRAINT namings_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*' AND substr(region_code, 5, 2) <> '00'),
  named_by TEXT NOT NULL CONSTRAINT namings_named_by CHECK (length(named_by) BETWEEN 2 AND 120),
  document_title TEXT NOT NULL CONSTRAINT namings_document CHECK (length(document_title) BETWEEN 4 AND 120),
  -- Empty where the document has none.
  document_number TEXT NOT NULL CONSTRAINT namings_number CHECK (length(document_number) <= 40),
  -- A day of the calendar in China.
  named_on TEXT NOT NULL CONSTRAINT namings_day CHECK (named_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  import_id TEXT NOT NULL REFERENCES imports (id),
  listed_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'listed' CONSTRAINT namings_state CHECK (state IN ('listed', 'removed'))
) STRICT;

CREATE UNIQUE INDEX namings_once ON namings (level, unit, region_code, name, named_on) WHERE state = 'listed';
-- The directory: newest naming first, in parts.
CREATE INDEX namings_by_day ON namings (named_on DESC, id DESC) WHERE state = 'listed';

CREATE TRIGGER namings_guard BEFORE INSERT ON namings
BEGIN
  SELECT RAISE(ABORT, 'region_elsewhere')
    WHERE NOT EXISTS (
      SELECT 1 FROM imports WHERE id = NEW.import_id AND kind = 'namings'
        AND substr(NEW.region_code, 1, CASE WHEN substr(scope_id, 3) = '0000' THEN 2 WHEN substr(scope_id, 5) = '00' THEN 4 ELSE 6 END)
          = substr(scope_id, 1, CASE WHEN substr(scope_id, 3) = '0000' THEN 2 WHEN substr(scope_id, 5) = '00' THEN 4 ELSE 6 END));
  SELECT RAISE(ABORT, 'named_later') WHERE NEW.named_on > date(NEW.listed_at / 1000, 'unixepoch', '+8 hours');
END;

-- An entry that should not have been made: who took it out, when and why. The row stays, for the log to point at.
CREATE TABLE naming_removals (
  naming_id TEXT PRIMARY KEY REFERENCES namings (id),
  reason TEXT NOT NULL CONSTRAINT naming_removals_reason CHECK (length(reason) BETWEEN 2 AND 200),
  removed_by TEXT NOT NULL REFERENCES people (id),
  removed_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER naming_removals_guard BEFORE INSERT ON naming_removals
BEGIN
  SELECT RAISE(ABORT, 'naming_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM namings JOIN role_grants ON role_grants.person_id = NEW.removed_by
          AND role_grants.role = 'reviewer' AND role_grants.state = 'active' AND role_grants.scope_kind = 'region'
          AND length(role_grants.scope_id) = 6
          AND substr(namings.region_code, 1, CASE WHEN substr(role_grants.scope_id, 3) = '0000' THEN 2 WHEN substr(role_grants.scope_id, 5) = '00' THEN 4 ELSE 6 END)
            = substr(role_grants.scope_id, 1, CASE WHEN substr(role_grants.scope_id, 3) = '0000' THEN 2 WHEN substr(role_grants.scope_id, 5) = '00' THEN 4 ELSE 6 END)
        WHERE namings.id = NEW.naming_id);
END;

CREATE TRIGGER naming_removals_take_effect AFTER INSERT ON naming_removals
BEGIN
  UPDATE namings SET state = 'removed' WHERE id = NEW.naming_id;
END;
