import type { Templates } from '../notifications/schema.ts';
import { CODE_VALID_MINUTES } from './policy.ts';

export const accountMessages: Templates = {
  // A code that has run out would only puzzle whoever receives it.
  sign_in_code: async ({ now }, { phone = '', code = '', expiresAt = '' }) =>
    now >= new Date(expiresAt)
      ? null
      : {
          to: phone,
          text: `【安澜】验证码${code}，${CODE_VALID_MINUTES}分钟内有效。不要告诉别人。不是你本人操作，不用理会。`,
        },
};
