import { addDays, calendarDate, formatTime, type CalendarDate } from '../../lib/time.ts';
import { placesLeft } from '../halls/policy.ts';
import type { HallSession } from '../halls/table.ts';

/** A session of the week with what staff have to know of it beforehand. */
export interface WeekSession {
  session: HallSession;
  /** Parties on its waitlist. */
  waiting: number;
  /** Groups that come, each with how many classes; unanswered ones are marked. */
  groups: { name: string; classes: number; answered: boolean }[];
  /** Why the hall stopped it, as its visitors were told. */
  stopReason: string | null;
}

export interface WeekDay {
  date: CalendarDate;
  /** What visitors read of a day that is not like the others. */
  remark: string;
  /** Entries of the duty log. */
  notes: number;
}

/** A day of the week: its sessions, each under the time at which it starts. */
export interface WeekRow extends WeekDay {
  cells: (WeekSession | undefined)[];
}

/** Seven days as rows, the times at which sessions start as columns. */
export function weekGrid(
  monday: CalendarDate,
  sessions: readonly WeekSession[],
  days: readonly WeekDay[],
): { times: string[]; rows: WeekRow[] } {
  // What runs in one room beside the house has a column of its own.
  const timeOf = ({ session: { startsAt, heldAt } }: WeekSession) =>
    `${formatTime(startsAt)} ${heldAt}`.trim();
  const times = [...new Set(sessions.map(timeOf))].toSorted();
  const rows = Array.from({ length: 7 }, (_, index) => {
    const date = addDays(monday, index);
    const ofDay = sessions.filter(({ session }) => calendarDate(session.startsAt) === date);
    const day = days.find((one) => one.date === date) ?? { date, remark: '', notes: 0 };
    return { ...day, cells: times.map((time) => ofDay.find((one) => timeOf(one) === time)) };
  });
  return { times, rows };
}

/** How full a session is, for the eye: in whole percent of what is open, 100 at most. */
export function fillPercent({ booked, openPlaces }: HallSession): number {
  if (openPlaces === 0) return booked > 0 ? 100 : 0;
  return Math.min(100, Math.round((booked * 100) / openPlaces));
}

/** `团体20/40`, `散客留4`, `候补占2`: the pools of a session that has any. */
export function poolWords(session: HallSession): string[] {
  const { groupPlaces, bookedGroups, walkInPlaces, bookedWalkIns, offered } = session;
  return [
    groupPlaces > 0 || bookedGroups > 0 ? [`团体${bookedGroups}/${groupPlaces}`] : [],
    walkInPlaces > 0 || bookedWalkIns > 0 ? [`现场${bookedWalkIns}/${walkInPlaces}`] : [],
    offered > 0 ? [`给候补留着${offered}`] : [],
  ].flat();
}

/** `还有6个`, `满了`, `多约了3个`: what is left of a session. */
export function leftWords(session: HallSession): string {
  const left = placesLeft(session);
  if (left > 0) return `还有${left}个`;
  const over = session.booked - session.openPlaces;
  return over > 0 ? `多约了${over}个` : '满了';
}
