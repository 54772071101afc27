import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@libsql/client';
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishRoot, sealEntries } from '../../src/features/audit/commands.ts';
import { entryDigest, sealsFor } from '../../src/features/audit/policy.ts';
import { findRoot, rootToFile } from '../../src/features/audit/queries.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { toHex } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

/** `npm run audit -- …` against a world's database file. */
async function audit(world: World, ...args: string[]): Promise<{ code: number; said: string }> {
  const env = { ...process.env, DATABASE_URL: world.url };
  const run = promisify(execFile)(process.execPath, ['scripts/audit.ts', ...args], { env });
  return run.then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, said: stderr }),
  );
}

/** Six sealed entries; the first two are of a day whose root is published. */
async function sealedWorld(): Promise<World> {
  const world = await createWorld();
  const session = await world.session();
  for (const phone of ['13800138001', '13800138002']) {
    const { person } = await world.person(phone);
    await world.book(person, session);
  }
  await sealEntries(world.ctx);
  await publishRoot(world.ctx);
  return world;
}

/** What somebody with the database file can do: take the guards away and write. */
async function tamper(world: World, statements: string): Promise<void> {
  const client = createClient({ url: world.url });
  const { rows } = await client.execute(
    "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'",
  );
  const drops = rows.map((row) => `DROP TRIGGER ${row['name'] as string};`).join('\n');
  await client.executeMultiple(`PRAGMA foreign_keys = OFF;\n${drops}\n${statements}`);
  client.close();
}

const hex = (bytes: Uint8Array) => `x'${toHex(bytes)}'`;

/** The entry is gone and all after it sealed anew, every hash to match. */
async function rewriteWithout(world: World, sequence: number): Promise<void> {
  const entries = await world.ctx.db
    .select()
    .from(auditEntries)
    .orderBy(asc(auditEntries.sequence));
  const seals = sealsFor(
    undefined,
    entries.filter((entry) => entry.sequence !== sequence),
    NOW,
  );
  const rows = seals.map(
    ({ sequence: at, previousHash, digest, hash }) =>
      `(${at}, ${hex(previousHash)}, ${hex(digest)}, ${hex(hash)}, 0)`,
  );
  await tamper(
    world,
    `DELETE FROM audit_seals; DELETE FROM audit_entries WHERE sequence = ${sequence};
     INSERT INTO audit_seals VALUES ${rows.join(', ')};`,
  );
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anlan-roots-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function keepRoot(world: World, date: string): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.json`);
  const root = await findRoot(world.ctx, date);
  await writeFile(file, JSON.stringify(await rootToFile(root!)));
  return file;
}

// Each look starts a program of its own.
describe('npm run audit -- verify', { timeout: 30_000 }, () => {
  it('says OK with count, last root and what waits', async () => {
    const world = await sealedWorld();
    const kept = await keepRoot(world, '2026-11-24');
    const { code, said } = await audit(world, 'verify', kept);
    expect(code).toBe(0);
    expect(said).toMatch(
      /^OK: 6 entries in one chain, 0 waiting[^]*Last root: 2026-11-24 [\da-f]{64}\n1 roots, 1 of them/,
    );
  });

  it.each([
    [
      'a changed field',
      "UPDATE audit_entries SET action = 'booking.cancel' WHERE sequence = 3",
      /^BROKEN at entry 3 \([\da-f-]{36}\): changed/,
    ],
    [
      'a removed entry',
      'DELETE FROM audit_entries WHERE sequence = 4',
      /^BROKEN at entry 4: missing/,
    ],
    [
      'two entries that changed places',
      `UPDATE audit_entries SET sequence = 99 WHERE sequence = 2;
       UPDATE audit_entries SET sequence = 2 WHERE sequence = 5;
       UPDATE audit_entries SET sequence = 5 WHERE sequence = 99`,
      /^BROKEN at entry 2 \([\da-f-]{36}\): replaced/,
    ],
    [
      'a seal that was made anew',
      'UPDATE audit_seals SET hash = randomblob(32) WHERE sequence = 5',
      /^BROKEN at entry 5 .*: relinked/,
    ],
    [
      'an end that was cut off with its seals',
      'DELETE FROM audit_seals WHERE sequence > 1; DELETE FROM audit_entries WHERE sequence > 1',
      /^BROKEN at entry 2 \(root of 2026-11-24\): the last of a day whose root/,
    ],
    [
      'an entry that was slipped in',
      `INSERT INTO audit_entries SELECT 0, 'x', at, actor_kind, actor_id, action, subject_kind, subject_id, details,
         request_id, digest FROM audit_entries WHERE sequence = 1`,
      /^BROKEN at entry 0 \(x\): not in the chain/,
    ],
  ])('names %s', async (_, statements, words) => {
    const world = await sealedWorld();
    await tamper(world, statements);
    const { code, said } = await audit(world, 'verify');
    expect(said).toMatch(words);
    expect(code).toBe(1);
  });

  it('names an entry that nobody sealed for five minutes', async () => {
    const world = await sealedWorld();
    // The command goes by the machine's clock, which the tests' is far from.
    await world.book(
      (await world.person()).person,
      await world.session({ startsAt: addMinutes(NOW, 400) }),
    );
    const late = new Date(Date.now() - 6 * 60_000);
    const [entry] = await world.ctx.db.select().from(auditEntries).limit(1);
    const digest = entryDigest({ ...entry!, id: 'late', at: late });
    await tamper(
      world,
      `DELETE FROM audit_entries WHERE sequence > 6;
       INSERT INTO audit_entries SELECT 7, 'late', ${late.getTime()}, actor_kind, actor_id, action, subject_kind,
         subject_id, details, request_id, ${hex(digest)} FROM audit_entries WHERE sequence = 1;`,
    );
    const { code, said } = await audit(world, 'verify');
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^BROKEN at entry 7 \(late\): has waited/),
    ]);
  });

  it('names a day that was rewritten under its root', async () => {
    const world = await sealedWorld();
    await rewriteWithout(world, 1);
    const { code, said } = await audit(world, 'verify');
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('BROKEN at entry 2 (root of 2026-11-24)'),
    ]);
  });

  it('needs a kept root to see a chain that was rewritten with its roots', async () => {
    const world = await sealedWorld();
    const kept = await keepRoot(world, '2026-11-24');
    await rewriteWithout(world, 1);
    await tamper(
      world,
      `UPDATE audit_roots SET first_sequence = 2, entries = 1,
         hash = (SELECT hash FROM audit_seals WHERE sequence = 2);`,
    );
    expect((await audit(world, 'verify')).code).toBe(0);
    const { code, said } = await audit(world, 'verify', kept);
    expect(said).toContain(
      'BROKEN at entry 2 (root of 2026-11-24): the last of a day whose root is not',
    );
    expect(code).toBe(1);
  });

  it('tells apart what is broken and what could not be checked', async () => {
    const world = await createWorld();
    const asked = [['verify', 'package.json'], ['verify', 'no-such-file'], ['look']];
    const answers = await Promise.all([
      ...asked.map((args) => audit(world, ...args)),
      audit({ ...world, url: '' }, 'verify'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  });
});
