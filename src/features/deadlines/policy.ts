import {
  addDays,
  calendarDate,
  daysBetween,
  instantOf,
  readDate,
  type CalendarDate,
} from '../../lib/time.ts';
import type { WorkCalendar } from '../calendar/policy.ts';

/** A number of days, and which days count: all of them, or those on which offices work. */
export interface Term {
  count: number;
  clock: 'natural' | 'working';
}

/** A time during which a term does not run; `until` is null while it lasts. */
export interface Pause {
  from: Date;
  until: Date | null;
}

/** A term with nothing but pauses ahead of it would be looked for for ever. */
const SEARCH_DAYS_MAX = 3660;

/** Whether the clock stood still at some moment of the day. */
function isTouched(date: CalendarDate, pauses: readonly Pause[]): boolean {
  return pauses.some(
    ({ from, until }) =>
      calendarDate(from) <= date && (until === null || date <= calendarDate(until)),
  );
}

const isCounted = (date: CalendarDate, { clock }: Term, calendar: WorkCalendar) =>
  clock === 'natural' || calendar.isWorkday(date);

/**
 * The last day of a term. The day on which it begins does not count, and a last day on which nobody works moves to the
 * next workday (民法典第二百零一条、第二百零三条). A day on which the clock stood still, if only for an hour, does not
 * count either: 本平台约定, so that an office that gets a file back in the evening loses no day.
 * @returns undefined while a pause lasts that begins before the term is over: nobody knows yet.
 */
export function lastDayOf(
  since: Date,
  term: Term,
  pauses: readonly Pause[],
  calendar: WorkCalendar,
): CalendarDate | undefined {
  const open = pauses.find(({ until }) => until === null);
  let day = calendarDate(since);
  let counted = 0;
  for (let searched = 0; searched < SEARCH_DAYS_MAX; searched += 1) {
    day = addDays(day, 1);
    if (open && day >= calendarDate(open.from)) return undefined;
    if (isTouched(day, pauses)) continue;
    if (isCounted(day, term, calendar)) counted += 1;
    if (counted >= term.count && calendar.isWorkday(day)) return day;
  }
  throw new Error('A term has no end within ten years.');
}

/** How many days of a term are used by now: whole days, today not among them. Never more than its count. */
export function daysUsed(
  since: Date,
  term: Term,
  pauses: readonly Pause[],
  calendar: WorkCalendar,
  now: Date,
): number {
  const first = addDays(calendarDate(since), 1);
  const length = Math.max(0, daysBetween(first, calendarDate(now)));
  const days = Array.from({ length }, (_, index) => addDays(first, index));
  const used = days.filter(
    (day) => isCounted(day, term, calendar) && !isTouched(day, pauses),
  ).length;
  return Math.min(used, term.count);
}

/** Over when the last day has ended in China. */
export function isPast(lastDay: CalendarDate, now: Date): boolean {
  return calendarDate(now) > lastDay;
}

/** The instant at which the day after a last day begins. */
export const afterDay = (lastDay: CalendarDate): Date => instantOf(addDays(lastDay, 1));

/**
 * The last day of a public notice. Its first day counts, and it ends on whatever day that is, as the notice of
 * 2022-03-15 to 2022-03-21 counted seven.
 */
export function noticeEnd(opensOn: CalendarDate, days: number): CalendarDate {
  return addDays(opensOn, days - 1);
}

/** The same day so many years later; the 29th of February becomes the 28th. */
export function addYears(date: CalendarDate, years: number): CalendarDate {
  const day = `${Number(date.slice(0, 4)) + years}${date.slice(4)}`;
  return readDate(day) ?? day.replace('-29', '-28');
}
