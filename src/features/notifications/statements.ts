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
export async function queueMessage(ctx: CommandContext, message: Queued): Promise<Statement> {
  return print(ctx.db.insert(outboxMessages).values(await rowOf(ctx, message)));
}

interface Queued {
  template: string;
  idempotencyKey: string;
  values: MessageValues;
  notBefore?: Date;
}

/** SQLite takes some thousand values in one statement. */
const ROWS_AT_ONCE = 100;

/** The same for many who are told of one thing: a few statements instead of one for each. */
export async function queueMessages(
  ctx: CommandContext,
  messages: readonly Queued[],
): Promise<Statement[]> {
  const rows = await Promise.all(messages.map((message) => rowOf(ctx, message)));
  const statements: Statement[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const part = rows.slice(from, from + ROWS_AT_ONCE);
    statements.push(print(ctx.db.insert(outboxMessages).values(part)));
  }
  return statements;
}

async function rowOf(ctx: CommandContext, message: Queued) {
  const id = newId(ctx.now);
  return {
    id,
    template: message.template,
    contentCipher: await ctx.keys.seal(`outbox:${id}`, JSON.stringify(message.values)),
    keyVersion: ctx.keys.version,
    idempotencyKey: message.idempotencyKey,
    createdAt: ctx.now,
    notBefore: message.notBefore ?? ctx.now,
  };
}
