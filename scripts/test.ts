/**
 * `npm test`: format, lint, types, then all tests, the browser's against the built Worker. `--quick` (npm run
 * verify) leaves out what needs a build or a browser. The last line holds the true totals; each check that is
 * not a test runner counts as one.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './lib/browser.ts';
import { ROOT, run } from './lib/processes.ts';
import { buildTemporarily, type TemporaryBuild } from './lib/site.ts';

interface Totals {
  passed: number;
  failed: number;
  /** What failed and why, repeated below the runners' long output, where whoever reads a log looks first. */
  failures: string[];
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    message: string;
    status: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

interface PlaywrightSuite {
  suites?: PlaywrightSuite[];
  specs?: {
    title: string;
    file: string;
    ok: boolean;
    tests: { projectName: string; results: { error?: { message?: string } }[] }[];
  }[];
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
  suites: PlaywrightSuite[];
}

const quick = process.argv.includes('--quick');
const work = await mkdtemp(join(tmpdir(), 'anlan-tests-'));
const environment = {
  ...process.env,
  ASTRO_TELEMETRY_DISABLED: '1',
  // The same programs are started some dozen times: what was compiled once is read back.
  NODE_COMPILE_CACHE: join(work, 'compiled'),
};

const results: Totals[] = [];
const builds: TemporaryBuild[] = [];
try {
  await inParallel(
    () => check('types', 'astro', ['check', '--minimumSeverity', 'warning']),
    async () => {
      await check('format', 'prettier', ['--check', '--log-level', 'warn', '.']);
      await check('lint', 'oxlint', ['--type-aware', '--quiet']);
      if (!quick) await buildBoth();
    },
  );
  if (quick) results.push(await vitest(['unit', 'api']));
  else results.push(...(await everything()));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  results.push({ passed: 0, failed: 1, failures: [] });
} finally {
  for (const build of builds) await build.remove();
  await rm(work, { recursive: true, force: true });
}

const sum = (pick: (totals: Totals) => number) => results.reduce((all, one) => all + pick(one), 0);
const passed = sum((one) => one.passed);
const failed = sum((one) => one.failed);
for (const failure of results.flatMap((one) => one.failures)) console.log(`✗ ${failure}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** Types and builds keep one core busy each: beside one another they take half the time. Waits for all, whichever fails. */
async function inParallel(...works: (() => Promise<void>)[]): Promise<void> {
  const ended = await Promise.allSettled(works.map((one) => one()));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

async function buildBoth(): Promise<void> {
  const development = await buildTemporarily({ devTools: true });
  builds.push(development);
  const production = await buildTemporarily({ devTools: false });
  builds.push(production);
  Object.assign(environment, {
    ANLAN_TEST_BUILD: development.outDir,
    ANLAN_TEST_PRODUCTION_BUILD: production.outDir,
  });
}

async function everything(): Promise<Totals[]> {
  Object.assign(environment, { CHROMIUM_PATH: await ensureBrowser() });
  return [await vitest(['unit', 'api', 'worker']), await playwright()];
}

/** A check that passes or fails as a whole; its output is shown when it fails. */
async function check(name: string, program: string, args: string[]): Promise<void> {
  const { code, output } = await run(join(ROOT, 'node_modules/.bin', program), args, {
    capture: true,
    env: environment,
  });
  console.log(`${code === 0 ? '✓' : '✗'} ${name}`);
  if (code !== 0) console.log(output);
  results.push(
    code === 0
      ? { passed: 1, failed: 0, failures: [] }
      : { passed: 0, failed: 1, failures: [name] },
  );
}

async function vitest(projects: string[]): Promise<Totals> {
  const file = join(work, 'vitest.json');
  const { code } = await run(
    join(ROOT, 'node_modules/.bin/vitest'),
    [
      'run',
      ...projects.map((project) => `--project=${project}`),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { env: environment },
  );
  const report = await readReport<VitestReport>(file);
  return totals(code, report?.numPassedTests, report?.numFailedTests, vitestFailures(report));
}

async function playwright(): Promise<Totals> {
  const file = join(work, 'playwright.json');
  const { code } = await run(join(ROOT, 'node_modules/.bin/playwright'), ['test'], {
    env: { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  });
  const report = await readReport<PlaywrightReport>(file);
  const stats = report?.stats;
  return totals(
    code,
    stats?.expected,
    stats && stats.unexpected + stats.flaky,
    report?.suites.flatMap(playwrightFailures),
  );
}

function vitestFailures(report: VitestReport | undefined): string[] {
  return (report?.testResults ?? []).flatMap((file) => {
    const broken = file.assertionResults.filter(({ status }) => status === 'failed');
    if (broken.length === 0)
      return file.status === 'failed' ? [`${file.name}: ${file.message}`] : [];
    return broken.map(
      (test) => `${file.name}: ${test.fullName}\n${test.failureMessages.join('\n')}`,
    );
  });
}

function playwrightFailures(suite: PlaywrightSuite): string[] {
  const own = (suite.specs ?? [])
    .filter(({ ok }) => !ok)
    .flatMap(({ file, title, tests }) =>
      tests.flatMap(({ projectName, results: tries }) =>
        tries.flatMap(({ error }) =>
          error ? [`${file} [${projectName}]: ${title}\n${error.message ?? ''}`] : [],
        ),
      ),
    );
  return [...own, ...(suite.suites ?? []).flatMap(playwrightFailures)];
}

async function readReport<Report>(file: string): Promise<Report | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Report);
}

/** A runner that died, or failed outside any test, has failed at least once whatever it counted. */
function totals(code: number, good = 0, bad = 0, failures: string[] = []): Totals {
  return { passed: good, failed: code === 0 ? bad : Math.max(bad, 1), failures };
}
