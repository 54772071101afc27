import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { auditEntry } from '../audit/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { namingRefusals } from './policy.ts';
import { removalInput } from './schema.ts';
import { namingRemovals } from './table.ts';

/**
 * Takes a mistaken entry out of the directory, with the reason; it can be brought in again, corrected.
 * Whose region it is, the guard decides.
 * @throws DomainError `invalid` (fields), `not_found` (not yours), `conflict` (removed before), `unavailable`.
 */
export async function removeNaming(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ namingId: string }> {
  const { namingId, reason } = parseInput(removalInput, input);
  const { db, now } = ctx;
  const row = db
    .insert(namingRemovals)
    .values({ namingId, reason, removedBy: by.id, removedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'naming.remove',
    subjectKind: 'naming',
    subjectId: namingId,
    details: { reason },
  });
  const request = {
    scope: by.id,
    key: parseKey(key),
    command: 'removeNaming',
    body: { namingId, reason },
  };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { namingId },
    refusals: namingRefusals,
  });
}
