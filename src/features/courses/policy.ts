import { DomainError, type Refusals } from '../../lib/errors.ts';
import { addDays, addMinutes, calendarDate, instantOf } from '../../lib/time.ts';
import type { HallContent } from '../halls/schema.ts';
import { daysPlanned } from '../halls/policy.ts';
import type { Hall, HallSession, NewHallSession } from '../halls/table.ts';
import type { CourseContent, CourseSessionInput } from './schema.ts';

/**
 * The session that a manager's form describes. The hall's own rules say until when one signs up, cancels and comes in.
 * Courses stand no further ahead than the hall's sessions do: those that they must not start together with are known.
 * @throws DomainError `invalid`: in the past or too soon, or too far ahead.
 */
export function courseSession(
  hall: Hall,
  input: CourseSessionInput,
  now: Date,
): Omit<NewHallSession, 'id'> {
  const [hours = 0, minutes = 0] = input.time.split(':').map(Number);
  const startsAt = instantOf(input.date, hours * 60 + minutes);
  const bookingClosesAt = addMinutes(startsAt, -hall.bookingClosesMinutes);
  if (bookingClosesAt <= now) throw tooSoon();
  const last = addDays(calendarDate(now), daysPlanned(hall) - 1);
  if (input.date > last) {
    throw problem('date', 'course_too_far_ahead', `最晚开到${last}，再往后的场次还没有排`);
  }
  if (input.partyMax > input.places) {
    throw problem('partyMax', 'party_above_places', '一次报的人不能比名额多');
  }
  return {
    hallSlug: hall.slug,
    startsAt,
    endsAt: addMinutes(startsAt, input.minutes),
    bookingOpensAt: now,
    bookingClosesAt,
    cancellationClosesAt: addMinutes(startsAt, -hall.cancellationClosesMinutes),
    arrivalOpensAt: addMinutes(startsAt, -hall.arrivalOpensMinutes),
    partyMax: input.partyMax,
    capacity: input.places,
    openPlaces: input.places,
    courseSlug: input.courseSlug,
    heldAt: input.heldAt,
    joiningNote: input.joiningNote,
    adultsOnly: input.adultsOnly,
  };
}

function problem(field: string, reason: string, message: string): DomainError {
  return new DomainError('invalid', reason, '还不能开课，请看下面的说明。', {
    fields: [{ field, message }],
  });
}

function tooSoon(): DomainError {
  return problem('time', 'course_starts_too_soon', '离开始太近，来不及报名，请往后选');
}

const unknown = { code: 'not_found', message: '没有找到这一场课。' } as const;

export const openingRefusals: Refusals = {
  hall_unknown: { code: 'not_found', message: '没有找到这个场馆。' },
  course_starts_too_soon: {
    code: 'invalid',
    field: 'time',
    message: '离开始太近，来不及报名，请往后选',
  },
  'unique:hall_sessions.hall_slug,hall_sessions.starts_at,hall_sessions.held_at': {
    code: 'invalid',
    reason: 'start_taken',
    field: 'time',
    message: '这个地点这个时间已经有一场。请换地点，或错开几分钟',
  },
};

export const withdrawalRefusals: Refusals = {
  course_session_unknown: unknown,
  course_already_withdrawn: { code: 'conflict', message: '这一场课已经撤下。' },
  course_session_over: { code: 'conflict', message: '这一场课已经开始，不能撤下。' },
  session_has_visitors: {
    code: 'conflict',
    message: '已经有人报名，不能直接撤下。请用“停开”：会通知报名的人。',
  },
};

/** What the pages of a booking say of what is booked, and where they lead back to. */
export interface Offer {
  words: Pick<HallContent, 'name' | 'address' | 'fee' | 'bring'>;
  trail: { href: string; text: string }[];
  /** Where its other dates stand. */
  datesPage: string;
}

/** A visit to the hall, or the course that this session is: then where it is held and what to bring are the course's. */
export function offerOf(
  hall: HallContent,
  course: CourseContent | undefined,
  session: Pick<HallSession, 'hallSlug' | 'courseSlug' | 'heldAt'>,
): Offer {
  if (!course || session.courseSlug === null) {
    const page = `/halls/${session.hallSlug}`;
    const { heldAt } = session;
    return {
      words: heldAt === '' ? hall : { ...hall, address: `${hall.address}，${heldAt}` },
      trail: [
        { href: '/halls', text: '体验馆' },
        { href: page, text: hall.shortName },
      ],
      datesPage: `${page}#sessions`,
    };
  }
  const page = `/courses/${session.courseSlug}`;
  return {
    words: {
      name: `${course.name}（${course.kind}）`,
      address: `${hall.name}，${session.heldAt}`,
      fee: course.fee,
      bring: course.bring,
    },
    trail: [
      { href: '/courses', text: '课程和讲座' },
      { href: page, text: course.shortName },
    ],
    datesPage: `${page}#sessions`,
  };
}
