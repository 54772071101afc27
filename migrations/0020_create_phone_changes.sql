-- A number is changed, lost, or handed on by the carrier to somebody else. None of it may show a stranger an account.

-- Messages abroad cost many times of one at home, and are what floods of codes are sent for: 60 an hour in all.
ALTER TABLE sign_in_codes ADD COLUMN abroad INTEGER NOT NULL DEFAULT 0
  CONSTRAINT sign_in_codes_abroad CHECK (abroad IN (0, 1));

CREATE INDEX sign_in_codes_abroad_by_time ON sign_in_codes (created_at) WHERE abroad = 1;

CREATE TRIGGER sign_in_codes_abroad_guard BEFORE INSERT ON sign_in_codes WHEN NEW.abroad = 1
BEGIN
  SELECT RAISE(ABORT, 'codes_abroad_used_up')
    WHERE (SELECT count(*) FROM sign_in_codes WHERE abroad = 1 AND created_at > NEW.created_at - 3600000) >= 60;
END;

-- One row for a number that was changed by its owner. The numbers themselves stand in people only.
CREATE TABLE phone_changes (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  -- The sign-in it was asked from. No foreign keys to sign-ins and codes: they are deleted long before.
  sign_in_id TEXT NOT NULL,
  new_code_id TEXT NOT NULL CONSTRAINT phone_changes_new_code UNIQUE,
  -- Empty when the sign-in was fresh: it was itself a code to the old number.
  old_code_id TEXT CONSTRAINT phone_changes_old_code UNIQUE,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX phone_changes_by_person ON phone_changes (person_id, changed_at);

CREATE TRIGGER phone_changes_guard BEFORE INSERT ON phone_changes
BEGIN
  SELECT RAISE(ABORT, 'sign_in_ended')
    WHERE NOT EXISTS (
      SELECT 1 FROM sign_ins WHERE id = NEW.sign_in_id AND person_id = NEW.person_id
        AND expires_at > NEW.changed_at AND id NOT IN (SELECT sign_in_id FROM sign_outs));
  -- A phone left lying on a table is signed in for a month; a sign-in of the last 15 minutes is its owner's.
  SELECT RAISE(ABORT, 'old_number_unproven')
    WHERE NEW.old_code_id IS NULL AND NOT EXISTS (
      SELECT 1 FROM sign_ins WHERE id = NEW.sign_in_id AND created_at > NEW.changed_at - 900000);
  -- Three in 30 days: more is somebody trying numbers.
  SELECT RAISE(ABORT, 'phone_changes_used_up')
    WHERE (SELECT count(*) FROM phone_changes WHERE person_id = NEW.person_id
      AND changed_at > NEW.changed_at - 2592000000) >= 3;
END;

-- Before the number is overwritten, in the same batch: what hangs on the old one goes with it.
CREATE TRIGGER phone_changes_leave AFTER INSERT ON phone_changes
BEGIN
  INSERT INTO sign_outs (sign_in_id, signed_out_at)
    SELECT id, NEW.changed_at FROM sign_ins
      WHERE person_id = NEW.person_id AND id <> NEW.sign_in_id AND id NOT IN (SELECT sign_in_id FROM sign_outs);
  DELETE FROM idempotency_keys
    WHERE scope = (SELECT lower(hex(phone_hash)) FROM people WHERE id = NEW.person_id);
  UPDATE inquiries SET phone_cipher = NULL, phone_hash = NULL
    WHERE phone_hash = (SELECT phone_hash FROM people WHERE id = NEW.person_id);
END;

-- An account whose number came to somebody else, who began afresh. It opens to nobody and is erased after 30 days;
-- until then its former owner can claim it.
CREATE TABLE account_set_asides (
  person_id TEXT PRIMARY KEY REFERENCES people (id),
  -- The hash that the account was found by. A key rotated within the 30 days leaves it as it is.
  phone_hash BLOB NOT NULL CONSTRAINT account_set_asides_hash_length CHECK (length(phone_hash) = 32),
  set_aside_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX account_set_asides_by_phone ON account_set_asides (phone_hash);
CREATE INDEX account_set_asides_by_time ON account_set_asides (set_aside_at);

CREATE TRIGGER account_set_asides_guard BEFORE INSERT ON account_set_asides
BEGIN
  -- 90 days: carriers keep a number that was given up at least that long before they hand it on.
  SELECT RAISE(ABORT, 'account_in_use')
    WHERE NOT EXISTS (SELECT 1 FROM people WHERE id = NEW.person_id AND data_key_cipher <> x''
      AND seen_at <= NEW.set_aside_at - 7776000000);
END;

CREATE TRIGGER account_set_asides_close AFTER INSERT ON account_set_asides
BEGIN
  INSERT INTO sign_outs (sign_in_id, signed_out_at)
    SELECT id, NEW.set_aside_at FROM sign_ins
      WHERE person_id = NEW.person_id AND id NOT IN (SELECT sign_in_id FROM sign_outs);
  UPDATE people SET phone_hash = randomblob(32) WHERE id = NEW.person_id;
END;

CREATE TRIGGER sign_ins_set_aside_guard BEFORE INSERT ON sign_ins
BEGIN
  SELECT RAISE(ABORT, 'person_erased') FROM account_set_asides WHERE person_id = NEW.person_id;
END;

-- After a long pause a code alone does not open an account. What else is told is counted before it is looked at:
-- five a day, and nothing of it is kept longer.
CREATE TABLE return_tries (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  tried_at INTEGER NOT NULL
) STRICT;

CREATE INDEX return_tries_by_person ON return_tries (person_id, tried_at);
CREATE INDEX return_tries_by_age ON return_tries (tried_at);

CREATE TRIGGER return_tries_guard BEFORE INSERT ON return_tries
BEGIN
  DELETE FROM return_tries WHERE tried_at <= NEW.tried_at - 86400000;
  SELECT RAISE(ABORT, 'return_tries_used_up')
    WHERE (SELECT count(*) FROM return_tries WHERE person_id = NEW.person_id) >= 5;
END;

-- Somebody who cannot receive messages at their old number any more asks for the account that hangs on it.
CREATE TABLE number_claims (
  id TEXT PRIMARY KEY,
  -- Signed in with the new number.
  claimant_id TEXT NOT NULL REFERENCES people (id),
  -- Nobody, when no account has the number that was named: the claimant is not told.
  account_id TEXT REFERENCES people (id),
  -- What the claimant knew of the account.
  proof TEXT NOT NULL CONSTRAINT number_claims_proof CHECK (proof IN ('none', 'ticket', 'organisation')),
  -- Whether word went to the old number; not for a wrong proof, nor for the same account ever again.
  told INTEGER NOT NULL CONSTRAINT number_claims_told CHECK (told IN (0, 1)),
  -- SHA-256 of the code that the old number was sent: it objects, and does nothing else.
  objection_hash BLOB NOT NULL UNIQUE CONSTRAINT number_claims_hash_length CHECK (length(objection_hash) = 32),
  claimed_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CONSTRAINT number_claims_state CHECK (
    state IN ('open', 'objected', 'granted', 'refused', 'withdrawn')),
  CONSTRAINT claim_of_own_account CHECK (account_id IS NULL OR account_id <> claimant_id),
  CONSTRAINT claim_told_of_an_account CHECK (told = 0 OR account_id IS NOT NULL)
) STRICT;

CREATE INDEX number_claims_by_claimant ON number_claims (claimant_id, claimed_at);
CREATE INDEX number_claims_by_account ON number_claims (account_id, claimed_at) WHERE account_id IS NOT NULL;
CREATE INDEX number_claims_awaiting ON number_claims (id) WHERE state IN ('open', 'objected');

CREATE TRIGGER number_claims_guard BEFORE INSERT ON number_claims
BEGIN
  SELECT RAISE(ABORT, 'claim_starts_open') WHERE NEW.state <> 'open';
  SELECT RAISE(ABORT, 'number_claim_open')
    FROM number_claims WHERE claimant_id = NEW.claimant_id AND state IN ('open', 'objected');
  SELECT RAISE(ABORT, 'number_claims_used_up')
    WHERE (SELECT count(*) FROM number_claims WHERE claimant_id = NEW.claimant_id
      AND claimed_at > NEW.claimed_at - 2592000000) >= 3;
END;

CREATE TABLE number_claim_objections (
  claim_id TEXT PRIMARY KEY REFERENCES number_claims (id),
  objected_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER number_claim_objections_guard BEFORE INSERT ON number_claim_objections
BEGIN
  SELECT RAISE(ABORT, 'objection_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM number_claims WHERE id = NEW.claim_id);
  SELECT RAISE(ABORT, 'number_claim_already_decided')
    FROM number_claims WHERE id = NEW.claim_id AND state NOT IN ('open', 'objected');
  UPDATE number_claims SET state = 'objected' WHERE id = NEW.claim_id;
END;

CREATE TABLE number_claim_decisions (
  claim_id TEXT PRIMARY KEY REFERENCES number_claims (id),
  decision TEXT NOT NULL CONSTRAINT number_claim_decisions_decision CHECK (decision IN ('granted', 'refused')),
  -- Read by the claimant; staff are told to keep people out of it.
  reason TEXT NOT NULL CONSTRAINT number_claim_decisions_reason CHECK (length(reason) BETWEEN 2 AND 200),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER number_claim_decisions_guard BEFORE INSERT ON number_claim_decisions
BEGIN
  SELECT RAISE(ABORT, 'number_claim_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM number_claims WHERE id = NEW.claim_id)
      OR NOT EXISTS (
        SELECT 1 FROM role_grants WHERE person_id = NEW.decided_by AND role = 'administrator' AND state = 'active');
  SELECT RAISE(ABORT, 'own_number_claim')
    FROM number_claims WHERE id = NEW.claim_id AND NEW.decided_by IN (claimant_id, coalesce(account_id, ''));
  SELECT RAISE(ABORT, 'number_claim_already_decided')
    FROM number_claims WHERE id = NEW.claim_id AND state NOT IN ('open', 'objected');
  SELECT RAISE(ABORT, 'number_claim_objected')
    FROM number_claims WHERE id = NEW.claim_id AND NEW.decision = 'granted' AND state = 'objected';
  SELECT RAISE(ABORT, 'number_claim_unproven')
    FROM number_claims WHERE id = NEW.claim_id AND NEW.decision = 'granted' AND (
      proof = 'none' OR account_id IS NULL
      OR (told = 0 AND account_id NOT IN (SELECT person_id FROM account_set_asides)));
  -- Seven days: long enough for whoever has the old number to see the message.
  SELECT RAISE(ABORT, 'number_claim_waits')
    FROM number_claims WHERE id = NEW.claim_id AND NEW.decision = 'granted' AND claimed_at > NEW.decided_at - 604800000;
  -- Whoever has signed in with the old number since, or changed it, has it: then it is not lost.
  SELECT RAISE(ABORT, 'number_claim_overtaken')
    FROM number_claims AS claim JOIN people ON people.id = claim.account_id
    WHERE claim.id = NEW.claim_id AND NEW.decision = 'granted' AND (
      people.seen_at > claim.claimed_at OR people.data_key_cipher = x''
      OR EXISTS (SELECT 1 FROM phone_changes WHERE person_id = claim.account_id AND changed_at > claim.claimed_at));
  -- The claimant's present account ends with it, so that nobody else may rely on that one.
  SELECT RAISE(ABORT, 'claimant_in_use')
    FROM number_claims AS claim WHERE claim.id = NEW.claim_id AND NEW.decision = 'granted' AND (
      EXISTS (SELECT 1 FROM role_grants WHERE person_id = claim.claimant_id AND state = 'active')
      OR EXISTS (SELECT 1 FROM organisation_members WHERE person_id = claim.claimant_id AND state = 'active')
      OR EXISTS (SELECT 1 FROM bookings WHERE person_id = claim.claimant_id AND state = 'booked'));
  UPDATE number_claims SET state = NEW.decision WHERE id = NEW.claim_id;
  INSERT INTO sign_outs (sign_in_id, signed_out_at)
    SELECT sign_ins.id, NEW.decided_at FROM sign_ins JOIN number_claims AS claim ON claim.account_id = sign_ins.person_id
      WHERE claim.id = NEW.claim_id AND NEW.decision = 'granted'
        AND sign_ins.id NOT IN (SELECT sign_in_id FROM sign_outs);
  DELETE FROM account_set_asides
    WHERE NEW.decision = 'granted' AND person_id = (SELECT account_id FROM number_claims WHERE id = NEW.claim_id);
END;

-- Nothing waits on an account that is no more.
CREATE TRIGGER account_erasures_phones AFTER INSERT ON account_erasures
BEGIN
  UPDATE number_claims SET state = 'withdrawn'
    WHERE NEW.person_id IN (claimant_id, account_id) AND state IN ('open', 'objected');
  DELETE FROM account_set_asides WHERE person_id = NEW.person_id;
  DELETE FROM return_tries WHERE person_id = NEW.person_id;
END;
