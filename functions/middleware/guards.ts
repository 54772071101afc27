import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { DomainError } from '../../src/lib/errors.ts';
import type { AppContext, AppEnv } from '../types.ts';

/** The longest form without a file is a booking, far below this. */
const BODY_MAX_BYTES = 64 * 1024;

/** Routes that take files count the bytes themselves as they come in, and hold none but a part. */
const COUNT_THEMSELVES: readonly (readonly [method: string, path: RegExp])[] = [
  ['PUT', /^\/api\/files\/[^/]+\/parts\/\d+$/],
  ['POST', /^\/me\/organisations\/[^/]+\/proof$/],
  ['POST', /^\/halls\/[^/]+\/groups\/confirmation$/],
  ['POST', /^\/me\/groups\/[^/]+\/letter$/],
  ['POST', /^\/me\/organisations\/[^/]+\/profile\/risk-map$/],
  ['POST', /^\/me\/drills\/[^/]+\/photos$/],
  ['POST', /^\/(?:me|staff)\/improvements\/[^/]+\/completion$/],
  ['POST', /^\/me\/applications\/[^/]+\/evidence\/[^/]+\/[^/]+$/],
  ['POST', /^\/(?:me|staff)\/applications\/[^/]+\/stamped$/],
  ['POST', /^\/staff\/applications\/[^/]+\/visit\/photos$/],
];

/** A spreadsheet of 500 rows, three times over. */
const SHEET_MAX_BYTES = 512 * 1024;

const limitSheet = bodyLimit({
  maxSize: SHEET_MAX_BYTES,
  onError: () => {
    throw new DomainError(
      'too_large',
      'sheet_too_large',
      '文件超过512KB。请只留要导入的列和行，另存为CSV，或分成几个文件再来。',
    );
  },
});

const limitText = bodyLimit({
  maxSize: BODY_MAX_BYTES,
  onError: () => {
    const message = '发送的内容太大了。请退回刚才那一页，写的还在，缩短后再试。';
    throw new DomainError('too_large', 'body_too_large', message);
  },
});

export const limitBody = createMiddleware<AppEnv>(async (c, next) => {
  const counts = COUNT_THEMSELVES.some(
    ([method, path]) => method === c.req.method && path.test(c.req.path),
  );
  const isSheet = c.req.method === 'POST' && c.req.path === '/staff/imports';
  return counts ? next() : isSheet ? limitSheet(c, next) : limitText(c, next);
});

/** Files are shown under `/f/` on a hostname of their own: that host answers nothing else, and the site no `/f/`. */
export const keepFilesApart = createMiddleware<AppEnv>(async (c, next) => {
  const origin = c.env?.['FILES_ORIGIN'];
  const host = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).host : '';
  const isFilesHost = new URL(c.req.url).host === host;
  if (isFilesHost === c.req.path.startsWith('/f/')) return next();
  return isFilesHost ? c.text('Not found', 404) : c.notFound();
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
