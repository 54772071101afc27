import { and, eq } from 'drizzle-orm';
import { publishPlan, writePlanItem } from '../../src/features/drill-plans/commands.ts';
import { recordDrill } from '../../src/features/drill-records/commands.ts';
import { organisations } from '../../src/features/organisations/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, calendarDate, instantOf, weekdayOf } from '../../src/lib/time.ts';

const key = () => crypto.randomUUID();
const SATURDAY = 6;

/** What went wrong gets less from month to month: 示例. */
const drills = [
  {
    ...{ monthsAgo: 3, hazard: '火灾', duration: '2分35秒', arrived: [41, 40, 42] },
    ...{ wentWrong: '示例：二楼东楼梯挤，走了两分半', improvement: '示例：三楼的班走西楼梯' },
  },
  {
    ...{ monthsAgo: 2, hazard: '地震', duration: '2分10秒', arrived: [42, 40, 43] },
    ...{ wentWrong: '示例：有的班先跑再护头', improvement: '示例：先在桌下护头数到20' },
  },
  {
    ...{ monthsAgo: 1, hazard: '火灾', duration: '1分52秒', arrived: [42, 41, 43] },
    ...{ wentWrong: '', improvement: '' },
  },
] as const;

const item = {
  ...{ form: 'practical', content: 'single', purpose: 'test', evacuation: 'yes', blind: 'no' },
  ...{ itemId: '', reason: '' },
};

/** A weekday in the middle of a month so long ago. */
function schoolDay(now: Date, monthsAgo: number): string {
  let day = `${calendarDate(now).slice(0, 7)}-12`;
  for (let past = 0; past < monthsAgo; past += 1) day = `${addDays(day, -20).slice(0, 7)}-12`;
  return weekdayOf(day) < SATURDAY ? day : addDays(day, 2);
}

/**
 * The demonstration's school with three months of drills and a plan, and its county's plan: fictitious, and marked so. The
 * present month is left to whoever tries it.
 */
export async function seedDrills(
  ctx: CommandContext,
  teacher: Pick<Holder, 'id'>,
  organiser: Holder,
): Promise<void> {
  const [school] = await ctx.db
    .select({ id: organisations.id })
    .from(organisations)
    .where(and(eq(organisations.claimedBy, teacher.id), eq(organisations.state, 'verified')));
  if (!school) return;
  const own = { organisationId: school.id, regionCode: '' };
  const by = { id: teacher.id, roles: [] };
  for (const { monthsAgo, arrived, ...drill } of drills) {
    const date = schoolDay(ctx.now, monthsAgo);
    const expected = [42, 41, 43];
    const classes = expected.map((all, nth) => `三年级${nth + 1}班 ${all} ${arrived[nth]}`);
    await recordDrill(
      { ...ctx, now: instantOf(date, 15 * 60) },
      by,
      {
        ...{ organiser: own, date, time: '09:40', evacuation: 'yes', ...drill },
        classes: [...classes, '教职工 12'].join('\n'),
      },
      key(),
    );
  }
  const [year, month] = calendarDate(ctx.now).split('-').map(Number);
  const plan = async (who: Holder, of: object, items: readonly object[]) => {
    const about = { organiser: of, year: String(year) };
    for (const one of items) await writePlanItem(ctx, who, { ...item, ...about, ...one }, key());
    await publishPlan(ctx, who, about, key());
  };
  const responsible = '示例安全办公室';
  await plan(
    by,
    own,
    [
      { title: '示例：本月地震疏散演练', hazard: '地震', month: String(month), responsible },
      { title: '示例：冬季消防疏散演练', hazard: '火灾', month: '12', responsible },
      { title: '示例：食堂燃气泄漏推演', hazard: '燃气泄漏', month: '12', responsible },
    ].map((one, nth) => (nth === 2 ? { ...one, form: 'tabletop', evacuation: 'no' } : one)),
  );
  const region = { organisationId: null, regionCode: '320904' };
  await plan(organiser, region, [
    {
      ...{ title: '示例：防汛综合演练', hazard: '洪涝', month: '6', content: 'comprehensive' },
      responsible: '示例县防汛办',
    },
    {
      ...{ title: '示例：危化品泄漏桌面推演', hazard: '危化品', month: '12' },
      ...{ form: 'tabletop', evacuation: 'no', responsible: '示例县应急管理局' },
    },
    {
      ...{ title: '示例：夜间拉动', hazard: '火灾', month: '12', blind: 'yes', evacuation: 'no' },
      responsible: '示例县应急管理局',
    },
  ]);
}
