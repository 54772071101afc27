-- 多人同行: between a family and a group. From so many people on, a party is a large one: it is still one booking with
-- one code, taken whole or not at all, within `party_max`. Null where a hall takes no such parties.
ALTER TABLE halls ADD COLUMN large_party_min INTEGER
  CONSTRAINT halls_large_party_min CHECK (large_party_min >= 2);
ALTER TABLE hall_sessions ADD COLUMN large_party_min INTEGER
  CONSTRAINT hall_sessions_large_party_min CHECK (large_party_min >= 2);

CREATE TRIGGER bookings_large_party_guard BEFORE INSERT ON bookings
WHEN NEW.kind = 'individual'
BEGIN
  -- The same share of adults as a group has.
  SELECT RAISE(ABORT, 'large_party_needs_adults')
    FROM hall_sessions JOIN halls ON halls.slug = hall_slug
    WHERE hall_sessions.id = NEW.session_id
      AND NEW.adults + NEW.children >= hall_sessions.large_party_min
      AND NEW.children > NEW.adults * halls.minors_per_adult;
  -- One at a time: who could hold several would hold a hall.
  SELECT RAISE(ABORT, 'large_party_elsewhere')
    FROM hall_sessions AS wanted
      JOIN hall_sessions AS held ON held.hall_slug = wanted.hall_slug AND held.id <> wanted.id
      JOIN bookings ON bookings.session_id = held.id
    WHERE wanted.id = NEW.session_id AND NEW.adults + NEW.children >= wanted.large_party_min
      AND bookings.person_id = NEW.person_id AND bookings.kind = 'individual' AND bookings.state = 'booked'
      AND bookings.adults + bookings.children >= held.large_party_min;
END;

CREATE TRIGGER booking_changes_large_party_guard BEFORE INSERT ON booking_changes
BEGIN
  SELECT RAISE(ABORT, 'large_party_needs_adults')
    FROM hall_sessions JOIN halls ON halls.slug = hall_slug
    WHERE hall_sessions.id = NEW.session_id
      AND NEW.adults + NEW.children >= hall_sessions.large_party_min
      AND NEW.children > NEW.adults * halls.minors_per_adult;
  SELECT RAISE(ABORT, 'large_party_elsewhere')
    FROM hall_sessions AS wanted
      JOIN hall_sessions AS held ON held.hall_slug = wanted.hall_slug
      JOIN bookings ON bookings.session_id = held.id
    WHERE wanted.id = NEW.session_id AND NEW.adults + NEW.children >= wanted.large_party_min
      AND bookings.person_id = NEW.person_id AND bookings.id <> NEW.booking_id
      AND bookings.kind = 'individual' AND bookings.state = 'booked'
      AND bookings.adults + bookings.children >= held.large_party_min;
END;

-- Who could not book should not wait for it either.
CREATE TRIGGER waitlist_entries_large_party_guard BEFORE INSERT ON waitlist_entries
BEGIN
  SELECT RAISE(ABORT, 'large_party_needs_adults')
    FROM hall_sessions JOIN halls ON halls.slug = hall_slug
    WHERE hall_sessions.id = NEW.session_id
      AND NEW.adults + NEW.children >= hall_sessions.large_party_min
      AND NEW.children > NEW.adults * halls.minors_per_adult;
END;

-- 电话代约: what staff of the hall do for a caller is the caller's own booking. Who did it stands beside it; null where
-- its owner did.
ALTER TABLE bookings ADD COLUMN booked_by TEXT REFERENCES people (id);
ALTER TABLE booking_changes ADD COLUMN changed_by TEXT REFERENCES people (id);
ALTER TABLE cancellations ADD COLUMN cancelled_by TEXT REFERENCES people (id);

CREATE TRIGGER bookings_desk_guard BEFORE INSERT ON bookings
WHEN NEW.booked_by IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NEW.kind <> 'individual' OR NOT EXISTS (
      SELECT 1 FROM hall_sessions
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE hall_sessions.id = NEW.session_id AND role_grants.person_id = NEW.booked_by
        AND role_grants.state = 'active' AND role_grants.role IN ('hall_staff', 'hall_manager'));
END;

CREATE TRIGGER booking_changes_desk_guard BEFORE INSERT ON booking_changes
WHEN NEW.changed_by IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE bookings.id = NEW.booking_id AND role_grants.person_id = NEW.changed_by
        AND role_grants.state = 'active' AND role_grants.role IN ('hall_staff', 'hall_manager'));
END;

CREATE TRIGGER cancellations_desk_guard BEFORE INSERT ON cancellations
WHEN NEW.cancelled_by IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE bookings.id = NEW.booking_id AND bookings.kind = 'individual'
        AND role_grants.person_id = NEW.cancelled_by
        AND role_grants.state = 'active' AND role_grants.role IN ('hall_staff', 'hall_manager'));
END;
