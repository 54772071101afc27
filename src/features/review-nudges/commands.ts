import type { CommandContext } from '../../lib/context.ts';
import { writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { domainErrorIn } from '../../lib/errors.ts';
import { calendarDate } from '../../lib/time.ts';
import { programmeOf, type ListProgrammes } from '../applications/queries.ts';
import { queueMessages } from '../notifications/statements.ts';
import { officeAbove } from '../review-desk/policy.ts';
import { reviewNudges } from '../review-desk/table.ts';
import {
  countOffice,
  listNeglected,
  listOfficersOf,
  listUncorrected,
  listUntold,
} from './queries.ts';

/** One run's share of each kind; the minutes of a day are many. */
const NUDGES_MAX = 20;

/** Writes that something was told, with the messages; false when another run was faster. */
async function tellOnce(
  ctx: CommandContext,
  row: Omit<typeof reviewNudges.$inferInsert, 'nudgedAt'>,
  messages: readonly Statement[],
): Promise<boolean> {
  try {
    await writeAtomically(
      ctx.db,
      [ctx.db.insert(reviewNudges).values({ ...row, nudgedAt: ctx.now }), ...messages],
      {
        'unique:review_nudges.kind,review_nudges.region_code,review_nudges.application_id,review_nudges.period':
          { code: 'conflict', reason: 'overtaken', message: '' },
      },
    );
    return true;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'overtaken') return false;
    throw error;
  }
}

/**
 * Tells every office once a day what is new, nearly due and overdue there; the office above, once for each file, what has
 * lain too long; and applicants, once, that their days to mend a file are nearly over. Run again it tells nobody twice.
 * @returns how many messages were queued.
 */
export async function nudgeReviews(
  ctx: CommandContext,
  listProgrammes: ListProgrammes,
): Promise<number> {
  const today = calendarDate(ctx.now);
  let told = 0;
  for (const regionCode of await listUntold(ctx, NUDGES_MAX)) {
    const { fresh, soon, late } = await countOffice(ctx, regionCode);
    const officers = fresh + soon + late > 0 ? await listOfficersOf(ctx, regionCode) : [];
    const messages = officers.map(({ id: personId }) => ({
      template: 'application_desk_due',
      idempotencyKey: `desk:${regionCode}:${today}:${personId}`,
      values: { regionCode, personId, day: today },
    }));
    const row = { kind: 'digest' as const, regionCode, period: today };
    if (await tellOnce(ctx, row, await queueMessages(ctx, messages))) told += messages.length;
  }
  for (const { id: applicationId, turnRegion, untilOn } of await listNeglected(ctx, NUDGES_MAX)) {
    const above = turnRegion === null ? undefined : officeAbove(turnRegion);
    const period = untilOn ?? today;
    const officers = above ? await listOfficersOf(ctx, above) : [];
    const messages = officers.map(({ id: personId }) => ({
      template: 'application_desk_late',
      idempotencyKey: `desk-late:${applicationId}:${period}:${personId}`,
      values: { applicationId, personId, above: above ?? '', until: period },
    }));
    const row = { kind: 'escalation' as const, regionCode: above ?? '', applicationId, period };
    if (await tellOnce(ctx, row, await queueMessages(ctx, messages))) told += messages.length;
  }
  const uncorrected = await listUncorrected(ctx, NUDGES_MAX);
  const programmes = uncorrected.length > 0 ? await listProgrammes() : [];
  for (const application of uncorrected) {
    const { id: applicationId, decisions, regionCode, untilOn } = application;
    const until = untilOn ?? today;
    const message = {
      template: 'application_correction_due',
      idempotencyKey: `application-correction:${applicationId}:${until}`,
      values: {
        ...{ applicationId, position: String(decisions), until },
        title: programmeOf(programmes, application).title.text,
      },
    };
    const row = { kind: 'correction' as const, regionCode, applicationId, period: until };
    if (await tellOnce(ctx, row, await queueMessages(ctx, [message]))) told += 1;
  }
  return told;
}
