-- 演练记录: what was drilled, when, with how many. No names of pupils. Right within a day, added to afterwards.

CREATE TABLE drill_records (
  id TEXT PRIMARY KEY,
  -- Null: the region's own drill.
  organisation_id TEXT REFERENCES organisations (id),
  region_code TEXT NOT NULL CONSTRAINT drill_records_region CHECK (
    length(region_code) IN (6, 9, 12) AND region_code NOT GLOB '*[^0-9]*'),
  plan_item_id TEXT REFERENCES drill_plan_items (id),
  recorded_by TEXT NOT NULL REFERENCES people (id),
  recorded_at INTEGER NOT NULL,
  -- These follow from the latest version; kept here for the indexes.
  version INTEGER NOT NULL DEFAULT 0,
  drilled_on TEXT NOT NULL DEFAULT '',
  evacuation INTEGER NOT NULL DEFAULT 0 CONSTRAINT drill_records_evacuation CHECK (evacuation IN (0, 1)),
  content TEXT NOT NULL DEFAULT 'single' CONSTRAINT drill_records_content CHECK (content IN ('single', 'comprehensive'))
) STRICT;

CREATE UNIQUE INDEX drill_records_of_item ON drill_records (plan_item_id) WHERE plan_item_id IS NOT NULL;
CREATE INDEX drill_records_of_organisation ON drill_records (organisation_id, drilled_on, id) WHERE organisation_id IS NOT NULL;
CREATE INDEX drill_records_of_region ON drill_records (region_code, drilled_on, id);

CREATE TRIGGER drill_records_guard BEFORE INSERT ON drill_records
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_organisers WHERE person_id = NEW.recorded_by
        AND organisation_id IS NEW.organisation_id AND region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'item_unknown')
    WHERE NEW.plan_item_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM drill_plan_items JOIN drill_plans ON drill_plans.id = drill_plan_items.plan_id
      WHERE drill_plan_items.id = NEW.plan_item_id AND drill_plans.state = 'published'
        AND drill_plans.organisation_id IS NEW.organisation_id AND drill_plans.region_code = NEW.region_code);
  SELECT RAISE(ABORT, 'item_settled') FROM drill_plan_items WHERE id = NEW.plan_item_id AND state <> 'planned';
END;

CREATE TRIGGER drill_records_take_effect AFTER INSERT ON drill_records WHEN NEW.plan_item_id IS NOT NULL
BEGIN
  UPDATE drill_plan_items SET state = 'done' WHERE id = NEW.plan_item_id;
END;

CREATE TABLE drill_record_versions (
  record_id TEXT NOT NULL REFERENCES drill_records (id),
  version INTEGER NOT NULL,
  hazard TEXT NOT NULL CONSTRAINT drill_record_versions_hazard CHECK (length(hazard) BETWEEN 1 AND 30),
  form TEXT NOT NULL CONSTRAINT drill_record_versions_form CHECK (form IN ('tabletop', 'practical')),
  content TEXT NOT NULL CONSTRAINT drill_record_versions_content CHECK (content IN ('single', 'comprehensive')),
  purpose TEXT NOT NULL CONSTRAINT drill_record_versions_purpose CHECK (purpose IN ('test', 'demonstration', 'research')),
  evacuation INTEGER NOT NULL CONSTRAINT drill_record_versions_evacuation CHECK (evacuation IN (0, 1)),
  started_at INTEGER NOT NULL,
  -- 应到, 实到
  people_expected INTEGER NOT NULL CONSTRAINT drill_record_versions_expected CHECK (people_expected BETWEEN 1 AND 20000),
  people_arrived INTEGER NOT NULL CONSTRAINT drill_record_versions_arrived CHECK (people_arrived BETWEEN 0 AND people_expected),
  -- Null where nothing was measured.
  evacuation_seconds INTEGER CONSTRAINT drill_record_versions_seconds CHECK (evacuation_seconds BETWEEN 1 AND 14400),
  went_wrong TEXT NOT NULL CONSTRAINT drill_record_versions_went_wrong CHECK (length(went_wrong) <= 1000),
  improvement TEXT NOT NULL CONSTRAINT drill_record_versions_improvement CHECK (length(improvement) <= 400),
  written_by TEXT NOT NULL REFERENCES people (id),
  written_at INTEGER NOT NULL,
  PRIMARY KEY (record_id, version),
  -- At a table nobody runs.
  CONSTRAINT tabletop_without_evacuation CHECK (form = 'practical' OR (evacuation = 0 AND evacuation_seconds IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_record_versions_guard BEFORE INSERT ON drill_record_versions
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_records JOIN drill_organisers ON drill_organisers.organisation_id IS drill_records.organisation_id
          AND drill_organisers.region_code = drill_records.region_code
      WHERE drill_records.id = NEW.record_id AND drill_organisers.person_id = NEW.written_by);
  SELECT RAISE(ABORT, 'record_overtaken') FROM drill_records WHERE id = NEW.record_id AND version <> NEW.version - 1;
  SELECT RAISE(ABORT, 'correction_closed')
    FROM drill_records WHERE id = NEW.record_id AND NEW.version > 1 AND NEW.written_at >= recorded_at + 86400000;
  SELECT RAISE(ABORT, 'drill_ahead') WHERE NEW.started_at > NEW.written_at;
  -- What is brought in later than two months nobody remembers rightly.
  SELECT RAISE(ABORT, 'drill_too_old')
    FROM drill_records WHERE id = NEW.record_id AND NEW.started_at < recorded_at - 60 * 86400000;
END;

CREATE TRIGGER drill_record_versions_take_effect AFTER INSERT ON drill_record_versions
BEGIN
  UPDATE drill_records SET version = NEW.version, evacuation = NEW.evacuation, content = NEW.content,
      drilled_on = date(NEW.started_at / 1000, 'unixepoch', '+8 hours')
    WHERE id = NEW.record_id;
  UPDATE drill_plan_items SET done_on = date(NEW.started_at / 1000, 'unixepoch', '+8 hours')
    WHERE id = (SELECT plan_item_id FROM drill_records WHERE id = NEW.record_id);
END;

CREATE TRIGGER drill_record_versions_never_change BEFORE UPDATE ON drill_record_versions
BEGIN
  SELECT RAISE(ABORT, 'version_is_final');
END;

-- 按班清点: a class, a floor, a group of staff; never a person.
CREATE TABLE drill_record_groups (
  record_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL CONSTRAINT drill_record_groups_name CHECK (length(name) BETWEEN 1 AND 20),
  expected INTEGER NOT NULL CONSTRAINT drill_record_groups_expected CHECK (expected BETWEEN 1 AND 2000),
  arrived INTEGER NOT NULL CONSTRAINT drill_record_groups_arrived CHECK (arrived BETWEEN 0 AND expected),
  PRIMARY KEY (record_id, version, position),
  FOREIGN KEY (record_id, version) REFERENCES drill_record_versions (record_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE drill_record_additions (
  id TEXT PRIMARY KEY,
  record_id TEXT NOT NULL REFERENCES drill_records (id),
  text TEXT NOT NULL CONSTRAINT drill_record_additions_text CHECK (length(text) BETWEEN 2 AND 1000),
  added_by TEXT NOT NULL REFERENCES people (id),
  added_at INTEGER NOT NULL
) STRICT;

CREATE INDEX drill_record_additions_of_record ON drill_record_additions (record_id, id);

CREATE TRIGGER drill_record_additions_guard BEFORE INSERT ON drill_record_additions
BEGIN
  SELECT RAISE(ABORT, 'drill_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM drill_records JOIN drill_organisers ON drill_organisers.organisation_id IS drill_records.organisation_id
          AND drill_organisers.region_code = drill_records.region_code
      WHERE drill_records.id = NEW.record_id AND drill_organisers.person_id = NEW.added_by);
  SELECT RAISE(ABORT, 'additions_used_up')
    WHERE (SELECT count(*) FROM drill_record_additions WHERE record_id = NEW.record_id) >= 20;
END;

-- Lists of duties leave the site as a file like any other list. A CHECK cannot be widened in place: the table is made anew.
CREATE TABLE disclosures_next (
  id TEXT PRIMARY KEY,
  subject TEXT NOT NULL CONSTRAINT disclosures_subject CHECK (subject IN (
    'booking', 'bookings', 'organisations', 'inquiries', 'people', 'duties')),
  hall_slug TEXT NOT NULL,
  booking_id TEXT REFERENCES bookings (id),
  extent TEXT NOT NULL CONSTRAINT disclosures_extent CHECK (extent IN ('masked', 'full')),
  reason TEXT NOT NULL CONSTRAINT disclosures_reason CHECK (reason IN ('', 'contact', 'incident', 'report', 'handover')),
  filters TEXT NOT NULL CONSTRAINT disclosures_filters_json CHECK (json_valid(filters)),
  how_many INTEGER NOT NULL CONSTRAINT disclosures_how_many CHECK (how_many >= 0),
  made_by TEXT NOT NULL REFERENCES people (id),
  made_at INTEGER NOT NULL,
  CONSTRAINT disclosure_has_reason CHECK (extent = 'masked' OR reason <> ''),
  CONSTRAINT disclosures_booking CHECK ((subject = 'booking') = (booking_id IS NOT NULL)),
  CONSTRAINT disclosures_hall CHECK ((subject IN ('booking', 'bookings')) = (hall_slug <> ''))
) STRICT;

INSERT INTO disclosures_next SELECT id, subject, hall_slug, booking_id, extent, reason, filters, how_many, made_by, made_at FROM disclosures;
DROP TABLE disclosures;
ALTER TABLE disclosures_next RENAME TO disclosures;

CREATE INDEX disclosures_of_booking ON disclosures (booking_id, made_by, made_at) WHERE booking_id IS NOT NULL;
CREATE INDEX disclosures_by_time ON disclosures (made_at);

CREATE TRIGGER disclosures_guard BEFORE INSERT ON disclosures
BEGIN
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject IN ('booking', 'bookings') AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND scope_kind = 'hall'
        AND scope_id = NEW.hall_slug AND (role = 'hall_manager'
          OR (role = 'hall_staff' AND (NEW.subject = 'booking' OR NEW.extent = 'masked'))));
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'booking' AND NOT EXISTS (
      SELECT 1 FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        WHERE bookings.id = NEW.booking_id AND hall_sessions.hall_slug = NEW.hall_slug);
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'organisations' AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND role = 'reviewer');
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'inquiries' AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND role = 'editor'
        AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'people' AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active' AND (
        role = 'administrator' OR (role = 'hall_manager' AND NEW.extent = 'masked')));
  SELECT RAISE(ABORT, 'disclosure_not_yours')
    WHERE NEW.subject = 'duties' AND NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.made_by AND state = 'active'
        AND role IN ('reviewer', 'drill_organiser') AND scope_kind = 'region');
END;

CREATE TRIGGER disclosures_never_change BEFORE UPDATE ON disclosures
BEGIN
  SELECT RAISE(ABORT, 'disclosure_is_final');
END;
