-- 抽查和现场核查: no result without its draw, no record of a visit without its visit; and nobody decides at two levels.

-- A result follows from a draw: with none named, or from another list, there is none.
DROP TRIGGER application_decisions_drawn;
CREATE TRIGGER application_decisions_drawn BEFORE INSERT ON application_decisions WHEN NEW.act = 'draw'
BEGIN
  SELECT RAISE(ABORT, 'draw_unfounded')
    WHERE NOT EXISTS (
      SELECT 1 FROM draw_files JOIN sampling_draws ON sampling_draws.id = draw_files.draw_id
        WHERE draw_files.draw_id = json_extract(NEW.content, '$.drawId')
          AND draw_files.application_id = NEW.application_id AND sampling_draws.state = 'drawn'
          AND NEW.from_state = 'step:' || sampling_draws.step);
END;

-- The record of a visit is its conclusion. The guard of conclusions refuses one whose visit is not planned, is of another
-- file or step, or has no meetings; with it goes the decision.
CREATE TRIGGER application_decisions_visited AFTER INSERT ON application_decisions WHEN NEW.act = 'visit'
BEGIN
  INSERT INTO site_visit_conclusions (visit_id, application_id, position, concluded_by, concluded_at)
    VALUES (json_extract(NEW.content, '$.visitId'), NEW.application_id, NEW.position, NEW.author_id, NEW.decided_at);
END;

-- 逐级审核: each level looks at what the one before passed. Whoever passed a file at one decides nothing of it at another.
CREATE TRIGGER application_decisions_one_level BEFORE INSERT ON application_decisions WHEN NEW.by_level <> 'applicant'
BEGIN
  SELECT RAISE(ABORT, 'application_not_yours')
    WHERE EXISTS (
      SELECT 1 FROM application_decisions
        WHERE application_id = NEW.application_id AND author_id = NEW.author_id AND act = 'approval'
          AND by_level <> NEW.by_level);
END;

-- Who may put a stamped form to a file, and for which level: its applicant, and the officers over it once it was handed in.
DROP VIEW application_stampers;
CREATE VIEW application_stampers AS
  SELECT applications.id AS application_id, application_writers.person_id, 'applicant' AS level
    FROM applications JOIN application_writers
      ON application_writers.organisation_id = applications.organisation_id
      OR (applications.organisation_id IS NULL AND application_writers.region_code = applications.region_code)
  UNION ALL
  SELECT applications.id, office_officers.person_id, offices.level
    FROM applications
    JOIN (SELECT 'town' AS level UNION ALL SELECT 'county' UNION ALL SELECT 'city' UNION ALL SELECT 'province') AS offices
    JOIN office_officers ON office_officers.region_code = CASE offices.level
      WHEN 'town' THEN substr(applications.region_code, 1, 9)
      WHEN 'county' THEN substr(applications.region_code, 1, 6)
      WHEN 'city' THEN substr(applications.region_code, 1, 4) || '00'
      WHEN 'province' THEN substr(applications.region_code, 1, 2) || '0000' END
    WHERE EXISTS (
      SELECT 1 FROM application_decisions WHERE application_id = applications.id AND act = 'submission');
