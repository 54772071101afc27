import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { applications } from '../../src/features/applications/table.ts';
import { openMessageValues } from '../../src/features/notifications/queries.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { returnApplication, suspendApplication } from '../../src/features/review-desk/commands.ts';
import { ESCALATE_DAYS } from '../../src/features/review-desk/policy.ts';
import { nudgeReviews } from '../../src/features/review-nudges/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addDays, instantOf } from '../../src/lib/time.ts';
import { templates } from '../../src/messages.ts';
import { listProgrammes } from '../helpers/filed-applications.ts';
import { acts, atCounty } from '../helpers/review-desk.ts';
import { createWorld } from '../helpers/world.ts';

/** Who is told what now of the messages of one kind that wait, as their words would be made at delivery. */
async function toldOf(ctx: CommandContext, template: string) {
  const rows = await ctx.db
    .select()
    .from(outboxMessages)
    .where(eq(outboxMessages.template, template));
  const made = await Promise.all(
    rows.map(async (row) =>
      templates[template]!.make(ctx, await openMessageValues(ctx, row), row.createdAt),
    ),
  );
  return made.map((one) => one && { ...one.variables, to: 'person' in one.to && one.to.person.id });
}

const untilOf = async (ctx: CommandContext, id: string) =>
  (await ctx.db.select().from(applications).where(eq(applications.id, id)))[0]!.untilOn!;

describe('what offices and applicants are reminded of', () => {
  it('is one message a day for each officer, with what is new, nearly due and overdue', async () => {
    const world = await createWorld();
    const { ctx, by, other, applicationId } = await atCounty(world);
    expect(await nudgeReviews(ctx, listProgrammes)).toBeGreaterThanOrEqual(2);
    expect(await nudgeReviews(ctx, listProgrammes)).toBe(0);
    const told = await toldOf(ctx, 'application_desk_due');
    expect(told.map((one) => one?.to)).toEqual(expect.arrayContaining([by.county.id, other.id]));
    expect(told[0]).toMatchObject({ waiting: '1', fresh: '1', soon: '0', late: '0' });
    const quiet = world.at(instantOf(addDays(await untilOf(ctx, applicationId), -8), 600));
    expect(await nudgeReviews(quiet, listProgrammes)).toBe(0);
    const near = world.at(instantOf(addDays(await untilOf(ctx, applicationId), -1), 600));
    expect(await nudgeReviews(near, listProgrammes)).toBeGreaterThanOrEqual(2);
  });

  it('goes to the level above once, when a file has lain too long, and not when it was decided since', async () => {
    const world = await createWorld();
    const { ctx, by, applicationId } = await atCounty(world);
    const until = await untilOf(ctx, applicationId);
    const patient = world.at(instantOf(addDays(until, ESCALATE_DAYS), 600));
    await nudgeReviews(patient, listProgrammes);
    expect(await toldOf(patient, 'application_desk_late')).toEqual([]);
    const late = world.at(instantOf(addDays(until, ESCALATE_DAYS + 1), 600));
    await nudgeReviews(late, listProgrammes);
    await nudgeReviews(late, listProgrammes);
    expect(await toldOf(late, 'application_desk_late')).toMatchObject([
      { to: by.city.id, days: String(ESCALATE_DAYS + 1) },
    ]);
    await acts(suspendApplication, late, by.county, applicationId);
    expect(await toldOf(late, 'application_desk_late')).toEqual([null]);
  });

  it('reminds an applicant once before the days to mend a file are over', async () => {
    const world = await createWorld();
    const { ctx, by, own, applicationId } = await atCounty(world);
    await acts(returnApplication, ctx, by.county, applicationId, {
      ...{ 'fault.file.': 'missing', 'what.file.': '缺封面' },
    });
    expect(await toldOf(ctx, 'application_returned')).toMatchObject([
      { to: own.head.id, many: '1', title: '江苏省综合减灾示范社区' },
    ]);
    const near = world.at(instantOf(addDays(await untilOf(ctx, applicationId), -2), 600));
    expect(await nudgeReviews(near, listProgrammes)).toBe(1);
    expect(await nudgeReviews(near, listProgrammes)).toBe(0);
    expect(await toldOf(near, 'application_correction_due')).toMatchObject([{ to: own.head.id }]);
  });
});
