import type { CommandContext } from '../../lib/context.ts';
import { formatDay, formatTime } from '../../lib/time.ts';
import type {
  MadeMessage,
  MessageKind,
  MessageValues,
  Templates,
} from '../notifications/schema.ts';
import { findGroupToTell } from './queries.ts';

const longest = {
  name: '示例某某市某某区实验小学',
  day: '12月31日周六',
  classes: '20',
  due: '12月31日周六',
  until: '12月31日周六12:00',
};

/** A name longer than a line would push the rest out of the SMS. */
const NAME_CHARACTERS = 12;

async function aboutGroup(
  ctx: CommandContext,
  { requestId = '' }: MessageValues,
): Promise<MadeMessage | null> {
  const found = await findGroupToTell(ctx, requestId);
  if (!found) return null;
  const { request, person, firstAt, classes } = found;
  return {
    to: { person },
    variables: {
      name: Array.from(request.groupName).slice(0, NAME_CHARACTERS).join(''),
      day: formatDay(new Date(firstAt)),
      classes: String(classes),
      due: formatDay(request.answerDueAt),
      until: `${formatDay(request.heldUntil)}${formatTime(request.heldUntil)}`,
    },
  };
}

const kind = (name: string, sms: string): MessageKind => ({
  name,
  urgency: 'calm',
  topic: 'visit',
  sms,
  smsParts: 1,
  title: name,
  path: '/me',
  longest,
  make: aboutGroup,
});

export const groupMessages: Templates = {
  group_asked: kind(
    '团体申请收到了',
    '收到{name}的团体申请：{day}起，{classes}个班，名额已留。场馆{due}前答复。',
  ),
  group_approved: kind(
    '团体申请通过了',
    '{name}的团体申请通过了：{day}起，{classes}个班。请登录看各班入场码。',
  ),
  group_refused: kind(
    '团体申请没有通过',
    '{name}的团体申请没有通过：{day}起，{classes}个班。请登录看原因。',
  ),
  group_countered: kind(
    '场馆提议改时间',
    '场馆给{name}提议{day}起，{classes}个班，留到{until}，请登录答复。',
  ),
  group_withdrawn: kind(
    '团体申请撤回了',
    '{name}的团体申请已撤回：{day}起，{classes}个班，名额已放出。',
  ),
};
