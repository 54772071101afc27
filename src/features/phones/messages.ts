import { formatBookingCode } from '../../lib/ids.ts';
import { findPerson } from '../accounts/queries.ts';
import { CODE_VALID_MINUTES, maskPhone } from '../accounts/policy.ts';
import type { MessageKind, Templates } from '../notifications/schema.ts';
import { OBJECTION_DAYS } from './policy.ts';
import { findNumberClaim } from './queries.ts';

/** A code that has run out would only puzzle whoever receives it. */
const codeKind = (name: string, use: string): MessageKind => ({
  name,
  urgency: 'urgent',
  topic: null,
  sms: `验证码{code}，{minutes}分钟内有效，${use}。不要告诉别人。`,
  smsParts: 1,
  title: name,
  path: '/me/phone',
  longest: { code: '123456', minutes: String(CODE_VALID_MINUTES) },
  make: async (_, { phone = '', code = '', expiresAt = '' }) => ({
    to: { phone },
    variables: { code, minutes: String(CODE_VALID_MINUTES) },
    expiresAt: new Date(expiresAt),
  }),
});

export const phoneMessages: Templates = {
  new_number_code: codeKind('验证新号码', '用来把你的账户换到这个号码'),
  old_number_code: codeKind('验证原号码', '用来把你的账户从这个号码换走'),
  number_changed: {
    name: '账户换到新号码',
    urgency: 'urgent',
    topic: null,
    sms: '你的账户已经换到这个号码，以后用它登录。',
    smsParts: 1,
    title: '账户已经换到新号码',
    path: '/me',
    longest: {},
    make: async (ctx, { personId = '' }) => {
      const person = await findPerson(ctx, personId);
      return person ? { to: { person }, variables: {} } : null;
    },
  },
  number_left: {
    name: '账户从这个号码换走',
    urgency: 'urgent',
    topic: null,
    sms: '这个号码的账户已经换到{number}。不是你办的，请马上到本站“留言、找错”告诉我们。',
    smsParts: 1,
    title: '账户已经换走',
    path: '/inquiries',
    longest: { number: '+852****4567' },
    // Nobody's number any more: it travels sealed with the message, and goes with it.
    make: async (_, { phone = '', now = '' }) => ({
      to: { phone },
      variables: { number: maskPhone(now) },
    }),
  },
  number_claimed: {
    name: '有人要转走账户',
    urgency: 'urgent',
    topic: null,
    sms: '有人说这个号码不用了，要转走它的账户。不同意，{days}天内到本站“我的账户被人申请”填反对码{code}，或用这个号码登录一次。同意就不用理会。',
    smsParts: 2,
    title: '有人要转走这个号码的账户',
    path: '/phone-objection',
    longest: { days: String(OBJECTION_DAYS), code: 'ABCDE-FGHJK' },
    make: async (ctx, { claimId = '', code = '' }) => {
      const found = await findNumberClaim(ctx, claimId);
      if (!found?.account || found.claim.state !== 'open') return null;
      return {
        to: { person: found.account },
        variables: { days: String(OBJECTION_DAYS), code: formatBookingCode(code) },
      };
    },
  },
  number_claim_refused: {
    name: '找回账户没有同意',
    urgency: 'calm',
    topic: null,
    sms: '找回账户的申请没有同意。理由请登录本站，在“手机号”里看。',
    smsParts: 1,
    title: '找回账户的申请没有同意',
    path: '/me/phone',
    longest: {},
    make: async (ctx, { claimId = '' }) => {
      const found = await findNumberClaim(ctx, claimId);
      return found ? { to: { person: found.claimant }, variables: {} } : null;
    },
  },
};
