import { eq } from 'drizzle-orm';
import { signInCodes } from '../../src/features/accounts/table.ts';
import { addDays, addMinutes, calendarDate, formatTime, instantOf } from '../../src/lib/time.ts';
import { addSession, bookSignedOut, expect, signIn, test } from './fixtures.ts';

test('a person sees all that is held, puts a name right, takes it along and has it erased', async ({
  page,
  phone,
  ctx,
}, { project }) => {
  const minute = 22 * 60 + ['phone without JavaScript', 'desktop'].indexOf(project.name);
  const startsAt = instantOf(addDays(calendarDate(ctx.now), 1), minute);
  const session = await addSession(ctx, { startsAt });
  const slot = page.getByRole('link', { name: formatTime(startsAt) });
  await page.goto(`/halls/yancheng/sessions/${session.id}`);
  await bookSignedOut(page, phone);

  await page.goto('/me');
  await page.getByRole('link', { name: '我的个人信息' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('我的个人信息');
  await expect(page.getByText(phone, { exact: true })).toBeVisible();
  await page.getByRole('link', { name: '改姓名' }).click();
  await expect(page.getByLabel('联系人姓名')).toHaveValue('示例王芳');
  await page.getByLabel('联系人姓名').fill('示例<王方>');
  await page.getByRole('button', { name: '保存姓名' }).click();
  await expect(page.getByRole('alert')).toContainText('姓名里有不能用的符号');
  await expect(page.getByLabel('联系人姓名')).toHaveValue('示例<王方>');
  await page.getByLabel('联系人姓名').fill('示例王方');
  await page.getByRole('button', { name: '保存姓名' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('我的个人信息');
  await expect(page.getByText(/：示例王方$/)).toBeVisible();

  const link = page.getByRole('link', { name: '导出成文件' });
  const file = await page.request.get((await link.getAttribute('href')) ?? '');
  expect(await file.json()).toMatchObject({ phone, visits: [{ contactName: '示例王方' }] });

  await page.getByRole('link', { name: '删除账户' }).click();
  await expect(page.getByText('1位成人，放出1个名额')).toBeVisible();
  await page.getByRole('button', { name: '确认删除账户' }).click();
  await expect(page.getByRole('alert')).toContainText('请填写你手机号的最后4位');
  await page.getByLabel('你手机号的最后4位').fill(phone.slice(-4));
  await page.getByRole('button', { name: '确认删除账户' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('账户已经删除');

  await page.goto('/halls/yancheng');
  await expect(slot).toContainText('余40个名额');
  await page.goto('/privacy/erasures');
  await expect(page.getByRole('row', { name: /本人要求删除的账户/ })).toBeVisible();

  // The code a moment ago still counts against its limit; a minute later it would not.
  const [sent] = await ctx.db
    .select()
    .from(signInCodes)
    .where(eq(signInCodes.phoneHash, await ctx.keys.hash('phone', phone)));
  await ctx.db
    .update(signInCodes)
    .set({ createdAt: addMinutes(sent!.createdAt, -2) })
    .where(eq(signInCodes.id, sent!.id));
  await page.goto('/me');
  await signIn(page, phone);
  await expect(page.getByText('还没有预约')).toBeVisible();
});

test('the notice is drawn from the register and leads to what people may do', async ({ page }) => {
  await page.goto('/privacy');
  await expect(
    page.getByRole('heading', { level: 4, name: '联系人姓名', exact: true }),
  ).toBeVisible();
  await expect(page.locator('#contactName')).toContainText('参观结束后90天');
  await page.getByRole('link', { name: '删除记录' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('删除记录');
  await page.goto('/privacy');
  await page.getByRole('link', { name: '我的个人信息' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('用手机号登录');
});
