import { formatBookingCode } from '../../lib/ids.ts';
import { formatDay } from '../../lib/time.ts';
import type { Templates } from '../notifications/schema.ts';
import { kindWords } from './policy.ts';
import { findInquiry, inquiryPhone } from './queries.ts';

export const inquiryMessages: Templates = {
  inquiry_answered: {
    name: '留言或找错有答复',
    urgency: 'calm',
    // Asked for by leaving a number; there may be no account whose choices could be followed.
    topic: null,
    sms: '你{day}的{kind}有答复了，查询码{code}。到本站“留言和找错”填查询码查看。',
    smsParts: 1,
    title: '你的留言有答复了',
    path: '/inquiries/track',
    longest: { day: '12月31日周六', kind: '留言', code: 'ABCDE-FGHJK' },
    make: async (ctx, { inquiryId = '' }) => {
      const found = await findInquiry(ctx, inquiryId);
      const phone = found && (await inquiryPhone(ctx, found.inquiry));
      if (!phone) return null;
      const { kind, createdAt, code } = found.inquiry;
      const variables = {
        day: formatDay(createdAt),
        kind: kindWords[kind],
        code: formatBookingCode(code),
      };
      return { to: { phone }, variables };
    },
  },
};
