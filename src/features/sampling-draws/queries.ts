import { and, asc, count, desc, eq, inArray, like, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { ROWS_SHOWN } from '../../lib/lists.ts';
import { keyOf } from '../applications/policy.ts';
import type { ListProgrammes } from '../applications/queries.ts';
import { applications, officeScopes } from '../applications/table.ts';
import { isSampled } from '../programmes/policy.ts';
import type { Programme } from '../programmes/schema.ts';
import type { Holder } from '../roles/policy.ts';
import type { FoundDraw, SampledQueue } from './policy.ts';
import {
  drawCandidates,
  drawDrops,
  drawFiles,
  drawFreezes,
  drawResults,
  samplingDraws,
  type SamplingDraw,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** The offices that somebody reviews for, those taken over among them. One request at most. */
export async function listReviewedOffices({ db }: Reads, { roles }: Holder): Promise<string[]> {
  const own = roles.flatMap(({ role, scopeKind, scopeId }) =>
    role === 'reviewer' && scopeKind === 'region' ? [scopeId] : [],
  );
  if (own.length === 0) return [];
  const taken = await db
    .select({ code: officeScopes.regionCode })
    .from(officeScopes)
    .where(inArray(officeScopes.scopeId, own));
  return [...new Set([...own, ...taken.map(({ code }) => code)])];
}

/** What waits at steps of these offices of which some are drawn. */
export async function listSampledQueues(
  { db }: Reads,
  listProgrammes: ListProgrammes,
  regions: readonly string[],
): Promise<SampledQueue[]> {
  if (regions.length === 0) return [];
  const rows = await db
    .select({
      programme: applications.programme,
      version: applications.version,
      state: applications.state,
      regionCode: applications.turnRegion,
      waiting: count(),
    })
    .from(applications)
    .where(
      and(
        ...[inArray(applications.turnRegion, [...regions]), like(applications.state, 'step:%')],
        sql`not exists (select 1 from application_decisions as record
          where record.application_id = applications.id and record.act = 'draw'
            and record.from_state = applications.state)`,
        sql`not exists (select 1 from draw_files join sampling_draws on sampling_draws.id = draw_files.draw_id
          where draw_files.application_id = applications.id and sampling_draws.state in ('frozen', 'drawn')
            and 'step:' || sampling_draws.step = applications.state)`,
      ),
    )
    .groupBy(
      applications.programme,
      applications.version,
      applications.state,
      applications.turnRegion,
    );
  const programmes = await listProgrammes();
  return rows.flatMap(({ programme: key, version, state, regionCode, waiting }) => {
    const programme = programmes.find((one) => one.key === key && one.version === version);
    const step = programme?.steps.find((one) => `step:${one.key}` === state);
    return programme && step && isSampled(step) && regionCode !== null
      ? [{ programme, step, regionCode, waiting }]
      : [];
  });
}

/** The draws of these offices, or of all with none given: the latest first, in parts. */
export async function listDraws(
  { db }: Reads,
  { regions, after }: { regions?: readonly string[]; after?: string | undefined } = {},
): Promise<SamplingDraw[]> {
  return db
    .select()
    .from(samplingDraws)
    .where(
      and(
        regions ? inArray(samplingDraws.regionCode, [...regions]) : undefined,
        after ? lt(samplingDraws.id, after) : undefined,
      ),
    )
    .orderBy(desc(samplingDraws.id))
    .limit(ROWS_SHOWN);
}

/** A draw with everything that happened; undefined where there is none. One request. */
export async function findDraw({ db }: Reads, id: string): Promise<FoundDraw | undefined> {
  const { draws, lines, freezes, results, drops } = await readTogether(db, {
    draws: db.select().from(samplingDraws).where(eq(samplingDraws.id, id)),
    lines: db
      .select({
        code: drawFiles.code,
        applicationId: drawFiles.applicationId,
        // Written out: a column of the only table would be printed without its table.
        isRecorded: sql<number>`exists (select 1 from application_decisions as record
          where record.application_id = draw_files.application_id and record.act = 'draw'
            and json_extract(record.content, '$.drawId') = draw_files.draw_id)`,
        state: applications.state,
      })
      .from(drawFiles)
      .innerJoin(applications, eq(applications.id, drawFiles.applicationId))
      .where(eq(drawFiles.drawId, id))
      .orderBy(asc(drawFiles.code)),
    freezes: db.select().from(drawFreezes).where(eq(drawFreezes.drawId, id)),
    results: db.select().from(drawResults).where(eq(drawResults.drawId, id)),
    drops: db.select().from(drawDrops).where(eq(drawDrops.drawId, id)),
  });
  const [draw] = draws;
  return (
    draw && {
      ...{ draw, freeze: freezes[0], result: results[0], drop: drops[0] },
      lines: lines.map(({ code, applicationId, isRecorded, state }) => ({
        ...{ code, applicationId },
        isOpen: isRecorded === 0 && keyOf(state) === draw.step,
      })),
    }
  );
}

/** The files that a draw would freeze now. */
export async function listCandidates({ db }: Reads, drawId: string): Promise<string[]> {
  const rows = await db
    .select({ id: drawCandidates.applicationId })
    .from(drawCandidates)
    .where(eq(drawCandidates.drawId, drawId));
  return rows.map(({ id }) => id);
}

/** In which lists an application stands, each under which code; the latest first. */
export async function listDrawCodes(
  { db }: Reads,
  applicationId: string,
): Promise<{ drawId: string; code: string }[]> {
  return db
    .select({ drawId: drawFiles.drawId, code: drawFiles.code })
    .from(drawFiles)
    .innerJoin(samplingDraws, eq(samplingDraws.id, drawFiles.drawId))
    .where(
      and(
        eq(drawFiles.applicationId, applicationId),
        inArray(samplingDraws.state, ['frozen', 'drawn']),
      ),
    )
    .orderBy(desc(samplingDraws.id));
}

/** The rules by which a draw is made. @throws Error when the content does not have them any more. */
export function drawProgramme(
  programmes: readonly Programme[],
  { programme, version }: Pick<SamplingDraw, 'programme' | 'version'>,
): Programme {
  const found = programmes.find((one) => one.key === programme && one.version === version);
  if (!found) throw new Error(`content/criteria/${programme}/${version}.yaml is missing.`);
  return found;
}
