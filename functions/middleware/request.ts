import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import { newId } from '../../src/lib/ids.ts';
import { errorFields } from '../../src/lib/log.ts';
import { EMBED_PATH, embedHeaders, securityHeaders } from '../../src/lib/security-headers.ts';
import { Scope, type ScopeDeps } from '../scope.ts';
import type { AppContext, AppEnv } from '../types.ts';
import { readSignInToken } from './session.ts';

/**
 * Gives every request its id and its scope, and every answer its headers and one log line. The id is ours:
 * one taken from a header would let a visitor write into our log. Routes are logged by pattern, since
 * addresses can name people.
 */
export function request(deps: ScopeDeps) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const startedAt = Date.now();
    const requestId = newId(deps.now());
    c.set('requestId', requestId);
    const scope = new Scope(c.env ?? {}, requestId, deps, readSignInToken(c));
    c.set('scope', scope);
    await next();
    noteUseSoon(c);
    await drain(c.req.raw);
    const isEmbed = c.req.path.startsWith(EMBED_PATH);
    for (const [name, value] of Object.entries(isEmbed ? embedHeaders : securityHeaders)) {
      // Files that people sent come with a stricter policy of their own.
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    c.res.headers.set('X-Request-Id', requestId);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
    scope.log('info', 'request', {
      method: c.req.method,
      route: c.var.pagePattern ?? routePattern(c),
      status: c.res.status,
      ms: Date.now() - startedAt,
    });
  });
}

/** Without making the answer wait: a note that gets lost shortens the sign-in's life and no more. */
function noteUseSoon(c: AppContext): void {
  const { scope } = c.var;
  const noted = scope
    .noteUse()
    ?.catch((error: unknown) => scope.log('warn', 'use_not_noted', errorFields(error)));
  if (noted) c.executionCtx.waitUntil(noted);
}

/** Far above any honest body; a longer one may cost its sender the connection. */
const DRAIN_MAX_BYTES = 512 * 1024;

/** Reads what a refusal has left unread: a connection abandoned in mid-body breaks under the request after it. */
async function drain({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  let left = DRAIN_MAX_BYTES;
  try {
    for await (const chunk of body) {
      left -= chunk.length;
      if (left < 0) return;
    }
  } catch {
    // The sender has gone; the answer and its log line are still due.
  }
}

/** The pattern of the route that answered: the last one matched that is more than a catch-all. */
function routePattern(c: AppContext): string {
  const patterns = matchedRoutes(c).map(({ path }) => path);
  return patterns.findLast((path) => !path.endsWith('*')) ?? '*';
}
