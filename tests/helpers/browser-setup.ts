import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPersonalDataKeys } from '../../scripts/lib/keys.ts';
import { readMigrations } from '../../scripts/lib/migrations.ts';
import { freePort } from '../../scripts/lib/processes.ts';
import { seed } from '../../scripts/lib/seed.ts';
import { buildTemporarily, serveSite } from '../../scripts/lib/site.ts';
import { startLibsqlServer } from '../../scripts/libsql/server.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { migrate } from '../../src/lib/db/migrate.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';

/** Serves the built Worker with demonstration data for all browser tests; returns what ends it. */
export default async function serveForBrowsers(): Promise<() => Promise<void>> {
  const work = await mkdtemp(join(tmpdir(), 'anlan-browser-'));
  const finished = process.env['ANLAN_TEST_BUILD'];
  const build = finished
    ? { outDir: finished, remove: async () => {} }
    : await buildTemporarily({ devTools: true });
  const database = await startLibsqlServer({
    file: join(work, 'test.db'),
    port: 0,
    // The machine's end ends the tests as well.
    synchronous: 'OFF',
  });
  const personalDataKeys = newPersonalDataKeys();
  await prepare(database.url, personalDataKeys);
  const site = await serveSite({
    outDir: build.outDir,
    port: await freePort(),
    databaseUrl: database.url,
    personalDataKeys,
    stateDir: join(work, 'runtime'),
  });
  Object.assign(process.env, {
    ANLAN_BROWSER_SITE: site.url,
    ANLAN_BROWSER_DATABASE: database.url,
    ANLAN_BROWSER_KEYS: personalDataKeys,
  });
  return async () => {
    await site.stop();
    await database.close();
    await rm(work, { recursive: true, force: true });
    await build.remove();
  };
}

async function prepare(url: string, personalDataKeys: string): Promise<void> {
  const db = openDatabase({ url });
  const now = new Date();
  await migrate(db.$client, await readMigrations(), now);
  const keys = await Keyring.open(JSON.parse(personalDataKeys) as Record<string, string>);
  await seed({ db, now, keys, requestId: newId(now) }, url);
  db.$client.close();
}
