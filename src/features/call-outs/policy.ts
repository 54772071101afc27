import type { Refusals } from '../../lib/errors.ts';
import { addMinutes } from '../../lib/time.ts';
import type { CallOut, CallOutAnswer, CallOutKind } from './table.ts';

/** 本平台约定: a night's work. Then the names are covered again; whoever still needs them says why anew. */
export const SHOWN_HOURS = 12;
/** Answers that come later change nothing any more; the guard `call_out_answers_guard` says the same. */
export const ANSWER_HOURS = 24;
/** 本平台约定: until then somebody may ask who was called. */
export const CALL_OUTS_KEPT_DAYS = 30;
/** What one person can telephone through, and one batch can write; the CHECK `call_outs_how_many` says the same. */
export const CALL_OUT_MAX = 200;

export const kindWords: Readonly<Record<CallOutKind, string>> = { drill: '演练', real: '真实' };

export const answerWords: Readonly<Record<CallOutAnswer, string>> = {
  none: '没有回答',
  can: '能来',
  cannot: '不能来',
};

/** Whether names and numbers stand open: to whoever said why, for a night. */
export function isOpenTo(
  { calledBy, calledAt }: Pick<CallOut, 'calledBy' | 'calledAt'>,
  personId: string,
  now: Date,
): boolean {
  return calledBy === personId && now < shownUntil({ calledAt });
}

export function shownUntil({ calledAt }: Pick<CallOut, 'calledAt'>): Date {
  return addMinutes(calledAt, SHOWN_HOURS * 60);
}

/** Whether an answer still counts. */
export function takesAnswers({ askedAt }: Pick<CallOut, 'askedAt'>, now: Date): boolean {
  return askedAt !== null && now <= addMinutes(askedAt, ANSWER_HOURS * 60);
}

const notYours = { code: 'not_found', message: '没有找到这份名单。' } as const;

export const callOutRefusals: Refusals = {
  call_out_not_yours: notYours,
  call_outs_used_up: {
    code: 'too_many',
    message: '一天最多做20份名单。还要用，请找同事，或者明天再做。',
    retryAfterSeconds: 86_400,
  },
  volunteer_not_called: {
    code: 'conflict',
    message: '名单刚刚有变化，有人退出了。请再按一次。',
  },
  call_out_asked_before: { code: 'conflict', message: '这份名单已经发过消息了。' },
  call_out_over: { code: 'conflict', message: '这份名单已经过了时候。' },
};

export const answerRefusals: Refusals = {
  call_out_unknown: notYours,
  call_out_over: { code: 'conflict', message: '这次召集已经过了时候，不用再回答。' },
  answers_used_up: {
    code: 'too_many',
    message: '已经改过10次了。有变化，请直接打电话给召集的人。',
    retryAfterSeconds: 86_400,
  },
};
