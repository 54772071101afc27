-- 开通预约: from here on a hall of the content takes bookings. Its words stay in the content, its rules in `halls`.
CREATE TABLE hall_openings (
  hall_slug TEXT PRIMARY KEY REFERENCES halls (slug),
  opened_by TEXT NOT NULL REFERENCES people (id),
  opened_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER hall_openings_guard BEFORE INSERT ON hall_openings
BEGIN
  SELECT RAISE(ABORT, 'opening_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.opened_by AND state = 'active' AND role = 'administrator');
END;

CREATE TRIGGER hall_openings_kept BEFORE UPDATE ON hall_openings
BEGIN
  SELECT RAISE(ABORT, 'hall_opening_is_kept');
END;

CREATE TRIGGER hall_openings_stay BEFORE DELETE ON hall_openings
BEGIN
  SELECT RAISE(ABORT, 'hall_opening_is_kept');
END;

-- Between the largest family party and the smallest group nobody is left without a way in.
CREATE TRIGGER halls_party_gap_guard BEFORE UPDATE OF party_max, group_min ON halls
WHEN NEW.group_min > NEW.party_max + 1
BEGIN
  SELECT RAISE(ABORT, 'party_gap');
END;

CREATE TRIGGER halls_open_gap_guard BEFORE INSERT ON hall_openings
WHEN EXISTS (SELECT 1 FROM halls WHERE slug = NEW.hall_slug AND group_min > party_max + 1)
BEGIN
  SELECT RAISE(ABORT, 'party_gap');
END;
