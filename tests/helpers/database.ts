import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openDatabase, type Database } from '../../src/lib/db/client.ts';

export interface TestDatabase {
  db: Database;
  url: string;
  remove: () => Promise<void>;
}

/** The names of all tables but SQLite's own and the register of migrations. */
export async function listTables({ $client }: Database): Promise<string[]> {
  const { rows } = await $client.execute(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'schema_migrations'",
  );
  return rows.map((row) => row['name'] as string);
}

/** An empty database born of the real migrations, with foreign keys on, for one test. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'anlan-test-'));
  const file = join(folder, 'test.db');
  await copyFile(inject('databaseTemplate'), file);
  const url = `file:${file}`;
  const db = openDatabase({ url });
  // It lives as long as one test: no power cut shall be survived.
  await db.$client.executeMultiple('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY');
  const remove = async () => {
    db.$client.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { db, url, remove };
}
