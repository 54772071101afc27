import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { DomainError, domainErrorIn, type ErrorCode } from '../src/lib/errors.ts';
import { errorFields } from '../src/lib/log.ts';
import type { PageProblem } from '../src/lib/page.ts';
import type { AppContext, PageRenderer } from './types.ts';

/** The only map from what can go wrong to how HTTP says it. */
const statuses: Readonly<Record<ErrorCode, { status: ContentfulStatusCode; title: string }>> = {
  invalid: { status: 422, title: '有几处需要改一下' },
  not_signed_in: { status: 401, title: '需要先登录' },
  forbidden: { status: 403, title: '这一步没有办成' },
  not_found: { status: 404, title: '没有找到' },
  conflict: { status: 409, title: '情况有变' },
  too_large: { status: 413, title: '发送的内容太大' },
  too_many: { status: 429, title: '次数太多' },
  unavailable: { status: 503, title: '系统一时连不上' },
};

const unexpected = {
  status: 500,
  title: '系统出错了',
  message: '这是我们的问题，不是你的。请过一会儿再试；没有办成的事，再办一次不会重复。',
} as const;

/** Turns whatever was thrown into a domain error where one is meant; undefined for what nobody foresaw. */
function toDomainError(error: unknown): DomainError | undefined {
  if (error instanceof HTTPException) {
    if (error.status === 403) {
      return new DomainError(
        'forbidden',
        'cross_site_request',
        '这个请求不是从本站的页面发出的。请回到本站页面再操作一次。',
      );
    }
    // 415: a route of the API was sent another content type than JSON.
    if (error.status === 400 || error.status === 415) {
      return new DomainError(
        'invalid',
        'unreadable_body',
        '发来的内容读不懂。请重新打开页面再试。',
      );
    }
  }
  return domainErrorIn(error);
}

/** Problem details after RFC 9457. `code` is for programs, `detail` for people. */
export function problemResponse(c: AppContext, error: unknown): Response {
  const known = toDomainError(error);
  const { status, title } = known ? statuses[known.code] : unexpected;
  const body = {
    type: 'about:blank',
    title,
    status,
    detail: known?.message ?? unexpected.message,
    instance: c.req.path,
    code: known?.reason ?? 'unexpected',
    requestId: c.var.requestId,
    ...(known && known.fields.length > 0 ? { errors: known.fields } : {}),
  };
  return c.json(body, status, {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...retryAfter(known),
  });
}

export async function problemPage(
  c: AppContext,
  error: unknown,
  renderPage: PageRenderer,
  retry?: PageProblem['retry'],
): Promise<Response> {
  const known = toDomainError(error);
  const { status, title } = known ? statuses[known.code] : unexpected;
  const message = known?.message ?? unexpected.message;
  const path = status === 404 ? '/404' : '/500';
  const page = await renderPage(c, path, {
    problem: { status, title, message, ...(retry ? { retry } : {}) },
  });
  return answerWith(page, status, known);
}

/**
 * Shows a form again after a mistake, with everything typed still in it. While the database is away its page
 * cannot be drawn: then the error page holds all that was typed, the form's key included, to be sent again.
 */
export async function formAgain(
  c: AppContext,
  error: unknown,
  values: Readonly<Record<string, string>>,
  renderPage: PageRenderer,
): Promise<Response> {
  const known = toDomainError(error);
  if (!known || known.code === 'not_found') throw error;
  logFailure(c, error);
  if (known.code === 'unavailable') {
    // The form's own page would ask the same database once more; the person has waited long enough.
    return problemPage(c, error, renderPage, { action: pathAndQuery(c), values });
  }
  const { message, reason, fields } = known;
  // A key that is itself the mistake must not come back: the form is drawn with a fresh one.
  const isKeySpent =
    reason === 'idempotency_key_reused' || fields.some(({ field }) => field === 'key');
  const shown = isKeySpent ? { ...values, key: '' } : values;
  const form = { values: shown, message, reason, fields };
  const page = await renderPage(c, pathAndQuery(c), { form });
  if (page.status >= 400) return page;
  return answerWith(page, statuses[known.code].status, known);
}

/**
 * For a form whose sender’s sign-in has ended while they were typing: a page that holds all of it, to be sent once they
 * have signed in again in another window.
 * @param to where they sign in.
 */
export async function signInFirst(
  c: AppContext,
  error: DomainError,
  values: Readonly<Record<string, string>>,
  to: string,
  renderPage: PageRenderer,
): Promise<Response> {
  const { status } = statuses.not_signed_in;
  const title = '要再登录一次';
  const retry = { action: pathAndQuery(c), values };
  const problem = { status, title, message: error.message, retry, signIn: to };
  return answerWith(await renderPage(c, '/pause', { problem }), status, error);
}

export function logFailure(c: AppContext, error: unknown): void {
  const known = toDomainError(error);
  const { log } = c.var.scope;
  if (!known) log('error', 'unexpected_error', errorFields(error));
  else if (known.code === 'unavailable') log('error', known.reason, errorFields(known.cause));
}

function answerWith(page: Response, status: number, error: DomainError | undefined): Response {
  const headers = new Headers(page.headers);
  headers.set('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(retryAfter(error))) headers.set(name, value);
  return new Response(page.body, { status, headers });
}

export function pathAndQuery(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}

function retryAfter(error: DomainError | undefined): Record<string, string> {
  const seconds = error?.retryAfterSeconds;
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}
