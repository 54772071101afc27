import type { Refusals } from '../../lib/errors.ts';
import type { CalendarDate } from '../../lib/time.ts';
import { drillRefusals } from '../drills/policy.ts';
import type { Drill, DrillRole } from '../drills/table.ts';
import { trainingWords } from './schema.ts';
import type { DrillCard } from './table.ts';

/** Trainings that a role asks for and that do not hold on the day, by their codes. */
export function missingTraining(
  { training }: Pick<DrillRole, 'training'>,
  held: Readonly<Record<string, CalendarDate | null>>,
  day: CalendarDate,
): string[] {
  return training.filter((code) => {
    const until = held[code];
    return until === undefined || until === null || until < day;
  });
}

/** `急救、驾驶` */
export function namesOfTraining(codes: readonly string[]): string {
  return codes.map((code) => trainingWords[code] ?? code).join('、');
}

export type CardStanding = 'open' | 'used_up' | 'withdrawn' | 'expired';

export const cardWords: Readonly<Record<CardStanding, string>> = {
  open: '可以用',
  used_up: '已经用完',
  withdrawn: '已经作废',
  expired: '演练结束，不能用了',
};

/** How a card stands. What is over is over, even where the card was withdrawn before. */
export function cardStanding(
  { used, usesMax, withdrawnAt }: Pick<DrillCard, 'used' | 'usesMax' | 'withdrawnAt'>,
  { state, endsAt }: Pick<Drill, 'state' | 'endsAt'>,
  now: Date,
): CardStanding {
  if (state === 'over' || state === 'cancelled' || endsAt <= now) return 'expired';
  if (withdrawnAt !== null) return 'withdrawn';
  return used >= usesMax ? 'used_up' : 'open';
}

/** How many a role still lacks. */
export function placesLeft({ capacity, taken }: Pick<DrillRole, 'capacity' | 'taken'>): number {
  return Math.max(capacity - taken, 0);
}

const roleUnknown = { code: 'conflict', message: '这个角色刚刚删掉了。' } as const;
export const cardUnknown = {
  code: 'not_found',
  message: '没有这张角色卡，或者它不能用了。请问发卡的人。',
} as const;
const full = { code: 'conflict', message: '这个角色的人已经满了。' } as const;
const twice = {
  code: 'conflict',
  reason: 'already_in',
  message: '这个人在这次演练里已经有角色了。一个人只担任一个。',
} as const;

export const roleRefusals: Refusals = {
  ...drillRefusals,
  role_unknown: roleUnknown,
  role_overtaken: {
    code: 'conflict',
    message: '刚刚有人改过这个角色。请看看现在的内容，再改一次。',
  },
  'unique:drill_role_versions.role_id,drill_role_versions.version': {
    ...{ code: 'conflict', reason: 'role_overtaken' },
    message: '刚刚有人改过这个角色。请看看现在的内容，再改一次。',
  },
  'unique:drill_roles.drill_id,drill_roles.name': {
    ...{ code: 'invalid', reason: 'role_name_taken', field: 'name' },
    message: '已经有这个名称的角色了',
  },
  role_not_overfilled: {
    code: 'invalid',
    field: 'capacity',
    message: '已经有这么多人了，不能比现在的人少',
  },
  blind_has_no_sign_up: {
    code: 'invalid',
    field: 'filledBy',
    message: '双盲演练没有报名，请选单位指派',
  },
  role_is_taken: {
    code: 'conflict',
    message: '这个角色里已经有人。请先把人移出，再改做什么、人从哪里来，或者删掉。',
  },
  role_in_script: {
    code: 'conflict',
    message: '方案里还有这个角色的事。请先改方案，再删。',
  },
  roles_used_up: { code: 'conflict', message: '角色最多30个。' },
};

export const assignRefusals: Refusals = {
  ...drillRefusals,
  role_unknown: roleUnknown,
  role_not_overfilled: full,
  'unique:drill_participants.drill_id,drill_participants.person_id': twice,
  time_conflict: {
    code: 'conflict',
    message: '这个人同一时间有别的演练，不能两边都在。请另选人，或者改演练的时间。',
  },
  training_missing: {
    code: 'conflict',
    message: '这个角色要有培训，志愿者登记里没有，或者到那天过期了。请另选人，或先登记培训。',
  },
};

export const releaseRefusals: Refusals = {
  ...drillRefusals,
  already_left: { code: 'conflict', message: '这一位已经不在演练里了。' },
};

export const cardRefusals: Refusals = {
  ...drillRefusals,
  role_unknown: roleUnknown,
  card_withdrawn: { code: 'conflict', message: '这张卡已经作废了。' },
  cards_used_up: { code: 'conflict', message: '角色卡最多60张。先作废不用的。' },
};

export const takeRefusals: Refusals = {
  ...assignRefusals,
  card_withdrawn: cardUnknown,
  card_expired: cardUnknown,
  card_unknown: cardUnknown,
  // Whoever handed it out may no longer do so.
  drill_not_yours: cardUnknown,
  card_not_overused: { code: 'conflict', message: '这张卡已经有人用了。请问发卡的人要一张。' },
  'unique:drill_participants.drill_id,drill_participants.person_id': {
    ...twice,
    message: '你在这次演练里已经有角色了。一个人只担任一个。',
  },
  time_conflict: {
    code: 'conflict',
    message: '你同一时间有别的演练，不能两边都在。',
  },
  training_missing: {
    code: 'conflict',
    message: '这个角色要有培训，你的志愿者登记里没有，或者到那天过期了。请问发卡的人。',
  },
};
