import { z } from 'zod';
import { readDate } from '../../lib/time.ts';
import { COUNTED_DRILLS, DUTY_TARGETS, FREQUENCIES, TRAITS } from './table.ts';

const lineOrNothing = (max: number, message: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : ''),
    z
      .string()
      .max(max, { error: message })
      .regex(/^\P{Cc}*$/u, { error: '有看不见的符号，请重新写' }),
  );

/** A month as browsers send it, `2027-01`: a version holds from its first day. */
const monthField = z
  .string({ error: '请选从哪个月起' })
  .transform((text) => `${text.trim()}-01`)
  .refine((day) => readDate(day) !== undefined, { error: '请选从哪个月起，例如2027-01' });

/** One version of a rule, as an administrator enters it. */
export const dutyRuleInput = z
  .object({
    rule: z
      .string({ error: '请写代号' })
      .trim()
      .regex(/^[a-z][a-z0-9-]{1,59}$/, { error: '代号用小写字母、数字和短横，例如nursing-home' }),
    target: z.enum(DUTY_TARGETS, { error: '请选对象' }),
    every: z.enum(FREQUENCIES, { error: '请选多久一次' }),
    counts: z.enum(COUNTED_DRILLS, { error: '请选哪种演练算数' }),
    // The longest titles of regulations stay below it.
    sourceTitle: lineOrNothing(120, '文件名请控制在120个字以内'),
    sourceNumber: lineOrNothing(60, '文号请控制在60个字以内'),
    sourceClause: lineOrNothing(60, '条款请控制在60个字以内'),
    isConvention: z.preprocess((value) => value === 'yes' || value === true, z.boolean()),
    fromDay: monthField,
  })
  .refine(({ isConvention, sourceTitle }) => isConvention || sourceTitle.length >= 4, {
    path: ['sourceTitle'],
    error: '请写文件的全称；没有文件的，勾选本平台约定',
  });

const MONTHS_OF_YEAR = Array.from({ length: 12 }, (_, at) => at + 1);

/** Boxes of a form, `months.7=yes`, or a list. */
export const schoolPauseInput = z.object({
  months: z
    .array(z.int().min(1).max(12))
    // A year without any term is a slip of the hand.
    .max(6, { error: '停课的月份最多选6个' }),
  fromDay: monthField,
});

export function readMonths(values: Readonly<Record<string, string>>): number[] {
  return MONTHS_OF_YEAR.filter((month) => values[`months.${month}`] === 'yes');
}

export const traitsInput = z.object({
  organisationId: z.uuid({ error: '没有这个单位' }),
  traits: z.array(z.enum(TRAITS, { error: '没有这一项' })).max(TRAITS.length),
});

export function readTraits(values: Readonly<Record<string, string>>): string[] {
  return TRAITS.filter((trait) => values[`traits.${trait}`] === 'yes');
}
