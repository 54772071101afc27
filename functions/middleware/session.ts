import type { CookieOptions } from 'hono/utils/cookie';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { describeDevice } from '../../src/features/accounts/policy.ts';
import type { AppContext } from '../types.ts';

/** `__Host-` makes browsers refuse the cookie unless it is Secure, host-only and for the whole site. */
const COOKIE = 'anlan';
/** Opens one ticket for a day without a sign-in. */
const TICKET_COOKIE = 'anlan-ticket';
const OPTIONS = {
  prefix: 'host',
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
} as const satisfies CookieOptions;

export function readSignInToken(c: AppContext): string | undefined {
  return getCookie(c, COOKIE, 'host');
}

export function keepSignIn(c: AppContext, token: string, expires: Date): void {
  setCookie(c, COOKIE, token, { ...OPTIONS, expires });
}

export function forgetSignIn(c: AppContext): void {
  deleteCookie(c, COOKIE, OPTIONS);
}

/** The asker's browser and system in a few words; the rest of what it says about itself is not kept. */
export function deviceOf(c: AppContext): string {
  return describeDevice(c.req.header('user-agent'));
}

export function readTicketPass(c: AppContext): string | undefined {
  return getCookie(c, TICKET_COOKIE, 'host');
}

export function keepTicketPass(c: AppContext, pass: string, expires: Date): void {
  setCookie(c, TICKET_COOKIE, pass, { ...OPTIONS, expires });
}
