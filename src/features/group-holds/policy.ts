import type { Refusals } from '../../lib/errors.ts';
import { addMinutes, calendarDate, formatDay, formatTime, instantOf } from '../../lib/time.ts';
import type { WorkCalendar } from '../calendar/policy.ts';
import type { GroupRequest } from '../groups/table.ts';
import type { GroupLapse, ReminderAbout } from './table.ts';

/** 本平台约定: a morning more than was promised, in which somebody can still be called. */
const RELEASE_MINUTE = 12 * 60;

/** Reminders come when an office opens. */
const REMINDER_MINUTE = 9 * 60;
const REMINDED_BEFORE_RELEASE_MINUTES = RELEASE_MINUTE - REMINDER_MINUTE;

/**
 * Until when places are held for a request that nobody answers: noon of the workday after the answer was due. It is
 * never in the night, and whoever was let down has an afternoon to call.
 */
export function heldUntil(calendar: WorkCalendar, answerDueAt: Date): Date {
  return instantOf(calendar.nextWorkday(calendarDate(answerDueAt)), RELEASE_MINUTE);
}

type Open = Pick<GroupRequest, 'state' | 'answerDueAt' | 'heldUntil'>;

/**
 * What is to be said about an open request by now and was not said yet: to the hall on the morning of the day on which
 * its answer is due, to whoever has not answered three hours before the places go.
 */
export function dueReminders(
  { state, answerDueAt, heldUntil: until }: Open,
  said: readonly ReminderAbout[],
  now: Date,
): ReminderAbout[] {
  const isLast = addMinutes(until, -REMINDED_BEFORE_RELEASE_MINUTES) <= now && now < until;
  const isAnswerDay = instantOf(calendarDate(answerDueAt), REMINDER_MINUTE) <= now;
  const due: Record<ReminderAbout, boolean> = {
    answer: state === 'asked' && isAnswerDay && now < until && !isLast,
    release: state === 'asked' && isLast,
    offer: state === 'countered' && isLast,
  };
  return (Object.keys(due) as ReminderAbout[]).filter((one) => due[one] && !said.includes(one));
}

/**
 * Whether the places of an open request go to everybody now. Not on the day of the visit itself or later: buses are on
 * their way, and the door lets them in (`group_lapses_guard` decides the same).
 * @param firstAt of the first class that still comes; undefined where none does.
 */
export function isLapsing(
  { state, heldUntil: until }: Open,
  firstAt: Date | undefined,
  now: Date,
): boolean {
  const isOpen = state === 'asked' || state === 'countered';
  const isDayOf = firstAt !== undefined && calendarDate(firstAt) <= calendarDate(now);
  return isOpen && until <= now && !isDayOf;
}

/** `11月27日周五12:00` */
export function holdWords({ heldUntil: until }: Pick<GroupRequest, 'heldUntil'>): string {
  return `${formatDay(until)}${formatTime(until)}`;
}

/** How an open request ended without an answer, for its history. */
export const lapseWords: Readonly<Record<GroupLapse['lapsedFrom'], string>> = {
  asked: '场馆没有在期限内答复，名额放开了',
  countered: '领队没有在期限内答复，名额放开了',
};

/** What somebody may have changed since it was read: the next run looks again. */
export const holdRefusals: Refusals = Object.fromEntries(
  [
    'request_already_decided',
    'lapse_not_due',
    'visit_has_begun',
    'unique:group_lapses.request_id',
    'unique:group_reminders.request_id,group_reminders.about',
  ].map((constraint) => [
    constraint,
    { code: 'conflict', reason: 'overtaken', message: '这个申请刚刚变了。' },
  ]),
);
