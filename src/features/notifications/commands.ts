import { and, asc, eq, inArray, isNull, lt, lte, or } from 'drizzle-orm';
import type { Channel } from '../../lib/channels.ts';
import type { CommandContext } from '../../lib/context.ts';
import { addMinutes, DAY_MS } from '../../lib/time.ts';
import { DELIVERY_BATCH_MAX, LEASE_MINUTES, MESSAGES_KEPT_DAYS, nextTry } from './policy.ts';
import { openMessageValues } from './queries.ts';
import type { Templates } from './schema.ts';
import { outboxMessages, type OutboxMessage } from './table.ts';

/**
 * Delivers what is due, oldest first. Messages are leased in one statement, so that two sweeps at the same
 * moment never share one; a sweep that dies leaves a lease that runs out. A message may therefore be sent
 * twice, with the same idempotency key, and is never lost.
 * @returns how many were delivered.
 */
export async function deliverDue(
  ctx: CommandContext,
  { channel, templates }: { channel: Channel; templates: Templates },
): Promise<number> {
  const leased = await leaseDue(ctx);
  let delivered = 0;
  for (const message of leased) {
    const outcome = await deliver(ctx, message, channel, templates);
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

/** Deletes what was delivered or given up two days ago: a queue is no archive of who was told what. */
export async function purgeMessages({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - MESSAGES_KEPT_DAYS * DAY_MS);
  const gone = await db
    .delete(outboxMessages)
    .where(or(lt(outboxMessages.deliveredAt, before), lt(outboxMessages.deadAt, before)));
  return gone.rowsAffected;
}

async function leaseDue({ db, now }: CommandContext): Promise<OutboxMessage[]> {
  const waiting = and(isNull(outboxMessages.deliveredAt), isNull(outboxMessages.deadAt));
  const due = db
    .select({ id: outboxMessages.id })
    .from(outboxMessages)
    .where(and(waiting, lte(outboxMessages.notBefore, now), lte(outboxMessages.leasedUntil, now)))
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
    'deliveredAt' | 'deadAt' | 'notBefore' | 'tries' | 'lastError' | 'leasedUntil'
  >
>;

async function deliver(
  ctx: CommandContext,
  message: OutboxMessage,
  channel: Channel,
  templates: Templates,
): Promise<Outcome> {
  const tries = message.tries + 1;
  try {
    const template = templates[message.template];
    if (!template) throw new Error(`unknown template ${message.template}`);
    const ready = await template(ctx, await openMessageValues(ctx, message));
    if (!ready) return { tries, deadAt: ctx.now, lastError: 'subject gone' };
    await channel.send({ ...ready, idempotencyKey: message.idempotencyKey });
    return { tries, deliveredAt: ctx.now, lastError: null };
  } catch (error) {
    const lastError = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    const notBefore = nextTry(ctx.now, tries);
    const released = { tries, lastError, leasedUntil: new Date(0) };
    return notBefore ? { ...released, notBefore } : { ...released, deadAt: ctx.now };
  }
}
