import { sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { findPersonByPhone } from '../accounts/queries.ts';
import { actOnce } from '../audit/statements.ts';
import { contentDigest } from '../files/queries.ts';
import { fileLink } from '../files/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  claimRefusals,
  decisionRefusals,
  departureRefusals,
  handoverRefusals,
  memberRefusals,
  proofRefusals,
} from './policy.ts';
import { claimInput, decisionInput, memberInput, memberReference, proofInput } from './schema.ts';
import {
  organisationDecisions,
  organisationDepartures,
  organisationHandovers,
  organisationMembers,
  organisations,
} from './table.ts';

/**
 * Claims an organisation: whoever does is responsible for it, and an officer of its region verifies it.
 * @throws DomainError `invalid` (fields), `conflict` (claimed before), `too_many` (five waiting), `unavailable`.
 */
export async function claimOrganisation(
  ctx: CommandContext,
  { id: personId }: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const claim = parseInput(claimInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  const member = {
    id: newId(now),
    organisationId: id,
    personId,
    addedBy: personId,
    addedAt: now,
    responsible: true,
  };
  return actOnce(ctx, personId, key, {
    command: 'claimOrganisation',
    action: 'organisation.claim',
    subject: ['organisation', id],
    answer: { organisationId: id },
    body: claim,
    details: { kind: claim.kind, regionCode: claim.regionCode },
    statements: [
      db.insert(organisations).values({ id, ...claim, claimedBy: personId, claimedAt: now }),
      db.insert(organisationMembers).values(member),
    ],
    refusals: claimRefusals,
  });
}

/**
 * Attaches a proof (证明材料) to a claim that waits: one's own file, complete, by whoever is responsible.
 * @throws DomainError `invalid` (fields), `not_found` (not yours), `conflict` (decided before, three are there, the
 * file is used or infected), `unavailable`.
 */
export async function addProof(
  ctx: CommandContext,
  { id: linkedBy }: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, file: fileId } = parseInput(proofInput, input);
  return actOnce(ctx, linkedBy, key, {
    command: 'addProof',
    action: 'organisation.add_proof',
    subject: ['organisation', organisationId],
    answer: { organisationId },
    // A form sent again brings its file again, under another id: the contents tell that it is the same request.
    body: { organisationId, content: await contentDigest(ctx, fileId) },
    details: { fileId },
    statements: [
      fileLink(ctx, { fileId, subjectKind: 'organisation', subjectId: organisationId, linkedBy }),
    ],
    refusals: proofRefusals,
  });
}

/**
 * Verifies a claim or refuses it with a reason; an officer of its street or county, never of their own. The guard
 * `organisation_decisions_guard` knows whose region it is: nothing has to be read first.
 * @throws DomainError `invalid` (fields, refusal without a reason), `not_found` (not of your region), `conflict`
 * (decided before, own organisation, a verified one has the name), `unavailable`.
 */
export async function decideOrganisation(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, decision, reason } = parseInput(decisionInput, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'decideOrganisation',
    action: `organisation.${decision === 'verified' ? 'verify' : 'refuse'}`,
    subject: ['organisation', organisationId],
    answer: { organisationId },
    body: { organisationId, decision, reason },
    statements: [
      db
        .insert(organisationDecisions)
        .values({ organisationId, decision, reason, decidedBy: by.id, decidedAt: now }),
      await queueMessage(ctx, {
        template: 'organisation_decided',
        idempotencyKey: `organisation-decided:${organisationId}`,
        values: { organisationId },
      }),
    ],
    refusals: decisionRefusals,
  });
}

/**
 * Brings somebody in who has signed in before; whoever is responsible does.
 * @throws DomainError `invalid` (nobody has this number), `not_found` (not yours), `conflict` (in already, not
 * verified yet), `unavailable`.
 */
export async function addMember(
  ctx: CommandContext,
  { id: addedBy }: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, phone } = parseInput(memberInput, input);
  const person = await findPersonByPhone(ctx, phone);
  if (!person) {
    const message = '这个号码还没有登录过。请对方先用它登录一次';
    throw new DomainError('invalid', 'person_unknown', message, {
      fields: [{ field: 'phone', message }],
    });
  }
  const { db, now } = ctx;
  const personId = person.id;
  const member = { id: newId(now), organisationId, personId, addedBy, addedAt: now };
  return actOnce(ctx, addedBy, key, {
    command: 'addMember',
    action: 'organisation.add_member',
    subject: ['organisation', organisationId],
    answer: { organisationId },
    body: { organisationId, personId },
    details: { personId },
    statements: [db.insert(organisationMembers).values(member)],
    refusals: memberRefusals,
  });
}

/**
 * Hands the responsibility over to another member (移交).
 * @throws DomainError `not_found` (not yours, no such member), `unavailable`.
 */
export async function handOver(
  ctx: CommandContext,
  { id: fromPersonId }: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, memberId } = parseInput(memberReference, input);
  const { db, now } = ctx;
  // Found within the write, so that the guard judges the member as they are then.
  const toPersonId = sql`(select ${organisationMembers.personId} from ${organisationMembers} where ${organisationMembers.id} = ${memberId})`;
  const row = { id: newId(now), organisationId, fromPersonId, toPersonId, handedAt: now };
  return actOnce(ctx, fromPersonId, key, {
    command: 'handOver',
    action: 'organisation.hand_over',
    subject: ['organisation', organisationId],
    answer: { organisationId },
    body: { organisationId, memberId },
    details: { memberId },
    statements: [db.insert(organisationHandovers).values(row)],
    refusals: handoverRefusals,
  });
}

/**
 * Ends a membership: one's own, or as whoever is responsible another's.
 * @throws DomainError `not_found`, `conflict` (left before, responsible), `unavailable`.
 */
export async function endMembership(
  ctx: CommandContext,
  { id: departedBy }: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, memberId } = parseInput(memberReference, input);
  const { db, now } = ctx;
  return actOnce(ctx, departedBy, key, {
    command: 'endMembership',
    action: 'organisation.end_membership',
    subject: ['organisation', organisationId],
    answer: { organisationId },
    body: { organisationId, memberId },
    details: { memberId },
    statements: [
      db
        .insert(organisationDepartures)
        .values({ memberId, organisationId, departedBy, departedAt: now }),
    ],
    refusals: departureRefusals,
  });
}
