import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { totpAt } from '../../src/lib/totp.ts';
import { expect, readInvitation, signIn, signInWithRole, test, watch } from './fixtures.ts';

const PASSWORD = 'kite-lantern-harbour';

test('a manager lets a colleague in, the colleague works, and is let go', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  // Two people, three passwords' worth of hashing, and every page twice.
  test.setTimeout(60_000);
  const colleague = `138${phone.slice(3)}`;
  await signInByPhone({ ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) }, colleague);
  const scope = { scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await signInWithRole(page, ctx, phone, { role: 'hall_manager', ...scope });
  await page.getByText('更多工作').click();
  await page
    .getByRole('navigation', { name: '工作' })
    .getByRole('link', { name: '人员和角色' })
    .click();
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
  await expect(page.getByRole('status').filter({ hasText: '已授权' })).toBeVisible();

  const other = await browser.newContext();
  const complaints = watch(other, baseURL ?? '');
  const desk = await other.newPage();
  await desk.goto('/staff/halls/yancheng');
  await signIn(desk, colleague);
  await desk.getByLabel('开通码').fill(await readInvitation(desk, colleague));
  await desk.getByRole('button', { name: '下一步' }).click();
  await desk.getByRole('link', { name: '设密码和动态码' }).click();
  await desk.getByRole('button', { name: '保存' }).click();
  await expect(desk.getByRole('alert').getByRole('link')).toHaveText([
    '请想一个密码',
    '请填写动态码',
  ]);
  const secret = (await desk.locator('code').innerText()).replaceAll(' ', '');
  await desk.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await desk.getByLabel('再填一次密码').fill(PASSWORD);
  await desk.getByLabel('动态码').fill(totpAt(secret, new Date()));
  await desk.getByRole('button', { name: '保存' }).click();
  await expect(desk.getByRole('status').filter({ hasText: '设好了' })).toBeVisible();
  await desk.goto('/staff/halls/yancheng');
  await expect(desk.getByLabel('预约码')).toBeVisible();
  await desk.goto('/staff/people');
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');

  const masked = `${colleague.slice(0, 3)}****${colleague.slice(-4)}`;
  // One slip of a thumb takes nobody's work away: the page says whose, and asks.
  await page.getByRole('link', { name: `收回${masked}的场馆工作人员` }).click();
  await expect(page.getByText('收回马上生效')).toBeVisible();
  await page.getByRole('button', { name: '确认收回' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已收回' })).toBeVisible();
  await desk.goto('/staff/halls/yancheng');
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');
  expect(complaints).toEqual([]);
  await other.close();
});
