import { z } from 'zod';
import { codeField, textField } from '../../lib/fields.ts';
import { phoneField } from '../accounts/schema.ts';
import { namesSomebody } from './policy.ts';

/** A screen of a phone: enough to say what is wrong or what one wants to know. */
export const TEXT_MAX = 500;
/** Longer than a question, since an answer names rules and steps. */
const ANSWER_MAX = 1000;
/** Longer than any address of this site. */
const PAGE_MAX = 200;

/** Below these an address names somebody's own thing, and its code or id opens it: the section is enough. */
const OWN_SECTIONS = /^\/(me|tickets|inquiries|sign-in|staff)(?=\/).*$/;

/** A path of this site as an address bar or a link gives it; its query may say more than which page it is. */
const pageField = z
  .string({ error: '请填本站网页的地址，以/开头' })
  .transform((text) => text.trim().replace(/[?#].*$/s, ''))
  .pipe(
    z
      .string()
      .max(PAGE_MAX, { error: '网页的地址太长了，不填也可以' })
      .regex(/^$|^\/(?!\/)[\p{L}\p{N}/._~%-]*$/u, {
        error: '只填本站网页的地址，以/开头，比如/guides/cpr。不填也可以',
      }),
  )
  .transform((path) => path.replace(OWN_SECTIONS, '/$1') || null);

const blankIsNone = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

export const inquiryInput = z.object({
  kind: z.enum(['question', 'error'], { error: '请选一种' }),
  text: textField({
    missing: '请写下内容',
    max: [TEXT_MAX, `太长了，请控制在${TEXT_MAX}个字以内。可以分两次提交`],
  }),
  about: pageField.optional(),
  phone: z.preprocess(blankIsNone, phoneField.optional()).optional(),
});

export const answerInput = z.object({
  inquiryId: z.uuid({ error: '没有这一条' }),
  text: textField({
    missing: '请写下答复',
    max: [ANSWER_MAX, `答复太长了，请控制在${ANSWER_MAX}个字以内`],
  }).refine((text) => !namesSomebody(text), {
    error: '答复里有像手机号或身份证号的数字。有查询码的人都能看到答复，请去掉',
  }),
});

export const trackInput = z.object({
  code: codeField({
    missing: '请填写查询码',
    wrong: '查询码是10位字母和数字，在提交后的那一页',
  }),
});
