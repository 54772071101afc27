import type { Templates } from '../notifications/schema.ts';
import { CODE_VALID_MINUTES } from './policy.ts';

export const accountMessages: Templates = {
  sign_in_code: {
    name: '登录验证码',
    urgency: 'urgent',
    topic: null,
    sms: `验证码{code}，${CODE_VALID_MINUTES}分钟内有效。不要告诉别人。不是你本人操作，不用理会。`,
    smsParts: 1,
    title: '登录验证码',
    path: '/sign-in',
    longest: { code: '123456' },
    // A code that has run out would only puzzle whoever receives it.
    make: async (_ctx, { phone = '', code = '', expiresAt = '' }) => ({
      to: { phone },
      variables: { code },
      expiresAt: new Date(expiresAt),
    }),
  },
};
