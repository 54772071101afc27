import { rmSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readMigrations } from '../../scripts/lib/migrations.ts';
import { openDatabase, type Database } from '../../src/lib/db/client.ts';
import { migrate, requireForeignKeys } from '../../src/lib/db/migrate.ts';

let template: Promise<string> | undefined;

/** Migrates once a test process; every test then starts from a copy of that file. */
async function migratedFile(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'anlan-template-')), 'empty.db');
  const db = openDatabase({ url: `file:${file}` });
  await requireForeignKeys(db.$client);
  await migrate(db.$client, await readMigrations(), new Date());
  db.$client.close();
  process.once('exit', () => rmSync(dirname(file), { recursive: true, force: true }));
  return file;
}

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
  template ??= migratedFile();
  const folder = await mkdtemp(join(tmpdir(), 'anlan-test-'));
  const file = join(folder, 'test.db');
  await copyFile(await template, file);
  const url = `file:${file}`;
  const db = openDatabase({ url });
  const remove = async () => {
    db.$client.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { db, url, remove };
}
