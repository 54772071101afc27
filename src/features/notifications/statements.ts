import type { CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import { newId } from '../../lib/ids.ts';
import type { MessageValues } from './schema.ts';
import { outboxMessages } from './table.ts';

/**
 * The message that a write sends, queued in the write's own batch: it exists exactly if the change does. By which
 * channel it goes is decided when it leaves.
 * @param message.notBefore the first look at it; a kind's own `dueAt` may hold it back longer.
 */
export async function queueMessage(
  ctx: CommandContext,
  message: { template: string; idempotencyKey: string; values: MessageValues; notBefore?: Date },
): Promise<Statement> {
  const id = newId(ctx.now);
  const row = ctx.db.insert(outboxMessages).values({
    id,
    template: message.template,
    contentCipher: await ctx.keys.seal(`outbox:${id}`, JSON.stringify(message.values)),
    keyVersion: ctx.keys.version,
    idempotencyKey: message.idempotencyKey,
    createdAt: ctx.now,
    notBefore: message.notBefore ?? ctx.now,
  });
  return print(row);
}
