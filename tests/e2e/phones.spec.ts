import { eq } from 'drizzle-orm';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { people } from '../../src/features/accounts/table.ts';
import { addMinutes, DAY_MS } from '../../src/lib/time.ts';
import { expect, readCode, signIn, signInWithRole, test } from './fixtures.ts';

/** A number beside the test's own, in its neighbourhood. */
const beside = (phone: string, digit: number) => `13${digit}${phone.slice(3)}`;

test('a person moves to another number and signs in with it', async ({ page, phone }) => {
  const next = beside(phone, 7);
  await page.goto('/me');
  await signIn(page, phone);
  await page.getByRole('link', { name: '换手机号' }).click();
  await page.getByLabel('新手机号').fill('123');
  await page.getByRole('button', { name: '发送验证码' }).click();
  await expect(page.getByRole('alert')).toContainText('手机号是11位数字');
  await expect(page.getByLabel('新手机号')).toHaveValue('123');
  await page.getByLabel('新手机号').fill(next);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await page.getByLabel('新号码收到的6位验证码').fill(await readCode(page, next));
  await page.getByRole('button', { name: '确认换号码' }).click();
  await expect(page.getByText(`以后用${next.slice(0, 3)}****${next.slice(-4)}登录`)).toBeVisible();
});

test('somebody who comes back after a long pause is asked, and may begin afresh', async ({
  page,
  phone,
  ctx,
}) => {
  const long = { ...ctx, now: new Date(ctx.now.getTime() - 100 * DAY_MS) };
  const { person } = await signInByPhone(long, phone);
  await page.goto('/me');
  await signIn(page, phone);
  await expect(page.getByRole('alert')).toContainText('90天以上没有登录');
  await page.getByLabel('以前任何一次的预约码').fill('ABCDE-FGHJK');
  await page.getByRole('button', { name: '确认是我，登录' }).click();
  await expect(page.getByRole('alert')).toContainText('对不上');
  await page.getByRole('button', { name: '重新开始' }).click();
  await expect(page.getByText('还没有预约')).toBeVisible();
  const [row] = await ctx.db.select().from(people).where(eq(people.id, person.id));
  expect(row?.phoneHash).not.toEqual(await ctx.keys.hash('phone', phone));
});

test('a lost number is claimed, and an administrator decides', async ({ page, phone, ctx }) => {
  const [lost, claimant] = [beside(phone, 6), beside(phone, 5)];
  await signInByPhone({ ...ctx, now: addMinutes(ctx.now, -600) }, lost);
  await page.goto('/me/phone/claim');
  await signIn(page, claimant);
  await page.getByLabel('原来的手机号').fill(lost);
  await page.getByRole('button', { name: '提交申请' }).click();
  await expect(page.getByRole('alert')).toContainText('请填写预约码，或单位的全称');
  await page.getByLabel('原账户任何一次的预约码').fill('ABCDE-FGHJK');
  await page.getByRole('button', { name: '提交申请' }).click();
  await expect(page.getByText('申请收到了')).toBeVisible();
  await page.goto('/me');
  await page.getByRole('button', { name: '退出登录' }).click();
  await expect(page).toHaveURL(/\/$/);

  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/phones');
  await page
    .getByRole('row', { name: /对不上/ })
    .last()
    .getByRole('link')
    .click();
  await expect(page.getByText('申请人说的和账户对不上。')).toBeVisible();
  await page.getByRole('radio', { name: '不同意' }).check();
  await page.getByLabel('理由').fill('示例：预约码对不上');
  await page.getByRole('button', { name: '确认决定' }).click();
  await expect(page.getByText('示例：预约码对不上')).toBeVisible();
});
