import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { INVITATION_CODE_LENGTH, readCode, RECOVERY_CODE_LENGTH } from '../../lib/ids.ts';

/** With a one-time password beside it, twelve are more than a guess within the tries can reach. */
export const PASSWORD_MIN = 12;
/** A sentence fits; hashing longer ones would only keep the site busy. */
export const PASSWORD_MAX = 128;

const tooLong = `密码最多${PASSWORD_MAX}个字符`;

/** What somebody types who has set it: nothing is said about it beyond right or wrong. */
const passwordField = z
  .string({ error: '请填写密码' })
  .min(1, { error: '请填写密码' })
  .max(PASSWORD_MAX, { error: tooLong });

const totpField = z
  .string({ error: '请填写动态码' })
  .transform((text) => text.normalize('NFKC').replace(/\s/g, ''))
  .pipe(
    z
      .string()
      .min(1, { error: '请填写动态码' })
      .regex(/^\d{6}$/, { error: '动态码是6位数字' }),
  );

/** A code of our alphabet in groups; whatever separates them. */
function groupsField(length: number, words: { missing: string; wrong: string }) {
  return z
    .string({ error: words.missing })
    .max(100, { error: words.wrong })
    .transform((text, context) => {
      const code = readCode(text, length);
      if (code) return code;
      context.addIssue({ code: 'custom', message: text.trim() ? words.wrong : words.missing });
      return z.NEVER;
    });
}

export const passwordSignInInput = z.object({ password: passwordField, totp: totpField });

export const passwordInput = z
  .object({
    password: z
      .string({ error: '请想一个密码' })
      .min(1, { error: '请想一个密码' })
      .min(PASSWORD_MIN, { error: `密码至少${PASSWORD_MIN}个字符` })
      .max(PASSWORD_MAX, { error: tooLong }),
    again: z.string({ error: '请再填一次密码' }).max(PASSWORD_MAX, { error: tooLong }),
    offer: z.string().max(400).default(''),
    totp: totpField,
  })
  .refine(({ password, again }) => password === again, {
    path: ['again'],
    error: '两次填的密码不一样',
  });

export const recoverySignInInput = z.object({
  recoveryCode: groupsField(RECOVERY_CODE_LENGTH, {
    missing: '请填写一个恢复码',
    wrong: `恢复码是${RECOVERY_CODE_LENGTH}个字母和数字，请对照纸上的再填`,
  }),
});

export const invitationInput = z.object({
  invitationCode: groupsField(INVITATION_CODE_LENGTH, {
    missing: '请填写短信里的开通码',
    wrong: `开通码是${INVITATION_CODE_LENGTH}个字母和数字，请对照短信再填`,
  }),
});

export const passwordRemovalInput = z.object({
  what: z.literal('password', { error: '请选要删除哪一种' }),
});

export const resetInput = z.object({
  personId: z.uuid({ error: '没有找到这个人' }),
  // Long enough to say something, short enough that nobody tells a story about a person.
  reason: textField({ missing: '请写明原因', max: [200, '原因最多200字'] }).refine(
    (text) => Array.from(text).length >= 4,
    { error: '请写明原因，至少4个字' },
  ),
});
