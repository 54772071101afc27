import type { Browser, Page } from '@playwright/test';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { region } from '../helpers/drills.ts';
import { trained } from '../helpers/drill-sign-ups.ts';
import { announced, opened } from '../helpers/open-drills.ts';
import { addRole } from '../helpers/roles.ts';
import type { World } from '../helpers/world.ts';
import { expect, keepSignIn, test } from './fixtures.ts';

/** A phone without scripts, in the hands of whoever signed in. */
async function openPhone(
  browser: Browser,
  baseURL: string | undefined,
  token: string,
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: baseURL ?? '',
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await keepSignIn(page, token);
  return page;
}

/** A drill in two weeks, and three people whose numbers are this test's own. */
async function prepare(ctx: CommandContext, phone: string) {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  let people = 0;
  const person = () => signInByPhone(yesterday, `13${(people += 1)}${phone.slice(3)}`);
  const [organiser, family, helper] = [await person(), await person(), await person()];
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await addRole(ctx, organiser.person.id, { role: 'drill_organiser', ...county });
  const by = { id: organiser.person.id, roles: await rolesOf(ctx, organiser.person.id) };
  const until = addDays(calendarDate(ctx.now), 400);
  await trained({ ctx, person } as unknown as World, helper.person, { skill: 'evacuation', until });
  const date = addDays(calendarDate(ctx.now), 14);
  const drillId = await announced(ctx, by, await opened(ctx, by, region(), { date }));
  return { drillId, organiser, family, helper };
}

test('a family with a wheelchair, a helper and the organiser find each other without scripts', async ({
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  const { drillId, organiser, family, helper } = await prepare(ctx, phone);
  const title = (page: Page) => page.getByRole('heading', { level: 1 });

  const home = await openPhone(browser, baseURL, family.token);
  await home.goto(`/drills/${drillId}`);
  await home.getByRole('link', { name: '报名：居民' }).click();
  await home.getByLabel('联系人姓名').fill('示例王芳');
  await home.getByLabel('成人几位').fill('2');
  await home.getByLabel('孩子几位').fill('1');
  await home.getByLabel('住哪一栋').fill('3栋');
  await home.getByLabel(/^坐轮椅/).check();
  await home.getByRole('button', { name: '确认报名' }).click();
  // Forgotten: it comes back as it was typed.
  await expect(home.getByRole('alert')).toContainText('请勾选同意');
  await home.getByLabel(/^我同意/).check();
  await home.getByRole('button', { name: '确认报名' }).click();
  await expect(title(home)).toHaveText('报名成功');
  await expect(home.getByText('示例王芳，2位成人、1位孩子，3栋')).toBeVisible();

  const volunteer = await openPhone(browser, baseURL, helper.token);
  await volunteer.goto(`/drills/${drillId}`);
  await volunteer.getByRole('link', { name: '报名：结对帮扶员' }).click();
  await volunteer.getByLabel('姓名').fill('示例陈晨');
  await volunteer.getByRole('button', { name: '确认报名' }).click();
  await expect(title(volunteer)).toHaveText('报名成功');

  const desk = await openPhone(browser, baseURL, organiser.token);
  await desk.goto(`/me/drills/${drillId}/sign-ups`);
  await desk.getByLabel('请谁帮示例王芳').selectOption({ label: '示例陈晨' });
  await desk.getByRole('button', { name: '结对', exact: true }).click();
  await expect(desk.getByRole('status').filter({ hasText: '结好对了' })).toBeVisible();

  await volunteer.goto(`/me/drills/${drillId}/sign-up`);
  await expect(volunteer.getByText(/示例王芳，3栋：坐轮椅/)).toBeVisible();
  await home.goto(`/me/drills/${drillId}/sign-up`);
  await expect(home.getByText('示例陈晨')).toBeVisible();
  await home.getByText('改人数，改要的帮助').click();
  await home.getByLabel('成人几位').fill('3');
  await home.getByRole('button', { name: '保存' }).click();
  await expect(home.getByRole('status').filter({ hasText: '改好了' })).toBeVisible();
  await expect(home.getByText('示例王芳，3位成人、1位孩子，3栋')).toBeVisible();

  const calendar = await home.request.get(`/drills/${drillId}.ics`);
  expect(await calendar.text()).toContain('SUMMARY:演练·示例地震避险演练');

  await home.getByRole('button', { name: '退出，把名额让给别人' }).click();
  await expect(home.getByRole('status').filter({ hasText: '退出了' })).toBeVisible();
  for (const page of [home, volunteer, desk]) await page.context().close();
});
