import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { lineField } from '../../lib/fields.ts';

/** Far above what authenticators send without attestation. */
const ANSWER_MAX = 16_000;

/** What the browser's authenticator answered, as the page's script puts it into the form: JSON. */
const answerField = z
  .string({ error: '没有收到通行密钥。请再按一次' })
  .max(ANSWER_MAX, { error: '通行密钥的内容太长' })
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: '没有收到通行密钥。请再按一次' });
      return z.NEVER;
    }
  });

const base64url = z.string().regex(/^[\w-]+$/);

/** The library looks at every byte of it; here only the shape that it relies on. */
const registrationAnswer = answerField.pipe(
  z.looseObject({
    id: base64url,
    rawId: base64url,
    type: z.literal('public-key'),
    response: z.looseObject({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(20)).max(10).optional(),
    }),
  }),
) as unknown as z.ZodType<RegistrationResponseJSON>;

const signInAnswer = answerField.pipe(
  z.looseObject({
    id: base64url,
    rawId: base64url,
    type: z.literal('public-key'),
    response: z.looseObject({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.optional(),
    }),
  }),
) as unknown as z.ZodType<AuthenticationResponseJSON>;

const challengeField = z.uuid({ error: '这一步不完整，请再按一次' });

export const challengeInput = z.object({ purpose: z.enum(['registration', 'sign_in']) });

export const passkeyInput = z.object({
  challengeId: challengeField,
  answer: registrationAnswer,
  name: lineField({
    missing: '请给通行密钥起个名字，比如“办公室电脑”',
    max: [30, '名字最多30个字'],
    pattern: [/^[^\p{C}]+$/u, '名字里有不能用的字符'],
  }),
});

export const passkeySignInInput = z.object({ challengeId: challengeField, answer: signInAnswer });

export const passkeyRemovalInput = z.object({
  passkeyId: z.uuid({ error: '没有找到这个通行密钥' }),
});
