import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { findPersonByPhone } from '../../src/features/accounts/queries.ts';
import { allLines } from '../../src/features/application-drafts/policy.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import {
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { pointsOf } from '../../src/features/programmes/policy.ts';
import { listSiteEvidence } from '../../src/features/site-evidence/queries.ts';
import type { Brought } from '../../src/features/reviews/statements.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { formatBookingCode } from '../../src/lib/ids.ts';
import { addDays, addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import {
  decided,
  listProgrammes,
  loaded,
  PROGRAMME,
  submitted,
} from '../helpers/filed-applications.ts';
import { bestEntry } from '../helpers/application-drafts.ts';
import { saved } from '../helpers/communities.ts';
import { pdf } from '../helpers/files.ts';
import { jpeg } from '../helpers/pictures.ts';
import { allMarks } from '../helpers/review-desk.ts';
import { addRole } from '../helpers/roles.ts';
import { expect, keepSignIn, signInWithRole, test } from './fixtures.ts';
import type { Page } from '@playwright/test';

test.use({ javaScriptEnabled: false });

const key = () => crypto.randomUUID();
const TOWN = '320904100';
const officeOf = (scopeId: string) => ({ role: 'reviewer', scopeKind: 'region', scopeId }) as const;

/** A committee of a street, verified some days ago. */
async function committee(ctx: CommandContext, phone: string, daysAgo: number) {
  const then = { ...ctx, now: new Date(ctx.now.getTime() - daysAgo * DAY_MS) };
  const { person, token } = await signInByPhone(then, `131${phone.slice(3)}`);
  const { person: clerk } = await signInByPhone(then, `132${phone.slice(3)}`);
  await addRole(ctx, clerk.id, officeOf('320904'));
  const head: Holder = { id: person.id, roles: [] };
  const name = `示例${phone.slice(3)}社区居民委员会`;
  const claim = { kind: 'committee', name, regionCode: TOWN };
  const { organisationId } = await claimOrganisation(then, head, claim, key());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  const officer = { id: clerk.id, roles: [officeOf('320904')] };
  await decideOrganisation(then, officer, verdict, key());
  return { verified: then, head, name, organisationId, token };
}

/** A committee with a file that it has handed in some days ago. */
async function filed(ctx: CommandContext, phone: string, daysAgo: number) {
  const { verified, head, name, organisationId } = await committee(ctx, phone, daysAgo);
  const asked = { organisationId, programme: PROGRAMME };
  const begun = await beginApplication(verified, head, asked, listProgrammes, key());
  const own = { head } as Parameters<typeof submitted>[1]['own'];
  await submitted(verified, { own, ...begun });
  return { ...begun, name, handedIn: verified };
}

/** The point that is answered by hand, with all of its evidence. */
const BY_HAND = 'money-used';

/** Answers one point and brings what it asks for, by clicks alone: what the site holds, and a photo of its own. */
async function answers(page: Page, base: string) {
  await page.goto(`${base}/points/organisation`);
  const point = page.locator(`#${BY_HAND}`);
  await point.getByRole('radio', { name: /^做到了/ }).check();
  await point.getByLabel('理由').fill('单独列了科目，按季度公开');
  await point.getByRole('button', { name: /^添加材料/ }).click();
  await page.getByRole('button', { name: /^用这一份/ }).click();
  const told = page.getByRole('status').filter({ hasText: '材料放好了' });
  await expect(told).toContainText('这一项还缺：经费凭证');
  const buffer = jpeg({ pixels: Buffer.alloc(150_000, 7) });
  const photo = { name: '凭证 照片.JPG', mimeType: 'image/jpeg', buffer };
  await page.getByLabel('选一个文件').setInputFiles(photo);
  await page.getByRole('button', { name: '传上去' }).click();
  await expect(told).toContainText('这一项的材料齐了');
  await page.getByRole('link', { name: '返回填写' }).click();
  await expect(point.getByLabel('理由')).toHaveValue('单独列了科目，按季度公开');
  await expect(point.getByRole('radio', { name: /^做到了/ })).toBeChecked();
}

/**
 * Fills a draft: the basic conditions and one point by hand, every group of points and each other piece of evidence as the
 * form that stands on its page.
 */
async function fills(
  page: Page,
  ctx: CommandContext,
  { applicationId, token }: { applicationId: string; token: string },
) {
  const base = `/me/applications/${applicationId}`;
  const headers = { origin: new URL(page.url()).origin, cookie: `__Host-anlan=${token}` };
  const sends = async (path: string, body: Parameters<typeof page.request.post>[1]) => {
    const answer = await page.request.post(`${base}${path}`, { ...body, headers, maxRedirects: 0 });
    expect([path, answer.status()]).toEqual([path, 303]);
  };
  const { programme, application } = await loaded(ctx, applicationId);
  const lines = allLines(programme);
  await page.goto(`${base}/conditions`);
  for (const yes of await page.getByRole('radio', { name: '做到了', exact: true }).all()) {
    await yes.check();
  }
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: '存好了' })).toBeVisible();
  await answers(page, base);
  for (const group of programme.groups) {
    const keys = pointsOf({ groups: [group] })
      .map((point) => point.key)
      .filter((one) => one !== BY_HAND);
    const form = lines
      .filter((line) => line.part === 'point' && keys.includes(line.key))
      .flatMap((line) => {
        const { entry, ...fields } = bestEntry(line);
        return Object.entries(fields).map(([field, value]) => [`${entry}.${field}`, value]);
      });
    await sends(`/points/${group.key}`, { form: { key: key(), ...Object.fromEntries(form) } });
  }
  const site = await listSiteEvidence(ctx, application);
  for (const line of lines.filter((one) => one.key !== BY_HAND)) {
    for (const { kind, figure = '', text } of line.asked) {
      const path = `/evidence/${line.part}/${line.key}`;
      const held = site.find((one) => one.kind === kind && one.figure === figure);
      const buffer = Buffer.from(pdf(300, `${line.key} ${text}`));
      const file = { name: '材料.pdf', mimeType: 'application/pdf', buffer };
      if (kind === 'profile' && held) {
        await sends(`${path}/links`, { form: { key: key(), kind, figure, sha256: held.sha256 } });
      } else await sends(path, { multipart: { key: key(), kind, title: '', file } });
    }
  }
}

/** Notes every condition and both meetings of a visit, and concludes it. */
async function visits(page: Page, today: string) {
  await page
    .getByRole('link', { name: /现场核查/ })
    .first()
    .click();
  await page.getByLabel('哪一天去').fill(today);
  await page.getByLabel('哪些单位、几个人去').fill('县应急局2人，县气象局1人');
  await page.getByRole('button', { name: '安排好' }).click();
  const meeting = (name: string) => page.getByRole('group', { name }).getByLabel(/^到会几个人/);
  await meeting('首次会议').fill('9');
  await meeting('末次会议').fill('8');
  for (const yes of await page.getByRole('radio', { name: '符合', exact: true }).all()) {
    await yes.check();
  }
  await page.getByRole('button', { name: '记下', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: '记下了' })).toBeVisible();
  await page.getByRole('link', { name: /^办结/ }).click();
  await page.getByLabel('看下来总的怎么样').fill('和材料一致');
  await page.getByRole('button', { name: '办结' }).click();
  await expect(page.getByRole('status').filter({ hasText: '现场核查已登记' })).toBeVisible();
}

/** Registers what the other departments say, from the file and back to it. */
async function asks(page: Page) {
  for (const department of ['气象', '地震', '消防救援']) {
    await page.getByRole('link', { name: '登记部门意见' }).click();
    await page.getByLabel(`${department}部门`).check();
    await page.getByLabel('意见的内容').fill('同意');
    await page.getByRole('button', { name: '登记' }).click();
    await expect(page.getByRole('status').filter({ hasText: '部门意见已登记' })).toBeVisible();
  }
}

/** Gives every point what the applicant gave, but for what is named here, group by group. */
async function marks(page: Page, ctx: CommandContext, applicationId: string, own: object = {}) {
  const { programme } = await loaded(ctx, applicationId);
  const given: Record<string, string> = { ...(await allMarks(ctx, applicationId)), ...own };
  await page.goto(`/staff/applications/${applicationId}/marks`);
  for (const group of programme.groups) {
    for (const { key: of, score } of pointsOf({ groups: [group] })) {
      const field = page.locator(`[name="marks.${of}"]`);
      const tenths = given[`marks.${of}`] ?? '';
      await (score.kind === 'proportional' ? field.fill(tenths) : field.selectOption(tenths));
    }
    await page.getByRole('button', { name: `保存“${group.title}”` }).click();
    await expect(page.getByRole('status').filter({ hasText: '已保存' })).toBeVisible();
  }
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

test('a file goes from its draft to its notice, by five roles and no script', async ({
  page,
  phone,
  ctx,
}) => {
  test.setTimeout(240_000);
  const { head, name, organisationId, token } = await committee(ctx, phone, 2);
  const year = Number(calendarDate(ctx.now).slice(0, 4)) - 1;
  for (const section of ['basics', 'officers', 'warning', 'shelters', 'figures'] as const) {
    const options = section === 'figures' ? { year } : {};
    await saved(ctx, head, organisationId, section, options);
  }
  await keepSignIn(page, token);
  await page.goto('/me/applications/new');
  await page.getByRole('link', { name: /江苏省综合减灾示范社区/ }).click();
  await page.getByLabel('从空白开始').check();
  await page.getByRole('button', { name: '开始填' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('江苏省综合减灾示范社区');
  const applicationId = /applications\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  await page.goto('/me/applications/new');
  await page.getByRole('link', { name: /江苏省综合减灾示范社区/ }).click();
  await expect(page).toHaveURL(new RegExp(`/me/applications/${applicationId}$`));
  await page.goto(`/me/applications/${applicationId}/submission`);
  await expect(page.getByText(/还缺\d+处，补上才能提交/)).toBeVisible();
  await fills(page, later(ctx), { applicationId, token });
  await page.goto(`/me/applications/${applicationId}/submission`);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('回执');
  const { application } = await loaded(later(ctx), applicationId);
  await expect(page.getByText(formatBookingCode(application.code)).first()).toBeVisible();

  await atDesk(page, ctx, `141${phone.slice(3)}`, TOWN);
  await opens(page, name);
  await does(page, '同意推荐', '同意推荐', '推荐，材料属实', '已通过');

  await atDesk(page, ctx, `142${phone.slice(3)}`, '320904');
  await opens(page, name);
  await expect(page.getByText('还不能通过：还没有现场核查记录')).toBeVisible();
  await page.getByRole('link', { name: '登记部门意见' }).click();
  await page.getByRole('button', { name: '登记' }).click();
  await expect(page.getByRole('alert')).toContainText('请选是哪个部门的意见');
  await opens(page, name);
  await asks(page);
  await visits(page, calendarDate(ctx.now));
  await marks(page, later(ctx), applicationId, { 'marks.plan-short': '0' });
  await expect(page.getByText('有1项差得多，还没有写理由')).toBeVisible();
  await page.getByLabel(/^理由.*预案有一页纸的简明版/).fill('没有发到户');
  await page.getByRole('button', { name: '保存“预案和演练”' }).click();
  await page.getByRole('link', { name: '去办“通过”' }).click();
  await page.getByLabel('意见和理由').fill('核查属实，符合要求');
  await page.getByRole('button', { name: '通过', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: '已通过' })).toBeVisible();

  // A draw needs a number that nobody knew the day before: it is walked in tests of draws.
  const city = await atDesk(page, ctx, `143${phone.slice(3)}`, '320900');
  await decided(later(ctx), city, applicationId, { act: 'draw', drawn: false } as Brought);
  await opens(page, name);
  await asks(page);
  await marks(page, later(ctx), applicationId, { 'marks.plan-short': '0' });
  await opens(page, name);
  await expect(page.getByRole('columnheader', { name: '市级审核（打分中）' })).toBeVisible();
  await does(page, '通过', '通过', '同意县级意见', '已通过');

  const province = await atDesk(page, ctx, `144${phone.slice(3)}`, '320000');
  await decided(later(ctx), province, applicationId, { act: 'draw', drawn: false } as Brought);
  await opens(page, name);
  await asks(page);
  await does(page, '通过', '通过', '考核合格', '已通过');
  await page.getByRole('link', { name: '公示', exact: true }).click();
  await page.getByLabel('受理单位').fill('示例减灾办公室');
  await page.getByLabel('电话').fill('025-88880000');
  await page.getByLabel('地址').fill('示例路1号');
  await page.getByRole('button', { name: '登记公示' }).click();
  await expect(page.getByRole('status').filter({ hasText: '已登记公示' })).toBeVisible();

  // Anybody, by the code alone.
  await page.context().clearCookies();
  await page.goto(`/track/${application.code}`);
  await expect(page.getByText('正在公示').first()).toBeVisible();
  await expect(page.getByText(formatBookingCode(application.code)).first()).toBeVisible();
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
