import type { Refusals } from '../../lib/errors.ts';
import { addMinutes, calendarDate } from '../../lib/time.ts';
import { groupPlacesLeft } from '../halls/policy.ts';
import type { HallSession } from '../halls/table.ts';

/** 本平台约定. A school asks its head, its coach and its parents: three days, and a day at least. */
export const CLASS_HOLD_MINUTES = 3 * 24 * 60;
export const CLASS_HOLD_MINUTES_MIN = 24 * 60;

/** Until when a class's places are held: three days, and never longer than groups can ask. Undefined: too late to hold. */
export function classHeldUntil(
  session: Pick<HallSession, 'groupsReleaseAt'>,
  now: Date,
): Date | undefined {
  if (session.groupsReleaseAt < addMinutes(now, CLASS_HOLD_MINUTES_MIN)) return undefined;
  const end = addMinutes(now, CLASS_HOLD_MINUTES);
  return session.groupsReleaseAt < end ? session.groupsReleaseAt : end;
}

/**
 * The session to hold for a class in place of the one that it has lost: the next one with room for the whole class
 * among the places of groups, in the same month if there is one, since shares are counted by month.
 * @param sessions of the same hall that groups can still ask for, in order of time.
 * @param free places for groups left in each by its id, with what has been held for others since it was read.
 */
export function replacementFor(
  lost: Pick<HallSession, 'id' | 'startsAt' | 'courseSlug' | 'heldAt'>,
  people: number,
  sessions: readonly HallSession[],
  free: ReadonlyMap<string, number>,
  now: Date,
): HallSession | undefined {
  const month = (at: Date) => calendarDate(at).slice(0, '2026-11'.length);
  const fitting = sessions.filter(
    (one) =>
      one.id !== lost.id &&
      one.courseSlug === lost.courseSlug &&
      one.heldAt === lost.heldAt &&
      (free.get(one.id) ?? groupPlacesLeft(one)) >= people &&
      classHeldUntil(one, now) !== undefined,
  );
  const inOrder = [
    ...fitting.filter(({ startsAt }) => startsAt > lost.startsAt),
    ...fitting.filter(({ startsAt }) => startsAt <= lost.startsAt).toReversed(),
  ];
  return inOrder.find(({ startsAt }) => month(startsAt) === month(lost.startsAt)) ?? inOrder[0];
}

export const takingRefusals: Refusals = {
  booking_unknown: { code: 'not_found', message: '没有找到这个班。' },
  replacement_gone: {
    code: 'conflict',
    message: '留的名额已经定下、取消或者过期了。请看下面现在的情况。',
  },
  'unique:class_replacement_takings.booking_id': {
    code: 'conflict',
    reason: 'replacement_gone',
    message: '这个班已经定下来了。',
  },
};

export const lapseRefusals: Refusals = Object.fromEntries(
  [
    'replacement_gone',
    'booking_already_cancelled',
    'booking_already_arrived',
    'booking_already_expired',
    'unique:class_replacement_lapses.booking_id',
  ].map((constraint) => [
    constraint,
    { code: 'conflict', reason: 'overtaken', message: '情况刚刚变了，下一次再办。' },
  ]),
);
