import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { addDays, calendarDate, daysLeftInMonth } from '../../lib/time.ts';
import { actOnce } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { REMIND_DAYS, ruleRefusals, traitRefusals } from './policy.ts';
import { findTraitHolder, listUnreminded, readOwnDuties } from './queries.ts';
import { dutyRuleInput, schoolPauseInput, traitsInput } from './schema.ts';
import {
  dutyReminders,
  dutyRules,
  organisationTraitChanges,
  schoolPauses,
  TRAITS,
  type Trait,
} from './table.ts';

/**
 * Enters a version of a rule, of an old one or a new one, from a month on that has not begun.
 * @throws DomainError `invalid` (fields, a month that has begun, not the beginning of a period), `not_found` (not an
 * administrator), `conflict` (another target), `unavailable`.
 */
export async function setDutyRule(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ ruleId: string }> {
  const rule = parseInput(dutyRuleInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'setDutyRule',
    action: 'duty_rule.set',
    subject: ['duty_rule', rule.rule],
    answer: { ruleId: id },
    body: rule,
    details: { every: rule.every, fromDay: rule.fromDay, isConvention: rule.isConvention },
    statements: [db.insert(dutyRules).values({ id, ...rule, setBy: by.id, setAt: now })],
    refusals: ruleRefusals,
  });
}

/**
 * Says in which months the schools are closed, from a month on that has not begun.
 * @throws DomainError `invalid` (fields, a month that has begun), `not_found` (not an administrator), `unavailable`.
 */
export async function setSchoolPause(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ pauseId: string }> {
  const pause = parseInput(schoolPauseInput, input);
  const { db, now } = ctx;
  const id = newId(now);
  return actOnce(ctx, by.id, key, {
    command: 'setSchoolPause',
    action: 'school_pause.set',
    subject: ['school_pause', id],
    answer: { pauseId: id },
    body: pause,
    details: { months: pause.months, fromDay: pause.fromDay },
    statements: [db.insert(schoolPauses).values({ id, ...pause, setBy: by.id, setAt: now })],
    refusals: ruleRefusals,
  });
}

const noOrganisation = () =>
  new DomainError('not_found', 'organisation_unknown', '没有找到这个单位。');

/**
 * Adds what an organisation is, by whoever is responsible for it. What is there already cannot be left out: that is
 * the officer's, since it may end a duty.
 * @throws DomainError `invalid` (fields), `not_found` (not yours, not verified), `conflict` (one left out, changed
 * meanwhile), `unavailable`.
 */
export async function addTraits(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, traits } = parseInput(traitsInput, input);
  const found = await findTraitHolder(ctx, organisationId);
  const { responsibleId } = found ?? {};
  if (!found || !can(by, { action: 'organisation_trait.add', responsibleId })) {
    throw noOrganisation();
  }
  return writeTraits(ctx, by, { organisationId, traits, held: found.traits }, key);
}

/**
 * Says what an organisation is, or is no more; an officer of its county, street or town does, not of their own.
 * @throws DomainError `invalid` (fields), `not_found` (not of your region, your own, not verified), `conflict` (changed
 * meanwhile), `unavailable`.
 */
export async function decideTraits(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, traits } = parseInput(traitsInput, input);
  const found = await findTraitHolder(ctx, organisationId);
  const { memberIds = [], organisation } = found ?? {};
  const regionCode = organisation?.regionCode ?? '';
  if (!found || !can(by, { action: 'organisation_trait.decide', regionCode, memberIds })) {
    throw noOrganisation();
  }
  return writeTraits(ctx, by, { organisationId, traits, held: found.traits }, key);
}

/** Writes down what has changed, each trait as a row. */
async function writeTraits(
  ctx: CommandContext,
  by: Holder,
  asked: {
    organisationId: string;
    traits: readonly Trait[];
    held: ReadonlyMap<Trait, unknown>;
  },
  key: string,
): Promise<{ organisationId: string }> {
  const { organisationId, traits, held } = asked;
  const { db, now } = ctx;
  const changes = TRAITS.filter((trait) => traits.includes(trait) !== held.has(trait)).map(
    (trait) => ({
      ...{ id: newId(now), organisationId, trait, holds: traits.includes(trait) },
      ...{ changedBy: by.id, changedAt: now },
    }),
  );
  return actOnce(ctx, by.id, key, {
    command: 'writeTraits',
    action: 'organisation.set_traits',
    subject: ['organisation', organisationId],
    answer: { organisationId },
    body: { organisationId, traits: [...traits] },
    details: { changed: Object.fromEntries(changes.map(({ trait, holds }) => [trait, holds])) },
    statements: changes.map((change) => db.insert(organisationTraitChanges).values(change)),
    refusals: traitRefusals,
  });
}

/** One run's share; the minutes of a week are many. */
const REMINDERS_MAX = 50;

/**
 * Tells whoever is responsible, in the last week of a month, once, where a drill is due by its end: every period ends
 * with a month. @returns how many were told.
 */
export async function remindOfDuties(ctx: CommandContext): Promise<number> {
  const today = calendarDate(ctx.now);
  const left = daysLeftInMonth(today);
  if (left > REMIND_DAYS) return 0;
  const untilDay = addDays(today, left);
  let done = 0;
  for (const { id: organisationId } of await listUnreminded(ctx, untilDay, REMINDERS_MAX)) {
    const duties = await readOwnDuties(ctx, organisationId);
    const told = (duties?.states ?? []).some(
      ({ state, dueBy }) => state !== 'done' && dueBy === untilDay,
    );
    done += (await reminded(ctx, organisationId, untilDay, told)) && told ? 1 : 0;
  }
  return done;
}

/** Whether it was written; false when another run was faster. */
async function reminded(
  ctx: CommandContext,
  organisationId: string,
  untilDay: string,
  told: boolean,
): Promise<boolean> {
  const row = { organisationId, untilDay, told, remindedAt: ctx.now };
  const message = {
    template: 'drill_due',
    idempotencyKey: `drill-due:${organisationId}:${untilDay}`,
    values: { organisationId, untilDay },
  };
  try {
    await writeAtomically(
      ctx.db,
      [
        print(ctx.db.insert(dutyReminders).values(row)),
        ...(told ? [await queueMessage(ctx, message)] : []),
      ],
      {
        'unique:duty_reminders.organisation_id,duty_reminders.until_day': {
          ...{ code: 'conflict', reason: 'overtaken', message: '' },
        },
      },
    );
    return true;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'overtaken') return false;
    throw error;
  }
}
