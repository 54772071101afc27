import { Connection } from './connection.ts';
import { HttpError } from './errors.ts';
import type { Synchronous } from './connection.ts';

const MAX_IDLE = 16;

/** Connections to one file: handed out one per stream, used again only if they carry no traces. */
export class ConnectionPool {
  readonly #file: string;
  readonly #synchronous: Synchronous;
  readonly #maxOpen: number;
  readonly #idle: Connection[] = [];
  #lent = 0;

  constructor(file: string, synchronous: Synchronous, maxOpen: number) {
    this.#file = file;
    this.#synchronous = synchronous;
    this.#maxOpen = maxOpen;
    // Fails at the start rather than at the first request; the connection stays for that one.
    this.#openIdle();
  }

  acquire(): Connection {
    if (this.#lent >= this.#maxOpen) {
      throw new HttpError(503, 'TOO_MANY_STREAMS', `More than ${this.#maxOpen} streams are open.`);
    }
    const connection = this.#idle.pop() ?? new Connection(this.#file, this.#synchronous);
    this.#lent += 1;
    return connection;
  }

  /** Takes a connection back; an open transaction is rolled back. */
  release(connection: Connection): void {
    this.#lent -= 1;
    if (connection.reset() && this.#idle.length < MAX_IDLE) this.#idle.push(connection);
    else connection.close();
  }

  /** Empties the write-ahead log and closes what is idle. The caller has released everything else before. */
  close(): void {
    try {
      const last = this.#idle[0] ?? this.#openIdle();
      last.checkpoint();
    } catch {
      // Nothing is lost: what stays in the write-ahead log is read back at the next start.
    } finally {
      for (const connection of this.#idle.splice(0)) connection.close();
    }
  }

  #openIdle(): Connection {
    const connection = new Connection(this.#file, this.#synchronous);
    this.#idle.push(connection);
    return connection;
  }
}
