import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDatabaseProcess, type DatabaseProcess } from '../../helpers/database-process.ts';
import type { Client } from '@libsql/client';

const WRITERS = 8;
const BATCHES = 1_000;
const KILL_AFTER = 300;

let directory: string;
let database: DatabaseProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'libsql-kill-'));
});

afterEach(async () => {
  await database?.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

/** Writes batches one after the other until the first failure; reports each acknowledged id. */
async function writeUntilDeath(url: string, ids: number[], onAck: (id: number) => void) {
  const client = createClient({ url });
  try {
    for (const id of ids) {
      await client.batch(
        [
          { sql: 'INSERT INTO a (id) VALUES (?)', args: [id] },
          { sql: 'INSERT INTO b (id, note) VALUES (?, ?)', args: [id, '安澜'.repeat(200)] },
          'UPDATE counter SET n = n + 1',
        ],
        'write',
      );
      onAck(id);
    }
  } catch {
    // The server is gone: that is the point.
  } finally {
    client.close();
  }
}

async function readIds(client: Client, table: string): Promise<number[]> {
  const { rows } = await client.execute(`SELECT id FROM ${table} ORDER BY id`);
  return rows.map((row) => Number(row['id']));
}

test('after SIGKILL every acknowledged batch is there and none is there by half', async () => {
  const file = join(directory, 'kill.db');
  database = await startDatabaseProcess(file, { isSynced: true });
  const { url, end } = database;
  const setup = createClient({ url });
  await setup.executeMultiple(`
    CREATE TABLE a (id INTEGER PRIMARY KEY);
    CREATE TABLE b (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
    CREATE TABLE counter (n INTEGER NOT NULL);
    INSERT INTO counter VALUES (0);
  `);
  setup.close();

  const acknowledged: number[] = [];
  let dead: Promise<void> | undefined;
  const onAck = (id: number): void => {
    acknowledged.push(id);
    if (acknowledged.length === KILL_AFTER) dead = end('SIGKILL');
  };
  const writers = Array.from({ length: WRITERS }, (_, writer) => {
    const ids = Array.from({ length: BATCHES / WRITERS }, (_unused, i) => i * WRITERS + writer);
    return writeUntilDeath(url, ids, onAck);
  });
  await Promise.all(writers);
  expect(dead).toBeDefined();
  await dead;
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILL_AFTER);
  expect(acknowledged.length).toBeLessThan(KILL_AFTER + WRITERS);

  database = await startDatabaseProcess(file, { isSynced: true });
  const after = createClient({ url: database.url });
  try {
    const ids = await readIds(after, 'a');
    expect(await readIds(after, 'b')).toEqual(ids);
    const kept = new Set(ids);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    expect(ids.length).toBeLessThanOrEqual(acknowledged.length + WRITERS);
    const { rows } = await after.execute('SELECT n, (SELECT count(*) FROM a) AS ids FROM counter');
    expect(rows[0]?.['n']).toBe(rows[0]?.['ids']);
    const check = await after.execute('PRAGMA integrity_check');
    expect(check.rows[0]?.[0]).toBe('ok');
  } finally {
    after.close();
  }
}, 20_000);
