import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface DatabaseProcess {
  url: string;
  /** Ends the process: politely, or with SIGKILL as a crash would. */
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

/**
 * The local libSQL server as a process of its own, so that it can be killed. Port 0 picks a free one.
 * @param isSynced whether each commit waits for the disk: only a machine's end tells the difference, a process's does not.
 */
export async function startDatabaseProcess(
  file: string,
  { port = 0, isSynced = false } = {},
): Promise<DatabaseProcess> {
  const options = ['--port', String(port), '--file', file, ...(isSynced ? [] : ['--no-sync'])];
  const child = spawn(process.execPath, ['scripts/libsql.ts', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return { url, end };
}
