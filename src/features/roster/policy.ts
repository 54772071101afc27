import type { Refusals } from '../../lib/errors.ts';
import { addMinutes, calendarDate, type CalendarDate } from '../../lib/time.ts';
import type { HallSession } from '../halls/table.ts';
import type { Skill } from '../volunteers/table.ts';
import type { DutyState, GuideDuty, GuideNeed } from './table.ts';

/** 本平台约定: guides come early. Equal to the guard's. */
export const CHECK_IN_OPENS_MINUTES = 60;

/** How far ahead the desk calls for guides that are missing: a manager can still find somebody in a week. */
export const CALLED_DAYS = 7;

export const dutyStateWords: Readonly<Record<DutyState, string>> = {
  reserve: '候补',
  active: '讲解',
  dropped: '已退出',
  served: '已签到',
};

/** A need with who is to meet it. */
export interface StaffedNeed {
  need: GuideNeed;
  duties: readonly GuideDuty[];
}

/** Guides that a need still lacks. */
export function missingGuides({ need, duties }: StaffedNeed): number {
  const held = duties.filter(({ state }) => state === 'active' || state === 'served').length;
  return Math.max(need.guides - held, 0);
}

/** `讲解2位，要会手语，有培训`: what a need asks for. */
export function needWords(
  { guides, skillCode, languageCode, trained }: GuideNeed,
  skills: readonly Skill[],
): string {
  const name = (code: string) => skills.find((one) => one.code === code)?.name ?? code;
  return [
    `${name(skillCode)}${guides}位`,
    ...(languageCode ? [`会${name(languageCode)}`] : []),
    ...(trained ? ['要有有效培训'] : []),
  ].join('，');
}

/** Whether a guide can be checked in at the door now. */
export function canCheckIn(
  { state, startsAt, endsAt }: Pick<GuideDuty, 'state' | 'startsAt' | 'endsAt'>,
  now: Date,
): boolean {
  return state === 'active' && now >= addMinutes(startsAt, -CHECK_IN_OPENS_MINUTES) && now < endsAt;
}

/** Whether somebody can still drop out by themselves. */
export function canDrop(
  { state, startsAt }: Pick<GuideDuty, 'state' | 'startsAt'>,
  now: Date,
): boolean {
  return (state === 'active' || state === 'reserve') && now < startsAt;
}

/** Whether two stretches of time touch in more than a moment. */
export function overlaps(
  one: Pick<HallSession, 'startsAt' | 'endsAt'>,
  other: Pick<HallSession, 'startsAt' | 'endsAt'>,
): boolean {
  return one.startsAt < other.endsAt && one.endsAt > other.startsAt;
}

/** The sessions of a hall that a need is opened for: those of a day or a week that are still to come. */
export function chosenSessions<
  S extends Pick<HallSession, 'id' | 'startsAt' | 'stopId' | 'withdrawnAt'>,
>(sessions: readonly S[], chosen: string, now: Date): S[] {
  const coming = sessions.filter(
    ({ startsAt, stopId, withdrawnAt }) => startsAt > now && !stopId && !withdrawnAt,
  );
  if (chosen.startsWith('week:')) return coming;
  const day: CalendarDate | undefined = chosen.startsWith('day:') ? chosen.slice(4) : undefined;
  return coming.filter(({ id, startsAt }) =>
    day === undefined ? id === chosen : calendarDate(startsAt) === day,
  );
}

const needUnknown = { code: 'not_found', message: '没有找到这个排班需要。' } as const;
const dutyUnknown = { code: 'not_found', message: '没有找到这次排班。' } as const;
const sessionBegun = {
  code: 'conflict',
  message: '这一场已经开始，或者停开了，不能再改排班。',
} as const;

export const needRefusals: Refusals = {
  session_unknown: { code: 'not_found', message: '没有找到这一场。' },
  session_begun: sessionBegun,
  skill_unknown: { code: 'invalid', field: 'skill', message: '请在列出的技能里选' },
  language_unknown: { code: 'invalid', field: 'language', message: '请在列出的语言里选' },
  need_opened: {
    code: 'conflict',
    message: '这些场次已经有同样的需要。要改人数，请先在那一场里撤掉再加。',
  },
};

export const dutyRefusals: Refusals = {
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除了。请重新登录。' },
  need_unknown: needUnknown,
  session_begun: sessionBegun,
  guide_unknown: {
    code: 'conflict',
    message: '这一位不是这个场馆的工作人员，也没有登记在这个场馆讲解。',
  },
  volunteer_not_confirmed: {
    code: 'conflict',
    message: '志愿者登记还没有确认。确认以后再排班。',
  },
  consent_missing: {
    code: 'conflict',
    message: '登记里没有同意“在场馆讲解”。改好登记再来。',
  },
  skill_missing: { code: 'conflict', message: '登记里没有这一场要会的技能。' },
  language_missing: { code: 'conflict', message: '登记里没有这一场要会的语言。' },
  training_missing: {
    code: 'conflict',
    message: '这一场要有有效的培训，登记里没有，或者到那天已经过期。',
  },
  duty_overlaps: { code: 'conflict', message: '这段时间已经排了别的场次，不能同时在两处。' },
  'unique:guide_duties.person_id,guide_duties.starts_at': {
    code: 'conflict',
    reason: 'duty_overlaps',
    message: '这段时间已经排了别的场次，不能同时在两处。',
  },
  duty_taken: {
    code: 'conflict',
    message: '刚刚有人接了，这一场人够了。可以做候补：有人退出就轮到你。',
  },
  duty_free: { code: 'conflict', message: '还缺人，直接排讲解就行，不用候补。' },
};

export const dropRefusals: Refusals = {
  duty_unknown: dutyUnknown,
  duty_already_ended: { code: 'conflict', message: '这次排班已经结束或退出了。' },
  duty_begun: { code: 'conflict', message: '已经开始了，不能再退出。请当面告诉场馆。' },
};

export const endRefusals: Refusals = {
  need_unknown: needUnknown,
  need_already_ended: { code: 'conflict', message: '这个需要已经撤掉了。' },
  session_begun: sessionBegun,
};

export const checkInRefusals: Refusals = {
  duty_unknown: dutyUnknown,
  own_check_in: { code: 'conflict', message: '不能给自己签到。请同事来办。' },
  duty_not_active: { code: 'conflict', message: '这一位已经签到，或者不在这一场。' },
  check_in_not_open: {
    code: 'conflict',
    message: `开场前${CHECK_IN_OPENS_MINUTES}分钟才能签到。`,
  },
  check_in_closed: { code: 'conflict', message: '这一场已经结束，不能再签到。' },
};

export const undoCheckInRefusals: Refusals = {
  duty_unknown: dutyUnknown,
  own_check_in: { code: 'conflict', message: '不能撤回自己的签到。请同事来办。' },
  not_checked_in: { code: 'conflict', message: '这一位现在没有签到，不用撤回。' },
  check_in_closed: { code: 'conflict', message: '这一场已经结束，签到不能再撤回。' },
  hours_certified: {
    code: 'conflict',
    message: '这一位刚刚开了服务证明，签到算在里面，不能撤回。请场馆负责人记在值班记录里。',
  },
};

/** What another run may have changed meanwhile: the next one looks again. */
export const releaseRefusals: Refusals = {
  duty_already_ended: {
    code: 'conflict',
    reason: 'roster_has_moved',
    message: '排班刚刚变了，下一次再办。',
  },
  'unique:outbox_messages.idempotency_key': {
    code: 'conflict',
    reason: 'roster_has_moved',
    message: '排班刚刚变了，下一次再办。',
  },
};
