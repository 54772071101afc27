-- Response cards and packs can be taken from the public as guides can. What was asked for and decided of guides is carried over.

CREATE TABLE text_withdrawals (
  id TEXT PRIMARY KEY,
  -- With the slug the name of its file in content/.
  kind TEXT NOT NULL CONSTRAINT text_withdrawals_kind CHECK (kind IN ('guide', 'card', 'pack')),
  slug TEXT NOT NULL CONSTRAINT text_withdrawals_slug CHECK (slug <> '' AND slug NOT GLOB '*[^a-z0-9-]*'),
  act TEXT NOT NULL CONSTRAINT text_withdrawals_act CHECK (act IN ('withdraw', 'reinstate')),
  -- The public reads it.
  reason TEXT NOT NULL CONSTRAINT text_withdrawals_reason CHECK (reason <> ''),
  -- A guide to read in its place; without one the page names the numbers to call.
  instead TEXT CONSTRAINT text_withdrawals_instead CHECK (instead <> '' AND instead NOT GLOB '*[^a-z0-9-]*'),
  proposed_by TEXT NOT NULL REFERENCES people (id),
  proposed_at INTEGER NOT NULL,
  -- Follows from text_withdrawal_decisions.
  state TEXT NOT NULL DEFAULT 'proposed'
    CONSTRAINT text_withdrawals_state CHECK (state IN ('proposed', 'confirmed', 'declined')),
  decided_at INTEGER,
  CONSTRAINT guide_not_its_own_substitute CHECK (kind <> 'guide' OR instead <> slug)
) STRICT;

INSERT INTO text_withdrawals
  SELECT id, 'guide', guide, act, reason, instead, proposed_by, proposed_at, state, decided_at FROM guide_withdrawals;

CREATE TABLE text_withdrawal_decisions (
  withdrawal_id TEXT PRIMARY KEY REFERENCES text_withdrawals (id),
  decision TEXT NOT NULL CONSTRAINT text_withdrawal_decisions_decision CHECK (decision IN ('confirmed', 'declined')),
  decided_by TEXT NOT NULL REFERENCES people (id),
  decided_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO text_withdrawal_decisions
  SELECT withdrawal_id, decision, decided_by, decided_at FROM guide_withdrawal_decisions;

DROP TABLE guide_withdrawal_decisions;
DROP TABLE guide_withdrawals;

CREATE UNIQUE INDEX text_withdrawals_one_open ON text_withdrawals (kind, slug) WHERE state = 'proposed';
CREATE INDEX text_withdrawals_confirmed ON text_withdrawals (kind, slug, decided_at) WHERE state = 'confirmed';

CREATE TRIGGER text_withdrawals_guard BEFORE INSERT ON text_withdrawals
BEGIN
  SELECT RAISE(ABORT, 'withdrawal_starts_proposed') WHERE NEW.state <> 'proposed' OR NEW.decided_at IS NOT NULL;
  SELECT RAISE(ABORT, 'writing_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.proposed_by AND state = 'active'
        AND role = 'editor' AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'text_already_so')
    WHERE NEW.act = coalesce((
      SELECT act FROM text_withdrawals WHERE kind = NEW.kind AND slug = NEW.slug AND state = 'confirmed'
      ORDER BY decided_at DESC, id DESC LIMIT 1), 'reinstate');
END;

CREATE TRIGGER text_withdrawal_decisions_guard BEFORE INSERT ON text_withdrawal_decisions
BEGIN
  SELECT RAISE(ABORT, 'release_not_yours')
    WHERE NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.decided_by AND state = 'active'
        AND role IN ('editor', 'administrator') AND scope_kind = 'site');
  SELECT RAISE(ABORT, 'withdrawal_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM text_withdrawals WHERE id = NEW.withdrawal_id);
  SELECT RAISE(ABORT, 'withdrawal_decided')
    FROM text_withdrawals WHERE id = NEW.withdrawal_id AND state <> 'proposed';
  -- One may take back what one asked for, not let it out.
  SELECT RAISE(ABORT, 'releasing_own_words')
    FROM text_withdrawals WHERE id = NEW.withdrawal_id AND proposed_by = NEW.decided_by
      AND NEW.decision = 'confirmed';
  UPDATE text_withdrawals SET state = NEW.decision, decided_at = NEW.decided_at WHERE id = NEW.withdrawal_id;
END;
