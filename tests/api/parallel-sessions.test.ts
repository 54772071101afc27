import { createClient } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readMigrations } from '../../scripts/lib/migrations.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { hallHours, hallSessions } from '../../src/features/halls/table.ts';
import { addSession } from '../../src/features/openings/commands.ts';
import { migrate, requireForeignKeys } from '../../src/lib/db/migrate.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { manager } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const hallSlug = testHall.slug;
const day = '2026-11-27';
const asked = { hallSlug, day, session: '18:30-19:45 40' };

it('lets one session run in a zone beside that of the house, and not two in one place', async () => {
  const world = await createWorld();
  const by = await manager(world);
  await addSession(world.ctx, by, asked, key());
  const { sessionId } = await addSession(world.ctx, by, { ...asked, heldAt: '地质灾害' }, key());
  for (const heldAt of ['', '地质灾害']) {
    await expect(addSession(world.ctx, by, { ...asked, heldAt }, key())).rejects.toMatchObject({
      reason: 'session_exists',
    });
  }
  const { person } = await world.person();
  const [beside] = await world.ctx.db
    .select()
    .from(hallSessions)
    .where(eq(hallSessions.id, sessionId));
  await world.book(person, beside!);
  await expect(
    world.ctx.db
      .update(hallSessions)
      .set({ heldAt: '海洋灾害' })
      .where(eq(hallSessions.id, sessionId)),
  ).rejects.toMatchObject({
    cause: { message: expect.stringContaining('session_has_visitors') as string },
  });
});

it('keeps the calendar to the sessions of the house, whatever runs beside them', async () => {
  const world = await createWorld();
  const startsAt = new Date('2026-11-27T09:00:00+08:00');
  await world.session({ startsAt, heldAt: '地质灾害' });
  await world.ctx.db.insert(hallHours).values({
    ...{ hallSlug, season: '', weekday: 5, startsMinute: 540, endsMinute: 615, capacity: 40 },
  });
  expect(await openSessions(world.ctx)).toBe(2);
  expect(await openSessions(world.ctx)).toBe(0);
  await world.ctx.db.delete(hallHours);
  await openSessions(world.ctx);
  const rows = await world.ctx.db.select().from(hallSessions);
  const ofDay = rows.filter((one) => calendarDate(one.startsAt) === day);
  expect(new Map(ofDay.map(({ heldAt, withdrawnAt }) => [heldAt, withdrawnAt === null]))).toEqual(
    new Map([
      ['', false],
      ['地质灾害', true],
    ]),
  );
});

it('came about without losing a session, a reference or a rule', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'anlan-parallel-'));
  const client = createClient({ url: `file:${join(folder, 'test.db')}` });
  try {
    await client.execute('PRAGMA foreign_keys = ON');
    const all = await readMigrations();
    const remake = '0040_allow_parallel_sessions.sql';
    await migrate(
      client,
      all.filter(({ name }) => name < remake),
      NOW,
    );
    await client.batch(
      [
        `INSERT INTO halls (slug, region_code, party_max, booking_window_days, booking_closes_minutes,
          cancellation_closes_minutes, arrival_opens_minutes) VALUES ('yancheng', '320900', 5, 14, 30, 120, 30)`,
        `INSERT INTO people (id, phone_cipher, phone_hash, data_key_cipher, key_version, created_at, seen_at)
          VALUES ('p', x'00', zeroblob(32), x'00', 1, 1, 1)`,
        ...[1, 2, 3].map(
          (
            nth,
          ) => `INSERT INTO hall_sessions (id, hall_slug, starts_at, ends_at, booking_opens_at, booking_closes_at,
            cancellation_closes_at, arrival_opens_at, party_max, capacity, open_places, walk_in_places)
            VALUES ('s${nth}', 'yancheng', ${nth}000000, ${nth}500000, 0, 9000000, 9000000, 0, 5, 40, 30, 4)`,
        ),
        `INSERT INTO bookings (id, code, session_id, person_id, adults, children, contact_name_cipher,
          contact_name_hash, key_version, created_at) VALUES ('b', 'ABCDEFGHJK', 's1', 'p', 2, 1, x'00', zeroblob(32), 1, 5)`,
        `INSERT INTO booking_changes VALUES ('c', 'b', 'p', 's1', 2, 1, 's2', 3, 1, 6, NULL)`,
      ],
      'write',
    );
    const read = async (sql: string) => (await client.execute(sql)).rows.map((row) => ({ ...row }));
    const made =
      "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'hall_sessions' AND type <> 'table' AND sql IS NOT NULL ORDER BY name";
    const [rows, rules] = [await read('SELECT * FROM hall_sessions ORDER BY id'), await read(made)];
    expect(rows).toMatchObject([{ booked: 0 }, { booked: 4 }, { booked: 0 }]);
    await migrate(
      client,
      all.filter(({ name }) => name === remake),
      NOW,
    );
    expect(await read('SELECT * FROM hall_sessions ORDER BY id')).toEqual(rows);
    const flat = (list: typeof rules) =>
      list.map(({ name, sql }) => [
        name,
        (sql as string).replace(/--.*$/gm, '').replace(/\s+/g, ' '),
      ]);
    expect(flat(await read(made))).toEqual(expect.arrayContaining(flat(rules)));
    expect(await read('PRAGMA foreign_key_check')).toEqual([]);
    await requireForeignKeys(client);
    await expect(client.execute("DELETE FROM hall_sessions WHERE id = 's2'")).rejects.toThrow(
      'FOREIGN KEY',
    );
    await expect(
      client.execute("UPDATE hall_sessions SET booked = 27 WHERE id = 's2'"),
    ).rejects.toThrow('session_full');
    await migrate(client, all, addMinutes(NOW, 1));
  } finally {
    client.close();
    await rm(folder, { recursive: true, force: true });
  }
});
