import { LibsqlError } from '@libsql/client';
import { DomainError, type Refusals } from '../errors.ts';

/**
 * The name of the constraint or guard that refused a statement: a named CHECK's name, a RAISE trigger's word,
 * or `unique:table.column,table.column`. Embedded and remote drivers put different words before it, and remote
 * servers may shorten the code to SQLITE_CONSTRAINT, so it is read from the message.
 */
export function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof LibsqlError) || !error.code.startsWith('SQLITE_CONSTRAINT')) {
    return undefined;
  }
  const named = /(UNIQUE|CHECK|NOT NULL) constraint failed: ([\w., ]+)/.exec(error.message);
  if (named) {
    const subject = named[2]?.replace(/\s/g, '') ?? '';
    return named[1] === 'CHECK' ? subject : `${named[1]?.toLowerCase()}:${subject}`;
  }
  if (error.message.includes('FOREIGN KEY constraint failed')) return 'foreign_key';
  return /([a-z][a-z_]*)\s*$/.exec(error.message)?.[1];
}

/** The domain error for a refused write, or the error itself when nobody foresaw it. */
export function refusalFor(error: unknown, refusals: Refusals): unknown {
  const name = constraintOf(error);
  const refusal = name !== undefined && Object.hasOwn(refusals, name) ? refusals[name] : undefined;
  if (name === undefined || refusal === undefined) return error;
  const { code, message, reason = name, field, retryAfterSeconds } = refusal;
  return new DomainError(code, reason, message, {
    cause: error,
    ...(field === undefined ? {} : { fields: [{ field, message }] }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
