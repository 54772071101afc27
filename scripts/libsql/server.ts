import { once } from 'node:events';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describeOpenError, StartError } from './errors.ts';
import { handle } from './handler.ts';
import { isLoopback } from './http.ts';
import { ConnectionPool } from './pool.ts';
import { StreamStore } from './streams.ts';
import { WriteQueue } from './write-queue.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Synchronous } from './connection.ts';

export interface LibsqlServerOptions {
  /** Path of the database file; made if it does not exist. */
  file: string;
  /** 0 picks a free port. */
  port: number;
  /** Loopback only; 127.0.0.1 unless given. */
  host?: string;
  /** Clients must send it as a bearer token, if given. */
  authToken?: string | undefined;
  /** FULL unless given: an acknowledged write survives a crash of process and machine. */
  synchronous?: Synchronous;
  /** A stream without requests for this long is rolled back and closed. */
  streamIdleMs?: number;
  /** A writer waits this long for another one before it gets SQLITE_BUSY. */
  busyWaitMs?: number;
  maxBodyBytes?: number;
  maxStreams?: number;
}

export interface LibsqlServer {
  url: string;
  port: number;
  /** Lets running requests end, rolls back open transactions and closes the file. */
  close(): Promise<void>;
}

const CLOSE_WAIT_MS = 3_000;

function openPool(options: LibsqlServerOptions): ConnectionPool {
  const { file, synchronous = 'FULL', maxStreams = 256 } = options;
  if (file === '' || file === ':memory:') {
    throw new StartError('The database must be a file: each stream has a connection of its own.');
  }
  try {
    return new ConnectionPool(resolve(file), synchronous, maxStreams);
  } catch (error) {
    throw new StartError(describeOpenError(file, error));
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new StartError(`Port ${port} on ${host} is already in use.`);
    if (code === 'EACCES') throw new StartError(`Port ${port} on ${host} may not be opened.`);
    throw new StartError(`Cannot listen on port ${port} of ${host}: ${message}.`);
  }
  return (server.address() as AddressInfo).port;
}

/** Starts a libSQL server (Hrana 2 and 3 over HTTP, JSON) for one local database file. */
export async function startLibsqlServer(options: LibsqlServerOptions): Promise<LibsqlServer> {
  const { host = '127.0.0.1', busyWaitMs = 5_000, streamIdleMs = 10_000 } = options;
  if (!isLoopback(host)) {
    throw new StartError(`The address ${host} is refused: this server listens on loopback only.`);
  }
  const pool = openPool(options);
  const queue = new WriteQueue(busyWaitMs);
  const streams = new StreamStore(pool, streamIdleMs, () => queue.wake());
  const active = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const server = createServer((request, response) => {
    const done = handle(request, response, {
      streams,
      queue,
      maxBodyBytes: options.maxBodyBytes ?? 16 * 1024 * 1024,
      authToken: options.authToken,
      isClosing: () => closing !== undefined,
    }).then(() => finished(response).catch(() => undefined));
    active.add(done);
    void done.finally(() => active.delete(done));
  });

  const shutDown = async (): Promise<void> => {
    queue.close();
    const closed = once(server, 'close');
    server.close();
    await Promise.race([Promise.all(active), delay(CLOSE_WAIT_MS, undefined, { ref: false })]);
    server.closeAllConnections();
    await closed;
    streams.close();
    pool.close();
  };

  // "localhost" may resolve to an address family that clients do not try first.
  const address = host === 'localhost' ? '127.0.0.1' : host;
  const port = await listen(server, address, options.port).catch((error: unknown) => {
    pool.close();
    throw error;
  });
  const url = `http://${address.includes(':') ? '[::1]' : address}:${port}`;
  return { url, port, close: () => (closing ??= shutDown()) };
}
