import Database from 'libsql';
import type { WireError } from './types.ts';

/** Primary SQLite result codes by number: what `code` is built from. */
const PRIMARY_CODES = (
  'OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL ' +
  'CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE ' +
  'NOTADB NOTICE WARNING'
).split(' ');

/** A failure of one request inside a pipeline: it becomes an error result, the stream lives on. */
export class RequestError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A failure of the whole HTTP request: it becomes a 4xx/5xx answer with a JSON body. */
export class HttpError extends RequestError {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** A statement that SQLite refused; carries the error object for the answer. */
export class StatementError extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** A reason not to start, in one sentence meant for a person at a terminal. */
export class StartError extends Error {}

/**
 * Turns anything thrown while a statement runs into the error object of the protocol.
 *
 * `code` is the primary name (SQLITE_CONSTRAINT), because both @libsql/client over `file:` and
 * hosted libSQL answer that; the message is SQLite's own text, without a prefix, as over `file:`.
 */
export function toWireError(error: unknown): WireError {
  if (error instanceof Database.SqliteError) {
    const primary = PRIMARY_CODES[(error.rawCode ?? -1) & 0xff] ?? 'UNKNOWN';
    const code = `SQLITE_${primary}`;
    const wire: WireError = { message: error.message, code };
    return error.code === code ? wire : { ...wire, extended_code: error.code };
  }
  if (error instanceof StatementError) return error.wire;
  if (error instanceof RequestError) return { message: error.message, code: error.code };
  return {
    message: error instanceof Error ? error.message : String(error),
    code: 'INTERNAL_ERROR',
  };
}

/** One sentence for why the database file cannot be used. */
export function describeOpenError(file: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const { code } = toWireError(error);
  if (code === 'SQLITE_FULL') return `The disk is full: cannot write the database file ${file}.`;
  if (code === 'SQLITE_NOTADB') return `The file ${file} is not a SQLite database.`;
  if (code === 'SQLITE_READONLY') return `The database file ${file} is read-only.`;
  if (message.includes('Unable to open connection')) {
    return `Cannot open the database file ${file}: is it a file in an existing, writable directory?`;
  }
  return `Cannot open the database file ${file}: ${message}.`;
}
