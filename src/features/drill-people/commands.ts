import type { CommandContext } from '../../lib/context.ts';
import type { Query, Statement } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { codeFrom, newId } from '../../lib/ids.ts';
import { calendarDate } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { actOnce } from '../audit/statements.ts';
import { namesRole, withRoleRenamed } from '../drill-scripts/policy.ts';
import { participantNameField, requireOwnDrill, type DrillFile } from '../drills/queries.ts';
import {
  drillDepartures,
  drillParticipants,
  drillRoles,
  drillScripts,
  type DrillRole,
} from '../drills/table.ts';
import { queueMessage } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  assignRefusals,
  cardRefusals,
  cardStanding,
  cardUnknown,
  missingTraining,
  namesOfTraining,
  releaseRefusals,
  roleRefusals,
  takeRefusals,
} from './policy.ts';
import { findCandidate, findCard, heldTraining, isParticipant } from './queries.ts';
import {
  assignInput,
  cardInput,
  cardReference,
  releaseInput,
  roleInput,
  roleReference,
  takeInput,
} from './schema.ts';
import {
  drillCards,
  drillCardUses,
  drillCardWithdrawals,
  drillRoleRemovals,
  drillRoleVersions,
  drillTrainingWaivers,
} from './table.ts';

const roleUnknown = () => new DomainError('not_found', 'role_unknown', '没有找到这个角色。');

function requireRole({ roles }: Pick<DrillFile, 'roles'>, roleId: string): DrillRole {
  const role = roles.find(({ id }) => id === roleId);
  if (!role) throw roleUnknown();
  return role;
}

/**
 * Writes a role, another one or another version of one. Where its name changes, the script changes with it.
 * @throws DomainError `not_found` (not yours), `invalid` (fields, fewer than are in it, a name that is taken), `conflict`
 * (somebody wrote meanwhile, people are in it, begun or cancelled), `unavailable`.
 */
export async function writeRole(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ roleId: string }> {
  const file = await requireOwnDrill(ctx, by, input);
  const {
    drillId,
    roleId,
    roleVersion: seen,
    scriptVersion,
    ...values
  } = parseInput(roleInput, input);
  const { db, now } = ctx;
  const before = roleId === '' ? undefined : requireRole(file, roleId);
  const id = before?.id ?? newId(now);
  const version = (before ? seen : 0) + 1;
  const isOfficer = before?.name === file.script.safety.officer;
  if (isOfficer && values.part !== 'controller') {
    throw new DomainError('invalid', 'officer_controls', '安全员是控制的人。', {
      fields: [{ field: 'part', message: '安全员是控制的人。要改，先在方案里另选安全员' }],
    });
  }
  const written = { writtenBy: by.id, writtenAt: now };
  const position = Math.max(-1, ...file.roles.map((role) => role.position)) + 1;
  const isRenamed =
    before !== undefined && before.name !== values.name && namesRole(file.script, before.name);
  const statements: Query[] = [
    ...(before ? [] : [db.insert(drillRoles).values({ id, drillId, position, ...values })]),
    db.insert(drillRoleVersions).values({ roleId: id, version, ...values, ...written }),
    ...(isRenamed
      ? [
          db.insert(drillScripts).values({
            ...{ drillId, version: scriptVersion + 1, ...written },
            script: JSON.stringify(withRoleRenamed(file.script, before.name, values.name)),
          }),
        ]
      : []),
  ];
  return actOnce(ctx, by.id, key, {
    command: 'writeRole',
    action: 'drill.write_role',
    subject: ['drill', drillId],
    answer: { roleId: id },
    body: { drillId, roleId, version, ...values },
    details: { part: values.part, capacity: values.capacity },
    statements,
    refusals: roleRefusals,
  });
}

/**
 * Takes a role out that nobody has and that the script leaves nothing to.
 * @throws DomainError `not_found` (not yours), `conflict` (people are in it, named in the script, begun), `unavailable`.
 */
export async function removeRole(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const file = await requireOwnDrill(ctx, by, input);
  const { drillId, roleId } = parseInput(roleReference, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'removeRole',
    action: 'drill.remove_role',
    subject: ['drill', drillId],
    answer: { drillId },
    body: { drillId, roleId: requireRole(file, roleId).id },
    statements: [db.insert(drillRoleRemovals).values({ roleId, removedBy: by.id, removedAt: now })],
    refusals: roleRefusals,
  });
}

const needsReason = (codes: readonly string[]) =>
  new DomainError('invalid', 'training_missing', '这个角色要有培训。', {
    fields: [
      {
        field: 'reason',
        message: `没有查到有效的培训：${namesOfTraining(codes)}。还要指派，请写原因，例如谁核实过`,
      },
    ],
  });

/**
 * Gives a role to a member of the organisation or to a volunteer of the registry, and tells them, but never before a
 * blind drill. A training that a volunteers' role asks for has to hold; for others its lack has a reason that stays.
 * @throws DomainError `not_found` (not yours, nobody such), `invalid` (fields, no reason), `conflict` (full, in it
 * already, at another drill then, not trained), `unavailable`.
 */
export async function assignPerson(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ participantId: string }> {
  const file = await requireOwnDrill(ctx, by, input);
  const { drillId, roleId, who, name, unit, reason } = parseInput(assignInput, input);
  const role = requireRole(file, roleId);
  const candidate = await findCandidate(ctx, file.drill, who);
  if (!candidate) throw new DomainError('not_found', 'person_unknown', '没有找到这个人。');
  const shown = candidate.name || name;
  if (!shown) {
    throw new DomainError('invalid', 'name_missing', '请写怎么称呼', {
      fields: [{ field: 'name', message: '请写怎么称呼' }],
    });
  }
  const missing = missingTraining(
    role,
    await heldTraining(ctx, candidate.person.id),
    calendarDate(file.drill.startsAt),
  );
  const isWaived = missing.length > 0 && role.filledBy !== 'volunteer';
  if (isWaived && reason.length < 2) throw needsReason(missing);
  const { now } = ctx;
  const participantId = newId(now);
  const tells = !file.drill.blind;
  return actOnce(ctx, by.id, key, {
    command: 'assignPerson',
    action: 'drill.assign',
    subject: ['drill', drillId],
    answer: { participantId },
    body: { drillId, roleId, who, shown, unit, reason },
    details: { part: role.part, waived: isWaived },
    statements: [
      ...(await joining(ctx, candidate.person, {
        ...{ participantId, drillId, roleId, unit, name: shown, joinedBy: by.id },
        waiver: isWaived ? { reason, waivedBy: by.id } : undefined,
      })),
      ...(tells
        ? [
            await queueMessage(ctx, {
              template: 'drill_assigned',
              idempotencyKey: `drill-assigned:${participantId}`,
              values: { participantId },
            }),
          ]
        : []),
    ],
    refusals: assignRefusals,
  });
}

/** The rows by which somebody gets a role from an organiser. */
async function joining(
  ctx: CommandContext,
  person: Person,
  given: {
    participantId: string;
    drillId: string;
    roleId: string;
    unit: string;
    name: string;
    joinedBy: string;
    waiver: { reason: string; waivedBy: string } | undefined;
  },
): Promise<Query[]> {
  const { participantId, name, waiver, ...row } = given;
  const { db, now } = ctx;
  const dataKey = await openPersonKey(ctx, person);
  return [
    db.insert(drillParticipants).values({
      ...{ id: participantId, ...row, personId: person.id, how: 'assigned', joinedAt: now },
      nameCipher: await dataKey.encrypt(participantNameField(participantId), name),
    }),
    ...(waiver
      ? [db.insert(drillTrainingWaivers).values({ participantId, ...waiver, waivedAt: now })]
      : []),
  ];
}

/**
 * Takes somebody off a drill, with a reason that stays, and tells them.
 * @throws DomainError `not_found` (not yours, nobody such), `invalid` (no reason), `conflict` (left, over), `unavailable`.
 */
export async function releasePerson(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireOwnDrill(ctx, by, input);
  const { drillId, participantId, reason } = parseInput(releaseInput, input);
  const { db, now } = ctx;
  if (!(await isParticipant(ctx, drillId, participantId))) {
    throw new DomainError('not_found', 'participant_unknown', '没有找到这一位。');
  }
  const message: Statement[] = drill.blind
    ? []
    : [
        await queueMessage(ctx, {
          template: 'drill_released',
          idempotencyKey: `drill-released:${participantId}`,
          values: { participantId },
        }),
      ];
  return actOnce(ctx, by.id, key, {
    command: 'releasePerson',
    action: 'drill.release',
    subject: ['drill', drillId],
    answer: { drillId },
    body: { drillId, participantId, reason },
    statements: [
      db
        .insert(drillDepartures)
        .values({ participantId, reason, departedBy: by.id, departedAt: now }),
      ...message,
    ],
    refusals: releaseRefusals,
  });
}

/**
 * Makes a role card: a code on paper by which whoever signs in takes the role.
 * @throws DomainError `not_found` (not yours), `invalid` (fields), `conflict` (over, too many), `unavailable`.
 */
export async function issueCard(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ cardId: string }> {
  const file = await requireOwnDrill(ctx, by, input);
  const { drillId, roleId, uses, reason } = parseInput(cardInput, input);
  const role = requireRole(file, roleId);
  if (uses > role.capacity) {
    throw new DomainError('invalid', 'card_over_capacity', '比角色的人数多。', {
      fields: [{ field: 'uses', message: `这个角色只要${role.capacity}人` }],
    });
  }
  // Whoever drills blind would read on the card that there will be a drill.
  if (file.drill.blind && (role.part === 'player' || role.part === 'observer')) {
    throw new DomainError(
      'conflict',
      'card_tells_of_blind',
      '双盲演练的参演和观摩不发角色卡，不然就走漏了。请直接指派，开始了他们才看得到。',
    );
  }
  const { db, keys, now } = ctx;
  const id = newId(now);
  const keyVersion = keys.version;
  const code = codeFrom(await keys.hash('drill-card', `card:${id}`, keyVersion));
  return actOnce(ctx, by.id, key, {
    command: 'issueCard',
    action: 'drill.issue_card',
    subject: ['drill', drillId],
    answer: { cardId: id },
    body: { drillId, roleId, uses, reason },
    details: { uses },
    statements: [
      db.insert(drillCards).values({
        ...{ id, drillId, roleId, keyVersion, usesMax: uses, issuedBy: by.id, issuedAt: now },
        // Volunteers of a volunteers' role are trained, whatever stands here.
        reason: role.filledBy === 'volunteer' ? '' : reason,
        codeHash: await keys.hash('drill-card', `code:${code}`),
      }),
    ],
    refusals: cardRefusals,
  });
}

/**
 * Makes a card worthless. Who took a role by it keeps it.
 * @throws DomainError `not_found` (not yours, no such card), `conflict` (withdrawn before), `unavailable`.
 */
export async function withdrawCard(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  await requireOwnDrill(ctx, by, input);
  const { drillId, cardId } = parseInput(cardReference, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'withdrawCard',
    action: 'drill.withdraw_card',
    subject: ['drill', drillId],
    answer: { drillId },
    body: { drillId, cardId },
    statements: [
      db.insert(drillCardWithdrawals).values({ cardId, withdrawnBy: by.id, withdrawnAt: now }),
    ],
    refusals: cardRefusals,
  });
}

/**
 * Takes the role of a printed card: whoever holds the paper and has signed in.
 * @throws DomainError `not_found` (no such card, withdrawn, over), `invalid` (fields), `conflict` (used up, full, in it
 * already, at another drill then, not trained), `unavailable`.
 */
export async function takeCard(
  ctx: CommandContext,
  by: Person,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { code, name, unit } = parseInput(takeInput, input);
  const found = await findCard(ctx, code);
  const standing = found && cardStanding(found.card, found.drill, ctx.now);
  if (!found || standing === 'withdrawn' || standing === 'expired') {
    throw new DomainError('not_found', 'card_unknown', cardUnknown.message);
  }
  const { card, role, drill } = found;
  const missing = missingTraining(
    role,
    await heldTraining(ctx, by.id),
    calendarDate(drill.startsAt),
  );
  if (missing.length > 0 && card.reason === '') {
    const { message } = takeRefusals['training_missing']!;
    throw new DomainError('conflict', 'training_missing', message);
  }
  const { db, now } = ctx;
  const participantId = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'takeCard',
    action: 'drill.take_card',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    body: { cardId: card.id, name, unit },
    details: { part: role.part },
    statements: [
      ...(await joining(ctx, by, {
        ...{ participantId, drillId: drill.id, roleId: role.id, unit, name },
        joinedBy: card.issuedBy,
        waiver: missing.length > 0 ? { reason: card.reason, waivedBy: card.issuedBy } : undefined,
      })),
      db.insert(drillCardUses).values({ participantId, cardId: card.id, usedAt: now }),
    ],
    refusals: takeRefusals,
  });
}
