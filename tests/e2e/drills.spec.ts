import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { expect, keepSignIn, signInWithRole, test } from './fixtures.ts';

const COUNTY = { scopeKind: 'region', scopeId: '320904' } as const;

test('a school plans a drill, holds it and records it in two minutes', async ({
  page,
  phone,
  ctx,
}) => {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person, token } = await signInByPhone(yesterday, phone);
  const officer = await signInByPhone(yesterday, `137${phone.slice(3)}`);
  await addRole(ctx, officer.person.id, { role: 'reviewer', ...COUNTY });
  const name = `示例${phone.slice(-6)}小学`;
  const claim = { kind: 'school', name, regionCode: COUNTY.scopeId };
  const { organisationId } = await claimOrganisation(ctx, person, claim, crypto.randomUUID());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer.person, verdict, crypto.randomUUID());
  await keepSignIn(page, token);
  const title = (text: string | RegExp) =>
    expect(page.getByRole('heading', { level: 1 })).toHaveText(text);

  await page.goto(`/me/organisations/${organisationId}/drills`);
  await title(`${name}的演练`);
  await expect(page.getByRole('main')).toContainText('演练1次');
  await page.getByRole('link', { name: /^写\d+年的计划/ }).click();
  await title(/应急演练计划$/);
  await page.getByRole('link', { name: '加一项' }).click();
  await title(/^加一项演练计划/);
  await page.getByRole('button', { name: '加进计划' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText([
    '请写演练的名称',
    '请选练什么',
    '请选哪个月',
  ]);
  await page.getByLabel('演练名称').fill('冬季消防疏散演练');
  await page.getByLabel('练什么').selectOption('火灾');
  await page.getByLabel('哪个月').selectOption('12');
  await page.getByRole('button', { name: '加进计划' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已保存' })).toBeVisible();
  await page.getByRole('button', { name: '公布计划' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已公布' })).toBeVisible();

  await page.getByRole('link', { name: /^记一次/ }).click();
  await title('记一次演练');
  await page.getByLabel('几点开始').fill('00:00');
  await page.getByLabel('或者分班写').fill('一年级1班 42 43');
  await page.getByRole('button', { name: '记下来' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveText(/实到比应到多/);
  await expect(page.getByLabel('或者分班写')).toHaveValue('一年级1班 42 43');
  await page.getByLabel('或者分班写').fill('一年级1班 42 41\n教职工 6');
  await page.getByLabel('疏散用了多久').fill('1分52秒');
  await page.getByRole('button', { name: '记下来' }).click();
  await expect(page.getByRole('status').filter({ hasText: '记下了' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('应到48人，实到47人');

  await page.getByRole('link', { name: '改这条记录' }).click();
  await title('改演练记录');
  await page.getByLabel('或者分班写').fill('一年级1班 42 42\n教职工 6');
  await page.getByRole('button', { name: '保存改动' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已改好' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('实到48人');
  await page.goto(`/me/organisations/${organisationId}/drills`);
  await expect(page.getByRole('main')).toContainText('已演练，下一次最晚');
});

test('a county sees who is late, and nothing of its blind drill is outside', async ({
  page,
  phone,
  ctx,
}) => {
  await signInWithRole(page, ctx, phone, { role: 'drill_organiser', ...COUNTY });
  await page.getByRole('navigation', { name: '工作' }).getByRole('link', { name: '演练' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('谁要演练，谁逾期');
  await page.goto('/staff/drills?state=late');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('谁要演练，谁逾期');
  const blind = `示例拉动${phone.slice(-6)}`;
  const year = calendarDate(ctx.now).slice(0, 4);
  await page.goto(`/staff/drills/regions/320904/plan/${year}/item`);
  await page.getByLabel('演练名称').fill(blind);
  await page.getByLabel('练什么').selectOption('火灾');
  await page.getByLabel('哪个月').selectOption('12');
  await page.getByRole('radio', { name: /^是，练完/ }).check();
  const reason = page.getByLabel('为什么加');
  if (await reason.isVisible()) await reason.fill('示例');
  await page.getByRole('button', { name: '加进计划' }).click();
  await expect(page.getByRole('main')).toContainText(blind);
  for (const path of ['/drills', '/drills/plans/320904', '/sitemap', '/search?q=拉动']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('main')).not.toContainText(blind);
  }
});
