import type { ChannelName } from '../../lib/channels/channel.ts';
import type { Refusals } from '../../lib/errors.ts';
import { addDays, addMinutes, calendarDate, instantOf, type QuietHours } from '../../lib/time.ts';
import type { MessageKind, Topic, Urgency } from './schema.ts';
import type { MainChannel, OutboxMessage } from './table.ts';

/** One sweep's share: each message costs up to six subrequests, and a Worker has a bounded number of them. */
export const DELIVERY_BATCH_MAX = 20;

/** Long enough for a whole batch at a slow provider; after it another sweep may take the messages over. */
export const LEASE_MINUTES = 5;

/** As long as the code records beside them; then nobody needs to know what was sent. */
export const MESSAGES_KEPT_DAYS = 2;

/** A dead letter of Friday evening can still be looked at, and sent again, after a long holiday's first working day. */
export const DEAD_KEPT_DAYS = 10;

/** The alarm: what has been due for longer than this should have left. */
export const WAITING_ALARM_MINUTES = 5;

const TRIES_MAX = 8;

/** When a failed message is tried again: after 1, 2, 4 … minutes; null once it has used up its tries (about two hours). */
export function nextTry(now: Date, tries: number): Date | null {
  return tries >= TRIES_MAX ? null : addMinutes(now, 2 ** (tries - 1));
}

/** When the quiet hours that this instant lies in are over; undefined outside them. From the first minute to before the last. */
export function quietUntil(at: Date, quiet: QuietHours | null): Date | undefined {
  if (!quiet || quiet.fromMinute === quiet.toMinute) return undefined;
  const date = calendarDate(at);
  const minute = (at.getTime() - instantOf(date).getTime()) / 60_000;
  const { fromMinute, toMinute } = quiet;
  if (fromMinute < toMinute) {
    return minute >= fromMinute && minute < toMinute ? instantOf(date, toMinute) : undefined;
  }
  if (minute < toMinute) return instantOf(date, toMinute);
  return minute >= fromMinute ? instantOf(addDays(date, 1), toMinute) : undefined;
}

/** What is about today cannot wait for the morning. */
export function isUrgent(urgency: Urgency, happensAt: Date | undefined, now: Date): boolean {
  if (urgency !== 'same_day') return urgency === 'urgent';
  return happensAt !== undefined && calendarDate(happensAt) === calendarDate(now);
}

export interface Moment {
  urgency: Urgency;
  /** What it is about happens then. */
  happensAt?: Date | undefined;
  /** It is not said before. */
  dueAt?: Date | undefined;
  /** From then on it would only puzzle whoever gets it. */
  expiresAt?: Date | undefined;
}

export type Departure =
  { move: 'send' } | { move: 'wait'; until: Date } | { move: 'drop'; reason: DropReason };

export type DropReason =
  'expired' | 'subject gone' | 'switched off' | 'address gone' | 'no call needed';

/** Whether a message leaves now, later, or never. A message that could only leave too late is dropped at once. */
export function departure(moment: Moment, now: Date, quiet: QuietHours | null): Departure {
  const { urgency, happensAt, dueAt, expiresAt } = moment;
  const earliest = dueAt && dueAt > now ? dueAt : now;
  const until = isUrgent(urgency, happensAt, earliest)
    ? earliest
    : (quietUntil(earliest, quiet) ?? earliest);
  if (expiresAt && until >= expiresAt) return { move: 'drop', reason: 'expired' };
  return until > now ? { move: 'wait', until } : { move: 'send' };
}

/** How somebody can be reached besides by telephone. */
export interface Contacts {
  hasMail: boolean;
  pushIds: readonly string[];
  choice: { main: MainChannel; push: boolean } | undefined;
}

/**
 * How a message to a person goes; undefined when they have switched its topic off. What is necessary always goes by
 * SMS, and push only ever comes on top.
 */
export function routeFor(
  topic: Topic | null,
  { hasMail, pushIds, choice = { main: 'sms', push: false } }: Contacts,
): { main: Exclude<ChannelName, 'push' | 'wechat'>; pushIds: readonly string[] } | undefined {
  if (topic === null) return { main: 'sms', pushIds: [] };
  if (choice.main === 'none') return undefined;
  const main = choice.main === 'mail' && hasMail ? 'mail' : 'sms';
  return { main, pushIds: choice.push ? pushIds : [] };
}

/** What a text leaves open, in the order in which it names it: `预约码{code}` → `code`. */
export function variablesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/\{(\w+)\}/g), ([, name = '']) => name))];
}

/** @throws Error naming a variable that has no value: half a sentence is not sent. */
export function fill(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`no value for ${name}`);
    return value;
  });
}

/** The signature stands in front of every SMS and counts. */
export function smsText(signature: string, text: string): string {
  return `【${signature}】${text}`;
}

/** A single SMS holds 70 signs; a longer text is cut into parts of 67, each paid for. */
const SMS_MAX = 70;
const SMS_PART_MAX = 67;

/** How many SMS a text costs. Carriers count UTF-16 units, so that an emoji is two. */
export function smsParts(text: string): number {
  return text.length <= SMS_MAX ? 1 : Math.ceil(text.length / SMS_PART_MAX);
}

/** Alibaba Cloud takes no longer value for a variable of a notice. */
export const SMS_VARIABLE_MAX = 35;

/** Twelve signs name an office, and are what Tencent Cloud's error 1036 allows some accounts. */
const SHORT_MAX = 12;

/** A name as an SMS has room for it. */
export function shortened(text: string): string {
  const signs = Array.from(text);
  return signs.length <= SHORT_MAX ? text : `${signs.slice(0, SHORT_MAX - 1).join('')}…`;
}

/** The text of a message on a channel. */
export function textFor(
  kind: Pick<MessageKind, 'sms' | 'mail'>,
  channel: ChannelName,
  variables: Readonly<Record<string, string>>,
  signature: string,
): string {
  const text = (channel === 'mail' ? (kind.mail ?? kind.sms) : (kind.sms ?? kind.mail)) ?? '';
  const filled = fill(text, variables);
  return channel === 'sms' ? smsText(signature, filled) : filled;
}

/** `w****@example.cn`: enough to recognise one's own address. */
export function maskMail(address: string): string {
  const [name = '', domain = ''] = address.split('@');
  return `${name.slice(0, 1)}****@${domain}`;
}

export const STATES = ['dead', 'waiting', 'delivered', 'dropped'] as const;
export type MessageState = (typeof STATES)[number];

export const stateWords: Readonly<Record<MessageState, string>> = {
  dead: '发不出去',
  waiting: '等待发出',
  delivered: '已发出',
  dropped: '不用发了',
};

export function stateOf(
  message: Pick<OutboxMessage, 'deadAt' | 'deliveredAt' | 'droppedAt'>,
): MessageState {
  if (message.deadAt) return 'dead';
  if (message.deliveredAt) return 'delivered';
  return message.droppedAt ? 'dropped' : 'waiting';
}

export const channelWords: Readonly<Record<ChannelName, string>> = {
  sms: '短信',
  mail: '邮件',
  push: '浏览器推送',
  wechat: '微信服务号',
};

export const dropWords: Readonly<Record<DropReason, string>> = {
  expired: '过了时候，不再发',
  'subject gone': '要说的事已经没有了',
  'switched off': '收件人不收这一类',
  'address gone': '地址或设备已经删除',
  'no call needed': '固定电话，这一类不用打电话说',
};

/** What people choose about, in the order of their page. */
export const topicWords: Readonly<Record<Topic, { name: string; about: string }>> = {
  visit: { name: '预约的变化', about: '预约成功、改期、取消' },
  reminder: { name: '参观提醒', about: '参观前一天傍晚' },
  organisation: { name: '单位核验', about: '你登记的单位有了结果' },
};

/** A mail may stand in a queue for a while. */
export const MAIL_CODE_VALID_MINUTES = 30;

const notYours = { code: 'not_found', message: '没有找到这一项。' } as const;
const erased = {
  code: 'not_signed_in',
  message: '这个账户已经删除了。请重新登录。',
} as const;

export const resendRefusals: Refusals = {
  message_not_yours: notYours,
  message_unknown: notYours,
  message_not_dead: {
    code: 'conflict',
    message: '这条消息已经有人重发了，或者已经发出。请回到列表看看。',
  },
};

export const mailRefusals: Refusals = {
  person_erased: erased,
  mail_just_sent: {
    code: 'too_many',
    field: 'address',
    message: '验证码刚刚发过。请等1分钟，看看邮箱再试。',
    retryAfterSeconds: 60,
  },
  mails_used_up: {
    code: 'too_many',
    field: 'address',
    message: '今天已经发了5次邮箱验证码。请明天再试。',
    retryAfterSeconds: 86_400,
  },
};

export const mailAttemptRefusals: Refusals = {
  mail_unknown: { code: 'invalid', field: 'code', message: '这个验证码找不到了。请重新填邮箱。' },
  mail_already_confirmed: { code: 'conflict', message: '这个邮箱已经核对过了。' },
  mail_code_expired: {
    code: 'invalid',
    field: 'code',
    message: `验证码过了${MAIL_CODE_VALID_MINUTES}分钟就失效。请重新填邮箱。`,
  },
  mail_tries_used_up: {
    code: 'too_many',
    field: 'code',
    message: '验证码填错了5次，已经作废。请重新填邮箱。',
    retryAfterSeconds: 60,
  },
};

export const pushRefusals: Refusals = {
  person_erased: erased,
  push_subscriptions_used_up: {
    code: 'conflict',
    message: '最多登记5个浏览器。请先删除一个。',
  },
  'unique:push_subscriptions.endpoint_hash': {
    code: 'conflict',
    reason: 'push_already_subscribed',
    message: '这个浏览器已经登记过了。',
  },
};

export const choiceRefusals: Refusals = {
  person_erased: erased,
  mail_not_confirmed: {
    code: 'invalid',
    message: '还没有核对过的邮箱。请先登记邮箱，或者选短信。',
  },
  message_choices_push_alone: {
    code: 'invalid',
    message: '推送可能收不到，不能只选推送。请再选短信或邮件。',
  },
};

export const removalRefusals: Refusals = {
  mail_unknown: { code: 'conflict', message: '这个邮箱已经删除了。' },
  push_unknown: { code: 'conflict', message: '这个浏览器已经删除了。' },
};
