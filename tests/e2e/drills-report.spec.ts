import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { endDrill, startDrill } from '../../src/features/drills/commands.ts';
import { findSheet } from '../../src/features/drill-evaluations/queries.ts';
import { drillRecordLinks } from '../../src/features/drill-reports/table.ts';
import { improvementItems } from '../../src/features/improvements/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, addMinutes, calendarDate, DAY_MS, formatTime } from '../../src/lib/time.ts';
import { eq } from 'drizzle-orm';
import { drilling } from '../helpers/drills.ts';
import { colleagueOf, judged } from '../helpers/evaluated-drills.ts';
import { assigned, opened } from '../helpers/open-drills.ts';
import type { World } from '../helpers/world.ts';
import { handIn } from './drill-phones.ts';
import { expect, keepSignIn, test } from './fixtures.ts';

const key = () => crypto.randomUUID();

/** A community's drill of two days ago with two evaluators whose sheets are filled but for the first group. */
async function held(ctx: CommandContext, phone: string) {
  const began = new Date(ctx.now.getTime() - 2 * DAY_MS);
  const before = { ...ctx, now: new Date(began.getTime() - DAY_MS) };
  const yesterday = { ...ctx, now: new Date(ctx.now.getTime() - DAY_MS) };
  let people = 0;
  const tokens: string[] = [];
  const person = async () => {
    const made = await signInByPhone(yesterday, `14${(people += 1)}${phone.slice(3)}`);
    tokens.push(made.token);
    return made;
  };
  const world = { ctx: before, person, at: () => ctx } as unknown as World;
  const own = await drilling(world, 'committee', `示例社区${phone.slice(5)}`);
  const { head, organiser } = own;
  const token = { head: own.token, colleague: '', first: '', second: '' };
  await colleagueOf(world, own);
  token.colleague = tokens.at(-1) ?? '';
  const times = { date: calendarDate(began), time: formatTime(began) };
  const drillId = await opened(before, head, organiser, times);
  const evaluators = [];
  for (const name of ['first', 'second'] as const) {
    const one = await person();
    token[name] = one.token;
    await assigned(before, head, drillId, { personId: one.person.id, role: '社区评估员' });
    evaluators.push({ id: one.person.id, roles: [] });
  }
  await startDrill({ ...ctx, now: began }, head, { drillId }, key());
  const over = { drillId, kind: 'finished', reason: '' };
  await endDrill({ ...ctx, now: addMinutes(began, 40) }, head, over, key());
  for (const by of evaluators) {
    await judged(ctx, by, drillId, (item) => (item === 'e1' ? '' : 'yes'));
  }
  return { drillId, head, token, evaluators };
}

test('a drill is judged by two, reported, recorded, and what was found is mended and verified', async ({
  page,
  phone,
  ctx,
}) => {
  const { drillId, token, evaluators } = await held(ctx, phone);
  const said = (text: string) => page.getByRole('status').filter({ hasText: text });
  await handIn(page, token.first, drillId, '是');
  await handIn(page, token.second, drillId, '否');
  expect((await findSheet(ctx, drillId, evaluators[1]?.id ?? ''))?.sheet.state).toBe('handed_in');

  await page.goto(`/me/drills/${drillId}/findings/new`);
  await page.getByLabel('看到了什么问题').fill('东侧安全出口的门推不开');
  await page.getByRole('radio', { name: /整改项/ }).check();
  await page.getByRole('button', { name: '记下来' }).click();
  await expect(said('问题记下了')).toBeVisible();

  await keepSignIn(page, token.head);
  await page.goto(`/me/drills/${drillId}/report/words`);
  await page.getByLabel('经验和教训').fill('听到警报都动了起来');
  await page.getByRole('button', { name: '保存' }).click();
  await expect(said('已保存')).toBeVisible();
  await page.getByRole('link', { name: '发布', exact: true }).click();
  // The two evaluators differ, and nobody has asked them why.
  await expect(page.getByText('评估人意见不同，请写原因')).toBeVisible();
  await page.getByRole('link', { name: '改文字' }).first().click();
  await page
    .getByRole('textbox', { name: /计划|方案|目标/ })
    .last()
    .fill('一个看了方案，一个没看到');
  await page.getByRole('button', { name: '保存' }).click();
  await expect(said('已保存')).toBeVisible();
  await page.getByRole('link', { name: '发布', exact: true }).click();
  await page.getByRole('button', { name: '发布' }).click();
  await expect(said('报告发布了')).toBeVisible();
  await expect(page.getByRole('cell', { name: '东侧安全出口的门推不开' })).toBeVisible();
  await expect(page.getByText('一个看了方案，一个没看到')).toBeVisible();

  await page.getByRole('link', { name: '记入演练记录' }).click();
  await page.getByLabel('应到人数').fill('40');
  await page.getByLabel('实到人数').fill('38');
  await page.getByRole('button', { name: '记下来' }).click();
  await expect(said('记下了')).toBeVisible();
  const links = await ctx.db
    .select()
    .from(drillRecordLinks)
    .where(eq(drillRecordLinks.drillId, drillId));
  expect(links).toHaveLength(1);

  await page.goto(`/me/drills/${drillId}/evaluation`);
  await page.getByRole('link', { name: /^立为整改/ }).click();
  await page.getByRole('radio', { name: /（我）/ }).check();
  await page.getByLabel('改好的期限').fill(addDays(calendarDate(ctx.now), 20));
  await page.getByRole('button', { name: '立项' }).click();
  await expect(said('立项了')).toBeVisible();
  await page.getByRole('link', { name: '改好了' }).click();
  await page.getByLabel('怎么改的').fill('换了合页，一推就开');
  await page.getByRole('button', { name: '改好了' }).click();
  await expect(said('整改完成')).toBeVisible();
  // Whoever mended it cannot confirm it.
  await expect(page.getByRole('link', { name: '核验通过' })).toHaveCount(0);
  const item = page.url().replace(/\?.*/, '');
  await keepSignIn(page, token.colleague);
  await page.goto(item);
  await page.getByRole('link', { name: '核验通过' }).click();
  await page.getByRole('button', { name: '核验通过' }).click();
  await expect(said('核验通过')).toBeVisible();
  const [closed] = await ctx.db
    .select()
    .from(improvementItems)
    .where(eq(improvementItems.drillId, drillId));
  expect(closed?.state).toBe('closed');
});
