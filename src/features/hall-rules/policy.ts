import type { Refusals } from '../../lib/errors.ts';
import type { Hall } from '../halls/table.ts';
import type { HallRules, RuleField } from './schema.ts';

/** A hall of the content that says it takes bookings: where it stands. */
export type FindVenue = (slug: string) => Promise<{ regionCode: string } | undefined>;

/** What a hall begins with: 本平台约定, from what halls of this kind publish. Each can be changed before and after. */
export const FIRST_RULES: HallRules = {
  partyMax: 14,
  largePartyMin: 6,
  bookingWindowDays: 14,
  bookingClosesMinutes: 30,
  cancellationClosesMinutes: 120,
  arrivalOpensMinutes: 30,
  closureWeekday: 1,
  groupMin: 15,
  minorsPerAdult: 10,
  groupWindowDays: 60,
  groupClosesWorkdays: 3,
  groupMonthPlaces: null,
};

/** A hall's rules as the form has them: text, empty where there is none. */
export function ruleTexts(rules: Pick<Hall, RuleField>): Record<RuleField, string> {
  const text = (field: RuleField) => String(rules[field] ?? '');
  return Object.fromEntries(
    (Object.keys(FIRST_RULES) as RuleField[]).map((field) => [field, text(field)]),
  ) as Record<RuleField, string>;
}

const gap = {
  code: 'conflict',
  message: '家庭最多几人和团体最少几人之间有空档，有的人会没有地方约。请改好再存。',
} as const;
const hallUnknown = { code: 'not_found', message: '没有找到这个场馆。' } as const;

export const rulesRefusals: Refusals = {
  hall_unknown: hallUnknown,
  foreign_key: hallUnknown,
  party_gap: gap,
};

export const openingRefusals: Refusals = {
  opening_not_yours: hallUnknown,
  party_gap: gap,
  'unique:halls.slug': {
    code: 'conflict',
    reason: 'hall_already_open',
    message: '这个场馆已经开通预约了。',
  },
};
