import { createBooking } from '../../src/features/bookings/commands.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { formatBookingCode } from '../../src/lib/ids.ts';
import { addDays, addMinutes, calendarDate, instantOf } from '../../src/lib/time.ts';
import { bookingCodeOf } from '../helpers/codes.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { addSession, expect, signIn, signInAsStaff, test, watch } from './fixtures.ts';

/** A booking for a session that is under way at any hour, at a minute that no other test's has. */
async function bookSessionUnderWay(ctx: CommandContext, owner: Person, minute: number) {
  const startsAt = instantOf(calendarDate(ctx.now), minute);
  const bookingClosesAt = addMinutes(startsAt, 24 * 60);
  const session = await addSession(ctx, { startsAt, endsAt: bookingClosesAt, bookingClosesAt });
  const input = { sessionId: session.id, adults: 2, children: 1, contactName: '示例王芳' };
  return (await createBooking(ctx, owner, input, crypto.randomUUID())).bookingId;
}

test('hall staff mark an arrival once, and the family’s ticket shows it', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}, { project }) => {
  const yesterday = { ...ctx, now: addMinutes(ctx.now, -24 * 60) };
  const { person } = await signInByPhone(yesterday, phone);
  const minute = project.name === 'desktop' ? 1 : 2;
  const bookingId = await bookSessionUnderWay(ctx, person, minute);
  await signInAsStaff(page, ctx, `136${phone.slice(3)}`);
  await page.getByRole('link', { name: '名单和登记' }).click();
  const row = page.locator(`#booking-${bookingId}`);
  await expect(row).toContainText('示**');
  await expect(row).not.toContainText('示例王芳');
  await row.getByRole('button', { name: /到馆/ }).click();
  await expect(
    page.getByRole('status').filter({ hasText: '可以入场：2位成人、1位儿童' }),
  ).toBeVisible();
  await expect(row).toContainText(/已到馆\s*\d\d:\d\d/);
  await expect(row.getByRole('button')).toHaveCount(0);

  const home = await browser.newContext();
  const complaints = watch(home, baseURL ?? '');
  const family = await home.newPage();
  await family.goto(`/me/bookings/${bookingId}`);
  await signIn(family, phone);
  await expect(family.getByRole('heading', { level: 1 })).toHaveText('已到馆');
  await expect(family.getByRole('link', { name: '来不了，取消' })).toHaveCount(0);
  expect(complaints).toEqual([]);
  await home.close();
});

test('the door’s list does not exist for anybody else', async ({ page, phone }) => {
  await page.goto('/staff/halls/yancheng');
  await signIn(page, phone);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');
  await page.goto('/staff');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');
});

test('the door takes a code as it is typed, and says plainly why not', async ({
  page,
  phone,
  ctx,
}, { project }) => {
  const yesterday = { ...ctx, now: addMinutes(ctx.now, -24 * 60) };
  const { person } = await signInByPhone(yesterday, phone);
  const minute = project.name === 'desktop' ? 5 : 6;
  const codeOf = (id: string) => bookingCodeOf(ctx, id);
  const today = await codeOf(await bookSessionUnderWay(ctx, person, minute));
  const startsAt = instantOf(addDays(calendarDate(ctx.now), 3), minute);
  const later = await addSession(ctx, { startsAt });
  const input = { sessionId: later.id, adults: 1, children: 0, contactName: '示例王芳' };
  const { bookingId } = await createBooking(ctx, person, input, crypto.randomUUID());
  await signInAsStaff(page, ctx, `135${phone.slice(3)}`);
  await page.getByRole('link', { name: '名单和登记' }).click();
  const show = async (code: string) => {
    await page.getByLabel('预约码').fill(code);
    await page.getByRole('button', { name: '登记到馆' }).click();
  };
  await show('');
  await expect(page.getByRole('alert')).toContainText('请输入或扫描预约码');
  await show('ABCDE-FGHJK');
  await expect(page.getByRole('alert')).toContainText('没有找到这个预约码');
  await show(await codeOf(bookingId));
  await expect(page.getByRole('alert')).toContainText(/日期不对：这是\d+月\d+日/);
  await show(formatBookingCode(today).toLowerCase());
  await expect(page.getByRole('status').filter({ hasText: '可以入场' })).toBeVisible();
  await show(today);
  await expect(page.getByRole('alert')).toContainText(/\d\d:\d\d已经登记入场/);
});

test('the door’s page takes codes, walk-ins and slips, with a script or without', async ({
  page,
  phone,
  ctx,
}, { project }) => {
  const yesterday = { ...ctx, now: addMinutes(ctx.now, -24 * 60) };
  const { person } = await signInByPhone(yesterday, phone);
  const minute = project.name === 'desktop' ? 13 : 14;
  const code = await bookingCodeOf(ctx, await bookSessionUnderWay(ctx, person, minute));
  await signInAsStaff(page, ctx, `132${phone.slice(3)}`);
  await page.getByRole('link', { name: '入口登记' }).click();
  const field = page.getByLabel('扫码，或输入预约码');
  const result = page.locator('main');
  await field.fill(code);
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await expect(result).toContainText('可以入场：3人');
  await page.getByRole('button', { name: '撤回', exact: true }).click();
  await expect(result).toContainText('撤回了');
  await field.fill(code);
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await expect(result).toContainText('可以入场：3人');
  await field.fill(code);
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await expect(result).toContainText(/\d\d:\d\d已经登记入场/);
  await page.getByRole('link', { name: '现在在馆里的人' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/在馆里\d+人/);
  const inside = page.getByRole('row', { name: new RegExp(code.slice(-4)) });
  await expect(inside).toContainText('3人');
  await inside.getByRole('combobox').selectOption('安全生产');
  await inside.getByRole('button', { name: /换区/ }).click();
  await expect(page.getByRole('status').filter({ hasText: '换到安全生产：3人' })).toBeVisible();
  await expect(inside).toContainText('安全生产');
  await page.goto('/staff/halls/yancheng/notes');
  await page.getByLabel('什么事').selectOption('设备故障');
  await page.getByRole('button', { name: '记下来' }).click();
  await expect(page.getByRole('alert')).toContainText('请写发生了什么');
  await page.getByLabel('发生了什么').fill('地震体验屋停了');
  await page.getByRole('button', { name: '记下来' }).click();
  await expect(
    page.getByRole('listitem').filter({ hasText: '地震体验屋停了' }).first(),
  ).toBeVisible();
});
