import { z } from 'zod';
import { countField, textField } from '../../lib/fields.ts';
import { INVITATION_CODE_LENGTH, readCode } from '../../lib/ids.ts';
import { drillReference } from '../drills/schema.ts';
import { namesSomebody } from '../inquiries/policy.ts';
import { ANSWERS } from './table.ts';

const noNumbers = '里面有像手机号或身份证号的数字，请去掉';

/** Words that others read: several lines, nobody's number; '' where nothing was written. */
export function wordsField(max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value : ''),
    z.union([
      z
        .string()
        .regex(/^\s*$/)
        .transform(() => ''),
      textField({ missing: '', max: [max, `请控制在${max}个字以内`] }).refine(
        (text) => !namesSomebody(text),
        { error: noNumbers },
      ),
    ]),
  );
}

/** The same where something has to be said. */
export function reasonField(missing: string, max: number) {
  return textField({ missing, max: [max, `请控制在${max}个字以内`] })
    .refine((text) => Array.from(text).length >= 2, { error: missing })
    .refine((text) => !namesSomebody(text), { error: noNumbers });
}

/** One line of what somebody saw fits here. */
const NOTE_MAX = 200;

/** One group of a sheet; the answers come as fields `answer-e1` and `note-e1`, or as `answers`. */
export const sheetSaveInput = drillReference.extend({
  section: z.string({ error: '这一页不完整，请重新打开' }).max(40),
  /** The version that was read: 0 where nothing was saved. */
  base: countField({
    missing: '这一页不完整，请重新打开',
    min: [0, '这一页不完整，请重新打开'],
    max: [1000, '这一页不完整，请重新打开'],
  }),
});

export const itemAnswerInput = z.object({
  answer: z.enum(ANSWERS, { error: '请从是、否、不适用里选一个' }).default(''),
  note: wordsField(NOTE_MAX),
});

export const reopenInput = drillReference.extend({
  /** 1 for the first sheet that was opened: nobody's id stands in a page. Left out: one's own. */
  sheet: z.preprocess(
    (value) => (value === '' ? undefined : value),
    countField({
      missing: '没有这份评估表',
      min: [1, '没有这份评估表'],
      max: [20, '没有这份评估表'],
    }).optional(),
  ),
  reason: reasonField('请写为什么要改', 200),
});

const score = (what: string) => countField({ missing: what, min: [1, what], max: [5, what] });

export const selfEvaluationInput = drillReference.extend({
  understood: score('请选听懂了没有'),
  knew: score('请选知不知道怎么做'),
  safe: score('请选觉得安全不安全'),
  wish: wordsField(200),
  /** 撤回码, drawn with the form and kept by whoever answers; nothing for an answer that is not to be withdrawn. */
  code: z
    .union([z.literal(''), z.string().max(60)])
    .default('')
    .transform((text) => readCode(text, INVITATION_CODE_LENGTH)),
});

export const selfWithdrawalInput = drillReference.extend({
  code: z
    .string({ error: '请写12位撤回码' })
    .max(60, { error: '撤回码是12位' })
    .transform((text, ctx) => {
      const code = readCode(text, INVITATION_CODE_LENGTH);
      if (code) return code;
      ctx.addIssue({ code: 'custom', message: '撤回码是12位，请再看一遍' });
      return z.NEVER;
    }),
});

const points = countField({
  missing: '请写分数，例如90',
  min: [1, '1到100分'],
  max: [100, '1到100分'],
});

export const bandsInput = z
  .object({
    /** Empty: the site's own. */
    regionCode: z
      .string()
      .regex(/^(\d{6}|\d{9})?$/, { error: '没有这个地区' })
      .default(''),
    excellent: points,
    good: points,
    pass: points,
    reason: reasonField('请写为什么这样定', 200),
  })
  .refine(({ excellent, good, pass }) => excellent > good && good > pass, {
    path: ['excellent'],
    error: '分数要一个比一个低：优、良、合格',
  });
