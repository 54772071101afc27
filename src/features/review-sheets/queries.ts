import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import { applicationDecisions } from '../applications/table.ts';
import type { Department, Programme, Step } from '../programmes/schema.ts';
import { latestMarks } from '../review-desk/policy.ts';
import { regionNames } from '../towns/queries.ts';
import { listAtStep } from '../review-desk/queries.ts';
import { reviewMarks } from '../review-desk/table.ts';
import type { SummaryRow } from './policy.ts';

/** More than any meeting goes through in a day. */
export const SUMMARY_MAX = 200;

/** What a meeting of an office looks at: every file of one step, with sums instead of whole columns. Two requests. */
export async function readSummary(
  ctx: Pick<CommandContext, 'db'>,
  offices: readonly RegionCode[],
  { programme, step }: { programme: Programme; step: Step },
): Promise<{ rows: SummaryRow[]; isCut: boolean }> {
  const asked = { programme: programme.key, step: step.key };
  const found = await listAtStep(ctx, offices, asked, SUMMARY_MAX + 1);
  const files = found.slice(0, SUMMARY_MAX);
  if (files.length === 0) return { rows: [], isCut: false };
  const ids = files.map(({ id }) => id);
  const { db } = ctx;
  const { decisions, marks } = await readTogether(db, {
    decisions: db
      .select({
        applicationId: applicationDecisions.applicationId,
        act: applicationDecisions.act,
        fromState: applicationDecisions.fromState,
        tenths: applicationDecisions.tenths,
        department: sql<Department | null>`json_extract(${applicationDecisions.content}, '$.department')`,
        drawn: sql<number | null>`json_extract(${applicationDecisions.content}, '$.drawn')`,
        reason: applicationDecisions.reason,
      })
      .from(applicationDecisions)
      .where(inArray(applicationDecisions.applicationId, ids))
      .orderBy(asc(applicationDecisions.applicationId), asc(applicationDecisions.position)),
    marks: db
      .select()
      .from(reviewMarks)
      .where(and(inArray(reviewMarks.applicationId, ids), eq(reviewMarks.step, step.key))),
  });
  const here = `step:${step.key}`;
  const place = await regionNames(files.map(({ regionCode }) => regionCode));
  const rows = files.map((application): SummaryRow => {
    const own = decisions.filter(({ applicationId }) => applicationId === application.id);
    const mine = [
      ...latestMarks(marks.filter((one) => one.applicationId === application.id)).values(),
    ];
    const atStep = own.filter(({ fromState }) => fromState === here);
    return {
      application,
      place: place(application.regionCode),
      self: own.findLast(({ act }) => act === 'submission' || act === 'correction')?.tenths ?? null,
      decided: Object.fromEntries(
        own.flatMap(({ act, fromState, tenths }) =>
          act === 'approval' && tenths !== null ? [[fromState.replace('step:', ''), tenths]] : [],
        ),
      ),
      working:
        mine.length > 0
          ? { tenths: mine.reduce((sum, { tenths }) => sum + tenths, 0), marked: mine.length }
          : null,
      visited: atStep.some(({ act }) => act === 'visit'),
      drawn: atStep.some(({ act }) => act === 'draw')
        ? atStep.findLast(({ act }) => act === 'draw')?.drawn === 1
        : null,
      opinions: atStep.flatMap(({ act, department, reason }) =>
        act === 'opinion' && department ? [{ department, text: reason }] : [],
      ),
    };
  });
  return { rows, isCut: found.length > SUMMARY_MAX };
}
