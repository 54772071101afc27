-- 演练义务: who must drill how often. Rules are data with their source, in versions; which one was in force then judges the past.

CREATE TABLE duty_rules (
  id TEXT PRIMARY KEY,
  -- One rule through all of its versions: `school-monthly`.
  rule TEXT NOT NULL CONSTRAINT duty_rules_rule CHECK (length(rule) BETWEEN 2 AND 60 AND rule NOT GLOB '*[^a-z0-9-]*'),
  -- A kind of organisation, a trait of one, or a level of government.
  target TEXT NOT NULL CONSTRAINT duty_rules_target CHECK (target IN (
    'school', 'kindergarten', 'enterprise', 'committee', 'volunteer_team',
    'crowded_place', 'hazardous_goods', 'mine', 'metal_smelting', 'construction', 'rail_transit',
    'high_rise', 'high_rise_over_100m', 'boarding', 'special_education', 'school_bus',
    'province', 'city', 'county', 'town')),
  -- At least once in each; `never` ends the rule.
  every TEXT NOT NULL CONSTRAINT duty_rules_every CHECK (every IN ('month', 'quarter', 'half_year', 'year', 'two_years', 'never')),
  -- Which drills satisfy it.
  counts TEXT NOT NULL CONSTRAINT duty_rules_counts CHECK (counts IN ('any', 'evacuation', 'comprehensive')),
  source_title TEXT NOT NULL CONSTRAINT duty_rules_title CHECK (length(source_title) <= 120),
  source_number TEXT NOT NULL CONSTRAINT duty_rules_number CHECK (length(source_number) <= 60),
  source_clause TEXT NOT NULL CONSTRAINT duty_rules_clause CHECK (length(source_clause) <= 60),
  -- 本平台约定: no document says so.
  is_convention INTEGER NOT NULL CONSTRAINT duty_rules_convention CHECK (is_convention IN (0, 1)),
  -- From which day this site judges by it, a day of the calendar in China: not the day on which the document came into force.
  from_day TEXT NOT NULL CONSTRAINT duty_rules_from CHECK (from_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-01'),
  -- Nobody: it came with the site.
  set_by TEXT REFERENCES people (id),
  set_at INTEGER NOT NULL,
  -- Two years are a government's: what organisations drilled is looked back on for one calendar year.
  CONSTRAINT duty_rule_two_years CHECK (every <> 'two_years' OR target IN ('province', 'city', 'county', 'town')),
  CONSTRAINT duty_rule_has_source CHECK (is_convention = 1 OR length(source_title) >= 4),
  -- A version begins with one of its own periods, so that no days fall between two versions.
  CONSTRAINT duty_rule_begins_a_period CHECK (
    every IN ('month', 'never')
    OR (every = 'quarter' AND substr(from_day, 6, 2) IN ('01', '04', '07', '10'))
    OR (every = 'half_year' AND substr(from_day, 6, 2) IN ('01', '07'))
    OR (every = 'year' AND substr(from_day, 6, 2) = '01')
    OR (every = 'two_years' AND substr(from_day, 6, 2) = '01' AND CAST(substr(from_day, 1, 4) AS INTEGER) % 2 = 1))
) STRICT;

CREATE INDEX duty_rules_in_order ON duty_rules (rule, from_day, id);

-- The sources as read; what has no number in its document is no rule here.
INSERT INTO duty_rules (id, rule, target, every, counts, source_title, source_number, source_clause, is_convention, from_day, set_by, set_at) VALUES
  ('rule-school-monthly', 'school-monthly', 'school', 'month', 'evacuation', '中小学幼儿园应急疏散演练指南', '教基一厅〔2014〕2号', '', 0, '2026-01-01', NULL, 0),
  ('rule-kindergarten-quarterly', 'kindergarten-quarterly', 'kindergarten', 'quarter', 'evacuation', '中小学幼儿园应急疏散演练指南', '教基一厅〔2014〕2号', '', 0, '2026-01-01', NULL, 0),
  ('rule-crowded-place', 'crowded-place', 'crowded_place', 'half_year', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2026-01-01', NULL, 0),
  ('rule-hazardous-goods', 'hazardous-goods', 'hazardous_goods', 'half_year', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2026-01-01', NULL, 0),
  ('rule-mine', 'mine', 'mine', 'half_year', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2026-01-01', NULL, 0),
  ('rule-metal-smelting', 'metal-smelting', 'metal_smelting', 'half_year', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2026-01-01', NULL, 0),
  ('rule-construction', 'construction', 'construction', 'half_year', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2026-01-01', NULL, 0),
  ('rule-rail-transit', 'rail-transit', 'rail_transit', 'half_year', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2026-01-01', NULL, 0),
  ('rule-high-rise', 'high-rise', 'high_rise', 'year', 'comprehensive', '高层民用建筑消防安全管理规定', '应急管理部令第5号', '第四十四条', 0, '2026-01-01', NULL, 0),
  ('rule-high-rise-over-100m', 'high-rise-over-100m', 'high_rise_over_100m', 'half_year', 'comprehensive', '高层民用建筑消防安全管理规定', '应急管理部令第5号', '第四十四条', 0, '2026-01-01', NULL, 0),
  ('rule-province', 'province', 'province', 'two_years', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2025-01-01', NULL, 0),
  ('rule-city', 'city', 'city', 'two_years', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2025-01-01', NULL, 0),
  ('rule-county', 'county', 'county', 'two_years', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2025-01-01', NULL, 0),
  ('rule-town', 'town', 'town', 'two_years', 'any', '生产安全事故应急条例', '国务院令第708号', '第八条', 0, '2025-01-01', NULL, 0);

CREATE TRIGGER duty_rules_guard BEFORE INSERT ON duty_rules
BEGIN
  SELECT RAISE(ABORT, 'duty_rule_not_yours')
    WHERE NEW.set_by IS NULL OR NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.set_by AND role = 'administrator' AND state = 'active');
  -- What has been judged already stays judged as it was.
  SELECT RAISE(ABORT, 'duty_rule_only_ahead')
    WHERE NEW.from_day <= date(NEW.set_at / 1000, 'unixepoch', '+8 hours');
  SELECT RAISE(ABORT, 'duty_rule_keeps_target')
    FROM duty_rules WHERE rule = NEW.rule AND target <> NEW.target;
END;

CREATE TRIGGER duty_rules_never_change BEFORE UPDATE ON duty_rules
BEGIN
  SELECT RAISE(ABORT, 'duty_rule_is_final');
END;
CREATE TRIGGER duty_rules_never_go BEFORE DELETE ON duty_rules
BEGIN
  SELECT RAISE(ABORT, 'duty_rule_is_final');
END;

-- 停课月份: a closed school does not drill. 本平台约定, in versions like the rules.
CREATE TABLE school_pauses (
  id TEXT PRIMARY KEY,
  -- Months of the year, JSON: [2,7,8].
  months TEXT NOT NULL CONSTRAINT school_pauses_months CHECK (json_valid(months) AND json_type(months) = 'array'),
  from_day TEXT NOT NULL CONSTRAINT school_pauses_from CHECK (from_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-01'),
  set_by TEXT REFERENCES people (id),
  set_at INTEGER NOT NULL
) STRICT;

INSERT INTO school_pauses (id, months, from_day, set_by, set_at) VALUES ('pause-first', '[2,7,8]', '2026-01-01', NULL, 0);

CREATE TRIGGER school_pauses_guard BEFORE INSERT ON school_pauses
BEGIN
  SELECT RAISE(ABORT, 'duty_rule_not_yours')
    WHERE NEW.set_by IS NULL OR NOT EXISTS (
      SELECT 1 FROM role_grants WHERE person_id = NEW.set_by AND role = 'administrator' AND state = 'active');
  SELECT RAISE(ABORT, 'duty_rule_only_ahead')
    WHERE NEW.from_day <= date(NEW.set_at / 1000, 'unixepoch', '+8 hours');
END;

CREATE TRIGGER school_pauses_never_change BEFORE UPDATE ON school_pauses
BEGIN
  SELECT RAISE(ABORT, 'duty_rule_is_final');
END;
CREATE TRIGGER school_pauses_never_go BEFORE DELETE ON school_pauses
BEGIN
  SELECT RAISE(ABORT, 'duty_rule_is_final');
END;

-- What a verified organisation is besides its kind; the latest row of a trait says whether it holds.
CREATE TABLE organisation_trait_changes (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  trait TEXT NOT NULL CONSTRAINT organisation_trait_changes_trait CHECK (trait IN (
    'crowded_place', 'hazardous_goods', 'mine', 'metal_smelting', 'construction', 'rail_transit',
    'high_rise', 'high_rise_over_100m', 'boarding', 'special_education', 'school_bus')),
  holds INTEGER NOT NULL CONSTRAINT organisation_trait_changes_holds CHECK (holds IN (0, 1)),
  changed_by TEXT NOT NULL REFERENCES people (id),
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX organisation_trait_changes_in_order ON organisation_trait_changes (organisation_id, trait, id);

CREATE TRIGGER organisation_trait_changes_guard BEFORE INSERT ON organisation_trait_changes
BEGIN
  -- Whoever is responsible says what their organisation is. Taking a trait away may end a duty: the officer's, not a member's.
  SELECT RAISE(ABORT, 'organisation_unknown')
    WHERE NOT EXISTS (
      SELECT 1 FROM organisations WHERE id = NEW.organisation_id AND state = 'verified' AND unclaimed_at IS NULL)
    OR (NOT EXISTS (
      SELECT 1 FROM organisation_members WHERE organisation_id = NEW.organisation_id AND person_id = NEW.changed_by
        AND state = 'active' AND responsible = 1)
    AND NOT EXISTS (
      SELECT 1 FROM organisations
        JOIN role_grants ON role_grants.scope_kind = 'region' AND role_grants.role = 'reviewer' AND role_grants.state = 'active'
      WHERE organisations.id = NEW.organisation_id AND role_grants.person_id = NEW.changed_by
        AND length(role_grants.scope_id) IN (6, 9) AND substr(role_grants.scope_id, 5, 2) <> '00'
        AND substr(organisations.region_code, 1, length(role_grants.scope_id)) = role_grants.scope_id));
  SELECT RAISE(ABORT, 'trait_removal_by_officer')
    WHERE NEW.holds = 0 AND EXISTS (
      SELECT 1 FROM organisation_members WHERE organisation_id = NEW.organisation_id AND person_id = NEW.changed_by
        AND state = 'active');
  SELECT RAISE(ABORT, 'trait_unchanged')
    WHERE NEW.holds = coalesce((
      SELECT holds FROM organisation_trait_changes
        WHERE organisation_id = NEW.organisation_id AND trait = NEW.trait ORDER BY id DESC LIMIT 1), 0);
END;

-- Once for each organisation and end of a month: looked at, and told where something was still due.
CREATE TABLE duty_reminders (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  until_day TEXT NOT NULL,
  told INTEGER NOT NULL CONSTRAINT duty_reminders_told CHECK (told IN (0, 1)),
  reminded_at INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, until_day)
) STRICT, WITHOUT ROWID;
