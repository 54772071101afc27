-- What reaches every page at once: one urgent line at its head, and guides that must not be read any more. Both
-- take two people, one who writes and another who lets it out; a line is looked at afterwards by a third.

CREATE TABLE banners (
  id TEXT PRIMARY KEY,
  line TEXT NOT NULL CONSTRAINT banners_line CHECK (length(line) BETWEEN 1 AND 60),
  level TEXT NOT NULL CONSTRAINT banners_level CHECK (level IN ('notice', 'blue', 'yellow', 'orange', 'red')),
  -- A page of this site that says more.
  href TEXT CONSTRAINT banners_href CHECK (href GLOB '/notices/*' OR href GLOB '/guides/*'),
  region TEXT CONSTRAINT banners_region CHECK (length(region) IN (6, 9, 12) AND region NOT GLOB '*[^0-9]*'),
  -- From its release. Nothing urgent is urgent for longer without somebody looking at it again.
  hours INTEGER NOT NULL CONSTRAINT banners_hours CHECK (hours BETWEEN 1 AND 72),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  -- All below follows from the rows that come after.
  released_at INTEGER,
  until INTEGER,
  ended_at INTEGER,
  reviewed_at INTEGER
) STRICT;

CREATE INDEX banners_live ON banners (until) WHERE released_at IS NOT NULL AND ended_at IS NULL;

CREATE TRIGGER banners_guard BEFORE INSERT ON banners
BEGIN
  SELECT RAISE(ABORT, 'banner_starts_dark')
    WHERE NEW.released_at IS NOT NULL OR NEW.until IS NOT NULL OR NEW.ended_at IS NOT NULL OR NEW.reviewed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'writing_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.written_by AND state = 'active'
        AND role = 'editor' AND scope_kind = 'site');
END;

CREATE TRIGGER banners_words_stay BEFORE UPDATE OF line, level, href, region, hours, written_by, written_at ON banners
BEGIN
  SELECT RAISE(ABORT, 'banner_words_stay');
END;

CREATE TABLE banner_releases (
  banner_id TEXT PRIMARY KEY REFERENCES banners (id),
  released_by TEXT NOT NULL REFERENCES people (id),
  released_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER banner_releases_guard BEFORE INSERT ON banner_releases
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.released_by AND state = 'active'
        AND role IN ('editor', 'administrator') AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'banner_unknown') WHERE NOT EXISTS (SELECT 1 FROM banners WHERE id = NEW.banner_id);
  SELECT RAISE(ABORT, 'banner_released') FROM banners WHERE id = NEW.banner_id AND released_at IS NOT NULL;
  SELECT RAISE(ABORT, 'banner_over') FROM banners WHERE id = NEW.banner_id AND ended_at IS NOT NULL;
  SELECT RAISE(ABORT, 'releasing_own_words')
    FROM banners WHERE id = NEW.banner_id AND written_by = NEW.released_by;
  -- Words of yesterday are not let out today by a slip.
  SELECT RAISE(ABORT, 'banner_too_old')
    FROM banners WHERE id = NEW.banner_id AND written_at < NEW.released_at - 86400000;
  -- More than three lines push the guide off a phone's first screen.
  SELECT RAISE(ABORT, 'banners_too_many')
    WHERE (SELECT count(*) FROM banners
      WHERE released_at IS NOT NULL AND ended_at IS NULL AND until > NEW.released_at) >= 3;
  UPDATE banners SET released_at = NEW.released_at, until = NEW.released_at + hours * 3600000
    WHERE id = NEW.banner_id;
END;

CREATE TABLE banner_extensions (
  id TEXT PRIMARY KEY,
  banner_id TEXT NOT NULL REFERENCES banners (id),
  hours INTEGER NOT NULL CONSTRAINT banner_extensions_hours CHECK (hours BETWEEN 1 AND 72),
  extended_by TEXT NOT NULL REFERENCES people (id),
  extended_at INTEGER NOT NULL
) STRICT;

CREATE INDEX banner_extensions_of ON banner_extensions (banner_id);

CREATE TRIGGER banner_extensions_guard BEFORE INSERT ON banner_extensions
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.extended_by AND state = 'active'
        AND role IN ('editor', 'administrator') AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'banner_unknown') WHERE NOT EXISTS (SELECT 1 FROM banners WHERE id = NEW.banner_id);
  SELECT RAISE(ABORT, 'banner_not_released') FROM banners WHERE id = NEW.banner_id AND released_at IS NULL;
  SELECT RAISE(ABORT, 'banner_over')
    FROM banners WHERE id = NEW.banner_id AND (ended_at IS NOT NULL OR until <= NEW.extended_at);
  UPDATE banners SET until = NEW.extended_at + NEW.hours * 3600000 WHERE id = NEW.banner_id;
END;

-- Taken down before its time, or never let out.
CREATE TABLE banner_ends (
  banner_id TEXT PRIMARY KEY REFERENCES banners (id),
  ended_by TEXT NOT NULL REFERENCES people (id),
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER banner_ends_guard BEFORE INSERT ON banner_ends
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.ended_by AND state = 'active'
        AND role IN ('editor', 'administrator') AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'banner_unknown') WHERE NOT EXISTS (SELECT 1 FROM banners WHERE id = NEW.banner_id);
  SELECT RAISE(ABORT, 'banner_over')
    FROM banners WHERE id = NEW.banner_id AND (ended_at IS NOT NULL OR until <= NEW.ended_at);
  UPDATE banners SET ended_at = NEW.ended_at WHERE id = NEW.banner_id;
END;

CREATE TABLE banner_reviews (
  banner_id TEXT PRIMARY KEY REFERENCES banners (id),
  opinion TEXT NOT NULL CONSTRAINT banner_reviews_opinion CHECK (opinion <> ''),
  reviewed_by TEXT NOT NULL REFERENCES people (id),
  reviewed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER banner_reviews_guard BEFORE INSERT ON banner_reviews
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.reviewed_by AND state = 'active'
        AND role IN ('editor', 'administrator') AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'banner_unknown') WHERE NOT EXISTS (SELECT 1 FROM banners WHERE id = NEW.banner_id);
  SELECT RAISE(ABORT, 'banner_not_released') FROM banners WHERE id = NEW.banner_id AND released_at IS NULL;
  SELECT RAISE(ABORT, 'banner_reviewed') FROM banners WHERE id = NEW.banner_id AND reviewed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'reviewing_own_banner')
    FROM banners JOIN banner_releases ON banner_releases.banner_id = banners.id
    WHERE banners.id = NEW.banner_id
      AND NEW.reviewed_by IN (banners.written_by, banner_releases.released_by);
  UPDATE banners SET reviewed_at = NEW.reviewed_at WHERE id = NEW.banner_id;
END;

-- A guide taken from the public, or given back to it: asked for by one, confirmed by another.
CREATE TABLE guide_withdrawals (
  id TEXT PRIMARY KEY,
  guide TEXT NOT NULL CONSTRAINT guide_withdrawals_guide CHECK (guide <> '' AND guide NOT GLOB '*[^a-z0-9-]*'),
  act TEXT NOT NULL CONSTRAINT guide_withdrawals_act CHECK (act IN ('withdraw', 'reinstate')),
  -- The public reads it.
  reason TEXT NOT NULL CONSTRAINT guide_withdrawals_reason CHECK (reason <> ''),
  -- A guide to read in its place; without one the page names the numbers to call.
  instead TEXT CONSTRAINT guide_withdrawals_instead CHECK (instead <> '' AND instead NOT GLOB '*[^a-z0-9-]*'),
  proposed_by TEXT NOT NULL REFERENCES people (id),
  proposed_at INTEGER NOT NULL,
  -- Follows from guide_withdrawal_decisions.
  state TEXT NOT NULL DEFAULT 'proposed'
    CONSTRAINT guide_withdrawals_state CHECK (state IN ('proposed', 'confirmed', 'declined')),
  decided_at INTEGER,
  CONSTRAINT guide_not_its_own_substitute CHECK (instead <> guide)
) STRICT;

CREATE UNIQUE INDEX guide_withdrawals_one_open ON guide_withdrawals (guide) WHERE state = 'proposed';
CREATE INDEX guide_withdrawals_confirmed ON guide_withdrawals (guide, decided_at) WHERE state = 'confirmed';

CREATE TRIGGER guide_withdrawals_guard BEFORE INSERT ON guide_withdrawals
BEGIN
  SELECT RAISE(ABORT, 'withdrawal_starts_proposed') WHERE NEW.state <> 'proposed' OR NEW.decided_at IS NOT NULL;
  SELECT RAISE(ABORT, 'writing_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.proposed_by AND state = 'active'
        AND role = 'editor' AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'guide_already_so')
    WHERE NEW.act = coalesce((
      SELECT act FROM guide_withdrawals WHERE guide = NEW.guide AND state = 'confirmed'
      ORDER BY decided_at DESC, id DESC LIMIT 1), 'reinstate');
END;

CREATE TABLE guide_withdrawal_decisions (
  withdrawal_id TEXT PRIMARY KEY REFERENCES guide_withdrawals (id),
  decision TEXT NOT NULL CONSTRAINT guide_withdrawal_decisions_decision CHECK (decision IN ('confirmed', 'declined')),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER guide_withdrawal_decisions_guard BEFORE INSERT ON guide_withdrawal_decisions
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.decided_by AND state = 'active'
        AND role IN ('editor', 'administrator') AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'withdrawal_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM guide_withdrawals WHERE id = NEW.withdrawal_id);
  SELECT RAISE(ABORT, 'withdrawal_decided')
    FROM guide_withdrawals WHERE id = NEW.withdrawal_id AND state <> 'proposed';
  -- One may take back what one asked for, not let it out.
  SELECT RAISE(ABORT, 'releasing_own_words')
    FROM guide_withdrawals WHERE id = NEW.withdrawal_id AND proposed_by = NEW.decided_by
      AND NEW.decision = 'confirmed';
  UPDATE guide_withdrawals SET state = NEW.decision, decided_at = NEW.decided_at WHERE id = NEW.withdrawal_id;
END;
