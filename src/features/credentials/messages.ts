import { findPerson } from '../accounts/queries.ts';
import type { Templates } from '../notifications/schema.ts';
import { changeWords, type CredentialChange } from './policy.ts';

export const credentialMessages: Templates = {
  credential_changed: {
    name: '工作登录方式有改动',
    // Whoever did not do it themselves has to know at once, at night as well.
    urgency: 'urgent',
    topic: null,
    sms: '你的工作登录{change}。不是你本人，请马上告诉管理员。',
    smsParts: 1,
    title: '工作登录有改动',
    path: '/staff/credentials',
    longest: { change: changeWords.reset },
    make: async (ctx, { personId = '', what = '' }) => {
      const person = await findPerson(ctx, personId);
      if (!person || person.dataKeyCipher.length === 0) return null;
      return { to: { person }, variables: { change: changeWords[what as CredentialChange] } };
    },
  },
};
