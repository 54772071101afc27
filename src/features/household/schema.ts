import { z } from 'zod';
import { words } from '../../lib/content.ts';
import type { FieldProblem } from '../../lib/errors.ts';
import { checkSourced } from '../../lib/sourced.ts';
import { daysBetween, readDate, type CalendarDate } from '../../lib/time.ts';
import { guideSchema, type GuideSettings } from '../guides/schema.ts';

/** Who lives in a home. The first four are everybody, each once; the next three are among them. */
export const MEMBERS = [
  { who: 'adults', label: '大人', hint: '18到59岁' },
  { who: 'children', label: '孩子', hint: '3到17岁' },
  { who: 'infants', label: '婴幼儿', hint: '3岁以下' },
  { who: 'elders', label: '老人', hint: '60岁以上' },
] as const;
export const CARED = [
  { who: 'pregnant', label: '怀孕的' },
  { who: 'chronic', label: '天天吃药的' },
  { who: 'disabled', label: '看不见、听不见、行动不便的' },
] as const;
const COUNTS = [
  'adults',
  'children',
  'infants',
  'elders',
  'pregnant',
  'chronic',
  'disabled',
  'pets',
] as const;
export type Counted = (typeof COUNTS)[number];

export const HOMES = {
  high_rise: '高层楼房（坐电梯上下）',
  low_rise: '多层楼房',
  village: '村里的房子、平房',
} as const;
export type Home = keyof typeof HOMES;

/** Several generations under one roof; whoever plans for more plans for an institution. */
const COUNT_MAX = 20;
/** Lists of authorities begin with three days; two weeks is what a home can still store. */
export const DAYS = [3, 5, 7, 14] as const;
/** Nothing on such a shelf keeps longer. */
const EXPIRY_MAX_DAYS = 20 * 366;

export interface Household {
  counts: Readonly<Record<Counted, number>>;
  home: Home;
  /** On a ground floor or beside a river, the sea, a hollow that fills. */
  water: boolean;
  /** Gas, coal or charcoal burns in it. */
  fuel: boolean;
  days: number;
  /** When what was bought runs out, by the reminder's id. */
  until: Readonly<Record<string, CalendarDate>>;
}

export type AskedHousehold = { values: Readonly<Record<string, string>> } & (
  { household: Household | undefined } | { problems: readonly FieldProblem[] }
);

const labels: Readonly<Record<Counted, string>> = {
  ...(Object.fromEntries([...MEMBERS, ...CARED].map(({ who, label }) => [who, label])) as Record<
    Exclude<Counted, 'pets'>,
    string
  >),
  pets: '猫、狗',
};

/**
 * A household as an address has it, and nowhere else. Blank is none.
 * @param reminders those for which a date may be given, as `until-<id>`.
 * @param today dates before it have run out already.
 * @returns undefined for an address that asks nothing; or what is wrong, by field.
 */
export function readHousehold(
  query: URLSearchParams,
  reminders: readonly Pick<Reminder, 'id' | 'label'>[],
  today: CalendarDate,
): AskedHousehold {
  const values: Record<string, string> = {};
  const problems: FieldProblem[] = [];
  const refuse = (field: string, message: string) => problems.push({ field, message });
  const read = (field: string) => {
    const text = (query.get(field) ?? '').normalize('NFKC').trim();
    if (text !== '') values[field] = text.slice(0, 20);
    return text;
  };

  const counts = Object.fromEntries(
    COUNTS.map((who) => {
      const text = read(who);
      const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
      if (text !== '' && (!/^\d{1,2}$/.test(text) || count > COUNT_MAX)) {
        refuse(who, `${labels[who]}：请写0到${COUNT_MAX}的整数，没有就空着`);
      }
      return [who, count];
    }),
  ) as Record<Counted, number>;
  const people = counts.adults + counts.children + counts.infants + counts.elders;
  const until: Record<string, CalendarDate> = {};
  for (const { id, label = '日期' } of reminders) {
    const field = `until-${id}`;
    const text = read(field);
    if (text === '') continue;
    const date = readDate(text);
    if (!date) refuse(field, `${label}：请写成2027-05-12这样的日期，不知道就空着`);
    else if (date < today) refuse(field, `${label}：已经过期了，先换掉，再写新的日期`);
    else if (daysBetween(today, date) > EXPIRY_MAX_DAYS)
      refuse(field, `${label}：太远了，请再看一下包装`);
    else until[id] = date;
  }
  const home = (Object.keys(HOMES) as Home[]).find((one) => one === read('home')) ?? 'high_rise';
  const days = DAYS.find((one) => String(one) === read('days')) ?? DAYS[0];
  const household = {
    counts,
    home,
    days,
    water: read('water') === '1',
    fuel: read('fuel') === '1',
    until,
  };
  if (Object.keys(values).length === 0) return { values, household: undefined };

  if (people === 0 && problems.length === 0) refuse('adults', '请写家里有几个人');
  if (counts.pregnant > counts.adults) refuse('pregnant', '怀孕的比大人多，请再数一遍');
  if (counts.chronic > people) refuse('chronic', '天天吃药的比家里的人多，请再数一遍');
  if (counts.disabled > people) refuse('disabled', '行动不便的比家里的人多，请再数一遍');
  return problems.length > 0 ? { values, problems } : { values, household };
}

export const KIT_GROUPS = [
  '水和食物',
  '药和急救',
  '工具和照明',
  '给家里的人',
  '证件和联系',
] as const;
/** `people` is everybody; `eaters` everybody but infants. */
const PER = [...COUNTS, 'people', 'eaters'] as const;

/** No amount is less than nothing, so that more people or more days never make it smaller. */
const rate = z
  .number({ error: '请写数字' })
  .positive({ error: '请写大于0的数' })
  .max(100, { error: '一个人一天用不了这么多，请再查' });

const sourceKeys = z.array(z.string(), { error: '请写 sources: [来源代号]' });

const item = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z-]+$/, { error: '代号用小写字母和短横' }),
    group: z.enum(KIT_GROUPS, { error: `请从 ${KIT_GROUPS.join('、')} 里选一个` }),
    name: words(16, '只写东西的名字。'),
    unit: words(6, '只写单位。'),
    /** So much for each home. */
    fixed: rate.optional(),
    /** So much for each of them. */
    per: z.partialRecord(z.enum(PER), rate).optional(),
    /** Times the days asked for; `daysMin` where fewer would be too few. */
    daily: z.boolean().default(false),
    daysMin: z.int().min(1).max(30).optional(),
    /** Only for homes of this kind. */
    only: z.enum(['high_rise', 'low_rise', 'village', 'water', 'fuel']).optional(),
    why: words(60, '一句话说清为什么、怎么备。'),
    /** Whether a source has the amount, or this site chose it. */
    amount: z.enum(['source', 'ours'], { error: '数量有来源写 source，本平台定的写 ours' }),
    sources: sourceKeys,
  })
  .refine(({ fixed, per }) => fixed !== undefined || per !== undefined, {
    path: ['per'],
    error: '请写 fixed（每家几个）或 per（每人几个）',
  })
  .refine(({ amount, sources }) => amount === 'ours' || sources.length > 0, {
    path: ['sources'],
    error: '数量有来源，就要写出来源代号',
  });
export type KitItem = z.output<typeof item>;

const reminder = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]+$/, { error: '代号用小写字母和短横' }),
  title: words(16, '日历里只看得到这一行。'),
  what: words(60, '一句话说清做什么。'),
  /** What stands on the packet, where a date can be given instead of the interval. */
  label: words(14, '只写是什么的日期。').optional(),
  months: z.int().min(1).max(24),
  amount: z.enum(['source', 'ours'], { error: '间隔有来源写 source，本平台定的写 ours' }),
  sources: sourceKeys,
});
export type Reminder = z.output<typeof reminder>;

/** `content/household.json`: what a home needs, how much of it, why, and when to look at it again. */
export function householdContentSchema(settings: GuideSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({
      writtenOn,
      review,
      items: z.array(item).min(10, { error: '至少写10样' }),
      reminders: z.array(reminder).min(3, { error: '至少写3条提醒' }),
      plan: z.array(
        z.strictObject({ text: words(60, '请拆成两条。'), sources: sourceKeys.min(1) }),
      ),
      sources,
    })
    .superRefine((content, ctx) => {
      const refuse = (path: PropertyKey[], message: string) =>
        ctx.addIssue({ code: 'custom', path, message });
      const claims = (['items', 'reminders', 'plan'] as const).flatMap((part) =>
        content[part].map((one, at) => ({ path: [part, at], sources: one.sources })),
      );
      checkSourced(content, claims, settings, refuse);
      for (const part of ['items', 'reminders'] as const) {
        const ids = content[part].map(({ id }) => id);
        ids.forEach((id, at) => {
          if (ids.indexOf(id) < at) refuse([part, at, 'id'], `代号“${id}”写重了`);
        });
      }
    });
}
export type HouseholdContent = z.output<ReturnType<typeof householdContentSchema>>;
