import type { Refusals } from '../../lib/errors.ts';
import { calendarDate, formatDay, instantOf, type CalendarDate } from '../../lib/time.ts';
import { partySize } from '../bookings/policy.ts';
import type { Booking } from '../bookings/table.ts';
import type { HallSession } from '../halls/table.ts';
import type { Outage } from './table.ts';

/** `exhibit:地震屋` as the form sends it, in its parts. */
export function readWhat(what: string): Pick<Outage, 'kind' | 'name'> {
  const [kind = 'hall', ...name] = what.split(':');
  return { kind: kind as Outage['kind'], name: name.join(':') };
}

export function outageName({ kind, name }: Pick<Outage, 'kind' | 'name'>): string {
  return { exhibit: name, zone: `${name}展区`, hall: '整馆' }[kind];
}

/** Whether it is out of order on a date. */
export function isOutOn(
  { state, fromDay, untilDay }: Pick<Outage, 'state' | 'fromDay' | 'untilDay'>,
  date: CalendarDate,
): boolean {
  return state === 'active' && fromDay <= date && (untilDay === null || date <= untilDay);
}

/** `12月3日周四起`, `12月3日周四到12月5日周六` */
export function outageDays({ fromDay, untilDay }: Pick<Outage, 'fromDay' | 'untilDay'>): string {
  const from = formatDay(instantOf(fromDay));
  if (untilDay === null) return `${from}起`;
  return untilDay === fromDay ? from : `${from}到${formatDay(instantOf(untilDay))}`;
}

/** What visitors of a day are told: one line each, without what only lowers numbers. */
export function outageLines(outages: readonly Outage[], at: Date): string[] {
  return outages
    .filter((one) => one.kind !== 'hall' && isOutOn(one, calendarDate(at)))
    .map((one) => `${outageName(one)}停用：${one.reason}`);
}

/** What a session may open while something is out of order: the view `outage_places` says the same. */
export function placesUnder(
  session: Pick<HallSession, 'capacity' | 'startsAt'>,
  outages: readonly Outage[],
): number {
  const limits = outages
    .filter((one) => isOutOn(one, calendarDate(session.startsAt)))
    .flatMap(({ places }) => places ?? []);
  return Math.min(session.capacity, ...limits);
}

/**
 * Who would have to move for a session to hold no more than so many places: those who booked last, until it is
 * enough. Nobody who booked earlier moves for somebody who booked later.
 * @param bookings those that stand, in any order.
 */
export function surplusParties<
  Party extends Pick<Booking, 'id' | 'adults' | 'children' | 'createdAt'>,
>(bookings: readonly Party[], booked: number, places: number): Party[] {
  let over = booked - places;
  const latestFirst = bookings.toSorted(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1),
  );
  return latestFirst.filter((one) => {
    if (over <= 0) return false;
    over -= partySize(one);
    return true;
  });
}

export const outageRefusals: Refusals = {
  hall_unknown: { code: 'not_found', message: '没有找到这个场馆。' },
};

export const endRefusals: Refusals = {
  outage_unknown: { code: 'not_found', message: '没有找到这一项。' },
  outage_already_ended: { code: 'conflict', message: '这一项已经恢复了。' },
};
