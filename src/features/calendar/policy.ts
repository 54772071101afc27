import { addDays, weekdayOf, type CalendarDate } from '../../lib/time.ts';
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
