import { cancelBooking, createBooking } from '../../src/features/bookings/commands.ts';
import { serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { addSession, expect, signIn, test } from './fixtures.ts';

const FAR = 20 * DAY_MS;
/** Other tests take the last session of the other hall's list. */
const away = { hallSlug: 'lianyungang' } as const;

test('a family waits, is offered fewer places than it asked for, and takes them', async ({
  page,
  ctx,
  phone,
}) => {
  // Twenty days ahead and a minute of this test's own: the hall has no session of its own there.
  const offset = (Number(phone.slice(-6)) % 600) * 60_000;
  const startsAt = new Date(ctx.now.getTime() + FAR + offset);
  const session = await addSession(ctx, {
    ...away,
    startsAt,
    capacity: 2,
    bookingOpensAt: ctx.now,
  });
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const other = await signInByPhone(yesterday, `138${phone.slice(3)}`);
  const party = { sessionId: session.id, adults: 1, children: 1, contactName: '示例赵明' };
  const { bookingId } = await createBooking(ctx, other.person, party, crypto.randomUUID());

  await page.goto(`/halls/lianyungang/sessions/${session.id}`);
  await expect(page.getByRole('heading', { name: '这一场约满了' })).toBeVisible();
  await page.getByRole('link', { name: '排候补' }).click();
  await expect(page.getByText('现在没有人排队，你是第一个。')).toBeVisible();
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('成人几位').fill('2');
  await page.getByLabel('儿童几位').fill('1');
  await page.getByLabel('最少几个名额也来').fill('4');
  await page.getByLabel('联系人姓名').fill('示例周敏');
  await page.getByRole('button', { name: '排候补' }).click();
  await expect(page.getByRole('alert')).toContainText('不能比你们的人数还多');
  await page.getByLabel('最少几个名额也来').fill('2');
  await page.getByRole('button', { name: '排候补' }).click();
  await expect(page.getByText('下一个就是你')).toBeVisible();

  await cancelBooking(ctx, other.person, { bookingId }, crypto.randomUUID());
  await serveWaitlists({ ...ctx, now: new Date() });
  await page.goto('/me');
  await page
    .getByRole('link', { name: /月\d+日/ })
    .first()
    .click();
  await expect(page.getByText('给你留了2个名额')).toBeVisible();
  await expect(page.getByLabel('联系人姓名')).toHaveValue('示例周敏');
  await page.getByRole('button', { name: '确认预约' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('约好了');
});

test('leaving a queue is one tap', async ({ page, ctx, phone }) => {
  const offset = (Number(phone.slice(-6)) % 600) * 60_000;
  const startsAt = new Date(ctx.now.getTime() + FAR + DAY_MS + offset);
  const session = await addSession(ctx, {
    ...away,
    startsAt,
    openPlaces: 0,
    bookingOpensAt: ctx.now,
  });
  await page.goto(`/halls/lianyungang/sessions/${session.id}/waitlist`);
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('联系人姓名').fill('示例周敏');
  await page.getByRole('button', { name: '排候补' }).click();
  await page.getByRole('button', { name: '退出候补' }).click();
  await expect(page.getByText('已退出')).toBeVisible();
});
