import { and, count, desc, eq, gt, gte, isNotNull, isNull, lt, lte, min, sql } from 'drizzle-orm';
import { CHANNELS, type ChannelName } from '../../lib/channels/channel.ts';
import type { CommandContext } from '../../lib/context.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { addDays, addMinutes, instantOf } from '../../lib/time.ts';
import { maskPhone } from '../accounts/policy.ts';
import { openPersonKey, personPhone } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import {
  channelWords,
  maskMail,
  STATES,
  stateWords,
  textFor,
  WAITING_ALARM_MINUTES,
} from './policy.ts';
import type { MadeMessage, MessageKind, MessageValues, Recipient, Templates } from './schema.ts';
import {
  contactRemovals,
  mailAddresses,
  messageChoices,
  outboxMessages,
  pushSubscriptions,
  type MailAddress,
  type MainChannel,
  type OutboxMessage,
  type PushSubscriptionRow,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** Beside a kind's own values, once the message has left for the first time: its recipient masked, for staff. */
export const MASKED = '_to';
/** … and the push subscription that a copy is for. */
export const SUBSCRIPTION = '_subscription';

export async function openMessageValues(
  ctx: Pick<CommandContext, 'keys'>,
  message: OutboxMessage,
): Promise<MessageValues> {
  const { id, contentCipher, keyVersion } = message;
  const text = await ctx.keys.unseal(`outbox:${id}`, contentCipher, keyVersion);
  return JSON.parse(text) as MessageValues;
}

/** The newest messages, for the development inbox. */
export async function latestMessages(ctx: CommandContext, limit: number): Promise<OutboxMessage[]> {
  return ctx.db.select().from(outboxMessages).orderBy(desc(outboxMessages.id)).limit(limit);
}

const isOpen = and(
  isNull(outboxMessages.deliveredAt),
  isNull(outboxMessages.deadAt),
  isNull(outboxMessages.droppedAt),
);

/** Neither sent, nor given up, nor dropped. */
export const isWaiting = isOpen;

/** Where a message to this recipient goes on a channel; undefined when the address or device has gone. */
export async function targetOf(
  ctx: CommandContext,
  to: Recipient,
  channel: ChannelName,
  values: MessageValues,
): Promise<string | undefined> {
  if ('phone' in to) return to.phone;
  if ('mail' in to) return to.mail;
  if (channel === 'sms') return personPhone(ctx, to.person);
  const dataKey = await openPersonKey(ctx, to.person);
  if (channel === 'mail') {
    const confirmed = await findConfirmedMail(ctx, to.person.id);
    return confirmed && dataKey.decrypt(`mail:${confirmed.id}`, confirmed.addressCipher);
  }
  const [row] = await ctx.db
    .select()
    .from(pushSubscriptions)
    .where(
      and(
        eq(pushSubscriptions.id, values[SUBSCRIPTION] ?? ''),
        eq(pushSubscriptions.personId, to.person.id),
      ),
    );
  return row && dataKey.decrypt(`push:${row.id}`, row.subscriptionCipher);
}

/** A recipient as staff may see it. */
export function maskTarget(channel: ChannelName, target: string): string {
  if (channel === 'sms') return maskPhone(target);
  if (channel === 'mail') return maskMail(target);
  return channel === 'push' ? '浏览器' : '微信';
}

export interface ShownMessage {
  channel: ChannelName;
  to: string;
  title: string;
  text: string;
}

/** A message as its recipient gets it, for the development inbox; undefined when its subject has gone. */
export async function showMessage(
  ctx: CommandContext,
  templates: Templates,
  signature: string,
  message: OutboxMessage,
): Promise<ShownMessage | undefined> {
  const kind: MessageKind | undefined = templates[message.template];
  const values = await openMessageValues(ctx, message);
  const made: MadeMessage | null = kind ? await kind.make(ctx, values, message.createdAt) : null;
  if (!kind || !made) return undefined;
  const channel = message.channel ?? ('mail' in made.to ? 'mail' : 'sms');
  const to = (await targetOf(ctx, made.to, channel, values)) ?? '';
  return {
    channel,
    to,
    title: kind.title,
    text: textFor(kind, channel, made.variables, signature),
  };
}

/** How a person can be reached, and what they chose for one topic. One request. */
export async function readContacts(
  { db }: Reads,
  personId: string,
  topic: string,
): Promise<{
  hasMail: boolean;
  pushIds: string[];
  choice: { main: MainChannel; push: boolean } | undefined;
}> {
  const [mails, subscriptions, [choice]] = await db.batch([
    confirmedMails({ db }, personId),
    db
      .select({ id: pushSubscriptions.id })
      .from(pushSubscriptions)
      .where(eq(pushSubscriptions.personId, personId)),
    db
      .select({ main: messageChoices.main, push: messageChoices.push })
      .from(messageChoices)
      .where(and(eq(messageChoices.personId, personId), eq(messageChoices.topic, topic))),
  ]);
  return { hasMail: mails.length > 0, pushIds: subscriptions.map(({ id }) => id), choice };
}

function confirmedMails({ db }: Reads, personId: string) {
  return db
    .select()
    .from(mailAddresses)
    .where(and(eq(mailAddresses.personId, personId), isNotNull(mailAddresses.confirmedAt)));
}

async function findConfirmedMail(ctx: Reads, personId: string): Promise<MailAddress | undefined> {
  const [found] = await confirmedMails(ctx, personId);
  return found;
}

/** An address that waits for its code. */
export async function findPendingMail(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
  id: string,
): Promise<MailAddress | undefined> {
  const [found] = await db
    .select()
    .from(mailAddresses)
    .where(
      and(
        eq(mailAddresses.id, id),
        eq(mailAddresses.personId, personId),
        isNull(mailAddresses.confirmedAt),
        gt(mailAddresses.expiresAt, now),
      ),
    );
  return found;
}

export async function findMail({ db }: Reads, id: string): Promise<MailAddress | undefined> {
  const [found] = await db.select().from(mailAddresses).where(eq(mailAddresses.id, id));
  return found;
}

export async function openMail(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  { id, addressCipher }: MailAddress,
): Promise<string> {
  return (await openPersonKey(ctx, person)).decrypt(`mail:${id}`, addressCipher);
}

export interface OwnContacts {
  mail: MailAddress | undefined;
  devices: PushSubscriptionRow[];
  choices: { topic: string; main: MainChannel; push: boolean }[];
}

/** All that a person has chosen about messages. One request. */
export async function readOwnContacts({ db }: Reads, personId: string): Promise<OwnContacts> {
  const [[mail], devices, choices] = await db.batch([
    confirmedMails({ db }, personId),
    db
      .select()
      .from(pushSubscriptions)
      .where(eq(pushSubscriptions.personId, personId))
      .orderBy(desc(pushSubscriptions.id)),
    db
      .select({
        topic: messageChoices.topic,
        main: messageChoices.main,
        push: messageChoices.push,
      })
      .from(messageChoices)
      .where(eq(messageChoices.personId, personId)),
  ]);
  return { mail, devices, choices };
}

const ofState = {
  dead: isNotNull(outboxMessages.deadAt),
  waiting: isOpen,
  delivered: isNotNull(outboxMessages.deliveredAt),
  dropped: isNotNull(outboxMessages.droppedAt),
} as const;

/** What the list of messages can be asked for. @param kinds their names by template. */
export function messageList(kinds: readonly { value: string; label: string }[]): ListDefinition {
  return {
    path: '/staff/messages',
    filters: [
      {
        kind: 'choice',
        name: 'state',
        label: '状态',
        options: STATES.map((value) => ({ value, label: stateWords[value] })),
      },
      {
        kind: 'choice',
        name: 'kind',
        label: '种类',
        options: [{ value: '', label: '全部' }, ...kinds],
      },
      {
        kind: 'choice',
        name: 'channel',
        label: '怎么发',
        options: [
          { value: '', label: '全部' },
          ...CHANNELS.map((value) => ({ value, label: channelWords[value] })),
        ],
      },
      { kind: 'date', name: 'date', label: '哪一天排队' },
    ],
    orders: [],
  };
}

/** The newest first, with their count. */
export async function listMessages(
  { db }: Reads,
  { values, after }: ListAsked,
): Promise<{ rows: OutboxMessage[]; count: number }> {
  const state = STATES.find((one) => one === values['state']) ?? 'dead';
  const channel = CHANNELS.find((one) => one === values['channel']);
  const { kind, date } = values;
  const wanted = and(
    ofState[state],
    kind ? eq(outboxMessages.template, kind) : undefined,
    channel ? eq(outboxMessages.channel, channel) : undefined,
    date ? gte(outboxMessages.createdAt, instantOf(date)) : undefined,
    date ? lt(outboxMessages.createdAt, instantOf(addDays(date, 1))) : undefined,
  );
  const [rows, [counted]] = await db.batch([
    db
      .select()
      .from(outboxMessages)
      .where(and(wanted, after ? lt(outboxMessages.id, after) : undefined))
      .orderBy(desc(outboxMessages.id))
      .limit(ROWS_SHOWN),
    boundedCount(db, db.select({ id: outboxMessages.id }).from(outboxMessages).where(wanted)),
  ]);
  return { rows, count: counted?.count ?? 0 };
}

export async function findMessage({ db }: Reads, id: string): Promise<OutboxMessage | undefined> {
  const [found] = await db.select().from(outboxMessages).where(eq(outboxMessages.id, id));
  return found;
}

/** The dead letters of a kind, oldest first. */
export async function deadOfKind(
  { db }: Reads,
  template: string,
  limit: number,
): Promise<OutboxMessage[]> {
  return db
    .select()
    .from(outboxMessages)
    .where(and(ofState.dead, eq(outboxMessages.template, template)))
    .orderBy(outboxMessages.id)
    .limit(limit);
}

export interface QueueHealth {
  /** Dead letters by kind. */
  dead: { template: string; howMany: number }[];
  /** Dead letters of the last minutes, which the log tells of. */
  newlyDead: number;
  due: number;
  /** Since when the longest waiting of those that are due has been due. */
  oldestDue: Date | null;
}

/** How the queue stands. One request. */
export async function readQueueHealth({
  db,
  now,
}: Pick<CommandContext, 'db' | 'now'>): Promise<QueueHealth> {
  const recently = addMinutes(now, -WAITING_ALARM_MINUTES);
  const [dead, [waiting]] = await db.batch([
    db
      .select({
        template: outboxMessages.template,
        howMany: count(),
        newly: count(sql`CASE WHEN ${gt(outboxMessages.deadAt, recently)} THEN 1 END`),
      })
      .from(outboxMessages)
      .where(ofState.dead)
      .groupBy(outboxMessages.template),
    db
      .select({ due: count(), oldestDue: min(outboxMessages.notBefore) })
      .from(outboxMessages)
      .where(and(isOpen, lte(outboxMessages.notBefore, now))),
  ]);
  return {
    dead: dead.map(({ template, howMany }) => ({ template, howMany })),
    newlyDead: dead.reduce((sum, { newly }) => sum + newly, 0),
    due: waiting?.due ?? 0,
    oldestDue: waiting?.oldestDue ?? null,
  };
}

/** A person’s mail addresses, the newest first. A query. */
export function ownMails({ db }: Reads, personId: string) {
  return db
    .select()
    .from(mailAddresses)
    .where(eq(mailAddresses.personId, personId))
    .orderBy(desc(mailAddresses.id));
}

/** Devices to which a person has messages sent, the newest first. A query. */
export function ownDevices({ db }: Reads, personId: string) {
  return db
    .select({ label: pushSubscriptions.label, registeredAt: pushSubscriptions.createdAt })
    .from(pushSubscriptions)
    .where(eq(pushSubscriptions.personId, personId))
    .orderBy(desc(pushSubscriptions.id));
}

/** How a person wants to hear of what. A query. */
export function ownChoices({ db }: Reads, personId: string) {
  return db
    .select({ topic: messageChoices.topic, main: messageChoices.main, push: messageChoices.push })
    .from(messageChoices)
    .where(eq(messageChoices.personId, personId));
}

/** When a person took an address or a device away, the newest first. A query. */
export function ownRemovals({ db }: Reads, personId: string) {
  return db
    .select({ kind: contactRemovals.kind, removedAt: contactRemovals.removedAt })
    .from(contactRemovals)
    .where(eq(contactRemovals.personId, personId))
    .orderBy(desc(contactRemovals.id));
}
