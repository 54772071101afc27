import type { Page } from '@playwright/test';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { measureTimes } from '../../src/features/drill-runs/policy.ts';
import { readLog } from '../../src/features/drill-runs/queries.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes, calendarDate, DAY_MS, formatTime } from '../../src/lib/time.ts';
import { crew, type Crew } from '../helpers/drill-runs.ts';
import type { World } from '../helpers/world.ts';
import { openRun, timed } from './drill-phones.ts';
import { expect, keepSignIn, shiftClock, test, watch } from './fixtures.ts';

const UNIT = '3栋';

/** A drill that begins in ten minutes, with its people; their numbers are this test's own. */
async function prepare(ctx: CommandContext, phone: string): Promise<Crew> {
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  let people = 0;
  const person = () => signInByPhone(yesterday, `13${(people += 1)}${phone.slice(3)}`);
  const at = addMinutes(ctx.now, 10);
  const times = { date: calendarDate(at), time: formatTime(at) };
  return crew({ ctx, person } as unknown as World, times, `示例社区${phone}`);
}

test('three phones of a drill, one without a link, come to one log, and a stop reaches them', async ({
  page,
  phone,
  ctx,
  browser,
  baseURL,
}) => {
  const { drillId, tokens } = await prepare(ctx, phone);
  const contexts = [await browser.newContext(), await browser.newContext()] as const;
  const complaints = contexts.map((context) => watch(context, baseURL ?? ''));
  await shiftClock(contexts[0], -20);
  const [leader, evaluator] = [await contexts[0].newPage(), await contexts[1].newPage()];
  await openRun(leader, drillId, tokens.leader);
  await expect(leader.locator('[data-link]')).toContainText('慢了20分钟');
  await contexts[0].setOffline(true);
  await leader.reload();
  await expect(leader.locator('[data-link]')).toContainText('没有网，照常记');

  await openRun(page, drillId, tokens.controller);
  await page.getByRole('button', { name: '开始演练' }).click();
  await page.getByRole('button', { name: '确定，现在开始' }).click();
  await expect(page.locator('[data-clock]')).toHaveText(/^\d+:\d\d$/);
  const inject = page.locator('#inject-i1');
  await inject.getByRole('button', { name: '已发出' }).click();
  await expect(inject).toContainText(/已发出 \d\d:\d\d:\d\d/);

  await openRun(evaluator, drillId, tokens.evaluator);
  const measure = evaluator.locator('#measure-m1');
  const tap = (name: RegExp, done: RegExp) =>
    timed(async () => {
      await measure.getByRole('button', { name }).click();
      await expect(measure).toContainText(done);
    });
  const from = await tap(/，起：/, /起：.*\d\d:\d\d:\d\d/);
  const counted = await timed(async () => {
    await leader.getByLabel('班、楼栋').fill(UNIT);
    await leader.getByLabel('应到').fill('40');
    await leader.getByLabel('到了几人').fill('37');
    await leader.getByRole('button', { name: '多一人' }).click();
    await leader.getByRole('button', { name: '记下人数' }).click();
    await expect(leader.locator('[data-muster]')).toContainText('到38人，应到40人，差2人');
  });
  const to = await tap(/，止：/, /用时/);
  await leader.reload();
  await expect(leader.locator('[data-link]')).toContainText('1条还没发出');

  await page.getByRole('button', { name: '提前停止' }).click();
  await page.getByRole('button', { name: '确定，现在结束' }).click();
  const stop = (which: Page) => which.getByRole('alertdialog').getByRole('heading');
  await expect(stop(evaluator)).toHaveText('演练停止', { timeout: 10_000 });
  await contexts[0].setOffline(false);
  await expect(stop(leader)).toHaveText('演练停止', { timeout: 40_000 });
  await leader.getByRole('button', { name: '我停下来了' }).click();
  await expect(leader.locator('[data-link]')).toHaveText(/^已联网，[^条]*$/);

  const log = await readLog(ctx, drillId);
  const file = await findDrill(ctx, drillId);
  const [time] = measureTimes(log, file!.script);
  const muster = log.find(({ kind }) => kind === 'muster');
  for (const [at = 0, [earliest, latest]] of [
    [time?.fromAt, from],
    [time?.toAt, to],
    [muster?.at, counted],
  ] as const) {
    expect(at).toBeGreaterThanOrEqual(earliest);
    expect(at).toBeLessThanOrEqual(latest);
  }
  expect(log.map(({ kind }) => kind).sort()).toEqual([
    ...['inject_sent', 'measure_from', 'measure_to', 'muster', 'stop_heard'],
  ]);
  expect(file?.end?.kind).toBe('stopped');

  await page.getByRole('button', { name: '我停下来了' }).click();
  await page.getByRole('link', { name: '全部记录' }).click();
  await expect(page.getByRole('row', { name: new RegExp(`^${UNIT} 40 38 2 `) })).toBeVisible();
  await expect(page.getByRole('row', { name: /楼栋长 3栋：到38人/ })).toBeVisible();
  expect(complaints).toEqual([[], []]);
  for (const context of contexts) await context.close();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a head-count is noted by form, and taken back', async ({ page, phone, ctx }) => {
    const { drillId, tokens } = await prepare(ctx, phone);
    await keepSignIn(page, tokens.leader);
    await page.goto(`/me/drills/${drillId}/run`);
    await page.getByRole('button', { name: '记下人数' }).click();
    await expect(page.getByRole('alert')).toContainText('请写到了几个人');
    await page.getByLabel('到了几人').fill('38');
    await page.getByRole('button', { name: '记下人数' }).click();
    await expect(page.getByRole('status').filter({ hasText: '记下了' })).toBeVisible();
    const own = page.locator('[data-log]');
    await expect(own).toContainText('3栋：到38人');
    await own.getByRole('button', { name: '撤回' }).click();
    await expect(own).toContainText('还没有记');
    await page.getByRole('link', { name: '纸上的记录单' }).last().click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^演练·.*记录单$/);
  });
});
