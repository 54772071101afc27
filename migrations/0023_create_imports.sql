-- Tables that staff bring in from a spreadsheet: read and judged first, written when somebody confirms, row by row.

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CONSTRAINT imports_kind CHECK (kind IN ('bookings', 'organisations', 'namings')),
  -- A hall's slug, or the code of a region.
  scope_id TEXT NOT NULL CONSTRAINT imports_scope CHECK (scope_id <> ''),
  -- The rows as they were read, sealed; empty once the day is over.
  content_cipher BLOB NOT NULL,
  key_version INTEGER NOT NULL,
  row_count INTEGER NOT NULL CONSTRAINT imports_rows CHECK (row_count BETWEEN 1 AND 500),
  created_by TEXT NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CONSTRAINT imports_expire_later CHECK (expires_at > created_at)
) STRICT;

CREATE INDEX imports_by_person ON imports (created_by, id);
CREATE INDEX imports_by_expiry ON imports (expires_at) WHERE content_cipher <> x'';

CREATE TRIGGER imports_guard BEFORE INSERT ON imports
BEGIN
  SELECT RAISE(ABORT, 'import_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.created_by AND state = 'active' AND (
        (NEW.kind = 'bookings' AND role = 'hall_manager' AND scope_kind = 'hall' AND scope_id = NEW.scope_id)
        OR (NEW.kind = 'organisations' AND role = 'reviewer' AND scope_kind = 'region' AND scope_id = NEW.scope_id
          AND length(scope_id) IN (6, 9) AND substr(scope_id, 5, 2) <> '00')
        -- Who names are counties and above.
        OR (NEW.kind = 'namings' AND role = 'reviewer' AND scope_kind = 'region' AND scope_id = NEW.scope_id
          AND length(scope_id) = 6)));
  -- Twenty in a day: more is a program, which has no business here.
  SELECT RAISE(ABORT, 'imports_used_up')
    WHERE (SELECT count(*) FROM imports WHERE created_by = NEW.created_by AND created_at > NEW.created_at - 86400000) >= 20;
END;

-- What became of each row. A good one is written in the same batch as what it brings in.
CREATE TABLE import_rows (
  import_id TEXT NOT NULL REFERENCES imports (id),
  -- The line of the spreadsheet, the heading being 1.
  row_number INTEGER NOT NULL CONSTRAINT import_rows_number CHECK (row_number >= 2),
  -- Keyed hash of what the row says, so that the same row is brought in once, from whichever file.
  row_key BLOB NOT NULL CONSTRAINT import_rows_key_length CHECK (length(row_key) = 32),
  outcome TEXT NOT NULL CONSTRAINT import_rows_outcome CHECK (outcome IN ('imported', 'repeated', 'refused')),
  -- The name of the guard that refused; empty when nothing did.
  reason TEXT NOT NULL,
  imported_by TEXT NOT NULL REFERENCES people (id),
  imported_at INTEGER NOT NULL,
  PRIMARY KEY (import_id, row_number),
  CONSTRAINT import_rows_reason CHECK ((outcome = 'refused') = (reason <> ''))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX import_rows_once ON import_rows (row_key) WHERE outcome = 'imported';

CREATE TRIGGER import_rows_guard BEFORE INSERT ON import_rows
BEGIN
  SELECT RAISE(ABORT, 'import_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM imports JOIN role_grants ON role_grants.person_id = imports.created_by
          AND role_grants.scope_id = imports.scope_id AND role_grants.state = 'active'
          AND role_grants.role = CASE imports.kind WHEN 'bookings' THEN 'hall_manager' ELSE 'reviewer' END
        WHERE imports.id = NEW.import_id AND imports.created_by = NEW.imported_by);
  SELECT RAISE(ABORT, 'import_expired')
    FROM imports WHERE id = NEW.import_id AND (expires_at <= NEW.imported_at OR content_cipher = x'');
END;

-- 单位名录: the schools and other organisations that a county knows of, to verify claims against. No personal values.
CREATE TABLE known_organisations (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CONSTRAINT known_organisations_kind CHECK (kind IN (
    'school', 'kindergarten', 'enterprise', 'committee', 'volunteer_team')),
  name TEXT NOT NULL CONSTRAINT known_organisations_name CHECK (length(name) BETWEEN 2 AND 60),
  region_code TEXT NOT NULL CONSTRAINT known_organisations_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*' AND substr(region_code, 5, 2) <> '00'),
  import_id TEXT NOT NULL REFERENCES imports (id),
  listed_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX known_organisations_once ON known_organisations (kind, region_code, name);

CREATE TRIGGER known_organisations_guard BEFORE INSERT ON known_organisations
BEGIN
  SELECT RAISE(ABORT, 'region_elsewhere')
    WHERE NOT EXISTS (
      SELECT 1 FROM imports WHERE id = NEW.import_id AND kind = 'organisations'
        AND substr(NEW.region_code, 1, length(scope_id)) = scope_id);
END;
