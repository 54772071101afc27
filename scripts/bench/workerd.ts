import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { cp, glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startGroup, stopGroup } from '../lib/processes.ts';
import type { ChildProcess } from 'node:child_process';

/** A Worker to serve: its modules, the first being the entry, and its bindings. */
export interface Service {
  name: string;
  /** Directory with the modules, `entry.mjs` among them. */
  directory: string;
  /** Served as the binding ASSETS. */
  assets?: string;
  settings?: Readonly<Record<string, string>>;
}

export interface Workerd {
  pid: number;
  /** Ports on 127.0.0.1, in the order of the services. */
  ports: number[];
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
/** As in wrangler.toml; what its flags ask for is part of the date in bare workerd. */
const COMPATIBILITY_DATE = '2026-10-01';

const text = (value: string) => JSON.stringify(value);

/** Serves Workers in one bare workerd process, without the front proxy that `wrangler dev` has. */
export async function serveBare(services: readonly Service[], workDir: string): Promise<Workerd> {
  await mkdir(workDir, { recursive: true });
  const ports = await Promise.all(services.map(() => freePort()));
  const workers = await Promise.all(services.map((service) => describeWorker(service, workDir)));
  const entries = services.flatMap(({ name, assets }, index) => [
    `(name = ${text(name)}, worker = ${workers[index]})`,
    ...(assets ? [`(name = ${text(`${name}-assets`)}, disk = (path = ${text(assets)}))`] : []),
  ]);
  const sockets = services.map(
    ({ name }, index) =>
      `(name = ${text(name)}, address = "127.0.0.1:${ports[index]}", http = (), service = ${text(name)})`,
  );
  const config = join(workDir, 'config.capnp');
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "network", network = (allow = ["private"])),
    ${entries.join(',\n    ')}
  ],
  sockets = [${sockets.join(', ')}],
);
`,
  );
  // The program itself: the package's own starter would be one more process in between.
  const program = createRequire(import.meta.url)('workerd') as { default: string };
  const child = startGroup(program.default, ['serve', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await Promise.all(ports.map((port) => untilListening(port, child)));
  } catch (error) {
    await stopGroup(child);
    throw error;
  }
  return { pid: child.pid ?? 0, ports, stop: () => stopGroup(child) };
}

async function describeWorker(service: Service, workDir: string): Promise<string> {
  const { name, directory, assets, settings = {} } = service;
  // Files are embedded by paths below the configuration.
  await cp(directory, join(workDir, name), { recursive: true });
  const found = await Array.fromAsync(glob('**/*.mjs', { cwd: directory }));
  const modules = ['entry.mjs', ...found.filter((module) => module !== 'entry.mjs')];
  const listed = modules.map(
    (module) => `(name = ${text(module)}, esModule = embed ${text(`${name}/${module}`)})`,
  );
  const bindings = [
    ...Object.entries(settings).map(
      ([key, value]) => `(name = ${text(key)}, text = ${text(value)})`,
    ),
    ...(assets ? [`(name = "ASSETS", service = ${text(`${name}-assets`)})`] : []),
  ];
  return `(
      modules = [${listed.join(',\n        ')}],
      compatibilityDate = ${text(COMPATIBILITY_DATE)},
      bindings = [${bindings.join(', ')}],
      globalOutbound = "network")`;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answered = await isListening(port);
    if (answered) return;
    await delay(50);
  }
  throw new Error('workerd did not start.');
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const TICKS_A_SECOND = 100;

/** CPU seconds that a process has used so far; not a number where the system does not tell. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
