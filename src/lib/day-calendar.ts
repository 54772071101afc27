import ical, { ICalCalendarMethod, ICalEventTransparency } from 'ical-generator';
import { addDays, instantOf, type CalendarDate } from './time.ts';

export interface CalendarDays {
  /** Never changes, so that a later file replaces the entry of an earlier one. */
  id: string;
  from: CalendarDate;
  /** The last day, included. */
  to: CalendarDate;
  summary: string;
  description: string;
  url: string;
}

/** How often a calendar that subscribes should ask again. */
const ASK_AGAIN_SECONDS = 7 * 24 * 60 * 60;

/** The library takes a whole day's date from UTC, where it begins when it is eight in China. */
const utcDay = (date: CalendarDate) => instantOf(date, 8 * 60);

/** Whole days as a calendar to subscribe to (RFC 5545). Nobody is busy on them. */
export function dayCalendar(name: string, days: readonly CalendarDays[], now: Date): string {
  const calendar = ical({ name, prodId: { company: 'Anlan', product: 'Anlan' } });
  calendar.ttl(ASK_AGAIN_SECONDS).method(ICalCalendarMethod.PUBLISH);
  for (const { id, from, to, summary, description, url } of days) {
    calendar.createEvent({
      id,
      stamp: now,
      allDay: true,
      start: utcDay(from),
      // Of whole days the end is the day after the last one.
      end: utcDay(addDays(to, 1)),
      summary,
      description,
      url,
      transparency: ICalEventTransparency.TRANSPARENT,
    });
  }
  return calendar.toString();
}
