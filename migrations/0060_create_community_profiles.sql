-- 社区基本情况: what a community knows of itself, by sections that are saved apart. Each save is a version that stays.

-- Who writes it: members of a verified community or village committee.
CREATE VIEW community_writers AS
  SELECT organisation_members.person_id AS person_id, organisations.id AS organisation_id
    FROM organisation_members JOIN organisations ON organisations.id = organisation_members.organisation_id
    WHERE organisation_members.state = 'active' AND organisations.kind = 'committee'
      AND organisations.state = 'verified' AND organisations.unclaimed_at IS NULL;

-- 志愿者: counted in the registry, never typed.
CREATE VIEW community_volunteers AS
  SELECT organisation_id, count(*) AS volunteers
    FROM volunteers WHERE state = 'confirmed' AND organisation_id IS NOT NULL GROUP BY organisation_id;

CREATE TABLE community_profile_versions (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  section TEXT NOT NULL CONSTRAINT community_profile_versions_section CHECK (section IN (
    'basics', 'vulnerable', 'officers', 'shelters', 'stores', 'warning', 'risks', 'plan', 'figures', 'publication')),
  -- Of the section that comes by years; 0 for the others.
  year INTEGER NOT NULL CONSTRAINT community_profile_versions_year CHECK (
    CASE section WHEN 'figures' THEN year BETWEEN 2000 AND 2100 ELSE year = 0 END),
  version INTEGER NOT NULL CONSTRAINT community_profile_versions_version CHECK (version BETWEEN 1 AND 10000),
  -- Counts and places; what names somebody lies in the cipher beside it.
  content TEXT NOT NULL CONSTRAINT community_profile_versions_content CHECK (
    json_valid(content) AND length(content) <= 20000),
  -- Of the 灾害信息员. Null in other sections, and once the time of a replaced version is over.
  officers_cipher BLOB,
  key_version INTEGER,
  -- SHA-256 over section, year, content and what is sealed with its salt: it holds when the sealed part is gone.
  digest BLOB NOT NULL CONSTRAINT community_profile_versions_digest CHECK (length(digest) = 32),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, section, year, version),
  CONSTRAINT community_profile_versions_sealed CHECK (
    (officers_cipher IS NULL) = (key_version IS NULL) AND (officers_cipher IS NULL OR section = 'officers'))
) STRICT, WITHOUT ROWID;

CREATE INDEX community_profile_versions_by_time ON community_profile_versions (organisation_id, written_at);
CREATE INDEX community_profile_versions_sealed_officers ON community_profile_versions (written_at)
  WHERE officers_cipher IS NOT NULL;

CREATE TRIGGER community_profile_versions_guard BEFORE INSERT ON community_profile_versions
BEGIN
  SELECT RAISE(ABORT, 'community_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM community_writers WHERE person_id = NEW.written_by AND organisation_id = NEW.organisation_id);
  -- Whoever saves has seen what they replace.
  SELECT RAISE(ABORT, 'profile_overtaken')
    WHERE NEW.version <> 1 + (
      SELECT coalesce(max(version), 0) FROM community_profile_versions
        WHERE organisation_id = NEW.organisation_id AND section = NEW.section AND year = NEW.year);
END;

-- A version stays as it was written; only what is sealed is wrapped anew, or goes when its time is over.
CREATE TRIGGER community_profile_versions_never_change
  BEFORE UPDATE OF organisation_id, section, year, version, content, digest, written_by, written_at
  ON community_profile_versions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TRIGGER community_profile_versions_stay BEFORE DELETE ON community_profile_versions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- What runs out by a day, of the versions that stand: supplies, the next revision of the plan.
CREATE TABLE community_dues (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  kind TEXT NOT NULL CONSTRAINT community_dues_kind CHECK (kind IN ('stores', 'plan')),
  position INTEGER NOT NULL,
  due_on TEXT NOT NULL CONSTRAINT community_dues_day CHECK (due_on GLOB '????-??-??'),
  PRIMARY KEY (organisation_id, kind, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX community_dues_by_day ON community_dues (due_on);

CREATE TRIGGER community_profile_versions_take_effect AFTER INSERT ON community_profile_versions
  WHEN NEW.section IN ('stores', 'plan')
BEGIN
  DELETE FROM community_dues WHERE organisation_id = NEW.organisation_id AND kind = NEW.section;
  INSERT INTO community_dues (organisation_id, kind, position, due_on)
    SELECT NEW.organisation_id, 'stores', row.key, json_extract(row.value, '$.bestBefore')
      FROM json_each(NEW.content, '$.rows') AS row
      WHERE NEW.section = 'stores' AND json_extract(row.value, '$.bestBefore') <> '';
  INSERT INTO community_dues (organisation_id, kind, position, due_on)
    SELECT NEW.organisation_id, 'plan', 0, json_extract(NEW.content, '$.fields.nextRevisionOn')
      WHERE NEW.section = 'plan' AND json_extract(NEW.content, '$.fields.nextRevisionOn') <> '';
END;

-- One word for each day on which something of a kind runs out.
CREATE TABLE community_due_reminders (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  kind TEXT NOT NULL CONSTRAINT community_due_reminders_kind CHECK (kind IN ('stores', 'plan')),
  due_on TEXT NOT NULL,
  reminded_at INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, kind, due_on)
) STRICT, WITHOUT ROWID;

-- 风险地图 that was drawn elsewhere.
INSERT INTO file_purposes VALUES ('risk_map', 'community', 12, 20971520, 20, 104857600, 3650);

-- Only those who write the profile put a map to it. The subject of other links is looked after by their own features.
CREATE TRIGGER file_links_of_communities BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'community'
BEGIN
  SELECT RAISE(ABORT, 'community_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM community_writers WHERE person_id = NEW.linked_by AND organisation_id = NEW.subject_id);
END;
