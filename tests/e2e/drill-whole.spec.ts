import type { BrowserContext, Page } from '@playwright/test';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { issueCard } from '../../src/features/drill-people/commands.ts';
import { durationWords } from '../../src/features/drill-runs/policy.ts';
import { readLog } from '../../src/features/drill-runs/queries.ts';
import type { EntryKind } from '../../src/features/drill-runs/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes, calendarDate, DAY_MS, formatSecond, formatTime } from '../../src/lib/time.ts';
import { roleOf } from '../helpers/drill-sign-ups.ts';
import { drilling, type DrillingOrganisation } from '../helpers/drills.ts';
import { judged } from '../helpers/evaluated-drills.ts';
import type { World } from '../helpers/world.ts';
import { handIn, openRun, timed } from './drill-phones.ts';
import { expect, keepSignIn, shiftClock, test, watch } from './fixtures.ts';

const CARDS = [
  ...(['总导调', '社区安全员', '楼栋长'] as const).map((role) => ({ role, uses: '1' })),
  { role: '社区评估员', uses: '2' },
];
const said = (page: Page, text: string) =>
  expect(page.getByRole('status').filter({ hasText: text })).toBeVisible();

interface Person {
  id: string;
  token: string;
}

/** A community with its head, and five people who have nothing to do with it yet. */
async function prepare(ctx: CommandContext, phone: string) {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  let people = 0;
  const person = () => signInByPhone(yesterday, `15${(people += 1)}${phone.slice(3)}`);
  const world = { ctx, person } as unknown as World;
  const own = await drilling(world, 'committee', `示例社区${phone.slice(5)}`);
  const others: Person[] = [];
  while (others.length < 5) {
    const made = await person();
    others.push({ id: made.person.id, token: made.token });
  }
  return { own, people: others as [Person, Person, Person, Person, Person] };
}

/** From the organisation to a drill that is announced, with its role cards on paper: their codes by role. */
async function announce(page: Page, ctx: CommandContext, own: DrillingOrganisation) {
  await keepSignIn(page, own.token);
  await page.goto(
    `/me/drills/new?organisation=${own.organisationId}&template=community-earthquake`,
  );
  const at = addMinutes(ctx.now, 20);
  await page.getByLabel('哪一天').fill(calendarDate(at));
  await page.getByLabel('几点开始').fill(formatTime(at));
  await page.getByLabel('在哪里').fill('示例社区广场');
  await page.getByRole('button', { name: '开始准备' }).click();
  await said(page, '建好了');
  const path = new URL(page.url()).pathname;
  const drillId = path.split('/').at(-1) ?? '';
  await page.getByRole('link', { name: '写联系的部门和电话' }).click();
  await page.getByLabel('联系', { exact: true }).fill('示例社区 0515-00000000');
  await page.getByRole('button', { name: '保存' }).click();
  await said(page, '已保存');
  await page.goto(`${path}/announcement`);
  await page.getByRole('button', { name: '公告出去' }).click();
  await said(page, '已公告');
  for (const { role, uses } of CARDS) {
    const { id: roleId } = await roleOf(ctx, drillId, role);
    const card = { drillId, roleId, uses, reason: '街道培训过' };
    await issueCard(ctx, own.head, card, crypto.randomUUID());
  }
  await page.goto(`${path}/print/cards`);
  const codeOf = async (role: string) => {
    const paper = page
      .getByRole('main')
      .getByRole('listitem')
      .filter({ hasText: `担任${role}` });
    return (await paper.locator('b').innerText()).replace(/\W/g, '');
  };
  const codes: Record<string, string> = {};
  for (const { role } of CARDS) codes[role] = await codeOf(role);
  return { drillId, path, codes };
}

/** Scans a role card and opens the phone page from there. */
async function join(page: Page, drillId: string, { token }: Person, code: string, name: string) {
  await keepSignIn(page, token);
  await page.goto(`/drills/join/${code}`);
  await page.getByLabel('怎么称呼你').fill(name);
  await page.getByRole('button', { name: '我来担任' }).click();
  await said(page, '参加好了');
  await openRun(page, drillId, token);
}

test('a whole drill, from its opening to its report, with a phone that has no link while it runs', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  const { own, people } = await prepare(ctx, phone);
  const { drillId, path, codes } = await announce(page, ctx, own);
  const contexts: BrowserContext[] = [];
  const complaints: string[][] = [];
  const joined = async (role: string, who: Person, name: string, clockMinutes = 0) => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    contexts.push(context);
    complaints.push(watch(context, baseURL ?? ''));
    await shiftClock(context, clockMinutes);
    const opened = await context.newPage();
    await join(opened, drillId, who, codes[role] ?? '', name);
    return opened;
  };
  const [director, officer, leader, first, second] = await Promise.all([
    joined('总导调', people[0], '示例周宁'),
    joined('社区安全员', people[1], '示例陈实', -7),
    joined('楼栋长', people[2], '示例李兰'),
    joined('社区评估员', people[3], '示例孙明'),
    joined('社区评估员', people[4], '示例吴越'),
  ]);
  const taps: Record<string, [number, number]> = {};
  const tap = async (on: Page, measure: 'm1' | 'm2', side: 'from' | 'to') => {
    const place = on.locator(`#measure-${measure}`);
    const word = side === 'from' ? '起' : '止';
    taps[`${measure} ${side}`] = await timed(async () => {
      await place.getByRole('button', { name: new RegExp(`，${word}：`) }).click();
      await expect(place).toContainText(new RegExp(`${word}：.*\\d\\d:\\d\\d:\\d\\d`));
    });
  };
  const count = async (on: Page, unit: string, expected: number, present: number) => {
    await on.getByLabel('班、楼栋').fill(unit);
    await on.getByLabel('应到').fill(String(expected));
    await on.getByLabel('到了几人').fill(String(present));
    await on.getByRole('button', { name: '记下人数' }).click();
    await expect(on.locator('[data-muster]')).toContainText(`${unit} 到${present}人`);
  };

  // From here on until all is over one of them has no link, and a clock that is seven minutes slow.
  await officer.context().setOffline(true);
  await officer.reload();
  await expect(officer.locator('[data-link]')).toContainText('没有网，照常记');

  await page.goto(`${path}/start`);
  await page.getByRole('button', { name: '现在启动' }).click();
  await said(page, '演练开始了');
  await expect(director.locator('[data-clock]')).toHaveText(/^\d+:\d\d$/);
  await director.locator('#inject-i1').getByRole('button', { name: '已发出' }).click();
  await expect(director.locator('#inject-i1')).toContainText(/已发出 \d\d:\d\d:\d\d/);
  await leader.locator('#inject-i1').getByRole('button', { name: '收到' }).click();
  await expect(leader.locator('#inject-i1')).toContainText(/收到 \d\d:\d\d:\d\d/);
  await leader.locator('#inject-i1').getByRole('button', { name: '做了' }).click();
  await expect(leader.locator('#inject-i1')).toContainText(/做了 \d\d:\d\d:\d\d/);

  // What is added while it runs reaches whoever it is for at the next question of their phone.
  await page.goto(`${path}/script/inject`);
  await page.getByLabel('楼栋长').check();
  await page.getByLabel('告诉什么').fill('二单元的灯灭了');
  await page.getByLabel('应当看到什么').fill('打开手电');
  await page.getByRole('button', { name: '保存' }).click();
  await said(page, '已保存');
  await expect(leader.locator('[data-injects]')).toContainText('演练：二单元的灯灭了');
  await expect(officer.locator('[data-age]')).toContainText('的情景');
  await expect(officer.locator('[data-injects]')).not.toContainText('二单元的灯灭了');

  await tap(first, 'm1', 'from');
  await tap(director, 'm2', 'from');
  await count(leader, '3栋', 40, 38);
  // Times that no slip of a default could show.
  const clock = director.locator('[data-clock]');
  const minutesAndSeconds = async () => (await clock.innerText()).split(':').map(Number);
  await expect
    .poll(async () => (await minutesAndSeconds()).reduce((sum, one) => sum * 60 + one, 0))
    .toBeGreaterThan(6);
  await tap(second, 'm1', 'to');
  await count(officer, '5栋', 21, 21);
  await tap(officer, 'm2', 'to');
  await officer.reload();
  await expect(officer.locator('[data-link]')).toContainText('2条还没发出');

  await page.goto(`${path}/end`);
  await page.getByRole('button', { name: '结束演练' }).click();
  await said(page, '演练结束了');
  await expect(leader.locator('[data-over]')).toContainText('演练结束了');
  expect(await readLog(ctx, drillId)).toHaveLength(7);
  await officer.context().setOffline(false);
  await expect(officer.locator('[data-link]')).toHaveText(/^已联网，[^条]*$/, { timeout: 40_000 });

  const log = await readLog(ctx, drillId);
  const entry = (kind: EntryKind, ref: string) =>
    log.find((one) => one.kind === kind && one.ref === ref)?.at ?? Number.NaN;
  const times = (['m1', 'm2'] as const).map((measure) => ({
    name: measure === 'm1' ? '下楼用时' : '到达用时',
    measure,
    from: entry('measure_from', measure),
    to: entry('measure_to', measure),
  }));
  for (const { measure, from, to } of times) {
    const [began, reached] = [taps[`${measure} from`]!, taps[`${measure} to`]!];
    expect(from).toBeGreaterThanOrEqual(began[0]);
    expect(from).toBeLessThanOrEqual(began[1]);
    expect(to).toBeGreaterThanOrEqual(reached[0]);
    expect(to).toBeLessThanOrEqual(reached[1]);
  }
  expect(log.map(({ role, kind }) => `${role} ${kind}`).sort()).toEqual([
    ...['总导调 inject_sent', '总导调 measure_from', '楼栋长 inject_done', '楼栋长 inject_seen'],
    ...['楼栋长 muster', '社区安全员 measure_to', '社区安全员 muster'],
    ...['社区评估员 measure_from', '社区评估员 measure_to'],
  ]);

  const now = { ...ctx, now: new Date() };
  const evaluators = [people[3], people[4]];
  for (const { id } of evaluators) {
    await judged(now, { id, roles: [] }, drillId, (item) => (item === 'e1' ? '' : 'yes'));
  }
  await Promise.all([
    handIn(first, people[3].token, drillId, '是'),
    handIn(second, people[4].token, drillId, '是'),
  ]);
  await second.goto(`${path}/findings/new`);
  await second.getByLabel('看到了什么问题').fill('二单元的喇叭听不清');
  await second.getByRole('radio', { name: /改进项/ }).check();
  await second.getByRole('button', { name: '记下来' }).click();
  await said(second, '问题记下了');

  await page.goto(`${path}/report/words`);
  await page.getByLabel('经验和教训').fill('都知道先躲再走');
  await page.getByRole('button', { name: '保存' }).click();
  await said(page, '已保存');
  await page.goto(`${path}/report/release`);
  await page.getByRole('button', { name: '发布' }).click();
  await said(page, '报告发布了');
  const main = page.getByRole('main');
  for (const { name, from, to } of times) {
    const words = durationWords(Math.round((to - from) / 1000));
    const row = main.getByRole('table', { name: '各项用时' }).getByRole('row', { name });
    await expect(row.getByRole('cell', { name: words, exact: true })).toBeVisible();
  }
  await expect(main.getByRole('row', { name: /^5栋 21人 21人/ })).toBeVisible();
  await expect(main).toContainText('2份评估表');
  await expect(main.getByRole('cell', { name: '二单元的喇叭听不清' })).toBeVisible();
  await page.goto(`${path}/log`);
  for (const { name, from, to } of times) {
    const row = main.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
    await expect(row).toContainText(formatSecond(new Date(from)));
    await expect(row).toContainText(formatSecond(new Date(to)));
    await expect(row).toContainText(durationWords(Math.round((to - from) / 1000)));
  }
  expect(complaints.flat()).toEqual([]);
  for (const context of contexts) await context.close();
});
