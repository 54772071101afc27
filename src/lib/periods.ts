import {
  addDays,
  calendarDate,
  daysBetween,
  instantOf,
  readDate,
  weekdayOf,
  type CalendarDate,
} from './time.ts';

/** Whole days in China, both included. */
export interface Period {
  from: CalendarDate;
  until: CalendarDate;
}

/** A year and a leap day: enough to compare seasons, and the most that one page reads. */
export const PERIOD_DAYS_MAX = 366;

const DEFAULT_WEEKS = 12;

/**
 * The period that an address asks for; the last twelve weeks where it asks for none or for nonsense. It ends today
 * at the latest and is no longer than `PERIOD_DAYS_MAX`: then its beginning moves.
 */
export function readPeriod(query: URLSearchParams, now: Date): Period {
  const today = calendarDate(now);
  const asked = readDate(query.get('until')) ?? today;
  const until = asked > today ? today : asked;
  const from = readDate(query.get('from')) ?? recentWeeks(DEFAULT_WEEKS, until).from;
  if (from > until) return recentWeeks(DEFAULT_WEEKS, until);
  const earliest = addDays(until, 1 - PERIOD_DAYS_MAX);
  return { from: from < earliest ? earliest : from, until };
}

/** So many weeks up to the one that a day lies in. */
export function recentWeeks(weeks: number, until: CalendarDate): Period {
  return { from: addDays(mondayOf(until), 7 - 7 * weeks), until };
}

/** As many days, right before it. */
export function periodBefore({ from, until }: Period): Period {
  return { from: addDays(from, -periodDays({ from, until })), until: addDays(from, -1) };
}

export function periodDays({ from, until }: Period): number {
  return daysBetween(from, until) + 1;
}

export function mondayOf(date: CalendarDate): CalendarDate {
  return addDays(date, 1 - weekdayOf(date));
}

/** The instants that a period lies between, and the one that its weeks are counted from. */
export function periodInstants({ from, until }: Period) {
  return {
    startsAt: instantOf(from),
    endsAt: instantOf(addDays(until, 1)),
    weeksFrom: instantOf(mondayOf(from)),
  };
}

/** `10月12日–18日`, `9月28日–10月4日`: every week of a period, those cut at its ends too. */
export function weekLabels(period: Period): string[] {
  const labels: string[] = [];
  for (let monday = mondayOf(period.from); monday <= period.until; monday = addDays(monday, 7)) {
    const first = monday < period.from ? period.from : monday;
    const sunday = addDays(monday, 6);
    const last = sunday > period.until ? period.until : sunday;
    const sameMonth = first.slice(0, 7) === last.slice(0, 7);
    const end = sameMonth ? `${Number(last.slice(8))}日` : dayText(last);
    labels.push(first === last ? dayText(first) : `${dayText(first)}–${end}`);
  }
  return labels;
}

/** `10月12日` */
export function dayText(date: CalendarDate): string {
  return `${Number(date.slice(5, 7))}月${Number(date.slice(8))}日`;
}

/** `2026年10月12日到11月3日`, `2026年10月12日到2027年1月3日` */
export function periodText({ from, until }: Period): string {
  const [year, last] = [from.slice(0, 4), until.slice(0, 4)];
  return `${year}年${dayText(from)}到${last === year ? '' : `${last}年`}${dayText(until)}`;
}
