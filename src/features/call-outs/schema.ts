import { z } from 'zod';
import { lineField } from '../../lib/fields.ts';
import { CALL_OUT_ANSWERS, CALL_OUT_KINDS } from './table.ts';

const blank = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

/** Letters, digits and plain signs: a place or a reason, and nothing that could end a line of an SMS. */
const PLAIN = /^[\p{L}\p{N}:,;!?（）()·“”、，。《》〔〕.\-/ ]+$/u;

/** Whom to look for: what they can do, and the narrowest place that is given. */
export const callOutFilters = z.object({
  regionCode: z.string().regex(/^(\d{6}|\d{9})$/, { error: '请选一个地区' }),
  skill: z.preprocess(
    blank,
    z
      .string()
      .regex(/^[a-z_]{2,30}$/, { error: '请在列出的技能里选' })
      .optional(),
  ),
  /** A community's committee, or one of its grid cells: `community:<id>`, `cell:<id>`. */
  place: z.preprocess(
    blank,
    z
      .string()
      .regex(/^(community|cell):[\w-]{36}$/, { error: '请在列出的社区和网格里选' })
      .optional(),
  ),
  trained: z.preprocess((value) => value === 'yes', z.boolean()),
});
export type CallOutFilters = z.output<typeof callOutFilters>;

export const callOutInput = callOutFilters
  .extend({
    kind: z.enum(CALL_OUT_KINDS, { error: '请选是演练还是真实情况' }),
    reason: lineField({
      missing: '请写为什么要用这份名单',
      max: [100, '请控制在100个字以内'],
      pattern: [PLAIN, '里面有不能用的符号'],
    }).refine((text) => Array.from(text).length >= 2, { error: '请写为什么要用这份名单' }),
  })
  .refine(({ trained, skill }) => !trained || skill !== undefined, {
    path: ['skill'],
    error: '只要培训有效的，请选一样技能',
  });

export const callOutReference = z.object({ callOutId: z.uuid({ error: '没有这份名单' }) });

export const askingInput = callOutReference.extend({
  place: lineField({
    missing: '请写到哪里集合',
    // With everything else it fills two SMS.
    max: [30, '请控制在30个字以内'],
    pattern: [PLAIN, '里面有不能用的符号'],
  }).refine((text) => Array.from(text).length >= 2, { error: '请写到哪里集合' }),
  confirmed: z.literal('yes', { error: '请确认要发给名单上的人' }),
});

export const answerInput = callOutReference.extend({
  answer: z.enum(CALL_OUT_ANSWERS, { error: '请选能来还是不能来' }),
});
