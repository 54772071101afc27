import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { Query } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { actOnce } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { organisations } from '../organisations/table.ts';
import type { Holder } from '../roles/policy.ts';
import {
  decisionRefusals,
  departureRefusals,
  gridCellRefusals,
  registrationRefusals,
  trainingRefusals,
  withdrawalRefusals,
} from './policy.ts';
import { findOwnEntry } from './queries.ts';
import {
  gridCellInput,
  trainingInput,
  trainingReference,
  volunteerDecisionInput,
  volunteerInput,
} from './schema.ts';
import {
  gridCells,
  trainingWithdrawals,
  volunteerConsents,
  volunteerDecisions,
  volunteerDepartures,
  volunteerRevisions,
  volunteers,
  volunteerSkills,
  volunteerTrainings,
} from './table.ts';

/**
 * Registers a person as a volunteer, or puts their entry right; one entry each. Somebody of their community, county or
 * hall confirms it, and anew when the place changes.
 * @throws DomainError `invalid` (fields; under age, no consent, unknown community, hall or skill), `too_many`,
 * `conflict` (changed meanwhile), `unavailable`.
 */
export async function registerVolunteer(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ volunteerId: string }> {
  const asked = parseInput(volunteerInput, input);
  const { db, now } = ctx;
  const { entry } = await findOwnEntry(ctx, person.id);
  const own = entry && ['asked', 'confirmed'].includes(entry.volunteer.state) ? entry : undefined;
  const volunteerId = own?.volunteer.id ?? newId(now);
  const dataKey = await openPersonKey(ctx, person);
  const values = {
    ...(await placeOf(ctx, asked)),
    hallSlug: asked.hallSlug ?? null,
    nameCipher: await dataKey.encrypt(`volunteers.name:${volunteerId}`, asked.name),
  };
  const rows: Query[] = own
    ? [
        db
          .insert(volunteerRevisions)
          .values({ id: newId(now), volunteerId, personId: person.id, revisedAt: now }),
        db.update(volunteers).set(values).where(eq(volunteers.id, volunteerId)),
        db.delete(volunteerSkills).where(eq(volunteerSkills.volunteerId, volunteerId)),
        db.delete(volunteerConsents).where(eq(volunteerConsents.volunteerId, volunteerId)),
      ]
    : [
        db
          .insert(volunteers)
          .values({ id: volunteerId, personId: person.id, ...values, registeredAt: now }),
      ];
  const codes = [...new Set(asked.skills)].sort();
  const purposes = [...new Set(asked.purposes)].sort();
  rows.push(
    db.insert(volunteerSkills).values(codes.map((skillCode) => ({ volunteerId, skillCode }))),
    db
      .insert(volunteerConsents)
      .values(purposes.map((purpose) => ({ volunteerId, purpose, givenAt: now }))),
  );
  const { name, ...open } = asked;
  return actOnce(ctx, person.id, key, {
    command: 'registerVolunteer',
    action: own ? 'volunteer.revise' : 'volunteer.register',
    subject: ['volunteer', volunteerId],
    body: { ...open, name, place: asked.place ?? null, hallSlug: asked.hallSlug ?? null },
    // What somebody agreed to and took back is to be found here.
    details: { purposes },
    statements: rows,
    refusals: registrationRefusals,
    answer: { volunteerId },
  });
}

/** County, or the place of the chosen committee; the guard judges that it is one. */
async function placeOf(
  { db }: CommandContext,
  { regionCode, place }: { regionCode: string; place?: string | undefined },
) {
  if (!place) return { regionCode, organisationId: null, gridCellId: null };
  const id = place.slice(place.indexOf(':') + 1);
  const committee = { id: organisations.id, regionCode: organisations.regionCode };
  const [found] = place.startsWith('cell:')
    ? await db
        .select({ ...committee, cell: gridCells.id })
        .from(gridCells)
        .innerJoin(organisations, eq(organisations.id, gridCells.organisationId))
        .where(eq(gridCells.id, id))
    : await db.select(committee).from(organisations).where(eq(organisations.id, id));
  if (!found?.regionCode.startsWith(regionCode)) {
    const message = '请在列出的社区和网格里选';
    throw new DomainError('invalid', 'community_unknown', message, {
      fields: [{ field: 'place', message }],
    });
  }
  return {
    regionCode: found.regionCode,
    organisationId: found.id,
    gridCellId: 'cell' in found ? String(found.cell) : null,
  };
}

/**
 * Leaves the registry. Name, skills and consents go at once, duties to come go to whoever stands in reserve; hours stay
 * counted.
 * @throws DomainError `conflict` (never registered, left before), `unavailable`.
 */
export async function leaveRegistry(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  key: string,
): Promise<{ volunteerId: string }> {
  const { entry } = await findOwnEntry(ctx, person.id);
  if (!entry) throw new DomainError('conflict', 'volunteer_already_left', '你现在没有登记。');
  const volunteerId = entry.volunteer.id;
  return actOnce(ctx, person.id, key, {
    command: 'leaveRegistry',
    action: 'volunteer.leave',
    subject: ['volunteer', volunteerId],
    body: { volunteerId },
    statements: [ctx.db.insert(volunteerDepartures).values({ volunteerId, departedAt: ctx.now })],
    refusals: departureRefusals,
    answer: { volunteerId },
  });
}

/**
 * Confirms an entry, or says why not. By the officer of its county, street or community, or the manager of its hall,
 * never one's own; `volunteer_officers` in the database knows whose it is.
 * @throws DomainError `invalid` (fields, no reason), `not_found` (not yours to decide), `conflict` (decided before, left),
 * `unavailable`.
 */
export async function decideVolunteer(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ volunteerId: string }> {
  const { volunteerId, decision, reason } = parseInput(volunteerDecisionInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'decideVolunteer',
    action: decision === 'confirmed' ? 'volunteer.confirm' : 'volunteer.refuse',
    subject: ['volunteer', volunteerId],
    body: { volunteerId, decision, reason },
    statements: [
      db
        .insert(volunteerDecisions)
        .values({ id, volunteerId, decision, reason, decidedBy: by.id, decidedAt: now }),
      await queueMessage(ctx, {
        template: 'volunteer_decided',
        idempotencyKey: `volunteer-decided:${id}`,
        values: { decisionId: id },
      }),
    ],
    refusals: decisionRefusals,
    answer: { volunteerId },
  });
}

/**
 * Notes a training of a confirmed volunteer, with the last day on which it holds; by whoever looks after the entry.
 * @throws DomainError `invalid` (fields, not held yet), `not_found` (not yours), `conflict` (not confirmed, noted
 * before), `unavailable`.
 */
export async function recordTraining(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ volunteerId: string }> {
  const { volunteerId, skill, training, heldOn, validUntil } = parseInput(trainingInput, input);
  const { db, now } = ctx;
  const row = db.insert(volunteerTrainings).values({
    id: newId(now),
    volunteerId,
    skillCode: skill,
    name: training,
    heldOn,
    validUntil: validUntil ?? null,
    recordedBy: by.id,
    recordedAt: now,
  });
  return actOnce(ctx, by.id, key, {
    command: 'recordTraining',
    action: 'volunteer.record_training',
    subject: ['volunteer', volunteerId],
    body: { volunteerId, skill, training, heldOn, validUntil: validUntil ?? null },
    details: { skill },
    statements: [row],
    refusals: trainingRefusals,
    answer: { volunteerId },
  });
}

/**
 * Takes back a training that was noted by mistake.
 * @throws DomainError `not_found` (not yours), `conflict` (taken back before), `unavailable`.
 */
export async function withdrawTraining(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ trainingId: string }> {
  const { trainingId } = parseInput(trainingReference, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'withdrawTraining',
    action: 'volunteer.withdraw_training',
    subject: ['volunteer_training', trainingId],
    body: { trainingId },
    statements: [
      db.insert(trainingWithdrawals).values({ trainingId, withdrawnBy: by.id, withdrawnAt: now }),
    ],
    refusals: withdrawalRefusals,
    answer: { trainingId },
  });
}

/**
 * Adds a grid cell to a community; by its officer, or whoever verifies organisations there.
 * @throws DomainError `invalid` (fields), `not_found` (no verified committee of yours), `conflict` (there already, 60
 * are there), `unavailable`.
 */
export async function addGridCell(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ gridCellId: string }> {
  const { organisationId, cell } = parseInput(gridCellInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'addGridCell',
    action: 'grid_cell.add',
    subject: ['grid_cell', id],
    body: { organisationId, cell },
    details: { organisationId },
    statements: [
      db.insert(gridCells).values({ id, organisationId, name: cell, addedBy: by.id, addedAt: now }),
    ],
    refusals: gridCellRefusals,
    answer: { gridCellId: id },
  });
}
