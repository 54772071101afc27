import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { withdrawalRefusals } from './policy.ts';
import { decisionInput, proposalInput } from './schema.ts';
import { textWithdrawalDecisions, textWithdrawals } from './table.ts';

/**
 * Asks that a text be taken from the public, or given back to it. Nothing changes before another confirms.
 * @throws DomainError `not_found` (not an editor), `invalid` (fields), `conflict` (so already, or asked for),
 * `unavailable`.
 */
export async function proposeWithdrawal(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ withdrawalId: string }> {
  if (!can(by, { action: 'publication.write', region: null })) {
    throw new DomainError('not_found', 'writing_not_yours', '没有找到这一项。');
  }
  const { kind, slug, act, reason, instead = null } = parseInput(proposalInput, input);
  const { db, now } = ctx;
  const withdrawalId = newId(now);
  const body = { kind, slug, act, reason, instead };
  const row = { id: withdrawalId, ...body, proposedBy: by.id, proposedAt: now };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'text_withdrawal.propose',
    subjectKind: kind,
    subjectId: slug,
    details: { act },
  });
  const request = { scope: by.id, key: parseKey(key), command: 'proposeWithdrawal', body };
  return commitOnce(db, request, now, {
    statements: [db.insert(textWithdrawals).values(row), entry],
    answer: { withdrawalId },
    refusals: withdrawalRefusals,
  });
}

/**
 * Confirms what a colleague asked for, with effect at once, or declines it; one's own one may take back.
 * @throws DomainError `not_found` (not yours, no such thing), `invalid` (fields), `conflict` (one's own, decided
 * before), `unavailable`.
 */
export async function decideWithdrawal(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ withdrawalId: string }> {
  if (!can(by, { action: 'publication.release', region: null, involved: [] })) {
    throw new DomainError('not_found', 'release_not_yours', '没有找到这一项。');
  }
  const { withdrawalId, decision } = parseInput(decisionInput, input);
  const { db, now } = ctx;
  const row = { withdrawalId, decision, decidedBy: by.id, decidedAt: now };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: decision === 'confirmed' ? 'text_withdrawal.confirm' : 'text_withdrawal.decline',
    subjectKind: 'text_withdrawal',
    subjectId: withdrawalId,
  });
  const body = { withdrawalId, decision };
  const request = { scope: by.id, key: parseKey(key), command: 'decideWithdrawal', body };
  return commitOnce(db, request, now, {
    statements: [db.insert(textWithdrawalDecisions).values(row), entry],
    answer: { withdrawalId },
    refusals: withdrawalRefusals,
  });
}
