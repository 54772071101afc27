import type { Refusals } from '../../lib/errors.ts';
import { addMinutes } from '../../lib/time.ts';
import type { Booking } from '../bookings/table.ts';
import type { Hall, HallSession } from '../halls/table.ts';

/** A coach is late more often than a family. The guard `place_releases_guard` holds the same number. */
export const CLASS_WAITS_TIMES = 2;

/** Until when a session keeps the places of a party that has not come. */
export function keptUntil(
  { startsAt }: Pick<HallSession, 'startsAt'>,
  { lateMinutes }: Pick<Hall, 'lateMinutes'>,
  kind: Booking['kind'],
): Date {
  return addMinutes(startsAt, lateMinutes * (kind === 'group' ? CLASS_WAITS_TIMES : 1));
}

/** The rule, for whoever is about to book and for whoever stands at the door. */
export function lateRule({ lateMinutes }: Pick<Hall, 'lateMinutes'>): string {
  const ofClasses = lateMinutes * CLASS_WAITS_TIMES;
  return `开场${lateMinutes}分钟还没到，名额放给现场的人；团体等${ofClasses}分钟。晚到了，还有空位照样进；没有空位，可以等后面的场次。`;
}

const hallUnknown = { code: 'not_found', message: '没有找到这个场馆。' } as const;

export const ruleRefusals: Refusals = { hall_unknown: hallUnknown, foreign_key: hallUnknown };

/** What somebody may have changed since it was read: the next run looks again. */
export const releaseRefusals: Refusals = Object.fromEntries(
  ['release_not_due', 'unique:place_releases.booking_id'].map((constraint) => [
    constraint,
    { code: 'conflict', reason: 'overtaken', message: '情况刚刚变了，下一次再办。' },
  ]),
);
