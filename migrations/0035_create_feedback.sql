-- 参观以后: a score with words that staff look at before others read them, and a certificate that anyone can verify.

CREATE TABLE visit_feedback (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  hall_slug TEXT NOT NULL REFERENCES halls (slug),
  score INTEGER NOT NULL CONSTRAINT visit_feedback_score CHECK (score BETWEEN 1 AND 5),
  -- Under the person's data key; empty where nothing was written.
  words_cipher BLOB NOT NULL,
  given_at INTEGER NOT NULL,
  edited_at INTEGER,
  -- Follows from feedback_decisions.
  state TEXT NOT NULL DEFAULT 'waiting'
    CONSTRAINT visit_feedback_state CHECK (state IN ('waiting', 'published', 'hidden')),
  -- The words as they were published; gone when they are hidden or their author erases the account.
  public_words TEXT NOT NULL DEFAULT '' CONSTRAINT visit_feedback_public CHECK (public_words = '' OR state = 'published')
) STRICT;

-- What staff still have to look at: words, and low scores even without any.
CREATE INDEX visit_feedback_waiting ON visit_feedback (hall_slug, score, given_at)
  WHERE state = 'waiting' AND (score <= 2 OR words_cipher <> x'');
CREATE INDEX visit_feedback_public ON visit_feedback (hall_slug, given_at) WHERE public_words <> '';
CREATE INDEX visit_feedback_by_hall ON visit_feedback (hall_slug, given_at);
CREATE INDEX visit_feedback_by_person ON visit_feedback (person_id);

-- Every score counts, also where the words are hidden: hiding is for words and never for marks.
CREATE TABLE hall_scores (
  hall_slug TEXT PRIMARY KEY REFERENCES halls (slug),
  visits INTEGER NOT NULL CONSTRAINT hall_scores_visits CHECK (visits > 0),
  total INTEGER NOT NULL CONSTRAINT hall_scores_total CHECK (total BETWEEN visits AND 5 * visits)
) STRICT, WITHOUT ROWID;

-- Also the first step of an edit, which is an insert that finds the row there.
CREATE TRIGGER visit_feedback_guard BEFORE INSERT ON visit_feedback
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'feedback_starts_waiting') WHERE NEW.state <> 'waiting';
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM bookings JOIN hall_sessions ON hall_sessions.id = session_id
      WHERE bookings.id = NEW.booking_id AND person_id = NEW.person_id AND hall_slug = NEW.hall_slug);
  SELECT RAISE(ABORT, 'visit_not_made')
    FROM bookings WHERE id = NEW.booking_id AND state <> 'arrived';
  -- 30 days.
  SELECT RAISE(ABORT, 'feedback_closed')
    FROM bookings JOIN hall_sessions ON hall_sessions.id = session_id
    WHERE bookings.id = NEW.booking_id AND coalesce(NEW.edited_at, NEW.given_at) >= ends_at + 2592000000;
  SELECT RAISE(ABORT, 'feedback_moderated')
    FROM visit_feedback WHERE booking_id = NEW.booking_id AND state <> 'waiting';
END;

CREATE TRIGGER visit_feedback_counts AFTER INSERT ON visit_feedback
BEGIN
  INSERT INTO hall_scores (hall_slug, visits, total) VALUES (NEW.hall_slug, 1, NEW.score)
    ON CONFLICT (hall_slug) DO UPDATE SET visits = visits + 1, total = total + excluded.total;
END;

CREATE TRIGGER visit_feedback_recounts AFTER UPDATE OF score ON visit_feedback
BEGIN
  UPDATE hall_scores SET total = total + NEW.score - OLD.score WHERE hall_slug = NEW.hall_slug;
END;

CREATE TABLE feedback_decisions (
  id TEXT PRIMARY KEY,
  booking_id TEXT NOT NULL REFERENCES visit_feedback (booking_id),
  decision TEXT NOT NULL CONSTRAINT feedback_decisions_decision CHECK (decision IN ('published', 'hidden')),
  -- Told to the author.
  reason TEXT NOT NULL CONSTRAINT feedback_decisions_reason CHECK (length(reason) <= 200),
  -- Beneath the words, for everybody who reads them.
  reply TEXT NOT NULL CONSTRAINT feedback_decisions_reply CHECK (length(reply) <= 400),
  -- What was read when it was decided.
  public_words TEXT NOT NULL,
  edited_at INTEGER,
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL,
  CONSTRAINT feedback_hidden_has_reason CHECK (decision = 'published' OR length(reason) >= 2),
  CONSTRAINT feedback_hidden_is_not_public CHECK (decision = 'published' OR public_words = '')
) STRICT;

CREATE INDEX feedback_decisions_by_booking ON feedback_decisions (booking_id);

CREATE TRIGGER feedback_decisions_guard BEFORE INSERT ON feedback_decisions
BEGIN
  -- The hall's manager, and never about their own visit.
  SELECT RAISE(ABORT, 'feedback_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM visit_feedback
        JOIN role_grants ON role_grants.scope_kind = 'hall' AND role_grants.scope_id = hall_slug
      WHERE booking_id = NEW.booking_id AND visit_feedback.person_id <> NEW.decided_by
        AND role_grants.person_id = NEW.decided_by AND role_grants.state = 'active'
        AND role_grants.role = 'hall_manager');
  SELECT RAISE(ABORT, 'feedback_already_decided')
    FROM visit_feedback WHERE booking_id = NEW.booking_id AND state = NEW.decision;
  -- Its author may have written something else since it was read.
  SELECT RAISE(ABORT, 'feedback_has_changed')
    FROM visit_feedback WHERE booking_id = NEW.booking_id
      AND (edited_at IS NOT NEW.edited_at OR (words_cipher = x'' AND NEW.public_words <> ''));
  UPDATE visit_feedback SET state = NEW.decision, public_words = NEW.public_words
    WHERE booking_id = NEW.booking_id;
END;

-- One copy of the words, where an erasure finds it.
CREATE TRIGGER feedback_decisions_keep_no_words AFTER INSERT ON feedback_decisions
BEGIN
  UPDATE feedback_decisions SET public_words = '' WHERE id = NEW.id;
END;

CREATE TRIGGER account_erasures_feedback AFTER INSERT ON account_erasures
BEGIN
  UPDATE visit_feedback SET words_cipher = x'', public_words = '' WHERE person_id = NEW.person_id;
END;

-- 参观证明: its code leads to hall and date and to nobody's name. Made when it is asked for.
CREATE TABLE visit_certificates (
  booking_id TEXT PRIMARY KEY REFERENCES bookings (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  code TEXT NOT NULL UNIQUE CONSTRAINT visit_certificates_code_length CHECK (length(code) = 10),
  issued_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER visit_certificates_guard BEFORE INSERT ON visit_certificates
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'booking_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id AND person_id = NEW.person_id);
  SELECT RAISE(ABORT, 'visit_not_made')
    FROM bookings WHERE id = NEW.booking_id AND state <> 'arrived';
END;
