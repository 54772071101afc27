import { z } from 'zod';
import { countField } from '../../lib/fields.ts';

/** A whole number between two others; the columns of `halls` hold most of them again. */
const count = (unit: string, min: number, max: number) =>
  countField({
    missing: `请填几${unit}`,
    min: [min, `至少${min}${unit}`],
    max: [max, `最多${max}${unit}`],
  });

/** Empty where there is none: said, not left out. */
const orNone = <Field extends z.ZodType>(field: Field) =>
  z.preprocess((value) => (value === '' ? null : value), field.nullable());

const rules = {
  partyMax: count('人', 1, 50),
  largePartyMin: orNone(count('人', 2, 50)),
  // With one day alone, sales could end before they began.
  bookingWindowDays: count('天', 2, 60),
  bookingClosesMinutes: count('分钟', 0, 24 * 60),
  cancellationClosesMinutes: count('分钟', 0, 7 * 24 * 60),
  arrivalOpensMinutes: count('分钟', 0, 3 * 60),
  closureWeekday: orNone(
    countField({ missing: '请选星期几', min: [1, '请选星期几'], max: [7, '请选星期几'] }),
  ),
  groupMin: count('人', 2, 51),
  minorsPerAdult: count('个孩子', 1, 50),
  groupWindowDays: count('天', 1, 180),
  groupClosesWorkdays: count('个工作日', 0, 30),
  groupMonthPlaces: orNone(count('人', 1, 100_000)),
};

/** The rules of a hall as a form or a program gives them. */
export const hallRulesInput = z
  .object({ hallSlug: z.string().min(1).max(64), ...rules })
  .superRefine(({ partyMax, largePartyMin, groupMin }, ctx) => {
    const wrong = (field: keyof typeof rules, message: string) =>
      ctx.addIssue({ code: 'custom', path: [field], message });
    if (largePartyMin !== null && largePartyMin > partyMax) {
      wrong('largePartyMin', `一次最多约${partyMax}人，这里不能比它大；没有这一档就空着`);
    }
    if (groupMin > partyMax + 1) {
      wrong('groupMin', `${partyMax + 1}到${groupMin - 1}人会没有地方约。最多填${partyMax + 1}人`);
    }
  });

export type HallRules = Omit<z.output<typeof hallRulesInput>, 'hallSlug'>;
export type RuleField = keyof HallRules;

/** In the order of the form. */
export const RULE_FIELDS = Object.keys(rules) as RuleField[];
