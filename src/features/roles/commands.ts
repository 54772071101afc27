import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, type Statement } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { findPersonByPhone } from '../accounts/queries.ts';
import { auditEntry } from '../audit/statements.ts';
import { findCredentials, hasCredentials } from '../credentials/queries.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, grantRefusals, invitingRefusals, revocationRefusals, type Holder } from './policy.ts';
import { grantInput, invitationInput, revocationInput } from './schema.ts';
import { newInvitation } from './statements.ts';
import { roleGrants, roleRevocations } from './table.ts';

/**
 * Gives a role to somebody who has signed in before, by their phone number, and tells them. Who has no strong way of
 * signing in yet is invited to set one up: without it the role opens nothing.
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
    statements: [row, entry, ...(await told(ctx, by, person.id, grantId))],
    answer: { grantId },
    refusals: { ...invitingRefusals, ...grantRefusals },
  });
}

async function told(
  ctx: CommandContext,
  by: Holder | null,
  personId: string,
  grantId: string,
): Promise<Statement[]> {
  if (!hasCredentials(await findCredentials(ctx, personId))) {
    return newInvitation(ctx, { personId, by: by?.id ?? null });
  }
  const message = {
    template: 'role_granted',
    idempotencyKey: `role-grant:${grantId}`,
    values: { personId },
  };
  return [await queueMessage(ctx, message)];
}

/**
 * Invites somebody with a role anew, whose invitation has run out or got lost.
 * @throws DomainError `invalid` (fields), `not_found` (not yours to give, no role), `conflict` (oneself, set up
 * already), `too_many`, `unavailable`.
 */
export async function inviteStaff(
  ctx: CommandContext,
  by: Pick<Holder, 'id'> | null,
  input: unknown,
  key: string,
): Promise<{ personId: string }> {
  const { personId } = parseInput(invitationInput, input);
  const request = {
    scope: by?.id ?? 'command-line',
    key: parseKey(key),
    command: 'inviteStaff',
    body: { personId },
  };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: await newInvitation(ctx, { personId, by: by?.id ?? null }),
    answer: { personId },
    refusals: invitingRefusals,
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
