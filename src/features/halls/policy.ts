import {
  addDays,
  addMinutes,
  calendarDate,
  formatSpan,
  instantOf,
  weekdayOf,
  type CalendarDate,
} from '../../lib/time.ts';
import type { WorkCalendar } from '../calendar/policy.ts';
import { divisionTree } from '../regions/policy.ts';
import type { HallContent } from './schema.ts';
import type { Hall, HallDay, HallDayHours, HallHours, HallSeason, HallSession } from './table.ts';

/** What a session is when it is opened: nobody has taken a place yet. */
export type PlannedSession = Omit<
  HallSession,
  | 'id'
  | 'booked'
  | 'bookedGroups'
  | 'bookedWalkIns'
  | 'offered'
  | 'fromPattern'
  | 'withdrawnAt'
  | 'stopId'
  | 'courseSlug'
  | 'heldAt'
  | 'joiningNote'
  | 'adultsOnly'
>;

export type SessionHours = Omit<HallHours, 'hallSlug' | 'season' | 'weekday'>;

/** All that says when halls are open; rows of other halls are ignored. */
export interface OpeningPlan {
  hours: readonly HallHours[];
  seasons: readonly HallSeason[];
  days: readonly HallDay[];
  dayHours: readonly HallDayHours[];
  calendar: WorkCalendar;
}

/** How long to look back for the start of a holiday; the longest arrangement so far had nine days. */
const HOLIDAY_DAYS_MAX = 20;

const SUNDAY = 7;
const FRIDAY = 5;

/** For how many days, today included, a hall's sessions stand in the database: groups plan further ahead. */
export function daysPlanned(hall: Pick<Hall, 'bookingWindowDays' | 'groupWindowDays'>): number {
  return Math.max(hall.bookingWindowDays, hall.groupWindowDays);
}

/**
 * The sessions that a hall's calendar asks for, from today on. Sessions that have started are left out: nobody could
 * book them.
 */
export function plannedSessions(hall: Hall, plan: OpeningPlan, now: Date): PlannedSession[] {
  const today = calendarDate(now);
  const dates = Array.from({ length: daysPlanned(hall) }, (_, day) => addDays(today, day));
  return dates.flatMap((date) =>
    hoursOn(hall, plan, date)
      .map((hour) => planSession(hall, hour, date, plan.calendar))
      .filter((session) => session.startsAt > now)
      .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime()),
  );
}

/** What bringing a hall's sessions in line with its calendar does to each of them. */
export interface SessionChanges {
  /** Asked for, and not there. */
  missing: PlannedSession[];
  /** There, not asked for any more, and nobody has taken a place. */
  surplus: HallSession[];
  /** Withdrawn before, and asked for again. */
  back: HallSession[];
  /** At another hour's end or with other places, and nobody has taken one. */
  changed: { session: HallSession; to: PlannedSession }[];
  /** Not asked for any more, or asked for otherwise, but visitors are booked: they stay as they are until staff decide. */
  kept: HallSession[];
}

/** @param existing the hall's own sessions from today on. */
export function sessionChanges(
  hall: Pick<Hall, 'bookingWindowDays' | 'groupWindowDays'>,
  planned: readonly PlannedSession[],
  existing: readonly HallSession[],
  now: Date,
): SessionChanges {
  const sameStart = (a: { startsAt: Date }, b: { startsAt: Date }) =>
    a.startsAt.getTime() === b.startsAt.getTime();
  const planOf = (one: HallSession) => planned.find((other) => sameStart(one, other));
  // Sessions beyond the window belong to a longer one of the past: they were promised, and stay.
  const horizon = instantOf(addDays(calendarDate(now), daysPlanned(hall)));
  // Sessions of one room run beside those of the house, which are the calendar's.
  const ofHouse = existing.filter(({ heldAt }) => heldAt === '');
  const standing = ofHouse.filter(
    (one) =>
      one.fromPattern &&
      one.withdrawnAt === null &&
      one.stopId === null &&
      one.startsAt > now &&
      one.startsAt < horizon,
  );
  const dropped = standing.filter((one) => !planOf(one));
  const different = standing.flatMap((session) => {
    const to = planOf(session);
    return to && differs(session, to, now) ? { session, to } : [];
  });
  const isFree = ({ booked }: HallSession) => booked === 0;
  return {
    missing: planned.filter((one) => !ofHouse.some((other) => sameStart(one, other))),
    surplus: dropped.filter(isFree),
    back: ofHouse.filter(
      (one) => one.withdrawnAt !== null && one.courseSlug === null && planOf(one) !== undefined,
    ),
    changed: different.filter(({ session }) => isFree(session)),
    kept: [
      ...dropped.filter((one) => !isFree(one)),
      ...different.flatMap(({ session }) => (isFree(session) ? [] : session)),
    ].sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime()),
  };
}

function differs(session: HallSession, to: PlannedSession, now: Date): boolean {
  // Once the groups' time is over, what they left is everybody's: that is no difference.
  const areGroupsOpen = now < session.groupsReleaseAt;
  return (
    session.endsAt.getTime() !== to.endsAt.getTime() ||
    session.capacity !== to.capacity ||
    session.walkInPlaces !== to.walkInPlaces ||
    (areGroupsOpen && session.groupPlaces !== to.groupPlaces)
  );
}

/** Why a hall is closed on a date for the whole day, in words for visitors; undefined when it is open. */
export function closureOn(
  hall: Pick<Hall, 'slug' | 'closureWeekday'>,
  plan: Pick<OpeningPlan, 'days' | 'calendar'>,
  date: CalendarDate,
): string | undefined {
  const day = plan.days.find((one) => one.hallSlug === hall.slug && one.day === date);
  if (day) return day.kind === 'closed' ? day.reason : undefined;
  return isWeeklyClosure(hall, plan.calendar, date) ? '每周闭馆日' : undefined;
}

/**
 * The sessions of a date: those decided for this day, else the pattern of its season. Holidays run like a Sunday,
 * make-up workdays like a Friday (本平台约定).
 */
export function hoursOn(hall: Hall, plan: OpeningPlan, date: CalendarDate): SessionHours[] {
  const own = <Row extends { hallSlug: string }>(rows: readonly Row[]) =>
    rows.filter(({ hallSlug }) => hallSlug === hall.slug);
  if (closureOn(hall, plan, date) !== undefined) return [];
  if (own(plan.days).some(({ day }) => day === date)) {
    return own(plan.dayHours).filter(({ day }) => day === date);
  }
  const season = own(plan.seasons).find((one) => isInSeason(one, date))?.season ?? '';
  const weekday = patternWeekday(plan.calendar, date);
  return own(plan.hours).filter((one) => one.season === season && one.weekday === weekday);
}

function patternWeekday(calendar: WorkCalendar, date: CalendarDate): number {
  if (calendar.kindOf(date) === 'holiday') return SUNDAY;
  return calendar.isMakeUpWorkday(date) ? FRIDAY : weekdayOf(date);
}

/** 逢法定节假日顺延: a closure that falls into a holiday moves to the first workday after it. */
function isWeeklyClosure(
  { closureWeekday }: Pick<Hall, 'closureWeekday'>,
  calendar: WorkCalendar,
  date: CalendarDate,
): boolean {
  if (closureWeekday === null) return false;
  const isHoliday = (day: CalendarDate) => calendar.kindOf(day) === 'holiday';
  if (isHoliday(date)) return false;
  if (weekdayOf(date) === closureWeekday) return true;
  if (!calendar.isWorkday(date)) return false;
  // Back over what lies between this workday and the one before: a holiday that swallowed a closure moves it here.
  for (let back = 1; back <= HOLIDAY_DAYS_MAX; back += 1) {
    const day = addDays(date, -back);
    if (calendar.isWorkday(day)) return false;
    if (isHoliday(day) && weekdayOf(day) === closureWeekday) return true;
  }
  return false;
}

function isInSeason({ fromDay, untilDay }: HallSeason, date: CalendarDate): boolean {
  const day = date.slice('2026-'.length);
  return fromDay <= untilDay
    ? fromDay <= day && day <= untilDay
    : fromDay <= day || day <= untilDay;
}

/** A session with the limits that the hall's rules give it on its day. */
export function planSession(
  hall: Hall,
  hour: SessionHours,
  date: CalendarDate,
  calendar: WorkCalendar,
): PlannedSession {
  const startsAt = instantOf(date, hour.startsMinute);
  return {
    hallSlug: hall.slug,
    startsAt,
    endsAt: instantOf(date, hour.endsMinute),
    bookingOpensAt: instantOf(addDays(date, 1 - hall.bookingWindowDays)),
    bookingClosesAt: addMinutes(startsAt, -hall.bookingClosesMinutes),
    cancellationClosesAt: addMinutes(startsAt, -hall.cancellationClosesMinutes),
    arrivalOpensAt: addMinutes(startsAt, -hall.arrivalOpensMinutes),
    partyMax: hall.partyMax,
    largePartyMin: hall.largePartyMin,
    capacity: hour.capacity,
    openPlaces: hour.capacity,
    groupPlaces: hour.groupPlaces,
    walkInPlaces: hour.walkInPlaces,
    groupsReleaseAt: instantOf(calendar.addWorkdays(date, -hall.groupClosesWorkdays)),
  };
}

/** `09:00–10:15`, and where, for a session that does not take the whole house: `09:00–10:15 地质灾害`. */
export function sessionSpan({
  startsAt,
  endsAt,
  heldAt,
}: Pick<HallSession, 'startsAt' | 'endsAt' | 'heldAt'>): string {
  return `${formatSpan(startsAt, endsAt)}${heldAt === '' ? '' : ` ${heldAt}`}`;
}

/** The numbers of a session that say what can be had. */
export type SessionPlaces = Pick<
  HallSession,
  'openPlaces' | 'booked' | 'groupPlaces' | 'bookedGroups' | 'walkInPlaces' | 'bookedWalkIns'
>;

/** Places kept for groups and for walk-ins that nobody has taken yet. */
function placesKept(session: SessionPlaces): number {
  const { groupPlaces, bookedGroups, walkInPlaces, bookedWalkIns } = session;
  return Math.max(0, groupPlaces - bookedGroups) + Math.max(0, walkInPlaces - bookedWalkIns);
}

/**
 * Places still on sale to everybody; never negative, even when `open_places` was lowered below what is booked.
 * The view `free_places` says the same to the database's guards.
 */
export function placesLeft(session: SessionPlaces): number {
  return Math.max(0, session.openPlaces - session.booked - placesKept(session));
}

/** Places that a group can have: those kept for groups and not taken. */
export function groupPlacesLeft(session: SessionPlaces): number {
  const { openPlaces, booked, groupPlaces, bookedGroups, walkInPlaces, bookedWalkIns } = session;
  const unkept = openPlaces - booked - Math.max(0, walkInPlaces - bookedWalkIns);
  return Math.max(0, Math.min(groupPlaces - bookedGroups, unkept));
}

export type SalesPhase = 'not_open' | 'on_sale' | 'full' | 'closed';

/** Whether places can be had now; the database's guards decide the same when a booking is written. */
export function salesPhase(session: HallSession, now: Date): SalesPhase {
  if (now < session.bookingOpensAt) return 'not_open';
  if (now >= session.bookingClosesAt || session.withdrawnAt || session.stopId) return 'closed';
  return placesLeft(session) > 0 ? 'on_sale' : 'full';
}

export interface FreeDay {
  hallSlug: string;
  day: Date;
  places: number;
}

/**
 * The day to tell a family of: the hall and day with the most free places on the coming week-end, else the
 * next day that has any.
 * @param sessions on sale, in order of time.
 */
export function bestFreeDay(sessions: readonly HallSession[]): FreeDay | undefined {
  const days = new Map<string, FreeDay>();
  for (const session of sessions) {
    const date = calendarDate(session.startsAt);
    const key = `${session.hallSlug} ${date}`;
    const day = days.get(key) ?? { hallSlug: session.hallSlug, day: session.startsAt, places: 0 };
    days.set(key, { ...day, places: day.places + placesLeft(session) });
  }
  const all = [...days.values()].filter(({ places }) => places > 0);
  const isWeekend = ({ day }: FreeDay) => weekdayOf(calendarDate(day)) >= 6;
  const [best] = all.filter(isWeekend).toSorted((a, b) => b.places - a.places);
  return best ?? all[0];
}

/**
 * 多人同行: how many adults a large party needs, by its children. Rows in order, none where a hall takes no such
 * parties; `bookings_large_party_guard` counts the same.
 */
export function largePartyAdults({
  partyMax,
  largePartyMin,
  minorsPerAdult,
}: Pick<Hall, 'partyMax' | 'largePartyMin' | 'minorsPerAdult'>): {
  adults: number;
  childrenUpTo: number;
}[] {
  if (largePartyMin === null) return [];
  const rows = [];
  // As long as one more adult still leaves room for one more child than the row before.
  for (
    let adults = 1;
    adults === 1 || adults + (adults - 1) * minorsPerAdult < partyMax;
    adults += 1
  ) {
    rows.push({ adults, childrenUpTo: Math.min(adults * minorsPerAdult, partyMax - adults) });
  }
  return rows;
}

const VISITED_AS = ['体验馆', '科普馆', '安全馆'];

/** What people call a hall, whatever the plan calls it: 连云港体验馆 for a 宣教中心 that can be visited. */
export function everydayNames({
  shortName,
  kind,
  regionCode,
}: Pick<HallContent, 'shortName' | 'kind' | 'regionCode'>): string[] {
  const place = divisionTree.regionOf(regionCode)?.name.replace(/[省市县区]$/u, '') ?? '';
  const called = /体验|科普/.test(kind) ? VISITED_AS.map((one) => place + one) : [];
  return [...new Set([shortName, ...called])];
}
