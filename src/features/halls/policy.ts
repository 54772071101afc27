import { addDays, addMinutes, calendarDate, instantOf, weekdayOf } from '../../lib/time.ts';
import type { Hall, HallHours, HallSession } from './table.ts';

export type PlannedSession = Omit<HallSession, 'id' | 'booked'>;

/**
 * The sessions that a hall's weekly pattern asks for, from today to the end of its booking window. Sessions
 * that have started are left out: nobody could book them.
 */
export function plannedSessions(
  hall: Hall,
  hours: readonly HallHours[],
  now: Date,
): PlannedSession[] {
  const today = calendarDate(now);
  const dates = Array.from({ length: hall.bookingWindowDays }, (_, day) => addDays(today, day));
  return dates.flatMap((date) =>
    hours
      .filter((hour) => hour.hallSlug === hall.slug && hour.weekday === weekdayOf(date))
      .map((hour) => planSession(hall, hour, date))
      .filter((session) => session.startsAt > now)
      .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime()),
  );
}

function planSession(hall: Hall, hour: HallHours, date: string): PlannedSession {
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
    capacity: hour.capacity,
    openPlaces: hour.capacity,
  };
}

/** Places still on sale; never negative, even when `open_places` was lowered below what is booked. */
export function placesLeft(session: Pick<HallSession, 'openPlaces' | 'booked'>): number {
  return Math.max(0, session.openPlaces - session.booked);
}

export type SalesPhase = 'not_open' | 'on_sale' | 'full' | 'closed';

/** Whether places can be had now; the database's guards decide the same when a booking is written. */
export function salesPhase(session: HallSession, now: Date): SalesPhase {
  if (now < session.bookingOpensAt) return 'not_open';
  if (now >= session.bookingClosesAt) return 'closed';
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
