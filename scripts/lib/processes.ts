import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export const ROOT = new URL('../../', import.meta.url).pathname;

/** Below the ports that systems hand out by themselves: none of theirs comes between the choice and its use. */
const PORTS = { from: 20_000, count: 12_000 };

/** A free port on the loopback interface. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    if (await isPortFree(port)) return port;
  }
}

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Starts a program as the leader of its own process group, so that all its children end with it. */
export function startGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  return spawn(command, args, { cwd: ROOT, ...options, detached: process.platform !== 'win32' });
}

/** Ends a group started by `startGroup` and waits for it: politely first, then for good. */
export async function stopGroup(child: ChildProcess, patienceMs = 5_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), patienceMs);
  await ended;
  clearTimeout(timer);
  // Grandchildren that outlived their leader.
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

/** Runs a program to its end. @returns its exit code, and what it printed when that was asked for. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { capture?: boolean } = {},
): Promise<{ code: number; output: string }> {
  const { capture = false, ...rest } = options;
  const stdio = capture ? ('pipe' as const) : ('inherit' as const);
  const child = spawn(command, args, { cwd: ROOT, stdio, ...rest });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, output };
}
