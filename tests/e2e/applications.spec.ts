import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { findPersonByPhone } from '../../src/features/accounts/queries.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import type { Brought } from '../../src/features/reviews/statements.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { formatBookingCode } from '../../src/lib/ids.ts';
import { addDays, addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { decided, listProgrammes, PROGRAMME, submitted } from '../helpers/filed-applications.ts';
import { acts, allMarks } from '../helpers/review-desk.ts';
import { saveMarks } from '../../src/features/review-desk/commands.ts';
import { addRole } from '../helpers/roles.ts';
import { expect, keepSignIn, signInWithRole, test } from './fixtures.ts';
import type { Page } from '@playwright/test';

test.use({ javaScriptEnabled: false });

const key = () => crypto.randomUUID();
const TOWN = '320904100';
const officeOf = (scopeId: string) => ({ role: 'reviewer', scopeKind: 'region', scopeId }) as const;

/** A committee of a street with a file that it has handed in some days ago. */
async function filed(ctx: CommandContext, phone: string, daysAgo: number) {
  const then = { ...ctx, now: new Date(ctx.now.getTime() - daysAgo * DAY_MS) };
  const { person, token } = await signInByPhone(then, `131${phone.slice(3)}`);
  const { person: clerk } = await signInByPhone(then, `132${phone.slice(3)}`);
  await addRole(ctx, clerk.id, officeOf('320904'));
  const head = { id: person.id, roles: [] };
  const name = `示例${phone.slice(3)}社区居民委员会`;
  const claim = { kind: 'committee', name, regionCode: TOWN };
  const { organisationId } = await claimOrganisation(then, head, claim, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  const officer = { id: clerk.id, roles: [officeOf('320904')] };
  await decideOrganisation(then, officer, verdict, key());
  const asked = { organisationId, programme: PROGRAMME };
  const begun = await beginApplication(then, head, asked, listProgrammes, key());
  const own = { head } as Parameters<typeof submitted>[1]['own'];
  await submitted(then, { own, ...begun });
  return { ...begun, name, handedIn: then, token };
}

/** The officer of an office, signed in here as they do at their desk. */
async function atDesk(page: Page, ctx: CommandContext, phone: string, scopeId: string) {
  await signInWithRole(page, ctx, phone, officeOf(scopeId));
  const { id } = (await findPersonByPhone(ctx, phone))!;
  return { id, roles: await rolesOf(ctx, id) } as Holder;
}

/** Finds a file in the queue by its name and opens it. */
async function opens(page: Page, name: string) {
  await page.goto('/staff/applications');
  await page.getByLabel('名称').fill(name);
  await page.getByRole('button', { name: '查看' }).click();
  await expect(page.getByRole('link', { name: '去掉这个筛选' })).toBeVisible();
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
}

/** Goes from the file to one of its acts, says why, and comes back to the file. */
async function does(page: Page, link: string, button: string, words: string, done: string) {
  await page.getByRole('link', { name: link, exact: true }).click();
  await page.getByLabel(/^意见/).fill(words);
  await page.getByRole('button', { name: button, exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: done })).toBeVisible();
}

const others = async (ctx: CommandContext, by: Holder, id: string) => {
  for (const department of ['meteorology', 'earthquake', 'fire']) {
    await decided(ctx, by, id, { act: 'opinion', department } as Brought);
  }
};

/** As if the clock had gone on: what is done by hand and by program keeps its order. */
const later = (ctx: CommandContext): CommandContext => ({ ...ctx, now: new Date() });

test('a file goes from the street to its notice, by five offices and no script', async ({
  page,
  phone,
  ctx,
}) => {
  test.setTimeout(120_000);
  const { applicationId, code, name, token } = await filed(ctx, phone, 2);

  // The committee follows its own.
  await keepSignIn(page, token);
  await page.goto(`/me/applications/${applicationId}`);
  await expect(page.getByText('等街道或乡镇出推荐意见').first()).toBeVisible();

  await atDesk(page, ctx, `141${phone.slice(3)}`, TOWN);
  await opens(page, name);
  await does(page, '同意推荐', '同意推荐', '推荐，材料属实', '已通过');

  const county = await atDesk(page, ctx, `142${phone.slice(3)}`, '320904');
  await opens(page, name);
  await expect(page.getByText('还不能通过：还没有现场核查记录')).toBeVisible();
  await page.getByRole('link', { name: '登记部门意见' }).click();
  await page.getByRole('button', { name: '登记' }).click();
  await expect(page.getByRole('alert')).toContainText('请选是哪个部门的意见');
  await page.getByLabel('气象部门').check();
  await page.getByLabel('意见的内容').fill('同意');
  await page.getByRole('button', { name: '登记' }).click();
  await expect(page.getByRole('status').filter({ hasText: '部门意见已登记' })).toBeVisible();
  for (const department of ['earthquake', 'fire']) {
    await decided(later(ctx), county, applicationId, { act: 'opinion', department } as Brought);
  }
  await decided(later(ctx), county, applicationId, { act: 'visit' });
  const rest = Object.entries(await allMarks(later(ctx), applicationId)).filter(
    ([field]) => !field.endsWith('plan-short'),
  );
  await acts(saveMarks, later(ctx), county, applicationId, {
    ...{ ...Object.fromEntries(rest), step: 'county-review' },
  });
  await page.goto(`/staff/applications/${applicationId}/marks`);
  await page.getByLabel('打分：预案有一页纸的简明版，发到户').selectOption('0');
  await page.getByRole('button', { name: '保存“预案和演练”' }).click();
  await expect(page.getByText('有1项差得多，还没有写理由')).toBeVisible();
  await page.getByLabel(/^理由.*预案有一页纸的简明版/).fill('没有发到户');
  await page.getByRole('button', { name: '保存“预案和演练”' }).click();
  await page.getByRole('link', { name: '去办“通过”' }).click();
  await page.getByLabel('意见和理由').fill('核查属实，符合要求');
  await page.getByRole('button', { name: '通过', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: '已通过' })).toBeVisible();

  const city = await atDesk(page, ctx, `143${phone.slice(3)}`, '320900');
  const marks = await allMarks(later(ctx), applicationId);
  await decided(later(ctx), city, applicationId, { act: 'draw', drawn: false } as Brought);
  await others(later(ctx), city, applicationId);
  const same = { ...marks, 'marks.plan-short': '0', step: 'city-review' };
  await acts(saveMarks, later(ctx), city, applicationId, same);
  await opens(page, name);
  await expect(page.getByRole('columnheader', { name: '市级审核（打分中）' })).toBeVisible();
  await does(page, '通过', '通过', '同意县级意见', '已通过');

  const province = await atDesk(page, ctx, `144${phone.slice(3)}`, '320000');
  await decided(later(ctx), province, applicationId, { act: 'draw', drawn: false } as Brought);
  await others(later(ctx), province, applicationId);
  await opens(page, name);
  await does(page, '通过', '通过', '考核合格', '已通过');
  await page.getByRole('link', { name: '公示', exact: true }).click();
  await page.getByLabel('受理单位').fill('示例减灾办公室');
  await page.getByLabel('电话').fill('025-88880000');
  await page.getByLabel('地址').fill('示例路1号');
  await page.getByRole('button', { name: '登记公示' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已登记公示' })).toBeVisible();

  // Anybody, by the code alone.
  await page.context().clearCookies();
  await page.goto(`/track/${code}`);
  await expect(page.getByText('正在公示').first()).toBeVisible();
  await expect(page.getByText(formatBookingCode(code)).first()).toBeVisible();
});

test('a file whose notice is over is named', async ({ page, phone, ctx }) => {
  test.setTimeout(90_000);
  const { applicationId, code, name, handedIn } = await filed(ctx, phone, 30);
  let at = handedIn;
  const take = async (scopeId: string, nth: number, brought: object) => {
    at = { ...at, now: addMinutes(at.now, 60) };
    const { person } = await signInByPhone(handedIn, `15${nth}${phone.slice(3)}`);
    await addRole(ctx, person.id, officeOf(scopeId));
    const by = { id: person.id, roles: [officeOf(scopeId)] };
    await decided(at, by, applicationId, brought as Brought);
    return by;
  };
  await take(TOWN, 1, { act: 'approval' });
  const scores = Object.fromEntries(
    Object.entries(await allMarks(at, applicationId)).flatMap(([field, points]) =>
      field.startsWith('marks.') ? [[field.slice(6), Math.round(Number(points) * 10)]] : [],
    ),
  );
  for (const [nth, scopeId] of (['320904', '320900', '320000'] as const).entries()) {
    const step = nth === 0 ? { act: 'visit' } : { act: 'draw', drawn: false };
    const by = await take(scopeId, nth + 2, step);
    at = { ...at, now: addMinutes(at.now, 60) };
    await others(at, by, applicationId);
    at = { ...at, now: addMinutes(at.now, 60) };
    const scored = nth === 2 ? {} : { scores };
    await decided(at, by, applicationId, { act: 'approval', ...scored });
    at = { ...at, now: addMinutes(at.now, 60) };
    if (nth === 2) {
      const opensOn = addDays(calendarDate(at.now), 1);
      await decided(at, by, applicationId, { act: 'notice', opensOn } as Brought);
    }
  }
  await atDesk(page, ctx, `145${phone.slice(3)}`, '320000');
  await page.goto(`/staff/applications/${applicationId}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await page.getByRole('link', { name: '登记命名' }).click();
  await page.getByLabel('命名文件的全名').fill('关于命名示例社区的通知');
  await page.getByLabel('文件的日期').fill(calendarDate(ctx.now));
  await page.getByRole('button', { name: '登记命名' }).click();
  await expect(page.getByRole('status').filter({ hasText: '命名' })).toBeVisible();
  await page.context().clearCookies();
  await page.goto(`/track/${code}`);
  await expect(page.getByText('已命名').first()).toBeVisible();
});
