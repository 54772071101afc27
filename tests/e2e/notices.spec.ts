import type { Page } from '@playwright/test';
import { expect, signInWithRole, test, watch } from './fixtures.ts';

const held = { role: 'editor', scopeKind: 'site', scopeId: '' } as const;
const step = (page: Page, name: RegExp | string) => page.getByRole('button', { name }).click();

test('an editor writes, a second checks, a third releases, a visitor reads; a correction says why', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  test.setTimeout(90_000);
  const title = `示例：闭馆<b>${phone.slice(-6)}</b>`;
  const desks: Page[] = [];
  const complaints: string[][] = [];
  for (const prefix of ['136', '137', '138']) {
    const context = await browser.newContext();
    complaints.push(watch(context, baseURL ?? ''));
    const desk = await context.newPage();
    await signInWithRole(desk, ctx, `${prefix}${phone.slice(3)}`, held);
    desks.push(desk);
  }
  const [writer, checker, releaser] = desks as [Page, Page, Page];

  await writer.goto('/staff/notices/new');
  await writer.getByLabel('标题').fill(title);
  await step(writer, '存好，送审');
  await expect(writer.getByRole('alert').getByRole('link')).toHaveCount(3);
  await expect(writer.getByLabel('标题')).toHaveValue(title);
  await writer.getByLabel('办事和场馆').check();
  await writer.getByLabel('内容').fill('周一闭馆。\n\n- 已约的不受影响');
  await writer.getByLabel('发布单位').fill('示例市应急管理局（示例）');
  await writer.getByLabel('地区').selectOption('320900');
  await step(writer, '存好，送审');
  await expect(writer.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(writer.getByText('自己写的不能自己审核')).toBeVisible();
  const address = new URL(writer.url()).pathname;
  const publicAddress = address.replace('/staff', '');
  expect((await page.goto(publicAddress))?.status()).toBe(404);

  await checker.goto(address);
  await checker.getByLabel('通过').check();
  await step(checker, '提交审核结果');
  await expect(checker.getByText('写过和审核过的人不能发布')).toBeVisible();
  await releaser.goto(address);
  await step(releaser, '发布第1版');
  await expect(releaser.getByRole('link', { name: '公众看到的那一版' })).toBeVisible();

  await page.goto('/notices?region=320904');
  await page.getByRole('link', { name: title }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(page.getByRole('listitem').filter({ hasText: '已约的' })).toBeVisible();

  await writer.goto(`${address}/revision`);
  await writer.getByLabel('内容').fill('周二闭馆。');
  await step(writer, '存好，送审');
  await expect(writer.getByRole('alert')).toContainText('更正的原因');
  await expect(writer.getByLabel('内容')).toHaveValue('周二闭馆。');
  await writer.getByLabel('更正的原因').fill('日期写错了，应为周二');
  await step(writer, '存好，送审');
  await expect(writer.getByText('第2版：等审核')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('main')).toContainText('周一闭馆');
  await checker.reload();
  await checker.getByLabel('通过').check();
  await step(checker, '提交审核结果');
  await expect(checker.getByText('第2版：等发布')).toBeVisible();
  await releaser.reload();
  await step(releaser, '发布第2版');
  await expect(releaser.getByText('第2版：已发布')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('main')).toContainText('周二闭馆');
  await expect(page.getByRole('heading', { name: /^更正/ })).toBeVisible();
  await expect(page.getByText('日期写错了，应为周二')).toBeVisible();

  await releaser.getByRole('link', { name: '撤回' }).click();
  await releaser.getByLabel('撤回的原因').fill('示例：不办了');
  await step(releaser, '撤回这条公告');
  await expect(releaser.getByText('已撤回').first()).toBeVisible();
  const gone = await page.request.get(publicAddress);
  expect(gone.status()).toBe(410);
  expect(await gone.text()).toContain('示例：不办了');
  expect(complaints).toEqual([[], [], []]);
  for (const desk of desks) await desk.context().close();
});

test('two people raise an urgent line that stands on a guide, and take it down again', async ({
  page,
  phone,
  ctx,
  browser,
}) => {
  test.setTimeout(60_000);
  const line = `示例：请转移${phone.slice(-6)}`;
  await signInWithRole(page, ctx, phone, held);
  await page.goto('/staff/banners/new');
  await page.getByLabel('一句话').fill(line);
  await page.getByLabel('橙色预警').check();
  await page.getByLabel('显示几小时').fill('80');
  await step(page, '存好，请同事发布');
  await expect(page.getByRole('alert')).toContainText('一次最多72小时');
  await page.getByLabel('显示几小时').fill('6');
  await step(page, '存好，请同事发布');
  await expect(page.getByText('自己写的不能自己发布')).toBeVisible();
  const address = page.url();

  const other = await browser.newContext();
  const desk = await other.newPage();
  await signInWithRole(desk, ctx, `138${phone.slice(3)}`, held);
  await desk.goto(address);
  await step(desk, '马上发布到每一页');
  await expect(desk.getByText('正在显示')).toBeVisible();
  await page.goto('/guides/earthquake');
  const banner = page.getByRole('complementary', { name: '紧急通知' });
  await expect(banner).toContainText(`橙色预警 ${line}`);
  await desk.getByRole('button', { name: '现在就结束' }).click();
  await expect(desk.getByText('已结束')).toBeVisible();
  await page.reload();
  await expect(page.getByText(line)).toHaveCount(0);
  await other.close();
});
