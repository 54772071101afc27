import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { DomainError } from '../../src/lib/errors.ts';
import type { AppContext, AppEnv } from '../types.ts';

/** The longest form here is a booking, far below this; files will have routes and limits of their own. */
const BODY_MAX_BYTES = 64 * 1024;

export const limitBody = bodyLimit({
  maxSize: BODY_MAX_BYTES,
  onError: () => {
    throw new DomainError('too_large', 'body_too_large', '发送的内容太大了，请缩短后再试。');
  },
});

const refuseForgedForm = csrf();

/**
 * Refuses writes sent from other sites: by Sec-Fetch-Site where the browser sends it, else by Origin. Bodies no
 * form can send are looked at too; there, a program that has neither header is welcome.
 */
export const refuseCrossSite = createMiddleware<AppEnv>(async (c, next) => {
  if (!['GET', 'HEAD'].includes(c.req.method) && isFromElsewhere(c)) {
    throw new HTTPException(403);
  }
  return refuseForgedForm(c, next);
});

function isFromElsewhere(c: AppContext): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin';
  const origin = c.req.header('origin');
  return origin !== undefined && origin !== new URL(c.req.url).origin;
}
