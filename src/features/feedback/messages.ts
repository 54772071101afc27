import type { CommandContext } from '../../lib/context.ts';
import { formatDay } from '../../lib/time.ts';
import type { MadeMessage, MessageValues, Templates } from '../notifications/schema.ts';
import { findFeedbackToTell } from './queries.ts';
import type { FeedbackDecision } from './table.ts';

/** What the hall did with what somebody wrote, as long as it still stands. Words and reasons are read on the page. */
const whileDecided =
  (decision: FeedbackDecision['decision']) =>
  async (ctx: CommandContext, { decisionId = '' }: MessageValues): Promise<MadeMessage | null> => {
    const found = await findFeedbackToTell(ctx, decisionId);
    if (!found || found.feedback.state !== decision || !found.isLatest) return null;
    return {
      to: { person: found.person },
      variables: { day: formatDay(found.session.startsAt) },
    };
  };

const longest = { day: '12月31日周六' };

export const feedbackMessages: Templates = {
  feedback_answered: {
    name: '参观评价有答复',
    urgency: 'calm',
    topic: 'visit',
    sms: '你对{day}参观的评价，馆里答复了。请登录本站，在“我的预约”里看。',
    smsParts: 1,
    title: '馆里答复了你的评价',
    path: '/me',
    longest,
    make: whileDecided('published'),
  },
  feedback_hidden: {
    name: '参观评价不公开',
    urgency: 'calm',
    topic: 'visit',
    sms: '你对{day}参观写的话没有公开，打的分照样算。原因请登录本站，在“我的预约”里看。',
    smsParts: 1,
    title: '写的话没有公开',
    path: '/me',
    longest,
    make: whileDecided('hidden'),
  },
};
