-- Files that people send: their bytes lie in a store of objects, in parts; here stand whose they are, what they are
-- for, and how far they have come. A file is uploaded, completed, scanned, attached to a thing, and removed.

-- The limits of each purpose. A feature that takes files adds its row in its own migration.
CREATE TABLE file_purposes (
  name TEXT PRIMARY KEY,
  -- What such a file is attached to, and how many one of these may have.
  subject_kind TEXT NOT NULL,
  subject_files_max INTEGER NOT NULL CONSTRAINT file_purposes_subject_files CHECK (subject_files_max > 0),
  -- 200 MB is the most that one upload is worth waiting for.
  size_max INTEGER NOT NULL CONSTRAINT file_purposes_size CHECK (size_max BETWEEN 1 AND 209715200),
  -- For one person within a day.
  day_files_max INTEGER NOT NULL CONSTRAINT file_purposes_day_files CHECK (day_files_max > 0),
  day_bytes_max INTEGER NOT NULL CONSTRAINT file_purposes_day_bytes CHECK (day_bytes_max >= size_max),
  -- After it was attached.
  kept_days INTEGER NOT NULL CONSTRAINT file_purposes_kept CHECK (kept_days > 0)
) STRICT, WITHOUT ROWID;

-- 证明材料: a scan of a few pages. Twenty tries a day, 100 MiB in all; kept for a year.
INSERT INTO file_purposes VALUES ('organisation_proof', 'organisation', 3, 20971520, 20, 104857600, 365);

CREATE TABLE files (
  id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL REFERENCES file_purposes (name),
  owner_id TEXT NOT NULL REFERENCES people (id),
  -- What the owner calls it, under the owner's key; empty once the file is gone.
  name_cipher BLOB NOT NULL,
  -- Bytes: as announced, and from its completion on as kept (pictures lose what is not the picture).
  size INTEGER NOT NULL CONSTRAINT files_size CHECK (size BETWEEN 1 AND 209715200),
  started_at INTEGER NOT NULL,
  -- Follows from file_completions, file_scans and file_removals; kept here for the indexes.
  state TEXT NOT NULL DEFAULT 'uploading' CONSTRAINT files_state CHECK (state IN (
    'uploading', 'quarantined', 'clean', 'infected', 'removed')),
  -- A scan that did not come to a verdict; others have their turn first.
  scan_tried_at INTEGER,
  -- When nothing of a removed or infected file was left in the store.
  bytes_deleted_at INTEGER
) STRICT;

CREATE INDEX files_by_owner ON files (owner_id, started_at);
CREATE INDEX files_uploading ON files (started_at) WHERE state = 'uploading';
CREATE INDEX files_unscanned ON files (scan_tried_at, id) WHERE state = 'quarantined';
CREATE INDEX files_to_delete ON files (id) WHERE state IN ('removed', 'infected') AND bytes_deleted_at IS NULL;

CREATE TRIGGER files_guard BEFORE INSERT ON files
BEGIN
  SELECT RAISE(ABORT, 'file_starts_uploading') WHERE NEW.state <> 'uploading';
  SELECT RAISE(ABORT, 'person_erased') WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.owner_id);
  SELECT RAISE(ABORT, 'file_too_large') FROM file_purposes WHERE name = NEW.purpose AND NEW.size > size_max;
  SELECT RAISE(ABORT, 'files_used_up_day') FROM file_purposes WHERE name = NEW.purpose AND day_files_max <= (
    SELECT count(*) FROM files
      WHERE owner_id = NEW.owner_id AND started_at > NEW.started_at - 86400000 AND purpose = NEW.purpose);
  SELECT RAISE(ABORT, 'files_used_up_day') FROM file_purposes WHERE name = NEW.purpose AND day_bytes_max < NEW.size + (
    SELECT coalesce(sum(size), 0) FROM files
      WHERE owner_id = NEW.owner_id AND started_at > NEW.started_at - 86400000 AND purpose = NEW.purpose);
END;

-- The manifest. The object of a part is named by file, number and hash: no two contents share a name.
CREATE TABLE file_parts (
  file_id TEXT NOT NULL REFERENCES files (id),
  number INTEGER NOT NULL CONSTRAINT file_parts_number CHECK (number >= 0),
  size INTEGER NOT NULL CONSTRAINT file_parts_size CHECK (size BETWEEN 1 AND 8388608),
  sha256 BLOB NOT NULL CONSTRAINT file_parts_sha256 CHECK (length(sha256) = 32),
  PRIMARY KEY (file_id, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER file_parts_guard BEFORE INSERT ON file_parts
BEGIN
  SELECT RAISE(ABORT, 'file_not_uploading')
    WHERE NOT EXISTS (SELECT 1 FROM files WHERE id = NEW.file_id AND state = 'uploading');
  -- Every part but the last has 8 MiB.
  SELECT RAISE(ABORT, 'part_wrong_size')
    FROM files WHERE id = NEW.file_id AND NEW.size <> min(8388608, size - NEW.number * 8388608);
END;

CREATE TABLE file_completions (
  file_id TEXT PRIMARY KEY REFERENCES files (id),
  -- Found in the bytes, never taken from a name.
  type TEXT NOT NULL CONSTRAINT file_completions_type CHECK (type IN (
    'jpeg', 'png', 'webp', 'pdf', 'docx', 'xlsx', 'mp4')),
  completed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER file_completions_guard BEFORE INSERT ON file_completions
BEGIN
  SELECT RAISE(ABORT, 'file_not_uploading')
    WHERE NOT EXISTS (SELECT 1 FROM files WHERE id = NEW.file_id AND state = 'uploading');
  SELECT RAISE(ABORT, 'file_incomplete')
    FROM files WHERE id = NEW.file_id AND (
      size <> (SELECT coalesce(sum(size), 0) FROM file_parts WHERE file_id = NEW.file_id)
      OR (size + 8388607) / 8388608 <> (SELECT count(*) FROM file_parts WHERE file_id = NEW.file_id));
  UPDATE files SET state = 'quarantined' WHERE id = NEW.file_id;
END;

CREATE TABLE file_scans (
  file_id TEXT PRIMARY KEY REFERENCES files (id),
  verdict TEXT NOT NULL CONSTRAINT file_scans_verdict CHECK (verdict IN ('clean', 'infected')),
  scanner TEXT NOT NULL,
  scanned_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER file_scans_guard BEFORE INSERT ON file_scans
BEGIN
  SELECT RAISE(ABORT, 'file_not_waiting')
    WHERE NOT EXISTS (SELECT 1 FROM files WHERE id = NEW.file_id AND state = 'quarantined');
  UPDATE files SET state = NEW.verdict WHERE id = NEW.file_id;
END;

-- What a file belongs to: one thing, for as long as it is there.
CREATE TABLE file_links (
  file_id TEXT PRIMARY KEY REFERENCES files (id),
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  linked_by TEXT NOT NULL REFERENCES people (id),
  linked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX file_links_by_subject ON file_links (subject_kind, subject_id, linked_at);

CREATE TRIGGER file_links_guard BEFORE INSERT ON file_links
BEGIN
  -- One's own file, sent for this kind of thing.
  SELECT RAISE(ABORT, 'file_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM files JOIN file_purposes ON file_purposes.name = files.purpose
        WHERE files.id = NEW.file_id AND files.owner_id = NEW.linked_by AND files.state <> 'removed'
          AND file_purposes.subject_kind = NEW.subject_kind);
  SELECT RAISE(ABORT, 'file_incomplete') FROM files WHERE id = NEW.file_id AND state = 'uploading';
  SELECT RAISE(ABORT, 'file_infected') FROM files WHERE id = NEW.file_id AND state = 'infected';
  SELECT RAISE(ABORT, 'subject_files_used_up')
    FROM files JOIN file_purposes ON file_purposes.name = files.purpose
    WHERE files.id = NEW.file_id AND file_purposes.subject_files_max <= (
      SELECT count(*) FROM file_links AS other JOIN files AS sent ON sent.id = other.file_id
        WHERE other.subject_kind = NEW.subject_kind AND other.subject_id = NEW.subject_id
          AND sent.purpose = files.purpose);
END;

-- 证明材料: by whoever is responsible, while the claim waits.
CREATE TRIGGER file_links_organisation_guard BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'organisation'
BEGIN
  SELECT RAISE(ABORT, 'organisation_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisation_members WHERE organisation_id = NEW.subject_id
        AND person_id = NEW.linked_by AND state = 'active' AND responsible = 1);
  SELECT RAISE(ABORT, 'organisation_already_decided')
    FROM organisations WHERE id = NEW.subject_id AND state <> 'claimed';
END;

-- The end of a file. Its row stays until its bytes are gone from the store, and tells of nobody any more.
CREATE TABLE file_removals (
  file_id TEXT PRIMARY KEY REFERENCES files (id),
  reason TEXT NOT NULL CONSTRAINT file_removals_reason CHECK (reason IN (
    'refused', 'abandoned', 'expired', 'account_erased')),
  removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER file_removals_guard BEFORE INSERT ON file_removals
BEGIN
  SELECT RAISE(ABORT, 'file_unknown') WHERE NOT EXISTS (SELECT 1 FROM files WHERE id = NEW.file_id);
  SELECT RAISE(ABORT, 'file_already_removed') FROM files WHERE id = NEW.file_id AND state = 'removed';
  UPDATE files SET state = 'removed', name_cipher = x'' WHERE id = NEW.file_id;
  DELETE FROM file_links WHERE file_id = NEW.file_id;
  DELETE FROM file_parts WHERE file_id = NEW.file_id;
END;

-- Nothing that somebody sent outlives their account.
CREATE TRIGGER account_erasures_files AFTER INSERT ON account_erasures
BEGIN
  INSERT INTO file_removals (file_id, reason, removed_at)
    SELECT id, 'account_erased', NEW.erased_at FROM files WHERE owner_id = NEW.person_id AND state <> 'removed';
END;
