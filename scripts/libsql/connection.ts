import Database from 'libsql';
import { RequestError, toWireError } from './errors.ts';
import { encodeValue } from './values.ts';
import type { Statement } from './analysis.ts';
import type { BoundValue, Column, DescribeResult, StmtResult, WireError } from './types.ts';

export type Synchronous = 'EXTRA' | 'FULL' | 'NORMAL' | 'OFF';

export type Outcome =
  { ok: true; result: StmtResult } | { ok: false; error: WireError; isBusy: boolean };

type NativeStatement = ReturnType<InstanceType<typeof Database>['prepare']>;

const CHANGING = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE']);
const INSERTING = new Set(['INSERT', 'REPLACE']);
const NO_ROWS: Pick<StmtResult, 'cols' | 'rows'> = { cols: [], rows: [] };

function columnsOf(native: NativeStatement): Column[] {
  return native.columns().map(({ name, type }) => ({ name, decltype: type }));
}

/**
 * One connection to the database file. It never waits for a lock (that would stop the whole
 * process, the driver is synchronous): a busy outcome is reported and the caller queues.
 */
export class Connection {
  readonly #db: InstanceType<typeof Database>;
  #isTainted = false;
  readonly #stuck = new Set<NativeStatement>();

  constructor(file: string, synchronous: Synchronous) {
    this.#db = new Database(file);
    try {
      this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
      // sqld is built with SQLITE_DEFAULT_FOREIGN_KEYS=1 (libsql-ffi/build.rs), so hosted libSQL
      // enforces foreign keys on every connection. The embedded driver is built so too; we do not
      // rely on it.
      this.#db.exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 0;');
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get isInTransaction(): boolean {
    // The driver aborts the process if a closed connection is asked.
    return this.#db.open && this.#db.inTransaction;
  }

  /**
   * Prepares one run of a statement. What is returned may be called until it is no longer busy;
   * arguments are in the order of the statement's parameters.
   */
  plan(statement: Statement, args: readonly BoundValue[], wantRows: boolean): () => Outcome {
    let native: NativeStatement | undefined;
    return () => {
      try {
        native ??= this.#prepare(statement);
        const result = this.#run(native, statement, args, wantRows);
        this.#stuck.delete(native);
        return { ok: true, result };
      } catch (error) {
        const wire = toWireError(error);
        if (native !== undefined) this.#noteFailure(native, wire);
        // A stale snapshot stays stale: only waiting for a lock can help, not this.
        const isBusy = wire.code === 'SQLITE_BUSY' && wire.extended_code !== 'SQLITE_BUSY_SNAPSHOT';
        return { ok: false, error: wire, isBusy };
      }
    };
  }

  /** Compiles a statement without running it. */
  describe(statement: Statement): DescribeResult {
    const native = this.#prepare(statement);
    return {
      params: statement.params.map((name) => ({ name })),
      cols: columnsOf(native),
      is_explain: statement.kind === 'EXPLAIN',
      is_readonly: statement.isReadonly,
    };
  }

  /**
   * Whether the connection must not be used outside its transaction any more. A statement that
   * was refused a lock stays active, the driver has no way to reset it, and while it is active
   * the connection never lets go of the state of the database that it saw.
   */
  get isWorn(): boolean {
    return this.#stuck.size > 0;
  }

  /** Rolls back what is open. False: the connection carries traces and must be closed. */
  reset(): boolean {
    try {
      if (this.isInTransaction) this.#db.exec('ROLLBACK');
    } catch {
      return false;
    }
    return !this.#isTainted && !this.isWorn && !this.isInTransaction;
  }

  /** Moves the write-ahead log into the database file, as far as nobody else reads it. */
  checkpoint(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    if (this.#db.open) this.#db.close();
  }

  #prepare(statement: Statement): NativeStatement {
    if (statement.sql.includes('\0')) {
      throw new RequestError('SQL_PARSE_ERROR', 'The SQL text contains a NUL character');
    }
    if (statement.reachesFiles) {
      throw new RequestError('SQL_NOT_ALLOWED', 'This server gives no access to other files');
    }
    return this.#db.prepare(statement.sql);
  }

  #noteFailure(native: NativeStatement, { code }: WireError): void {
    if (code === 'SQLITE_BUSY') this.#stuck.add(native);
    else this.#stuck.delete(native);
  }

  #run(
    native: NativeStatement,
    statement: Statement,
    args: readonly BoundValue[],
    wantRows: boolean,
  ): StmtResult {
    if (statement.taints) this.#isTainted = true;
    native.safeIntegers(true);
    const result = native.reader
      ? this.#read(native, statement, args, wantRows)
      : this.#write(native, statement, args);
    // A client's own timeout would make the driver wait, and the whole process with it.
    if (statement.kind === 'PRAGMA') this.#db.exec('PRAGMA busy_timeout = 0');
    return result;
  }

  #write(native: NativeStatement, { kind }: Statement, args: readonly BoundValue[]): StmtResult {
    const info = native.run(args);
    return {
      ...NO_ROWS,
      affected_row_count: CHANGING.has(kind) ? info.changes : 0,
      last_insert_rowid: INSERTING.has(kind) ? String(info.lastInsertRowid) : null,
    };
  }

  #read(
    native: NativeStatement,
    { kind }: Statement,
    args: readonly BoundValue[],
    wantRows: boolean,
  ): StmtResult {
    const cols = columnsOf(native);
    const found = native.raw(true).all(args) as unknown[][];
    // An EXPLAIN stays active after its last row; reading one row resets it (see isWorn).
    if (kind === 'EXPLAIN') native.get(args);
    const rows = wantRows ? found.map((row) => row.map(encodeValue)) : [];
    if (!CHANGING.has(kind)) return { cols, rows, affected_row_count: 0, last_insert_rowid: null };
    const counts = this.#db.prepare('SELECT changes(), last_insert_rowid()');
    const [changes, rowid] = counts.safeIntegers(true).raw(true).get() as [bigint, bigint];
    return {
      cols,
      rows,
      affected_row_count: found.length === 0 ? 0 : Number(changes),
      last_insert_rowid: INSERTING.has(kind) ? String(rowid) : null,
    };
  }
}
