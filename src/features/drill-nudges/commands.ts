import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically } from '../../lib/db/commit.ts';
import { domainErrorIn } from '../../lib/errors.ts';
import { addDays, calendarDate, daysLeftInMonth } from '../../lib/time.ts';
import { queueMessage } from '../notifications/statements.ts';
import { isDutyWeek, isPlanTime } from './policy.ts';
import {
  countOwing,
  listOrganisers,
  listUnnudgedPlans,
  listUnnudgedRegions,
  type NudgeKind,
  type Organiser,
} from './queries.ts';
import { drillNudges } from './table.ts';

/** One run's share; the minutes of a day are many. */
const NUDGES_MAX = 20;

/**
 * Tells a region's organisers, in the last week of a month, how many of its organisations have not drilled; and from the
 * third day of a month whoever planned drills for it that nobody has begun to prepare. Once each.
 * @returns how many people were told.
 */
export async function nudgeOrganisers(ctx: CommandContext): Promise<number> {
  const today = calendarDate(ctx.now);
  let told = 0;
  if (isDutyWeek(today)) {
    const period = addDays(today, daysLeftInMonth(today));
    for (const regionCode of await listUnnudgedRegions(ctx, period, NUDGES_MAX)) {
      const owing = await countOwing(ctx, regionCode, period);
      const organiser = { regionCode, organisationId: '' };
      told += await nudge(ctx, 'region_duties', organiser, period, owing > 0);
    }
  }
  if (isPlanTime(today)) {
    const month = today.slice(0, 7);
    for (const organiser of await listUnnudgedPlans(ctx, month, NUDGES_MAX)) {
      told += await nudge(ctx, 'plan_items', organiser, month, true);
    }
  }
  return told;
}

const templates: Readonly<Record<NudgeKind, string>> = {
  region_duties: 'drill_region_due',
  plan_items: 'drill_plan_due',
};

/** How many were told; none when another run was faster. */
async function nudge(
  ctx: CommandContext,
  kind: NudgeKind,
  organiser: Organiser,
  period: string,
  isOwing: boolean,
): Promise<number> {
  const persons = isOwing ? await listOrganisers(ctx, organiser) : [];
  const row = { kind, ...organiser, period, told: persons.length > 0, nudgedAt: ctx.now };
  const messages = persons.map(({ id: personId }) =>
    queueMessage(ctx, {
      template: templates[kind],
      idempotencyKey: `nudge:${kind}:${organiser.organisationId || organiser.regionCode}:${period}:${personId}`,
      values: { ...organiser, period, personId },
    }),
  );
  try {
    await writeAtomically(
      ctx.db,
      [print(ctx.db.insert(drillNudges).values(row)), ...(await Promise.all(messages))],
      {
        'unique:drill_nudges.kind,drill_nudges.region_code,drill_nudges.organisation_id,drill_nudges.period':
          { code: 'conflict', reason: 'overtaken', message: '' },
      },
    );
    return persons.length;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'overtaken') return 0;
    throw error;
  }
}
