import { desc } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { MessageValues } from './schema.ts';
import { outboxMessages, type OutboxMessage } from './table.ts';

export async function openMessageValues(
  ctx: CommandContext,
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
