import { eq } from 'drizzle-orm';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { publishRoot, sealEntries } from '../../src/features/audit/commands.ts';
import { rootFile } from '../../src/features/audit/schema.ts';
import { cancelBooking, changeBooking } from '../../src/features/bookings/commands.ts';
import {
  chooseChannels,
  deliverDue,
  purgeMessages,
  removeContact,
  resendKind,
  resendMessage,
  subscribePush,
  type Post,
} from '../../src/features/notifications/commands.ts';
import {
  openMessageValues,
  readOwnContacts,
  readQueueHealth,
} from '../../src/features/notifications/queries.ts';
import { mailInput, pushInput } from '../../src/features/notifications/schema.ts';
import {
  mailAddresses,
  messageChoices,
  outboxMessages,
  pushSubscriptions,
} from '../../src/features/notifications/table.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import { runJobs } from '../../functions/jobs/run.ts';
import { Scope } from '../../functions/scope.ts';
import { DeliveryError, type OutgoingMessage } from '../../src/lib/channels/channel.ts';
import { PUSH_GONE } from '../../src/lib/channels/web-push.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { addMinutes, type QuietHours } from '../../src/lib/time.ts';
import {
  administrator,
  confirmedMail,
  deadLetter,
  subscriptionOf,
} from '../helpers/losing-states-messages.ts';
import { postTo } from '../helpers/post.ts';
import { startProvider } from '../helpers/provider.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, TEST_KEYS, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;
const NIGHT: QuietHours = { fromMinute: 22 * 60, toMinute: 7 * 60 };
const china = (text: string) => new Date(`${text}:00+08:00`);
const PHONE = '13800138000';

/** A person with a booking, and nothing else in the queue. */
async function bookedWorld(startsInMinutes = 240) {
  const world = await createWorld();
  const { person } = await world.person(PHONE);
  await world.ctx.db.update(outboxMessages).set({ deliveredAt: NOW });
  const session = await world.session({ startsAt: addMinutes(NOW, startsInMinutes) });
  const bookingId = await world.book(person, session);
  return {
    ...world,
    openSession: (...values: Parameters<World['session']>) => world.session(...values),
    openPerson: (...values: Parameters<World['person']>) => world.person(...values),
    person,
    session,
    bookingId,
  };
}

function recorder(fail?: unknown, more: Partial<Post> = {}) {
  const sent: OutgoingMessage[] = [];
  const post = postTo(async (message) => {
    sent.push(message);
    if (fail) throw fail;
  }, more);
  return { sent, post };
}

async function row(world: Pick<World, 'ctx'>, template: string) {
  const [message] = await world.ctx.db
    .select()
    .from(outboxMessages)
    .where(eq(outboxMessages.template, template));
  return message!;
}
const booking = (world: Pick<World, 'ctx'>) => row(world, 'booking_created');

it('forgets what was delivered or dropped more than two days ago, dead letters after ten', async () => {
  const world = await bookedWorld();
  const { db } = world.ctx;
  await db
    .update(outboxMessages)
    .set({ deliveredAt: null, deadAt: NOW })
    .where(eq(outboxMessages.template, 'booking_created'));
  await db
    .update(outboxMessages)
    .set({ droppedAt: NOW })
    .where(eq(outboxMessages.template, 'booking_reminder'));
  expect(await purgeMessages(world.at(addMinutes(NOW, 2 * DAY + 1)))).toBe(2);
  const rest = await db.select().from(outboxMessages);
  expect(rest.map(({ template }) => template)).toEqual(['booking_created']);
  expect(await purgeMessages(world.at(addMinutes(NOW, 10 * DAY + 1)))).toBe(1);
});

describe('the outbox', () => {
  it('sends what a booking promised to the person’s number, once', async () => {
    const world = await bookedWorld();
    const { sent, post } = recorder();
    expect(await deliverDue(world.ctx, post)).toBe(1);
    expect(await deliverDue(world.at(addMinutes(NOW, 60)), post)).toBe(0);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ to: PHONE, kind: 'booking_created', path: '/me' });
    expect(sent[0]?.text).toMatch(
      /^【安澜】预约成功：11月25日周三 12:00，1人，预约码[2-9A-Z]{5}-[2-9A-Z]{5}。/,
    );
    expect(Object.keys(sent[0]?.variables ?? {})).toEqual(['day', 'time', 'people', 'code']);
  });

  it('is shared by sweeps at the same moment without sending anything twice', async () => {
    const world = await bookedWorld();
    const { sent, post } = recorder();
    await Promise.all([1, 2, 3, 4].map(() => deliverDue(world.ctx, post)));
    expect(sent).toHaveLength(1);
  });

  it('tries again later and keeps the reason, then gives up where staff can see it', async () => {
    const world = await bookedWorld();
    const { sent, post } = recorder(new DeliveryError('isv.BUSINESS_LIMIT_CONTROL'));
    let now = NOW;
    for (let minutes = 1; minutes <= 128; minutes *= 2) {
      expect(await deliverDue(world.at(now), post)).toBe(0);
      expect(await deliverDue(world.at(now), post)).toBe(0);
      now = addMinutes(now, minutes);
    }
    expect(sent).toHaveLength(8);
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(await booking(world)).toMatchObject({
      tries: 8,
      lastError: 'isv.BUSINESS_LIMIT_CONTROL',
      deliveredAt: null,
    });
    expect((await booking(world)).deadAt).not.toBeNull();
  });

  it('gives up at once on what no later try can mend', async () => {
    const world = await bookedWorld();
    const code = 'isv.MOBILE_NUMBER_ILLEGAL';
    const { sent, post } = recorder(new DeliveryError(code, { permanent: true }));
    await deliverDue(world.ctx, post);
    expect(sent).toHaveLength(1);
    expect(await booking(world)).toMatchObject({ tries: 1, deadAt: NOW, lastError: code });
  });

  it('gives up on a kind that nobody knows', async () => {
    const world = await bookedWorld();
    await deliverDue(world.ctx, recorder(undefined, { templates: {} }).post);
    expect(await booking(world)).toMatchObject({
      deadAt: NOW,
      lastError: 'unknown kind booking_created',
    });
  });
});

describe('a delivery in a process of its own', () => {
  const script = fileURLToPath(new URL('../helpers/delivery-process.ts', import.meta.url));
  const sweep = (world: Pick<World, 'url'>, providerUrl: string): ChildProcess =>
    spawn(process.execPath, [script, world.url, providerUrl, TEST_KEYS, NOW.toISOString()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const output = async (child: ChildProcess) => {
    let text = '';
    child.stdout?.on('data', (part: Buffer) => (text += part.toString()));
    await once(child, 'close');
    return text.trim();
  };

  it('that is killed after the provider took the message loses nothing; the repeat has its key', async () => {
    const world = await bookedWorld();
    let child: ChildProcess | undefined;
    const provider = await startProvider(() => {
      // The provider has it by now; the answer reaches nobody.
      child?.kill('SIGKILL');
      return { body: { Code: 'OK' } };
    });
    try {
      child = sweep(world, provider.url);
      await once(child, 'close');
      expect(child.signalCode).toBe('SIGKILL');
      expect(provider.asked).toHaveLength(1);
      expect(await booking(world)).toMatchObject({ deliveredAt: null, deadAt: null, tries: 0 });

      const { sent, post } = recorder();
      expect(await deliverDue(world.ctx, post)).toBe(0);
      expect(await deliverDue(world.at(addMinutes(NOW, 5)), post)).toBe(1);
      expect(sent).toHaveLength(1);
      expect(sent[0]?.idempotencyKey).toBe(provider.asked[0]?.query['OutId']);
      expect(sent[0]?.to).toBe(provider.asked[0]?.query['PhoneNumbers']);
    } finally {
      await provider.close();
    }
  }, 20_000);

  it('and another one at the same moment send each message once', async () => {
    const world = await bookedWorld();
    const others = await Promise.all(
      ['13800138001', '13800138002', '13800138003'].map((phone) => world.openPerson(phone)),
    );
    await world.ctx.db
      .update(outboxMessages)
      .set({ deliveredAt: NOW })
      .where(eq(outboxMessages.template, 'sign_in_code'));
    for (const { person } of others) await world.book(person, world.session);
    const provider = await startProvider(() => ({ body: { Code: 'OK' } }));
    try {
      const printed = await Promise.all([1, 2].map(() => output(sweep(world, provider.url))));
      expect(printed.map(Number).reduce((a, b) => a + b)).toBe(4);
      const keys = provider.asked.map(({ query }) => query['OutId']);
      expect(keys).toHaveLength(4);
      expect(new Set(keys).size).toBe(4);
    } finally {
      await provider.close();
    }
  }, 20_000);
});

describe('quiet hours', () => {
  it('hold back what is not urgent until seven, and no try is counted', async () => {
    const world = await bookedWorld(3 * DAY);
    const { sent, post } = recorder(undefined, { quiet: NIGHT });
    const night = china('2026-11-25T23:00');
    await deliverDue(world.at(night), post);
    expect(sent).toEqual([]);
    expect(await booking(world)).toMatchObject({
      notBefore: china('2026-11-26T07:00'),
      tries: 0,
      channel: null,
    });
    expect(await deliverDue(world.at(china('2026-11-26T06:59')), post)).toBe(0);
    expect(await deliverDue(world.at(china('2026-11-26T07:00')), post)).toBe(1);
  });

  it('do not hold back a code, or what is about the same day', async () => {
    const world = await createWorld();
    const early = china('2026-11-25T06:00');
    const { sent, post } = recorder(undefined, { quiet: NIGHT });
    await world.person(PHONE);
    await world.ctx.db.delete(outboxMessages);
    const { person } = await world.person('13800138001');
    const session = await world.session();
    const bookingId = await world.book(person, session);
    await world.ctx.db.update(outboxMessages).set({ notBefore: early });
    await cancelBooking(world.at(early), person, { bookingId }, key());
    await deliverDue(world.at(early), post);
    expect(sent.map(({ kind }) => kind)).toContain('booking_cancelled');
  });
});

describe('the reminder of a visit', () => {
  const remindersOf = (sent: readonly OutgoingMessage[]) =>
    sent.filter(({ kind }) => kind === 'booking_reminder');
  // Two days after NOW, at noon: the reminder is due on the 26th at six in the evening.
  const STARTS = 2 * DAY + 240;
  const EVE = china('2026-11-26T18:00');

  it('is sent at six on the evening before, once', async () => {
    const world = await bookedWorld(STARTS);
    const { sent, post } = recorder();
    await deliverDue(world.ctx, post);
    expect(await row(world, 'booking_reminder')).toMatchObject({ notBefore: EVE, tries: 0 });
    await deliverDue(world.at(addMinutes(EVE, -1)), post);
    expect(remindersOf(sent)).toEqual([]);
    await deliverDue(world.at(EVE), post);
    await deliverDue(world.at(addMinutes(EVE, 60)), post);
    expect(remindersOf(sent)).toHaveLength(1);
    expect(sent.at(-1)?.text).toMatch(/^【安澜】提醒：11月27日周五 12:00有约，1人，预约码/);
  });

  it('is not sent for a visit that was called off', async () => {
    const world = await bookedWorld(STARTS);
    const { sent, post } = recorder();
    await deliverDue(world.ctx, post);
    await cancelBooking(world.ctx, world.person, { bookingId: world.bookingId }, key());
    await deliverDue(world.at(EVE), post);
    expect(remindersOf(sent)).toEqual([]);
    expect(await row(world, 'booking_reminder')).toMatchObject({
      droppedAt: EVE,
      lastError: 'subject gone',
    });
  });

  it.each([
    ['later', 3 * DAY],
    ['sooner', -DAY],
  ])('moves with a visit that is moved %s, there and back', async (_, minutes) => {
    const world = await bookedWorld(STARTS);
    const { sent, post } = recorder();
    const other = await world.openSession({ startsAt: addMinutes(NOW, STARTS + minutes) });
    const move = (sessionId: string) =>
      changeBooking(
        world.ctx,
        world.person,
        { bookingId: world.bookingId, sessionId, adults: 1, children: 0 },
        key(),
      );
    await deliverDue(world.ctx, post);
    await move(other.id);
    await deliverDue(world.ctx, post);
    for (const eve of [addMinutes(EVE, minutes), EVE].toSorted((a, b) => +a - +b)) {
      await deliverDue(world.at(eve), post);
    }
    const reminders = remindersOf(sent);
    expect(reminders).toHaveLength(1);
    expect(reminders[0]?.now).toEqual(addMinutes(EVE, minutes));

    const again = await bookedWorld(STARTS);
    const there = recorder();
    const away = await again.openSession({ startsAt: addMinutes(NOW, STARTS + minutes) });
    for (const [at, sessionId] of [away.id, again.session.id].entries()) {
      const input = { bookingId: again.bookingId, sessionId, adults: 1, children: 0 };
      await changeBooking(again.at(addMinutes(NOW, at)), again.person, input, key());
    }
    for (const at of [
      addMinutes(NOW, 2),
      addMinutes(EVE, Math.min(minutes, 0)),
      EVE,
      addMinutes(EVE, 3 * DAY),
    ]) {
      await deliverDue(again.at(at), there.post);
    }
    expect(remindersOf(there.sent).map(({ now }) => now)).toEqual([EVE]);
  });

  it('is left out when the visit was booked after that hour, or has begun', async () => {
    const soon = await bookedWorld(240);
    const { sent, post } = recorder();
    await deliverDue(soon.ctx, post);
    expect(remindersOf(sent)).toEqual([]);
    const world = await bookedWorld(STARTS);
    await deliverDue(world.at(world.session.startsAt), post);
    expect(remindersOf(sent)).toEqual([]);
    expect(await row(world, 'booking_reminder')).toMatchObject({ lastError: 'expired' });
  });
});

describe('what people choose', () => {
  const bySms = { visit: 'sms', reminder: 'sms', organisation: 'sms' };

  it('mail, once the address has been shown to be theirs; push on top, for each browser', async () => {
    const world = await bookedWorld();
    await confirmedMail(world.ctx, world.person);
    for (const name of ['a', 'b']) {
      await subscribePush(world.ctx, world.person, subscriptionOf(name), '示例浏览器', key());
    }
    const chosen = { ...bySms, visit: 'mail', visitPush: '1' };
    await chooseChannels(world.ctx, world.person, chosen, key());
    const byChannel: Record<string, string[]> = { sms: [], mail: [], push: [], wechat: [] };
    const channel = (name: string) => ({
      send: async ({ kind, to }: OutgoingMessage) => {
        if (kind === 'booking_created') byChannel[name]?.push(to);
      },
    });
    const channels = {
      sms: channel('sms'),
      mail: channel('mail'),
      push: channel('push'),
      wechat: channel('wechat'),
    };
    const post = postTo(async () => {}, { channels });
    await deliverDue(world.ctx, post);
    await deliverDue(world.ctx, post);
    expect(byChannel).toMatchObject({ sms: [], mail: ['wang@example.cn'], wechat: [] });
    expect(
      byChannel['push']
        ?.map((to) => (JSON.parse(to) as { endpoint: string }).endpoint.at(-1))
        .toSorted(),
    ).toEqual(['a', 'b']);
  });

  it('nothing, and nothing is sent', async () => {
    const world = await bookedWorld();
    await chooseChannels(world.ctx, world.person, { ...bySms, visit: 'none' }, key());
    const { sent, post } = recorder();
    await deliverDue(world.ctx, post);
    expect(sent).toEqual([]);
    expect(await booking(world)).toMatchObject({ droppedAt: NOW, lastError: 'switched off' });
  });

  it('and it goes by SMS again when the address goes', async () => {
    const world = await bookedWorld();
    const contactId = await confirmedMail(world.ctx, world.person);
    await chooseChannels(world.ctx, world.person, { ...bySms, visit: 'mail' }, key());
    await removeContact(world.ctx, world.person, 'mail', { contactId }, key());
    const { sent, post } = recorder();
    await deliverDue(world.ctx, post);
    expect(sent.filter(({ kind }) => kind === 'booking_created')).toMatchObject([{ to: PHONE }]);
    const own = await readOwnContacts(world.ctx, world.person.id);
    expect(own.choices.find(({ topic }) => topic === 'visit')?.main).toBe('sms');
  });

  it('forgets a browser that has thrown its subscription away', async () => {
    const world = await bookedWorld();
    await subscribePush(world.ctx, world.person, subscriptionOf('a'), '示例浏览器', key());
    await chooseChannels(world.ctx, world.person, { ...bySms, visitPush: '1' }, key());
    const fine = { send: async () => {} };
    const gone = {
      send: async () => {
        throw new DeliveryError(PUSH_GONE, { permanent: true });
      },
    };
    const channels = { sms: fine, mail: fine, push: gone, wechat: fine };
    const post = postTo(async () => {}, { channels });
    await deliverDue(world.ctx, post);
    await deliverDue(world.ctx, post);
    expect(await world.ctx.db.select().from(pushSubscriptions)).toEqual([]);
    expect(await booking(world)).toMatchObject({ channel: 'sms', deliveredAt: NOW });
  });

  it.each([
    'a@b',
    'wang@example.cn\nBcc: all@example.cn',
    'wang@example.cn,all@example.cn',
    '<wang@example.cn>',
    'wang@-example.cn',
    '王@example.cn',
  ])('no address: %j', (address) => {
    expect(mailInput.safeParse({ address }).success).toBe(false);
  });

  it.each([
    'http://updates.push.services.mozilla.com/a',
    'https://updates.push.services.mozilla.com:8443/a',
    'https://updates.push.services.mozilla.com.example.cn/a',
    'https://169.254.169.254/latest/meta-data',
    'https://user@fcm.googleapis.com/a',
    'file:///etc/passwd',
  ])('no push service: %s', (endpoint) => {
    const { keys } = JSON.parse(subscriptionOf('a').subscription) as { keys: object };
    const subscription = JSON.stringify({ endpoint, keys });
    expect(pushInput.safeParse({ subscription }).success).toBe(false);
    expect(pushInput.safeParse(subscriptionOf('a')).success).toBe(true);
  });

  it('can be seen, taken along, and is gone with the account', async () => {
    const world = await bookedWorld();
    await confirmedMail(world.ctx, world.person);
    await subscribePush(world.ctx, world.person, subscriptionOf('a'), '示例浏览器', key());
    await chooseChannels(world.ctx, world.person, { ...bySms, visit: 'mail' }, key());
    expect(await readOwnData(world.ctx, world.person)).toMatchObject({
      mails: [{ address: 'wang@example.cn', confirmedAt: NOW }],
      devices: [{ label: '示例浏览器' }],
    });
    await eraseAccount(world.ctx, world.person, { lastFour: PHONE.slice(-4) }, key());
    for (const table of [mailAddresses, pushSubscriptions, messageChoices]) {
      expect(await world.ctx.db.select().from(table)).toEqual([]);
    }
  });
});

describe('dead letters', () => {
  it('are sent again with the key they had, each once', async () => {
    const world = await createWorld();
    await deadLetter(world);
    await deadLetter(world).catch(() => {});
    const { by } = await administrator(world);
    await world.ctx.db
      .update(outboxMessages)
      .set({ deliveredAt: NOW })
      .where(eq(outboxMessages.template, 'sign_in_code'));
    const before = await booking(world);
    const again = key();
    expect(await resendKind(world.ctx, by, { template: 'booking_created' }, again)).toEqual(
      await resendKind(world.ctx, by, { template: 'booking_created' }, again),
    );
    const { sent, post } = recorder();
    await deliverDue(world.ctx, post);
    expect(
      sent.filter(({ idempotencyKey }) => idempotencyKey === before.idempotencyKey),
    ).toHaveLength(1);
    expect(await readQueueHealth(world.ctx)).toMatchObject({ dead: [] });
  });

  it('keep their recipient masked beside them, and nowhere readable', async () => {
    const world = await bookedWorld();
    const error = new DeliveryError('isv.MOBILE_NUMBER_ILLEGAL', { permanent: true });
    await deliverDue(world.ctx, recorder(error).post);
    const dead = await booking(world);
    expect(await openMessageValues(world.ctx, dead)).toMatchObject({ _to: '138****8000' });
    expect(JSON.stringify({ ...dead, contentCipher: '' })).not.toMatch(/8000/);
    const { by } = await administrator({
      ...world,
      person: world.openPerson,
      session: world.openSession,
    });
    await resendMessage(world.ctx, by, { messageId: dead.id }, key());
    expect(await booking(world)).toMatchObject({
      deadAt: null,
      tries: 0,
      idempotencyKey: dead.idempotencyKey,
    });
  });

  it('and a queue that stands still are told of in the log', async () => {
    const world = await bookedWorld();
    const log: string[] = [];
    const env = { DATABASE_URL: world.url, PERSONAL_DATA_KEYS: TEST_KEYS };
    const run = (now: Date) =>
      runJobs(
        new Scope(env, 'job', {
          now: () => now,
          openDatabase: () => openDatabase({ url: world.url }),
          log: (line) => log.push(line),
        }),
      );
    await run(NOW);
    expect((await booking(world)).lastError).toBe('not configured: set SMS_PROVIDER');
    const { db } = world.ctx;
    await db.update(outboxMessages).set({ notBefore: NOW, leasedUntil: addMinutes(NOW, 60) });
    await db
      .update(outboxMessages)
      .set({ deadAt: addMinutes(NOW, 5), deliveredAt: null })
      .where(eq(outboxMessages.template, 'sign_in_code'));
    await run(addMinutes(NOW, 6));
    const events = log.map((line) => JSON.parse(line) as { event: string });
    expect(events.filter(({ event }) => event.startsWith('messages_'))).toMatchObject([
      { event: 'messages_dead', level: 'warn', howMany: 1 },
      { event: 'messages_waiting', level: 'warn', oldestDue: NOW.toISOString() },
    ]);
  });
});

describe('a day’s root', () => {
  it('leaves the site by mail, once for each auditor, as it was published', async () => {
    const world = await bookedWorld();
    await sealEntries(world.ctx);
    const tomorrow = world.at(addMinutes(NOW, DAY));
    const auditors = ['a@example.cn', 'b@example.cn'];
    for (let published = 1; published > 0;) {
      published = await publishRoot(tomorrow, undefined, auditors);
    }
    const { sent, post } = recorder(undefined, { quiet: NIGHT });
    await deliverDue(tomorrow, post);
    await deliverDue(tomorrow, post);
    const roots = sent.filter(({ kind }) => kind === 'audit_root');
    expect(roots.map(({ to }) => to).toSorted()).toEqual([...auditors, ...auditors].toSorted());
    expect(new Set(roots.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(roots.length);
    const text = roots[0]?.text ?? '';
    const file = rootFile.parse(JSON.parse(text.slice(text.indexOf('{'))));
    expect(text).toContain(file.date);
  });
});
