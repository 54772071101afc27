-- 停用: an exhibit, a zone or a part of the hall is out of order for some days. While it is, its sessions may open fewer
-- places; nobody who has booked is moved by that. And who changed the calendars, under the same guards.

CREATE TABLE hall_outages (
  id TEXT PRIMARY KEY,
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  kind TEXT NOT NULL CONSTRAINT hall_outages_kind CHECK (kind IN ('exhibit', 'zone', 'hall')),
  -- An exhibit or a zone as the hall's page calls it; empty for the hall.
  name TEXT NOT NULL,
  -- Shown to visitors.
  reason TEXT NOT NULL CONSTRAINT hall_outages_reason CHECK (length(reason) BETWEEN 2 AND 60),
  from_day TEXT NOT NULL CONSTRAINT hall_outages_from CHECK (date(from_day) IS from_day),
  -- Included; open where nobody knows yet.
  until_day TEXT CONSTRAINT hall_outages_until CHECK (date(until_day) IS until_day),
  -- What each session opens meanwhile; null where it opens as many as ever.
  places INTEGER CONSTRAINT hall_outages_places CHECK (places >= 0),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'active' CONSTRAINT hall_outages_state CHECK (state IN ('active', 'ended')),
  CONSTRAINT hall_outages_order CHECK (until_day IS NULL OR until_day >= from_day),
  CONSTRAINT hall_outages_name CHECK ((kind = 'hall') = (name = '')),
  CONSTRAINT hall_outages_hall_has_places CHECK (kind <> 'hall' OR places IS NOT NULL)
) STRICT;

CREATE INDEX hall_outages_active ON hall_outages (hall_slug, from_day) WHERE state = 'active';

-- What every session may open while something is out of order; none of its rows where nothing is.
CREATE VIEW outage_places AS
  SELECT hall_sessions.id AS session_id, min(places) AS places
  FROM hall_sessions
    JOIN hall_outages ON hall_outages.hall_slug = hall_sessions.hall_slug AND hall_outages.state = 'active'
  WHERE places IS NOT NULL
    AND date(starts_at / 1000 + 28800, 'unixepoch') BETWEEN from_day AND coalesce(until_day, '9999-12-31')
  GROUP BY hall_sessions.id;

CREATE TRIGGER hall_outages_guard BEFORE INSERT ON hall_outages
BEGIN
  SELECT RAISE(ABORT, 'outage_starts_active') WHERE NEW.state <> 'active';
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE scope_kind = 'hall' AND scope_id = NEW.hall_slug
        AND person_id = NEW.decided_by AND state = 'active' AND role = 'hall_manager');
END;

CREATE TRIGGER hall_outages_lower AFTER INSERT ON hall_outages
WHEN NEW.places IS NOT NULL
BEGIN
  UPDATE hall_sessions SET open_places = NEW.places
    WHERE hall_slug = NEW.hall_slug AND ends_at > NEW.decided_at AND open_places > NEW.places
      AND date(starts_at / 1000 + 28800, 'unixepoch') BETWEEN NEW.from_day AND coalesce(NEW.until_day, '9999-12-31');
END;

-- A session that opens while something is out of order.
CREATE TRIGGER hall_sessions_under_outage AFTER INSERT ON hall_sessions
BEGIN
  UPDATE hall_sessions SET open_places = (SELECT places FROM outage_places WHERE session_id = NEW.id)
    WHERE id = NEW.id AND open_places > (SELECT places FROM outage_places WHERE session_id = NEW.id);
END;

CREATE TABLE hall_outage_ends (
  outage_id TEXT PRIMARY KEY REFERENCES hall_outages (id),
  ended_by TEXT NOT NULL REFERENCES people (id),
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER hall_outage_ends_guard BEFORE INSERT ON hall_outage_ends
BEGIN
  SELECT RAISE(ABORT, 'outage_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_outages JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_outages.id = NEW.outage_id AND person_id = NEW.ended_by AND role_grants.state = 'active'
        AND role = 'hall_manager');
  SELECT RAISE(ABORT, 'outage_already_ended') FROM hall_outages WHERE id = NEW.outage_id AND state = 'ended';
  UPDATE hall_outages SET state = 'ended' WHERE id = NEW.outage_id;
  -- Back to what the room holds, or to what is left by others.
  UPDATE hall_sessions
    SET open_places = min(capacity, coalesce((SELECT places FROM outage_places WHERE session_id = hall_sessions.id), capacity))
    WHERE ends_at > NEW.ended_at AND EXISTS (
      SELECT 1 FROM hall_outages
      WHERE hall_outages.id = NEW.outage_id AND hall_outages.hall_slug = hall_sessions.hall_slug AND places IS NOT NULL
        AND date(starts_at / 1000 + 28800, 'unixepoch') BETWEEN from_day AND coalesce(until_day, '9999-12-31'));
END;

-- 节假日表 has one keeper: the site's administrator.
CREATE TABLE calendar_revisions (
  id TEXT PRIMARY KEY,
  year INTEGER NOT NULL REFERENCES calendar_years (year),
  revised_by TEXT NOT NULL REFERENCES people (id),
  revised_at INTEGER NOT NULL
) STRICT;

CREATE INDEX calendar_revisions_by_year ON calendar_revisions (year, id);

CREATE TRIGGER calendar_revisions_guard BEFORE INSERT ON calendar_revisions
BEGIN
  SELECT RAISE(ABORT, 'year_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.revised_by AND state = 'active' AND role = 'administrator');
END;

-- A hall's weekly pattern, a day that does not follow it, or a session of its own: changed by its manager.
CREATE TABLE hall_revisions (
  id TEXT PRIMARY KEY,
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  kind TEXT NOT NULL CONSTRAINT hall_revisions_kind CHECK (kind IN ('hours', 'day', 'session')),
  revised_by TEXT NOT NULL REFERENCES people (id),
  revised_at INTEGER NOT NULL
) STRICT;

CREATE INDEX hall_revisions_by_hall ON hall_revisions (hall_slug, id);

CREATE TRIGGER hall_revisions_guard BEFORE INSERT ON hall_revisions
BEGIN
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE scope_kind = 'hall' AND scope_id = NEW.hall_slug
        AND person_id = NEW.revised_by AND state = 'active' AND role = 'hall_manager');
END;

-- A session keeps its hours once somebody is booked for it: staff decide, and tell them.
CREATE TRIGGER hall_sessions_hours_guard BEFORE UPDATE OF ends_at ON hall_sessions
WHEN OLD.booked > 0
BEGIN
  SELECT RAISE(ABORT, 'session_has_visitors');
END;
