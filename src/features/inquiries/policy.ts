import type { Refusals } from '../../lib/errors.ts';
import {
  addDays,
  calendarDate,
  formatDay,
  formatDayTime,
  instantOf,
  untilWords,
} from '../../lib/time.ts';
import type { Inquiry, InquiryKind } from './table.ts';

/**
 * 本平台约定, in calendar days. An inspection of government sites fails one that leaves a message unanswered for three
 * months; a month leaves time to ask another office twice. A mistake on a page of instructions may hurt somebody.
 */
export const ANSWER_DAYS: Readonly<Record<InquiryKind, number>> = { question: 30, error: 10 };

/** 本平台约定. Long enough to come back to an answer; then nobody needs what was asked, or the number. */
export const TEXTS_KEPT_DAYS = 180;

export const kindWords: Readonly<Record<InquiryKind, string>> = { question: '留言', error: '找错' };

const LAST_MINUTE = 24 * 60 - 1;

/** The last minute of the last day in China on which an answer is in time. */
export function dueAt(kind: InquiryKind, now: Date): Date {
  return instantOf(addDays(calendarDate(now), ANSWER_DAYS[kind]), LAST_MINUTE);
}

type Standing = Pick<Inquiry, 'dueAt' | 'answeredAt'>;

/** Waiting for longer than was promised. */
export function isOverdue(inquiry: Standing, now: Date): boolean {
  return inquiry.answeredAt === null && calendarDate(now) > calendarDate(inquiry.dueAt);
}

/** `逾期2天`, `今天到期`, `还有3天`: how an open inquiry stands, for whoever answers. */
export function dueWords({ dueAt: due }: Pick<Inquiry, 'dueAt'>, now: Date): string {
  return untilWords(due, now);
}

interface HistoryEntry {
  title: string;
  time?: { text: string; at: Date };
  text?: string;
  state: 'done' | 'now' | 'next';
}

/** What has happened and whose turn it is. */
export function inquiryHistory(inquiry: Inquiry, now: Date): HistoryEntry[] {
  const { createdAt, answeredAt, dueAt: due } = inquiry;
  const at = (instant: Date) => ({ text: formatDayTime(instant), at: instant });
  const sent: HistoryEntry = { title: '你提交了', time: at(createdAt), state: 'done' };
  if (answeredAt) return [sent, { title: '编辑答复了', time: at(answeredAt), state: 'now' }];
  const text = isOverdue(inquiry, now)
    ? `本该在${formatDay(due)}前答复，现在晚了。它排在编辑要办的第一批。`
    : `${formatDay(due)}前答复。你不用再做什么。`;
  return [sent, { title: '等编辑答复', text, state: 'now' }, { title: '答复', state: 'next' }];
}

/** A mobile number or an identity number, however it is spaced: the answer is open to whoever has the code. */
export function namesSomebody(answer: string): boolean {
  const digits = answer.normalize('NFKC').replace(/(?<=\d)[\s-]+(?=[\dXx])/g, '');
  return /(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)/.test(digits);
}

const hour = 3600;

export const inquiryRefusals: Refusals = {
  inquiries_used_up_phone: {
    code: 'too_many',
    field: 'phone',
    message: '这个手机号今天已经提交了5次。请明天再提交，写好的内容还在。',
    retryAfterSeconds: 24 * hour,
  },
  inquiries_used_up_hour: {
    code: 'too_many',
    message: '这一小时提交的人很多。留下手机号现在就能提交，或过一小时再来。写好的内容还在。',
    retryAfterSeconds: hour,
  },
  inquiries_used_up_site: {
    code: 'too_many',
    message: '这一小时提交的人太多了。请过一小时再提交，写好的内容还在。',
    retryAfterSeconds: hour,
  },
};

const notYours = { code: 'not_found', message: '没有找到这一项。' } as const;

export const answerRefusals: Refusals = {
  answer_not_yours: notYours,
  inquiry_unknown: notYours,
  inquiry_already_answered: { code: 'conflict', message: '这一条已经有人答复了。' },
};
