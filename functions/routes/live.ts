import { Hono } from 'hono';
import { DomainError } from '../../src/lib/errors.ts';
import { textAddress } from '../../src/lib/text-path.ts';
import { FRESH_MS, inForce, liveState } from '../live.ts';
import type { AppEnv } from '../types.ts';

/**
 * What copies of pages outside this site's reach must honour: urgent lines, and texts not to be shown. Decision 22
 * says how.
 */
export function liveFiles() {
  const files = new Hono<AppEnv>();
  files.get('/live.json', async (c) => {
    const { scope } = c.var;
    const { origin } = new URL(c.req.url);
    const state = await liveState(scope, {
      env: c.env,
      origin,
      executionContext: c.executionCtx,
    });
    if (!state) {
      throw new DomainError('unavailable', 'live_state_unknown', '暂时查不到。请过一会儿再查。', {
        retryAfterSeconds: 5,
      });
    }
    const { banners } = inForce(state, scope.now.getTime());
    c.header('Cache-Control', `public, max-age=${FRESH_MS / 1000}`);
    return c.json({
      asOf: iso(state.asOf),
      banners: banners.map(({ until, ...one }) => ({ ...one, until: iso(until) })),
      texts: state.texts.map(({ act, since, reason, instead, ...text }) => ({
        path: textAddress(text),
        state: act === 'withdraw' ? ('withdrawn' as const) : ('reinstated' as const),
        since: iso(since),
        ...(act === 'withdraw' ? { reason, instead: instead && `/guides/${instead}` } : {}),
      })),
    });
  });
  return files;
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
