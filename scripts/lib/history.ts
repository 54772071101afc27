import type { Client } from '@libsql/client';
import { calendarDate, DAY_MS, instantOf, MINUTE_MS } from '../../src/lib/time.ts';

export interface History {
  hallSlug: string;
  /** Its days end the day before. */
  now: Date;
  /** Four a day, back from yesterday. */
  sessions: number;
  bookings: number;
}

const SESSIONS_A_DAY = 4;
const PEOPLE = 2_000;
const PLACES = 400;

/**
 * Days gone by at a hall, as the site would have left them: sessions, bookings that ended in every way, groups, door
 * events, queues and feedback. Nobody in it can be read: the ciphers are noise. A hundred thousand bookings take
 * seconds, since the guards, whose verdict is known, are taken off meanwhile, within the one transaction.
 */
export async function addHistory(client: Client, history: History): Promise<void> {
  const { rows } = await client.execute(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
  );
  const guards = rows.map((row) => ({ name: row['name'] as string, sql: row['sql'] as string }));
  await client.batch(
    [
      ...guards.map(({ name }) => `DROP TRIGGER "${name}"`),
      ...statements(history),
      ...guards.map(({ sql }) => sql),
    ],
    'write',
  );
}

function statements({ hallSlug, now, sessions, bookings }: History): string[] {
  const today = instantOf(calendarDate(now)).getTime();
  const upTo = (name: string, most: number) =>
    `WITH RECURSIVE ${name} (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM ${name} WHERE n < ${most - 1})`;
  const startsAt = `${today} - (n / ${SESSIONS_A_DAY} + 1) * ${DAY_MS}
    + (540 + n % ${SESSIONS_A_DAY} * 105) * ${MINUTE_MS}`;
  const sessionId = `printf('00000000-past-7000-8000-%012d', n * ${sessions} / ${bookings})`;
  const personId = `printf('00000000-some-7000-8000-%012d', n % ${PEOPLE})`;
  const groupId = `printf('00000000-team-7000-8000-%012d', n)`;
  const inState = (state: string) =>
    `FROM bookings JOIN hall_sessions ON hall_sessions.id = session_id
     WHERE bookings.id LIKE '00000000-%' AND state = '${state}'`;
  return [
    `${upTo('one', PEOPLE)}
      INSERT INTO people (id, phone_hash, key_version, data_key_cipher, phone_cipher, created_at, seen_at)
      SELECT ${personId}, randomblob(32), 1, randomblob(60), randomblob(39), ${today}, ${today} FROM one`,
    `${upTo('one', sessions)}
      INSERT INTO hall_sessions (id, hall_slug, starts_at, ends_at, booking_opens_at, booking_closes_at,
        cancellation_closes_at, arrival_opens_at, party_max, capacity, open_places, from_pattern)
      SELECT printf('00000000-past-7000-8000-%012d', n), '${hallSlug}', at, at + 4500000, at - 1209600000,
        at - 1800000, at - 7200000, at - 1800000, 5, ${PLACES}, ${PLACES}, 1
      FROM (SELECT n, ${startsAt} AS at FROM one)`,
    // One in fifty is a class of a group of its own.
    `${upTo('one', bookings)}
      INSERT INTO group_requests (id, code, hall_slug, person_id, kind, group_name, leader_name_cipher,
        needs_cipher, buses, lunch, asked_at, answer_due_at, state)
      SELECT ${groupId}, printf('G%09d', n), '${hallSlug}', ${personId}, 'other', '示例团体', x'', x'', 0, 0,
        starts_at - 864000000, starts_at - 432000000, 'approved'
      FROM one JOIN hall_sessions ON hall_sessions.id = ${sessionId} WHERE n % 50 = 7`,
    `${upTo('one', bookings)}
      INSERT INTO bookings (id, code, session_id, person_id, adults, children, contact_name_cipher,
        contact_name_hash, key_version, created_at, state, kind, group_request_id)
      SELECT printf('00000000-book-7000-8000-%012d', n), printf('P%09d', n), hall_sessions.id, ${personId},
        1 + n % 3, n % 2, randomblob(46), randomblob(32), 1, starts_at - 7200000 - n % 14 * ${DAY_MS},
        CASE WHEN n % 10 < 1 THEN 'expired' WHEN n % 10 < 3 THEN 'cancelled' ELSE 'arrived' END,
        iif(n % 50 = 7, 'group', 'individual'), iif(n % 50 = 7, ${groupId}, NULL)
      FROM one JOIN hall_sessions ON hall_sessions.id = ${sessionId}`,
    `INSERT INTO arrivals (booking_id, marked_by, arrived_at)
      SELECT bookings.id, person_id, starts_at ${inState('arrived')}`,
    `INSERT INTO expiries (booking_id, expired_at) SELECT bookings.id, ends_at ${inState('expired')}`,
    `INSERT INTO no_shows (booking_id, person_id, session_id, happened_at, state)
      SELECT bookings.id, person_id, session_id, ends_at, 'pardoned' ${inState('expired')}`,
    `INSERT INTO cancellations (booking_id, person_id, cancelled_at)
      SELECT bookings.id, person_id, starts_at - 7200000 ${inState('cancelled')}`,
    `INSERT INTO door_events (id, hall_slug, session_id, booking_id, kind, people, settled, happened_at,
        received_at, marked_by)
      SELECT 'in-' || bookings.id, hall_slug, session_id, bookings.id, 'in', adults + children, 0, starts_at,
        starts_at, person_id ${inState('arrived')}`,
    `INSERT INTO visit_feedback (booking_id, person_id, hall_slug, score, words_cipher, given_at, state)
      SELECT bookings.id, person_id, hall_slug, 1 + bookings.rowid % 5, x'', ends_at, 'published'
      ${inState('arrived')} AND bookings.rowid % 10 = 6`,
    `${upTo('one', sessions)}
      INSERT INTO waitlist_entries (id, session_id, person_id, adults, children, least_places,
        contact_name_cipher, joined_at, position, state)
      SELECT printf('00000000-wait-7000-8000-%012d', n), hall_sessions.id, ${personId}, 1, 0, 1, x'',
        starts_at - 86400000, 1, iif(n % 2, 'closed', 'left')
      FROM one JOIN hall_sessions ON hall_sessions.id = printf('00000000-past-7000-8000-%012d', n)`,
    `UPDATE hall_sessions SET
        booked = coalesce((SELECT sum(adults + children) FROM bookings
          WHERE session_id = hall_sessions.id AND state <> 'cancelled'), 0),
        booked_groups = coalesce((SELECT sum(adults + children) FROM bookings
          WHERE session_id = hall_sessions.id AND state <> 'cancelled' AND kind = 'group'), 0)
      WHERE id LIKE '00000000-past-%'`,
  ];
}
