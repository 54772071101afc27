import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { expect, signIn, signInWithRole, test, watch } from './fixtures.ts';

test('a manager lets a colleague in, the colleague works, and is let go', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  const colleague = `138${phone.slice(3)}`;
  await signInByPhone({ ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) }, colleague);
  const scope = { scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await signInWithRole(page, ctx, phone, { role: 'hall_manager', ...scope });
  await page.getByRole('link', { name: '人员和角色' }).click();
  await page.getByRole('button', { name: '授权' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    '请填写手机号',
    '请选一个角色',
    '请选一个范围',
  ]);
  await page.getByLabel('对方的手机号').fill('13000000000');
  await page.getByRole('radio', { name: '场馆工作人员' }).check();
  await page.getByLabel('范围').selectOption({ label: '盐城体验馆' });
  await page.getByRole('button', { name: '授权' }).click();
  await expect(page.getByRole('alert')).toContainText('这个号码还没有登录过');
  await expect(page.getByRole('radio', { name: '场馆工作人员' })).toBeChecked();
  await page.getByLabel('对方的手机号').fill(colleague);
  await page.getByRole('button', { name: '授权' }).click();
  await expect(page.getByRole('status')).toContainText('已授权');

  const other = await browser.newContext();
  const complaints = watch(other, baseURL ?? '');
  const desk = await other.newPage();
  await desk.goto('/staff/halls/yancheng');
  await signIn(desk, colleague);
  await expect(desk.getByLabel('预约码')).toBeVisible();
  await desk.goto('/staff/people');
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');

  const masked = `${colleague.slice(0, 3)}****${colleague.slice(-4)}`;
  await page.getByRole('button', { name: `收回${masked}的场馆工作人员` }).click();
  await expect(page.getByRole('status')).toContainText('已收回');
  await desk.goto('/staff/halls/yancheng');
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');
  expect(complaints).toEqual([]);
  await other.close();
});
