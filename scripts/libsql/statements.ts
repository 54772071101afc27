import { analyze } from './analysis.ts';
import { holds } from './conditions.ts';
import { RequestError, StatementError, toWireError } from './errors.ts';
import { bindArgs } from './values.ts';
import type { Statement } from './analysis.ts';
import type { Connection, Outcome } from './connection.ts';
import type { Stream, StreamStore } from './streams.ts';
import type { BatchResult, BatchStep, SqlRef, Stmt, StmtResult } from './types.ts';
import type { WriteQueue } from './write-queue.ts';

/** What a request may use besides its stream. `signal` tells that the client is gone. */
export interface RunContext {
  streams: StreamStore;
  queue: WriteQueue;
  signal: AbortSignal;
}

/** The connection to use for the next statement; an error once the stream is closed. */
export function connectionOf(stream: Stream, { streams }: RunContext): Connection {
  const connection = streams.connectionOf(stream);
  if (connection === null) throw new RequestError('STREAM_CLOSED', 'The stream is closed');
  return connection;
}

/** The SQL text a request names, directly or by the id it was stored with. */
export function sqlOf(stream: Stream, ref: SqlRef): string {
  if ('sql' in ref) return ref.sql;
  const sql = stream.sqls.get(ref.sqlId);
  if (sql === undefined) {
    throw new RequestError('SQL_NOT_FOUND', `No SQL text is stored with id ${ref.sqlId}`);
  }
  return sql;
}

/** The one statement of an SQL text; none or several are an error, as in hosted libSQL. */
export function singleStatement(sql: string): Statement {
  const [statement, ...others] = analyze(sql);
  if (statement === undefined) {
    throw new RequestError('SQL_NO_STATEMENT', 'SQL string does not contain any statement');
  }
  // The embedded driver would run the first one and forget the rest without a word.
  if (others.length > 0) {
    throw new RequestError('SQL_MANY_STATEMENTS', 'SQL string contains more than one statement');
  }
  return statement;
}

function toAttempt(stream: Stream, stmt: Stmt, context: RunContext): () => Outcome {
  try {
    const connection = connectionOf(stream, context);
    const statement = singleStatement(sqlOf(stream, stmt.ref));
    return connection.plan(statement, bindArgs(statement, stmt), stmt.wantRows);
  } catch (error) {
    return () => ({ ok: false, error: toWireError(error), isBusy: false });
  }
}

// Only waiting for a lock gives way to other requests: a batch that finds it free runs in one go.
function run(attempt: () => Outcome, context: RunContext): Outcome | Promise<Outcome> {
  const first = attempt();
  return !first.ok && first.isBusy ? context.queue.retry(first, attempt, context.signal) : first;
}

function unwrap(outcome: Outcome): StmtResult {
  if (outcome.ok) return outcome.result;
  throw new StatementError(outcome.error);
}

/** Runs one statement; waits if it needs a lock that another stream holds. */
export async function runStatement(
  stream: Stream,
  stmt: Stmt,
  context: RunContext,
): Promise<StmtResult> {
  return unwrap(await run(toAttempt(stream, stmt, context), context));
}

/** Runs the steps of a batch whose conditions hold. Failed steps do not end it. */
export async function runBatch(
  stream: Stream,
  steps: readonly BatchStep[],
  context: RunContext,
): Promise<BatchResult> {
  const isAutocommit = (): boolean => !connectionOf(stream, context).isInTransaction;
  const done: BatchResult = { step_results: [], step_errors: [] };
  for (const { condition, stmt } of steps) {
    let outcome: Outcome | null = null;
    if (condition === null || holds(condition, done, isAutocommit())) {
      const ran = run(toAttempt(stream, stmt, context), context);
      outcome = ran instanceof Promise ? await ran : ran;
    }
    done.step_results.push(outcome?.ok === true ? outcome.result : null);
    done.step_errors.push(outcome?.ok === false ? outcome.error : null);
  }
  return done;
}

/** Runs the statements of a text until the first error. Their rows are dropped. */
export async function runSequence(stream: Stream, sql: string, context: RunContext): Promise<void> {
  for (const statement of analyze(sql)) {
    const ran = run(connectionOf(stream, context).plan(statement, [], false), context);
    unwrap(ran instanceof Promise ? await ran : ran);
  }
}
