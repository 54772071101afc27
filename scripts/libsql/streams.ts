import { Batons } from './batons.ts';
import { HttpError } from './errors.ts';
import type { Connection } from './connection.ts';
import type { ConnectionPool } from './pool.ts';

/** A sequence of requests that share one connection, hence one transaction. */
export interface Stream {
  readonly id: number;
  /** Null once the stream is closed. */
  connection: Connection | null;
  /** SQL texts kept by `store_sql`. */
  readonly sqls: Map<number, string>;
  /** Number of the answer whose baton is valid next. */
  turn: number;
  /** Set while the stream waits for its next request. */
  idleTimer: NodeJS.Timeout | undefined;
}

/** The open streams of the server. */
export class StreamStore {
  readonly #pool: ConnectionPool;
  readonly #idleMs: number;
  readonly #onFree: () => void;
  readonly #batons = new Batons();
  readonly #streams = new Map<number, Stream>();
  #lastId = 0;

  /** `onFree` is called when a stream ended and with it any lock it held. */
  constructor(pool: ConnectionPool, idleMs: number, onFree: () => void) {
    this.#pool = pool;
    this.#idleMs = idleMs;
    this.#onFree = onFree;
  }

  open(): Stream {
    const connection = this.#pool.acquire();
    this.#lastId += 1;
    const stream: Stream = {
      id: this.#lastId,
      connection,
      sqls: new Map(),
      turn: 0,
      idleTimer: undefined,
    };
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** Takes the stream of a baton for one HTTP request; the baton is worthless from then on. */
  take(baton: string): Stream {
    const { streamId, turn } = this.#batons.open(baton);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      throw new HttpError(400, 'STREAM_EXPIRED', 'The stream has expired or is closed.');
    }
    if (stream.turn !== turn || stream.idleTimer === undefined) {
      throw new HttpError(400, 'BATON_REUSED', 'The baton was used before.');
    }
    clearTimeout(stream.idleTimer);
    stream.idleTimer = undefined;
    return stream;
  }

  /** Leaves the stream open for a next request and returns the baton for it. */
  park(stream: Stream): string {
    stream.turn += 1;
    stream.idleTimer = setTimeout(() => this.drop(stream), this.#idleMs);
    return this.#batons.seal(stream.id, stream.turn);
  }

  /** The connection of a stream, or null if the stream is closed; a worn one is replaced. */
  connectionOf(stream: Stream): Connection | null {
    const { connection } = stream;
    if (connection?.isWorn === true && !connection.isInTransaction) {
      this.#pool.release(connection);
      stream.connection = null;
      stream.connection = this.#pool.acquire();
    }
    return stream.connection;
  }

  /** Closes a stream; its open transaction is rolled back. Does nothing the second time. */
  drop(stream: Stream): void {
    if (!this.#streams.delete(stream.id)) return;
    clearTimeout(stream.idleTimer);
    if (stream.connection !== null) this.#pool.release(stream.connection);
    stream.connection = null;
    this.#onFree();
  }

  close(): void {
    for (const stream of this.#streams.values()) this.drop(stream);
  }
}
