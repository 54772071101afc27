/**
 * `npm run lighthouse [words]`: every guide, its twin in large type and its poster through Lighthouse's slow phone, from the built
 * Worker, with a table of the worst. Words narrow it to addresses that hold one of them. It ends with an error
 * when a page is below a floor. It takes seven seconds a page; the tests draw a few.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/lib/db/client.ts';
import { migrate } from '../src/lib/db/migrate.ts';
import { ensureBrowser } from './lib/browser.ts';
import { newPersonalDataKeys } from './lib/keys.ts';
import {
  openAuditor,
  PAGE_KINDS,
  PERFORMANCE_FLOOR,
  shortfalls,
  type Measured,
  type PageKind,
} from './lib/lighthouse.ts';
import { readMigrations } from './lib/migrations.ts';
import { freePort, ROOT } from './lib/processes.ts';
import { buildTemporarily, serveSite } from './lib/site.ts';
import { startLibsqlServer } from './libsql/server.ts';

const WORST = 10;
/** Slower once is the machine; slower each time is the page. */
const TRIES = 3;

const directory = await mkdtemp(join(tmpdir(), 'anlan-lighthouse-'));
const cleanups: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true })];
try {
  const words = process.argv.slice(2);
  const pages = (await allPages()).filter(
    ({ path }) => words.length === 0 || words.some((word) => path.includes(word)),
  );
  const failures = await measureAll(await serve(), pages);
  for (const failure of failures) console.error(`✗ ${failure}`);
  console.log(`${pages.length} pages, ${failures.length} below a floor`);
  process.exitCode = failures.length > 0 || pages.length === 0 ? 1 : 0;
} finally {
  for (const cleanup of cleanups.toReversed()) await cleanup();
}

async function allPages(): Promise<{ kind: PageKind; path: string }[]> {
  const files = await readdir(join(ROOT, 'content/guides'));
  const slugs = files.toSorted().map((file) => file.replace('.md', ''));
  const kinds = Object.keys(PAGE_KINDS) as PageKind[];
  return kinds.flatMap((kind) => slugs.map((slug) => ({ kind, path: PAGE_KINDS[kind](slug) })));
}

/** @returns where the built Worker answers, over a database with nothing but what the migrations put there. */
async function serve(): Promise<string> {
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
  return site.url;
}

async function measureAll(
  origin: string,
  pages: readonly { kind: PageKind; path: string }[],
): Promise<string[]> {
  const auditor = await openAuditor(await ensureBrowser());
  cleanups.push(() => auditor.close());
  const measured: Measured[] = [];
  const failures: string[] = [];
  for (const { kind, path } of pages) {
    let best = await auditor.measure(origin, path, true);
    for (let tried = 1; tried < TRIES && best.performance < PERFORMANCE_FLOOR; tried += 1) {
      const again = await auditor.measure(origin, path, true);
      if (again.performance > best.performance) best = again;
    }
    measured.push(best);
    failures.push(...shortfalls(best, kind));
    if (best.performance < PERFORMANCE_FLOOR) {
      failures.push(`${path}: performance ${best.performance}, wanted ${PERFORMANCE_FLOOR}`);
    }
  }
  report(measured);
  return failures;
}

function report(measured: readonly Measured[]): void {
  const least = (one: Measured) => Math.min(one.accessibility, one.bestPractices, one.performance);
  const worst = measured.toSorted((a, b) => least(a) - least(b) || b.paintMs - a.paintMs);
  console.table(
    Object.fromEntries(
      worst.slice(0, WORST).map((one) => [
        one.path,
        {
          performance: one.performance,
          accessibility: one.accessibility,
          'best practices': one.bestPractices,
          SEO: one.seo,
          'LCP ms': one.paintMs,
          CLS: one.shift,
          bytes: one.bytes,
          requests: one.requests,
        },
      ]),
    ),
  );
  const middle = (pick: (one: Measured) => number) =>
    measured.map(pick).toSorted((a, b) => a - b)[Math.floor(measured.length / 2)];
  console.log(
    `Medians: performance ${middle((one) => one.performance)}, LCP ${middle((one) => one.paintMs)} ms, ${middle((one) => one.bytes)} bytes`,
  );
}
