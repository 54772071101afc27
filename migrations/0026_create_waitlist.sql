-- 候补. A party waits for one session, in order; an offer holds places for it until a stated time. Each end is a row.

CREATE TABLE waitlist_entries (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES hall_sessions (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  adults INTEGER NOT NULL CONSTRAINT waitlist_entries_adults CHECK (adults >= 1),
  children INTEGER NOT NULL CONSTRAINT waitlist_entries_children CHECK (children >= 0),
  -- “We could also take M”: an offer of fewer places than the party is made down to this number.
  least_places INTEGER NOT NULL CONSTRAINT waitlist_entries_least CHECK (least_places BETWEEN 1 AND adults + children),
  -- Under the person's data key, for the booking that an offer becomes; gone as soon as the wait is over.
  contact_name_cipher BLOB NOT NULL,
  joined_at INTEGER NOT NULL,
  -- The number drawn on joining; within a rank, the lower one is served first.
  position INTEGER NOT NULL CONSTRAINT waitlist_entries_position CHECK (position > 0),
  -- 0 but for those whom staff moved up, each with a reason that everybody in the queue can read.
  rank INTEGER NOT NULL DEFAULT 0 CONSTRAINT waitlist_entries_rank CHECK (rank IN (0, 1)),
  -- Follows from the rows below.
  state TEXT NOT NULL DEFAULT 'waiting'
    CONSTRAINT waitlist_entries_state CHECK (state IN ('waiting', 'offered', 'booked', 'left', 'lapsed', 'closed')),
  CONSTRAINT waitlist_entries_one_position UNIQUE (session_id, position)
) STRICT;

CREATE UNIQUE INDEX waitlist_entries_one_active ON waitlist_entries (person_id, session_id)
  WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_entries_waiting ON waitlist_entries (session_id, rank DESC, position) WHERE state = 'waiting';
CREATE INDEX waitlist_entries_by_person ON waitlist_entries (person_id, id);

-- What can still be had by somebody who is not in a pool of their own. Negative after open_places was lowered.
CREATE VIEW free_places AS
  SELECT id AS session_id,
    open_places - booked - max(group_places - booked_groups, 0) - max(walk_in_places - booked_walk_ins, 0) AS places
  FROM hall_sessions;

CREATE TRIGGER waitlist_entries_guard BEFORE INSERT ON waitlist_entries
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'entry_starts_waiting') WHERE NEW.state <> 'waiting' OR NEW.rank <> 0;
  SELECT RAISE(ABORT, 'session_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM hall_sessions WHERE id = NEW.session_id);
  SELECT RAISE(ABORT, 'booking_not_open')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.joined_at < booking_opens_at;
  SELECT RAISE(ABORT, 'booking_closed')
    FROM hall_sessions WHERE id = NEW.session_id
      AND (NEW.joined_at >= booking_closes_at OR withdrawn_at IS NOT NULL);
  SELECT RAISE(ABORT, 'party_too_large')
    FROM hall_sessions WHERE id = NEW.session_id AND NEW.adults + NEW.children > party_max;
  SELECT RAISE(ABORT, 'already_booked')
    WHERE EXISTS (SELECT 1 FROM bookings
      WHERE session_id = NEW.session_id AND person_id = NEW.person_id AND state <> 'cancelled');
  -- Who could book at once should: a queue is for those who cannot.
  SELECT RAISE(ABORT, 'places_free')
    FROM free_places WHERE session_id = NEW.session_id AND places >= NEW.adults + NEW.children
      AND NOT EXISTS (SELECT 1 FROM waitlist_entries AS ahead
        WHERE ahead.session_id = NEW.session_id AND ahead.state = 'waiting' AND ahead.least_places <= places);
END;

CREATE TABLE waitlist_offers (
  id TEXT PRIMARY KEY,
  entry_id TEXT NOT NULL REFERENCES waitlist_entries (id),
  places INTEGER NOT NULL CONSTRAINT waitlist_offers_places CHECK (places > 0),
  offered_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- Follows from the booking that takes it up, or from the end of its entry.
  state TEXT NOT NULL DEFAULT 'open' CONSTRAINT waitlist_offers_state CHECK (state IN ('open', 'accepted', 'ended')),
  CONSTRAINT waitlist_offers_order CHECK (expires_at > offered_at)
) STRICT;

-- One offer to an entry, ever: who lets it pass goes to the end of the queue by joining again.
CREATE UNIQUE INDEX waitlist_offers_one ON waitlist_offers (entry_id);
CREATE INDEX waitlist_offers_due ON waitlist_offers (expires_at) WHERE state = 'open';

CREATE TRIGGER waitlist_offers_guard BEFORE INSERT ON waitlist_offers
BEGIN
  SELECT RAISE(ABORT, 'offer_starts_open') WHERE NEW.state <> 'open';
  SELECT RAISE(ABORT, 'entry_not_waiting')
    WHERE NOT EXISTS (SELECT 1 FROM waitlist_entries WHERE id = NEW.entry_id AND state = 'waiting');
  SELECT RAISE(ABORT, 'offer_of_wrong_size')
    FROM waitlist_entries WHERE id = NEW.entry_id AND NEW.places NOT BETWEEN least_places AND adults + children;
  SELECT RAISE(ABORT, 'booking_closed')
    FROM waitlist_entries JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE waitlist_entries.id = NEW.entry_id AND NEW.expires_at > booking_closes_at;
  -- Nobody is passed over who could be served with what is free now.
  SELECT RAISE(ABORT, 'offer_out_of_order')
    FROM waitlist_entries AS entry
      JOIN waitlist_entries AS ahead ON ahead.session_id = entry.session_id
      JOIN free_places ON free_places.session_id = entry.session_id
    WHERE entry.id = NEW.entry_id AND ahead.state = 'waiting' AND ahead.least_places <= free_places.places
      AND (ahead.rank > entry.rank OR (ahead.rank = entry.rank AND ahead.position < entry.position));
  UPDATE waitlist_entries SET state = 'offered' WHERE id = NEW.entry_id;
  UPDATE hall_sessions SET booked = booked + NEW.places, offered = offered + NEW.places
    WHERE id = (SELECT session_id FROM waitlist_entries WHERE id = NEW.entry_id);
END;

CREATE TRIGGER waitlist_offers_end AFTER UPDATE OF state ON waitlist_offers
WHEN OLD.state = 'open' AND NEW.state = 'ended'
BEGIN
  UPDATE hall_sessions SET offered = offered - OLD.places, booked = booked - OLD.places
    WHERE id = (SELECT session_id FROM waitlist_entries WHERE id = OLD.entry_id);
END;

-- How an entry ends without a booking: its owner leaves, its offer lapses, or the session stops taking bookings.
CREATE TABLE waitlist_ends (
  entry_id TEXT PRIMARY KEY REFERENCES waitlist_entries (id),
  reason TEXT NOT NULL CONSTRAINT waitlist_ends_reason CHECK (reason IN ('left', 'lapsed', 'closed')),
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER waitlist_ends_guard BEFORE INSERT ON waitlist_ends
BEGIN
  SELECT RAISE(ABORT, 'entry_unknown') WHERE NOT EXISTS (SELECT 1 FROM waitlist_entries WHERE id = NEW.entry_id);
  SELECT RAISE(ABORT, 'entry_already_ended')
    FROM waitlist_entries WHERE id = NEW.entry_id AND state NOT IN ('waiting', 'offered');
  SELECT RAISE(ABORT, 'offer_not_due')
    WHERE NEW.reason = 'lapsed' AND NOT EXISTS (
      SELECT 1 FROM waitlist_offers WHERE entry_id = NEW.entry_id AND state = 'open' AND expires_at <= NEW.ended_at);
  SELECT RAISE(ABORT, 'closing_not_due')
    FROM waitlist_entries JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE waitlist_entries.id = NEW.entry_id AND NEW.reason = 'closed'
      AND NEW.ended_at < booking_closes_at AND withdrawn_at IS NULL;
  UPDATE waitlist_entries SET state = NEW.reason, contact_name_cipher = x'' WHERE id = NEW.entry_id;
  UPDATE waitlist_offers SET state = 'ended' WHERE entry_id = NEW.entry_id AND state = 'open';
END;

-- 提前: staff move a party up, with a reason that is listed for everybody who waits.
CREATE TABLE waitlist_promotions (
  entry_id TEXT PRIMARY KEY REFERENCES waitlist_entries (id),
  reason TEXT NOT NULL CONSTRAINT waitlist_promotions_reason CHECK (reason <> ''),
  promoted_by TEXT NOT NULL REFERENCES people (id),
  promoted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER waitlist_promotions_guard BEFORE INSERT ON waitlist_promotions
BEGIN
  SELECT RAISE(ABORT, 'entry_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM waitlist_entries
        JOIN hall_sessions ON hall_sessions.id = waitlist_entries.session_id
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_sessions.hall_slug
      WHERE waitlist_entries.id = NEW.entry_id AND role_grants.person_id = NEW.promoted_by
        AND role_grants.state = 'active' AND role_grants.role = 'hall_manager');
  -- Separation of duties: nobody moves themselves up.
  SELECT RAISE(ABORT, 'entry_unknown')
    FROM waitlist_entries WHERE id = NEW.entry_id AND person_id = NEW.promoted_by;
  SELECT RAISE(ABORT, 'entry_not_waiting') FROM waitlist_entries WHERE id = NEW.entry_id AND state <> 'waiting';
  UPDATE waitlist_entries SET rank = 1 WHERE id = NEW.entry_id;
END;

-- A booking that takes up an offer. Its places are held already, so it neither waits in line nor asks for new ones.
ALTER TABLE bookings ADD COLUMN offer_id TEXT REFERENCES waitlist_offers (id);
CREATE UNIQUE INDEX bookings_one_per_offer ON bookings (offer_id) WHERE offer_id IS NOT NULL;

CREATE TRIGGER bookings_offer_guard BEFORE INSERT ON bookings
WHEN NEW.offer_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'offer_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM waitlist_offers JOIN waitlist_entries ON waitlist_entries.id = entry_id
      WHERE waitlist_offers.id = NEW.offer_id AND person_id = NEW.person_id AND session_id = NEW.session_id);
  SELECT RAISE(ABORT, 'offer_gone')
    FROM waitlist_offers WHERE id = NEW.offer_id AND (state <> 'open' OR expires_at <= NEW.created_at);
  SELECT RAISE(ABORT, 'offer_too_small')
    FROM waitlist_offers WHERE id = NEW.offer_id AND places < NEW.adults + NEW.children;
END;

DROP TRIGGER bookings_take_places;
DROP TRIGGER bookings_free_places;
DROP TRIGGER bookings_move_places;

-- After the insert, so that a second booking by the same person is refused as such even when the session is full.
CREATE TRIGGER bookings_take_places AFTER INSERT ON bookings
BEGIN
  -- Groups have a pool of their own and pass no queue.
  SELECT RAISE(ABORT, 'session_full')
    FROM waitlist_entries JOIN free_places USING (session_id)
    WHERE NEW.offer_id IS NULL AND NEW.kind <> 'group'
      AND session_id = NEW.session_id AND state = 'waiting' AND least_places <= places;
  UPDATE waitlist_entries SET state = 'booked', contact_name_cipher = x''
    WHERE id = (SELECT entry_id FROM waitlist_offers WHERE id = NEW.offer_id);
  UPDATE waitlist_offers SET state = 'accepted' WHERE id = NEW.offer_id;
  -- One statement: an offer holds what it promised, even if fewer places are open by now.
  UPDATE hall_sessions
    SET booked = booked + NEW.adults + NEW.children - coalesce((SELECT places FROM waitlist_offers WHERE id = NEW.offer_id), 0),
      offered = offered - coalesce((SELECT places FROM waitlist_offers WHERE id = NEW.offer_id), 0),
      booked_groups = booked_groups + iif(NEW.kind = 'group', NEW.adults + NEW.children, 0)
    WHERE id = NEW.session_id;
END;

CREATE TRIGGER bookings_free_places AFTER UPDATE OF state ON bookings
WHEN NEW.state = 'cancelled'
BEGIN
  UPDATE hall_sessions
    SET booked = booked - NEW.adults - NEW.children,
      booked_groups = booked_groups - iif(NEW.kind = 'group', NEW.adults + NEW.children, 0)
    WHERE id = NEW.session_id;
END;

-- Within one session only the difference moves, so that a party may shrink in a session sold beyond its open places.
CREATE TRIGGER bookings_move_places AFTER UPDATE OF session_id, adults, children ON bookings
BEGIN
  SELECT RAISE(ABORT, 'session_full')
    FROM waitlist_entries JOIN free_places USING (session_id)
    WHERE NEW.kind <> 'group' AND session_id = NEW.session_id
      AND waitlist_entries.state = 'waiting' AND least_places <= places
      AND (NEW.session_id <> OLD.session_id OR NEW.adults + NEW.children > OLD.adults + OLD.children);
  UPDATE hall_sessions
    SET booked = booked + (NEW.adults + NEW.children) - (OLD.adults + OLD.children),
      booked_groups = booked_groups
        + iif(NEW.kind = 'group', (NEW.adults + NEW.children) - (OLD.adults + OLD.children), 0)
    WHERE id = NEW.session_id AND NEW.session_id = OLD.session_id;
  UPDATE hall_sessions
    SET booked = booked - (OLD.adults + OLD.children),
      booked_groups = booked_groups - iif(OLD.kind = 'group', OLD.adults + OLD.children, 0)
    WHERE id = OLD.session_id AND NEW.session_id <> OLD.session_id;
  UPDATE hall_sessions
    SET booked = booked + (NEW.adults + NEW.children),
      booked_groups = booked_groups + iif(NEW.kind = 'group', NEW.adults + NEW.children, 0)
    WHERE id = NEW.session_id AND NEW.session_id <> OLD.session_id;
END;

CREATE TRIGGER bookings_withdrawn_guard BEFORE INSERT ON bookings
BEGIN
  SELECT RAISE(ABORT, 'booking_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND withdrawn_at IS NOT NULL;
END;

CREATE TRIGGER booking_changes_withdrawn_guard BEFORE INSERT ON booking_changes
BEGIN
  SELECT RAISE(ABORT, 'booking_closed')
    FROM hall_sessions WHERE id = NEW.session_id AND withdrawn_at IS NOT NULL;
END;

-- Whoever is erased waits for nothing any more.
CREATE TRIGGER account_erasures_leave_waitlists AFTER INSERT ON account_erasures
BEGIN
  INSERT INTO waitlist_ends (entry_id, reason, ended_at)
    SELECT id, 'left', NEW.erased_at FROM waitlist_entries
      WHERE person_id = NEW.person_id AND state IN ('waiting', 'offered');
END;
