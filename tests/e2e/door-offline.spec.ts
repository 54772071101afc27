import type { BrowserContext, Page } from '@playwright/test';
import { eq } from 'drizzle-orm';

import { createBooking } from '../../src/features/bookings/commands.ts';
import { arrivals, bookings } from '../../src/features/bookings/table.ts';
import { recordDoorEvent } from '../../src/features/door/commands.ts';
import { doorEvents } from '../../src/features/door/table.ts';
import { groupClasses, groupRequests } from '../../src/features/groups/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { newBookingCode, newId } from '../../src/lib/ids.ts';
import { addMinutes, calendarDate, instantOf } from '../../src/lib/time.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { bookingCodeOf } from '../helpers/codes.ts';
import { addRole } from '../helpers/roles.ts';
import {
  addSession,
  expect,
  keepSignIn,
  shiftClock,
  signInAsStaff,
  test,
  watch,
} from './fixtures.ts';

const CLASSES = 58;
const MINUTE = 11;
const OTHER_MINUTE = 15;

/** A school's classes of two in a session that is under way at any hour. */
async function bookClasses(ctx: CommandContext, personId: string) {
  const startsAt = instantOf(calendarDate(ctx.now), MINUTE);
  const endsAt = addMinutes(startsAt, 24 * 60);
  const later = addMinutes(ctx.now, 60);
  const session = await addSession(ctx, {
    startsAt,
    endsAt,
    bookingClosesAt: endsAt,
    groupsReleaseAt: later,
    capacity: 200,
    groupPlaces: 120,
  });
  const requestId = newId(ctx.now);
  await ctx.db.insert(groupRequests).values({
    id: requestId,
    code: newBookingCode(),
    hallSlug: 'yancheng',
    personId,
    kind: 'school',
    groupName: '示例小学',
    leaderNameCipher: new Uint8Array(),
    needsCipher: new Uint8Array(),
    buses: 0,
    lunch: false,
    askedAt: ctx.now,
    answerDueAt: later,
    heldUntil: later,
  });
  const rows = Array.from({ length: CLASSES }, (_, index) => ({
    id: newId(ctx.now),
    code: newBookingCode(),
    label: `${index + 1}班`,
  }));
  for (const { id, code, label } of rows) {
    await ctx.db.batch([
      ctx.db.insert(bookings).values({
        ...{ id, code, sessionId: session.id, personId, adults: 2, children: 0, keyVersion: 1 },
        ...{ contactNameCipher: new Uint8Array(), contactNameHash: new Uint8Array(32) },
        ...{ createdAt: ctx.now, kind: 'group', groupRequestId: requestId },
      }),
      ctx.db.insert(groupClasses).values({ bookingId: id, requestId, label }),
    ]);
  }
  return { session, codes: rows.map(({ code }) => code), ids: rows.map(({ id }) => id) };
}

/** As a scanner does: types wherever the focus is, and ends with Enter. */
async function scan(page: Page, code: string, words: string | RegExp): Promise<void> {
  await page.keyboard.insertText(`https://anlan.example/tickets/${code}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-result]')).toContainText(`${code.slice(0, 5)}-${code.slice(5)}`);
  await expect(page.locator('[data-result] .title')).toHaveText(words);
}

async function openDoor(page: Page): Promise<void> {
  await page.goto('/staff/halls/yancheng/door');
  await expect(page.locator('[data-link]')).toContainText('断网也能用');
}

async function cut(context: BrowserContext, page: Page): Promise<void> {
  await context.setOffline(true);
  await page.reload();
  await expect(page.locator('[data-link]')).toContainText('没有网，照常登记');
}

test('nobody is turned away because of a list that another gate has overtaken', async ({
  page,
  phone,
  ctx,
}) => {
  const yesterday = { ...ctx, now: addMinutes(ctx.now, -24 * 60) };
  const [family, gate] = [
    await signInByPhone(yesterday, phone),
    await signInByPhone(yesterday, `134${phone.slice(3)}`),
  ];
  const held = { role: 'hall_staff', scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await addRole(ctx, gate.person.id, held);
  const startsAt = instantOf(calendarDate(ctx.now), OTHER_MINUTE);
  const endsAt = addMinutes(startsAt, 24 * 60);
  const session = await addSession(ctx, { startsAt, endsAt, bookingClosesAt: endsAt });
  const party = { sessionId: session.id, adults: 2, children: 1, contactName: '示例王芳' };
  const booked = await createBooking(ctx, family.person, party, crypto.randomUUID());
  const elsewhere = (input: object) =>
    recordDoorEvent(
      { ...ctx, now: new Date() },
      { id: gate.person.id, roles: [held] },
      { hallSlug: 'yancheng', ...input },
      crypto.randomUUID(),
    );
  const slip = await elsewhere({ bookingId: booked.bookingId });

  await signInAsStaff(page, ctx, `133${phone.slice(3)}`);
  await openDoor(page);
  const code = await bookingCodeOf(ctx, booked.bookingId);
  await expect(page.locator('[data-sessions]')).toContainText('3/3人到了');
  await elsewhere({ act: 'undo', undoes: slip.eventId });
  await scan(page, code, '可以入场：3人');
  await scan(page, code, /\d\d:\d\d已经登记入场/);
});

test('two gates without a link lose nobody, and name what does not fit', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  test.setTimeout(120_000);
  const yesterday = { ...ctx, now: addMinutes(ctx.now, -24 * 60) };
  const { person: leader } = await signInByPhone(yesterday, phone);
  const { session, codes, ids } = await bookClasses(ctx, leader.id);
  await signInAsStaff(page, ctx, `133${phone.slice(3)}`);
  const south = await browser.newContext();
  const complaints = watch(south, baseURL ?? '');
  await shiftClock(south, -20);
  const slow = await south.newPage();
  const cookie = (await page.context().cookies()).find(({ name }) => name === '__Host-anlan');
  await keepSignIn(slow, cookie!.value);
  await openDoor(page);
  await openDoor(slow);
  await expect(slow.locator('[data-link]')).toContainText('慢了20分钟');

  await cut(page.context(), page);
  await cut(south, slow);
  // Cancelled where no gate can know of it.
  await ctx.db.update(bookings).set({ state: 'cancelled' }).where(eq(bookings.id, ids[57]!));
  // 60 scans for 58 codes: the first two are shown at both gates.
  const north = codes.slice(0, 30);
  const other = [...codes.slice(0, 2), ...codes.slice(30)];
  for (const code of north) await scan(page, code, '可以入场：2人');
  await scan(page, codes[0]!, /^\d\d:\d\d已经登记入场，2人都进去了。$/);
  for (const code of other) await scan(slow, code, '可以入场：2人');
  await slow.reload();
  await expect(slow.locator('[data-link]')).toContainText('30条还没发出');
  await expect(page.locator('[data-link]')).toContainText('30条还没发出');

  await page.context().setOffline(false);
  await south.setOffline(false);
  for (const gate of [page, slow]) {
    await expect(gate.locator('[data-link]')).toContainText('已联网。名单是', { timeout: 20_000 });
  }
  const noted = await ctx.db.select().from(doorEvents).where(eq(doorEvents.sessionId, session.id));
  expect(noted).toHaveLength(60);
  expect(new Set(noted.map(({ bookingId }) => bookingId)).size).toBe(CLASSES);
  const wrongBy = noted.map(({ happenedAt }) => Math.abs(happenedAt.getTime() - Date.now()));
  expect(Math.max(...wrongBy)).toBeLessThan(3 * 60_000);
  const marked = await ctx.db.select({ id: arrivals.bookingId }).from(arrivals);
  expect(marked.filter(({ id }) => ids.includes(id))).toHaveLength(CLASSES - 1);

  await page.reload();
  const conflicts = page.locator('[data-conflicts]');
  await expect(conflicts.getByRole('heading')).toHaveText('要核对的：3件');
  await expect(conflicts).toContainText('示例小学58班：预约取消了，2人已经进去');
  const twice = conflicts.locator('.conflict', { hasText: '登记了4人，只约了2人' });
  await expect(twice).toHaveCount(2);
  await twice.first().getByRole('button', { name: '撤回这一条' }).first().click();
  await expect(conflicts.getByRole('heading')).toHaveText('要核对的：2件');
  await expect(page.locator('[data-inside]')).toContainText(/现在在馆里\d+人/);

  await page.getByRole('button', { name: '退出' }).click();
  await expect(page).toHaveURL(/\/$/);
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  expect(await page.evaluate(async () => caches.keys())).toEqual([]);
  expect(complaints).toEqual([]);
  await south.close();
});

test('a device that wakes after closing forgets the list and lets nobody in', async ({
  page,
  phone,
  ctx,
}) => {
  await signInAsStaff(page, ctx, `130${phone.slice(3)}`);
  await openDoor(page);
  await expect(page.locator('[data-link]')).toContainText('名单是');
  await page.context().setOffline(true);
  await shiftClock(page.context(), 30 * 60);
  await page.reload();
  await expect(page.locator('[data-link]')).toContainText('还没有今天的名单');
  await page.keyboard.insertText('ABCDEFGHJK');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-result]')).toContainText('这台设备上还没有今天的名单');
  const kept = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('anlan-offline:door-yancheng');
        opening.addEventListener('success', () => {
          const reading = opening.result.transaction('values').objectStore('values').getAllKeys();
          reading.addEventListener('success', () => resolve(reading.result));
        });
      }),
  );
  expect(kept).not.toContain('day');
});
