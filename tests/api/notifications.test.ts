import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { deliverDue, purgeMessages } from '../../src/features/notifications/commands.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import type { OutgoingMessage } from '../../src/lib/channels.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { templates } from '../../functions/messages.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

async function bookedWorld() {
  const world = await createWorld();
  const { person } = await world.person('13800138000');
  await world.ctx.db.update(outboxMessages).set({ deliveredAt: NOW });
  await world.book(person, await world.session());
  return world;
}

function recorder(fail = false) {
  const sent: OutgoingMessage[] = [];
  const send = async (message: OutgoingMessage) => {
    sent.push(message);
    if (fail) throw new Error('provider said no');
  };
  return { sent, options: { channel: { send }, templates } };
}

async function booking(world: World) {
  const [message] = await world.ctx.db
    .select()
    .from(outboxMessages)
    .where(eq(outboxMessages.template, 'booking_created'));
  return message!;
}

it('forgets what was delivered more than two days ago, and nothing that still waits', async () => {
  const world = await bookedWorld();
  const later = world.at(addMinutes(NOW, 2 * 24 * 60 + 1));
  expect(await purgeMessages(later)).toBe(1);
  const rest = await world.ctx.db.select().from(outboxMessages);
  expect(rest.map(({ template }) => template)).toEqual(['booking_created']);
});

describe('the outbox', () => {
  it('sends what a booking promised to the person’s number, once', async () => {
    const world = await bookedWorld();
    const { sent, options } = recorder();
    expect(await deliverDue(world.ctx, options)).toBe(1);
    expect(await deliverDue(world.at(addMinutes(NOW, 60)), options)).toBe(0);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.to).toBe('13800138000');
    expect(sent[0]?.text).toMatch(
      /^【安澜】预约成功：11月25日周三 12:00，1人，预约码[2-9A-Z]{5}-[2-9A-Z]{5}。/,
    );
  });

  it('is shared by sweeps at the same moment without sending anything twice', async () => {
    const world = await bookedWorld();
    const { sent, options } = recorder();
    await Promise.all([1, 2, 3, 4].map(() => deliverDue(world.ctx, options)));
    expect(sent).toHaveLength(1);
  });

  it('takes over after a sweep that died, with the same key', async () => {
    const world = await bookedWorld();
    const died = recorder();
    const never = { ...died.options, channel: { send: () => new Promise<void>(() => {}) } };
    void deliverDue(world.ctx, never);
    const { sent, options } = recorder();
    await expect.poll(async () => (await booking(world)).leasedUntil.getTime()).toBeGreaterThan(0);
    expect(await deliverDue(world.ctx, options)).toBe(0);
    expect(await deliverDue(world.at(addMinutes(NOW, 5)), options)).toBe(1);
    expect(sent[0]?.idempotencyKey).toBe((await booking(world)).idempotencyKey);
  });

  it('tries again later and keeps the reason, then gives up where staff can see it', async () => {
    const world = await bookedWorld();
    const { sent, options } = recorder(true);
    let now = NOW;
    for (let minutes = 1; minutes <= 128; minutes *= 2) {
      expect(await deliverDue(world.at(now), options)).toBe(0);
      expect(await deliverDue(world.at(now), options)).toBe(0);
      now = addMinutes(now, minutes);
    }
    expect(sent).toHaveLength(8);
    expect(await booking(world)).toMatchObject({
      tries: 8,
      lastError: 'provider said no',
      deliveredAt: null,
    });
    expect((await booking(world)).deadAt).not.toBeNull();
  });
});
