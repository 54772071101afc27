import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { partyWords } from '../src/features/bookings/policy.ts';
import type { BookingDetails } from '../src/features/bookings/queries.ts';
import { formatBookingCode } from '../src/lib/ids.ts';

/** A visit as a calendar file. The UID stays the booking's, so that a later file updates the same entry. */
export function bookingCalendar({ booking, session }: BookingDetails, pageUrl: URL): string {
  const cancelled = booking.state === 'cancelled';
  const calendar = ical({ name: '安澜', prodId: { company: 'Anlan', product: 'Anlan' } });
  calendar.method(cancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH);
  calendar.createEvent({
    id: `booking-${booking.id}@anlan`,
    sequence: booking.changes + (cancelled ? 1 : 0),
    status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    stamp: booking.createdAt,
    start: session.startsAt,
    end: session.endsAt,
    summary: '安全体验馆参观（示例）',
    description: `${partyWords(booking)}，预约码${formatBookingCode(booking.code)}`,
    url: new URL(`/me/bookings/${booking.id}`, pageUrl).href,
  });
  return calendar.toString();
}
