import { z } from 'zod';
import { lineField, textField } from '../../lib/fields.ts';
import { newBookingCode, readBookingCode } from '../../lib/ids.ts';
import { phoneField, signInInput } from '../accounts/schema.ts';

export const newNumberInput = z.object({ phone: phoneField });

const blankIsNone = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

/** Both codes, or the new number's alone while the sign-in is fresh. */
export const phoneChangeInput = signInInput.pick({ codeId: true, code: true }).extend({
  oldCodeId: z.preprocess(blankIsNone, signInInput.shape.codeId.optional()).optional(),
  oldCode: z.preprocess(blankIsNone, signInInput.shape.code.optional()).optional(),
});

export const numberClaimInput = z.object({
  phone: phoneField,
  /** A booking code, or the full name of an organisation. */
  answer: lineField({
    missing: '请填写预约码，或单位的全称',
    // The longest name of an organisation is 60.
    max: [100, '太长了，只填一样就好'],
    pattern: [/^\P{Cc}+$/u, '里面有不能用的符号'],
  }),
});

/** The same alphabet and length as a booking's code, since people know how to type one. */
export const newObjectionCode = newBookingCode;

export const objectionInput = z.object({
  code: z
    .string({ error: '请填写短信里的10位反对码' })
    .max(300, { error: '反对码是10位字母和数字，在短信里' })
    .transform((text, ctx) => {
      const code = readBookingCode(text);
      if (code) return code;
      ctx.addIssue({ code: 'custom', message: '反对码是10位字母和数字，在短信里' });
      return z.NEVER;
    }),
});

export const numberDecisionInput = z.object({
  claimId: z.uuid({ error: '没有这个申请' }),
  decision: z.enum(['granted', 'refused'], { error: '请选同意或不同意' }),
  // As it was written: a line's normalisation would turn Chinese punctuation into Western.
  reason: textField({
    missing: '请写理由，对方会看到',
    max: [200, '理由请控制在200个字以内'],
  }).refine((text) => text.length >= 2, { error: '理由至少2个字' }),
});
