import { Buffer } from 'node:buffer';
import { HttpError, RequestError } from './errors.ts';
import type { BoundValue, Stmt, WireValue } from './types.ts';
import type { Statement } from './analysis.ts';

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;
const INTEGER = /^-?\d{1,19}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

// In the language since ES2026, not yet in the type library.
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

function invalid(message: string): HttpError {
  return new HttpError(400, 'INVALID_VALUE', message);
}

/** Reads one argument value of a request. */
export function decodeValue(value: Record<string, unknown>): BoundValue {
  const { type, value: content, base64 } = value;
  if (type === 'null') return null;
  if (type === 'text' && typeof content === 'string') return content;
  if (type === 'float' && typeof content === 'number' && Number.isFinite(content)) return content;
  if (type === 'integer' && typeof content === 'string' && INTEGER.test(content)) {
    const integer = BigInt(content);
    if (integer >= MIN_INTEGER && integer <= MAX_INTEGER) return integer;
  }
  if (type === 'blob' && typeof base64 === 'string' && BASE64.test(base64)) {
    return Buffer.from(base64, 'base64');
  }
  throw invalid(
    'A value must be null, integer (a string in 64 bits), float, text or blob (base64).',
  );
}

function encodeFloat(value: number): unknown {
  // JSON has no infinities; a literal out of range reads back as one. -0 keeps its sign likewise.
  if (value === Infinity) return rawJSON('1e999');
  if (value === -Infinity) return rawJSON('-1e999');
  return Object.is(value, -0) ? rawJSON('-0.0') : value;
}

/** Writes one value of a row as the driver returned it (integers come as bigint). */
export function encodeValue(value: unknown): WireValue {
  if (value === null || value === undefined) return { type: 'null' };
  if (typeof value === 'bigint') return { type: 'integer', value: value.toString() };
  if (typeof value === 'number') return { type: 'float', value: encodeFloat(value) };
  if (typeof value === 'string') return { type: 'text', value };
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { type: 'blob', base64: bytes.toString('base64') };
  }
  throw new RequestError('INTERNAL_ERROR', `The driver returned a value of type ${typeof value}.`);
}

function findNamed(name: string, named: Map<string, BoundValue>): BoundValue | undefined {
  const exact = named.get(name);
  return exact === undefined ? named.get(name.slice(1)) : exact;
}

/**
 * Puts the arguments of a request in the order of the statement's parameters. A missing or
 * surplus argument is an error as in hosted libSQL (the embedded driver would bind NULL silently).
 */
export function bindArgs(statement: Statement, stmt: Stmt): BoundValue[] {
  const { params } = statement;
  if (stmt.args.length > params.length || stmt.named.size > params.length) {
    const given = Math.max(stmt.args.length, stmt.named.size);
    throw new RequestError(
      'ARGS_INVALID',
      `Arguments do not match SQL parameters: expected ${params.length}, found ${given}`,
    );
  }
  return params.map((name, index) => {
    const named = name === null ? undefined : findNamed(name, stmt.named);
    const value = named === undefined ? stmt.args[index] : named;
    if (value !== undefined) return value;
    throw new RequestError(
      'ARGS_INVALID',
      `Arguments do not match SQL parameters: value for parameter ${name ?? index + 1} not found`,
    );
  });
}
