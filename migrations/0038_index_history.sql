-- What is asked for every minute or with every page stays as quick as on the first day: tests/api/scale.test.ts.

-- Sessions of all halls from today on.
CREATE INDEX hall_sessions_by_start ON hall_sessions (starts_at);

-- The sessions that anybody waits for.
CREATE INDEX waitlist_entries_active ON waitlist_entries (session_id) WHERE state IN ('waiting', 'offered');

-- The requests of a hall's figures.
CREATE INDEX group_requests_by_day ON group_requests (hall_slug, asked_at);
