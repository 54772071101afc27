import { createApp } from '../../functions/app.ts';
import type { PageState } from '../../functions/types.ts';
import { signIns } from '../../src/features/accounts/table.ts';
import { roleGrants, type HeldRole } from '../../src/features/roles/table.ts';
import { newId, newToken } from '../../src/lib/ids.ts';
import { sha256 } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { NOW } from './session.ts';
import { TEST_KEYS, type World } from './world.ts';

/** What a page would have been drawn with: pages themselves are drawn by the built site's tests. */
export interface DrawnPage extends PageState {
  path: string;
}

export interface SiteApp {
  /** The site's clock; tests move it. */
  now: Date;
  log: string[];
  send(method: string, path: string, init?: SendInit): Promise<Response>;
}

export interface SendInit {
  form?: Readonly<Record<string, string>>;
  json?: unknown;
  token?: string | undefined;
  key?: string;
  headers?: Readonly<Record<string, string>>;
}

/** The whole app, forms and API, over a world's database, as a browser on the site's own pages asks it. */
export function createSiteApp(world: World, more: Readonly<Record<string, unknown>> = {}): SiteApp {
  const site: SiteApp = { now: NOW, log: [], send };
  const app = createApp({
    now: () => site.now,
    openDatabase: () => world.ctx.db,
    log: (line) => site.log.push(line),
    renderPage: async (c, path, state) => {
      c.header('X-Page', encodeURI(path));
      return c.json({ path, ...state });
    },
  });
  const env = {
    DATABASE_URL: world.url,
    PERSONAL_DATA_KEYS: TEST_KEYS,
    DEMONSTRATION: '1',
    ...more,
  };
  const executionContext = {
    waitUntil: () => {},
    passThroughOnException: () => {},
    props: {},
  };
  async function send(
    method: string,
    path: string,
    { form, json, token, key, headers }: SendInit = {},
  ): Promise<Response> {
    const body = form
      ? new URLSearchParams(form)
      : json === undefined
        ? null
        : typeof json === 'string'
          ? json
          : JSON.stringify(json);
    return app.request(
      path,
      {
        method,
        ...(method === 'GET' ? {} : { body }),
        headers: {
          'Sec-Fetch-Site': 'same-origin',
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(token ? { Cookie: `__Host-anlan=${token}` } : {}),
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
          ...headers,
        },
      },
      env,
      executionContext,
    );
  }
  return site;
}

/** Every route that changes something: its method and its pattern, `POST /me/bookings/:id/change`. */
export function writingRoutes(): { method: string; pattern: string }[] {
  const routes = createApp()
    .routes.filter(({ method, path }) => !['ALL', 'GET'].includes(method) && !path.includes('*'))
    .map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
  return [...new Set(routes)].sort().map((route) => {
    const [method = '', pattern = ''] = route.split(' ');
    return { method, pattern };
  });
}

/** A strong sign-in out of nothing, with these roles: how one comes by it is tested where it belongs. */
export async function strongSignIn(
  { ctx }: World,
  personId: string,
  roles: readonly HeldRole[],
): Promise<string> {
  const { db, now } = ctx;
  for (const role of roles) {
    await db.insert(roleGrants).values({ id: newId(now), personId, ...role, grantedAt: now });
  }
  const token = newToken();
  await db.$client.execute('DROP TRIGGER IF EXISTS sign_ins_strong_guard');
  await db.insert(signIns).values({
    id: newId(now),
    personId,
    codeId: newId(now),
    tokenHash: await sha256(token),
    createdAt: now,
    expiresAt: addMinutes(now, 600),
    method: 'passkey',
  });
  return token;
}
