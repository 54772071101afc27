import type { CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { accountSetAsides } from './table.ts';

/**
 * Closes the account of whoever had a number before. From this statement on the number is free for a new account;
 * the old one is erased after `SET_ASIDE_DAYS`.
 */
export async function setAside(
  ctx: CommandContext,
  { id, phoneHash }: Person,
): Promise<Statement[]> {
  const { db, now } = ctx;
  const row = db.insert(accountSetAsides).values({ personId: id, phoneHash, setAsideAt: now });
  return [
    print(row),
    await auditEntry(ctx, {
      actor: { kind: 'visitor' },
      action: 'account.set_aside',
      subjectKind: 'person',
      subjectId: id,
    }),
  ];
}
