import { addDays, calendarDate, weekdayOf, type CalendarDate } from '../../lib/time.ts';
import { markedTitle, stateWords } from '../drills/policy.ts';
import type { Drill, DrillFilling, DrillRole, DrillVersion } from '../drills/table.ts';

/** What everybody may know of a drill that was announced, or of a blind one that is over. */
export interface PublicDrill {
  drill: Drill;
  version: DrillVersion;
  /** The organisation's name, or the region's. */
  organiser: string;
  roles: Pick<DrillRole, 'filledBy' | 'capacity' | 'taken'>[];
}

/** `2026-11`: a month of a calendar. */
export type Month = string;

/** Two years on nothing is announced; the year in which this site began is the first. */
const MONTH_FIRST = '2026-01';
const MONTHS_AHEAD = 24;

export function monthOf(date: CalendarDate): Month {
  return date.slice(0, 7);
}

/** The month so many after another. */
export function monthAfter(month: Month, months = 1): Month {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = year * 12 + number - 1 + months;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`;
}

/** The month that an address asks for; this one where it asks for none, for nonsense, or for one that is not shown. */
export function readMonth(text: string | null, today: CalendarDate): Month {
  const present = monthOf(today);
  const isMonth = text !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
  return isMonth && isShownMonth(text, today) ? text : present;
}

/** Whether the calendar goes as far. */
export function isShownMonth(month: Month, today: CalendarDate): boolean {
  return month >= MONTH_FIRST && month <= monthAfter(monthOf(today), MONTHS_AHEAD);
}

/** `2026年11月` */
export function monthText(month: Month): string {
  return `${month.slice(0, 4)}年${Number(month.slice(5))}月`;
}

/** The first day of a month and the first of the next one. */
export function monthDays(month: Month): { from: CalendarDate; before: CalendarDate } {
  return { from: `${month}-01`, before: `${monthAfter(month)}-01` };
}

/** One square of a month's table; undefined where another month's days would stand. */
export interface CalendarDay<Row> {
  date: CalendarDate;
  rows: Row[];
}

/** A month from Monday to Sunday, week by week, each row on the day in China on which it begins. */
export function monthWeeks<Row extends { drill: Pick<Drill, 'startsAt'> }>(
  month: Month,
  rows: readonly Row[],
): (CalendarDay<Row> | undefined)[][] {
  const byDay = Map.groupBy(rows, ({ drill }) => calendarDate(drill.startsAt));
  const { from, before } = monthDays(month);
  const weeks: (CalendarDay<Row> | undefined)[][] = [];
  for (let date = from; date < before; date = addDays(date, 1)) {
    const weekday = weekdayOf(date) - 1;
    if (weekday === 0 || weeks.length === 0) weeks.push(Array.from({ length: 7 }, () => undefined));
    const week = weeks.at(-1);
    if (week) week[weekday] = { date, rows: byDay.get(date) ?? [] };
  }
  return weeks;
}

/** Rows under the months in which they begin, in their order. */
export function byMonth<Row extends { drill: Pick<Drill, 'startsAt'> }>(
  rows: readonly Row[],
): { month: Month; rows: Row[] }[] {
  const groups = Map.groupBy(rows, ({ drill }) => monthOf(calendarDate(drill.startsAt)));
  return [...groups].map(([month, own]) => ({ month, rows: own }));
}

const kindWords: readonly (readonly [DrillFilling, string])[] = [
  ['household', '居民和家庭'],
  ['volunteer', '志愿者'],
  ['observer', '观摩'],
];

/** How many places of each kind people can still sign up for; kinds that a drill does not have are left out. */
export function placesByKind(
  roles: readonly Pick<DrillRole, 'filledBy' | 'capacity' | 'taken'>[],
): { kind: DrillFilling; label: string; left: number }[] {
  return kindWords.flatMap(([kind, label]) => {
    const own = roles.filter(({ filledBy }) => filledBy === kind);
    const left = own.reduce((sum, { capacity, taken }) => sum + capacity - taken, 0);
    return own.length === 0 ? [] : [{ kind, label, left }];
  });
}

/** `居民和家庭余120人，观摩满了`; empty where nobody can sign up, or not any more. */
export function placesWords({ drill, roles }: Pick<PublicDrill, 'drill' | 'roles'>, now: Date) {
  if (!takesSignUps(drill, now)) return '';
  return placesByKind(roles)
    .map(({ label, left }) => (left > 0 ? `${label}余${left}人` : `${label}满了`))
    .join('，');
}

/** Whether somebody can still put themselves down; the guard `drill_participants_guard` says the same. */
export function takesSignUps({ state, startsAt }: Pick<Drill, 'state' | 'startsAt'>, now: Date) {
  return state === 'announced' && now < startsAt;
}

/** One word for where it stands; nothing for what is simply announced and still to come. */
export function standingWords({ state, startsAt }: Drill, now: Date): string {
  if (state === 'announced') return startsAt <= now ? '到时间了' : '';
  return stateWords[state];
}

/** What feeds and calendars call it: the mark, its name, and that it was called off where it was. */
export function outsideTitle({ drill, version }: Pick<PublicDrill, 'drill' | 'version'>): string {
  const title = markedTitle(version.title);
  return drill.state === 'cancelled' ? `已取消：${title}` : title;
}

/** How many drills come in each county, with those of the city or the province itself under its own code. */
export interface RegionCount {
  code: string;
  drills: number;
}

/** The sum of those within a region, by what its code begins with. */
export function countWithin(counts: readonly RegionCount[], prefix: string): number {
  return counts
    .filter(({ code }) => code.startsWith(prefix))
    .reduce((sum, { drills }) => sum + drills, 0);
}
