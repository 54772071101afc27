import type { Refusals } from '../../lib/errors.ts';
import { DAY_MS, formatDay } from '../../lib/time.ts';
import type { AppealGrounds, NoShow, NoShowAppeal } from './table.ts';

/**
 * 本平台约定, between what halls have printed (domain.md 3: two to three times, one to four months). The view
 * `booking_pauses` holds the same three numbers.
 */
export const NO_SHOWS_TO_PAUSE = 2;
/** A no-show is forgotten after so many days. */
export const NO_SHOW_DAYS = 90;
export const PAUSE_DAYS = 30;

/** Until when an appeal can be made: as long as the no-show counts. */
export function countsUntil({ happenedAt }: Pick<NoShow, 'happenedAt'>): Date {
  return new Date(happenedAt.getTime() + NO_SHOW_DAYS * DAY_MS);
}

type Point = Pick<NoShow, 'happenedAt' | 'state'>;

/** The no-shows that count now: neither pardoned nor forgotten, oldest first. */
export function countedNow<Kind extends Point>(points: readonly Kind[], now: Date): Kind[] {
  return points
    .filter((one) => one.state === 'counted' && now < countsUntil(one))
    .sort((a, b) => a.happenedAt.getTime() - b.happenedAt.getTime());
}

/**
 * Until when somebody cannot book: 30 days from the newest no-show that was the second within 90 days. Undefined for
 * those who can. The guard `bookings_pause_guard` decides the same on writing.
 */
export function pausedUntil(points: readonly Point[], now: Date): Date | undefined {
  const times = points
    .filter(({ state }) => state === 'counted')
    .map(({ happenedAt }) => happenedAt.getTime())
    .sort((a, b) => a - b);
  const last = times.findLast(
    (at, index) =>
      index >= NO_SHOWS_TO_PAUSE - 1 &&
      at - (times[index - NO_SHOWS_TO_PAUSE + 1] ?? 0) <= NO_SHOW_DAYS * DAY_MS,
  );
  const until = last === undefined ? undefined : new Date(last + PAUSE_DAYS * DAY_MS);
  return until && now < until ? until : undefined;
}

/** The rule, as it is told before anybody books. */
export const ruleWords = `约了没来，${NO_SHOW_DAYS}天里满${NO_SHOWS_TO_PAUSE}次，暂停预约${PAUSE_DAYS}天；提前取消不算，场馆停开、橙色和红色预警不算，每次都可以申诉。`;

/** Where somebody stands, in a sentence; undefined for those with nothing to be told. */
export function standingWords(points: readonly Point[], now: Date): string | undefined {
  const until = pausedUntil(points, now);
  if (until) return `约了没来满${NO_SHOWS_TO_PAUSE}次，预约暂停到${formatDay(until)}。`;
  const counted = countedNow(points, now);
  const last = counted.at(-1);
  if (!last) return undefined;
  return `${NO_SHOW_DAYS}天里有${counted.length}次约了没来，${formatDay(countsUntil(last))}以后不再算。再有一次，暂停预约${PAUSE_DAYS}天。`;
}

export const groundsWords: Readonly<Record<AppealGrounds, string>> = {
  came: '我到了，没有登记上',
  urgent: '家里有急事',
  travel: '路上走不了',
  other: '别的原因',
};

export const appealStateWords: Readonly<Record<NoShowAppeal['state'], string>> = {
  asked: '申诉等答复',
  granted: '申诉通过，这次不算',
  refused: '申诉没有通过',
};

export const appealRefusals: Refusals = {
  no_show_unknown: { code: 'not_found', message: '没有找到这一次。' },
  no_show_not_counted: { code: 'conflict', message: '这一次已经不算了，不用申诉。' },
  'unique:no_show_appeals.booking_id': {
    code: 'conflict',
    reason: 'already_appealed',
    message: '这一次已经申诉过了，请等答复。',
  },
};

export const answerRefusals: Refusals = {
  appeal_unknown: { code: 'not_found', message: '没有找到这个申诉。' },
  appeal_already_answered: { code: 'conflict', message: '这个申诉已经答复过了。' },
};

export const pardonRefusals: Refusals = {
  session_unknown: { code: 'not_found', message: '没有找到这个场次。' },
  'unique:session_pardons.session_id': {
    code: 'conflict',
    reason: 'already_pardoned',
    message: '这一场已经不记未到了。',
  },
};
