import type { BrowserContext, Page } from '@playwright/test';
import { and, eq } from 'drizzle-orm';

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
async function bookClasses(ctx: CommandContext, personId: string, minute = MINUTE) {
  const startsAt = instantOf(calendarDate(ctx.now), minute);
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

  // For another day: the list does not hold it, the site knows.
  const inThreeDays = addMinutes(startsAt, 3 * 24 * 60);
  const later = await addSession(ctx, { startsAt: inThreeDays });
  const meant = await createBooking(
    ctx,
    family.person,
    { ...party, sessionId: later.id },
    crypto.randomUUID(),
  );
  await scan(page, await bookingCodeOf(ctx, meant.bookingId), /^日期不对：这是\d+月\d+日/);
  await scan(page, 'ABCDEFGHJK', /^没有找到这个预约码/);

  // Booked after the page was opened, and found by the end of the code.
  const result = page.locator('[data-result]');
  const pair = { sessionId: session.id, adults: 2, children: 0, contactName: '示例李强' };
  const late = await createBooking(
    { ...ctx, now: new Date() },
    gate.person,
    pair,
    crypto.randomUUID(),
  );
  const lateCode = await bookingCodeOf(ctx, late.bookingId);
  await page.keyboard.insertText(lateCode.slice(-4));
  await page.keyboard.press('Enter');
  await result.getByRole('button', { name: lateCode.slice(-4) }).click();
  await expect(result.locator('.title')).toHaveText('到了0人，约了2人');
  // One of them goes in elsewhere: the other is not told that all are in.
  await elsewhere({ bookingId: late.bookingId, people: 1 });
  await page.getByLabel('扫码，或输入预约码').focus();
  await scan(page, lateCode, '到了1人，约了2人');
  await expect(result.getByLabel('几个人')).toHaveValue('1');
  await result.getByRole('button', { name: '进', exact: true }).click();
  await expect(result.locator('.title')).toHaveText('可以入场：1人');
  await page
    .getByRole('button', { name: `办理：${lateCode.slice(0, 5)}-${lateCode.slice(5)}` })
    .click();
  await result.getByLabel('换到').selectOption('安全生产');
  await result.getByRole('button', { name: '换区' }).click();
  await expect(result.locator('.title')).toHaveText('换到安全生产：2人');
  await expect(page.locator('[data-inside]')).toContainText(/安全生产\d+人/);
  const [move] = await ctx.db
    .select()
    .from(doorEvents)
    .where(and(eq(doorEvents.bookingId, late.bookingId), eq(doorEvents.kind, 'move')));
  expect(move).toMatchObject({ people: 2, zone: '安全生产', settled: false });

  // Another gate fills the session, and takes its slip back after this one's list was read.
  const crowd = await elsewhere({ sessionId: session.id, people: 35 });
  await page.reload();
  const walkIn = page.locator('[data-walk-in]');
  await expect(walkIn.locator(`option[value="${session.id}"]`)).toHaveText(/还能进0人/);
  await expect(page.locator('[data-link]')).toContainText('已联网');
  await elsewhere({ act: 'undo', undoes: crowd.eventId });
  await walkIn.getByLabel('场次').selectOption(session.id);
  await walkIn.getByLabel('几个人').fill('4');
  await walkIn.getByRole('button', { name: '散客进' }).click();
  await expect(result.locator('.title')).toHaveText('现场散客：4人');
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
  const yesterday = { ...ctx, now: addMinutes(ctx.now, -24 * 60) };
  const { person: leader } = await signInByPhone(yesterday, phone);
  await bookClasses(ctx, leader.id, 16);
  await signInAsStaff(page, ctx, `130${phone.slice(3)}`);
  await page.clock.install();
  await openDoor(page);
  await expect(page.locator('[data-sessions]')).toContainText('示例小学1班');
  await page.context().setOffline(true);
  // A screen that nobody touches any more.
  await page.clock.fastForward('30:00:00');
  await expect(page.locator('[data-link]')).toContainText('还没有今天的名单');
  await expect(page.locator('main')).not.toContainText('示例小学');
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
