import { createClient, LibsqlError, type Client } from '@libsql/client';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { DomainError } from '../errors.ts';

export type Database = LibSQLDatabase & { $client: Client };

export interface DatabaseConfig {
  url: string;
  authToken?: string | undefined;
  /** How long one answer may take. A person waits at a form: a clear sentence early beats a late answer. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 4_000;

/**
 * One client per request: a shared one queues on its own limiter across request contexts.
 * Whatever is not the database's own refusal of a statement surfaces as the domain error `unavailable`.
 */
export function openDatabase({ url, authToken, timeoutMs }: DatabaseConfig): Database {
  const fetchWithin = (input: Request | URL | string, init?: RequestInit) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs ?? DEFAULT_TIMEOUT_MS) });
  const client = createClient({
    url,
    ...(authToken ? { authToken } : {}),
    ...(url.startsWith('file:') ? {} : { fetch: fetchWithin }),
  });
  return drizzle(translateFailures(client));
}

/** Replaces the calls that commands and queries use by ones that throw `unavailable` when the link fails. */
function translateFailures(client: Client): Client {
  const execute = client.execute.bind(client);
  const batch = client.batch.bind(client);
  return Object.assign(client, {
    execute: (...args: Parameters<Client['execute']>) => execute(...args).catch(rethrow),
    batch: (...args: Parameters<Client['batch']>) => batch(...args).catch(rethrow),
  });
}

function rethrow(error: unknown): never {
  if (isStatementError(error)) throw error;
  throw new DomainError(
    'unavailable',
    'database_unavailable',
    '系统一时连不上，刚才的操作可能还没有办成。请过一会儿再按一次，不会重复办理。',
    { cause: error, retryAfterSeconds: 5 },
  );
}

/**
 * The database understood and refused, or the statement is wrong (libSQL servers say `SQL_…` where SQLite itself
 * was not asked); anything else is the way to it.
 */
function isStatementError(error: unknown): error is LibsqlError {
  return (
    error instanceof LibsqlError &&
    /^SQL(ITE)?_/.test(error.code) &&
    !/^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|CORRUPT|NOTADB|READONLY)/.test(error.code)
  );
}
