import { z } from 'zod';
import { countField, textField } from '../../lib/fields.ts';
import { bookingReference } from '../bookings/schema.ts';

/** A screen of a phone: who writes more, writes a message to the hall, which `/inquiries` takes. */
const WORDS_MAX = 500;

/** Left empty, or a text within its limits. */
const optional = (field: z.ZodType<string>) =>
  z.preprocess(
    (value) => (value === undefined ? '' : value),
    z.union([
      z
        .string()
        .regex(/^\s*$/)
        .transform(() => ''),
      field,
    ]),
  );

export const feedbackInput = bookingReference.extend({
  score: countField({
    missing: '请选一个分数',
    min: [1, '请选一个分数'],
    max: [5, '请选一个分数'],
  }),
  words: optional(textField({ missing: '', max: [WORDS_MAX, `请控制在${WORDS_MAX}个字以内`] })),
});

export const feedbackDecisionInput = bookingReference.extend({
  decision: z.enum(['published', 'hidden'], { error: '请选公开还是不公开' }),
  // Told to the author; two lines of a phone.
  reason: optional(textField({ missing: '', max: [100, '请控制在100个字以内'] })),
  reply: optional(textField({ missing: '', max: [200, '请控制在200个字以内'] })),
  /** The edit that was on the screen, in ms since 1970; empty for the first version. */
  editedAt: z
    .string()
    .regex(/^\d{0,15}$/, { error: '这一页不完整，请重新打开' })
    .default(''),
});
