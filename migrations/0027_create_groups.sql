-- 团体: one request of a school, an enterprise or another group, over as many sessions as it has classes. Each class is
-- a booking of its own kind, with its own code for the gate; its places are held from the moment of asking.

ALTER TABLE halls ADD COLUMN group_min INTEGER NOT NULL DEFAULT 15
  CONSTRAINT halls_group_min CHECK (group_min >= 1);
-- One adult for so many minors, 本平台约定: no national number exists.
ALTER TABLE halls ADD COLUMN minors_per_adult INTEGER NOT NULL DEFAULT 10
  CONSTRAINT halls_minors_per_adult CHECK (minors_per_adult BETWEEN 1 AND 50);
-- 公平份额: what one organisation can hold in a calendar month, published before anybody asks; null where all is free.
ALTER TABLE halls ADD COLUMN group_month_places INTEGER
  CONSTRAINT halls_group_month_places CHECK (group_month_places > 0);

CREATE TABLE group_requests (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE CONSTRAINT group_requests_code_length CHECK (length(code) = 10),
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  -- Who leads the group.
  person_id TEXT NOT NULL REFERENCES people (id),
  -- The verified organisation they ask for; without one, the name is taken at its word and staff look closer.
  organisation_id TEXT REFERENCES organisations (id),
  kind TEXT NOT NULL CONSTRAINT group_requests_kind CHECK (kind IN (
    'school', 'kindergarten', 'enterprise', 'committee', 'volunteer_team', 'other')),
  -- A public name, no personal value.
  group_name TEXT NOT NULL CONSTRAINT group_requests_name CHECK (length(group_name) BETWEEN 2 AND 60),
  -- The leader's name and what the group needs, under the leader's data key.
  leader_name_cipher BLOB NOT NULL,
  needs_cipher BLOB NOT NULL,
  buses INTEGER NOT NULL CONSTRAINT group_requests_buses CHECK (buses BETWEEN 0 AND 20),
  lunch INTEGER NOT NULL CONSTRAINT group_requests_lunch CHECK (lunch IN (0, 1)),
  -- 公函.
  letter_file_id TEXT,
  asked_at INTEGER NOT NULL,
  -- The end of the workday by which the hall answers.
  answer_due_at INTEGER NOT NULL,
  -- Follows from group_decisions.
  state TEXT NOT NULL DEFAULT 'asked'
    CONSTRAINT group_requests_state CHECK (state IN ('asked', 'countered', 'approved', 'refused', 'withdrawn'))
) STRICT;

CREATE INDEX group_requests_by_person ON group_requests (person_id, id);
CREATE INDEX group_requests_by_hall ON group_requests (hall_slug, id);
CREATE INDEX group_requests_open ON group_requests (hall_slug, answer_due_at) WHERE state = 'asked';
CREATE INDEX group_requests_by_organisation ON group_requests (organisation_id, id) WHERE organisation_id IS NOT NULL;

CREATE TRIGGER group_requests_guard BEFORE INSERT ON group_requests
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'request_starts_asked') WHERE NEW.state <> 'asked';
  SELECT RAISE(ABORT, 'organisation_unknown')
    WHERE NEW.organisation_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM organisation_members JOIN organisations ON organisations.id = organisation_id
      WHERE organisation_id = NEW.organisation_id AND person_id = NEW.person_id
        AND organisation_members.state = 'active' AND organisations.state = 'verified');
  -- Three that wait for an answer are all that one leader can look after.
  SELECT RAISE(ABORT, 'requests_used_up')
    WHERE (SELECT count(*) FROM group_requests
      WHERE person_id = NEW.person_id AND hall_slug = NEW.hall_slug AND state IN ('asked', 'countered')) >= 3;
END;

-- A class, or another part of the group that goes round together.
CREATE TABLE group_classes (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  request_id TEXT NOT NULL REFERENCES group_requests (id),
  -- 三年级2班: no personal value.
  label TEXT NOT NULL CONSTRAINT group_classes_label CHECK (length(label) BETWEEN 1 AND 20),
  boys INTEGER CONSTRAINT group_classes_boys CHECK (boys >= 0),
  girls INTEGER CONSTRAINT group_classes_girls CHECK (girls >= 0),
  CONSTRAINT group_classes_sexes CHECK ((boys IS NULL) = (girls IS NULL)),
  CONSTRAINT group_classes_one_label UNIQUE (request_id, label)
) STRICT, WITHOUT ROWID;

ALTER TABLE bookings ADD COLUMN group_request_id TEXT REFERENCES group_requests (id)
  CONSTRAINT bookings_group CHECK ((group_request_id IS NULL) = (kind = 'individual'));
CREATE INDEX bookings_by_group ON bookings (group_request_id) WHERE group_request_id IS NOT NULL;

-- One leader brings several classes to one session; a family still books it once.
DROP INDEX bookings_one_active;
CREATE UNIQUE INDEX bookings_one_active ON bookings (person_id, session_id)
  WHERE state <> 'cancelled' AND kind = 'individual';

DROP TRIGGER bookings_guard;

CREATE TRIGGER bookings_guard BEFORE INSERT ON bookings
BEGIN
  SELECT RAISE(ABORT, 'booking_starts_booked') WHERE NEW.state <> 'booked';
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM hall_sessions WHERE id = NEW.session_id);
  SELECT RAISE(ABORT, 'booking_not_open')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.kind = 'individual' AND NEW.created_at < booking_opens_at;
  SELECT RAISE(ABORT, 'booking_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.kind = 'individual' AND NEW.created_at >= booking_closes_at;
  SELECT RAISE(ABORT, 'party_too_large')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.kind = 'individual' AND NEW.adults + NEW.children > party_max;
  SELECT RAISE(ABORT, 'group_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.kind = 'group' AND NEW.created_at >= groups_release_at;
  SELECT RAISE(ABORT, 'session_unknown')
    FROM hall_sessions JOIN group_requests ON group_requests.id = NEW.group_request_id
    WHERE hall_sessions.id = NEW.session_id AND hall_sessions.hall_slug <> group_requests.hall_slug;
END;

-- After the places are taken, so that the sum counts this class too.
CREATE TRIGGER bookings_group_share AFTER INSERT ON bookings
WHEN NEW.kind = 'group'
BEGIN
  SELECT RAISE(ABORT, 'group_share_used_up')
    FROM group_requests AS own
      JOIN halls ON halls.slug = own.hall_slug
      JOIN hall_sessions AS wanted ON wanted.id = NEW.session_id
    WHERE own.id = NEW.group_request_id AND halls.group_month_places < (
      SELECT sum(bookings.adults + bookings.children)
      FROM bookings
        JOIN group_requests AS other ON other.id = bookings.group_request_id
        JOIN hall_sessions ON hall_sessions.id = bookings.session_id
      WHERE bookings.state <> 'cancelled' AND other.hall_slug = own.hall_slug
        AND coalesce(other.organisation_id, other.person_id) = coalesce(own.organisation_id, own.person_id)
        AND strftime('%Y-%m', hall_sessions.starts_at / 1000 + 28800, 'unixepoch')
          = strftime('%Y-%m', wanted.starts_at / 1000 + 28800, 'unixepoch'));
END;

-- What is decided about a request, by whom and why, in order.
CREATE TABLE group_decisions (
  id TEXT PRIMARY KEY,
  request_id TEXT NOT NULL REFERENCES group_requests (id),
  decision TEXT NOT NULL CONSTRAINT group_decisions_decision CHECK (decision IN (
    'approved', 'refused', 'countered', 'accepted', 'withdrawn')),
  -- Told to the other side.
  reason TEXT NOT NULL CONSTRAINT group_decisions_reason CHECK (length(reason) <= 200),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  CONSTRAINT group_decision_has_reason CHECK (decision IN ('approved', 'accepted', 'withdrawn') OR length(reason) >= 2)
) STRICT;

CREATE INDEX group_decisions_by_request ON group_decisions (request_id, id);

CREATE TRIGGER group_decisions_guard BEFORE INSERT ON group_decisions
BEGIN
  -- The hall's manager answers, and never a request of their own; its leader accepts or withdraws it.
  SELECT RAISE(ABORT, 'request_unknown')
    WHERE NEW.decision IN ('approved', 'refused', 'countered') AND NOT EXISTS (
      SELECT 1 FROM group_requests
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = group_requests.hall_slug
      WHERE group_requests.id = NEW.request_id AND group_requests.person_id <> NEW.decided_by
        AND role_grants.person_id = NEW.decided_by AND role_grants.state = 'active'
        AND role_grants.role = 'hall_manager');
  SELECT RAISE(ABORT, 'request_unknown')
    WHERE NEW.decision IN ('accepted', 'withdrawn') AND NOT EXISTS (
      SELECT 1 FROM group_requests WHERE id = NEW.request_id AND person_id = NEW.decided_by);
  SELECT RAISE(ABORT, 'request_already_decided')
    FROM group_requests WHERE id = NEW.request_id AND CASE NEW.decision
      WHEN 'accepted' THEN state <> 'countered'
      WHEN 'withdrawn' THEN state IN ('refused', 'withdrawn')
      WHEN 'refused' THEN state NOT IN ('asked', 'countered')
      ELSE state <> 'asked' END;
  -- A class that has come, or did not, is no longer the leader's to take back.
  SELECT RAISE(ABORT, 'visit_has_begun')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.group_request_id = NEW.request_id AND NEW.decision IN ('withdrawn', 'refused')
      AND bookings.state <> 'cancelled' AND hall_sessions.arrival_opens_at <= NEW.decided_at;
  UPDATE group_requests SET state = CASE NEW.decision WHEN 'accepted' THEN 'approved' ELSE NEW.decision END
    WHERE id = NEW.request_id;
  UPDATE bookings SET state = 'cancelled'
    WHERE group_request_id = NEW.request_id AND state = 'booked' AND NEW.decision IN ('refused', 'withdrawn');
END;

-- A class that moves to another session, by the hall's counter-offer, or whose numbers change.
CREATE TABLE group_changes (
  id TEXT PRIMARY KEY,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  changed_by TEXT NOT NULL REFERENCES people (id),
  from_session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  from_adults INTEGER NOT NULL,
  from_children INTEGER NOT NULL,
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  adults INTEGER NOT NULL CONSTRAINT group_changes_adults CHECK (adults >= 1),
  children INTEGER NOT NULL CONSTRAINT group_changes_children CHECK (children >= 0),
  boys INTEGER,
  girls INTEGER,
  changed_at INTEGER NOT NULL,
  CONSTRAINT group_changes_sexes CHECK ((boys IS NULL) = (girls IS NULL) AND coalesce(boys + girls, children) = children)
) STRICT;

CREATE INDEX group_changes_by_booking ON group_changes (booking_id, id);

CREATE TRIGGER group_changes_guard BEFORE INSERT ON group_changes
BEGIN
  -- Its leader changes numbers; the hall's manager, who is not the leader, moves a class that still waits for an answer.
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings JOIN group_requests ON group_requests.id = group_request_id
      WHERE bookings.id = NEW.booking_id AND (
        (group_requests.person_id = NEW.changed_by AND NEW.session_id = bookings.session_id)
        OR (group_requests.state = 'asked' AND group_requests.person_id <> NEW.changed_by AND EXISTS (
          SELECT 1 FROM role_grants
          WHERE scope_kind = 'hall' AND scope_id = group_requests.hall_slug AND role = 'hall_manager'
            AND role_grants.state = 'active' AND role_grants.person_id = NEW.changed_by))));
  SELECT RAISE(ABORT, 'booking_already_cancelled') FROM bookings WHERE id = NEW.booking_id AND state = 'cancelled';
  SELECT RAISE(ABORT, 'booking_already_arrived') FROM bookings WHERE id = NEW.booking_id AND state = 'arrived';
  SELECT RAISE(ABORT, 'booking_already_expired') FROM bookings WHERE id = NEW.booking_id AND state = 'expired';
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings
        JOIN hall_sessions AS held ON held.id = bookings.session_id
        JOIN hall_sessions AS wanted ON wanted.hall_slug = held.hall_slug
      WHERE bookings.id = NEW.booking_id AND wanted.id = NEW.session_id AND wanted.withdrawn_at IS NULL);
  SELECT RAISE(ABORT, 'change_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.changed_at >= hall_sessions.arrival_opens_at;
  -- Once the places left over are on sale to families, a class can shrink but not grow.
  SELECT RAISE(ABORT, 'group_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = NEW.session_id
    WHERE bookings.id = NEW.booking_id AND NEW.changed_at >= hall_sessions.groups_release_at
      AND (bookings.session_id <> NEW.session_id OR NEW.adults + NEW.children > bookings.adults + bookings.children);
  UPDATE bookings SET session_id = NEW.session_id, adults = NEW.adults, children = NEW.children
    WHERE id = NEW.booking_id;
  UPDATE group_classes SET boys = NEW.boys, girls = NEW.girls WHERE booking_id = NEW.booking_id;
END;

-- A class changes as part of its group, by the rules above.
CREATE TRIGGER booking_changes_kind_guard BEFORE INSERT ON booking_changes
BEGIN
  SELECT RAISE(ABORT, 'booking_unknown') FROM bookings WHERE id = NEW.booking_id AND kind = 'group';
END;

-- Whoever is erased leads no group any more; the classes to come are cancelled with their other bookings.
CREATE TRIGGER account_erasures_groups AFTER INSERT ON account_erasures
BEGIN
  UPDATE group_requests
    SET leader_name_cipher = x'', needs_cipher = x'',
      state = iif(state IN ('asked', 'countered'), 'withdrawn', state)
    WHERE person_id = NEW.person_id;
END;
