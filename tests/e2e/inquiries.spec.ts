import { expect, readCode, signInWithRole, test, watch } from './fixtures.ts';

test('somebody tells of a mistake, an editor answers, the answer is found by its code', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  test.setTimeout(60_000);
  const written = `示例：按压次数写错了 ${phone.slice(-6)}\n第二行“引号”`;
  await page.goto('/guides/cpr');
  await page.getByRole('link', { name: '我为政府网站找错' }).click();
  await expect(page.getByLabel(/^找错/)).toBeChecked();
  await expect(page.getByLabel(/说的是哪一页/)).toHaveValue('/guides/cpr');
  // Too long: the whole text comes back, so that it can be shortened.
  const long = `${written}${'长'.repeat(500)}`;
  await page.getByLabel('内容').fill(long);
  await page.getByLabel(/^手机号/).fill('123');
  await page.getByRole('button', { name: '发出' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(2);
  await expect(page.getByLabel('内容')).toHaveValue(long);
  await expect(page.getByLabel(/^手机号/)).toHaveValue('123');
  await expect(page.getByLabel(/^找错/)).toBeChecked();
  await page.getByLabel('内容').fill(written);
  await page.getByLabel(/^手机号/).fill(phone);
  await page.getByRole('button', { name: '发出' }).dblclick();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('收到了');
  const code = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await expect(page.getByRole('main')).not.toContainText('按压次数');

  const other = await browser.newContext();
  const complaints = watch(other, baseURL ?? '');
  const desk = await other.newPage();
  const editor = `138${phone.slice(3)}`;
  await signInWithRole(desk, ctx, editor, { role: 'editor', scopeKind: 'site', scopeId: '' });
  await desk
    .getByRole('navigation', { name: '工作' })
    .getByRole('link', { name: '留言和找错' })
    .click();
  await desk.getByLabel('种类').selectOption('找错');
  await desk.getByRole('button', { name: '查看' }).click();
  const row = desk.getByRole('row').filter({ hasText: phone.slice(-6) });
  // Two clicks made one inquiry.
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('还有10天');
  await row.getByRole('link').click();
  await expect(desk.getByRole('main')).toContainText('第二行“引号”');
  await desk.getByLabel('答复').fill('请打13812345678');
  await desk.getByRole('button', { name: '答复' }).click();
  await expect(desk.getByRole('alert')).toContainText('像手机号');
  await desk.getByLabel('答复').fill('改好了。\n谢谢。');
  await desk.getByRole('button', { name: '答复' }).click();
  await expect(desk.getByRole('status').filter({ hasText: '短信正在发出' })).toBeVisible();
  expect(complaints).toEqual([]);
  await other.close();

  await page.goto('/inquiries');
  await page.getByLabel('查询码').fill('123');
  await page.getByRole('button', { name: '查进展' }).click();
  await expect(page.getByRole('alert')).toContainText('查询码是10位');
  await page.getByLabel('查询码').fill(` ${code.slice(0, 5).toLowerCase()}-${code.slice(5)}`);
  await page.getByRole('button', { name: '查进展' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('答复了');
  await expect(page.getByRole('main')).toContainText('改好了。');
  await expect(page.getByRole('main')).not.toContainText('按压次数');
  // No code to sign in is in it: the message tells where the answer is, not what it says.
  expect(await readCode(page, phone)).toBe('');
});
