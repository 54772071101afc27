import { addSession, expect, signInAsStaff, signInWithRole, test, visitMade } from './fixtures.ts';
import type { Page } from '@playwright/test';
import { DAY_MS, MINUTE_MS } from '../../src/lib/time.ts';

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

test('eight people find a month’s day, a week’s session, and what fits them', async ({ page }) => {
  await page.goto('/halls/yancheng');
  await page.getByRole('link', { name: '按月、按周看名额' }).click();
  await page.getByLabel('我们几个人').fill('8');
  await page.getByRole('button', { name: '看' }).click();
  await expect(page.getByLabel('我们几个人')).toHaveValue('8');
  await page.getByRole('link', { name: '下个月' }).click();
  await expect(title(page, '月')).toBeVisible();
  await expect(
    page
      .getByText(/起可约/)
      .locator('visible=true')
      .first(),
  ).toBeVisible();
  await page.getByRole('link', { name: '按周看' }).click();
  await expect(page.getByRole('heading', { level: 3 }).first()).toBeVisible();

  await page.getByRole('link', { name: '哪些展项适合我们' }).click();
  const member = (nth: number) => page.getByRole('listitem').filter({ hasText: `第${nth}位` });
  await member(1).getByLabel('年龄').fill('七十');
  await page.getByRole('button', { name: '看适合哪些' }).click();
  await expect(page.getByRole('alert')).toContainText('第1位：年龄请写周岁');
  await member(1).getByLabel('年龄').fill('70');
  await member(2).getByLabel('年龄').fill('8');
  await member(2).getByLabel('身高').fill('118');
  await page.getByRole('button', { name: '看适合哪些' }).click();
  const typhoon = page.getByRole('listitem').filter({ hasText: '台风体验' });
  await expect(typhoon).toContainText('第2位（8岁，118厘米）');
  await expect(typhoon).toContainText('要满120厘米');
  await page
    .getByRole('link', { name: /\d+:\d+–/ })
    .first()
    .click();
  await expect(page.getByLabel('成人几位')).toHaveValue('1');
  await expect(page.getByLabel('儿童几位')).toHaveValue('1');
});

test('staff book for a caller, who changes the mind and cancels with the code', async ({
  page,
  ctx,
  phone,
}) => {
  const caller = `138${phone.slice(3)}`;
  await signInAsStaff(page, ctx, phone);
  await page.getByRole('link', { name: '电话代约' }).click();
  await page.getByLabel('手机号').fill(caller);
  await page.getByLabel('联系人姓名').fill('示例郑奶奶');
  await page.getByLabel('成人几位').fill('2');
  await page.getByRole('button', { name: '约好，取预约码' }).click();
  await expect(page.getByRole('alert')).toContainText('请选一个场次');
  await expect(page.getByLabel('手机号')).toHaveValue(caller);
  // Of the hall's own: other tests add sessions at odd minutes.
  const offered = page
    .getByLabel('哪一场')
    .getByRole('option', { name: /(14:00|15:30).*余\d{2,}个/ });
  await page.getByLabel('哪一场').selectOption(await offered.last().getAttribute('value'));
  await page.getByRole('button', { name: '约好，取预约码' }).click();
  await expect(title(page, '约好了')).toBeVisible();
  const code = await page.getByText(/^[A-Z0-9]{5}-[A-Z0-9]{5}$/).innerText();

  await page.getByRole('link', { name: '再接一个电话' }).click();
  await page.getByRole('link', { name: '问预约码，再办' }).click();
  await page.getByLabel('预约码').fill(code.toLowerCase());
  await page.getByLabel('手机号最后4位').fill(caller.slice(-4));
  await page.getByRole('button', { name: '核对' }).click();
  await page.getByRole('link', { name: '取消' }).click();
  await expect(page.getByText('念给对方听')).toBeVisible();
  await page.getByRole('button', { name: '对方同意，取消' }).click();
  await expect(title(page, '已取消')).toBeVisible();
});

test('a caller without a mobile number waits for a full session, by a code that is read out', async ({
  page,
  ctx,
  phone,
}) => {
  const number = `0515-8${phone.slice(-7)}`;
  const minutes = Number(phone.slice(-7)) % 900;
  const startsAt = new Date(ctx.now.getTime() + 2 * DAY_MS + minutes * MINUTE_MS);
  const full = await addSession(ctx, { startsAt, capacity: 3, openPlaces: 0 });
  await signInAsStaff(page, ctx, phone);
  await page.goto('/staff/halls/yancheng/desk/wait');
  await page.getByLabel('手机号').fill(number);
  await page.getByLabel('哪一场').selectOption(full.id);
  await page.getByRole('button', { name: '排上，取候补码' }).click();
  await expect(page.getByRole('alert')).toContainText('姓名');
  await page.getByLabel('联系人姓名').fill('示例郑爷爷');
  await page.getByRole('button', { name: '排上，取候补码' }).click();
  await expect(title(page, '排上了')).toBeVisible();
  const code = await page.getByText(/^[A-Z0-9]{5}-[A-Z0-9]{5}$/).innerText();

  await page.getByRole('link', { name: '问候补码，再办' }).click();
  await page.getByLabel('预约码').fill(code);
  await page.getByLabel('手机号最后4位').fill(number.slice(-4));
  await page.getByRole('button', { name: '核对' }).click();
  await expect(page.getByText('对方说对了候补码')).toBeVisible();
  await page.getByRole('button', { name: '对方不等了，退出' }).click();
  await expect(title(page, '已退出')).toBeVisible();
});

test('after a visit: feedback that the hall publishes, and a certificate that anyone verifies', async ({
  page,
  ctx,
  phone,
}) => {
  const bookingId = await visitMade(page, ctx, phone);
  const words = `讲解员很耐心，水池边有点滑。${phone.slice(-4)}`;
  await page.goto(`/me/bookings/${bookingId}`);
  await page.getByRole('link', { name: '参观得怎么样' }).click();
  await page.getByLabel('想说什么').fill(words);
  await page.getByRole('button', { name: '交' }).click();
  await expect(page.getByRole('alert')).toContainText('请选一个分数');
  await expect(page.getByLabel('想说什么')).toHaveValue(words);
  await page.getByLabel('4分，好').check();
  await page.getByRole('button', { name: '交' }).click();
  await expect(page.getByRole('status').filter({ hasText: '收到了，谢谢' })).toBeVisible();

  await page.goto(`/me/bookings/${bookingId}/certificate`);
  await page.getByRole('button', { name: '出证明' }).click();
  await expect(page.getByLabel('姓名')).toBeVisible();
  await page.getByRole('link', { name: '看别人核对时看到什么' }).click();
  await expect(title(page, '属实')).toBeVisible();
  const address = page.url();
  await page.context().clearCookies();
  await page.goto(address);
  await expect(title(page, '属实')).toBeVisible();
  await expect(page.locator('main')).not.toContainText('周敏');

  const manager = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await signInWithRole(page, ctx, `136${phone.slice(3)}`, manager);
  await page.getByText('更多工作').click();
  await page.getByRole('link', { name: '参观评价', exact: true }).first().click();
  const mine = page.getByRole('article').filter({ hasText: words });
  await mine.getByLabel('答复').fill('已经加了防滑垫。');
  await mine.getByRole('button', { name: '公开', exact: true }).click();
  await expect(title(page, '参观评价')).toBeVisible();
  await expect(mine).toHaveCount(0);
  await page.goto('/halls/yancheng');
  await expect(page.getByText(words)).toBeVisible();
});
