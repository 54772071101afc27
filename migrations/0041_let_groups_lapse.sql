-- 团体申请的期限: places are held for a request until the hall, or after a counter-offer its leader, should have
-- answered; then they flow to everybody. On the day of the visit nothing is taken back any more.

-- A state more: its column is made anew, and with it whatever names it.
DROP TRIGGER group_requests_guard;
DROP TRIGGER group_decisions_guard;
DROP TRIGGER group_changes_guard;
DROP TRIGGER account_erasures_groups;
DROP TRIGGER file_links_group_guard;
DROP INDEX group_requests_open;

ALTER TABLE group_requests RENAME COLUMN state TO former_state;
-- Follows from group_decisions and group_lapses.
ALTER TABLE group_requests ADD COLUMN state TEXT NOT NULL DEFAULT 'asked'
  CONSTRAINT group_requests_state_known CHECK (state IN (
    'asked', 'countered', 'approved', 'refused', 'withdrawn', 'lapsed'));
UPDATE group_requests SET state = former_state;
ALTER TABLE group_requests DROP COLUMN former_state;

-- Until when an open request holds its places: noon of the workday after the answer was due.
ALTER TABLE group_requests ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
-- What is open on the day of this migration has three days more than was promised.
UPDATE group_requests SET held_until = answer_due_at + 259200000 WHERE state IN ('asked', 'countered');

CREATE INDEX group_requests_open ON group_requests (hall_slug, answer_due_at) WHERE state = 'asked';
CREATE INDEX group_requests_held ON group_requests (held_until) WHERE state IN ('asked', 'countered');

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
      WHEN 'withdrawn' THEN state IN ('refused', 'withdrawn', 'lapsed')
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

-- Whoever is erased leads no group any more; the classes to come are cancelled with their other bookings.
CREATE TRIGGER account_erasures_groups AFTER INSERT ON account_erasures
BEGIN
  UPDATE group_requests
    SET leader_name_cipher = x'', needs_cipher = x'',
      state = iif(state IN ('asked', 'countered'), 'withdrawn', state)
    WHERE person_id = NEW.person_id;
END;

-- 公函: with the request, or afterwards for as long as nobody has decided.
CREATE TRIGGER file_links_group_guard BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'group_request'
BEGIN
  SELECT RAISE(ABORT, 'request_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM group_requests WHERE id = NEW.subject_id AND person_id = NEW.linked_by);
  SELECT RAISE(ABORT, 'request_already_decided')
    FROM group_requests WHERE id = NEW.subject_id AND state NOT IN ('asked', 'countered');
END;

CREATE TABLE group_lapses (
  request_id TEXT PRIMARY KEY REFERENCES group_requests (id),
  -- Who had not answered: the hall (`asked`), or the leader (`countered`).
  lapsed_from TEXT NOT NULL CONSTRAINT group_lapses_from CHECK (lapsed_from IN ('asked', 'countered')),
  lapsed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER group_lapses_guard BEFORE INSERT ON group_lapses
BEGIN
  SELECT RAISE(ABORT, 'request_unknown') WHERE NOT EXISTS (SELECT 1 FROM group_requests WHERE id = NEW.request_id);
  SELECT RAISE(ABORT, 'request_already_decided')
    FROM group_requests WHERE id = NEW.request_id AND state <> NEW.lapsed_from;
  SELECT RAISE(ABORT, 'lapse_not_due') FROM group_requests WHERE id = NEW.request_id AND held_until > NEW.lapsed_at;
  -- Buses are on their way: the door lets them in, whoever should have answered.
  SELECT RAISE(ABORT, 'visit_has_begun')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = bookings.session_id
    WHERE bookings.group_request_id = NEW.request_id AND bookings.state <> 'cancelled'
      AND date(starts_at / 1000 + 28800, 'unixepoch') <= date(NEW.lapsed_at / 1000 + 28800, 'unixepoch');
  UPDATE group_requests SET state = 'lapsed' WHERE id = NEW.request_id;
  UPDATE bookings SET state = 'cancelled' WHERE group_request_id = NEW.request_id AND state = 'booked';
END;

-- What was said before: to the hall's managers that an answer is due, and again before the places go; to the leader
-- that a counter-offer is about to go. Each once.
CREATE TABLE group_reminders (
  request_id TEXT NOT NULL REFERENCES group_requests (id),
  about TEXT NOT NULL CONSTRAINT group_reminders_about CHECK (about IN ('answer', 'release', 'offer')),
  reminded_at INTEGER NOT NULL,
  PRIMARY KEY (request_id, about)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER group_reminders_guard BEFORE INSERT ON group_reminders
BEGIN
  SELECT RAISE(ABORT, 'request_already_decided')
    FROM group_requests WHERE id = NEW.request_id
      AND state <> iif(NEW.about = 'offer', 'countered', 'asked');
END;

-- A calendar entry is replaced by a later one of a higher number (RFC 5545, SEQUENCE): also a class that the hall moves or
-- whose numbers change. `changes` is the family's own count, with its limit.
ALTER TABLE bookings ADD COLUMN revisions INTEGER NOT NULL DEFAULT 0
  CONSTRAINT bookings_revisions CHECK (revisions >= 0);
UPDATE bookings SET revisions = (SELECT count(*) FROM group_changes WHERE booking_id = bookings.id)
  WHERE kind = 'group';

CREATE TRIGGER group_changes_revise AFTER INSERT ON group_changes
BEGIN
  UPDATE bookings SET revisions = revisions + 1 WHERE id = NEW.booking_id;
END;

-- 班级参观证明: how many of a class had come in when it was made. What the door noted is forgotten long before the paper.
ALTER TABLE visit_certificates ADD COLUMN people INTEGER
  CONSTRAINT visit_certificates_people CHECK (people > 0);

CREATE TRIGGER visit_certificates_class_guard BEFORE INSERT ON visit_certificates
BEGIN
  SELECT RAISE(ABORT, 'certificate_of_a_class_counts')
    FROM bookings WHERE id = NEW.booking_id AND (kind = 'group') <> (NEW.people IS NOT NULL);
END;
