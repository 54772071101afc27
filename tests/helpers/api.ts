import { createApp } from '../../functions/app.ts';
import { listProgrammes } from '../../scripts/lib/list-programmes.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { NOW } from './session.ts';
import { TEST_KEYS, type World } from './world.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface Api {
  /** What the app has logged, one JSON line an event. */
  log: string[];
  get(path: string, token?: string): Promise<Answer>;
  /** Any request, answered as it is. */
  send(path: string, init: RequestInit, token?: string): Promise<Response>;
  post(path: string, body?: unknown, options?: { token?: string; key?: string }): Promise<Answer>;
  /** Waits for what the Worker does after its answers. */
  settled(): Promise<void>;
}

/** The site's app over a world's database, asked without a server. */
export function createApi(
  world: World,
  now: Date = NOW,
  settings: Readonly<Record<string, string>> = {},
): Api {
  const log: string[] = [];
  const pending: Promise<unknown>[] = [];
  const app = createApp({
    now: () => now,
    // A connection reads the whole schema before its first statement: a file is asked over the world's own.
    openDatabase: () =>
      world.url.startsWith('file:') ? world.ctx.db : openDatabase({ url: world.url }),
    log: (line) => log.push(line),
    listProgrammes,
  });
  const env = {
    DATABASE_URL: world.url,
    PERSONAL_DATA_KEYS: TEST_KEYS,
    DEMONSTRATION: '1',
    ...settings,
  };
  const executionContext = {
    waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    passThroughOnException: () => {},
    props: {},
  };
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const answer = await app.request(path, init, env, executionContext);
    const text = await answer.text();
    const { status, headers } = answer;
    const isJson = headers.get('Content-Type')?.includes('json') ?? false;
    return { status, headers, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  const cookie = (token: string | undefined): Record<string, string> =>
    token ? { Cookie: `__Host-anlan=${token}` } : {};
  return {
    log,
    send: async (path, init, token) =>
      app.request(
        path,
        {
          ...init,
          headers: { ...Object.fromEntries(new Headers(init.headers)), ...cookie(token) },
        },
        env,
        executionContext,
      ),
    get: (path, token) => ask(path, { headers: cookie(token) }),
    post: (path, body, { token, key = crypto.randomUUID() } = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...cookie(token) },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    settled: async () => {
      await Promise.all(pending);
    },
  };
}
