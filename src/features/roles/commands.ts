import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { findPersonByPhone } from '../accounts/queries.ts';
import { auditEntry } from '../audit/statements.ts';
import { can, grantRefusals, revocationRefusals, type Holder } from './policy.ts';
import { grantInput, revocationInput } from './schema.ts';
import { roleGrants, roleRevocations } from './table.ts';

/**
 * Gives a role to somebody who has signed in before, by their phone number.
 * @param by null for the one who runs the deployment.
 * @throws DomainError `invalid` (fields, nobody has this number, no such hall), `not_found` (not yours to give),
 * `conflict` (to oneself, held already), `unavailable`.
 */
export async function grantRole(
  ctx: CommandContext,
  by: Holder | null,
  input: unknown,
  key: string,
): Promise<{ grantId: string }> {
  const { phone, role, scope } = parseInput(grantInput, input);
  const { db, now } = ctx;
  const person = await findPersonByPhone(ctx, phone);
  if (!person) {
    const message = '这个号码还没有登录过。请对方先用它登录一次';
    throw new DomainError('invalid', 'person_unknown', message, {
      fields: [{ field: 'phone', message }],
    });
  }
  const isOwn = by?.id === person.id;
  // To oneself is told apart by the database's own constraint, so that the sentence says what to do.
  if (by && !isOwn && !can(by, { action: 'role.grant', role, scope, to: person.id })) {
    throw new DomainError('not_found', 'grant_not_yours', '没有找到这一项。');
  }
  const grantId = newId(now);
  const { scopeKind, scopeId } = scope;
  const row = db.insert(roleGrants).values({
    id: grantId,
    personId: person.id,
    role,
    scopeKind,
    scopeId,
    grantedBy: by?.id ?? null,
    grantedAt: now,
  });
  const entry = await auditEntry(ctx, {
    actor: by ? { kind: 'person', id: by.id } : { kind: 'job', id: 'command-line' },
    action: 'role.grant',
    subjectKind: 'person',
    subjectId: person.id,
    details: { role, scopeKind, scopeId },
  });
  const request = {
    scope: by?.id ?? 'command-line',
    key: parseKey(key),
    command: 'grantRole',
    body: { personId: person.id, role, scopeKind, scopeId },
  };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { grantId },
    refusals: grantRefusals,
  });
}

/**
 * Takes a role away, or gives one's own back.
 * @throws DomainError `not_found` (unknown or not yours), `conflict` (revoked before, the last administrator),
 * `unavailable`.
 */
export async function revokeRole(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ grantId: string }> {
  const { grantId } = parseInput(revocationInput, input);
  const { db, now } = ctx;
  const row = db.insert(roleRevocations).values({ grantId, revokedBy: by.id, revokedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'role.revoke',
    subjectKind: 'role_grant',
    subjectId: grantId,
  });
  const request = {
    scope: by.id,
    key: parseKey(key),
    command: 'revokeRole',
    body: { grantId },
  };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { grantId },
    refusals: revocationRefusals,
  });
}
