-- 公函: a file of the request, found by its link like any other.
ALTER TABLE group_requests DROP COLUMN letter_file_id;

-- One letter a request, a scan of a page or two. Kept until the visit is long over: 60 days ahead at most, 90 after it.
INSERT INTO file_purposes VALUES ('group_letter', 'group_request', 1, 20971520, 20, 104857600, 180);

CREATE TRIGGER file_links_group_guard BEFORE INSERT ON file_links WHEN NEW.subject_kind = 'group_request'
BEGIN
  SELECT RAISE(ABORT, 'request_unknown')
    WHERE NOT EXISTS (SELECT 1 FROM group_requests WHERE id = NEW.subject_id AND person_id = NEW.linked_by);
  SELECT RAISE(ABORT, 'request_already_decided')
    FROM group_requests WHERE id = NEW.subject_id AND state NOT IN ('asked', 'countered');
END;
