import type { Refusals } from '../../lib/errors.ts';
import { addMinutes, calendarDate, weekdayOf } from '../../lib/time.ts';
import { placesLeft } from '../halls/policy.ts';
import type { HallSession } from '../halls/table.ts';
import type { HallStop, StopCause } from './table.ts';

/** Nothing is sent for so long: a slip is undone and nobody hears of it. `hall_stops_minute` holds the same. */
export const UNDO_MINUTES = 1;

/** 本平台约定. How long other sessions are held for a party: a night and a day to ask the family. */
export const HOLD_MINUTES = 24 * 60;

/** With less time left before booking closes, a session is not offered: nobody can be asked to decide faster. */
export const HOLD_MINUTES_MIN = 60;

/** How far ahead other sessions are looked for. */
export const ALTERNATIVE_DAYS = 14;

/** One soon, and one on the same kind of day. More would hold places that others need. */
export const ALTERNATIVES_MAX = 2;

export const causeWords: Readonly<Record<StopCause, string>> = {
  weather: '天气预警',
  equipment: '设备故障',
  public_event: '公共事件',
  other: '临时情况',
};

export const stopStateWords: Readonly<Record<HallStop['state'], string>> = {
  announced: '还没发通知',
  undone: '撤销了，没有通知任何人',
  done: '已经通知',
  lifted: '已经恢复开放',
};

/** Whether the stop can still be undone; the guard `hall_stop_undoings_guard` decides the same on writing. */
export function canUndo(stop: Pick<HallStop, 'state' | 'takesEffectAt'>, now: Date): boolean {
  return stop.state === 'announced' && now < stop.takesEffectAt;
}

/** Until when places in a session are held for a party that was sent away now; undefined when there is too little time. */
export function heldUntil(
  session: Pick<HallSession, 'bookingClosesAt'>,
  now: Date,
): Date | undefined {
  if (session.bookingClosesAt < addMinutes(now, HOLD_MINUTES_MIN)) return undefined;
  const end = addMinutes(now, HOLD_MINUTES);
  return session.bookingClosesAt < end ? session.bookingClosesAt : end;
}

const SATURDAY = 6;
const isWeekend = (at: Date) => weekdayOf(calendarDate(at)) >= SATURDAY;

/**
 * The sessions to hold for a party in place of the one it has lost: the next one with room, and the next one on a
 * week-end if the lost one was, on a working day if not. Sessions after the lost one come first: a family had planned
 * for that day or later.
 * @param sessions of the same hall that take bookings and that nobody waits for, in order of time.
 * @param free places left in each by its id, with what has been held for others since it was read.
 */
export function alternativesFor(
  lost: Pick<HallSession, 'id' | 'startsAt' | 'courseSlug' | 'heldAt'>,
  people: number,
  sessions: readonly HallSession[],
  free: ReadonlyMap<string, number>,
  now: Date,
): HallSession[] {
  const fitting = sessions.filter(
    (one) =>
      one.id !== lost.id &&
      // Who lost a course is offered the same course, who lost a visit a visit.
      one.courseSlug === lost.courseSlug &&
      (one.courseSlug !== null || one.heldAt === lost.heldAt) &&
      (free.get(one.id) ?? placesLeft(one)) >= people &&
      one.partyMax >= people &&
      heldUntil(one, now) !== undefined,
  );
  const inOrder = [
    ...fitting.filter(({ startsAt }) => startsAt > lost.startsAt),
    ...fitting.filter(({ startsAt }) => startsAt <= lost.startsAt).toReversed(),
  ];
  const [next, ...others] = inOrder;
  if (!next) return [];
  const alike = others.find(({ startsAt }) => isWeekend(startsAt) === isWeekend(lost.startsAt));
  const second = alike ?? others[0];
  return (second ? [next, second] : [next]).slice(0, ALTERNATIVES_MAX);
}

const stopUnknown = { code: 'not_found', message: '没有找到这次停开。' } as const;

export const stopRefusals: Refusals = {
  hall_unknown: { code: 'not_found', message: '没有找到这个场馆。' },
  session_unknown: {
    code: 'invalid',
    reason: 'nothing_to_stop',
    field: 'fromDay',
    message: '这些天没有可以停的场次，或者已经停了',
  },
  session_already_stopped: {
    code: 'conflict',
    message: '有的场次刚刚被别人停了。请刷新看看。',
  },
  session_is_over: { code: 'conflict', message: '有的场次已经结束了。请刷新再办。' },
};

export const undoRefusals: Refusals = {
  stop_unknown: stopUnknown,
  stop_already_undone: { code: 'conflict', message: '已经撤销过了。' },
  stop_in_effect: {
    code: 'conflict',
    message: '过了1分钟，通知已经在发，不能撤销了。可以“恢复开放”，再请大家重新约。',
  },
};

export const liftRefusals: Refusals = {
  stop_unknown: stopUnknown,
  stop_already_undone: { code: 'conflict', message: '已经撤销或恢复过了。' },
  stop_is_not_through: {
    code: 'conflict',
    message: '通知还没发完。发完以后才能恢复开放。',
  },
};

/** What a visitor, an undoing or another run may have changed since it was read: the next run looks again. */
export const carryOutRefusals: Refusals = Object.fromEntries(
  [
    'booking_already_cancelled',
    'booking_already_arrived',
    'booking_already_expired',
    'booking_unknown',
    'stop_not_in_effect',
    'stop_is_not_through',
    'unique:hall_cancellations.booking_id',
    'unique:hall_stop_completions.stop_id',
    'unique:outbox_messages.idempotency_key',
    'entry_already_ended',
    'unique:waitlist_ends.entry_id',
  ].map((constraint) => [
    constraint,
    { code: 'conflict', reason: 'overtaken', message: '情况刚刚变了，下一次再办。' },
  ]),
);
