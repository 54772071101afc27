import type { Page } from '@playwright/test';
import { DAY_MS, formatDay, MINUTE_MS } from '../../src/lib/time.ts';
import { addSession, expect, keepSignIn, signIn, signInWithRole, test } from './fixtures.ts';

const MANAGER = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;

async function fillClass(page: Page, nth: number, name: string, adults: number): Promise<void> {
  const field = (part: string) => page.locator(`[id="classes.${nth}.${part}"]`);
  await field('label').fill(name);
  await field('adults').fill(String(adults));
  await field('boys').fill('14');
  await field('girls').fill('16');
}

test('a teacher asks for three classes, the hall proposes another time, the sheet prints', async ({
  page,
  ctx,
  phone,
}, { project }) => {
  test.setTimeout(90_000);
  // A day of this project's own, so that nobody else asks for its sessions.
  const ahead = project.name === 'desktop' ? 33 : 34;
  const day = new Date(Math.ceil(ctx.now.getTime() / DAY_MS) * DAY_MS + ahead * DAY_MS);
  const at = (minutes: number) => new Date(day.getTime() + minutes * MINUTE_MS);
  const places = { capacity: 40, groupPlaces: 40 };
  for (const hour of [1, 3, 5]) await addSession(ctx, { startsAt: at(hour * 60 + 7), ...places });
  const proposed = await addSession(ctx, { startsAt: at(7 * 60 + 7), ...places });
  const school = `示例${phone.slice(-6)}小学`;

  await page.goto('/halls/yancheng');
  await page.getByRole('link', { name: '学校、企业、社区按团体预约' }).click();
  await fillClass(page, 0, '三年级1班', 3);
  await fillClass(page, 1, '三年级2班', 2);
  await page.getByRole('button', { name: '再加3个班' }).click();
  await expect(page.getByText('第6个班')).toBeVisible();
  await fillClass(page, 2, '三年级3班', 3);
  await page.getByRole('button', { name: '下一步：看哪天能来' }).click();
  await expect(page.getByRole('alert')).toContainText('30个孩子至少要3位成人');
  await page.locator('[id="classes.1.adults"]').fill('3');
  await page.getByRole('button', { name: '下一步：看哪天能来' }).click();
  await expect(page.getByText('3个班，共99人')).toBeVisible();
  const chosen = page.getByRole('button', { name: formatDay(at(60)) });
  if (!(await chosen.isVisible())) await page.getByText(/^再往后还有/).click();
  await chosen.click();
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByLabel('单位名称').fill(school);
  await page.getByLabel('几辆大巴').fill('x');
  await page.getByLabel('领队姓名').fill('示例陈静');
  await page.getByRole('button', { name: '提出申请，留下名额' }).click();
  await expect(page.getByRole('alert')).toContainText('请填写几辆大巴');
  await expect(page.getByLabel('单位名称')).toHaveValue(school);
  await page.getByLabel('几辆大巴').fill('2');
  await page.getByRole('button', { name: '提出申请，留下名额' }).click();
  await expect(page.getByText('申请提出了，名额留好了')).toBeVisible();
  const request = new URL(page.url()).pathname;
  const cookies = await page.context().cookies();
  const teacher = cookies.find(({ name }) => name === '__Host-anlan');

  await signInWithRole(page, ctx, `138${phone.slice(3)}`, MANAGER);
  await page
    .getByRole('navigation', { name: '工作' })
    .getByRole('link', { name: '团体', exact: true })
    .click();
  await page.getByRole('link', { name: school }).click();
  await page.getByRole('radio', { name: /^换时间/ }).check();
  await page.getByLabel('原因').fill('上午有检修，请下午来');
  await page.getByText('换时间：给哪个班换到哪一场').click();
  await page.getByLabel('三年级3班，33人').selectOption(proposed.id);
  await page.getByRole('button', { name: '答复，通知领队' }).click();
  await expect(page.getByText('等对方答复').first()).toBeVisible();

  await keepSignIn(page, teacher!.value);
  await page.goto(request);
  await expect(page.getByText('上午有检修，请下午来').first()).toBeVisible();
  await page.getByRole('button', { name: '接受新的时间' }).click();
  await expect(page.getByText('已通过')).toBeVisible();
  await expect(page.getByRole('img', { name: /的入场码/ })).toHaveCount(3);
  await page.getByRole('link', { name: '到馆单' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`到馆单：${school}`);
  await expect(page.getByRole('img', { name: /的入场码/ })).toHaveCount(3);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(/\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]).toBe('1');
});
