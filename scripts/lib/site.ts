import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, run, startGroup, stopGroup } from './processes.ts';

const ENVIRONMENT = {
  ...process.env,
  ASTRO_TELEMETRY_DISABLED: '1',
  WRANGLER_SEND_METRICS: 'false',
  // Nothing here may ask the network: neither for updates nor for a sample of Cloudflare's request data.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  NO_UPDATE_NOTIFIER: '1',
  CI: process.env['CI'] ?? '',
};

const READY_WITHIN_MS = 60_000;
const KEPT_OUTPUT = 100_000;

/**
 * A folder for a build of the tests. It lies inside the project, since prerendering resolves packages from it.
 */
export async function newBuildDir(): Promise<string> {
  await mkdir(join(ROOT, '.builds'), { recursive: true });
  return mkdtemp(join(ROOT, '.builds/site-'));
}

export interface BuildOptions {
  devTools: boolean;
  /** Where the codes on printed sheets lead, unless SITE_ORIGIN says it; a name that belongs to nobody (RFC 2606). */
  origin?: string;
}

/** Builds the site. @throws Error with the end of the build's output when it fails. */
export async function buildSite(
  outDir: string,
  { devTools, origin = 'https://anlan.example' }: BuildOptions,
): Promise<void> {
  const env = {
    ...ENVIRONMENT,
    ANLAN_OUT_DIR: outDir,
    ANLAN_DEV_TOOLS: devTools ? '1' : '0',
    SITE_ORIGIN: process.env['SITE_ORIGIN'] ?? origin,
  };
  const astro = join(ROOT, 'node_modules/astro/bin/astro.mjs');
  const { code, output } = await run(process.execPath, [astro, 'build'], { env, capture: true });
  if (code !== 0) throw new Error(`The build failed.\n${output.slice(-3000)}`);
}

export interface TemporaryBuild {
  outDir: string;
  remove: () => Promise<void>;
}

/** Builds the site into a folder of its own, apart from the one that `npm start` serves. */
export async function buildTemporarily(options: BuildOptions): Promise<TemporaryBuild> {
  const outDir = await newBuildDir();
  const remove = () => rm(outDir, { recursive: true, force: true });
  try {
    await buildSite(outDir, options);
    return { outDir, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

export interface SiteSettings {
  outDir: string;
  port: number;
  databaseUrl: string;
  personalDataKeys: string;
  /** Signs the audit log's daily roots; they are unsigned without it. */
  auditSigningKey?: string;
  /** Further settings of the Worker, by their names. */
  more?: Readonly<Record<string, string>>;
  /** Where the local runtime may keep its own files. */
  stateDir: string;
}

export interface RunningSite {
  url: string;
  child: ChildProcess;
  /** The last of what the Worker and its runtime have printed. */
  output(): string;
  /** Runs the Worker's scheduled handler once, as the platform's clock does in production. */
  runScheduled(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Serves a built site in workerd on 127.0.0.1.
 * @param onStarted told of the process before it answers, so that it can be ended at any moment.
 * @throws Error when it does not answer in time.
 */
export async function serveSite(
  settings: SiteSettings,
  onStarted: (child: ChildProcess) => void = () => {},
): Promise<RunningSite> {
  const { outDir, port, stateDir } = settings;
  await mkdir(stateDir, { recursive: true });
  const envFile = join(stateDir, 'worker.env');
  const env = {
    DATABASE_URL: settings.databaseUrl,
    PERSONAL_DATA_KEYS: settings.personalDataKeys,
    ...(settings.auditSigningKey ? { AUDIT_SIGNING_KEY: settings.auditSigningKey } : {}),
    // Tests and one's own browser are one address, and no crowd.
    ADDRESS_CHALLENGES: '0',
    // An inbox on one's own machine disturbs nobody.
    QUIET_HOURS: 'none',
    // The same machine under another name: for browsers another site, which no cookie of this one goes to.
    FILES_ORIGIN: `http://localhost:${port}`,
    ...settings.more,
    DEMONSTRATION: '1',
  };
  // The Worker's log, one JSON line an event, kept beside the data for whoever looks into a failure.
  const log = createWriteStream(join(stateDir, 'site.log'), { flags: 'a' });
  const lines = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
  await writeFile(envFile, lines.join('\n'), { mode: 0o600 });
  const child = startGroup(process.execPath, wranglerArguments(settings, envFile), {
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStarted(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      // Not at each line: cutting copies everything that is kept.
      if (printed.length > 2 * KEPT_OUTPUT) printed = printed.slice(-KEPT_OUTPUT);
      log.write(chunk);
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const stop = () => stopGroup(child);
  try {
    await untilReady(`${url}/api/halls`, child);
  } catch (error) {
    await stop();
    throw new Error(`The Worker in ${outDir} did not start.\n${printed.slice(-3000)}`, {
      cause: error,
    });
  }
  const runScheduled = async () => {
    const answer = await fetch(`${url}/cdn-cgi/handler/scheduled`);
    if (!answer.ok) throw new Error(`The scheduled handler answered ${answer.status}.`);
  };
  return { url, child, output: () => printed.slice(-KEPT_OUTPUT), runScheduled, stop };
}

function wranglerArguments({ outDir, port, stateDir }: SiteSettings, envFile: string): string[] {
  return [
    join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js'),
    'dev',
    ...['--config', join(outDir, 'server/wrangler.json')],
    ...['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'],
    ...['--env-file', envFile, '--persist-to', join(stateDir, 'wrangler')],
    ...['--show-interactive-dev-session', 'false', '--log-level', 'log'],
  ];
}

/** Asks until there is an answer: any status counts, since only the runtime's being there is in question. */
async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}.`);
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`No answer within ${READY_WITHIN_MS / 1000} seconds.`);
}
