import type { Holder } from '../../src/features/roles/policy.ts';
import type { DeskCommand } from '../../src/features/review-desk/commands.ts';
import { saveMarks } from '../../src/features/review-desk/commands.ts';
import { standingOf } from '../../src/features/reviews/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { listProgrammes, loaded, reviewerOf, sameScores } from './filed-applications.ts';
import { offices, walkedTo, type Offices, type Walked } from './walked-applications.ts';
import type { World } from './world.ts';

export interface AtCounty extends Walked {
  by: Offices;
  /** Another officer of the county. */
  other: Holder;
}

/** A file that the county has before it, an hour after it came. */
export async function atCounty(world: World, name?: string): Promise<AtCounty> {
  const by = await offices(world);
  const file = await walkedTo(world, by, 'step:county-review', name === undefined ? {} : { name });
  const other = await reviewerOf(world, '320904');
  return { ...file, by, other, ctx: world.at(addMinutes(file.ctx.now, 60)) };
}

/** A command of the desk as its form sends it, on the state that the file has now unless another is named. */
export async function acts<Answer>(
  command: DeskCommand<Answer>,
  ctx: CommandContext,
  by: Holder,
  applicationId: string,
  values: Record<string, string> = {},
  key: string = crypto.randomUUID(),
): Promise<Answer> {
  const file = await loaded(ctx, applicationId);
  const { state: on } = standingOf(file.file, file, ctx.now);
  const input = { on, reason: '材料齐全，符合要求', applicationId, ...values };
  return command(ctx, by, input, listProgrammes, key);
}

/** The form of marks: every point as the applicant gave it, over the versions that were seen. */
export async function allMarks(
  ctx: CommandContext,
  applicationId: string,
  version = 0,
): Promise<Record<string, string>> {
  const { programme } = await loaded(ctx, applicationId);
  return Object.fromEntries(
    Object.entries(sameScores(programme)).flatMap(([key, tenths]) => [
      [`marks.${key}`, String(tenths / 10)],
      [`version.${key}`, String(version)],
    ]),
  );
}

/** Marks every point as the applicant did. */
export async function markedAll(ctx: CommandContext, by: Holder, applicationId: string) {
  const values = await allMarks(ctx, applicationId);
  await acts(saveMarks, ctx, by, applicationId, { ...values, step: 'county-review' });
}
