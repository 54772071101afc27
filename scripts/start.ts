/**
 * `npm start`: a local libSQL server on a file database, migrations, demonstration data, the built site in
 * workerd, and the clock that the platform has in production. Ctrl-C ends all of it; the data stays.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { listHalls } from '../src/features/halls/queries.ts';
import { DEMO_STAFF } from '../src/dev/demo.ts';
import { openDatabase } from '../src/lib/db/client.ts';
import { migrate, requireForeignKeys } from '../src/lib/db/migrate.ts';
import { newId } from '../src/lib/ids.ts';
import { Keyring } from '../src/lib/keyring.ts';
import { checkHallContent } from './lib/content-check.ts';
import { sentenceFor } from './lib/failures.ts';
import { newAuditSigningKey, newPersonalDataKeys } from './lib/keys.ts';
import { readMigrations } from './lib/migrations.ts';
import { isPortFree, ROOT, stopGroup } from './lib/processes.ts';
import { demoPhones, seed } from './lib/seed.ts';
import { seedShow } from './lib/seed-show.ts';
import { buildSite, serveSite, type RunningSite } from './lib/site.ts';
import { startLibsqlServer } from './libsql/server.ts';

const SCHEDULE_MS = 60_000;

const port = Number(process.env['PORT'] ?? 8787);
// Apart from `dist`, which is for deploying: this build holds the development inbox.
const outDir = resolve(process.env['ANLAN_OUT_DIR'] ?? join(ROOT, '.builds/start'));
const dataDir = resolve(process.env['DATA_DIR'] ?? join(ROOT, '.data'));

/** What has been started, the last first: everything here is ended whatever ends this. */
const cleanups: (() => Promise<void>)[] = [];
let stopping = false;

async function stop(code: number): Promise<never> {
  stopping = true;
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup().catch(() => {});
  process.exit(code);
}

// Before anything is started, so that nothing outlives an early Ctrl-C or a closed terminal.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping) void stop(0);
  });
}

try {
  await start();
} catch (error) {
  if (!stopping) {
    console.error(sentenceFor(error, dataDir));
    await stop(1);
  }
}

async function start(): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`PORT must be a number from 1 to 65535, not "${process.env['PORT']}".`);
  }
  if (!(await isPortFree(port))) {
    throw new Error(`Port ${port} is in use. Choose another one: PORT=8788 npm start`);
  }
  await mkdir(dataDir, { recursive: true });
  const personalDataKeys = await readSecret('personal-data-keys.json', newPersonalDataKeys);
  const auditSigningKey = await readSecret('audit-signing-key.json', newAuditSigningKey);
  const database = await startLibsqlServer({ file: join(dataDir, 'anlan.db'), port: 0 });
  cleanups.push(() => database.close());
  await prepareData(database.url, personalDataKeys);
  console.log('Building …');
  await buildSite(outDir, { devTools: true, origin: `http://127.0.0.1:${port}` });
  const stateDir = join(dataDir, 'runtime');
  const secrets = { personalDataKeys, auditSigningKey };
  const settings = { outDir, port, databaseUrl: database.url, ...secrets, stateDir };
  const site = await serveSite(settings, (child) => cleanups.push(() => stopGroup(child)));
  const clock = startClock(site);
  cleanups.push(async () => clearInterval(clock));
  site.child.once('exit', () => {
    if (stopping) return;
    console.error(`The site has ended unexpectedly.\n${site.output().slice(-2000)}`);
    void stop(1);
  });
  announce(site.url);
}

/** Secrets of this machine's demonstration, made at the first start and kept with its data. */
async function readSecret(name: string, make: () => string): Promise<string> {
  const file = join(dataDir, name);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept) return kept;
  const secret = make();
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}

async function prepareData(url: string, personalDataKeys: string): Promise<void> {
  const db = openDatabase({ url });
  const now = new Date();
  await requireForeignKeys(db.$client);
  await migrate(db.$client, await readMigrations(), now);
  const keys = await Keyring.open(JSON.parse(personalDataKeys) as Record<string, string>);
  const context = { db, now, keys, requestId: newId(now) };
  if (await seed(context, url)) {
    await seedShow(context, url);
    console.log('Filled the empty database with the demonstration.');
  }
  await checkHallContent((await listHalls(context)).map(({ slug }) => slug));
  db.$client.close();
}

/** The platform's clock calls the scheduled handler each minute; locally nothing else would. */
function startClock(site: RunningSite): NodeJS.Timeout {
  const tick = () =>
    site
      .runScheduled()
      .catch((error: unknown) => console.error(`A job run failed: ${String(error)}`));
  void tick();
  return setInterval(() => void tick(), SCHEDULE_MS);
}

function announce(url: string): void {
  console.log(`
安澜 Anlan     ${url}
收件箱 Inbox   ${url}/dev/inbox   (sign-in codes arrive here; nothing leaves this machine)

Demo sign-ins  visitor ${demoPhones.visitor}   hall staff ${demoPhones.staff}
               hall manager ${demoPhones.manager}   administrator ${demoPhones.administrator}
               county reviewer ${demoPhones.reviewer}   editors ${demoPhones.editor} and ${demoPhones.secondEditor}
               auditor ${demoPhones.auditor}
               any other mobile number works as well: its code lands in the inbox
Staff then     password ${DEMO_STAFF.password}   one-time password: the six digits at the top of the inbox
Data           ${dataDir}
Stop           Ctrl-C`);
}
