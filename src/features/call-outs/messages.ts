import { addMinutes } from '../../lib/time.ts';
import type { CommandContext } from '../../lib/context.ts';
import type {
  MadeMessage,
  MessageKind,
  MessageValues,
  Templates,
} from '../notifications/schema.ts';
import { ANSWER_HOURS, takesAnswers } from './policy.ts';
import { findCalled } from './queries.ts';

/** Told only while an answer still counts, and only to whoever still agrees to be called. */
async function make(ctx: CommandContext, values: MessageValues): Promise<MadeMessage | null> {
  const { callOutId = '', personId = '' } = values;
  const found = await findCalled(ctx, { callOutId, personId });
  const askedAt = found?.callOut.askedAt;
  if (!found || !askedAt || !takesAnswers(found.callOut, ctx.now)) return null;
  return {
    to: { person: found.person },
    variables: { place: found.place },
    expiresAt: addMinutes(askedAt, ANSWER_HOURS * 60),
  };
}

const common = {
  smsParts: 2,
  path: '/me/call-outs',
  longest: { place: '示例社区党群服务中心门前广场东侧的物资点旁边的帐篷里二号入口' },
  make,
} as const satisfies Partial<MessageKind>;

export const callOutMessages: Templates = {
  /** Nobody sleeps through this one: they agreed to be called when something has happened. */
  call_out_real: {
    ...common,
    name: '召集志愿者：真实情况',
    urgency: 'urgent',
    topic: null,
    sms: '真实情况，不是演练：需要你来帮忙，到{place}集合。能不能来，请登录本站在“我的”里的“召集”回答。来的路上先顾自己安全。',
    title: '真实情况：需要你来帮忙',
  },
  call_out_drill: {
    ...common,
    name: '召集志愿者：演练',
    urgency: 'calm',
    topic: 'organisation',
    sms: '演练，不是真的险情：练习召集志愿者，到{place}集合。能不能来，请登录本站在“我的”里的“召集”回答。',
    title: '演练：练习召集志愿者',
  },
};
