import { z } from 'zod';
import { lineField } from '../../lib/fields.ts';

/**
 * People write their number with spaces, hyphens, brackets or the country code in front. One number has one form,
 * since its hash finds its account: mainland numbers stand without +86, all others begin with +.
 */
const bareNumber = (value: unknown) =>
  typeof value === 'string'
    ? value
        .normalize('NFKC')
        .replace(/[\s\-–()]/g, '')
        .replace(/^00(?=[1-9])/, '+')
        .replace(/^\+86(?=1)/, '')
        // The 0 in front of numbers dialled within Taiwan is no part of them.
        .replace(/^\+8860/, '+886')
    : value;

/**
 * A mobile number: mainland, 11 digits beginning 13–19; Hong Kong, Macao and Taiwan by their own plans; elsewhere
 * what E.164 allows (at most 15 digits; fewer than 8 reach no mobile). Whether it exists, the code shows that is
 * sent to it. Numbers 1000000xxxx are for demonstrations: no real mobile number begins with 10, so demonstration
 * data can never reach a person's telephone.
 */
const PHONE =
  /^(1[3-9]\d{9}|1000000\d{4}|\+852[4-9]\d{7}|\+8536\d{7}|\+8869\d{8}|\+(?!86|85[23]|886)[1-9]\d{7,14})$/;

export const phoneField = z.preprocess(
  bareNumber,
  z.string({ error: '请填写手机号' }).min(1, { error: '请填写手机号' }).regex(PHONE, {
    error: '手机号是11位数字，以1开头。内地以外的号码以+和区号开头，比如+852。请检查一下',
  }),
);

/** 固定电话: area code of 3 or 4 digits with its 0, and 7 or 8 digits. An extension cannot be called back by a list. */
const LANDLINE = /^0(10|2\d|[3-9]\d{2})[1-9]\d{6,7}$/;

/** Of somebody on the telephone: a mobile number, or a landline, which is called back instead of sent messages. */
export const callerPhoneField = z.union(
  [phoneField, z.preprocess(bareNumber, z.string().regex(LANDLINE))],
  { error: '手机号是11位数字；固定电话要带区号，比如0515-88880000。请对方再念一遍' },
);

export const signInCodeInput = z.object({ phone: phoneField });

export const signInInput = z.object({
  codeId: z.uuid({ error: '这一步的链接不完整，请重新获取验证码' }),
  code: lineField({
    missing: '请填写短信里的6位数字',
    max: [20, '验证码是6位数字'],
    pattern: [/^\d{6}$/, '验证码是6位数字'],
  }),
  /** After a long pause: something that only the owner of the account knows. */
  proof: z.string().max(100, { error: '太长了，只填一样就好' }).optional(),
  /** Or a wish for a new account: whoever is asked does not know the old one. */
  afresh: z.enum(['1'], { error: '请重新打开这一页再试' }).optional(),
});

/** One sign-in by its id, or all but the one that asks. */
export const signInEndInput = z.object({
  ended: z.union([z.uuid(), z.literal('others')], { error: '请选要退出的登录' }),
});
