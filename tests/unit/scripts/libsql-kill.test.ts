import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChildProcess } from 'node:child_process';
import type { Client } from '@libsql/client';

const WRITERS = 8;
const BATCHES = 1_000;
const KILL_AFTER = 300;

let directory: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'libsql-kill-'));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

async function startProcess(file: string): Promise<string> {
  const started = spawn(process.execPath, ['scripts/libsql.ts', '--port', '0', '--file', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const [url] = (await once(createInterface(started.stdout), 'line')) as [string];
  return url;
}

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
  const url = await startProcess(file);
  const setup = createClient({ url });
  await setup.executeMultiple(`
    CREATE TABLE a (id INTEGER PRIMARY KEY);
    CREATE TABLE b (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
    CREATE TABLE counter (n INTEGER NOT NULL);
    INSERT INTO counter VALUES (0);
  `);
  setup.close();

  const acknowledged: number[] = [];
  const dead = once(child as ChildProcess, 'exit');
  const onAck = (id: number): void => {
    acknowledged.push(id);
    if (acknowledged.length === KILL_AFTER) child?.kill('SIGKILL');
  };
  const writers = Array.from({ length: WRITERS }, (_, writer) => {
    const ids = Array.from({ length: BATCHES / WRITERS }, (_unused, i) => i * WRITERS + writer);
    return writeUntilDeath(url, ids, onAck);
  });
  await Promise.all(writers);
  expect(await dead).toEqual([null, 'SIGKILL']);
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILL_AFTER);
  expect(acknowledged.length).toBeLessThan(KILL_AFTER + WRITERS);

  const after = createClient({ url: await startProcess(file) });
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
