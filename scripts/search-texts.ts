/**
 * Writes `content/search/page-texts.json` anew: the words of pages that have no file in `content/`, for the search. They
 * are read from the site as it is built here, with a database that holds nothing but what the migrations put there. A
 * test says when it is due: `npm run search-texts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/lib/db/client.ts';
import { migrate } from '../src/lib/db/migrate.ts';
import { newPersonalDataKeys } from './lib/keys.ts';
import { readMigrations } from './lib/migrations.ts';
import { TEXT_PAGES, textOfPage } from './lib/page-texts.ts';
import { freePort, ROOT } from './lib/processes.ts';
import { buildTemporarily, serveSite } from './lib/site.ts';
import { startLibsqlServer } from './libsql/server.ts';

const directory = await mkdtemp(join(tmpdir(), 'anlan-texts-'));
const cleanups: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true })];
try {
  const build = await buildTemporarily({ devTools: false });
  cleanups.push(build.remove);
  const database = await startLibsqlServer({ file: join(directory, 'site.db'), port: 0 });
  cleanups.push(() => database.close());
  const db = openDatabase({ url: database.url, timeoutMs: 30_000 });
  await migrate(db.$client, await readMigrations(), new Date());
  const site = await serveSite({
    outDir: build.outDir,
    port: await freePort(),
    databaseUrl: database.url,
    personalDataKeys: newPersonalDataKeys(),
    stateDir: join(directory, 'runtime'),
  });
  cleanups.push(() => site.stop());
  const texts: Record<string, string> = {};
  for (const path of TEXT_PAGES) {
    const answer = await fetch(site.url + path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
    texts[path] = textOfPage(await answer.text());
  }
  const file = join(ROOT, 'content/search/page-texts.json');
  await writeFile(file, `${JSON.stringify(texts, null, 2)}\n`);
  console.log(`${TEXT_PAGES.length} pages written to content/search/page-texts.json`);
} finally {
  for (const cleanup of cleanups.toReversed()) await cleanup();
}
