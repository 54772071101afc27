import type { CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import { newId } from '../../lib/ids.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { callUntil } from './policy.ts';
import { hallCalls } from './table.ts';

/** A message that the hall's staff say on the telephone. The same message again changes nothing. */
export async function newCall(
  ctx: CommandContext,
  person: Person,
  call: { messageKey: string; hallSlug: string; words: string; expiresAt: Date | undefined },
): Promise<Statement> {
  const { db, now } = ctx;
  const id = newId(now);
  const { messageKey, hallSlug, words, expiresAt } = call;
  const dataKey = await openPersonKey(ctx, person);
  const row = db
    .insert(hallCalls)
    .values({
      ...{ id, messageKey, hallSlug, personId: person.id, listedAt: now },
      wordsCipher: await dataKey.encrypt(`hall_calls.words:${id}`, words),
      until: callUntil(expiresAt, now),
    })
    .onConflictDoNothing();
  return print(row);
}
