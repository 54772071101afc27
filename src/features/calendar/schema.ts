import { z } from 'zod';
import { countField, textField } from '../../lib/fields.ts';
import { readDate } from '../../lib/time.ts';
import { readArrangement } from './policy.ts';

/** Seven holidays, a line each; an official notice in full stays below it. */
const DAYS_CHARACTERS = 2000;

export const yearInput = z
  .object({
    year: countField({
      missing: '请填年份',
      min: [2020, '年份太早了'],
      max: [2100, '年份太晚了'],
    }),
    sourceTitle: textField({
      missing: '请填通知的全名',
      max: [80, '请控制在80个字以内'],
    }),
    issuedOn: z
      .string({ error: '请填通知的发布日期' })
      .refine((text) => readDate(text) !== undefined, { error: '请填通知的发布日期' }),
    days: z
      .string({ error: '请填放假和上班的日子' })
      .max(DAYS_CHARACTERS, { error: '太长了，一行一个假期' }),
  })
  .transform(({ days, ...rest }, ctx) => {
    const { days: read, problems } = readArrangement(days, rest.year);
    const [first] = problems;
    if (!first) return { ...rest, days: read };
    const message = `第${first.line}行：${first.problem}`;
    ctx.addIssue({ code: 'custom', path: ['days'], message });
    return z.NEVER;
  });
