import { eq } from 'drizzle-orm';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  chooseChannels,
  confirmMail,
  purgeMailAddresses,
  registerMail,
  removeContact,
  resendKind,
  resendMessage,
  subscribePush,
} from '../../src/features/notifications/commands.ts';
import { openMessageValues } from '../../src/features/notifications/queries.ts';
import { notificationMessages } from '../../src/features/notifications/messages.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { revokeRole } from '../../src/features/roles/commands.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const ADDRESS = 'wang@example.cn';
const site = { scopeKind: 'site', scopeId: '' } as const;

export async function administrator(world: World) {
  const { person } = await world.person();
  const grantId = await addRole(world.ctx, person.id, { role: 'administrator', ...site });
  return { by: { id: person.id, roles: await rolesOf(world.ctx, person.id) }, grantId };
}

/** A message that nobody could send. */
export async function deadLetter(world: World): Promise<string> {
  const { person } = await world.person();
  const bookingId = await world.book(person, await world.session());
  const mine = eq(outboxMessages.idempotencyKey, `booking-created:${bookingId}`);
  await world.ctx.db
    .update(outboxMessages)
    .set({ deadAt: NOW, tries: 8, channel: 'sms', lastError: 'isv.MOBILE_NUMBER_ILLEGAL' })
    .where(mine);
  const [row] = await world.ctx.db.select().from(outboxMessages).where(mine);
  return row?.id ?? '';
}

/** The code in the mail that was sent to an address. */
export async function mailCodeOf(ctx: CommandContext, mailAddressId: string): Promise<string> {
  const [row] = await ctx.db
    .select()
    .from(outboxMessages)
    .where(eq(outboxMessages.idempotencyKey, `mail-code:${mailAddressId}`));
  if (!row) throw new Error(`No mail for ${mailAddressId}.`);
  const values = await openMessageValues(ctx, row);
  const made = await notificationMessages['mail_code']?.make(ctx, values, row.createdAt);
  return made?.variables['code'] ?? '';
}

/** An address that was shown to be the person's. */
export async function confirmedMail(ctx: CommandContext, person: Person): Promise<string> {
  const { mailAddressId } = await registerMail(ctx, person, { address: ADDRESS }, key());
  const code = await mailCodeOf(ctx, mailAddressId);
  await confirmMail(ctx, person, { mailAddressId, code });
  return mailAddressId;
}

/** What a browser hands out, with keys of the right lengths. */
export function subscriptionOf(name: string) {
  const subscription = {
    endpoint: `https://updates.push.services.mozilla.com/wpush/v2/${name}`,
    keys: {
      p256dh:
        'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  };
  return { subscription: JSON.stringify(subscription) };
}

const bySms = { visit: 'sms', reminder: 'sms', organisation: 'sms' };

const resending = (
  state: string,
  reason: string,
  before: (
    world: World,
    messageId: string,
    by: Awaited<ReturnType<typeof administrator>>,
  ) => Promise<unknown>,
): LosingState => ({
  command: 'notifications.resendMessage',
  state,
  reason,
  prepare: async (world) => {
    const messageId = await deadLetter(world);
    const manager = await administrator(world);
    await before(world, messageId, manager);
    return () => resendMessage(world.ctx, manager.by, { messageId }, key());
  },
});

const registering = (
  state: string,
  reason: string,
  minutesBefore: readonly number[],
): LosingState => ({
  command: 'notifications.registerMail',
  state,
  reason,
  prepare: async (world) => {
    const { person } = await world.person();
    for (const minutes of minutesBefore) {
      const ctx = world.at(addMinutes(NOW, -minutes));
      await registerMail(ctx, person, { address: ADDRESS }, key());
    }
    return () => registerMail(world.ctx, person, { address: ADDRESS }, key());
  },
});

const confirming = (
  state: string,
  reason: string,
  prepare: (world: World, person: Person, id: string, code: string) => Promise<unknown>,
  { minutes = 1, wrong = false } = {},
): LosingState => ({
  command: 'notifications.confirmMail',
  state,
  reason,
  prepare: async (world) => {
    const { person } = await world.person();
    const ctx = world.at(addMinutes(NOW, -minutes));
    const { mailAddressId } = await registerMail(ctx, person, { address: ADDRESS }, key());
    const code = await mailCodeOf(ctx, mailAddressId);
    await prepare(world, person, mailAddressId, code);
    const given = wrong ? otherThan(code) : code;
    return () => confirmMail(world.ctx, person, { mailAddressId, code: given });
  },
});

const otherThan = (code: string) => (code === '000000' ? '000001' : '000000');

const resendStates: LosingState[] = [
  resending('sent again before, by a colleague', 'message_not_dead', async (world, messageId) => {
    const { by } = await administrator(world);
    await resendMessage(world.ctx, by, { messageId }, key());
  }),
  resending('forgotten meanwhile', 'message_unknown', (world, messageId) =>
    world.ctx.db.delete(outboxMessages).where(eq(outboxMessages.id, messageId)),
  ),
  resending(
    'the role was taken back meanwhile',
    'message_not_yours',
    async (world, _, { grantId }) => {
      const { by } = await administrator(world);
      await revokeRole(world.ctx, by, { grantId }, key());
    },
  ),
  {
    command: 'notifications.resendMessage',
    state: 'by somebody who administers nothing',
    reason: 'message_not_yours',
    prepare: async (world) => {
      const messageId = await deadLetter(world);
      const { person } = await world.staff();
      const by = { id: person.id, roles: await rolesOf(world.ctx, person.id) };
      return () => resendMessage(world.ctx, by, { messageId }, key());
    },
  },
  {
    command: 'notifications.resendKind',
    state: 'the role was taken back meanwhile',
    reason: 'message_not_yours',
    prepare: async (world) => {
      await deadLetter(world);
      const { by, grantId } = await administrator(world);
      const other = await administrator(world);
      await revokeRole(world.ctx, other.by, { grantId }, key());
      return () => resendKind(world.ctx, by, { template: 'booking_created' }, key());
    },
  },
];

const mailStates: LosingState[] = [
  registering('a code was sent within the minute', 'mail_just_sent', [0.5]),
  registering('five codes were sent within the day', 'mails_used_up', [300, 200, 100, 50, 10]),
  confirming('the code is wrong', 'mail_code_wrong', async () => {}, { wrong: true }),
  confirming(
    'five wrong codes were tried',
    'mail_tries_used_up',
    async (world, person, id, code) => {
      for (let tries = 0; tries < 5; tries += 1) {
        const wrong = { mailAddressId: id, code: otherThan(code) };
        await confirmMail(world.ctx, person, wrong).catch(() => {});
      }
    },
  ),
  confirming('the code has expired', 'mail_code_expired', async () => {}, { minutes: 30 }),
  confirming('confirmed before', 'mail_already_confirmed', (world, person, mailAddressId, code) =>
    confirmMail(world.ctx, person, { mailAddressId, code }),
  ),
  {
    command: 'notifications.confirmMail',
    state: 'the address is somebody else’s',
    reason: 'mail_unknown',
    prepare: async (world) => {
      const owner = (await world.person()).person;
      const { person } = await world.person();
      const made = await registerMail(world.ctx, owner, { address: ADDRESS }, key());
      const code = await mailCodeOf(world.ctx, made.mailAddressId);
      return () => confirmMail(world.ctx, person, { ...made, code });
    },
  },
  {
    command: 'notifications.purgeMailAddresses',
    state: 'no unconfirmed address is old enough',
    reason: null,
    prepare: async (world) => {
      const { person } = await world.person();
      await registerMail(world.ctx, person, { address: ADDRESS }, key());
      return () => purgeMailAddresses(world.at(addMinutes(NOW, 2 * 24 * 60)));
    },
  },
];

const choiceStates: LosingState[] = [
  {
    command: 'notifications.chooseChannels',
    state: 'mail is chosen and no address was confirmed',
    reason: 'mail_not_confirmed',
    prepare: async (world) => {
      const { person } = await world.person();
      return () => chooseChannels(world.ctx, person, { ...bySms, visit: 'mail' }, key());
    },
  },
  {
    command: 'notifications.chooseChannels',
    state: 'push is chosen alone',
    reason: 'message_choices_push_alone',
    prepare: async (world) => {
      const { person } = await world.person();
      const alone = { ...bySms, visit: 'none', visitPush: '1' };
      return () => chooseChannels(world.ctx, person, alone, key());
    },
  },
  {
    command: 'notifications.subscribePush',
    state: 'the browser is there already',
    reason: 'push_already_subscribed',
    prepare: async (world) => {
      const { person } = await world.person();
      await subscribePush(world.ctx, person, subscriptionOf('a'), '示例浏览器', key());
      return () => subscribePush(world.ctx, person, subscriptionOf('a'), '示例浏览器', key());
    },
  },
  {
    command: 'notifications.subscribePush',
    state: 'there are five browsers already',
    reason: 'push_subscriptions_used_up',
    prepare: async (world) => {
      const { person } = await world.person();
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        await subscribePush(world.ctx, person, subscriptionOf(name), '示例浏览器', key());
      }
      return () => subscribePush(world.ctx, person, subscriptionOf('f'), '示例浏览器', key());
    },
  },
  {
    command: 'notifications.removeContact',
    state: 'the address went before',
    reason: 'mail_unknown',
    prepare: async (world) => {
      const { person } = await world.person();
      const contactId = await confirmedMail(world.ctx, person);
      await removeContact(world.ctx, person, 'mail', { contactId }, key());
      return () => removeContact(world.ctx, person, 'mail', { contactId }, key());
    },
  },
  {
    command: 'notifications.removeContact',
    state: 'the browser is somebody else’s',
    reason: 'push_unknown',
    prepare: async (world) => {
      const owner = (await world.person()).person;
      const { person } = await world.person();
      const input = subscriptionOf('a');
      const made = await subscribePush(world.ctx, owner, input, '示例浏览器', key());
      const contactId = made.subscriptionId;
      return () => removeContact(world.ctx, person, 'push', { contactId }, key());
    },
  },
];

export const messageStates: LosingState[] = [...resendStates, ...mailStates, ...choiceStates];
