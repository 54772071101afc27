import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, isPortFree, ROOT, stopGroup } from '../../scripts/lib/processes.ts';
import { newBuildDir } from '../../scripts/lib/site.ts';

let dataDir: string;
let outDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'anlan-start-'));
  outDir = await newBuildDir();
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
  await rm(outDir, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  /** Resolves with everything printed so far once this has been printed, or when the process has ended. */
  printed: (text: string) => Promise<string>;
}

function start(port: number, values: Record<string, string> = {}): Started {
  const env = {
    ...process.env,
    PORT: String(port),
    DATA_DIR: dataDir,
    ANLAN_OUT_DIR: outDir,
    ...values,
  };
  const child = spawn(process.execPath, ['scripts/start.ts'], { cwd: ROOT, env, detached: true });
  let output = '';
  let changed = () => {};
  const onData = (chunk: Buffer) => {
    output += chunk.toString();
    changed();
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  const ended = once(child, 'close');
  const printed = async (text: string) => {
    while (!output.includes(text) && child.exitCode === null) {
      await Promise.race([new Promise<void>((resolve) => (changed = resolve)), ended]);
    }
    return output;
  };
  return { child, printed };
}

/** Ctrl-C. @returns the exit code. */
async function interrupt(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGINT');
  return (await ended)[0];
}

/** Asks for a sign-in code, which leaves a message in the development inbox. */
async function leaveMessage(url: string, phone: string): Promise<void> {
  const answer = await fetch(`${url}/api/sign-in-codes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({ phone }),
  });
  expect(answer.status).toBe(201);
}

const inboxOf = async (url: string) => (await fetch(`${url}/dev/inbox`)).text();

describe('npm start', () => {
  it('serves demonstration data, ends with all its children and keeps the data for the next start', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const first = start(port);
    try {
      expect(await first.printed('Ctrl-C')).toContain(url);
      await leaveMessage(url, '10000004321');
      expect(await inboxOf(url)).toContain('10000004321');
      expect(await interrupt(first.child)).toBe(0);
      expect(await first.printed('never printed')).not.toContain('unexpectedly');
      expect(await isPortFree(port)).toBe(true);

      const second = start(port);
      try {
        expect(await second.printed('Ctrl-C')).not.toContain('Filled the empty database');
        expect(await inboxOf(url)).toContain('10000004321');
      } finally {
        await interrupt(second.child);
      }
    } finally {
      await stopGroup(first.child);
    }
  });

  it('leaves nothing behind when it is interrupted while it starts', async () => {
    const port = await freePort();
    const { child, printed } = start(port);
    await printed('Building');
    expect(await interrupt(child)).toBe(0);
    expect(await isPortFree(port)).toBe(true);
  });

  it('says in one sentence that the port is in use', async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    const { child, printed } = start(port);
    const output = await printed('nothing is printed that says this');
    squatter.close();
    expect(output.trim()).toBe(`Port ${port} is in use. Choose another one: PORT=8788 npm start`);
    expect(child.exitCode).toBe(1);
  });

  it('says in one sentence that the port is no port', async () => {
    const { printed } = start(1, { PORT: 'eighty' });
    const output = await printed('nothing is printed that says this');
    expect(output.trim()).toBe('PORT must be a number from 1 to 65535, not "eighty".');
  });

  it('says in one sentence that the data folder cannot be used', async () => {
    const file = join(dataDir, 'a-file');
    await writeFile(file, '');
    const { printed } = start(await freePort(), { DATA_DIR: join(file, 'data') });
    const output = await printed('nothing is printed that says this');
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain('a-file');
  });
});
