-- 课程: a lecture, an open day, a hands-on course or a training class is a session like any other, opened by the hall's
-- manager and not by its calendar. Its words live in content/courses, joined by slug.
ALTER TABLE hall_sessions ADD COLUMN course_slug TEXT
  CONSTRAINT hall_sessions_course_by_staff CHECK (course_slug IS NULL OR (from_pattern = 0 AND group_places = 0));
-- Where in the house, or where else; shown to everybody.
ALTER TABLE hall_sessions ADD COLUMN held_at TEXT NOT NULL DEFAULT ''
  CONSTRAINT hall_sessions_course_has_place CHECK (course_slug IS NULL OR held_at <> '');
-- For those who hold places only: the address of an online class, the door to come to.
ALTER TABLE hall_sessions ADD COLUMN joining_note TEXT NOT NULL DEFAULT '';
ALTER TABLE hall_sessions ADD COLUMN adults_only INTEGER NOT NULL DEFAULT 0
  CONSTRAINT hall_sessions_adults_only CHECK (adults_only IN (0, 1));

CREATE INDEX hall_sessions_of_courses ON hall_sessions (course_slug, starts_at) WHERE course_slug IS NOT NULL;

CREATE TRIGGER bookings_adults_only BEFORE INSERT ON bookings WHEN NEW.children > 0
BEGIN
  SELECT RAISE(ABORT, 'adults_only') FROM hall_sessions WHERE id = NEW.session_id AND adults_only = 1;
END;

CREATE TRIGGER waitlist_entries_course BEFORE INSERT ON waitlist_entries
BEGIN
  SELECT RAISE(ABORT, 'adults_only')
    FROM hall_sessions WHERE id = NEW.session_id AND adults_only = 1 AND NEW.children > 0;
  -- What is held for somebody in the place of a stopped session is of the same kind.
  SELECT RAISE(ABORT, 'booking_unknown')
    FROM hall_sessions AS held
      JOIN bookings ON bookings.id = NEW.replaces_booking_id
      JOIN hall_sessions AS lost ON lost.id = bookings.session_id
    WHERE held.id = NEW.session_id AND held.course_slug IS NOT lost.course_slug;
END;

-- A visit stays a visit, and a course the same course.
CREATE TRIGGER booking_changes_course BEFORE INSERT ON booking_changes
BEGIN
  SELECT RAISE(ABORT, 'adults_only')
    FROM hall_sessions WHERE id = NEW.session_id AND adults_only = 1 AND NEW.children > 0;
  SELECT RAISE(ABORT, 'session_unknown')
    FROM hall_sessions AS wanted
      JOIN bookings ON bookings.id = NEW.booking_id
      JOIN hall_sessions AS held ON held.id = bookings.session_id
    WHERE wanted.id = NEW.session_id AND wanted.course_slug IS NOT held.course_slug;
END;

-- What people signed up for stays what it is.
CREATE TRIGGER hall_sessions_course_stays BEFORE UPDATE OF course_slug ON hall_sessions
WHEN NEW.course_slug IS NOT OLD.course_slug
BEGIN
  SELECT RAISE(ABORT, 'course_stays');
END;

-- 开课: which manager offered it.
CREATE TABLE course_openings (
  session_id TEXT PRIMARY KEY REFERENCES hall_sessions (id),
  opened_by TEXT NOT NULL REFERENCES people (id),
  opened_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER course_openings_guard BEFORE INSERT ON course_openings
BEGIN
  SELECT RAISE(ABORT, 'hall_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_sessions JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_sessions.id = NEW.session_id AND course_slug IS NOT NULL AND person_id = NEW.opened_by
        AND role_grants.state = 'active' AND role = 'hall_manager');
  SELECT RAISE(ABORT, 'course_starts_too_soon')
    FROM hall_sessions WHERE id = NEW.session_id AND booking_closes_at <= NEW.opened_at;
END;

-- 撤课: as long as nobody has signed up. Later the hall stops it like any session, which tells everybody.
CREATE TABLE course_withdrawals (
  session_id TEXT PRIMARY KEY REFERENCES hall_sessions (id),
  withdrawn_by TEXT NOT NULL REFERENCES people (id),
  withdrawn_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER course_withdrawals_guard BEFORE INSERT ON course_withdrawals
BEGIN
  SELECT RAISE(ABORT, 'course_session_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM hall_sessions JOIN role_grants ON scope_kind = 'hall' AND scope_id = hall_slug
      WHERE hall_sessions.id = NEW.session_id AND course_slug IS NOT NULL AND person_id = NEW.withdrawn_by
        AND role_grants.state = 'active' AND role = 'hall_manager');
  SELECT RAISE(ABORT, 'course_already_withdrawn')
    WHERE EXISTS (SELECT 1 FROM course_withdrawals WHERE session_id = NEW.session_id);
  SELECT RAISE(ABORT, 'course_session_over') FROM hall_sessions WHERE id = NEW.session_id AND starts_at <= NEW.withdrawn_at;
  UPDATE hall_sessions SET withdrawn_at = NEW.withdrawn_at WHERE id = NEW.session_id;
END;
