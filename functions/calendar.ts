import ical, {
  ICalCalendarMethod,
  ICalEventStatus,
  ICalEventTransparency,
  type ICalCalendar,
} from 'ical-generator';
import { partyWords } from '../src/features/bookings/policy.ts';
import type { BookingDetails } from '../src/features/bookings/queries.ts';
import { countWords } from '../src/features/groups/policy.ts';
import type { Group } from '../src/features/groups/queries.ts';
import { placesLeft, salesPhase } from '../src/features/halls/policy.ts';
import type { HallSession } from '../src/features/halls/table.ts';
import type { GuideDuty } from '../src/features/roster/table.ts';
import { formatBookingCode } from '../src/lib/ids.ts';

const SUMMARY = '安全体验馆参观（示例）';
const DUTY_SUMMARY = '安全体验馆讲解（示例）';
const DUTY_RESERVE_SUMMARY = '安全体验馆讲解，候补（示例）';
const COURSE_SUMMARY = '安全课程（示例）';

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
    {
      summary: details.session.courseSlug === null ? SUMMARY : COURSE_SUMMARY,
      party: partyWords(details.booking),
    },
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

/** What somebody guides, each under a UID of its own; those in reserve as tentative. */
export function dutiesCalendar(
  duties: readonly { duty: GuideDuty; session: HallSession }[],
  pageUrl: URL,
  now: Date,
): string {
  const calendar = newCalendar();
  calendar.method(ICalCalendarMethod.PUBLISH);
  for (const { duty } of duties) {
    const isReserve = duty.state === 'reserve';
    calendar.createEvent({
      id: `duty-${duty.id}@anlan`,
      sequence: duty.promotedAt ? 1 : 0,
      status: isReserve ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED,
      stamp: now,
      start: duty.startsAt,
      end: duty.endsAt,
      summary: isReserve ? DUTY_RESERVE_SUMMARY : DUTY_SUMMARY,
      url: new URL('/me/volunteer/duties', pageUrl).href,
    });
  }
  return calendar.toString();
}

/** A calendar file of this site, still empty. */
export function newCalendar(): ICalCalendar {
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
    // A move by the hall may give one of their own changes back: counted twice, the number rises all the same.
    sequence: booking.changes + booking.revisions + 2 * booking.moves + (cancelled ? 1 : 0),
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

/** What a subscriber's calendar says of a session's places. */
const phaseWords = {
  not_open: () => '还没开放预约',
  on_sale: (session: HallSession) => `余${placesLeft(session)}个名额`,
  full: () => '约满，可以排候补',
  closed: () => '停止预约',
};

/** How often a calendar that subscribes should ask again. */
const ASK_AGAIN_SECONDS = 60 * 60;

/** A hall's coming sessions to subscribe to. Each reading of the file says anew what is free. */
export function hallCalendar(sessions: readonly HallSession[], page: string, now: Date): string {
  const calendar = newCalendar();
  calendar.name('安澜：体验馆场次（示例）').ttl(ASK_AGAIN_SECONDS);
  calendar.method(ICalCalendarMethod.PUBLISH);
  for (const session of sessions) {
    calendar.createEvent({
      id: `session-${session.id}@anlan`,
      stamp: now,
      start: session.startsAt,
      end: session.endsAt,
      summary: `体验馆场次（示例）：${phaseWords[salesPhase(session, now)](session)}`,
      url: `${page}/sessions/${session.id}`,
      // Who subscribes is not busy at all these times.
      transparency: ICalEventTransparency.TRANSPARENT,
    });
  }
  return calendar.toString();
}
