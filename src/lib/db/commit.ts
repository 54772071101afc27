import type { InValue, ResultSet } from '@libsql/client';
import { and, eq, inArray, lt } from 'drizzle-orm';
import { DomainError, type Refusals } from '../errors.ts';
import { equalBytes, sha256 } from '../keyring.ts';
import { DAY_MS } from '../time.ts';
import type { Database } from './client.ts';
import { constraintOf, refusalFor } from './constraint.ts';
import { idempotencyKeys } from './table.ts';

/** Anything drizzle can print as SQL: an insert, an update, a select. */
export interface Query {
  toSQL(): { sql: string; params: unknown[] };
}

/** A printed query. Functions that wait hand out these: drizzle runs a query that is awaited. */
export interface Statement {
  sql: string;
  args: InValue[];
}

export function print(query: Query): Statement {
  const { sql, params } = query.toSQL();
  return { sql, args: params as InValue[] };
}

/** A form left open over a week-end may still be sent again without harm. */
export const KEYS_KEPT_DAYS = 7;

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Who asked for what under which key. A repetition is recognised by it and answered with the first answer. */
export interface Request {
  /** The person's id, or the keyed hash of a phone number: a key belongs to the one who sent it. */
  scope: string;
  key: string;
  command: string;
  /** What was asked, as parsed: two spellings of the same request are the same request. */
  body: Json;
}

/**
 * Runs the statements as ONE atomic batch in one database request; a refusal of any rolls back all.
 * @throws DomainError by `refusals` when a constraint or guard raises; `unavailable` when the link fails.
 */
export async function writeAtomically(
  db: Database,
  statements: readonly (Query | Statement)[],
  refusals: Refusals,
): Promise<ResultSet[]> {
  try {
    return await db.$client.batch(
      statements.map((one) => ('toSQL' in one ? print(one) : one)),
      'write',
    );
  } catch (error) {
    throw refusalFor(error, refusals);
  }
}

/**
 * A write that may safely be sent again. The key is the batch's first row, so a repetition is refused before
 * anything else is looked at: same key and body give the first answer, same key and another body give 422.
 * @param answer plain JSON without personal values; known before the write, since ids are made here.
 */
export async function commitOnce<Answer extends Json>(
  db: Database,
  request: Request,
  now: Date,
  write: { statements: readonly (Query | Statement)[]; answer: Answer; refusals: Refusals },
): Promise<Answer> {
  const requestDigest = await digestOf(request);
  const { scope, key, command } = request;
  const row = { scope, key, command, requestDigest, answer: JSON.stringify(write.answer) };
  const keyRow = db.insert(idempotencyKeys).values({ ...row, createdAt: now });
  try {
    await writeAtomically(db, [keyRow, ...write.statements], write.refusals);
    return write.answer;
  } catch (error) {
    if (constraintOf(error) !== 'unique:idempotency_keys.scope,idempotency_keys.key') throw error;
    return firstAnswer<Answer>(db, request, requestDigest);
  }
}

/**
 * What a request was answered with before; undefined where it is new, or its key served something else. For whoever would
 * refuse a repetition before it comes to the write: what was asked for has been done, so it can no longer be asked for.
 */
export async function findAnswer<Answer>(
  db: Database,
  request: Request,
): Promise<Answer | undefined> {
  return readAnswer(db, request, await digestOf(request));
}

/** Which of somebody's keys have been answered. */
export async function listAnswered(
  db: Database,
  scope: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .select({ key: idempotencyKeys.key })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.scope, scope), inArray(idempotencyKeys.key, [...keys])));
  return new Set(rows.map(({ key }) => key));
}

const digestOf = ({ command, body }: Request) => sha256(JSON.stringify([command, body]));

async function readAnswer<Answer>(
  db: Database,
  { scope, key }: Request,
  digest: Uint8Array,
): Promise<Answer | undefined> {
  const [first] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.scope, scope), eq(idempotencyKeys.key, key)));
  return first && equalBytes(first.requestDigest, digest)
    ? (JSON.parse(first.answer) as Answer)
    : undefined;
}

async function firstAnswer<Answer>(
  db: Database,
  request: Request,
  digest: Uint8Array,
): Promise<Answer> {
  const answer = await readAnswer<Answer>(db, request, digest);
  if (answer === undefined) {
    throw new DomainError(
      'invalid',
      'idempotency_key_reused',
      '这一页刚才已经办过一件事。要再办一件，请核对下面的内容，再按一次。',
    );
  }
  return answer;
}

/** Deletes keys old enough that nobody repeats their request any more. @returns how many. */
export async function purgeIdempotencyKeys({
  db,
  now,
}: {
  db: Database;
  now: Date;
}): Promise<number> {
  const before = new Date(now.getTime() - KEYS_KEPT_DAYS * DAY_MS);
  const gone = await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, before));
  return gone.rowsAffected;
}
