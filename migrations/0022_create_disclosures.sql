-- Lists that leave the site as a file, and single names or numbers that staff look at in full: who, what, why, how many.
-- What was shown is not kept here.

CREATE TABLE disclosures (
  id TEXT PRIMARY KEY,
  -- One booking looked at, or a list taken out as a file.
  subject TEXT NOT NULL CONSTRAINT disclosures_subject CHECK (subject IN (
    'booking', 'bookings', 'organisations', 'inquiries', 'people')),
  -- The hall of bookings; empty for the others, whose right is the person's own.
  hall_slug TEXT NOT NULL,
  -- The booking that was looked at; empty for a list.
  booking_id TEXT REFERENCES bookings (id),
  extent TEXT NOT NULL CONSTRAINT disclosures_extent CHECK (extent IN ('masked', 'full')),
  reason TEXT NOT NULL CONSTRAINT disclosures_reason CHECK (reason IN ('', 'contact', 'incident', 'report', 'handover')),
  -- Names and values of the filters, JSON, without what was searched for.
  filters TEXT NOT NULL CONSTRAINT disclosures_filters_json CHECK (json_valid(filters)),
  how_many INTEGER NOT NULL CONSTRAINT disclosures_how_many CHECK (how_many >= 0),
  made_by TEXT NOT NULL REFERENCES people (id),
  made_at INTEGER NOT NULL,
  CONSTRAINT disclosure_has_reason CHECK (extent = 'masked' OR reason <> ''),
  CONSTRAINT disclosures_booking CHECK ((subject = 'booking') = (booking_id IS NOT NULL)),
  CONSTRAINT disclosures_hall CHECK ((subject IN ('booking', 'bookings')) = (hall_slug <> ''))
) STRICT;

CREATE INDEX disclosures_of_booking ON disclosures (booking_id, made_by, made_at) WHERE booking_id IS NOT NULL;
CREATE INDEX disclosures_by_time ON disclosures (made_at);

CREATE TRIGGER disclosures_guard BEFORE INSERT ON disclosures
BEGIN
  -- Whoever works at the door sees one name in full; a file of all of them is the manager's.
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
END;

CREATE TRIGGER disclosures_never_change BEFORE UPDATE ON disclosures
BEGIN
  SELECT RAISE(ABORT, 'disclosure_is_final');
END;

-- What the lists of staff are filtered and ordered by.
CREATE INDEX bookings_by_name ON bookings (contact_name_hash) WHERE contact_name_cipher <> x'';
CREATE INDEX organisations_by_region ON organisations (region_code, id);
