import type { Refusals } from '../../lib/errors.ts';
import {
  addDays,
  calendarDate,
  daysBetween,
  readDate,
  weekdayOf,
  type CalendarDate,
} from '../../lib/time.ts';
import type { CalendarDay } from './table.ts';

const SATURDAY = 6;

/** What a date is to those who work by the holiday arrangement: a legal holiday, a week-end's rest, or work. */
export type DayKind = 'holiday' | 'rest_day' | 'workday';

/**
 * 节假日安排: tells workdays from holidays. A year that was not entered has only week-ends, and `knows` says so:
 * whoever promises a date in it should say that it may move.
 */
export class WorkCalendar {
  readonly #days: ReadonlyMap<CalendarDate, CalendarDay>;
  readonly #years: ReadonlySet<number>;

  constructor(years: readonly number[], days: readonly CalendarDay[]) {
    this.#years = new Set(years);
    this.#days = new Map(days.map((one) => [one.day, one]));
  }

  knows(date: CalendarDate): boolean {
    return this.#years.has(Number(date.slice(0, 4)));
  }

  kindOf(date: CalendarDate): DayKind {
    const special = this.#days.get(date)?.kind;
    if (special === 'holiday') return 'holiday';
    if (special === 'make_up_workday') return 'workday';
    return weekdayOf(date) >= SATURDAY ? 'rest_day' : 'workday';
  }

  isWorkday(date: CalendarDate): boolean {
    return this.kindOf(date) === 'workday';
  }

  /** `国庆节`, also for the days of rest around it and the workdays that make up for them. */
  nameOf(date: CalendarDate): string | undefined {
    return this.#days.get(date)?.name;
  }

  /** Is worked instead of the rest that the week would give. */
  isMakeUpWorkday(date: CalendarDate): boolean {
    return this.#days.get(date)?.kind === 'make_up_workday';
  }

  /** The first workday after the date, or the last one before it. */
  nextWorkday(date: CalendarDate, step: 1 | -1 = 1): CalendarDate {
    let next = addDays(date, step);
    while (!this.isWorkday(next)) next = addDays(next, step);
    return next;
  }

  /** The date so many workdays later, or earlier for a negative count, not counting the date itself. */
  addWorkdays(date: CalendarDate, count: number): CalendarDate {
    let day = date;
    for (let left = Math.abs(count); left > 0; left -= 1) {
      day = this.nextWorkday(day, count > 0 ? 1 : -1);
    }
    return day;
  }
}

/** The arrangement of a year is asked for from so many days before its turn; it has always come out earlier. */
export const MISSING_WARNING_DAYS = 60;

/** The coming year, when its turn is near and nobody has entered it. */
export function missingYear(years: readonly number[], now: Date): number | undefined {
  const today = calendarDate(now);
  const next = Number(today.slice(0, 4)) + 1;
  const isNear = daysBetween(today, `${next}-01-01`) <= MISSING_WARNING_DAYS;
  return isNear && !years.includes(next) ? next : undefined;
}

/** No holiday of an arrangement has been longer. */
const HOLIDAY_MAX = 15;

const DATE = String.raw`(?:(\d{4})[年-])?(\d{1,2})[月-](\d{1,2})日?`;
const HOLIDAY = new RegExp(
  String.raw`^([^\s:：\d]{2,10})[:：\s]\s*${DATE}(?:\s*[至到~—–-]\s*${DATE})?\s*(?:放假|休息)?[^，,、；;]*(.*)$`,
  'u',
);
const WORKED = new RegExp(DATE, 'gu');

export type ArrangedDay = Pick<CalendarDay, 'day' | 'kind' | 'name'>;

/**
 * The days of a year as the notice says them, a holiday a line: `国庆节：10月1日至10月7日放假，9月20日、10月10日上班`.
 * @returns the days in order, and what could not be read.
 */
export function readArrangement(
  text: string,
  year: number,
): { days: ArrangedDay[]; problems: { line: number; problem: string }[] } {
  const days = new Map<CalendarDate, ArrangedDay>();
  const problems: { line: number; problem: string }[] = [];
  text
    .normalize('NFKC')
    .split('\n')
    .forEach((raw, index) => {
      // Notices name the weekday in brackets, and say the month once: `1月1日（周四）至3日（周六）`.
      const line = raw
        .trim()
        .replace(/\([^)]*\)/gu, '')
        .replace(/(\d{1,2})月(\d{1,2})日\s*[至到]\s*(\d{1,2})日/gu, '$1月$2日至$1月$3日');
      if (line === '') return;
      const problem = readLine(line, year, days);
      if (problem) problems.push({ line: index + 1, problem });
    });
  return {
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    problems,
  };
}

function readLine(
  line: string,
  year: number,
  days: Map<CalendarDate, ArrangedDay>,
): string | undefined {
  const found = HOLIDAY.exec(line);
  if (!found) return '请写成“国庆节：10月1日至10月7日放假，10月10日上班”的样子';
  const [, name = '', ...rest] = found;
  const from = dateOf(rest.slice(0, 3), year);
  const until = rest[4] === undefined ? from : dateOf(rest.slice(3, 6), year);
  if (!from || !until) return '没有这个日期';
  if (until < from || daysBetween(from, until) >= HOLIDAY_MAX) return '放假的起止日期不对';
  const worked = [...(rest[6] ?? '').matchAll(WORKED)].map((one) => dateOf(one.slice(1), year));
  if (worked.some((day) => day === undefined)) return '没有这个上班的日期';
  if (worked.length > 0 && !/上班|补班/u.test(rest[6] ?? '')) return '要上班的日子后面请写“上班”';
  const holidays = Array.from({ length: daysBetween(from, until) + 1 }, (_, day) =>
    addDays(from, day),
  );
  const arranged: ArrangedDay[] = [
    ...holidays.map((day) => ({ day, kind: 'holiday' as const, name })),
    ...worked.map((day) => ({ day: day as string, kind: 'make_up_workday' as const, name })),
  ];
  const twice = arranged.find(({ day }) => days.has(day));
  if (twice) return `${twice.day}写了两次`;
  const far = arranged.find(({ day }) => Math.abs(Number(day.slice(0, 4)) - year) > 1);
  if (far) return `${far.day}不在${year}年前后`;
  const odd = arranged.find(
    ({ day, kind }) => kind === 'make_up_workday' && weekdayOf(day) < SATURDAY,
  );
  if (odd) return `${odd.day}不是周末，不用补班`;
  for (const one of arranged) days.set(one.day, one);
  return undefined;
}

function dateOf(parts: readonly (string | undefined)[], year: number): CalendarDate | undefined {
  const [own, month = '', day = ''] = parts;
  return readDate(`${own ?? year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
}

/** The days again as the form reads them. */
export function arrangementText(days: readonly ArrangedDay[], year: number): string {
  const words = (date: CalendarDate) => {
    const [own = '', month = '', day = ''] = date.split('-');
    return `${Number(own) === year ? '' : `${own}年`}${Number(month)}月${Number(day)}日`;
  };
  return [...Map.groupBy(days, ({ name }) => name)]
    .map(([name, ofHoliday]) => {
      const off = ofHoliday.filter(({ kind }) => kind === 'holiday').map(({ day }) => day);
      const worked = ofHoliday.filter(({ kind }) => kind !== 'holiday').map(({ day }) => day);
      const [from = '', until = from] = [off[0], off.at(-1)];
      const span = from === until ? words(from) : `${words(from)}至${words(until)}`;
      const work = worked.length > 0 ? `，${worked.map(words).join('、')}上班` : '';
      return `${name}：${span}放假${work}`;
    })
    .join('\n');
}

export const yearRefusals: Refusals = {
  year_not_yours: { code: 'not_found', message: '没有找到这一年。' },
  'unique:calendar_days.day': {
    code: 'conflict',
    reason: 'day_of_another_year',
    field: 'days',
    message: '有的日子已经写在相邻的一年里了。请只写在一年里',
  },
};
