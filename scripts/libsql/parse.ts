import { HttpError } from './errors.ts';
import { decodeValue } from './values.ts';
import type {
  BatchStep,
  BoundValue,
  Condition,
  Pipeline,
  SqlRef,
  Stmt,
  StreamRequest,
} from './types.ts';

type Json = Record<string, unknown>;

const MAX_CONDITION_DEPTH = 64;

function bad(message: string): HttpError {
  return new HttpError(400, 'INVALID_REQUEST', message);
}

function asObject(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`${what} must be an object.`);
  }
  return value as Json;
}

function asArray(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw bad(`${what} must be an array.`);
  return value;
}

function asString(value: unknown, what: string): string {
  if (typeof value !== 'string') throw bad(`${what} must be a string.`);
  return value;
}

function asInteger(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 31) {
    throw bad(`${what} must be a 32-bit integer.`);
  }
  return value;
}

function parseSqlRef(json: Json): SqlRef {
  const sql = json['sql'] ?? null;
  const sqlId = json['sql_id'] ?? null;
  if ((sql === null) === (sqlId === null))
    throw bad('Exactly one of sql and sql_id must be given.');
  return sql === null ? { sqlId: asInteger(sqlId, 'sql_id') } : { sql: asString(sql, 'sql') };
}

function parseNamed(value: unknown): [string, BoundValue] {
  const json = asObject(value, 'A named argument');
  return [asString(json['name'], 'name'), decodeValue(asObject(json['value'], 'value'))];
}

function parseStmt(value: unknown): Stmt {
  const json = asObject(value, 'stmt');
  const wantRows = json['want_rows'] ?? true;
  if (typeof wantRows !== 'boolean') throw bad('want_rows must be a boolean.');
  return {
    ref: parseSqlRef(json),
    args: asArray(json['args'] ?? [], 'args').map((arg) => decodeValue(asObject(arg, 'A value'))),
    named: new Map(asArray(json['named_args'] ?? [], 'named_args').map(parseNamed)),
    wantRows,
  };
}

function parseCondition(value: unknown, step: number, depth: number): Condition {
  if (depth > MAX_CONDITION_DEPTH) throw bad('A condition is nested too deeply.');
  const json = asObject(value, 'A condition');
  const parseAll = (conds: unknown): Condition[] =>
    asArray(conds, 'conds').map((cond) => parseCondition(cond, step, depth + 1));
  switch (json['type']) {
    case 'ok':
    case 'error': {
      const target = asInteger(json['step'], 'step');
      if (target < 0 || target >= step) throw bad('A condition must name an earlier step.');
      return { type: json['type'], step: target };
    }
    case 'not':
      return { type: 'not', cond: parseCondition(json['cond'], step, depth + 1) };
    case 'and':
    case 'or':
      return { type: json['type'], conds: parseAll(json['conds']) };
    case 'is_autocommit':
      return { type: 'is_autocommit' };
    default:
      throw bad('Unknown type of condition.');
  }
}

function parseStep(value: unknown, index: number): BatchStep {
  const json = asObject(value, 'A step');
  const condition = json['condition'] ?? null;
  return {
    condition: condition === null ? null : parseCondition(condition, index, 0),
    stmt: parseStmt(json['stmt']),
  };
}

function parseRequest(value: unknown): StreamRequest {
  const json = asObject(value, 'A request');
  const type = json['type'];
  switch (type) {
    case 'close':
    case 'get_autocommit':
      return { type };
    case 'execute':
      return { type, stmt: parseStmt(json['stmt']) };
    case 'batch': {
      const batch = asObject(json['batch'], 'batch');
      return { type, steps: asArray(batch['steps'], 'steps').map(parseStep) };
    }
    case 'sequence':
    case 'describe':
      return { type, ref: parseSqlRef(json) };
    case 'store_sql':
      return {
        type,
        sqlId: asInteger(json['sql_id'], 'sql_id'),
        sql: asString(json['sql'], 'sql'),
      };
    case 'close_sql':
      return { type, sqlId: asInteger(json['sql_id'], 'sql_id') };
    default:
      throw bad('Unknown type of request.');
  }
}

/** Checks the body of a pipeline request in full, before any of it runs. Throws a 400. */
export function parsePipeline(body: string): Pipeline {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw bad('The body is not valid JSON.');
  }
  const json = asObject(parsed, 'The body');
  const baton = json['baton'] ?? null;
  return {
    baton: baton === null ? null : asString(baton, 'baton'),
    requests: asArray(json['requests'], 'requests').map(parseRequest),
  };
}
