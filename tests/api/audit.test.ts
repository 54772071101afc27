import { asc, eq, sql } from 'drizzle-orm';
import { glob, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runJobs } from '../../functions/jobs/run.ts';
import { Scope } from '../../functions/scope.ts';
import { newAuditSigningKey } from '../../scripts/lib/keys.ts';
import { people } from '../../src/features/accounts/table.ts';
import { publishRoot, sealEntries } from '../../src/features/audit/commands.ts';
import { actionNames, linkHash, SEAL_BATCH_MAX } from '../../src/features/audit/policy.ts';
import { verifyStoredChain } from '../../src/features/audit/queries.ts';
import { rootFile, type RootFile } from '../../src/features/audit/schema.ts';
import { auditEntry } from '../../src/features/audit/statements.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { writeAtomically } from '../../src/lib/db/commit.ts';
import { constraintOf } from '../../src/lib/db/constraint.ts';
import { fromBase64Url, fromHex, newId, toHex } from '../../src/lib/ids.ts';
import { openSigner, signatureHolds, type SigningJwk } from '../../src/lib/signing.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, TEST_KEYS, type World } from '../helpers/world.ts';

const event = {
  actor: { kind: 'job', id: 'test' },
  action: 'hall_sessions.open',
  subjectKind: 'hall',
  subjectId: 'yancheng',
} as const;

async function writeEntries(ctx: CommandContext, count: number): Promise<void> {
  const one = () => auditEntry(ctx, event);
  await writeAtomically(ctx.db, await Promise.all(Array.from({ length: count }, one)), {});
}

/** People who signed in the day before NOW and book on NOW's day: entries of two days. */
async function busyWorld(): Promise<World> {
  const world = await createWorld();
  const session = await world.session();
  for (const phone of ['13800138001', '13800138002']) {
    const { person } = await world.person(phone);
    await world.book(person, session);
  }
  return world;
}

/** Busy, sealed, and its first day's root published. */
async function sealedWorld(): Promise<World> {
  const world = await busyWorld();
  await sealEntries(world.ctx);
  const [key] = signingKey();
  expect(await publishRoot(world.ctx, await openSigner(key))).toBe(1);
  return world;
}

function signingKey(): [jwk: SigningJwk, setting: string] {
  const setting = newAuditSigningKey();
  return [JSON.parse(setting) as SigningJwk, setting];
}

const entriesOf = ({ ctx }: World) =>
  ctx.db.select().from(auditEntries).orderBy(asc(auditEntries.sequence));

describe('sealing', () => {
  it('links all entries in order, once, however the walk is cut into pages', async () => {
    const world = await busyWorld();
    const entries = await entriesOf(world);
    expect(await sealEntries(world.ctx)).toBe(entries.length);
    await writeEntries(world.ctx, 3);
    expect(await sealEntries(world.ctx)).toBe(3);
    for (const pageMax of [1, 2, 5, 1000]) {
      const { broken, sealed } = await verifyStoredChain(world.ctx, [], pageMax);
      expect([broken, sealed]).toEqual([undefined, entries.length + 3]);
    }
  });

  it('is shared by runs at the same moment without sealing anything twice', async () => {
    const world = await busyWorld();
    const count = (await entriesOf(world)).length;
    const runs = [1, 2, 3, 4].map(async () => {
      const db = openDatabase({ url: world.url });
      const sealed = await sealEntries({ ...world.ctx, db });
      db.$client.close();
      return sealed;
    });
    const sealed = await Promise.all(runs);
    expect(sealed.reduce((sum, one) => sum + one, 0)).toBe(count);
    expect(sealed.filter((one) => one > 0)).toHaveLength(1);
    expect(await verifyStoredChain(world.ctx)).toMatchObject({ sealed: count });
    expect((await verifyStoredChain(world.ctx)).broken).toBeUndefined();
  });

  it('goes on in batches when much has piled up', async () => {
    const world = await createWorld();
    await writeEntries(world.ctx, SEAL_BATCH_MAX + 1);
    expect(await sealEntries(world.ctx)).toBe(SEAL_BATCH_MAX + 1);
    expect(await verifyStoredChain(world.ctx)).toMatchObject({ sealed: SEAL_BATCH_MAX + 1 });
  });

  it('passes over numbers that no entry has; a write that was rolled back leaves none', async () => {
    const world = await createWorld();
    const { ctx } = world;
    await writeEntries(ctx, 1);
    const refused = [await auditEntry(ctx, event), ctx.db.insert(people).values({} as never)];
    await expect(writeAtomically(ctx.db, refused, {})).rejects.toThrow();
    await writeEntries(ctx, 1);
    expect((await entriesOf(world)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    // As `INSERT OR IGNORE`, or a database that gives numbers out before the commit, would.
    await ctx.db.run(sql`UPDATE sqlite_sequence SET seq = 9 WHERE name = 'audit_entries'`);
    await writeEntries(ctx, 1);
    expect(await sealEntries(ctx)).toBe(3);
    const { broken, gaps } = await verifyStoredChain(ctx);
    expect([broken, gaps]).toEqual([undefined, 7]);
  });
});

describe('the database refuses', () => {
  const values = (sequence: string, previous: string) =>
    `VALUES (${sequence}, ${previous}, (SELECT digest FROM audit_entries WHERE sequence = ${sequence}), randomblob(32), 0)`;
  const lastHash = '(SELECT hash FROM audit_seals ORDER BY sequence DESC LIMIT 1)';
  const next = '7';
  const muchLater = addMinutes(NOW, 30 * 24 * 60);
  const entry = (verb: string, sequence: string) =>
    `${verb} INTO audit_entries SELECT ${sequence}, 'x', at, actor_kind, actor_id, action, subject_kind, subject_id, details, request_id, digest FROM audit_entries WHERE sequence = 1`;
  const root = (date: string, first: number, last: number, count: number, at = muchLater) =>
    `INSERT INTO audit_roots SELECT '${date}', ${first}, ${last}, ${count}, hash, ${at.getTime()}, NULL, NULL FROM audit_seals WHERE sequence = ${last}`;

  // The world's root ends with entry 2, its seals with entry 6, its entries with 8.
  const never = 'audit_is_append_only';
  const follows = 'audit_seal_does_not_follow';

  it.each([
    [
      'a seal after another hash',
      follows,
      `INSERT INTO audit_seals ${values(next, 'zeroblob(32)')}`,
    ],
    ['a seal that leaves one out', follows, `INSERT INTO audit_seals ${values('8', lastHash)}`],
    ['a second seal', follows, `INSERT OR REPLACE INTO audit_seals ${values('1', lastHash)}`],
    [
      'a seal of another digest',
      'audit_seal_differs',
      `INSERT INTO audit_seals VALUES (7, ${lastHash}, randomblob(32), randomblob(32), 0)`,
    ],
    ['a changed seal', never, 'UPDATE audit_seals SET hash = randomblob(32)'],
    ['a removed seal', never, 'DELETE FROM audit_seals'],
    ['a changed entry', never, "UPDATE audit_entries SET action = 'x'"],
    ['a removed entry', never, 'DELETE FROM audit_entries'],
    ['a replaced entry', never, entry('INSERT OR REPLACE', '1')],
    ['an entry behind the sealed ones', never, entry('INSERT', '0')],
    ['a changed root', never, "UPDATE audit_roots SET date = '2026-11-01'"],
    ['a removed root', never, 'DELETE FROM audit_roots'],
    ['a second root of a day', 'audit_root_does_not_follow', root('2026-11-24', 3, 6, 4)],
    ['a root that leaves some out', 'audit_root_does_not_follow', root('2026-11-25', 4, 6, 3)],
    ['a root of another count', 'audit_root_differs', root('2026-11-25', 3, 6, 9)],
    ['a root before its day is over', 'audit_day_not_over', root('2026-11-25', 3, 6, 4, NOW)],
    ['a root of no day', 'audit_root_date', root('2026-11-31', 3, 6, 4)],
  ])('%s', async (_, reason, statement) => {
    const world = await sealedWorld();
    await writeEntries(world.ctx, 2);
    const outcome = await world.ctx.db.$client.execute(statement).catch((error: unknown) => error);
    expect(constraintOf(outcome)).toBe(reason);
  });

  it('no root and no seal that follows', async () => {
    const world = await sealedWorld();
    await world.ctx.db.$client.execute(root('2026-11-25', 3, 6, 4));
    await writeEntries(world.ctx, 1);
    await world.ctx.db.$client.execute(`INSERT INTO audit_seals ${values(next, lastHash)}`);
  });
});

describe('a day’s root', () => {
  it('ends with the day’s last entry and is signed', async () => {
    const world = await busyWorld();
    await sealEntries(world.ctx);
    const [key, AUDIT_SIGNING_KEY] = signingKey();
    expect(await publishRoot(world.ctx, await openSigner(key))).toBe(1);
    const entries = await entriesOf(world);
    const later = entries.findIndex(({ at }) => at >= addMinutes(NOW, -8 * 60));
    const api = createApi(world, NOW, { AUDIT_SIGNING_KEY });
    const { status, body } = await api.get('/audit/roots/2026-11-24.json');
    expect(status).toBe(200);
    const file = rootFile.parse(body);
    expect(file).toMatchObject({ firstSequence: 1, lastSequence: entries[later - 1]?.sequence });
    expect(file.statement).toBe(
      `anlan-audit-root-v1\n2026-11-24\n1-${file.lastSequence}\n${later}\n${file.root}`,
    );
    expect((await api.get('/api/audit/roots')).body).toEqual([body]);
    expect((await api.get('/api/audit/roots?before=2026-11-24')).body).toEqual([]);
    const published = (await api.get('/audit/key.json')).body as { keys: { x: string }[] };
    expect(published).toMatchObject({ signing: true, keys: [{ crv: 'Ed25519', x: key.x }] });
    expect(JSON.stringify([body, published])).not.toContain(key.d);
    expect(await holds(file, published.keys[0]!.x)).toBe(true);
    expect(await holds({ ...file, statement: `${file.statement}0` }, key.x)).toBe(false);
  });

  it('says so when it is not signed, and keeps the keys of older ones public', async () => {
    const world = await sealedWorld();
    const tomorrow = world.at(addMinutes(NOW, 24 * 60));
    expect(await publishRoot(tomorrow)).toBe(1);
    const api = createApi(world);
    const { body } = await api.get('/audit/roots/2026-11-25.json');
    expect(body).toMatchObject({ signature: null });
    const { body: keys } = await api.get('/audit/key.json');
    expect(keys).toMatchObject({ signing: false, keys: [{ kty: 'OKP' }] });
    expect((await verifyStoredChain(tomorrow)).rootsPassed).toBe(2);
  });

  it('takes in an entry that was committed after its own day’s root', async () => {
    const world = await sealedWorld();
    await writeEntries(world.at(addMinutes(NOW, -8 * 60 - 1)), 1);
    await sealEntries(world.ctx);
    expect(await publishRoot(world.ctx)).toBe(0);
    const tomorrow = world.at(addMinutes(NOW, 24 * 60));
    expect(await publishRoot(tomorrow)).toBe(1);
    const { broken, sinceRoot } = await verifyStoredChain(tomorrow);
    expect([broken, sinceRoot.entries]).toEqual([undefined, 0]);
  });

  it.each(['2026-11-25', '2026-13-45', '1'])('is not there for %s', async (date) => {
    const api = createApi(await sealedWorld());
    expect((await api.get(`/audit/roots/${date}.json`)).status).toBe(404);
  });

  it('is not published under a key whose halves do not fit', async () => {
    const [key] = signingKey();
    await expect(openSigner({ ...key, x: signingKey()[0].x })).rejects.toThrow();
  });
});

async function holds({ statement, signature }: RootFile, x: string): Promise<boolean> {
  const bytes = (text: string) => new Uint8Array(fromBase64Url(text) ?? []);
  return signatureHolds(bytes(x), statement, bytes(signature!.value));
}

describe('a receipt', () => {
  interface View {
    sequence: number;
    digest: string;
    holds: boolean;
    seal: { previousHash: string; hash: string } | null;
    root: { date: string; hash: string; hashesToRoot: number } | null;
  }

  it('leads from its entry to the root of its day, with what is public alone', async () => {
    const world = await sealedWorld();
    const api = createApi(world);
    const [entry] = await entriesOf(world);
    const receipt = (await api.get(`/api/audit/receipts/${entry!.id}`)).body as View;
    expect(receipt.holds).toBe(true);
    let hash = linkHash(
      fromHex(receipt.seal!.previousHash),
      receipt.sequence,
      fromHex(receipt.digest),
    );
    expect(toHex(hash)).toBe(receipt.seal?.hash);
    const { body } = await api.get(`/api/audit/seals?after=${receipt.sequence}`);
    const links = body as { sequence: number; digest: string; hash: string }[];
    for (const link of links.slice(0, receipt.root!.hashesToRoot)) {
      hash = linkHash(hash, link.sequence, fromHex(link.digest));
      expect(toHex(hash)).toBe(link.hash);
    }
    expect(toHex(hash)).toBe(receipt.root?.hash);
  });

  it('tells nothing of actor, subject and details', async () => {
    const world = await sealedWorld();
    const api = createApi(world);
    const entry = (await entriesOf(world)).at(-1)!;
    const { body } = await api.get(`/api/audit/receipts/${entry.id}`);
    expect(body).toMatchObject({ entryId: entry.id, action: '预约', root: null });
    const text = JSON.stringify(body);
    for (const secret of [entry.actorId!, entry.subjectId, entry.details, entry.requestId]) {
      expect(text).not.toContain(secret);
    }
  });

  it('is there at once, and sealed a minute later', async () => {
    const world = await busyWorld();
    const [entry] = await entriesOf(world);
    const path = `/api/audit/receipts/${entry!.id}`;
    expect((await createApi(world).get(path)).body).toMatchObject({ seal: null, root: null });
    await sealEntries(world.ctx);
    expect((await createApi(world).get(path)).body).not.toMatchObject({ seal: null });
  });

  it('says when the entry is no longer what was sealed', async () => {
    const world = await sealedWorld();
    const [entry] = await entriesOf(world);
    await world.ctx.db.$client.executeMultiple(
      "DROP TRIGGER audit_entries_never_change; UPDATE audit_entries SET action = 'booking.cancel' WHERE sequence = 1",
    );
    const { body } = await createApi(world).get(`/api/audit/receipts/${entry!.id}`);
    expect(body).toMatchObject({ holds: false });
  });

  it('is not there for an id that no entry has', async () => {
    const api = createApi(await createWorld());
    expect((await api.get(`/api/audit/receipts/${newId(NOW)}`)).status).toBe(404);
    expect((await api.get('/api/audit/receipts/1')).status).toBe(422);
  });

  it('has a Chinese name for every action of a command', async () => {
    const nameless: string[] = [];
    for await (const file of glob('src/features/*/commands.ts')) {
      const text = await readFile(file, 'utf8');
      for (const [, action = ''] of text.matchAll(
        /^(?!.*\b(?:can|require)\()(?!.*as const;).*(?:action: |entry\()'([a-z_.]+)'/gm,
      )) {
        if (!Object.hasOwn(actionNames, action)) nameless.push(action);
      }
    }
    expect(nameless).toEqual([]);
  });
});

describe('the job run', () => {
  async function run(world: World, now: Date): Promise<string[]> {
    const log: string[] = [];
    const env = {
      DATABASE_URL: world.url,
      PERSONAL_DATA_KEYS: TEST_KEYS,
      DEMONSTRATION: '1',
      AUDIT_SIGNING_KEY: signingKey()[1],
    };
    const deps = {
      now: () => now,
      openDatabase: () => openDatabase({ url: world.url }),
      log: (line: string) => void log.push(line),
    };
    await runJobs(new Scope(env, newId(now), deps));
    return log;
  }

  it('seals what it wrote itself and publishes the day before', async () => {
    const world = await busyWorld();
    const log = await run(world, NOW);
    expect(log.join('\n')).toMatch(/"job":"seal-entries"[^]*"job":"publish-root","done":1/);
    expect(log.join('\n')).not.toContain('audit_unsealed');
    const { broken, waiting, rootsPassed } = await verifyStoredChain(world.ctx);
    expect([broken, waiting, rootsPassed]).toEqual([undefined, 0, 1]);
  });

  it('raises the alarm while an entry is unsealed for more than five minutes', async () => {
    const world = await createWorld();
    await writeEntries(world.ctx, 1);
    await world.ctx.db.run(
      sql`CREATE TRIGGER stuck BEFORE INSERT ON audit_seals BEGIN SELECT RAISE(ABORT, 'stuck'); END`,
    );
    const alarm = '"level":"error","event":"audit_unsealed"';
    expect((await run(world, addMinutes(NOW, 5))).join('\n')).not.toContain(alarm);
    const log = (await run(world, addMinutes(NOW, 6))).join('\n');
    expect(log).toContain(alarm);
    expect(log).toMatch(/"job_failed".*"job":"seal-entries"/);
    await world.ctx.db.run(sql`DROP TRIGGER stuck`);
    expect((await run(world, addMinutes(NOW, 7))).join('\n')).not.toContain(alarm);
  });
});

describe('erasing a person', () => {
  it('leaves the chain whole: entries hold nothing that goes with the key', async () => {
    const world = await sealedWorld();
    const before = await verifyStoredChain(world.ctx);
    await world.ctx.db
      .update(people)
      .set({ dataKeyCipher: new Uint8Array(60) })
      .where(eq(people.id, (await world.ctx.db.select().from(people))[0]!.id));
    expect(await verifyStoredChain(world.ctx)).toEqual(before);
    expect(before.broken).toBeUndefined();
    const text = JSON.stringify(await entriesOf(world));
    expect(text).not.toMatch(/示例|王芳|1380013800/);
  });
});
