/**
 * `npm run bench`: the built Worker against its limits, side by side in one bare workerd. Rates depend on the
 * machine and on the minute; what is worth keeping are the ratios within one run.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { prepareData } from './bench/data.ts';
import { load, median, type Target } from './bench/load.ts';
import { cpuSeconds, serveBare } from './bench/workerd.ts';
import { newPersonalDataKeys } from './lib/keys.ts';
import { ROOT, startGroup, stopGroup } from './lib/processes.ts';
import { buildTemporarily } from './lib/site.ts';

const ROUNDS = 5;
const WARM_UP = 200;
const BOOKINGS_A_ROUND = 300;

type Measured = Target & { requests: number };

interface Row {
  name: string;
  rate: number;
  cpuMicroseconds: number;
}

const directory = await mkdtemp(join(tmpdir(), 'anlan-bench-'));
const cleanups: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true })];

async function bench(): Promise<void> {
  console.log('Building …');
  const { outDir, remove } = await buildTemporarily({ devTools: false });
  cleanups.push(remove);
  const databaseUrl = await startDatabase();
  const personalDataKeys = newPersonalDataKeys();
  const bookings = WARM_UP + ROUNDS * BOOKINGS_A_ROUND;
  const data = await prepareData(databaseUrl, personalDataKeys, bookings);
  cleanups.push(data.close);
  const settings = { DATABASE_URL: databaseUrl, PERSONAL_DATA_KEYS: personalDataKeys };
  const workerd = await serveBare(
    [
      { name: 'hello', directory: await bundle('hello') },
      { name: 'bare-booking', directory: await bundle('bare-booking'), settings },
      {
        name: 'site',
        directory: join(outDir, 'server'),
        assets: join(outDir, 'client'),
        settings: { ...settings, DEMONSTRATION: '1' },
      },
    ],
    join(directory, 'workerd'),
  );
  cleanups.push(() => workerd.stop());
  const [hello = 0, bare = 0, site = 0] = workerd.ports;
  const page = { name: 'page', port: site, status: 200, ask: () => get('/halls/yancheng') };
  const booked = { status: 201, requests: BOOKINGS_A_ROUND };
  const targets: Measured[] = [
    { name: 'hello', port: hello, status: 200, ask: () => get('/'), requests: 3_000 },
    { name: 'API', port: site, status: 401, ask: () => get('/api/bookings'), requests: 3_000 },
    { ...page, requests: 500 },
    { name: 'bare booking', port: bare, ask: data.byBareClient, ...booked },
    { name: 'booking', port: site, ask: data.bySiteUndelivered, ...booked },
    { name: 'booking + SMS', port: site, ask: data.bySite, ...booked },
  ];
  report(await measure(workerd.pid, targets, data.settle));
}

const get = (path: string) => ({ method: 'GET' as const, path });

/** In a process of its own, as in production: its work is not the load generator's. */
async function startDatabase(): Promise<string> {
  const file = join(directory, 'bench.db');
  const child = startGroup(process.execPath, ['scripts/libsql.ts', '--port', '0', '--file', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => stopGroup(child));
  if (!child.stdout) throw new Error('The database has no output to read.');
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return url;
}

async function bundle(name: string): Promise<string> {
  const outdir = join(directory, 'bundles', name);
  await build({
    entryPoints: { entry: join(ROOT, 'scripts/bench', `${name}.ts`) },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    logLevel: 'error',
  });
  return outdir;
}

async function measure(
  pid: number,
  targets: readonly Measured[],
  settle: () => Promise<void>,
): Promise<Row[]> {
  for (const target of targets) await load(target, 0, WARM_UP);
  const rates = targets.map((): number[] => []);
  const costs = targets.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, target] of targets.entries()) {
      const { requests } = target;
      await settle();
      const before = await cpuSeconds(pid);
      rates[index]?.push(await load(target, WARM_UP + round * requests, requests));
      await settle();
      const after = await cpuSeconds(pid);
      costs[index]?.push(((after - before) / requests) * 1e6);
    }
  }
  return targets.map(({ name }, index) => ({
    name,
    rate: median(rates[index] ?? []),
    cpuMicroseconds: median(costs[index] ?? []),
  }));
}

function report(rows: readonly Row[]): void {
  console.log(`\nMedians of ${ROUNDS} interleaved rounds; CPU is workerd's own.`);
  for (const { name, rate, cpuMicroseconds } of rows) {
    const columns = [name.padEnd(14), rate.toFixed(0).padStart(7), ' /s'];
    console.log(`  ${columns.join('')}${cpuMicroseconds.toFixed(0).padStart(8)} µs CPU`);
  }
  const find = (name: string) => rows.find((row) => row.name === name);
  const ratios = [
    ['API', 'hello', 'aim ≥ 0.85'],
    ['page', 'hello', 'with one database request'],
    ['booking', 'bare booking', 'aim ≥ 0.85'],
    ['booking + SMS', 'bare booking', 'with its message delivered after the commit'],
  ] as const;
  console.log();
  for (const [of, to, words] of ratios) {
    const ratio = (find(of)?.rate ?? Number.NaN) / (find(to)?.rate ?? Number.NaN);
    console.log(`  ${`${of} / ${to}`.padEnd(32)}${ratio.toFixed(2)}   ${words}`);
  }
}

try {
  await bench();
} finally {
  for (const cleanup of cleanups.toReversed()) await cleanup();
}
