import type { Locator, Page } from '@playwright/test';
import axe from 'axe-core';
import { listProgrammes } from '../../scripts/lib/list-programmes.ts';
import { giveSelfEvaluation } from '../../src/features/drill-evaluations/commands.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import { readdirSync } from 'node:fs';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { grantRole } from '../../src/features/roles/commands.ts';
import { createBooking } from '../../src/features/bookings/commands.ts';
import { reportOutage } from '../../src/features/outages/commands.ts';
import { claimNumber } from '../../src/features/phones/commands.ts';
import { createGroupRequest } from '../../src/features/groups/commands.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { judgedYesterday } from '../helpers/evaluated-drills.ts';
import { saved } from '../helpers/communities.ts';
import { planned, recorded, region } from '../helpers/drills.ts';
import { selfValues } from '../helpers/losing-states-drill-changes.ts';
import { carded, roleIdOf } from '../helpers/losing-states-drill-desk.ts';
import { announced, opened } from '../helpers/open-drills.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { addRole } from '../helpers/roles.ts';
import { findPersonByPhone } from '../../src/features/accounts/queries.ts';
import {
  addDays,
  addMinutes,
  calendarDate,
  DAY_MS,
  instantOf,
  MINUTE_MS,
} from '../../src/lib/time.ts';
import {
  addSession,
  bookSignedOut,
  expect,
  keepSignIn,
  openLastSession,
  readCode,
  readInvitation,
  sayHowMany,
  signIn,
  signInAsStaff,
  signInWithRole,
  test,
  visitMade,
} from './fixtures.ts';
import { plannedVisit } from './planned-visits.ts';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const LOOKS = [
  [360, 'light'],
  [1280, 'dark'],
] as const;
/** Where to put a picture of every page looked at, for whoever wants to see them: `ANLAN_SHOTS=folder npm test`. */
const SHOTS = process.env['ANLAN_SHOTS'];

/**
 * No finding of axe on a phone by day and a desk by night, and nothing wider than the screen.
 * @param sign what stands only on the page that is meant: a click answers before the next page is there.
 */
async function inspect(page: Page, name: string, sign?: Locator): Promise<void> {
  if (sign) await expect(sign).toBeVisible();
  for (const look of LOOKS) await inspectLook(page, name, look);
}

async function inspectLook(
  page: Page,
  name: string,
  [width, colorScheme]: (typeof LOOKS)[number],
): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme });
  // Once for all looks at a page: reading half a megabyte of script takes longer than using it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    // What passed is counted but not described, which is most of the work.
    const { violations } = await window.axe.run({ resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  });
  expect(found, `${name} at ${width}px`).toEqual([]);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name} at ${width}px`).toBe(0);
}

const slugsIn = (folder: string) =>
  readdirSync(new URL(`../../content/${folder}/`, import.meta.url))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.replace('.md', ''));

/** Three classes of thirty, as an address. */
function classes(adults: number): URLSearchParams {
  const query = new URLSearchParams({ kind: 'school' });
  for (let nth = 0; nth < 3; nth += 1) {
    query.set(`classes.${nth}.label`, `三年级${nth + 1}班`);
    query.set(`classes.${nth}.adults`, String(adults));
    query.set(`classes.${nth}.others`, '30');
  }
  return query;
}

const publicPages: Record<string, string> = {
  home: '/',
  styleguide: '/styleguide',
  guides: '/guides',
  elder: '/elder',
  'elder-guides': '/elder/guides',
  'elder-guide': '/elder/guides/household-fire',
  'elder-guide-more': '/elder/guides/household-fire/more',
  'elder-visits': '/elder/visits',
  'elder-offline': '/elder/offline',
  offline: '/offline',
  quiz: '/guides/cpr/quiz',
  'quiz-unfinished': '/guides/cpr/quiz?q1=a&done=1',
  'quiz-marked': '/guides/cpr/quiz?q1=a&q2=b&q3=c&q4=a&q5=a',
  halls: '/halls',
  ...Object.fromEntries(slugsIn('halls').map((slug) => [`hall-${slug}`, `/halls/${slug}`])),
  'hall-parties': '/halls/yancheng/parties',
  'groups-enterprise': '/halls/yancheng/groups?kind=enterprise',
  'group-mistake': `/halls/yancheng/groups?check=1&${classes(1)}`,
  'group-days': `/halls/yancheng/groups/days?${classes(3)}`,
  'halls-none': '/halls?region=320700&kind=theme-park',
  'hall-kind': '/halls/kinds/training-base',
  courses: '/courses',
  course: '/courses/self-rescue',
  'embedded-hall': '/embed/halls/yancheng',
  'hall-calendar': '/halls/yancheng/calendar?people=6',
  'hall-week': '/halls/yancheng/calendar?week=2030-01-01',
  'hall-fit': '/halls/yancheng/fit?age1=68&age2=36&age3=8&height3=118',
  'hall-fit-mistake': '/halls/yancheng/fit?age1=x&height2=110',
  certificates: '/certificates?code=1',
  'certificate-unknown': '/certificates/ABCDEFGHJK',
  regions: '/regions',
  ...Object.fromEntries(
    ['320000', '320700', '320900', '360222'].map((code) => [`region-${code}`, `/regions/${code}`]),
  ),
  drills: '/drills',
  'drill-calendar': '/drills/calendar?month=2030-01&region=320900',
  'drill-results': '/drills/results?region=320904',
  'drill-plan': '/drills/plans/320904',
  'drill-templates': '/drills/templates?organiser=学校',
  'drill-templates-none': '/drills/templates?organiser=渔业组织&hazard=地震',
  'drill-plan-none': '/drills/plans/320700?year=2025',
  communities: '/communities',
  poster: '/guides/road-safety/poster',
  broadcast: '/guides/cpr/broadcast',
  campaigns: '/campaigns',
  campaign: '/campaigns/disaster-reduction-day',
  'search-narrowed': '/search?place=家里&season=winter',
  namings: '/communities/named',
  shelters: '/communities/shelters',
  'shelters-none': '/communities/shelters?q=没有这个名字',
  'namings-none': '/communities/named?q=没有这个名字',
  phones: '/phones',
  household: '/household?adults=2&infants=1&elders=1&fuel=1&water=1&pets=1',
  'household-mistake': '/household?adults=x&until-water=2020-01-01',
  cards: '/cards',
  'pack-parents': '/packs/parents?month=6',
  search: '/search?q=煤气味&audience=家庭',
  'search-empty': '/search?q=😀',
  sitemap: '/sitemap',
  tickets: '/tickets',
  inquiries: '/inquiries?kind=error&about=/guides/cpr',
  'inquiry-track': '/inquiries/track?code=1',
  track: '/track',
  'track-unknown': '/track/ABCDEFGHJK',
  'public-notices': '/communities/notices',
  draws: '/communities/draws',
  'inquiry-unknown': '/inquiries/ABCDEFGHJK',
  'ticket-closed': '/tickets/ABCDEFGHJK',
  notices: '/notices?kind=warning',
  'sign-in': '/sign-in',
  'phone-objection': '/phone-objection',
  privacy: '/privacy',
  audit: '/audit',
  erasures: '/privacy/erasures',
  erased: '/me/data/erased',
  'not-found': '/no/such/page',
};

for (const [name, path] of Object.entries(publicPages)) {
  test(`${name} has no finding`, async ({ page }) => {
    await page.goto(path);
    await inspect(page, name);
  });
}

/** Guides are drawn alike: each is looked at once, in one look or the other, several in one tab. */
const GUIDES_A_TEST = 8;
const guides = slugsIn('guides');
for (let from = 0; from < guides.length; from += GUIDES_A_TEST) {
  const some = guides.slice(from, from + GUIDES_A_TEST);
  test(`the guides ${some.join(', ')} have no finding`, async ({ page }) => {
    test.setTimeout(60_000);
    for (const [index, slug] of some.entries()) {
      await page.goto(`/guides/${slug}`);
      await inspectLook(page, `guide-${slug}`, LOOKS[index % LOOKS.length]!);
    }
  });
}

test('the cards of posts have no finding', async ({ page }) => {
  test.setTimeout(60_000);
  for (const [index, slug] of slugsIn('cards').entries()) {
    await page.goto(`/cards/${slug}`);
    await inspectLook(page, `card-${slug}`, LOOKS[index % LOOKS.length]!);
  }
});

test('the templates of drills have no finding', async ({ page }) => {
  test.setTimeout(60_000);
  for (const [index, slug] of slugsIn('drills').entries()) {
    await page.goto(`/drills/templates/${slug}`);
    await inspectLook(page, `drill-template-${slug}`, LOOKS[index % LOOKS.length]!);
  }
});

test('an audit receipt has no finding', async ({ page, ctx }) => {
  const [entry] = await ctx.db.select().from(auditEntries).limit(1);
  await page.goto(`/audit/receipts/${entry!.id}`);
  await inspect(page, 'audit-receipt');
});

test('the way to a booking has no finding, mistakes included', async ({ page, phone }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  const mistake = page.getByRole('alert');
  await openLastSession(page);
  await inspect(page, 'party', title('几个人来'));
  await sayHowMany(page, 15);
  await inspect(page, 'party-mistake', mistake);
  await sayHowMany(page, 2, 1);
  await inspect(page, 'confirmation-signed-out', title('核对，确认'));
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await page.getByRole('button', { name: '发送验证码' }).click();
  await inspect(page, 'sign-in-mistake', mistake);
  await page.getByLabel('手机号').fill(phone);
  await page.getByRole('button', { name: '发送验证码' }).click();
  await inspect(page, 'sign-in-code', title('填写验证码'));
  await page.getByLabel('6位验证码').fill(await readCode(page, phone));
  await page.getByRole('button', { name: '登录' }).click();
  await inspect(page, 'confirmation', page.getByLabel('联系人姓名'));
  await page.getByRole('button', { name: '确认预约' }).click();
  await inspect(page, 'confirmation-mistake', mistake);
  await page.getByLabel('联系人姓名').fill('示例王芳');
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await page.getByRole('button', { name: '确认预约' }).click();
  await inspect(page, 'sign-in-ended', title('要再登录一次'));
  await page.context().addCookies(cookies);
  await page.getByRole('button', { name: '登录好了，接着提交' }).click();
  await inspect(page, 'ticket', title('约好了'));
  await page.getByRole('link', { name: '改期或改人数' }).click();
  await inspect(page, 'change', title('改期或改人数'));
  await page.getByRole('button', { name: '确认更改' }).click();
  await inspect(page, 'change-mistake', mistake);
  await page.getByRole('link', { name: '不改，返回' }).click();
  await page.getByRole('link', { name: '来不了，取消' }).click();
  await inspect(page, 'cancellation', title('取消预约'));
  await page.getByRole('button', { name: '确认取消' }).click();
  await inspect(page, 'ticket-cancelled', title('已取消'));
  await page.getByRole('navigation', { name: '所在位置' }).getByRole('link').click();
  await inspect(page, 'own-bookings', title('我的预约'));
});

test('the pages of one’s own data have no finding, mistakes included', async ({ page, phone }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  await openLastSession(page);
  await bookSignedOut(page, phone);
  await page.goto('/me/data');
  await inspect(page, 'own-data', title('我的个人信息'));
  await page.goto('/me/volunteer?county=320904');
  await page.getByRole('button', { name: '登记做志愿者' }).click();
  await inspect(page, 'volunteer-mistake', page.getByRole('alert'));
  for (const [name, text] of [
    ['duties', '我的讲解'],
    ['certificate', '志愿服务证明'],
  ] as const) {
    await page.goto(`/me/volunteer/${name}`);
    await inspect(page, `volunteer-${name}`, title(text));
  }
  await page.goto('/me/data');
  await page.getByRole('link', { name: '改姓名' }).click();
  await page.getByLabel('联系人姓名').fill('<');
  await page.getByRole('button', { name: '保存姓名' }).click();
  await inspect(page, 'contact-name-mistake', page.getByRole('alert'));
  await page.getByRole('link', { name: '不改，返回' }).click();
  await page.getByRole('link', { name: '删除账户' }).click();
  await page.getByRole('button', { name: '确认删除账户' }).click();
  await inspect(page, 'erasure-mistake', page.getByRole('alert'));
});

test('the staff pages have no finding', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  await signInAsStaff(page, ctx, phone);
  await inspect(page, 'staff', title('今天要办'));
  await page.getByRole('link', { name: '名单和登记' }).click();
  await inspect(page, 'staff-hall', title(/^今天/));
  await page.getByRole('button', { name: '登记到馆' }).click();
  await inspect(page, 'staff-hall-refused', page.getByRole('alert'));
  await page.getByRole('link', { name: '后一天' }).click();
  await inspect(page, 'staff-hall-tomorrow', page.getByRole('link', { name: '回到今天' }));
  await page.getByRole('link', { name: '全部预约' }).click();
  await inspect(page, 'staff-bookings', title('全部预约'));
  await page.goto('/staff/halls/yancheng/bookings?q=nobody&state=cancelled');
  await inspect(page, 'staff-bookings-none', page.getByText('没有找到'));
  await page.goto('/staff/halls/yancheng/week');
  await inspect(page, 'staff-week', title(/年\d+月\d+日到/));
  await page.goto('/staff/halls/yancheng/numbers');
  await inspect(page, 'staff-numbers', title(/的数据$/));
  await page.goto('/staff/halls/yancheng/roster');
  await inspect(page, 'staff-roster', title(/^讲解员排班/));
  await page.getByRole('listitem').getByRole('link').first().click();
  await inspect(page, 'staff-roster-session', title(/月\d+日/));
  await page.goto('/staff/exports/bookings?hall=yancheng');
  await inspect(page, 'staff-export', title('导出预约'));
});

test('the door of a hall has no finding, whatever it has to say', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const startsAt = instantOf(calendarDate(ctx.now), 17);
  const endsAt = addMinutes(startsAt, 24 * 60);
  const session = await addSession(ctx, { startsAt, endsAt, bookingClosesAt: endsAt });
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person } = await signInByPhone(yesterday, phone);
  const input = { sessionId: session.id, adults: 2, children: 1, contactName: '示例王芳' };
  const { code } = await createBooking(ctx, person, input, crypto.randomUUID());
  await signInAsStaff(page, ctx, `131${phone.slice(3)}`);
  await page.goto('/staff/halls/yancheng/door');
  const result = page.locator('[data-result]');
  const show = async (text: string) => {
    await page.getByLabel('扫码，或输入预约码').fill(text);
    await page.keyboard.press('Enter');
  };
  await show(code);
  await inspect(page, 'door-in', result.getByText('可以入场：3人'));
  await show(code);
  await inspect(page, 'door-refused', result.getByText('已经登记入场'));
  await show(code.slice(-4));
  await result.getByRole('button', { name: code.slice(-4) }).click();
  await inspect(page, 'door-party', result.getByText('到了3人，约了3人'));
  await page.context().setOffline(true);
  await result.getByRole('button', { name: '出' }).click();
  await inspect(page, 'door-no-link', page.getByText('1条还没发出'));
  await page.context().setOffline(false);
  await expect(page.getByText('1条还没发出')).toHaveCount(0);
  await page.goto('/staff/halls/yancheng/door/inside');
  await inspect(page, 'door-inside', title(/在馆里\d+人/));
  // Whoever counts after an evacuation ticks off on the phone as well as on paper.
  await page.getByRole('checkbox', { name: '数到了' }).first().check();
  await page.goto('/staff/halls/yancheng/door/paper');
  await inspect(page, 'door-paper', title(/名单/));
  await page.goto('/staff/halls/yancheng/notes');
  await page.getByRole('button', { name: '记下来' }).click();
  await inspect(page, 'door-notes-mistake', page.getByRole('alert'));
});

test('the pages of a hall’s calendar have no finding, mistakes included', async ({
  page,
  phone,
  ctx,
}) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const mistake = page.getByRole('alert');
  const hall = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await signInWithRole(page, ctx, phone, hall);
  await page.goto('/staff/halls/yancheng/calendar');
  await inspect(page, 'staff-calendar', title('开放日历'));
  await page
    .getByRole('link', { name: /月\d+日/ })
    .last()
    .click();
  await inspect(page, 'staff-calendar-day', title(/月\d+日/));
  await page.getByLabel('闭馆').check();
  await page.getByRole('button', { name: '先看影响哪些场次' }).click();
  await inspect(page, 'staff-calendar-day-mistake', mistake);
  await page.goto('/staff/halls/yancheng/hours');
  await page.getByLabel('场次').fill('周六 09:00-10:15 40 团体30');
  await page.getByRole('button', { name: '先看影响哪些场次' }).click();
  await inspect(page, 'staff-hours-preview', page.getByRole('button', { name: '存下来' }));
  await page.goto('/staff/halls/yancheng/lateness');
  await page.getByLabel('开场几分钟').fill('1');
  await page.getByRole('button', { name: '改迟到的时间' }).click();
  await inspect(page, 'staff-lateness-mistake', mistake);
  await page.goto('/staff/halls/yancheng/rules');
  await page.getByLabel('团体最少几人').fill('40');
  await page.getByRole('button', { name: '存规则' }).click();
  await inspect(page, 'staff-rules-mistake', mistake);
  await page.goto('/staff/halls/yancheng/outages?what=hall:&reason=%E6%A3%80%E4%BF%AE&places=1');
  await inspect(page, 'staff-outages-mistake', mistake);
  const day = calendarDate(new Date(ctx.now.getTime() + DAY_MS));
  const days = `fromDay=${day}&untilDay=`;
  await page.goto(
    `/staff/halls/yancheng/outages?what=hall:&reason=%E6%A3%80%E4%BF%AE&places=0&${days}`,
  );
  await inspect(page, 'staff-outages-preview', page.getByRole('button', { name: '就这样停用' }));
  const by = (await findPersonByPhone(ctx, phone))!;
  const far = calendarDate(new Date(ctx.now.getTime() + 150 * DAY_MS));
  const out = { hallSlug: 'yancheng', what: 'hall:', reason: '检修', places: '1' };
  const { outageId } = await reportOutage(
    ctx,
    by,
    { ...out, fromDay: far, untilDay: far },
    crypto.randomUUID(),
  );
  await page.goto(`/staff/halls/yancheng/outages/${outageId}/moves`);
  await inspect(page, 'staff-moves', title('请约多了的人改期'));
  await page.goto('/staff/halls/yancheng/stops?reason=&cause=');
  await inspect(page, 'staff-stops-mistake', mistake);
  await page.goto('/staff/halls/yancheng/appeals');
  await inspect(page, 'staff-appeals', title('未到申诉'));
  await addRole(ctx, (await findPersonByPhone(ctx, phone))!.id, {
    ...{ role: 'administrator', scopeKind: 'site', scopeId: '' },
  });
  await page.goto('/staff/calendar');
  await inspect(page, 'staff-years', title('节假日表'));
  await page.goto('/staff/calendar/2027?days=%E5%85%83%E6%97%A6');
  await inspect(page, 'staff-year-mistake', mistake);
  await page.goto('/staff/halls');
  await inspect(page, 'staff-halls', title('场馆'));
});

test('the pages of courses have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(60_000);
  const hall = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  await signInWithRole(page, ctx, phone, hall);
  await page.goto('/staff/halls/yancheng/courses');
  await inspect(page, 'staff-courses', title('课程'));
  await page.getByRole('button', { name: '开课' }).click();
  await inspect(page, 'staff-courses-mistake', page.getByRole('alert'));
  await page.getByRole('link', { name: '撤下' }).first().click();
  await inspect(page, 'staff-course-withdrawal', title('撤下课程'));
  await page.goto('/courses/volunteer-training');
  await page.getByRole('link', { name: /^报名/ }).first().click();
  await inspect(page, 'party-of-a-course', title('几个人来'));
});

test('the pages of a drill in preparation have no finding, mistakes included', async ({
  page,
  phone,
  ctx,
}) => {
  test.setTimeout(60_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const mistake = page.getByRole('alert');
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(page, ctx, phone, { role: 'drill_organiser', ...county });
  const { id } = (await findPersonByPhone(ctx, phone))!;
  const by = { id, roles: await rolesOf(ctx, id) };
  const drillId = await opened(ctx, by, region(), {
    date: addDays(calendarDate(ctx.now), 20),
  });
  await page.goto('/me/drills/new?region=320904');
  await inspect(page, 'drill-new', title('准备一次演练'));
  await page.getByRole('link', { name: '社区地震避险' }).click();
  await page.getByRole('button', { name: '开始准备' }).click();
  await inspect(page, 'drill-new-mistake', mistake);
  const { cardId, code } = await carded(ctx, by, drillId, '总导调');
  const role = await roleIdOf(ctx, drillId, '楼栋长');
  const pages = [
    ['workspace', '', /^演练·/],
    ['version', '/version', '时间、地点和告知'],
    ['script', '/script', '方案和情景'],
    ['script-inject', '/script/inject?inject=i1', '情景'],
    ['script-inject-removal', '/script/inject-removal?inject=i1', '删掉一条情景'],
    ['script-scenario', '/script/scenario', '假设和目标'],
    ['script-measures', '/script/measures', '要量的时间'],
    ['script-places', '/script/places', '路线和集合点'],
    ['script-materials', '/script/materials', '物资'],
    ['script-safety', '/script/safety', '安全'],
    ['people', '/people', '角色和人'],
    ['people-role', `/people/role?role=${role}`, /^改/],
    ['people-role-removal', `/people/role-removal?role=${role}`, /^删掉/],
    ['people-assignment', `/people/assignment?role=${role}`, /^指派/],
    ['people-card', `/people/card?role=${role}`, /^发/],
    ['people-card-withdrawal', `/people/card-withdrawal?card=${cardId}`, /^作废/],
    ['announcement', '/announcement', /^公告/],
    ['cancellation', '/cancellation', /^取消/],
    ['start', '/start', /^启动/],
    ['print-plan', '/print/plan', /方案$/],
    ['print-cards', '/print/cards', '角色卡'],
    ['print-injects', '/print/injects', '情景卡'],
    ['print-attendance', '/print/attendance', '签到表'],
    ['print-evaluation', '/print/evaluation', /评估表$/],
  ] as const;
  for (const [index, [name, path, heading]] of pages.entries()) {
    await page.goto(`/me/drills/${drillId}${path}`);
    await expect(title(heading)).toBeVisible();
    await inspectLook(page, `drill-${name}`, LOOKS[index % LOOKS.length]!);
  }
  await page.goto(`/drills/join/${code}`);
  await inspect(page, 'drill-card', title(/^担任/));
});
test('the pages of drills have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(60_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const mistake = page.getByRole('alert');
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(page, ctx, phone, { role: 'drill_organiser', ...county });
  const head = (await findPersonByPhone(ctx, phone))!;
  const { person: officer } = await signInByPhone(
    { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) },
    `137${phone.slice(3)}`,
  );
  await addRole(ctx, officer.id, { role: 'reviewer', ...county });
  const claim = { kind: 'school', name: `示例${phone.slice(-6)}中学`, regionCode: '320904' };
  const { organisationId } = await claimOrganisation(ctx, head, claim, crypto.randomUUID());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer, verdict, crypto.randomUUID());
  const organiser = { organisationId, regionCode: '' };
  const by = { id: head.id, roles: [] };
  const year = calendarDate(ctx.now).slice(0, 4);
  const date = calendarDate(new Date(ctx.now.getTime() - DAY_MS));
  await planned(ctx, by, organiser, { year });
  const recordId = await recorded(ctx, by, organiser, { date });
  const base = `/me/organisations/${organisationId}`;
  await page.goto(`${base}/drills`);
  await inspect(page, 'drills-own', title(/的演练$/));
  await page.goto(`${base}/traits`);
  await inspect(page, 'drills-traits', title('单位的情形'));
  await page.goto(`${base}/drills/records/${recordId}`);
  await inspect(page, 'drill-record', title(/演练$/));
  await page.goto(`${base}/drills/record`);
  await page.getByRole('button', { name: '记下来' }).click();
  await inspect(page, 'drill-record-mistake', mistake);
  await page.goto(`${base}/drills/plan/${year}`);
  await inspect(page, 'drill-plan-own', title(/应急演练计划$/));
  await page.getByRole('link', { name: /^取消/ }).click();
  await inspect(page, 'drill-plan-drop', title(/^取消/));
  await page.goto(`${base}/drills/plan/${year}/item`);
  await page.getByRole('button', { name: '加进计划' }).click();
  await inspect(page, 'drill-plan-item-mistake', mistake);
  await page.goto('/staff/drills');
  await inspect(page, 'staff-drills', title('谁要演练，谁逾期'));
  await page.goto('/staff/drills/numbers');
  await inspect(page, 'staff-drills-numbers', title(/的演练数据$/));
  await page.goto('/staff/drills/call-out');
  await inspect(page, 'staff-call-out', title('集结名单'));
  await page.goto('/me/call-outs');
  await inspect(page, 'call-outs', title('召集'));
  await page.goto('/staff/drills/regions/320904');
  await inspect(page, 'staff-drills-region', title(/的演练$/));
  await page.goto(`/staff/drills/organisations/${organisationId}`);
  await inspect(page, 'staff-drills-organisation', title(/的演练$/));
  await addRole(ctx, head.id, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/applications/successions');
  await inspect(
    page,
    'staff-successions',
    page.getByRole('heading', { level: 1, name: '职能承接' }),
  );
  await page.goto('/staff/drills/rules');
  await page.getByRole('button', { name: '保存新版本' }).click();
  await inspect(page, 'staff-drill-rules-mistake', mistake);
  await page.goto('/staff/drills/pauses');
  await inspect(page, 'staff-drill-pauses', title('学校停课的月份'));
});

test('the pages of a community’s profile and of its application have no finding', async ({
  page,
  phone,
  ctx,
}) => {
  test.setTimeout(90_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(page, ctx, phone, { role: 'reviewer', ...county });
  const head = (await findPersonByPhone(ctx, phone))!;
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person: officer } = await signInByPhone(yesterday, `137${phone.slice(3)}`);
  await addRole(ctx, officer.id, { role: 'reviewer', ...county });
  const claim = { kind: 'committee', name: `示例${phone.slice(-6)}居委会`, regionCode: '320904' };
  const { organisationId } = await claimOrganisation(ctx, head, claim, crypto.randomUUID());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer, verdict, crypto.randomUUID());
  for (const section of ['shelters', 'risks', 'publication'] as const) {
    await saved(ctx, { id: head.id, roles: [] }, organisationId, section);
  }
  const base = `/me/organisations/${organisationId}/profile`;
  const filing = { organisationId, programme: 'jiangsu-community' };
  const own = { id: head.id, roles: [] };
  const begun = await beginApplication(ctx, own, filing, listProgrammes, crypto.randomUUID());
  const form = `/me/applications/${begun.applicationId}`;
  for (const [name, path, heading] of [
    ['applications', '/me/applications', '申报示范称号'],
    ['applications-new', '/me/applications/new', '开始申报'],
    ['application', form, '江苏省综合减灾示范社区'],
    ['application-conditions', `${form}/conditions`, '基本条件'],
    ['application-points', `${form}/points/risk`, '风险和隐患'],
    ['application-evidence', `${form}/evidence/condition/shelter`, /^材料：/],
    ['application-form', `${form}/form`, /申报表$/],
    ['application-submission', `${form}/submission`, '提交申报'],
    ['application-stamped', `${form}/stamped`, '盖章的申报表'],
    ['application-withdrawal', `${form}/withdrawal`, '撤回申报'],
    ['profile', base, '社区基本情况'],
    ['profile-shelters', `${base}/sections/shelters`, '避难场所和疏散路线'],
    ['profile-warning', `${base}/sections/warning`, '预警和报灾'],
    ['profile-sheet', `${base}/sheet`, '社区防灾减灾基本情况'],
    ['profile-risk-map', `${base}/risk-map`, '风险地图'],
    ['profile-plan', `${base}/plan?template=community`, /应急预案草稿$/],
    ['profile-staff', `/staff/organisations/${organisationId}/profile`, '社区防灾减灾基本情况'],
    ['profile-public', `/communities/${organisationId}`, /居委会$/],
    ['plan-templates', '/communities/plan-templates', '基层预案模板'],
    ['plan-template', '/communities/plan-templates/village', /^村突发事件应急预案/],
  ] as const) {
    await page.goto(path);
    await inspect(page, name, title(heading));
  }
  await page.goto(`${base}/sections/basics`);
  await page.getByLabel('总户数（户）').fill('很多');
  await page.getByRole('button', { name: '保存这一部分' }).click();
  await inspect(page, 'profile-basics-mistake', page.getByRole('alert'));
});

test('the pages of signing up for a drill have no finding', async ({ page, phone, ctx }) => {
  test.setTimeout(60_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(page, ctx, phone, { role: 'drill_organiser', ...county });
  const { id } = (await findPersonByPhone(ctx, phone))!;
  const by = { id, roles: await rolesOf(ctx, id) };
  const date = calendarDate(new Date(ctx.now.getTime() + 21 * DAY_MS));
  const drillId = await announced(ctx, by, await opened(ctx, by, region(), { date }));
  await page.goto(`/drills/${drillId}`);
  await inspect(page, 'drill-notice', title('示例地震避险演练'));
  await page.getByRole('link', { name: '报名：居民' }).click();
  await page.getByLabel(/^坐轮椅/).check();
  await page.getByRole('button', { name: '确认报名' }).click();
  await inspect(page, 'drill-sign-up-mistake', page.getByRole('alert'));
  await page.getByLabel('联系人姓名').fill('示例王芳');
  await page.getByLabel(/^我同意/).check();
  await page.getByRole('button', { name: '确认报名' }).click();
  await inspect(page, 'drill-signed-up', title('报名成功'));
  await page.goto(`/me/drills/${drillId}/sign-ups`);
  await inspect(page, 'drill-sign-ups', title('谁来，谁要帮忙'));
  for (const [name, path, heading] of [
    ['drill-attendance', `/me/drills/${drillId}/sign-ups/sheet`, /^点名表/],
    ['drill-card', `/drills/${drillId}/card`, '转发的卡片'],
    ['drill-sheet', `/drills/${drillId}/sheet`, '示例地震避险演练'],
    ['own-drills', '/me/drills', '我的演练'],
    ['drill-run', `/me/drills/${drillId}/run`, '演练·示例地震避险演练'],
    ['drill-log', `/me/drills/${drillId}/log`, /的记录$/],
    ['drill-run-paper', `/me/drills/${drillId}/run/paper`, /记录单$/],
  ] as const) {
    await page.goto(path);
    await inspect(page, name, title(heading));
  }
});

test('the pages after a drill have no finding', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(page, ctx, phone, { role: 'drill_organiser', ...county });
  const { id } = (await findPersonByPhone(ctx, phone))!;
  const by = { id, roles: await rolesOf(ctx, id) };
  const { drillId, itemId } = await judgedYesterday(ctx, by, region());
  for (const [name, path, heading] of [
    ['drill-own-sheet', 'sheet', '我的评估表'],
    ['drill-sheet-group', 'sheet?group=1', /^演练准备/],
    ['drill-sheet-hand-in', 'sheet/hand-in', '交评估表'],
    ['drill-evaluation', 'evaluation', '评估'],
    ['drill-finding', 'findings/new', '记一条问题'],
    ['drill-report', 'report', /总结报告$/],
    ['drill-report-words', 'report/words', '改报告的文字'],
    ['drill-report-release', 'report/release', '发布总结报告'],
    ['drill-to-record', 'record', '记入演练记录'],
    ['drill-photos', 'photos', '演练照片'],
    ['drill-self-evaluation', 'self-evaluation', '练完了，说说看'],
    ['drill-archive', 'archive', '归档'],
  ] as const) {
    await page.goto(`/me/drills/${drillId}/${path}`);
    await inspect(page, name, title(heading));
  }
  await giveSelfEvaluation(ctx, by, { drillId, ...selfValues }, crypto.randomUUID());
  await page.goto(`/me/drills/${drillId}/self-evaluation/withdrawal`);
  await inspect(page, 'drill-self-withdrawal', title('撤回自评'));
  await page.goto('/me/improvements/new?region=320904');
  await page.getByRole('button', { name: '立项' }).click();
  await inspect(page, 'improvement-mistake', page.getByRole('alert'));
  for (const [name, path, heading] of [
    ['improvements', '/me/improvements', '演练整改'],
    ['improvement', `/me/improvements/${itemId}`, '换东侧安全出口的合页'],
    ['improvement-completion', `/me/improvements/${itemId}/completion`, '改好了'],
    ['staff-improvements', '/staff/drills/improvements', '演练整改'],
    ['staff-improvement', `/staff/drills/improvements/${itemId}`, '换东侧安全出口的合页'],
    ['staff-drill-grades', '/staff/drills/grades', '演练等级的分数线'],
  ] as const) {
    await page.goto(path);
    await inspect(page, name, title(heading));
  }
});

test('the pages of organisations have no finding', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const scope = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(page, ctx, phone, { role: 'reviewer', ...scope });
  await page.goto('/me/organisations');
  await inspect(page, 'organisations', title('我的单位'));
  await page.getByRole('button', { name: '登记，等待核验' }).click();
  await inspect(page, 'organisations-mistake', page.getByRole('alert'));
  await page.getByRole('radio', { name: '学校' }).check();
  await page.getByLabel('单位全称').fill('示例第三小学');
  await page.getByLabel('所在的县（市、区）').selectOption('320904');
  await page.getByRole('button', { name: '登记，等待核验' }).click();
  await inspect(page, 'organisation', title('示例第三小学'));
  await page.getByRole('link', { name: '交证明材料' }).click();
  await inspect(page, 'proof', title('证明材料'));
  await page.getByRole('button', { name: '交上去' }).click();
  await inspect(page, 'proof-mistake', page.getByRole('alert'));
  await page.goto('/staff/organisations');
  await inspect(page, 'staff-organisations', title('单位'));
  await page.getByRole('link', { name: '示例第三小学' }).click();
  await inspect(page, 'staff-organisation', page.getByText('不能由你核验'));
  await page.goto('/staff/namings');
  await inspect(page, 'staff-namings', title('已命名的示范社区、乡镇和县'));
  await page.getByRole('link', { name: /^删去\s*：示例海棠社区$/ }).click();
  await page.getByRole('button', { name: '删去这一条' }).click();
  await inspect(page, 'naming-removal-mistake', page.getByRole('alert'));
});

test('asking and answering have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  await page.goto('/inquiries?kind=error');
  await page.getByRole('button', { name: '发出' }).click();
  await inspect(page, 'inquiry-mistake', page.getByRole('alert'));
  await page.getByLabel('内容').fill('示例：按压次数写反了。\n应该是先按30次。');
  await page.getByRole('button', { name: '发出' }).click();
  await inspect(page, 'inquiry-sent', title('收到了'));
  await signInWithRole(page, ctx, phone, { role: 'editor', scopeKind: 'site', scopeId: '' });
  await page
    .getByRole('navigation', { name: '工作' })
    .getByRole('link', { name: '留言和找错' })
    .click();
  await inspect(page, 'staff-inquiries', title('留言和找错'));
  await page
    .getByRole('link', { name: /示例：按压次数/ })
    .first()
    .click();
  await page.getByRole('button', { name: '答复' }).click();
  await inspect(page, 'staff-inquiry-mistake', page.getByRole('alert'));
});

test('the pages of visits, draws and notices have no finding', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const { applicationId, code } = await plannedVisit(ctx, phone);
  const county = { scopeKind: 'region', scopeId: '320904' } as const;
  await signInWithRole(page, ctx, phone, { role: 'reviewer', ...county });
  const file = `/staff/applications/${applicationId}`;
  for (const [name, path, heading] of [
    ['track-found', `/track/${code}`, /^示例社区/],
    ['staff-applications', '/staff/applications', '申报审核'],
    ['staff-application', file, /^示例社区/],
    ['staff-application-marks', `${file}/marks`, '逐项打分'],
    ['staff-application-return', `${file}/return`, '退回补正'],
    ['staff-application-approval', `${file}/approval`, '通过'],
    ['staff-application-opinion', `${file}/opinion`, '登记部门意见'],
    ['staff-application-assignment', `${file}/assignment`, '分办'],
    ['staff-delegations', '/staff/applications/delegations', '分工和委托'],
    ['staff-application-summary', '/staff/applications/summary', /汇总表$/],
    ['staff-rounds', '/staff/applications/rounds', '年度申报时间'],
    ['staff-visit', `${file}/visit`, /^现场核查/],
    ['staff-visit-paper', `${file}/visit/paper`, /^现场核查清单/],
    ['staff-visit-photos', `${file}/visit/photos`, '核查照片'],
    ['staff-visit-conclusion', `${file}/visit/conclusion`, /^核查办结/],
    ['staff-notice-of-file', `${file}/notice`, /^公示/],
    ['staff-naming-of-file', `${file}/naming`, /^命名/],
    ['staff-recheck-of-file', `${file}/recheck`, /^复核/],
    ['staff-draws', '/staff/draws', '抽查'],
  ] as const) {
    await page.goto(path);
    await inspect(page, name, title(heading));
  }
  await page.goto(`${file}/return`);
  await page.getByRole('button', { name: '退回' }).click();
  await inspect(page, 'staff-application-return-mistake', page.getByRole('alert'));
});

test('the pages of publishing have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  await page.goto('/notices');
  await page.getByRole('link', { name: /寒潮/ }).click();
  await inspect(page, 'notice', title(/寒潮/));
  await signInWithRole(page, ctx, phone, { role: 'editor', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/notices');
  await inspect(page, 'staff-notices', title(/没有发布的/));
  await page.getByRole('link', { name: '示例：周末社区开放日' }).click();
  await step('提交审核结果');
  await inspect(page, 'staff-notice-mistake', page.getByRole('alert'));
  await page.getByRole('link', { name: '改这一条' }).click();
  await inspect(page, 'staff-notice-revision', title('改公告'));
  await page.goto('/staff/notices/new');
  await step('存好，送审');
  await inspect(page, 'staff-notice-new-mistake', page.getByRole('alert'));
  await page.goto('/staff/notices?state=all');
  await page.getByRole('link', { name: /寒潮/ }).click();
  await page.getByRole('link', { name: '撤回' }).click();
  await inspect(page, 'staff-notice-withdrawal', title('撤回公告'));
  await page.goto('/staff/banners/new');
  await step('存好，请同事发布');
  await inspect(page, 'staff-banner-mistake', page.getByRole('alert'));
  await page.getByLabel('一句话').fill('示例：海堤附近的人请转移');
  await page.getByLabel('橙色预警').check();
  await page.getByLabel('显示几小时').fill('6');
  await step('存好，请同事发布');
  await inspect(page, 'staff-banner', page.getByText('自己写的不能自己发布'));
  await page.goto('/staff/banners');
  await inspect(page, 'staff-banners', title('紧急通知'));
  await page.goto('/staff/withdrawals');
  await inspect(page, 'staff-withdrawals', title('撤下内容'));
  await page.getByRole('row').filter({ hasText: '打雷了怎么办' }).getByRole('link').click();
  await step('提出撤下');
  await inspect(page, 'staff-withdrawal-mistake', page.getByRole('alert'));

  async function step(name: string): Promise<void> {
    await page.getByRole('button', { name }).click();
  }
});

test('the pages of messages have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/me/notifications');
  await inspect(page, 'notifications', title('消息怎么收'));
  await page.getByRole('link', { name: '填邮箱' }).click();
  await title('填邮箱').waitFor();
  await page.getByRole('button', { name: '发验证码' }).click();
  await inspect(page, 'notifications-mail-mistake', page.getByRole('alert'));
  await page.getByLabel('邮箱').fill('wang@example.cn');
  await page.getByRole('button', { name: '发验证码' }).click();
  await title('核对邮箱').waitFor();
  await page.getByRole('button', { name: '核对' }).click();
  await inspect(page, 'notifications-code-mistake', page.getByRole('alert'));
  await page.goto('/me/notifications/devices');
  await inspect(page, 'notifications-devices', title('浏览器推送'));
  await page.goto('/staff/messages');
  await inspect(page, 'messages', title('消息'));
  await page.goto('/staff/messages/resend?kind=booking_created');
  await inspect(page, 'messages-resend', title('重发消息'));
  const lost = `136${phone.slice(3)}`;
  const earlier = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  await signInByPhone(earlier, lost);
  const { person: claimant } = await signInByPhone(earlier, `135${phone.slice(3)}`);
  const claim = { phone: lost, answer: 'ABCDE-FGHJK' };
  const { claimId } = await claimNumber(ctx, claimant, claim, crypto.randomUUID());
  await page.goto('/staff/phones');
  await inspect(page, 'number-claims', title('等待决定的申请'));
  await page.goto(`/staff/phones/${claimId}`);
  await page.getByRole('button', { name: '确认决定' }).click();
  await inspect(page, 'number-claim-mistake', page.getByRole('alert'));
});

test('the pages of staff sign-in have no finding, mistakes included', async ({
  page,
  phone,
  ctx,
}) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  await page.goto('/staff/sign-in');
  await inspect(page, 'staff-sign-in', title('工作人员登录'));
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/sign-in/recovery');
  await page.getByRole('button', { name: '验证' }).click();
  await inspect(page, 'staff-recovery-mistake', page.getByRole('alert'));
  await page.goto('/staff/credentials');
  await inspect(page, 'credentials', title('工作登录方式'));
  await page.getByRole('link', { name: '设密码和动态码' }).click();
  await page.getByRole('button', { name: '保存' }).click();
  await inspect(page, 'password-mistake', page.getByRole('alert'));
  await page.goto('/staff/credentials/recovery-codes');
  await page.getByRole('button', { name: '显示一套新的恢复码' }).click();
  await inspect(page, 'recovery-codes', page.getByText('只显示这一次'));
  await page.goto('/me/sign-ins');
  await inspect(page, 'sign-ins', title('在哪里登录着'));
  await page.goto('/staff/people');
  await page
    .getByRole('link', { name: /的登录/ })
    .first()
    .click();
  await page.getByRole('button', { name: '确认重设' }).click();
  await inspect(page, 'reset-mistake', page.getByRole('alert'));
  const newcomer = `137${phone.slice(3)}`;
  await signInByPhone({ ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) }, newcomer);
  const scope = 'hall:yancheng';
  await grantRole(ctx, null, { phone: newcomer, role: 'hall_staff', scope }, crypto.randomUUID());
  await page.context().clearCookies();
  await page.goto('/staff');
  await signIn(page, newcomer);
  await inspect(page, 'set-up', title('开通工作登录'));
  await page.getByLabel('开通码').fill(await readInvitation(page, newcomer));
  await page.getByRole('button', { name: '下一步' }).click();
  await inspect(page, 'set-up-choice', page.getByRole('heading', { name: '通行密钥' }));
});

test('the page of roles has no finding', async ({ page, phone, ctx }) => {
  await signInWithRole(page, ctx, phone, { role: 'administrator', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/people');
  await inspect(page, 'roles', page.getByRole('heading', { level: 1, name: '人员和角色' }));
  await page.getByRole('button', { name: '授权' }).click();
  await inspect(page, 'roles-mistake', page.getByRole('alert'));
});

test('the page of the audit log has no finding', async ({ page, phone, ctx }) => {
  await signInWithRole(page, ctx, phone, { role: 'auditor', scopeKind: 'site', scopeId: '' });
  await page.goto('/staff/audit');
  const title = page.getByRole('heading', { level: 1, name: '审计记录' });
  await inspect(page, 'audit-log', title);
  await page.goto('/staff/audit?q=nothing');
  await inspect(page, 'audit-log-empty', page.getByText('没有这样的记录'));
});

test('the pages of a group have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text });
  const button = (name: string) => page.getByRole('button', { name });
  // A day of this test's own: 35 days ahead, seven minutes past an hour.
  const day = Math.ceil(ctx.now.getTime() / DAY_MS) * DAY_MS + 35 * DAY_MS;
  const [morning, noon] = [new Date(day + 67 * MINUTE_MS), new Date(day + 187 * MINUTE_MS)];
  const places = { capacity: 40, groupPlaces: 40 };
  const session = await addSession(ctx, { startsAt: morning, ...places });
  const other = await addSession(ctx, { startsAt: noon, ...places });
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  const { person, token } = await signInByPhone(yesterday, phone);
  const one = { sessionId: session.id, label: '一班', adults: 3, boys: 15, girls: 15, others: 0 };
  const input = {
    ...{ hallSlug: 'yancheng', kind: 'school', groupName: `示例${phone.slice(-6)}小学` },
    ...{ leaderName: '示例陈静', buses: 2, lunch: true, needs: '1人用轮椅', classes: [one] },
  };
  const { requestId } = await createGroupRequest(ctx, person, input, crypto.randomUUID());
  const group = `/me/groups/${requestId}`;

  await keepSignIn(page, token);
  await page.goto(`/halls/yancheng/groups/days?${classes(3)}`);
  await page.getByRole('button', { name: /^选这/ }).first().click();
  await inspect(page, 'group-confirmation', title('填单位，提出申请'));
  await button('提出申请，留下名额').click();
  await inspect(page, 'group-confirmation-mistake', page.getByRole('alert'));
  await page.goto(`${group}?asked=1`);
  await inspect(page, 'group-asked', page.getByText('名额留好了').first());
  await page.getByRole('link', { name: '改人数' }).click();
  await title(/^改人数/).waitFor();
  await page.getByLabel('老师和家长').fill('1');
  await button('保存人数').click();
  await inspect(page, 'group-counts-mistake', page.getByRole('alert'));
  await page.goto(`${page.url().split('?')[0]}/acceptance`);
  await inspect(page, 'group-class-acceptance', title(/改到这一场/));
  await page.goto(`${group}/letter`);
  await inspect(page, 'group-letter-later', title('补交公函'));
  await page.goto(`${group}/certificates`);
  await inspect(page, 'group-certificates', title('各班的参观证明'));
  await page.goto(`${group}/withdrawal`);
  await inspect(page, 'group-withdrawal', title('撤回团体申请'));

  const scope = { scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await signInWithRole(page, ctx, `138${phone.slice(3)}`, { role: 'hall_manager', ...scope });
  await page.goto('/staff/halls/yancheng/groups');
  await inspect(page, 'staff-groups', title('团体'));
  await page.goto(`/staff/halls/yancheng/groups/${requestId}`);
  await page.getByRole('radio', { name: /^换时间/ }).check();
  await button('答复，通知领队').click();
  await inspect(page, 'staff-group-mistake', page.getByRole('alert'));
  await page.getByLabel('一班，33人').selectOption(other.id);
  await page.getByLabel('原因').fill('上午有检修');
  await button('答复，通知领队').click();
  await inspect(page, 'staff-group', page.getByText('等对方答复').first());

  await keepSignIn(page, token);
  await page.goto(`${group}/acceptance`);
  await inspect(page, 'group-acceptance', title('接受新的时间'));
  await button('接受新的时间').click();
  await inspect(page, 'group', page.getByText('已通过'));
  for (const [name, part] of Object.entries({
    'group-letter': 'parents-letter',
    'group-preparation': 'preparation',
    'group-sheet': 'sheet',
  })) {
    await page.goto(`${group}/${part}`);
    await inspect(page, name, title(/^(家长信|行前准备|到馆单)/));
  }
});

test('the pages of a queue have no finding', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  const startsAt = new Date(ctx.now.getTime() + 18 * DAY_MS);
  const session = await addSession(ctx, { startsAt, openPlaces: 0, bookingOpensAt: ctx.now });
  const queue = `/halls/yancheng/sessions/${session.id}/waitlist`;
  await page.goto(queue);
  await inspect(page, 'waitlist-signed-out', title('排候补'));
  await page.getByRole('link', { name: '用手机号登录' }).click();
  await signIn(page, phone);
  await page.getByRole('button', { name: '排候补' }).click();
  await inspect(page, 'waitlist-mistake', page.getByRole('alert'));
  await page.getByLabel('联系人姓名').fill('示例周敏');
  await page.getByRole('button', { name: '排候补' }).click();
  await inspect(page, 'wait', page.getByText('下一个就是你'));
  await page.goto('/me');
  await inspect(page, 'own-waits', page.getByRole('heading', { name: '候补' }));
  const manager = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await signInWithRole(page, ctx, `136${phone.slice(3)}`, manager);
  await page.goto(`/staff${queue}`);
  await page.getByRole('button', { name: '提前' }).click();
  await inspect(page, 'staff-waitlist-mistake', page.getByRole('alert'));
});

test('the telephone desk has no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  const mistake = page.getByRole('alert');
  await signInAsStaff(page, ctx, phone);
  await page.goto('/staff/halls/yancheng/desk');
  await page.getByRole('button', { name: '约好，取预约码' }).click();
  await inspect(page, 'desk-mistake', mistake);
  await page.getByLabel('手机号').fill(`138${phone.slice(3)}`);
  await page.getByLabel('联系人姓名').fill('示例郑奶奶');
  await page.getByLabel('哪一场').selectOption({ index: 9 });
  await page.getByRole('button', { name: '约好，取预约码' }).click();
  await inspect(page, 'desk-booked', title('约好了'));
  const code = await page.getByText(/^[A-Z0-9]{5}-[A-Z0-9]{5}$/).innerText();
  await page.goto('/staff/halls/yancheng/calls');
  await inspect(page, 'desk-calls', title('要打的电话'));
  await page.goto('/staff/halls/yancheng/desk/wait');
  await inspect(page, 'desk-wait', title('电话排候补'));
  await page.goto('/staff/halls/yancheng/desk/call');
  await page.getByRole('button', { name: '核对' }).click();
  await inspect(page, 'desk-call-mistake', mistake);
  await page.getByLabel('预约码').fill(code);
  await page.getByLabel('手机号最后4位').fill(phone.slice(-4));
  await page.getByRole('button', { name: '核对' }).click();
  await inspect(page, 'desk-proved', page.getByText('对方说对了预约码和手机尾号'));
  await page.getByRole('link', { name: '改期或改人数' }).click();
  await page.getByRole('button', { name: /同意，改/ }).click();
  await inspect(page, 'desk-change-mistake', mistake);
  await page.getByRole('link', { name: '不改，返回' }).click();
  await page.getByRole('link', { name: '取消', exact: true }).click();
  await inspect(page, 'desk-cancellation', title('替对方取消'));
});

test('the pages after a visit have no finding, mistakes included', async ({ page, phone, ctx }) => {
  test.setTimeout(120_000);
  const title = (text: string) => page.getByRole('heading', { level: 1, name: text });
  const bookingId = await visitMade(page, ctx, phone);
  await page.goto(`/me/bookings/${bookingId}`);
  await inspect(page, 'ticket-arrived', title('已到馆'));
  await page.goto(`/me/bookings/${bookingId}/feedback`);
  await page.getByRole('button', { name: '交' }).click();
  await inspect(page, 'feedback-mistake', page.getByRole('alert'));
  await page.getByLabel('2分，不好').check();
  await page.getByLabel('想说什么').fill('示例：排队太久，孩子等不住。');
  await page.getByRole('button', { name: '交' }).click();
  await inspect(page, 'feedback', page.getByRole('status'));
  await page.goto(`/me/bookings/${bookingId}/certificate`);
  await page.getByRole('button', { name: '出证明' }).click();
  await inspect(page, 'certificate', page.getByLabel('姓名'));
  await page.getByRole('link', { name: '看别人核对时看到什么' }).click();
  await inspect(page, 'certificate-true', title('属实'));
  const manager = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;
  await signInWithRole(page, ctx, `136${phone.slice(3)}`, manager);
  await page.goto('/staff/halls/yancheng/feedback');
  await page.getByRole('button', { name: '不公开' }).first().click();
  await inspect(page, 'staff-feedback-mistake', page.getByRole('alert'));
});
