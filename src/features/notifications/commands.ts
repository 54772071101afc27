import { and, asc, eq, inArray, isNull, lt, lte, or } from 'drizzle-orm';
import { DeliveryError, type ChannelName, type Channels } from '../../lib/channels/channel.ts';
import { PUSH_GONE } from '../../lib/channels/web-push.ts';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { refusalFor } from '../../lib/db/constraint.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, newSignInCode, toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { addMinutes, DAY_MS, type QuietHours } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { newCall } from '../calls/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import {
  choiceRefusals,
  DEAD_KEPT_DAYS,
  DELIVERY_BATCH_MAX,
  departure,
  fill,
  LEASE_MINUTES,
  MAIL_CODE_VALID_MINUTES,
  mailAttemptRefusals,
  mailRefusals,
  MESSAGES_KEPT_DAYS,
  nextTry,
  pushRefusals,
  removalRefusals,
  resendRefusals,
  routeFor,
  textFor,
  topicWords,
  variablesIn,
  type DropReason,
} from './policy.ts';
import {
  deadOfKind,
  isWaiting,
  MASKED,
  maskTarget,
  openMessageValues,
  readContacts,
  SUBSCRIPTION,
  targetOf,
} from './queries.ts';
import {
  choicesInput,
  contactInput,
  mailCodeInput,
  mailInput,
  pushInput,
  resendInput,
  resendKindInput,
  type MadeMessage,
  type MessageKind,
  type MessageValues,
  type Templates,
  type Topic,
} from './schema.ts';
import { queueMessage } from './statements.ts';
import {
  contactRemovals,
  mailAddresses,
  mailAttempts,
  mailConfirmations,
  messageChoices,
  messageResends,
  outboxMessages,
  pushSubscriptions,
  type OutboxMessage,
} from './table.ts';

/** What a delivery works with: resolved once from the settings, handed in. */
export interface Post {
  channels: Channels;
  templates: Templates;
  /** What stands in 【】 before an SMS. */
  signature: string;
  quiet: QuietHours | null;
}

/**
 * Delivers what is due, oldest first. Messages are leased in one statement, so that two sweeps at the same
 * moment never share one; a sweep that dies leaves a lease that runs out. A message may therefore be sent
 * twice, with the same idempotency key, and is never lost.
 * @returns how many were delivered.
 */
export async function deliverDue(ctx: CommandContext, post: Post): Promise<number> {
  const leased = await leaseDue(ctx);
  let delivered = 0;
  for (const message of leased) {
    const outcome = await deliver(ctx, message, post);
    await ctx.db.update(outboxMessages).set(outcome).where(stillMine(message));
    if (outcome.deliveredAt) delivered += 1;
  }
  return delivered;
}

/** A sweep that was overtaken writes nothing over what the other one found. */
function stillMine({ id, leasedUntil }: OutboxMessage) {
  return and(
    eq(outboxMessages.id, id),
    eq(outboxMessages.leasedUntil, leasedUntil),
    isNull(outboxMessages.deliveredAt),
  );
}

/** Deletes what was delivered or dropped two days ago: a queue is no archive of who was told what. @returns how many. */
export async function purgeMessages({ db, now }: CommandContext): Promise<number> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const gone = await db
    .delete(outboxMessages)
    .where(
      or(
        lt(outboxMessages.deliveredAt, before(MESSAGES_KEPT_DAYS)),
        lt(outboxMessages.droppedAt, before(MESSAGES_KEPT_DAYS)),
        lt(outboxMessages.deadAt, before(DEAD_KEPT_DAYS)),
      ),
    );
  return gone.rowsAffected;
}

/** Deletes addresses that nobody confirmed, once the limits that count them have run out. @returns how many. */
export async function purgeMailAddresses({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - MESSAGES_KEPT_DAYS * DAY_MS);
  const gone = await db
    .delete(mailAddresses)
    .where(and(isNull(mailAddresses.confirmedAt), lt(mailAddresses.createdAt, before)));
  return gone.rowsAffected;
}

async function leaseDue({ db, now }: CommandContext): Promise<OutboxMessage[]> {
  const due = db
    .select({ id: outboxMessages.id })
    .from(outboxMessages)
    .where(and(isWaiting, lte(outboxMessages.notBefore, now), lte(outboxMessages.leasedUntil, now)))
    .orderBy(asc(outboxMessages.notBefore))
    .limit(DELIVERY_BATCH_MAX);
  const leased = await db
    .update(outboxMessages)
    .set({ leasedUntil: addMinutes(now, LEASE_MINUTES) })
    .where(inArray(outboxMessages.id, due))
    .returning();
  return leased.toSorted((a, b) => a.notBefore.getTime() - b.notBefore.getTime());
}

type Outcome = Partial<
  Pick<
    OutboxMessage,
    'deliveredAt' | 'deadAt' | 'droppedAt' | 'notBefore' | 'tries' | 'lastError' | 'leasedUntil'
  >
>;

const RELEASED = { leasedUntil: new Date(0) } as const;

async function deliver(ctx: CommandContext, message: OutboxMessage, post: Post): Promise<Outcome> {
  const tries = message.tries + 1;
  const drop = (lastError: DropReason): Outcome => ({ droppedAt: ctx.now, lastError });
  try {
    const kind = post.templates[message.template];
    if (!kind) throw new DeliveryError(`unknown kind ${message.template}`, { permanent: true });
    const values = await openMessageValues(ctx, message);
    const made = await kind.make(ctx, values, message.createdAt);
    if (!made) return drop('subject gone');
    const next = departure({ ...made, urgency: kind.urgency }, ctx.now, post.quiet);
    if (next.move === 'drop') return drop(next.reason);
    if (next.move === 'wait') return { ...RELEASED, notBefore: next.until };
    if ('person' in made.to && made.to.person.landline) {
      return await listed(ctx, message, kind, made, made.to.person);
    }
    const addressed = await address(ctx, message, kind, values, made);
    if (typeof addressed === 'string') return drop(addressed);
    await send(ctx, message, post, kind, made, addressed);
    return { tries, deliveredAt: ctx.now, lastError: null };
  } catch (error) {
    return failed(ctx.now, tries, error);
  }
}

/** What goes to no mobile number is said by the hall's staff, where it has to be said at all. */
async function listed(
  ctx: CommandContext,
  { idempotencyKey, tries }: OutboxMessage,
  { call }: MessageKind,
  { hall, variables, expiresAt }: MadeMessage,
  person: Person,
): Promise<Outcome> {
  if (call === undefined || hall === undefined) {
    return { droppedAt: ctx.now, lastError: 'no call needed' satisfies DropReason };
  }
  const words = fill(call, variables);
  const row = await newCall(ctx, person, {
    ...{ messageKey: idempotencyKey, hallSlug: hall, words, expiresAt },
  });
  await writeAtomically(ctx.db, [row], {});
  return { tries: tries + 1, deliveredAt: ctx.now, lastError: null };
}

function failed(now: Date, tries: number, error: unknown): Outcome {
  const lastError = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
  const isPermanent = error instanceof DeliveryError && error.permanent;
  const notBefore = isPermanent ? null : nextTry(now, tries);
  const released = { tries, lastError, ...RELEASED };
  return notBefore ? { ...released, notBefore } : { ...released, deadAt: now };
}

interface Addressed {
  channel: ChannelName;
  target: string;
  subscriptionId: string | undefined;
}

/** By which channel a message goes and where: decided at its first departure, kept for its repeats. */
async function address(
  ctx: CommandContext,
  message: OutboxMessage,
  kind: MessageKind,
  values: MessageValues,
  made: MadeMessage,
): Promise<Addressed | DropReason> {
  const subscriptionId = values[SUBSCRIPTION];
  if (message.channel) {
    const target = await targetOf(ctx, made.to, message.channel, values);
    return target ? { channel: message.channel, target, subscriptionId } : 'address gone';
  }
  const route = await routeOf(ctx, kind, made);
  if (!route) return 'switched off';
  const target = await targetOf(ctx, made.to, route.main, values);
  if (!target) return 'address gone';
  await keepRoute(ctx, message, values, { ...route, masked: maskTarget(route.main, target) });
  return { channel: route.main, target, subscriptionId };
}

async function routeOf(ctx: CommandContext, { topic }: MessageKind, { to }: MadeMessage) {
  if ('mail' in to) return { main: 'mail', pushIds: [] } as const;
  if ('phone' in to || topic === null) return { main: 'sms', pushIds: [] } as const;
  return routeFor(topic, await readContacts(ctx, to.person.id, topic));
}

/** Before anything is sent: a repeat goes the same way, and each push copy is a message of its own, queued once. */
async function keepRoute(
  ctx: CommandContext,
  message: OutboxMessage,
  values: MessageValues,
  { main, pushIds, masked }: { main: ChannelName; pushIds: readonly string[]; masked: string },
): Promise<void> {
  const { db, keys } = ctx;
  const seal = (id: string, more: MessageValues) =>
    keys.seal(`outbox:${id}`, JSON.stringify({ ...values, ...more }));
  const kept = {
    channel: main,
    contentCipher: await seal(message.id, { [MASKED]: masked }),
    keyVersion: keys.version,
  };
  const own = db.update(outboxMessages).set(kept).where(stillMine(message));
  const statements: Statement[] = [print(own)];
  for (const subscriptionId of pushIds) {
    const id = newId(ctx.now);
    const copy = db
      .insert(outboxMessages)
      .values({
        id,
        channel: 'push',
        template: message.template,
        contentCipher: await seal(id, { [SUBSCRIPTION]: subscriptionId, [MASKED]: '浏览器' }),
        keyVersion: keys.version,
        idempotencyKey: `${message.idempotencyKey}:push:${subscriptionId}`,
        createdAt: message.createdAt,
        notBefore: ctx.now,
      })
      .onConflictDoNothing();
    statements.push(print(copy));
  }
  await writeAtomically(db, statements, {});
}

async function send(
  ctx: CommandContext,
  message: OutboxMessage,
  { channels, signature }: Post,
  kind: MessageKind,
  { variables }: MadeMessage,
  { channel, target, subscriptionId }: Addressed,
): Promise<void> {
  try {
    await channels[channel].send({
      idempotencyKey: message.idempotencyKey,
      kind: message.template,
      to: target,
      title: kind.title,
      text: textFor(kind, channel, variables, signature),
      variables: taken(kind, channel, variables),
      path: kind.path,
      now: ctx.now,
    });
  } catch (error) {
    const isGone = error instanceof DeliveryError && error.message === PUSH_GONE;
    // The browser threw it away: nobody has to be asked.
    if (isGone && subscriptionId) {
      await ctx.db.delete(pushSubscriptions).where(eq(pushSubscriptions.id, subscriptionId));
    }
    throw error;
  }
}

/** A provider takes the values that its approved template names, in that order, and refuses any other. */
function taken(
  { sms }: MessageKind,
  channel: ChannelName,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (channel !== 'sms') return variables;
  return Object.fromEntries(variablesIn(sms ?? '').map((name) => [name, variables[name] ?? '']));
}

/** One act's share of dead letters; the rest is sent again by pressing once more. */
const RESENT_MAX = 100;

/**
 * Sends a dead letter again, with the key it had.
 * @throws DomainError `not_found` (unknown, or not yours), `conflict` (not dead any more), `unavailable`.
 */
export async function resendMessage(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ resent: number }> {
  requireManager(by);
  const { messageId } = parseInput(resendInput, input);
  return resend(ctx, by, key, 'resendMessage', { messageId }, [messageId]);
}

/**
 * Sends the dead letters of a kind again, the oldest hundred.
 * @returns how many: none when there are none.
 * @throws DomainError as `resendMessage`.
 */
export async function resendKind(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ resent: number }> {
  requireManager(by);
  const { template } = parseInput(resendKindInput, input);
  const dead = await deadOfKind(ctx, template, RESENT_MAX);
  const ids = dead.map(({ id }) => id);
  return resend(ctx, by, key, 'resendKind', { template }, ids);
}

function requireManager(by: Holder): void {
  if (can(by, { action: 'message.manage' })) return;
  throw new DomainError('not_found', 'message_not_yours', '没有找到这一项。');
}

async function resend(
  ctx: CommandContext,
  by: Holder,
  key: string,
  command: string,
  body: Record<string, string>,
  ids: readonly string[],
): Promise<{ resent: number }> {
  const rows = ids.map((messageId) =>
    ctx.db
      .insert(messageResends)
      .values({ id: newId(ctx.now), messageId, resentBy: by.id, resentAt: ctx.now }),
  );
  const entries = await Promise.all(
    ids.map((subjectId) =>
      auditEntry(ctx, {
        actor: { kind: 'person', id: by.id },
        action: 'message.resend',
        subjectKind: 'message',
        subjectId,
      }),
    ),
  );
  const request = { scope: by.id, key: parseKey(key), command, body };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [...rows, ...entries],
    answer: { resent: ids.length },
    refusals: resendRefusals,
  });
}

/**
 * Sends a code to an e-mail address, which is used for nothing until the code has come back.
 * @throws DomainError `invalid` (address), `too_many`, `unavailable`.
 */
export async function registerMail(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ mailAddressId: string }> {
  const { address: mail } = parseInput(mailInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  const dataKey = await openPersonKey(ctx, person);
  const row = db.insert(mailAddresses).values({
    id,
    personId: person.id,
    addressCipher: await dataKey.encrypt(`mail:${id}`, mail),
    codeCipher: await dataKey.encrypt(`mail-code:${id}`, newSignInCode()),
    createdAt: now,
    expiresAt: addMinutes(now, MAIL_CODE_VALID_MINUTES),
  });
  const message = await queueMessage(ctx, {
    template: 'mail_code',
    idempotencyKey: `mail-code:${id}`,
    values: { mailAddressId: id },
  });
  const body = { mail: toHex(await ctx.keys.hash('mail', mail)) };
  const request = { scope: person.id, key: parseKey(key), command: 'registerMail', body };
  return commitOnce(db, request, now, {
    statements: [row, message, await contactEntry(ctx, person, 'mail_address.create', id)],
    answer: { mailAddressId: id },
    refusals: mailRefusals,
  });
}

/**
 * Takes the code from the mail; from then on messages may go there. Every attempt is counted before it is looked at.
 * @throws DomainError `invalid` (code), `conflict` (confirmed before), `too_many`, `unavailable`.
 */
export async function confirmMail(
  ctx: CommandContext,
  person: Person,
  input: unknown,
): Promise<{ mailAddressId: string }> {
  const { mailAddressId, code } = parseInput(mailCodeInput, input);
  const { db, now } = ctx;
  const attempt = db
    .insert(mailAttempts)
    .values({ id: newId(now), mailAddressId, personId: person.id, attemptedAt: now });
  const sent = db.select().from(mailAddresses).where(eq(mailAddresses.id, mailAddressId));
  const [, [row]] = await db.batch([attempt, sent]).catch((error: unknown) => {
    throw refusalFor(error, mailAttemptRefusals);
  });
  const dataKey = await openPersonKey(ctx, person);
  const right = row && (await dataKey.decrypt(`mail-code:${mailAddressId}`, row.codeCipher));
  if (right !== code) {
    const message = '验证码不对。请对照邮件里的6位数字再填一次。';
    throw new DomainError('invalid', 'mail_code_wrong', message, {
      fields: [{ field: 'code', message }],
    });
  }
  const confirmation = db
    .insert(mailConfirmations)
    .values({ mailAddressId, personId: person.id, confirmedAt: now });
  const entry = await contactEntry(ctx, person, 'mail_address.confirm', mailAddressId);
  await writeAtomically(db, [confirmation, entry], mailAttemptRefusals);
  return { mailAddressId };
}

/**
 * Lets a browser receive push messages.
 * @param label what its owner tells it apart by, `Windows 上的 Edge`.
 * @throws DomainError `invalid` (no subscription, or not of a known push service), `conflict` (there, or five), `unavailable`.
 */
export async function subscribePush(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  label: string,
  key: string,
): Promise<{ subscriptionId: string }> {
  const { subscription } = parseInput(pushInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  const dataKey = await openPersonKey(ctx, person);
  const endpointHash = await sha256(subscription.endpoint);
  const row = db.insert(pushSubscriptions).values({
    id,
    personId: person.id,
    subscriptionCipher: await dataKey.encrypt(`push:${id}`, JSON.stringify(subscription)),
    endpointHash,
    label,
    createdAt: now,
  });
  const body = { endpoint: toHex(endpointHash) };
  const request = { scope: person.id, key: parseKey(key), command: 'subscribePush', body };
  return commitOnce(db, request, now, {
    statements: [row, await contactEntry(ctx, person, 'push_subscription.create', id)],
    answer: { subscriptionId: id },
    refusals: pushRefusals,
  });
}

/**
 * Gives up the e-mail address, or a browser: `contactId` is the one or the other.
 * @throws DomainError `conflict` (gone before), `unavailable`.
 */
export async function removeContact(
  ctx: CommandContext,
  person: Person,
  kind: 'mail' | 'push',
  input: unknown,
  key: string,
): Promise<{ contactId: string }> {
  const { contactId } = parseInput(contactInput, input);
  const row = ctx.db.insert(contactRemovals).values({
    id: newId(ctx.now),
    personId: person.id,
    kind,
    contactId,
    removedAt: ctx.now,
  });
  const action = kind === 'mail' ? 'mail_address.remove' : 'push_subscription.remove';
  const body = { kind, contactId };
  const request = { scope: person.id, key: parseKey(key), command: 'removeContact', body };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [row, await contactEntry(ctx, person, action, contactId)],
    answer: { contactId },
    refusals: removalRefusals,
  });
}

/**
 * How the messages of each topic go from now on.
 * @throws DomainError `invalid` (a choice that is none, mail without an address, push alone), `unavailable`.
 */
export async function chooseChannels(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ chosen: true }> {
  const chosen = parseInput(choicesInput, input);
  const topics = Object.keys(topicWords) as Topic[];
  const body = Object.fromEntries(
    topics.map((topic) => [topic, `${chosen[topic]}${chosen[`${topic}Push`] ? '+push' : ''}`]),
  );
  const clear = ctx.db.delete(messageChoices).where(eq(messageChoices.personId, person.id));
  const rows = ctx.db.insert(messageChoices).values(
    topics.map((topic) => ({
      personId: person.id,
      topic,
      main: chosen[topic],
      push: chosen[`${topic}Push`],
      chosenAt: ctx.now,
    })),
  );
  const entry = await contactEntry(ctx, person, 'message_choice.change', person.id);
  const request = { scope: person.id, key: parseKey(key), command: 'chooseChannels', body };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [clear, rows, entry],
    answer: { chosen: true },
    refusals: choiceRefusals,
  });
}

function contactEntry(
  ctx: CommandContext,
  { id }: Person,
  action: string,
  subjectId: string,
): Promise<Statement> {
  const subjectKind = action.split('.')[0] ?? '';
  return auditEntry(ctx, { actor: { kind: 'person', id }, action, subjectKind, subjectId });
}
