import { createMiddleware } from 'hono/factory';
import { DomainError } from '../../src/lib/errors.ts';
import { fromBase64Url, toBase64Url, toHex } from '../../src/lib/ids.ts';
import { equalBytes, sha256 } from '../../src/lib/keyring.ts';
import { errorFields } from '../../src/lib/log.ts';
import { readForm, shownValues } from '../forms.ts';
import { pathAndQuery, problemResponse } from '../respond.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

/** What the platform binds as `ADDRESS_LIMITER`; its limit and period stand in `wrangler.toml`. */
interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** Longer than a script wants to wait for each of its requests, shorter than a person minds. */
export const PAUSE_SECONDS = 5;

/** Until then the button of the page that asks to wait may be pressed. */
const PAUSE_VALID_SECONDS = 600;

/** The hidden field of a form, and with its capital the header of the API. */
const FIELD = 'pause';
const HEADER = 'Anlan-Pause';

/** What is counted together: a crowd at the sign-in does not slow down the tickets at the door. */
const GUARDED: Readonly<Record<string, readonly string[]>> = {
  code: ['/sign-in', '/api/sign-in-codes', '/me/phone'],
  'sign-in': ['/sign-in/code', '/api/sign-ins', '/me/phone/code', '/staff/sign-in'],
  ticket: ['/tickets', '/tickets/:code'],
  inquiry: ['/inquiries', '/api/inquiries'],
  track: ['/track'],
  claim: ['/me/phone/claim', '/phone-objection'],
};

/** Every route that is challenged, with what it is counted under. */
export const guardedRoutes: readonly (readonly [group: string, path: string])[] = Object.entries(
  GUARDED,
).flatMap(([group, paths]) => paths.map((path) => [group, path] as const));

/** Isolates have no start of their own: each says it with the first request that would have been counted. */
let isAbsenceTold = false;

/**
 * Asks whoever comes from a crowded address to wait a moment and press once more. Never refuses: a school or a
 * carrier is one address. What was asked waits in the page, and goes through with the pass that the page holds.
 */
export function challengeCrowd(group: string, renderPage: PageRenderer) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const address = c.req.header('cf-connecting-ip');
    if (!c.var.scope.settings.ADDRESS_CHALLENGES || address === undefined) return next();
    if (!(await isCrowded(c, `${group}:${neighbourhood(address)}`))) return next();
    const asked = await readAsked(c);
    const text = `${group}\n${neighbourhood(address)}\n${asked.digest}`;
    const issuedAt = await issueOf(c, asked.pass, text);
    const { now } = c.var.scope;
    const passed = issuedAt ? (now.getTime() - issuedAt.getTime()) / 1000 : 0;
    if (issuedAt && passed >= PAUSE_SECONDS) return next();
    const pass = issuedAt ? (asked.pass ?? '') : await issue(c, now, text);
    return askToWait(c, asked, pass, Math.ceil(PAUSE_SECONDS - passed), renderPage);
  });
}

async function isCrowded(c: AppContext, key: string): Promise<boolean> {
  const { ADDRESS_LIMITER: limiter } = c.env as { ADDRESS_LIMITER?: RateLimiter };
  const { log } = c.var.scope;
  if (!limiter) {
    if (!isAbsenceTold) log('warn', 'address_limits_absent', {});
    isAbsenceTold = true;
    return false;
  }
  try {
    return !(await limiter.limit({ key })).success;
  } catch (error) {
    // Limits per phone and per account still hold: nobody is kept waiting for a counter that does not answer.
    log('error', 'address_limits_failed', errorFields(error));
    return false;
  }
}

/** One household or one server has a /64 of IPv6 to itself, and as many addresses in it as it likes. */
export function neighbourhood(address: string): string {
  if (!address.includes(':')) return address;
  const [front = '', back] = address.toLowerCase().split('::');
  const before = front === '' ? [] : front.split(':');
  const after = back ? back.split(':') : [];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = back === undefined ? before : [...before, ...zeros, ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

interface Asked {
  pass: string | undefined;
  /** Of everything that was sent: a pass lets this one request through, as often as it is sent. */
  digest: string;
  /** What a form's page shows again; undefined for the API. */
  values?: Record<string, string>;
}

async function readAsked(c: AppContext): Promise<Asked> {
  const { path } = c.req;
  if (path.startsWith('/api/')) {
    const body = await c.req.raw.clone().text();
    const key = c.req.header('idempotency-key') ?? '';
    return { pass: c.req.header(HEADER), digest: await digestOf([path, key, body]) };
  }
  const { [FIELD]: pass, ...values } = await readForm(c);
  const sent = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { pass, digest: await digestOf([path, sent]), values };
}

const digestOf = async (value: unknown) => toHex(await sha256(JSON.stringify(value)));

/** `<issued at, ms>.<keyed hash>`: stored nowhere. */
async function issue(c: AppContext, now: Date, text: string): Promise<string> {
  const { keys } = await c.var.scope.context();
  const stamped = `${now.getTime()}\n${text}`;
  return `${now.getTime()}.${toBase64Url(await keys.hash('pause', stamped))}`;
}

/** When a pass was given out for just this request; undefined when it was not, or too long ago. */
async function issueOf(
  c: AppContext,
  pass: string | undefined,
  text: string,
): Promise<Date | undefined> {
  const [issuedAt = '', signature = ''] = pass?.split('.') ?? [];
  const age = c.var.scope.now.getTime() - Number(issuedAt);
  const given = fromBase64Url(signature);
  if (!given || !/^\d{1,15}$/.test(issuedAt)) return undefined;
  if (!(age >= 0 && age <= PAUSE_VALID_SECONDS * 1000)) return undefined;
  const { keys } = await c.var.scope.context();
  const hashes = await keys.hashes('pause', `${issuedAt}\n${text}`);
  return hashes.some((hash) => equalBytes(hash, given)) ? new Date(Number(issuedAt)) : undefined;
}

async function askToWait(
  c: AppContext,
  { values }: Asked,
  pass: string,
  seconds: number,
  renderPage: PageRenderer,
): Promise<Response> {
  const message = `现在用这个网络的人很多。请等${seconds}秒，再按一次。你填的都在，不用重填。`;
  const error = new DomainError('too_many', 'pause_needed', message, {
    retryAfterSeconds: seconds,
  });
  if (!values) {
    const answer = problemResponse(c, error);
    answer.headers.set(HEADER, pass);
    return answer;
  }
  const title = `请等${seconds}秒`;
  const retry = { action: pathAndQuery(c), values: { ...shownValues(values), [FIELD]: pass } };
  const page = await renderPage(c, '/pause', { problem: { status: 429, title, message, retry } });
  const headers = new Headers(page.headers);
  headers.set('Cache-Control', 'no-store');
  headers.set('Retry-After', String(seconds));
  return new Response(page.body, { status: 429, headers });
}
