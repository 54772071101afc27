import { rate, sum } from '../../lib/counts.ts';
import type { Period } from '../../lib/periods.ts';
import type { CalendarDate } from '../../lib/time.ts';
import { durationWords, SCHOOL_TARGET_SECONDS } from '../drill-records/policy.ts';
import { monthAfter, monthOf, monthText, type Month } from '../drill-calendar/policy.ts';
import type { Figure } from '../numbers/policy.ts';
import type { DrillFigureId } from './schema.ts';

/** What was recorded in one month of a region, its organisations and its own drills together. */
export interface MonthHeld {
  month: Month;
  drills: number;
  evacuations: number;
  organisations: number;
  expected: number;
  arrived: number;
}

/** How many evacuations of a month took so many seconds. */
export interface MonthSeconds {
  month: Month;
  seconds: number;
  drills: number;
}

/** Improvement items that were due in a month; `inTime` of them were closed by their day, `open` are not closed. */
export interface MonthItems {
  month: Month;
  due: number;
  inTime: number;
  open: number;
}

/** How the organisations of a region stand with what they owe, now. */
export interface DutyStanding {
  done: number;
  due: number;
  paused: number;
  late: number;
}

export interface DrillNumbers {
  held: readonly MonthHeld[];
  seconds: readonly MonthSeconds[];
  items: readonly MonthItems[];
  duties: DutyStanding;
}

/**
 * The value in the middle of counted values; of two in the middle the lower one, which somebody did take. Undefined of
 * nothing.
 */
export function medianOf(values: readonly { value: number; count: number }[]): number | undefined {
  const half = sum(values.map(({ count }) => count)) / 2;
  let counted = 0;
  return values
    .toSorted((a, b) => a.value - b.value)
    .find(({ count }) => {
      counted += count;
      return count > 0 && counted >= half;
    })?.value;
}

/** The months that a period touches, in order. */
export function monthsOf({ from, until }: Period): Month[] {
  const months: Month[] = [];
  for (let month = monthOf(from); month <= monthOf(until); month = monthAfter(month)) {
    months.push(month);
  }
  return months;
}

const secondsOf = (rows: readonly MonthSeconds[]) =>
  rows.map(({ seconds, drills }) => ({ value: seconds, count: drills }));
const text = (value: number | undefined, unit = '') =>
  value === undefined ? '–' : `${value}${unit}`;
/** `11月`, with the year where the period has more than one January. */
const label = (month: Month, months: readonly Month[]) =>
  months[0]?.slice(0, 4) === months.at(-1)?.slice(0, 4)
    ? `${Number(month.slice(5))}月`
    : `${month.slice(2, 4)}年${Number(month.slice(5))}月`;

/** The figures at the head of the page. */
export function drillSummary({ held, seconds, items, duties }: DrillNumbers) {
  const owing = duties.done + duties.due + duties.paused + duties.late;
  const median = medianOf(secondsOf(seconds));
  const due = sum(items.map((one) => one.due));
  return [
    { label: '演练', value: `${sum(held.map(({ drills }) => drills))}次`, remark: '' },
    {
      label: '参加',
      value: `${sum(held.map(({ arrived }) => arrived))}人次`,
      remark: `应到${sum(held.map(({ expected }) => expected))}人次`,
    },
    {
      label: '疏散用时，中间的一次',
      value: median === undefined ? '没有' : durationWords(median),
      remark: `量了${sum(seconds.map(({ drills }) => drills))}次`,
    },
    {
      label: '现在没有逾期的单位',
      value: text(rate(owing - duties.late, owing), '%'),
      remark: `${owing}家要演练`,
    },
    {
      label: '整改按时关闭',
      value: text(rate(sum(items.map(({ inTime }) => inTime)), due), '%'),
      remark: `到期${due}项`,
    },
  ];
}

export type DrillFigure = Omit<Figure, 'id'> & { id: DrillFigureId };

/** Every figure of a region's drills; what adds up in one adds up to the same in the others. */
export function drillFigures(numbers: DrillNumbers, period: Period): DrillFigure[] {
  const months = monthsOf(period);
  return [
    heldFigure(numbers, months),
    peopleFigure(numbers, months),
    evacuationFigure(numbers, months),
    dutiesFigure(numbers),
    improvementsFigure(numbers, months),
  ];
}

/** The part that everybody may see: no single organisation's time, and nothing of who is late. */
export function publicDrillFigures(
  numbers: Pick<DrillNumbers, 'held'>,
  period: Period,
): DrillFigure[] {
  const months = monthsOf(period);
  return [heldFigure(numbers, months), peopleFigure(numbers, months)];
}

const none = { drills: 0, evacuations: 0, organisations: 0, expected: 0, arrived: 0 };
const heldIn = (held: readonly MonthHeld[], month: Month): MonthHeld =>
  held.find((one) => one.month === month) ?? { month, ...none };

function heldFigure({ held }: Pick<DrillNumbers, 'held'>, months: readonly Month[]): DrillFigure {
  const rows = months.map((month) => heldIn(held, month));
  const all = sum(rows.map(({ drills }) => drills));
  const evacuations = sum(rows.map((row) => row.evacuations));
  const most = rows.toSorted((a, b) => b.drills - a.drills)[0];
  return {
    id: 'held',
    title: '办了多少次',
    sentence:
      most === undefined || all === 0
        ? '这段时间没有记下演练。'
        : `记下${all}次演练，其中疏散${evacuations}次；${monthText(most.month)}最多，${most.drills}次。`,
    method: '按演练那天算，一条记录算一次，单位的和地区自己的都算。只有记在本站的。',
    header: ['月份', '演练', '疏散', '其他'],
    rows: rows.map(({ month, drills, evacuations: some }) => [
      monthText(month),
      ...[drills, some, drills - some].map(String),
    ]),
    total: ['合计', ...[all, evacuations, all - evacuations].map(String)],
    chart: {
      kind: 'columns',
      parts: ['疏散', '其他'],
      whole: '全部演练',
      columns: rows.map(({ month, drills, evacuations: some }) => ({
        label: label(month, months),
        values: [some, drills - some],
        whole: drills,
      })),
    },
  };
}

function peopleFigure({ held }: Pick<DrillNumbers, 'held'>, months: readonly Month[]): DrillFigure {
  const rows = months.map((month) => heldIn(held, month));
  const arrived = sum(rows.map((row) => row.arrived));
  const expected = sum(rows.map((row) => row.expected));
  return {
    id: 'people',
    title: '来了多少人',
    sentence:
      expected === 0
        ? '这段时间没有记下人数。'
        : `应到${expected}人次，实到${arrived}人次，到了${text(rate(arrived, expected), '%')}。`,
    method: '按记录里的应到和实到加起来，一个人参加两次算两人次。',
    header: ['月份', '应到', '实到', '到了'],
    rows: rows.map((row) => [
      monthText(row.month),
      ...[row.expected, row.arrived].map(String),
      text(rate(row.arrived, row.expected), '%'),
    ]),
    total: ['合计', ...[expected, arrived].map(String), text(rate(arrived, expected), '%')],
    chart: {
      kind: 'columns',
      parts: ['实到'],
      whole: '应到',
      columns: rows.map((row) => ({
        label: label(row.month, months),
        values: [row.arrived],
        whole: row.expected,
      })),
    },
  };
}

function evacuationFigure({ seconds }: DrillNumbers, months: readonly Month[]): DrillFigure {
  const rows = months.map((month) => {
    const own = seconds.filter((row) => row.month === month);
    return { month, many: sum(own.map(({ drills }) => drills)), median: medianOf(secondsOf(own)) };
  });
  const median = medianOf(secondsOf(seconds));
  const longest = Math.max(...rows.map((row) => row.median ?? 0), 1);
  const words = (value: number | undefined) => (value === undefined ? '–' : durationWords(value));
  return {
    id: 'evacuation',
    title: '疏散用了多久',
    sentence:
      median === undefined
        ? '这段时间没有量过疏散用时。'
        : `一半的疏散在${words(median)}以内完成。4层以下、出口合理的学校，原则上${words(SCHOOL_TARGET_SECONDS)}内。`,
    method:
      '中位数：按用时排好，中间的那一次。没有量的不算。楼不一样高、人不一样多，不同单位不好直接比。',
    header: ['月份', '量了几次', '中间的一次'],
    rows: rows.map((row) => [monthText(row.month), String(row.many), words(row.median)]),
    total: ['全部', String(sum(rows.map(({ many }) => many))), words(median)],
    chart: {
      kind: 'bars',
      reading: '最长的一条用时最久',
      bars: rows
        .filter((row) => row.median !== undefined)
        .map((row) => ({
          label: monthText(row.month),
          value: Math.round(((row.median ?? 0) * 100) / longest),
          text: words(row.median),
          remark: `${row.many}次`,
        })),
    },
  };
}

const dutyLabels: readonly (readonly [keyof DutyStanding, string])[] = [
  ['done', '已演练'],
  ['due', '还没到期'],
  ['paused', '放假，不用练'],
  ['late', '逾期'],
];

function dutiesFigure({ duties }: DrillNumbers): DrillFigure {
  const total = sum(Object.values(duties));
  return {
    id: 'duties',
    title: '单位做到了没有',
    sentence:
      total === 0
        ? '还没有核验过、要演练的单位。'
        : `${total}家要演练，${duties.late}家逾期，${text(rate(total - duties.late, total), '%')}没有逾期。`,
    method: '是现在的情况，不随上面选的时间变。有几项要求的单位按最要紧的一项算。',
    header: ['状态', '单位', '占'],
    rows: dutyLabels.map(([state, name]) => [
      name,
      String(duties[state]),
      text(rate(duties[state], total), '%'),
    ]),
    total: ['合计', String(total), total === 0 ? '–' : '100%'],
    chart: {
      kind: 'bars',
      reading: '灰条是全部要演练的单位',
      bars: dutyLabels.map(([state, name]) => ({
        label: name,
        value: rate(duties[state], total) ?? 0,
        text: `${duties[state]}家`,
      })),
    },
  };
}

function improvementsFigure({ items }: DrillNumbers, months: readonly Month[]): DrillFigure {
  const rows = months.map(
    (month) => items.find((one) => one.month === month) ?? { month, due: 0, inTime: 0, open: 0 },
  );
  const of = (pick: (row: MonthItems) => number) => sum(rows.map(pick));
  const [due, inTime, open] = [
    of((row) => row.due),
    of((row) => row.inTime),
    of((row) => row.open),
  ];
  return {
    id: 'improvements',
    title: '整改按时关闭了没有',
    sentence:
      due === 0
        ? '这段时间没有到期的整改。'
        : `到期${due}项，按时关闭${inTime}项，占${text(rate(inTime, due), '%')}；还有${open}项没有关闭。`,
    method: '按最初定的期限算，后来延了期也一样。做完、别人核实过才算关闭；取消的不算。',
    header: ['到期的月份', '到期', '按时关闭', '迟了才关', '没有关闭'],
    rows: rows.map((row) => [
      monthText(row.month),
      ...[row.due, row.inTime, row.due - row.inTime - row.open, row.open].map(String),
    ]),
    total: ['合计', ...[due, inTime, due - inTime - open, open].map(String)],
    chart: {
      kind: 'columns',
      parts: ['按时关闭', '迟了才关'],
      whole: '到期的',
      columns: rows.map((row) => ({
        label: label(row.month, months),
        values: [row.inTime, row.due - row.inTime - row.open],
        whole: row.due,
      })),
    },
  };
}

/** Up to yesterday, and a year back: what the public sees, so that a blind drill's day is over before it counts. */
export function publicPeriod(yesterday: CalendarDate): Period {
  return { from: `${monthAfter(monthOf(yesterday), -11)}-01`, until: yesterday };
}
