import { z } from 'zod';
import type { CommandContext } from '../../lib/context.ts';
import { lineField } from '../../lib/fields.ts';
import type { Person } from '../accounts/table.ts';

/** What a message is made from: the fewest values from which its words can be found at delivery. */
export type MessageValues = Readonly<Record<string, string>>;

/** Who may be told. A number or an address without an account has no choices to follow. */
export type Recipient = { person: Person } | { phone: string } | { mail: string };

/** What people choose about: whether and how they hear of it. */
export type Topic = 'visit' | 'reminder' | 'organisation';

/** `same_day`: urgent when what it is about happens today. All others wait for the end of the quiet hours. */
export type Urgency = 'urgent' | 'same_day' | 'calm';

/** A message as it stands at the moment of its delivery. */
export interface MadeMessage {
  to: Recipient;
  /** A value for every variable of the kind's texts. */
  variables: Readonly<Record<string, string>>;
  /** Whose staff say it to somebody without a mobile number. */
  hall?: string;
  happensAt?: Date;
  /** It is not said before. */
  dueAt?: Date;
  /** From then on it is dropped. */
  expiresAt?: Date;
}

/** Everything about one kind of message: its words are data, so that providers can approve them and tests can walk them. */
export interface MessageKind {
  /** What staff call it. */
  name: string;
  urgency: Urgency;
  /** null: necessary. It goes by SMS whatever somebody has chosen, or by mail where it is addressed to one. */
  topic: Topic | null;
  /** Without the signature, variables in braces; null for what only ever goes by mail. */
  sms: string | null;
  /** How many SMS it may cost. */
  smsParts: 1 | 2;
  /** The subject of a mail, the headline of a push message. */
  title: string;
  /** What staff of the hall say to somebody without a mobile number; left out where nobody has to call. */
  call?: string;
  /** Where a mail says more than the SMS. */
  mail?: string;
  /** The page of this site that it is about. */
  path: string;
  /** The longest plausible value of each variable. */
  longest: Readonly<Record<string, string>>;
  /** Finds the words' values when the message leaves; null when its subject has gone in the meantime. */
  make: (ctx: CommandContext, values: MessageValues, queuedAt: Date) => Promise<MadeMessage | null>;
}

export type Templates = Readonly<Record<string, MessageKind>>;

/** The longest that mail servers take (RFC 5321, 4.5.3.1.3). */
const ADDRESS_MAX = 254;

const mailField = lineField({
  missing: '请填写邮箱',
  max: [ADDRESS_MAX, '邮箱太长了，请检查一下'],
  // Narrower than the standard: what people have. Nothing in it can end a line or name a second address.
  pattern: [
    /^[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$/,
    '邮箱的样子不对，应该像name@example.cn',
  ],
});

export const mailInput = z.object({ address: mailField });

export const mailCodeInput = z.object({
  mailAddressId: z.uuid({ error: '这一步的链接不完整，请重新填邮箱' }),
  code: lineField({
    missing: '请填写邮件里的6位数字',
    max: [20, '验证码是6位数字'],
    pattern: [/^\d{6}$/, '验证码是6位数字'],
  }),
});

/**
 * Push services of the browsers that exist. A subscription's address is what the site will call: no other host is
 * taken, or anybody could have it call anything.
 */
const PUSH_HOSTS =
  /^(fcm\.googleapis\.com|updates\.push\.services\.mozilla\.com|([\w-]+\.)?web\.push\.apple\.com|[\w-]+\.notify\.windows\.com)$/;

const isPushEndpoint = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, port, username } = new URL(address);
  return protocol === 'https:' && port === '' && username === '' && PUSH_HOSTS.test(hostname);
};

const pushProblem = '浏览器给的推送地址用不了。请换一个浏览器，或者只用短信和邮件';
const keyField = (bytes: number) =>
  z.string().regex(new RegExp(`^[\\w-]{${Math.ceil((bytes * 4) / 3)}}=*$`), { error: pushProblem });

export const pushInput = z.object({
  subscription: z
    .string({ error: pushProblem })
    .max(2000, { error: pushProblem })
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: pushProblem });
        return z.NEVER;
      }
    })
    .pipe(
      z.object(
        {
          endpoint: z.string().max(1000).refine(isPushEndpoint, { error: pushProblem }),
          // An uncompressed point of 65 bytes, a secret of 16.
          keys: z.object({ p256dh: keyField(65), auth: keyField(16) }, { error: pushProblem }),
        },
        { error: pushProblem },
      ),
    ),
});

const topicChoice = z.enum(['sms', 'mail', 'none'], { error: '请选一种' });
const checkbox = z.preprocess((value) => value === '1', z.boolean());

/** One choice a topic, as the fields of the form. */
export const choicesInput = z.object({
  visit: topicChoice,
  visitPush: checkbox,
  reminder: topicChoice,
  reminderPush: checkbox,
  organisation: topicChoice,
  organisationPush: checkbox,
});

export const contactInput = z.object({ contactId: z.uuid({ error: '没有找到这一项' }) });

export const resendInput = z.object({ messageId: z.uuid({ error: '没有这条消息' }) });

export const resendKindInput = z.object({
  template: z.string({ error: '没有这一类' }).regex(/^[a-z_]{1,60}$/, { error: '没有这一类' }),
});
