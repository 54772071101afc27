import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { newPersonalDataKeys } from '../../scripts/lib/keys.ts';
import { freePort } from '../../scripts/lib/processes.ts';
import { serveSite } from '../../scripts/lib/site.ts';
import { halls } from '../../src/features/halls/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { startDatabaseProcess } from './database-process.ts';
import { FaultProxy } from './fault-proxy.ts';
import { testHall } from './session.ts';

/** Opens the past and the time to come: the same world at another moment. */
export type At = (now: Date) => CommandContext;

export interface Twin {
  url: string;
  /** On its way to the database: counts what a request asks. */
  proxy: FaultProxy;
  at: At;
}

/**
 * The built site twice over two databases that were one until `build` was done: the same people, ids, keys and sign-ins.
 * What is done to one of them afterwards is all that they differ by.
 */
export async function startTwins(
  build: (at: At) => Promise<void>,
): Promise<{ twins: readonly [Twin, Twin]; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'anlan-twins-'));
  const cleanups: (() => Promise<unknown>)[] = [
    () => rm(directory, { recursive: true, force: true }),
  ];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  const personalDataKeys = newPersonalDataKeys();
  const keys = await Keyring.open(JSON.parse(personalDataKeys) as Record<string, string>);
  const atOf = (url: string): At => {
    const db = openDatabase({ url, timeoutMs: 30_000 });
    return (now) => ({ db, keys, now, requestId: newId(now) });
  };
  try {
    const files = [join(directory, 'one.db'), join(directory, 'two.db')] as const;
    await copyFile(inject('databaseTemplate'), files[0]);
    const first = await startDatabaseProcess(files[0]);
    try {
      const at = atOf(first.url);
      await at(new Date()).db.insert(halls).values(testHall);
      await build(at);
    } finally {
      await first.end('SIGTERM');
    }
    for (const end of ['', '-wal', '-shm']) {
      if (existsSync(`${files[0]}${end}`)) {
        await copyFile(`${files[0]}${end}`, `${files[1]}${end}`);
      }
    }
    const start = async (file: string, index: number): Promise<Twin> => {
      const server = await startDatabaseProcess(file);
      cleanups.push(() => server.end('SIGTERM'));
      const proxy = await FaultProxy.start(Number(new URL(server.url).port));
      cleanups.push(() => proxy.close());
      const site = await serveSite({
        outDir: inject('siteBuild'),
        port: await freePort(),
        databaseUrl: proxy.url,
        personalDataKeys,
        stateDir: join(directory, `runtime-${index}`),
      });
      cleanups.push(() => site.stop());
      return { url: site.url, proxy, at: atOf(server.url) };
    };
    const one = await start(files[0], 0);
    return { twins: [one, await start(files[1], 1)], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
