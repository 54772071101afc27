import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { readMigrations } from '../../scripts/lib/migrations.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { migrate, requireForeignKeys } from '../../src/lib/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** An empty database born of the real migrations; every test starts from a copy of this file. */
    databaseTemplate: string;
  }
}

/** Migrates once for all tests, and leaves nothing behind, however their processes end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'anlan-template-'));
  const file = join(folder, 'empty.db');
  const db = openDatabase({ url: `file:${file}` });
  await requireForeignKeys(db.$client);
  await migrate(db.$client, await readMigrations(), new Date());
  db.$client.close();
  project.provide('databaseTemplate', file);
  return () => rm(folder, { recursive: true, force: true });
}
