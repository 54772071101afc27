import { isIPv4 } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { HttpError } from './errors.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A too large body is read to its end (so that the client reads our answer), up to this factor. */
const DRAIN_FACTOR = 8;

/** Whether a host name or address, as in a URL, can only mean this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host === '::1' ||
    host === '[::1]' ||
    (isIPv4(host) && host.startsWith('127.'))
  );
}

function hostOf(request: IncomingMessage): string {
  try {
    return new URL(`http://${request.headers.host ?? ''}`).hostname;
  } catch {
    return '';
  }
}

/** Keeps out web pages: neither a page's own request nor a rebound host name passes. */
export function refuseBrowsers(request: IncomingMessage): void {
  if (request.headers.origin !== undefined || !isLoopback(hostOf(request))) {
    throw new HttpError(403, 'FORBIDDEN', 'This server answers local programs only.');
  }
}

/** Checks the bearer token, if the server has one. */
export function checkToken(request: IncomingMessage, token: string | undefined): void {
  if (token === undefined) return;
  const expected = Buffer.from(`Bearer ${token}`);
  const given = Buffer.from(request.headers.authorization ?? '');
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw new HttpError(401, 'UNAUTHORIZED', 'The auth token is missing or wrong.');
  }
}

/** Reads the body as UTF-8 text. Throws a 413 past the limit and a 400 for other encodings. */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
    if (size > limit * DRAIN_FACTOR) break;
  }
  if (size > limit) {
    throw new HttpError(413, 'BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new HttpError(400, 'INVALID_REQUEST', 'The body is not valid UTF-8.');
  }
}

/** Answers with JSON. The type has no charset, because clients compare it literally. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(status === 413 || status === 503 ? { connection: 'close' } : {}),
  });
  response.end(text);
}
