import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { expect, signIn, signInWithRole, test, watch } from './fixtures.ts';

test('a school is claimed, verified by its county, and handed over', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  const colleague = `138${phone.slice(3)}`;
  await signInByPhone({ ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) }, colleague);
  const name = `示例${phone.slice(-6)}小学`;
  await page.goto('/me/organisations');
  await signIn(page, phone);
  await page.getByRole('button', { name: '登记，等待核验' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    '请选单位的类型',
    '请填写单位的全称',
    '请选所在的县（市、区）',
  ]);
  await page.getByRole('radio', { name: '学校' }).check();
  await page.getByLabel('单位全称').fill(name);
  await page.getByLabel('所在的县（市、区）').selectOption('320904');
  await page.getByRole('button', { name: '登记，等待核验' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page.getByRole('main')).toContainText('等待核验');

  const office = await browser.newContext();
  const complaints = watch(office, baseURL ?? '');
  const desk = await office.newPage();
  const scope = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(desk, ctx, `137${phone.slice(3)}`, { role: 'reviewer', ...scope });
  await desk.getByRole('navigation', { name: '工作' }).getByRole('link', { name: '单位' }).click();
  await desk.getByRole('link', { name }).click();
  await desk.getByRole('radio', { name: /^不通过/ }).check();
  await desk.getByRole('button', { name: '确认核验结果' }).click();
  await expect(desk.getByRole('alert')).toContainText('不通过要写理由');
  await desk.getByRole('radio', { name: /^通过/ }).check();
  await desk.getByRole('button', { name: '确认核验结果' }).click();
  await expect(desk.getByRole('main')).toContainText('已通过');
  expect(complaints).toEqual([]);
  await office.close();

  await page.reload();
  await page.getByLabel('对方的手机号').fill(colleague);
  await page.getByRole('button', { name: '加为成员' }).click();
  await page.getByRole('link', { name: /^移交/ }).click();
  await page.getByRole('button', { name: '确认移交' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await page.getByRole('link', { name: /^离开/ }).click();
  await page.getByRole('button', { name: '确认结束' }).click();
  await expect(page.getByText('还没有登记单位')).toBeVisible();
});
