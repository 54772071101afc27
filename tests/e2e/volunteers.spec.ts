import { addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { addSession, expect, signIn, signInWithRole, test } from './fixtures.ts';

const HALL = 'yancheng';

test('a volunteer registers, is confirmed, guides a session and drops out; the hall sees it all', async ({
  browser,
  page,
  ctx,
  phone,
  baseURL,
  javaScriptEnabled,
}) => {
  test.setTimeout(120_000);
  // Both browsers' runs share the hall: each has a person, a language and a week of its own.
  const own = javaScriptEnabled
    ? { name: '示例陈晨', language: '手语', days: 20 }
    : { name: '示例陈辰', language: '英语', days: 27 };
  const { name, language, days } = own;
  const offset = (Number(phone.slice(-6)) % 600) * 60_000;
  const startsAt = new Date(ctx.now.getTime() + days * DAY_MS + offset);
  const session = await addSession(ctx, {
    hallSlug: HALL,
    startsAt,
    endsAt: addMinutes(startsAt, 3),
  });
  const office = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled });
  const desk = await office.newPage();
  const roster = `/staff/halls/${HALL}/roster?from=${calendarDate(startsAt)}`;
  await signInWithRole(desk, ctx, `138${phone.slice(3)}`, {
    ...{ role: 'hall_manager', scopeKind: 'hall', scopeId: HALL },
  });

  await desk.goto(roster);
  await desk.getByLabel('给哪些场次').selectOption(session.id);
  await desk.getByLabel('每场几位').fill('99');
  await desk.getByRole('button', { name: '登记' }).click();
  await expect(desk.getByRole('alert')).toContainText('一场最多10位');
  await desk.getByLabel('每场几位').fill('1');
  await desk.getByLabel('还要会的语言').selectOption({ label: language });
  await desk.getByRole('button', { name: '登记' }).click();
  await expect(desk.getByText('1场加上了需要')).toBeVisible();

  await page.goto('/me/volunteer');
  await signIn(page, phone);
  await page.getByLabel('所在的县（市、区）').selectOption('320904');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('textbox', { name: '姓名' }).fill(name);
  for (const box of ['讲解', language, /^在场馆讲解/]) {
    await page.getByRole('checkbox', { name: box, exact: true }).check();
  }
  await page.getByLabel('想在哪个场馆讲解').selectOption(HALL);
  await page.getByRole('button', { name: '登记做志愿者' }).click();
  await expect(page.getByRole('alert')).toContainText('满18岁才能登记');
  await expect(page.getByRole('checkbox', { name: language })).toBeChecked();
  await page.getByLabel('我满18岁').check();
  await page.getByRole('button', { name: '登记做志愿者' }).click();
  await expect(page.getByText('等社区、县区或场馆的人确认')).toBeVisible();

  await desk.goto('/staff/volunteers');
  await desk.getByRole('link', { name }).click();
  await desk.getByRole('radio', { name: /^确认/ }).check();
  await desk.getByRole('button', { name: '办好' }).click();
  await expect(desk.getByText('已确认')).toBeVisible();

  await page.goto('/me/volunteer/duties');
  const wanted = page.getByRole('listitem').filter({ hasText: `会${language}` });
  await wanted.getByRole('button', { name: '我来讲' }).click();
  await expect(page.getByText('前一天傍晚提醒你')).toBeVisible();

  await desk.goto(roster);
  await expect(desk.getByRole('listitem').filter({ hasText: name })).toContainText(phone.slice(-4));
  await expect(desk.getByText('不缺人')).toBeVisible();

  await page.getByRole('link', { name: '去不了，退出' }).click();
  await page.getByRole('button', { name: '确认退出' }).click();
  await expect(page.getByText('还没有排讲解')).toBeVisible();
  await desk.goto(roster);
  await expect(desk.getByText('还缺1位')).toBeVisible();

  await desk.getByRole('link', { name: '数据', exact: true }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText(/的数据$/);
  await expect(desk.getByRole('heading', { name: '名额用得怎么样' })).toBeVisible();
  await office.close();
});
