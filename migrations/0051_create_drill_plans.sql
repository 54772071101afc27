-- 年度应急演练计划, of a region or of an organisation: items with all of their versions, published once, then revised with reasons.

-- 演练组织单位: who may plan and record drills for what. An organisation's members, and drill organisers by role.
CREATE VIEW drill_organisers AS
  SELECT organisation_members.person_id AS person_id, organisations.id AS organisation_id, organisations.region_code AS region_code
    FROM organisation_members JOIN organisations ON organisations.id = organisation_members.organisation_id
    WHERE organisation_members.state = 'active' AND organisations.state = 'verified' AND organisations.unclaimed_at IS NULL
  UNION ALL
  SELECT role_grants.person_id, organisations.id, organisations.region_code
    FROM role_grants JOIN organisations ON organisations.id = role_grants.scope_id
    WHERE role_grants.role = 'drill_organiser' AND role_grants.scope_kind = 'organisation' AND role_grants.state = 'active'
      AND organisations.state = 'verified' AND organisations.unclaimed_at IS NULL
  UNION ALL
  SELECT person_id, NULL, scope_id
    FROM role_grants WHERE role = 'drill_organiser' AND scope_kind = 'region' AND state = 'active';

CREATE TABLE drill_plans (
  id TEXT PRIMARY KEY,
  year INTEGER NOT NULL CONSTRAINT drill_plans_year CHECK (year BETWEEN 2020 AND 2100),
  -- Null: the region's own plan.
  organisation_id TEXT REFERENCES organisations (id),
  -- The region, or where the organisation is.
  region_code TEXT NOT NULL CONSTRAINT drill_plans_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*'),
  opened_by TEXT NOT NULL REFERENCES people (id),
  opened_at INTEGER NOT NULL,
  -- Follows from drill_plan_publications.
  state TEXT NOT NULL DEFAULT 'draft' CONSTRAINT drill_plans_state CHECK (state IN ('draft', 'published'))
) STRICT;

CREATE UNIQUE INDEX drill_plans_of_region ON drill_plans (region_code, year) WHERE organisation_id IS NULL;
CREATE UNIQUE INDEX drill_plans_of_organisation ON drill_plans (organisation_id, year) WHERE organisation_id IS NOT NULL;

CREATE TRIGGER drill_plans_guard BEFORE INSERT ON drill_plans
BEGIN
  SELECT RAISE(ABORT, 'plan_starts_as_draft') WHERE NEW.state <> 'draft';
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_organisers WHERE person_id = NEW.opened_by
        AND organisation_id IS NEW.organisation_id AND region_code = NEW.region_code);
END;

CREATE TABLE drill_plan_items (
  id TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL REFERENCES drill_plans (id),
  -- These follow from versions, drops and records; kept here for the indexes.
  version INTEGER NOT NULL DEFAULT 0,
  month INTEGER NOT NULL DEFAULT 1 CONSTRAINT drill_plan_items_month CHECK (month BETWEEN 1 AND 12),
  blind INTEGER NOT NULL DEFAULT 0 CONSTRAINT drill_plan_items_blind CHECK (blind IN (0, 1)),
  state TEXT NOT NULL DEFAULT 'planned' CONSTRAINT drill_plan_items_state CHECK (state IN ('planned', 'done', 'dropped')),
  -- The day of the drill in China.
  done_on TEXT,
  added_at INTEGER NOT NULL
) STRICT;

CREATE INDEX drill_plan_items_of_plan ON drill_plan_items (plan_id, month, id);

CREATE TRIGGER drill_plan_items_guard BEFORE INSERT ON drill_plan_items
BEGIN
  SELECT RAISE(ABORT, 'item_starts_planned') WHERE NEW.state <> 'planned' OR NEW.version <> 0 OR NEW.done_on IS NOT NULL;
  -- A year's work has an end; more is a mistake of a program.
  SELECT RAISE(ABORT, 'items_used_up')
    WHERE (SELECT count(*) FROM drill_plan_items WHERE plan_id = NEW.plan_id AND state <> 'dropped') >= 120;
END;

CREATE TABLE drill_plan_item_versions (
  item_id TEXT NOT NULL REFERENCES drill_plan_items (id),
  version INTEGER NOT NULL,
  title TEXT NOT NULL CONSTRAINT drill_plan_item_versions_title CHECK (length(title) BETWEEN 2 AND 60),
  hazard TEXT NOT NULL CONSTRAINT drill_plan_item_versions_hazard CHECK (length(hazard) BETWEEN 1 AND 30),
  -- 桌面 / 实战, 单项 / 综合, 检验性 / 示范性 / 研究性
  form TEXT NOT NULL CONSTRAINT drill_plan_item_versions_form CHECK (form IN ('tabletop', 'practical')),
  content TEXT NOT NULL CONSTRAINT drill_plan_item_versions_content CHECK (content IN ('single', 'comprehensive')),
  purpose TEXT NOT NULL CONSTRAINT drill_plan_item_versions_purpose CHECK (purpose IN ('test', 'demonstration', 'research')),
  evacuation INTEGER NOT NULL CONSTRAINT drill_plan_item_versions_evacuation CHECK (evacuation IN (0, 1)),
  -- 双盲: no trace outside before the day after it.
  blind INTEGER NOT NULL CONSTRAINT drill_plan_item_versions_blind CHECK (blind IN (0, 1)),
  month INTEGER NOT NULL CONSTRAINT drill_plan_item_versions_month CHECK (month BETWEEN 1 AND 12),
  responsible TEXT NOT NULL CONSTRAINT drill_plan_item_versions_responsible CHECK (length(responsible) BETWEEN 2 AND 60),
  -- Why a published plan is changed; empty in a draft.
  reason TEXT NOT NULL CONSTRAINT drill_plan_item_versions_reason CHECK (length(reason) <= 200),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (item_id, version),
  -- One is told beforehand of an evacuation drill for everybody; nobody of a blind one. A table is not walked into blindly.
  CONSTRAINT blind_is_practical CHECK (blind = 0 OR form = 'practical')
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_plan_item_versions_guard BEFORE INSERT ON drill_plan_item_versions
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_plan_items JOIN drill_plans ON drill_plans.id = drill_plan_items.plan_id
        JOIN drill_organisers ON drill_organisers.organisation_id IS drill_plans.organisation_id
          AND drill_organisers.region_code = drill_plans.region_code
      WHERE drill_plan_items.id = NEW.item_id AND drill_organisers.person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'item_settled') FROM drill_plan_items WHERE id = NEW.item_id AND state <> 'planned';
  SELECT RAISE(ABORT, 'item_overtaken') FROM drill_plan_items WHERE id = NEW.item_id AND version <> NEW.version - 1;
  SELECT RAISE(ABORT, 'revision_has_reason')
    FROM drill_plan_items JOIN drill_plans ON drill_plans.id = drill_plan_items.plan_id
    WHERE drill_plan_items.id = NEW.item_id AND drill_plans.state = 'published' AND length(NEW.reason) < 2;
  -- What was announced cannot become secret, and what is secret is not announced by a tick.
  SELECT RAISE(ABORT, 'blind_is_fixed')
    FROM drill_plan_items JOIN drill_plans ON drill_plans.id = drill_plan_items.plan_id
    WHERE drill_plan_items.id = NEW.item_id AND drill_plans.state = 'published' AND NEW.version > 1
      AND drill_plan_items.blind <> NEW.blind;
END;

CREATE TRIGGER drill_plan_item_versions_take_effect AFTER INSERT ON drill_plan_item_versions
BEGIN
  UPDATE drill_plan_items SET version = NEW.version, month = NEW.month, blind = NEW.blind WHERE id = NEW.item_id;
END;

CREATE TRIGGER drill_plan_item_versions_never_change BEFORE UPDATE ON drill_plan_item_versions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

CREATE TABLE drill_plan_publications (
  plan_id TEXT PRIMARY KEY REFERENCES drill_plans (id),
  published_by TEXT NOT NULL REFERENCES people (id),
  published_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_plan_publications_guard BEFORE INSERT ON drill_plan_publications
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_plans JOIN drill_organisers ON drill_organisers.organisation_id IS drill_plans.organisation_id
          AND drill_organisers.region_code = drill_plans.region_code
      WHERE drill_plans.id = NEW.plan_id AND drill_organisers.person_id = NEW.published_by);
  SELECT RAISE(ABORT, 'plan_already_published') FROM drill_plans WHERE id = NEW.plan_id AND state = 'published';
  SELECT RAISE(ABORT, 'plan_empty')
    WHERE NOT EXISTS (SELECT 1 FROM drill_plan_items WHERE plan_id = NEW.plan_id AND state = 'planned' AND version > 0);
END;

CREATE TRIGGER drill_plan_publications_take_effect AFTER INSERT ON drill_plan_publications
BEGIN
  UPDATE drill_plans SET state = 'published' WHERE id = NEW.plan_id;
END;

CREATE TABLE drill_plan_item_drops (
  item_id TEXT PRIMARY KEY REFERENCES drill_plan_items (id),
  reason TEXT NOT NULL CONSTRAINT drill_plan_item_drops_reason CHECK (length(reason) <= 200),
  dropped_by TEXT NOT NULL REFERENCES people (id),
  dropped_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_plan_item_drops_guard BEFORE INSERT ON drill_plan_item_drops
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_plan_items JOIN drill_plans ON drill_plans.id = drill_plan_items.plan_id
        JOIN drill_organisers ON drill_organisers.organisation_id IS drill_plans.organisation_id
          AND drill_organisers.region_code = drill_plans.region_code
      WHERE drill_plan_items.id = NEW.item_id AND drill_organisers.person_id = NEW.dropped_by);
  SELECT RAISE(ABORT, 'item_settled') FROM drill_plan_items WHERE id = NEW.item_id AND state <> 'planned';
  SELECT RAISE(ABORT, 'revision_has_reason')
    FROM drill_plan_items JOIN drill_plans ON drill_plans.id = drill_plan_items.plan_id
    WHERE drill_plan_items.id = NEW.item_id AND drill_plans.state = 'published' AND length(NEW.reason) < 2;
END;

CREATE TRIGGER drill_plan_item_drops_take_effect AFTER INSERT ON drill_plan_item_drops
BEGIN
  UPDATE drill_plan_items SET state = 'dropped' WHERE id = NEW.item_id;
END;
