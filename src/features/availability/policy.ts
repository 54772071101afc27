import { addDays, calendarDate, readDate, weekdayOf, type CalendarDate } from '../../lib/time.ts';
import { PARTY_MAX } from '../bookings/schema.ts';
import { closureOn, hoursOn, placesLeft, salesPhase, type OpeningPlan } from '../halls/policy.ts';
import type { Hall, HallSession } from '../halls/table.ts';

/** Nobody plans a visit further ahead, and beyond it every day would only say when it opens. */
const MONTHS_AHEAD = 6;

const WEEK_DAYS = 7;

/** What part of the calendar an address asks for. */
export interface Span {
  view: 'month' | 'week';
  /** The first day shown, and the first one after it. */
  from: CalendarDate;
  until: CalendarDate;
  /** The addresses' values of the spans beside it; undefined where the calendar ends. */
  previous: string | undefined;
  next: string | undefined;
}

/** `2026-12` and so many months later. */
export function addMonths(month: string, count: number): string {
  const [year = 0, nth = 1] = month.split('-').map(Number);
  const months = year * 12 + nth - 1 + count;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
}

/** The Monday of a date's week. */
export function mondayOf(date: CalendarDate): CalendarDate {
  return addDays(date, 1 - weekdayOf(date));
}

const clamp = (value: string, least: string, most: string) =>
  value < least ? least : value > most ? most : value;

/**
 * Reads the span from an address: `?week=` any date of it, `?month=2026-12`, else this month. What is no date, past or
 * too far ahead is read as the nearest span there is.
 */
export function readSpan(query: URLSearchParams, now: Date): Span {
  const today = calendarDate(now);
  const firstMonth = today.slice(0, 7);
  const lastMonth = addMonths(firstMonth, MONTHS_AHEAD);
  const day = readDate(query.get('week'));
  if (day) {
    const first = mondayOf(today);
    const last = mondayOf(addDays(`${addMonths(lastMonth, 1)}-01`, -1));
    const from = clamp(mondayOf(day), first, last);
    const until = addDays(from, WEEK_DAYS);
    return {
      view: 'week',
      from,
      until,
      previous: from > first ? addDays(from, -WEEK_DAYS) : undefined,
      next: from < last ? until : undefined,
    };
  }
  const asked = query.get('month') ?? '';
  const month = clamp(readDate(`${asked}-01`) ? asked : firstMonth, firstMonth, lastMonth);
  return {
    view: 'month',
    from: `${month}-01`,
    until: `${addMonths(month, 1)}-01`,
    previous: month > firstMonth ? addMonths(month, -1) : undefined,
    next: month < lastMonth ? addMonths(month, 1) : undefined,
  };
}

/** How many come together, from an address; undefined for none, or for what is no number of people. */
export function readPeople(query: URLSearchParams): number | undefined {
  const text = (query.get('people') ?? '').normalize('NFKC').trim();
  const people = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return people >= 1 && people <= PARTY_MAX ? people : undefined;
}

/**
 * Where a day stands for whoever would like to come: `free` has a session that takes the party whole, `full` has
 * sessions on sale and none that does, `over` has none left to book.
 */
export type DayState = 'past' | 'over' | 'closed' | 'none' | 'not_open' | 'free' | 'full';

export interface DayAvailability {
  date: CalendarDate;
  state: DayState;
  /** Why it is closed, in words for visitors. */
  reason: string | undefined;
  /** For `not_open`: the day on which it can be booked. */
  opensOn: CalendarDate | undefined;
  /** Places on sale, over all sessions that take the party whole. */
  places: number;
  /** The day's sessions in order of time; none for days too far ahead to stand in the database. */
  sessions: readonly HallSession[];
}

/**
 * What every day of a span offers to a party.
 * @param sessions the hall's own of this span, in order of time.
 * @param people of the party; 1 when nobody said.
 */
export function availability(
  hall: Hall,
  plan: OpeningPlan,
  sessions: readonly HallSession[],
  {
    from,
    until,
    people = 1,
    now,
  }: { from: string; until: string; people?: number | undefined; now: Date },
): DayAvailability[] {
  const byDay = Map.groupBy(sessions, ({ startsAt }) => calendarDate(startsAt));
  const days: DayAvailability[] = [];
  for (let date = from; date < until; date = addDays(date, 1)) {
    days.push(dayOf(hall, plan, { date, sessions: byDay.get(date) ?? [], people, now }));
  }
  return days;
}

function dayOf(
  hall: Hall,
  plan: OpeningPlan,
  asked: { date: CalendarDate; sessions: readonly HallSession[]; people: number; now: Date },
): DayAvailability {
  const { date, people, now } = asked;
  const today = calendarDate(now);
  const sessions = asked.sessions.filter(({ withdrawnAt }) => withdrawnAt === null);
  const reason = closureOn(hall, plan, date);
  const day = { date, reason: undefined, opensOn: undefined, places: 0, sessions };
  if (date < today) return { ...day, state: 'past' };
  if (sessions.length === 0) {
    if (reason !== undefined) return { ...day, state: 'closed', reason };
    const opensOn = addDays(date, 1 - hall.bookingWindowDays);
    // Today's pattern may have sessions that were never opened: nobody can book those any more.
    const isAhead = opensOn > today && hoursOn(hall, plan, date).length > 0;
    return isAhead ? { ...day, state: 'not_open', opensOn } : { ...day, state: 'none' };
  }
  const phases = sessions.map((session) => salesPhase(session, now));
  const fitting = sessions.filter(
    (session, index) => phases[index] === 'on_sale' && placesLeft(session) >= people,
  );
  const places = fitting.reduce((sum, session) => sum + placesLeft(session), 0);
  if (fitting.length > 0) return { ...day, state: 'free', places };
  if (phases.includes('on_sale') || phases.includes('full')) return { ...day, state: 'full' };
  const next = sessions.find((_, index) => phases[index] === 'not_open');
  return next
    ? { ...day, state: 'not_open', opensOn: calendarDate(next.bookingOpensAt) }
    : { ...day, state: 'over' };
}

/** `12月5日` */
const shortDate = (date: CalendarDate) =>
  `${Number(date.slice(5, 7))}月${Number(date.slice(8, 10))}日`;

/** A day's state in a few words, for a cell of the month. */
export function dayWords({ state, reason, opensOn, places }: DayAvailability): string {
  switch (state) {
    case 'past':
      return '已过';
    case 'over':
      return '停止预约';
    case 'closed':
      return `闭馆：${reason}`;
    case 'none':
      return '没有场次';
    case 'not_open':
      return `${opensOn ? shortDate(opensOn) : ''}起可约`;
    case 'free':
      return `余${places}个`;
    case 'full':
      return '约满，可排候补';
  }
}
