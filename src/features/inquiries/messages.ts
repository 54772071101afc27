import type { CommandContext } from '../../lib/context.ts';
import { formatBookingCode } from '../../lib/ids.ts';
import { formatDay } from '../../lib/time.ts';
import type { MessageValues, Templates } from '../notifications/schema.ts';
import { kindWords } from './policy.ts';
import { findInquiry, inquiryPhone } from './queries.ts';

export const inquiryMessages: Templates = {
  inquiry_answered: async (ctx: CommandContext, { inquiryId = '' }: MessageValues) => {
    const found = await findInquiry(ctx, inquiryId);
    const to = found && (await inquiryPhone(ctx, found.inquiry));
    if (!to) return null;
    const { kind, createdAt, code } = found.inquiry;
    return {
      to,
      text: `【安澜】你${formatDay(createdAt)}的${kindWords[kind]}有答复了，查询码${formatBookingCode(code)}。到本站“留言和找错”填查询码查看。`,
    };
  },
};
