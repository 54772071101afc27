import ical, { ICalCalendarMethod, ICalEventStatus, type ICalCalendar } from 'ical-generator';
import { partyWords } from '../src/features/bookings/policy.ts';
import type { BookingDetails } from '../src/features/bookings/queries.ts';
import { countWords } from '../src/features/groups/policy.ts';
import type { Group } from '../src/features/groups/queries.ts';
import { formatBookingCode } from '../src/lib/ids.ts';

const SUMMARY = '安全体验馆参观（示例）';

/**
 * A visit as a calendar file (RFC 5545, 5546). The UID stays the booking's and each change or its end raises SEQUENCE,
 * so that a later file updates the same entry.
 */
export function bookingCalendar(details: BookingDetails, pageUrl: URL, now: Date): string {
  const calendar = newCalendar();
  const cancelled = details.booking.state === 'cancelled';
  calendar.method(cancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH);
  addVisit(
    calendar,
    details,
    { summary: SUMMARY, party: partyWords(details.booking) },
    pageUrl,
    now,
  );
  return calendar.toString();
}

/** All classes of a group that still come, each under the UID that its own file has. */
export function groupCalendar({ request, classes }: Group, pageUrl: URL, now: Date): string {
  const calendar = newCalendar();
  calendar.method(ICalCalendarMethod.PUBLISH);
  for (const { booking, session, class: part } of classes) {
    if (booking.state === 'cancelled') continue;
    const summary = `${request.groupName}${part.label}，${SUMMARY}`;
    const words = { summary, party: countWords(booking, part) };
    addVisit(calendar, { booking, session }, words, pageUrl, now);
  }
  return calendar.toString();
}

function newCalendar(): ICalCalendar {
  return ical({ name: '安澜', prodId: { company: 'Anlan', product: 'Anlan' } });
}

function addVisit(
  calendar: ICalCalendar,
  { booking, session }: BookingDetails,
  { summary, party }: { summary: string; party: string },
  pageUrl: URL,
  now: Date,
): void {
  const cancelled = booking.state === 'cancelled';
  calendar.createEvent({
    id: `booking-${booking.id}@anlan`,
    sequence: booking.changes + (cancelled ? 1 : 0),
    status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // When a file has a METHOD, it is the moment at which the file was made.
    stamp: now,
    start: session.startsAt,
    end: session.endsAt,
    summary,
    description: `${party}，预约码${formatBookingCode(booking.code)}`,
    url: new URL(`/me/bookings/${booking.id}`, pageUrl).href,
  });
}
