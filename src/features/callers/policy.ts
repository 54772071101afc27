import type { Refusals } from '../../lib/errors.ts';
import { bookingRefusals, cancellationRefusals, changeRefusals } from '../bookings/policy.ts';

/** A call about one booking; whoever needs longer says code and digits again. */
export const CALL_MINUTES = 15;

/**
 * The same refusals as for the owner, in words for a call. Whether a number had an account before, none of them tells:
 * what a booking of this hall says, its staff see in its lists anyway.
 */
export const callerRefusals: Refusals = {
  ...bookingRefusals,
  session_unknown: {
    code: 'invalid',
    field: 'sessionId',
    message: '请选一个场次',
  },
  session_full: {
    code: 'conflict',
    reason: 'session_full',
    message: '这个场次剩下的名额不够，或者有人在排候补。请换一场，或请对方上网排候补。',
  },
  large_party_elsewhere: {
    code: 'conflict',
    message: '这个号码在本馆已经有一个多人同行的预约。去过或取消以后，才能再约一个。',
  },
  'unique:bookings.person_id,bookings.session_id': {
    code: 'conflict',
    reason: 'already_booked',
    message: '这个号码已经约了这一场。要改人数，请对方说预约码。',
  },
  // Two desks, or the caller and a desk, at the same moment: the second try finds what the first one made.
  'unique:people.phone_hash': {
    code: 'conflict',
    reason: 'caller_raced',
    message: '这个号码正在另一处办理。请再按一次。',
  },
  person_erased: {
    code: 'conflict',
    reason: 'caller_raced',
    message: '这个号码正在另一处办理。请再按一次。',
  },
};

export const callerCancellationRefusals = cancellationRefusals;

export const callerChangeRefusals: Refusals = {
  ...changeRefusals,
  session_full: callerRefusals['session_full']!,
  large_party_elsewhere: callerRefusals['large_party_elsewhere']!,
  'unique:bookings.person_id,bookings.session_id':
    callerRefusals['unique:bookings.person_id,bookings.session_id']!,
};

/** How a letter is told apart on the telephone: a word that everybody learned with the alphabet. */
const LETTER_WORDS: Readonly<Record<string, string>> = {
  A: 'Apple',
  B: 'Boy',
  C: 'Cat',
  D: 'Dog',
  E: 'Egg',
  F: 'Fish',
  G: 'Girl',
  H: 'Hat',
  J: 'Jack',
  K: 'King',
  M: 'Mother',
  N: 'Nice',
  P: 'Pig',
  Q: 'Queen',
  R: 'Red',
  S: 'Sun',
  T: 'Tea',
  U: 'Umbrella',
  V: 'Victory',
  W: 'Water',
  X: 'X-ray',
  Y: 'Yes',
  Z: 'Zoo',
};

/** 国内通话的读法: 2 两 sounds like nothing else, 7 拐 is not mistaken for 1 幺; codes hold neither 0 nor 1. */
const DIGIT_WORDS: Readonly<Record<string, string>> = {
  2: '两',
  3: '三',
  4: '四',
  5: '五',
  6: '六',
  7: '拐',
  8: '八',
  9: '九',
};

export interface SpokenSign {
  sign: string;
  /** What is said for it. */
  word: string;
}

/** A code as it is read out: two groups of five, a word for each sign. */
export function spokenCode(code: string): SpokenSign[][] {
  const signs = Array.from(code, (sign) => ({
    sign,
    word: DIGIT_WORDS[sign] ?? LETTER_WORDS[sign] ?? sign,
  }));
  return [signs.slice(0, 5), signs.slice(5)];
}
