import { findPerson, openPersonKey } from '../accounts/queries.ts';
import { MAIL_CODE_VALID_MINUTES } from './policy.ts';
import { findMail, openMail } from './queries.ts';
import type { Templates } from './schema.ts';

export const notificationMessages: Templates = {
  mail_code: {
    name: '邮箱验证码',
    urgency: 'urgent',
    topic: null,
    sms: null,
    smsParts: 1,
    title: '安澜：核对邮箱',
    mail: `邮箱验证码{code}，${MAIL_CODE_VALID_MINUTES}分钟内有效。有人在安澜登记了这个邮箱，用来收预约的通知。不是你本人操作，不用理会。`,
    path: '/me/notifications',
    longest: { code: '123456' },
    make: async (ctx, { mailAddressId = '' }) => {
      const row = await findMail(ctx, mailAddressId);
      const person = row && (await findPerson(ctx, row.personId));
      if (!row || !person || row.confirmedAt || person.dataKeyCipher.length === 0) return null;
      const dataKey = await openPersonKey(ctx, person);
      return {
        to: { mail: await openMail(ctx, person, row) },
        variables: { code: await dataKey.decrypt(`mail-code:${row.id}`, row.codeCipher) },
        expiresAt: row.expiresAt,
      };
    },
  },
};
