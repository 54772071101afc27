import { RequestError, toWireError } from './errors.ts';
import {
  connectionOf,
  runBatch,
  runSequence,
  runStatement,
  singleStatement,
  sqlOf,
} from './statements.ts';
import type { RunContext } from './statements.ts';
import type { Stream } from './streams.ts';
import type { StreamRequest, StreamResponse, StreamResult } from './types.ts';

const MAX_STORED_SQLS = 1_000;

function storeSql(stream: Stream, sqlId: number, sql: string): void {
  if (stream.sqls.has(sqlId)) {
    throw new RequestError('SQL_EXISTS', `An SQL text is already stored with id ${sqlId}`);
  }
  if (stream.sqls.size >= MAX_STORED_SQLS) {
    throw new RequestError('SQL_STORE_FULL', `More than ${MAX_STORED_SQLS} SQL texts are stored`);
  }
  stream.sqls.set(sqlId, sql);
}

async function respond(
  stream: Stream,
  request: StreamRequest,
  context: RunContext,
): Promise<StreamResponse> {
  const { type } = request;
  switch (type) {
    case 'execute':
      return { type, result: await runStatement(stream, request.stmt, context) };
    case 'batch':
      return { type, result: await runBatch(stream, request.steps, context) };
    case 'sequence':
      await runSequence(stream, sqlOf(stream, request.ref), context);
      return { type };
    case 'describe': {
      const statement = singleStatement(sqlOf(stream, request.ref));
      return { type, result: connectionOf(stream, context).describe(statement) };
    }
    case 'store_sql':
      storeSql(stream, request.sqlId, request.sql);
      return { type };
    case 'close_sql':
      stream.sqls.delete(request.sqlId);
      return { type };
    case 'get_autocommit':
      return { type, is_autocommit: !connectionOf(stream, context).isInTransaction };
    case 'close':
      context.streams.drop(stream);
      return { type };
  }
}

/** Runs the requests of one pipeline in order; every one gets a result, failed or not. */
export async function runRequests(
  stream: Stream,
  requests: readonly StreamRequest[],
  context: RunContext,
): Promise<StreamResult[]> {
  const results: StreamResult[] = [];
  for (const request of requests) {
    if (context.signal.aborted) throw new RequestError('CLIENT_GONE', 'The client is gone');
    try {
      results.push({ type: 'ok', response: await respond(stream, request, context) });
    } catch (error) {
      results.push({ type: 'error', error: toWireError(error) });
    }
  }
  return results;
}
