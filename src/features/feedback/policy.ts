import type { Refusals } from '../../lib/errors.ts';
import { DAY_MS } from '../../lib/time.ts';
import type { Booking } from '../bookings/table.ts';
import type { HallSession } from '../halls/table.ts';
import type { Feedback, FeedbackState } from './table.ts';

/** Long enough to come round to it, short enough to remember. `visit_feedback_guard` knows the same. */
export const FEEDBACK_DAYS = 30;

/** Fewer scores say more about who gave them than about the hall. */
export const SCORES_SHOWN_MIN = 5;

/** From here down staff are called to look, also where nothing was written. The index knows the same. */
export const LOW_SCORE = 2;

/** Beneath a hall's own words; older ones are no longer about how it is now. */
export const WORDS_SHOWN = 5;

export const scoreWords: Readonly<Record<number, string>> = {
  5: '很好',
  4: '好',
  3: '一般',
  2: '不好',
  1: '很不好',
};

export const stateWords: Readonly<Record<FeedbackState, string>> = {
  waiting: '还没有看',
  published: '看过，已公开',
  hidden: '看过，不公开',
};

/** The first moment at which nothing can be given or changed any more. */
export function feedbackClosesAt({ endsAt }: Pick<HallSession, 'endsAt'>): Date {
  return new Date(endsAt.getTime() + FEEDBACK_DAYS * DAY_MS);
}

/** Whether a visit can be scored, or its feedback changed; `visit_feedback_guard` decides the same on writing. */
export function canGiveFeedback(
  { state }: Pick<Booking, 'state'>,
  session: Pick<HallSession, 'endsAt'>,
  given: Pick<Feedback, 'state'> | undefined,
  now: Date,
): boolean {
  const isOpen = state === 'arrived' && now < feedbackClosesAt(session);
  return isOpen && (given === undefined || given.state === 'waiting');
}

export interface HallScore {
  /** One decimal. */
  average: string;
  visits: number;
}

/** What is shown of a hall's scores; nothing while there are too few. */
export function hallScore(
  scores: { visits: number; total: number } | undefined,
): HallScore | undefined {
  if (!scores || scores.visits < SCORES_SHOWN_MIN) return undefined;
  return { average: (scores.total / scores.visits).toFixed(1), visits: scores.visits };
}

const unknown = { code: 'not_found', message: '没有找到这个预约。' } as const;

export const visitRefusals: Refusals = {
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除了。请重新登录。' },
  booking_unknown: unknown,
  visit_not_made: { code: 'conflict', message: '到馆以后才能办这一项。' },
};

export const feedbackRefusals: Refusals = {
  ...visitRefusals,
  feedback_closed: { code: 'conflict', message: `参观过去${FEEDBACK_DAYS}天了，不能再评。` },
  feedback_moderated: { code: 'conflict', message: '馆里已经看过这条评价，不能再改。' },
};

export const decisionRefusals: Refusals = {
  feedback_unknown: { code: 'not_found', message: '没有找到这条评价。' },
  feedback_already_decided: { code: 'conflict', message: '这条评价已经这样处理过了。' },
  feedback_has_changed: {
    code: 'conflict',
    message: '对方刚刚改了评价。请看过新的再决定。',
  },
  feedback_hidden_has_reason: {
    code: 'invalid',
    field: 'reason',
    message: '不公开要写原因，对方看得到',
  },
};
