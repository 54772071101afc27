import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { createBooking, expireBookings } from '../../src/features/bookings/commands.ts';
import { endOutage } from '../../src/features/outages/commands.ts';
import { carryOutStops } from '../../src/features/stops/commands.ts';
import { addMinutes, calendarDate, DAY_MS, formatDay, formatTime } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { addSession, expect, keepSignIn, signInWithRole, test } from './fixtures.ts';

const hall = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;

test('a manager stops a booked day, and a family takes another session with one tap', async ({
  page,
  ctx,
  phone,
}) => {
  // Weeks ahead and at a minute of this test's own: the hall has no session of its own there.
  const own = (Number(phone.slice(-6)) % 600) * 60_000;
  const lost = await addSession(ctx, {
    startsAt: new Date(ctx.now.getTime() + 25 * DAY_MS + own),
    bookingOpensAt: ctx.now,
  });
  const other = await addSession(ctx, {
    startsAt: new Date(ctx.now.getTime() + 13 * DAY_MS - 3 * 60_000 + (own % 3_600_000)),
    bookingOpensAt: ctx.now,
  });
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const family = await signInByPhone(yesterday, `138${phone.slice(3)}`);
  const party = { sessionId: lost.id, adults: 1, children: 1, contactName: '示例赵明' };
  const { bookingId } = await createBooking(ctx, family.person, party, crypto.randomUUID());

  await signInWithRole(page, ctx, phone, hall);
  await page.goto(`/staff/halls/yancheng/calendar/${calendarDate(lost.startsAt)}`);
  await page.getByRole('link', { name: new RegExp(`^停开${formatTime(lost.startsAt)}`) }).click();
  await page.getByRole('button', { name: '先看影响到谁' }).click();
  await expect(page.getByRole('alert')).toContainText('请选原因');
  await page.getByRole('radio', { name: '天气预警' }).check();
  await page.getByLabel('一句话说清楚').fill('台风红色预警，全天闭馆');
  await page.getByRole('button', { name: '先看影响到谁' }).click();
  await expect(page.getByRole('heading', { name: '停这1场，影响到' })).toBeVisible();
  await page.getByRole('button', { name: '停开1场，2人' }).click();
  await expect(page.getByText('已经不能约，还没有通知任何人')).toBeVisible();
  await page.getByRole('button', { name: '撤销停开' }).click();
  await expect(page.getByText('撤销了，没有通知任何人')).toBeVisible();

  await page.goto(
    `/staff/halls/yancheng/stops?${new URLSearchParams({
      ...{ sessionId: lost.id, cause: 'weather', reason: '台风红色预警，全天闭馆' },
      fromDay: calendarDate(lost.startsAt),
      untilDay: calendarDate(lost.startsAt),
    })}`,
  );
  await page.getByRole('button', { name: '停开1场，2人' }).click();
  await expect(page.getByRole('button', { name: '撤销停开' })).toBeVisible();
  await carryOutStops({ ...ctx, now: addMinutes(new Date(), 1.5) });
  await page.reload();
  await expect(page.getByText('通知了1个预约')).toBeVisible();

  await page.context().clearCookies();
  await keepSignIn(page, family.token);
  await page.goto(`/me/bookings/${bookingId}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('场馆停开了');
  await expect(page.getByText('台风红色预警，全天闭馆').first()).toBeVisible();
  await page.getByRole('button', { name: /^改到/ }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
  expect(other.id).not.toBe(lost.id);
});

test('a family that missed two visits is told, and appeals with one tap', async ({
  page,
  ctx,
  phone,
}) => {
  const own = (Number(phone.slice(-6)) % 50) * 60_000;
  const family = await signInByPhone(
    { ...ctx, now: new Date(ctx.now.getTime() - 2 * DAY_MS) },
    phone,
  );
  const ids: string[] = [];
  for (const hours of [30, 20]) {
    const startsAt = new Date(ctx.now.getTime() - hours * 3_600_000 - own);
    const session = await addSession(ctx, { startsAt });
    const party = { sessionId: session.id, adults: 1, children: 0, contactName: '示例赵明' };
    const before = { ...ctx, now: addMinutes(startsAt, -60) };
    const { bookingId } = await createBooking(before, family.person, party, crypto.randomUUID());
    ids.push(bookingId);
  }
  await expireBookings({ ...ctx, now: new Date() });
  await keepSignIn(page, family.token);
  await page.goto('/me');
  await expect(page.getByRole('heading', { name: '现在不能预约' })).toBeVisible();
  await page.goto(`/me/bookings/${ids[0]}`);
  await expect(page.getByRole('heading', { name: '记了1次未到' })).toBeVisible();
  await page.getByRole('button', { name: '路上走不了' }).click();
  await expect(page.getByText('申诉等答复')).toBeVisible();

  await page.context().clearCookies();
  await signInWithRole(page, ctx, `137${phone.slice(3)}`, hall);
  await page.goto('/staff/halls/yancheng/appeals');
  await page
    .getByRole('radio', { name: /路上走不了/ })
    .first()
    .check();
  await page.getByRole('radio', { name: '同意，这次不算' }).check();
  await page.getByLabel('理由').fill('当天公交停运');
  await page.getByRole('button', { name: '答复' }).click();
  await expect(page.getByText('申诉通过，这次不算').first()).toBeVisible();
});

test('a manager stops one zone, moves its surplus in one act, and a family looks at it and cancels', async ({
  page,
  ctx,
  phone,
}, { project }) => {
  const own = (Number(phone.slice(-6)) % 600) * 60_000;
  // Later than any session that is moved into, and a day of its own: only this test’s family would have to go.
  const days = project.name === 'desktop' ? 27 : 28;
  const lost = await addSession(ctx, {
    startsAt: new Date(ctx.now.getTime() + days * DAY_MS + own),
    bookingOpensAt: ctx.now,
  });
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const family = await signInByPhone(yesterday, `137${phone.slice(3)}`);
  const party = { sessionId: lost.id, adults: 1, children: 1, contactName: '示例赵明' };
  const { bookingId } = await createBooking(ctx, family.person, party, crypto.randomUUID());
  const manager = await signInByPhone(yesterday, phone);
  await addRole(ctx, manager.person.id, hall);
  await keepSignIn(page, manager.token);
  const day = calendarDate(lost.startsAt);
  await page.goto('/staff/halls/yancheng/stops');
  await page.getByLabel('停哪里').selectOption('地质灾害');
  await page.getByLabel('一句话说清楚').fill('设备检修');
  await page.getByLabel('从哪天停').fill(day);
  await page.getByLabel('停到哪天').fill(day);
  await page.getByRole('button', { name: '先看影响到谁' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('停用和名额');
  await page.getByLabel('每场还能开放几个名额').fill('0');
  await page.getByRole('button', { name: '先看影响到谁' }).click();
  await expect(page.getByText('约了2人，开放0个，多2人')).toBeVisible();
  await page.getByRole('button', { name: '就这样停用' }).click();
  await page
    .getByRole('listitem')
    .filter({ hasText: formatDay(lost.startsAt) })
    .getByRole('link', { name: '请约多了的人改期' })
    .click();
  await expect(page.getByRole('heading', { name: '改1个预约，2人' })).toBeVisible();
  await expect(page.getByText('最后约的先改')).toBeVisible();
  await page.getByRole('button', { name: '改期，通知这1个预约' }).click();
  await expect(page.getByText('改好了1个预约')).toBeVisible();
  await expect(page.getByText('不用请谁改期')).toBeVisible();
  const outageId = /outages\/([\w-]+)\/moves/.exec(page.url())?.[1];
  await endOutage(ctx, manager.person, { outageId }, crypto.randomUUID());

  await page.context().clearCookies();
  await keepSignIn(page, family.token);
  await page.goto(`/me/bookings/${bookingId}`);
  await expect(page.getByText('场馆给改到了这一场')).toBeVisible();
  await page.getByRole('link', { name: '来不了，取消' }).click();
  await page.getByRole('button', { name: '确认取消，放出2个名额' }).click();
  await expect(page.getByText('名额已经放给别人')).toBeVisible();
});
