import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { createBooking, markArrival } from '../../src/features/bookings/commands.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import type { HeldRole } from '../../src/features/roles/table.ts';
import { addHallStaff, addRole } from '../helpers/roles.ts';
import { planSession } from '../helpers/session.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { addMinutes, DAY_MS } from '../../src/lib/time.ts';

interface Fixtures {
  /** A number of this test's own, so that limits per phone never meet between tests. */
  phone: string;
  /** The site's database, for what a browser cannot bring about. */
  ctx: CommandContext;
}

/**
 * Chrome reports every answer of 400 and above; a form sent back with its mistakes is one by design. So is a link that a
 * test has cut.
 */
const EXPECTED_NOISE =
  /the server responded with a status of (401|404|409|422|429)|net::ERR_INTERNET_DISCONNECTED/;

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(process.env['ANLAN_BROWSER_SITE']),
  phone: async ({}, use, { testId }) => {
    const digest = createHash('sha256').update(testId).digest().readUInt32BE(0);
    await use(`139${String(digest % 100_000_000).padStart(8, '0')}`);
  },
  ctx: async ({}, use) => {
    const db = openDatabase({ url: process.env['ANLAN_BROWSER_DATABASE'] ?? '' });
    const secrets = JSON.parse(process.env['ANLAN_BROWSER_KEYS'] ?? '{}') as Record<string, string>;
    const now = new Date();
    await use({ db, now, keys: await Keyring.open(secrets), requestId: newId(now) });
    db.$client.close();
  },
  page: async ({ page, baseURL }, use) => {
    const complaints = watch(page.context(), baseURL ?? '');
    await use(page);
    expect(complaints).toEqual([]);
  },
});

/** What no page of a visitor may do, whichever tab it is in: complain in the console, or leave the site. */
export function watch(context: BrowserContext, baseURL: string): string[] {
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED_NOISE.test(message.text())) {
      complaints.push(message.text());
    }
  });
  context.on('request', (request) => {
    if (!request.url().startsWith(`${baseURL}/`)) complaints.push(`left: ${request.url()}`);
  });
  return complaints;
}

export { expect };

/** Reads the code that was sent last to this number from the development inbox, in a tab of its own. */
export async function readCode(page: Page, phone: string): Promise<string> {
  const inbox = await page.context().newPage();
  const entry = inbox.locator('main li').filter({ hasText: phone }).first();
  await expect(async () => {
    await inbox.goto('/dev/inbox');
    await expect(entry).toBeVisible({ timeout: 500 });
  }).toPass();
  const text = await entry.innerText();
  await inbox.close();
  return /验证码(\d{6})/.exec(text)?.[1] ?? '';
}

/** From the sign-in page to wherever it leads, as a person does it. */
export async function signIn(page: Page, phone: string): Promise<void> {
  await page.getByLabel('手机号').fill(phone);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await page.getByLabel('6位验证码').fill(await readCode(page, phone));
  await page.getByRole('button', { name: '登录' }).click();
}

/** Opens the last session of the hall's list: two weeks ahead, it is on sale whatever the hour. */
export async function openLastSession(page: Page): Promise<void> {
  await page.goto('/halls/yancheng');
  await page.getByText(/^再往后\d+天/).click();
  // Of the hall's own, with room for every test: others add sessions at odd minutes.
  await page
    .getByRole('link', { name: /(14:00–15:15|15:30–16:45)\s*余\d{2,}个名额/ })
    .last()
    .click();
}

/** Says how many come, on the first of the two screens after a session is chosen. */
export async function sayHowMany(page: Page, adults: number, children = 0): Promise<void> {
  await page.getByLabel('成人几位').fill(String(adults));
  await page.getByLabel('儿童几位').fill(String(children));
  await page.getByRole('button', { name: '下一步：核对' }).click();
}

/** From a session's page to the ticket of one adult, by somebody who has not signed in. */
export async function bookSignedOut(page: Page, phone: string): Promise<void> {
  await sayHowMany(page, 1);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByRole('button', { name: '确认预约1人' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
}

/** The code of the invitation that this number was sent last, as its owner reads it. */
export async function readInvitation(page: Page, phone: string): Promise<string> {
  const inbox = await page.context().newPage();
  await inbox.goto('/dev/inbox');
  const entry = inbox.locator('main li').filter({ hasText: phone }).filter({ hasText: '开通码' });
  const text = await entry.first().innerText();
  await inbox.close();
  return /开通码([A-Z0-9-]{14})/.exec(text)?.[1] ?? '';
}

/** Puts a sign-in into the browser that was opened elsewhere. */
export async function keepSignIn(page: Page, token: string): Promise<void> {
  const { hostname: domain } = new URL(process.env['ANLAN_BROWSER_SITE'] ?? '');
  const options = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const;
  await page.context().addCookies([{ name: '__Host-anlan', value: token, domain, ...options }]);
}

/** A device whose clock is wrong by so many minutes, in all it opens from now on. */
export async function shiftClock(context: BrowserContext, minutes: number): Promise<void> {
  await context.addInitScript((by) => {
    const RealDate = Date;
    globalThis.Date = class extends RealDate {
      constructor(...given: [] | [number]) {
        super(given.length > 0 ? given[0]! : RealDate.now() + by);
      }
      static override now = () => RealDate.now() + by;
    } as DateConstructor;
  }, minutes * 60_000);
}

/** Gives this number a role, signed up yesterday and signed in strongly, and opens the staff's first page. */
export async function signInWithRole(
  page: Page,
  ctx: CommandContext,
  phone: string,
  held: HeldRole,
): Promise<void> {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person, token } = await signInByPhone(yesterday, phone);
  await addRole(ctx, person.id, held);
  await keepSignIn(page, token);
  await page.goto('/staff');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('今天要办');
}

/** The same as a member of the staff of Yancheng's hall. */
export function signInAsStaff(page: Page, ctx: CommandContext, phone: string): Promise<void> {
  return signInWithRole(page, ctx, phone, {
    role: 'hall_staff',
    scopeKind: 'hall',
    scopeId: 'yancheng',
  });
}

/** A session beside the hall's own, for a test that counts places or needs a certain time. */
export async function addSession(
  ctx: CommandContext,
  values: Pick<HallSession, 'startsAt'> & Partial<HallSession>,
): Promise<HallSession> {
  const session = planSession({ id: newId(ctx.now), ...values });
  await ctx.db.insert(hallSessions).values(session);
  return session;
}

/** A visit made yesterday by somebody who is signed in here, at a minute of this test's own. */
export async function visitMade(page: Page, ctx: CommandContext, phone: string): Promise<string> {
  const yesterday = {
    ...ctx,
    now: new Date(ctx.now.getTime() - DAY_MS - (Number(phone.slice(-7)) % 900) * 60_000),
  };
  const { person, token } = await signInByPhone(yesterday, phone);
  const door = await signInByPhone(yesterday, `137${phone.slice(3)}`);
  await addHallStaff(ctx, door.person.id);
  const startsAt = addMinutes(yesterday.now, 240);
  const session = await addSession(ctx, { startsAt, bookingOpensAt: yesterday.now });
  const party = { sessionId: session.id, adults: 2, children: 1, contactName: '示例周敏' };
  const { bookingId } = await createBooking(yesterday, person, party, crypto.randomUUID());
  await markArrival({ ...ctx, now: startsAt }, door.person, { bookingId }, crypto.randomUUID());
  await keepSignIn(page, token);
  return bookingId;
}
