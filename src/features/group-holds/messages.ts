import type { CommandContext } from '../../lib/context.ts';
import { formatDay } from '../../lib/time.ts';
import { findGroupToTell } from '../groups/queries.ts';
import { shortened } from '../notifications/policy.ts';
import type { MadeMessage, MessageValues, Templates } from '../notifications/schema.ts';
import { holdWords } from './policy.ts';
import { findLapse, findLiving } from './queries.ts';

const longest = {
  name: '示例某某市某某区实验小…',
  day: '12月31日周六',
  until: '12月31日周六12:00',
};

/** To whoever has not answered, for as long as it would still help. */
const stillOpen =
  (state: 'asked' | 'countered') =>
  async (
    ctx: CommandContext,
    { requestId = '', personId = '' }: MessageValues,
  ): Promise<MadeMessage | null> => {
    const found = await findGroupToTell(ctx, requestId);
    const person = await findLiving(ctx, personId);
    if (!found || !person || found.request.state !== state) return null;
    const { request, firstAt } = found;
    return {
      to: { person },
      variables: {
        name: shortened(request.groupName),
        day: formatDay(new Date(firstAt)),
        until: holdWords(request),
      },
      expiresAt: request.heldUntil,
    };
  };

export const groupHoldMessages: Templates = {
  group_answer_due: {
    name: '团体申请快到期限',
    urgency: 'calm',
    // A duty of the manager's, whatever they have chosen to hear of.
    topic: null,
    sms: '{name}{day}来的申请还没答复，{until}前不答复，名额放开。',
    smsParts: 1,
    title: '团体申请快到期限',
    path: '/staff',
    longest,
    make: stillOpen('asked'),
  },
  group_offer_ends: {
    name: '场馆提议的时间快到期',
    urgency: 'calm',
    topic: 'visit',
    sms: '{name}：场馆提议的{day}还没答复，名额留到{until}，请登录。',
    smsParts: 1,
    title: '场馆提议的时间快到期',
    path: '/me',
    longest,
    make: stillOpen('countered'),
  },
  group_lapsed: {
    name: '团体申请过期了',
    urgency: 'calm',
    topic: 'visit',
    sms: '{name}{day}的申请过期了：{why}，名额已放开，可换天再申请。',
    smsParts: 1,
    title: '团体申请过期了',
    path: '/me',
    longest: { ...longest, why: '场馆没按时答复' },
    make: async (ctx, { requestId = '' }) => {
      const found = await findGroupToTell(ctx, requestId);
      const lapse = await findLapse(ctx, requestId);
      if (!found || !lapse) return null;
      return {
        to: { person: found.person },
        variables: {
          name: shortened(found.request.groupName),
          day: formatDay(new Date(found.firstAt)),
          why: lapse.lapsedFrom === 'asked' ? '场馆没按时答复' : '你没按时答复',
        },
      };
    },
  },
};
