-- 志愿服务证明: a code that leads anybody to hours and dates, and to nobody's name. One for each total that was reached.
CREATE TABLE hours_certificates (
  code TEXT PRIMARY KEY CONSTRAINT hours_certificates_code_length CHECK (length(code) = 10),
  person_id TEXT NOT NULL REFERENCES people (id),
  minutes INTEGER NOT NULL CONSTRAINT hours_certificates_minutes CHECK (minutes > 0),
  services INTEGER NOT NULL CONSTRAINT hours_certificates_services CHECK (services > 0),
  first_on TEXT NOT NULL,
  last_on TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  CONSTRAINT hours_certificates_one_total UNIQUE (person_id, services),
  CONSTRAINT hours_certificates_order CHECK (last_on >= first_on)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER hours_certificates_guard BEFORE INSERT ON hours_certificates
BEGIN
  SELECT RAISE(ABORT, 'person_erased')
    WHERE EXISTS (SELECT 1 FROM account_erasures WHERE person_id = NEW.person_id);
  -- It says what is counted at this moment, and nothing else.
  SELECT RAISE(ABORT, 'hours_have_changed')
    WHERE NOT EXISTS (
      SELECT 1 FROM (
        SELECT sum(minutes) AS minutes, count(*) AS services, min(served_on) AS first_on, max(served_on) AS last_on
        FROM volunteer_hours JOIN volunteers ON volunteers.id = volunteer_id WHERE person_id = NEW.person_id) AS own
      WHERE own.minutes = NEW.minutes AND own.services = NEW.services
        AND own.first_on = NEW.first_on AND own.last_on = NEW.last_on);
END;
