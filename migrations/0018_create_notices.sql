-- Notices of the bureau. Nobody puts words before the public alone: one person writes, a second checks, a third
-- releases. Every version is a row that is never changed; what is wrong is put right by a further version.

-- Who may work on what is meant for which regions: those whose codes begin with the prefix; all, for an empty one.
CREATE VIEW publishers AS
SELECT person_id, role,
  CASE
    WHEN scope_kind = 'site' THEN ''
    WHEN length(scope_id) = 6 AND substr(scope_id, 3) = '0000' THEN substr(scope_id, 1, 2)
    WHEN length(scope_id) = 6 AND substr(scope_id, 5) = '00' THEN substr(scope_id, 1, 4)
    ELSE scope_id
  END AS prefix
FROM role_grants
WHERE state = 'active' AND role IN ('editor', 'administrator') AND scope_kind IN ('site', 'region');

CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  -- All below follows from the rows that come after; kept here for the lists.
  kind TEXT,
  region TEXT,
  valid_until TEXT,
  released_number INTEGER,
  -- Of the first release: a correction does not bring an old notice back to the top.
  released_at INTEGER,
  withdrawn_at INTEGER,
  -- The last version has not been released.
  is_open INTEGER NOT NULL DEFAULT 1 CONSTRAINT notices_is_open CHECK (is_open IN (0, 1)),
  CONSTRAINT notices_released CHECK ((released_number IS NULL) = (released_at IS NULL))
) STRICT;

CREATE INDEX notices_public ON notices (released_at, id) WHERE released_at IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX notices_public_by_kind ON notices (kind, released_at, id)
  WHERE released_at IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX notices_waiting ON notices (id) WHERE is_open = 1;

CREATE TRIGGER notices_guard BEFORE INSERT ON notices
BEGIN
  SELECT RAISE(ABORT, 'notice_starts_empty')
    WHERE NEW.kind IS NOT NULL OR NEW.region IS NOT NULL OR NEW.released_number IS NOT NULL
      OR NEW.withdrawn_at IS NOT NULL OR NEW.is_open <> 1;
END;

CREATE TABLE notice_versions (
  id TEXT PRIMARY KEY,
  notice_id TEXT NOT NULL REFERENCES notices (id),
  number INTEGER NOT NULL CONSTRAINT notice_versions_number CHECK (number >= 1),
  title TEXT NOT NULL CONSTRAINT notice_versions_title CHECK (length(title) BETWEEN 1 AND 60),
  body TEXT NOT NULL CONSTRAINT notice_versions_body CHECK (body <> ''),
  kind TEXT NOT NULL CONSTRAINT notice_versions_kind CHECK (kind IN ('warning', 'service', 'activity', 'policy')),
  -- A division's code; NULL: everywhere this site serves.
  region TEXT CONSTRAINT notice_versions_region CHECK (length(region) IN (6, 9, 12) AND region NOT GLOB '*[^0-9]*'),
  issuer TEXT NOT NULL CONSTRAINT notice_versions_issuer CHECK (issuer <> ''),
  -- Calendar dates in China, both included.
  valid_from TEXT CONSTRAINT notice_versions_valid_from CHECK (valid_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  valid_until TEXT CONSTRAINT notice_versions_valid_until CHECK (valid_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- Why there is a further version; the public reads it once it is released.
  reason TEXT CONSTRAINT notice_versions_reason CHECK (reason <> ''),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  CONSTRAINT notice_valid_until_later CHECK (valid_until >= valid_from),
  UNIQUE (notice_id, number)
) STRICT;

CREATE TRIGGER notice_versions_guard BEFORE INSERT ON notice_versions
BEGIN
  SELECT RAISE(ABORT, 'writing_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM publishers WHERE person_id = NEW.written_by AND role = 'editor'
        AND (prefix = '' OR substr(NEW.region, 1, length(prefix)) = prefix));
  -- Nor may a region take over what was meant for another.
  SELECT RAISE(ABORT, 'writing_not_yours')
    FROM notice_versions AS former WHERE former.notice_id = NEW.notice_id AND former.number = NEW.number - 1
      AND NOT EXISTS (
        SELECT 1 FROM publishers WHERE person_id = NEW.written_by AND role = 'editor'
          AND (prefix = '' OR substr(former.region, 1, length(prefix)) = prefix));
  SELECT RAISE(ABORT, 'notice_unknown') WHERE NOT EXISTS (SELECT 1 FROM notices WHERE id = NEW.notice_id);
  SELECT RAISE(ABORT, 'notice_withdrawn') FROM notices WHERE id = NEW.notice_id AND withdrawn_at IS NOT NULL;
  -- Somebody has saved another version since this one was begun.
  SELECT RAISE(ABORT, 'notice_changed_meanwhile')
    WHERE NEW.number <> 1 + coalesce((SELECT max(number) FROM notice_versions WHERE notice_id = NEW.notice_id), 0);
  SELECT RAISE(ABORT, 'correction_needs_reason')
    FROM notices WHERE id = NEW.notice_id AND released_number IS NOT NULL AND NEW.reason IS NULL;
  UPDATE notices SET is_open = 1 WHERE id = NEW.notice_id;
END;

CREATE TRIGGER notice_versions_stay BEFORE UPDATE ON notice_versions
BEGIN
  SELECT RAISE(ABORT, 'notice_version_is_kept');
END;

CREATE TRIGGER notice_versions_are_kept BEFORE DELETE ON notice_versions
BEGIN
  SELECT RAISE(ABORT, 'notice_version_is_kept');
END;

-- The second pair of eyes: it passes, or goes back with what is to be changed.
CREATE TABLE notice_checks (
  version_id TEXT PRIMARY KEY REFERENCES notice_versions (id),
  outcome TEXT NOT NULL CONSTRAINT notice_checks_outcome CHECK (outcome IN ('passed', 'returned')),
  opinion TEXT CONSTRAINT notice_checks_opinion CHECK (opinion <> ''),
  checked_by TEXT NOT NULL REFERENCES people (id),
  checked_at INTEGER NOT NULL,
  CONSTRAINT return_needs_opinion CHECK (outcome = 'passed' OR opinion IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER notice_checks_guard BEFORE INSERT ON notice_checks
BEGIN
  SELECT RAISE(ABORT, 'checking_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM publishers WHERE person_id = NEW.checked_by AND role = 'editor'
        AND (prefix = '' OR substr((SELECT region FROM notice_versions WHERE id = NEW.version_id), 1, length(prefix)) = prefix));
  SELECT RAISE(ABORT, 'version_unknown') WHERE NOT EXISTS (SELECT 1 FROM notice_versions WHERE id = NEW.version_id);
  SELECT RAISE(ABORT, 'notice_withdrawn')
    FROM notice_versions JOIN notices ON notices.id = notice_versions.notice_id
    WHERE notice_versions.id = NEW.version_id AND notices.withdrawn_at IS NOT NULL;
  SELECT RAISE(ABORT, 'version_checked') WHERE EXISTS (SELECT 1 FROM notice_checks WHERE version_id = NEW.version_id);
  SELECT RAISE(ABORT, 'version_not_last')
    FROM notice_versions AS own WHERE own.id = NEW.version_id AND EXISTS (
      SELECT 1 FROM notice_versions AS later WHERE later.notice_id = own.notice_id AND later.number > own.number);
  -- Whoever wrote any of what the public has not seen yet would check their own words.
  SELECT RAISE(ABORT, 'checking_own_words')
    FROM notice_versions AS own JOIN notices ON notices.id = own.notice_id
      JOIN notice_versions AS draft ON draft.notice_id = own.notice_id
        AND draft.number > coalesce(notices.released_number, 0)
    WHERE own.id = NEW.version_id AND draft.written_by = NEW.checked_by;
END;

CREATE TABLE notice_releases (
  version_id TEXT PRIMARY KEY REFERENCES notice_versions (id),
  released_by TEXT NOT NULL REFERENCES people (id),
  released_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER notice_releases_guard BEFORE INSERT ON notice_releases
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM publishers WHERE person_id = NEW.released_by
        AND (prefix = '' OR substr((SELECT region FROM notice_versions WHERE id = NEW.version_id), 1, length(prefix)) = prefix));
  SELECT RAISE(ABORT, 'version_unknown') WHERE NOT EXISTS (SELECT 1 FROM notice_versions WHERE id = NEW.version_id);
  SELECT RAISE(ABORT, 'notice_withdrawn')
    FROM notice_versions JOIN notices ON notices.id = notice_versions.notice_id
    WHERE notice_versions.id = NEW.version_id AND notices.withdrawn_at IS NOT NULL;
  SELECT RAISE(ABORT, 'version_released')
    WHERE EXISTS (SELECT 1 FROM notice_releases WHERE version_id = NEW.version_id);
  SELECT RAISE(ABORT, 'version_not_last')
    FROM notice_versions AS own WHERE own.id = NEW.version_id AND EXISTS (
      SELECT 1 FROM notice_versions AS later WHERE later.notice_id = own.notice_id AND later.number > own.number);
  SELECT RAISE(ABORT, 'version_not_checked')
    WHERE NOT EXISTS (SELECT 1 FROM notice_checks WHERE version_id = NEW.version_id AND outcome = 'passed');
  SELECT RAISE(ABORT, 'releasing_own_words')
    FROM notice_versions AS own JOIN notices ON notices.id = own.notice_id
      JOIN notice_versions AS draft ON draft.notice_id = own.notice_id
        AND draft.number > coalesce(notices.released_number, 0)
    WHERE own.id = NEW.version_id AND draft.written_by = NEW.released_by;
  SELECT RAISE(ABORT, 'releasing_own_check')
    FROM notice_checks WHERE version_id = NEW.version_id AND checked_by = NEW.released_by;
  SELECT RAISE(ABORT, 'notice_out_of_date')
    FROM notice_versions WHERE id = NEW.version_id
      AND valid_until < date(NEW.released_at / 1000 + 28800, 'unixepoch');
  UPDATE notices SET
      kind = version.kind, region = version.region, valid_until = version.valid_until,
      released_number = version.number, released_at = coalesce(notices.released_at, NEW.released_at), is_open = 0
    FROM notice_versions AS version WHERE version.id = NEW.version_id AND notices.id = version.notice_id;
END;

CREATE TRIGGER notice_releases_are_kept BEFORE DELETE ON notice_releases
BEGIN
  SELECT RAISE(ABORT, 'notice_version_is_kept');
END;

-- Taking back needs no second person: what is wrong must go at once. The reason stands where the notice stood.
CREATE TABLE notice_withdrawals (
  notice_id TEXT PRIMARY KEY REFERENCES notices (id),
  reason TEXT NOT NULL CONSTRAINT notice_withdrawals_reason CHECK (reason <> ''),
  withdrawn_by TEXT NOT NULL REFERENCES people (id),
  withdrawn_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER notice_withdrawals_guard BEFORE INSERT ON notice_withdrawals
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM publishers WHERE person_id = NEW.withdrawn_by
        AND (prefix = '' OR substr((SELECT region FROM notices WHERE id = NEW.notice_id), 1, length(prefix)) = prefix));
  SELECT RAISE(ABORT, 'notice_unknown') WHERE NOT EXISTS (SELECT 1 FROM notices WHERE id = NEW.notice_id);
  SELECT RAISE(ABORT, 'notice_not_released') FROM notices WHERE id = NEW.notice_id AND released_at IS NULL;
  SELECT RAISE(ABORT, 'notice_withdrawn') FROM notices WHERE id = NEW.notice_id AND withdrawn_at IS NOT NULL;
  UPDATE notices SET withdrawn_at = NEW.withdrawn_at, is_open = 0 WHERE id = NEW.notice_id;
END;
