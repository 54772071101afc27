import type { Refusals } from '../../lib/errors.ts';
import { addDays, calendarDate, daysBetween, type CalendarDate } from '../../lib/time.ts';
import { notYours } from '../drill-plans/policy.ts';
import { linkRefusals } from '../files/policy.ts';
import type { ImprovementItem, ImprovementState, StepKind } from './table.ts';

export const stateWords: Readonly<Record<ImprovementState, string>> = {
  open: '整改中',
  finished: '待核验',
  closed: '已关闭',
  dropped: '已取消',
};
export const stepWords: Readonly<Record<StepKind, string>> = {
  finish: '整改完成',
  verify: '核验通过',
  reject: '核验退回',
  postpone: '延期',
  drop: '取消',
};

/**
 * The life of an item: from which state each step leads where. What is closed or dropped stays so; what comes back is a new
 * item. The guard `improvement_steps_guard` holds the same.
 */
export const MOVES: Readonly<Record<StepKind, { from: ImprovementState; to: ImprovementState }>> = {
  finish: { from: 'open', to: 'finished' },
  verify: { from: 'finished', to: 'closed' },
  reject: { from: 'finished', to: 'open' },
  postpone: { from: 'open', to: 'open' },
  drop: { from: 'open', to: 'dropped' },
};

/** How a step is asked for, by the last part of its address. */
export interface StepPage {
  kind: StepKind;
  title: string;
  label: string;
  hint: string;
  lead: string;
}

export const STEP_PAGES: Readonly<Record<string, StepPage>> = {
  completion: {
    kind: 'finish',
    title: '改好了',
    label: '怎么改的',
    hint: '写改成了什么样。不写人名',
    lead: '写一句，或者交一张照片，两样都有最好。然后由另一个人核验。',
  },
  verification: {
    kind: 'verify',
    title: '核验通过',
    label: '怎么看的（可以不写）',
    hint: '到现场看，还是看照片',
    lead: '请看过证明，最好到现场看一眼。通过以后这一项就关闭了。',
  },
  rejection: {
    kind: 'reject',
    title: '退回',
    label: '哪里还没有改好',
    hint: '写事情，不写人名',
    lead: '退回以后，负责的人接着改，期限不变。',
  },
  postponement: {
    kind: 'postpone',
    title: '延期',
    label: '为什么延期',
    hint: '写事情，不写人名',
    lead: '原定的期限会留着：按不按期，按原定的算。',
  },
  drop: {
    kind: 'drop',
    title: '取消这一项',
    label: '为什么取消',
    hint: '例如写重了、不归本单位',
    lead: '取消了不能恢复，原因会留着。没有改好的，不要取消。',
  },
};

/** What somebody is to an item. */
export interface ImprovementHand {
  /** 责任人. */
  owns: boolean;
  /** An organiser of its organisation or region. */
  keeps: boolean;
  /** An officer of the region. */
  oversees: boolean;
  /** A keeper or an officer of the region. */
  verifies: boolean;
}

/** The steps that somebody may take now: never those that confirm their own work, nor have it vanish. */
export function stepsFor(
  { state, ownerId, finishedBy }: Pick<ImprovementItem, 'state' | 'ownerId' | 'finishedBy'>,
  personId: string,
  hand: ImprovementHand,
): StepKind[] {
  const isOther = ownerId !== personId;
  const may: Readonly<Record<StepKind, boolean>> = {
    finish: hand.owns || hand.keeps,
    postpone: hand.keeps,
    verify: hand.verifies && isOther && finishedBy !== personId,
    reject: hand.verifies && isOther && finishedBy !== personId,
    drop: hand.verifies && isOther,
  };
  return (Object.keys(MOVES) as StepKind[]).filter(
    (kind) => MOVES[kind].from === state && may[kind],
  );
}

type Standing = Pick<ImprovementItem, 'state' | 'dueDay'>;

/** Not mended by its day. What waits for somebody to verify it is not late: it was mended in time. */
export function isOverdue({ state, dueDay }: Standing, today: CalendarDate): boolean {
  return state === 'open' && dueDay < today;
}

/** `还有3天`, `今天到期`, `逾期2天`. */
export function dueWords({ dueDay }: Pick<Standing, 'dueDay'>, today: CalendarDate): string {
  const days = daysBetween(today, dueDay);
  if (days < 0) return `逾期${-days}天`;
  return days === 0 ? '今天到期' : `还有${days}天`;
}

/** Told so many days before, and on the day after. */
export const REMIND_DAYS = 3;

/** Which day is told of today, before and after. */
export function reminderDays(now: Date): { before: CalendarDate; after: CalendarDate } {
  const today = calendarDate(now);
  return { before: addDays(today, REMIND_DAYS), after: addDays(today, -1) };
}

/** 按期关闭: closed items that were mended by their first day, whatever was put off later. */
export function isInTime({
  state,
  finishedAt,
  firstDueDay,
}: Pick<ImprovementItem, 'state' | 'finishedAt' | 'firstDueDay'>): boolean {
  return state === 'closed' && finishedAt !== null && calendarDate(finishedAt) <= firstDueDay;
}

/** Where an item is worked on by those of its organisation; officers have `/staff/drills/improvements/<id>`. */
export function improvementPath(id: string): string {
  return `/me/improvements/${id}`;
}

export const improvementRefusals: Refusals = {
  ...linkRefusals,
  drill_not_yours: notYours,
  item_not_yours: notYours,
  drill_unknown: notYours,
  finding_unknown: { code: 'invalid', field: 'findingId', message: '没有这一条问题，或者已经改过' },
  owner_not_member: { code: 'invalid', field: 'owner', message: '这个人不是本单位的成员' },
  due_is_ahead: { code: 'invalid', field: 'dueDay', message: '请选今天以后、两年以内的日子' },
  items_used_up: { code: 'conflict', message: '没有关闭的整改项最多300项。先关闭一些。' },
  'unique:improvement_items.finding_id': {
    ...{ code: 'conflict', reason: 'finding_has_item' },
    message: '这一条问题已经在整改了。',
  },
  item_moved_on: { code: 'conflict', message: '这一项的状态刚刚变了。请看看现在的样子。' },
  item_overtaken: { code: 'conflict', message: '刚刚有人办过这一项。请看看现在的样子。' },
  'unique:improvement_steps.item_id,improvement_steps.number': {
    ...{ code: 'conflict', reason: 'item_overtaken' },
    message: '刚刚有人办过这一项。请看看现在的样子。',
  },
  verified_by_another: {
    code: 'conflict',
    message: '自己负责的或自己做完的，要请另一个人来办。',
  },
  finish_has_proof: { code: 'invalid', field: 'words', message: '请写怎么改的，或者先交一张照片' },
  due_is_later: { code: 'invalid', field: 'dueDay', message: '要比原来的期限晚，在两年以内' },
  steps_used_up: { code: 'too_many', message: '这一项办的次数太多了。' },
};
