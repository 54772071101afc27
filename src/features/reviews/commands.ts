import { asc, lte } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { writeAtomically } from '../../lib/db/commit.ts';
import { loadApplication, type ListProgrammes } from '../applications/queries.ts';
import { applications } from '../applications/table.ts';
import { projectionRow } from './statements.ts';

/** In one run of the job; what is left has its turn in the next. */
const FILES_A_RUN = 200;

/** Keeps files as time has moved them: what lapsed, and notices that are over. @returns how many. */
export async function followTime(
  ctx: CommandContext,
  listProgrammes: ListProgrammes,
): Promise<number> {
  const due = await ctx.db
    .select({ id: applications.id })
    .from(applications)
    .where(lte(applications.changesAt, ctx.now))
    .orderBy(asc(applications.changesAt))
    .limit(FILES_A_RUN);
  for (const { id } of due) {
    const loaded = await loadApplication(ctx, listProgrammes, { id });
    if (loaded) await writeAtomically(ctx.db, [projectionRow(ctx, loaded)], {});
  }
  return due.length;
}
