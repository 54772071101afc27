import { z } from 'zod';
import { lineField } from '../../lib/fields.ts';

/** People write their number with spaces, hyphens or the country code in front. */
const bareNumber = (value: unknown) =>
  typeof value === 'string'
    ? value
        .normalize('NFKC')
        .replace(/[\s-]/g, '')
        .replace(/^(\+|00)86/, '')
    : value;

/**
 * A mainland mobile number: 11 digits, beginning 13–19. Numbers 1000000xxxx are for demonstrations: no real
 * mobile number begins with 10, so demonstration data can never reach a person's telephone.
 */
export const phoneField = z.preprocess(
  bareNumber,
  z
    .string({ error: '请填写手机号' })
    .min(1, { error: '请填写手机号' })
    .regex(/^(1[3-9]\d{9}|1000000\d{4})$/, { error: '手机号是11位数字，以1开头，请检查一下' }),
);

export const signInCodeInput = z.object({ phone: phoneField });

export const signInInput = z.object({
  codeId: z.uuid({ error: '这一步的链接不完整，请重新获取验证码' }),
  code: lineField({
    missing: '请填写短信里的6位数字',
    max: [20, '验证码是6位数字'],
    pattern: [/^\d{6}$/, '验证码是6位数字'],
  }),
});
