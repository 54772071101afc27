import { HttpError, toWireError } from './errors.ts';
import { checkToken, readBody, refuseBrowsers, sendJson } from './http.ts';
import { parsePipeline } from './parse.ts';
import { runRequests } from './requests.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Stream, StreamStore } from './streams.ts';
import type { WriteQueue } from './write-queue.ts';

export interface HandlerOptions {
  streams: StreamStore;
  queue: WriteQueue;
  maxBodyBytes: number;
  authToken: string | undefined;
  isClosing: () => boolean;
}

const VERSION_PATHS = new Set(['/health', '/v2', '/v3']);
const PIPELINE_PATHS = new Set(['/v2/pipeline', '/v3/pipeline']);

function dropUnlessDelivered(stream: Stream, response: ServerResponse, streams: StreamStore): void {
  // Without the answer the client has no baton: nobody can ever continue this stream.
  response.once('close', () => {
    if (!response.writableFinished) streams.drop(stream);
  });
}

async function answerPipeline(
  body: string,
  response: ServerResponse,
  { streams, queue }: HandlerOptions,
): Promise<void> {
  const { baton, requests } = parsePipeline(body);
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  const stream = baton === null ? streams.open() : streams.take(baton);
  try {
    const results = await runRequests(stream, requests, { streams, queue, signal: gone.signal });
    const isOpen = stream.connection !== null && !gone.signal.aborted;
    if (isOpen) dropUnlessDelivered(stream, response, streams);
    else streams.drop(stream);
    const next = isOpen ? streams.park(stream) : null;
    sendJson(response, 200, { baton: next, base_url: null, results });
  } catch (error) {
    streams.drop(stream);
    throw error;
  } finally {
    response.off('close', onClose);
    queue.wake();
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: HandlerOptions,
): Promise<void> {
  refuseBrowsers(request);
  const [path = ''] = (request.url ?? '').split('?');
  const isPipeline = PIPELINE_PATHS.has(path);
  if (!isPipeline && !VERSION_PATHS.has(path)) {
    throw new HttpError(404, 'NOT_FOUND', 'There is no such endpoint.');
  }
  if (request.method !== (isPipeline ? 'POST' : 'GET')) {
    throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'This endpoint has another method.');
  }
  if (!isPipeline) {
    sendJson(response, 200, { ok: true });
    return;
  }
  checkToken(request, options.authToken);
  const body = await readBody(request, options.maxBodyBytes);
  if (options.isClosing()) throw new HttpError(503, 'CLOSING', 'The server is closing.');
  await answerPipeline(body, response, options);
}

/** Answers one HTTP request, whatever it is. Never rejects. */
export async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: HandlerOptions,
): Promise<void> {
  try {
    await route(request, response, options);
  } catch (error) {
    sendJson(response, error instanceof HttpError ? error.status : 500, toWireError(error));
  }
}
