import { and, eq } from 'drizzle-orm';
import {
  courseOf,
  officeOf,
  officeRegion,
  stepOf,
} from '../../src/features/applications/policy.ts';
import type { LoadedApplication } from '../../src/features/applications/queries.ts';
import { listHash, sampleSize } from '../../src/features/draws/policy.ts';
import { projectionRow, type Brought } from '../../src/features/reviews/statements.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { listCandidates } from '../../src/features/sampling-draws/queries.ts';
import {
  drawFiles,
  drawFreezes,
  drawResults,
  samplingDraws,
} from '../../src/features/sampling-draws/table.ts';
import { siteVisitEntries, siteVisits } from '../../src/features/site-visits/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { writeAtomically, type Json } from '../../src/lib/db/commit.ts';
import { newBookingCode, newId } from '../../src/lib/ids.ts';
import { addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';

/** What a result or a record of a visit rests on, for demonstrations and tests that do not walk the way there. */
export async function foundedRecord(
  ctx: CommandContext,
  by: Holder,
  loaded: LoadedApplication,
  { act }: Pick<Brought, 'act'>,
): Promise<Record<string, Json>> {
  if (act !== 'visit' && act !== 'draw') return {};
  const { programme, file, application } = loaded;
  const step = stepOf(programme, courseOf(loaded, file, ctx.now).state);
  const regionCode = step && officeRegion(officeOf(step), application.regionCode);
  if (!step || !regionCode) throw new Error(`Nothing is visited or drawn in ${application.state}.`);
  await writeAtomically(ctx.db, [projectionRow(ctx, loaded)], {});
  const at = { step: step.key, regionCode };
  return act === 'visit'
    ? { visitId: await planned(ctx, by, loaded, at) }
    : { drawId: await drawn(ctx, by, loaded, at) };
}

interface Place {
  step: string;
  regionCode: string;
}

/** A visit of today with both meetings and every condition seen; the one that is planned, if there is one. */
async function planned(
  ctx: CommandContext,
  by: Holder,
  { application, programme }: LoadedApplication,
  { step, regionCode }: Place,
): Promise<string> {
  const { db, now } = ctx;
  const [there] = await db
    .select({ id: siteVisits.id })
    .from(siteVisits)
    .where(and(eq(siteVisits.applicationId, application.id), eq(siteVisits.step, step)));
  const visitId = there?.id ?? newId(now);
  const seen = (kind: 'opening' | 'closing' | 'check', item: string, minutes: number) => {
    const at = addMinutes(now, -minutes);
    return {
      ...{ id: newId(now), visitId, personId: by.id, kind, item, note: '' },
      answer: kind === 'check' ? ('yes' as const) : null,
      present: kind === 'check' ? null : 6,
      ...{ at, deviceAt: at, receivedAt: now },
    };
  };
  const plan = db.insert(siteVisits).values({
    ...{ id: visitId, applicationId: application.id, step, regionCode },
    ...{ plannedOn: calendarDate(now), party: '示例：应急局2人，消防救援大队1人' },
    ...{ plannedBy: by.id, plannedAt: now },
  });
  const entries = db
    .insert(siteVisitEntries)
    .values([
      seen('opening', '', 5),
      ...programme.conditions.map(({ key }) => seen('check', `condition:${key}`, 4)),
      seen('closing', '', 3),
    ]);
  await writeAtomically(db, there ? [entries] : [plan, entries], {});
  return visitId;
}

const ATTEMPTS = 5;

/** The draw that a file is in; else one of everything that waits at the step, named the day before yesterday. */
async function drawn(
  ctx: CommandContext,
  by: Holder,
  loaded: LoadedApplication,
  place: Place,
  attempt = 1,
): Promise<string> {
  const { db } = ctx;
  const [there] = await db
    .select({ id: samplingDraws.id })
    .from(samplingDraws)
    .innerJoin(drawFiles, eq(drawFiles.drawId, samplingDraws.id))
    .where(
      and(
        eq(drawFiles.applicationId, loaded.application.id),
        eq(samplingDraws.step, place.step),
        eq(samplingDraws.state, 'drawn'),
      ),
    );
  if (there) return there.id;
  try {
    await drawAll(ctx, by, loaded, place);
  } catch (error) {
    // Tests beside this one fill and draw the same queue.
    if (attempt >= ATTEMPTS) throw error;
  }
  return drawn(ctx, by, loaded, place, attempt + 1);
}

async function drawAll(
  ctx: CommandContext,
  by: Holder,
  { programme: { key: programme, version, steps } }: LoadedApplication,
  { step, regionCode }: Place,
): Promise<void> {
  const { db, now } = ctx;
  const visit = steps.find(({ key }) => key === step)?.visit ?? 'none';
  const percent = visit === 'none' ? 0 : visit.percent;
  const namedAt = new Date(now.getTime() - 2 * DAY_MS);
  const [open] = await db
    .select({ id: samplingDraws.id })
    .from(samplingDraws)
    .where(
      and(
        ...[eq(samplingDraws.programme, programme), eq(samplingDraws.version, version)],
        ...[eq(samplingDraws.step, step), eq(samplingDraws.regionCode, regionCode)],
        eq(samplingDraws.state, 'named'),
      ),
    );
  const drawId = open?.id ?? newId(now);
  if (!open) {
    const name = db.insert(samplingDraws).values({
      ...{ id: drawId, programme, version, step, regionCode, percent },
      ...{ numberWords: '示例彩票某一期的6个号码，每个写两位', numberSource: '示例网站（示例）' },
      ...{ numberOn: calendarDate(now), numberDigits: 12, namedBy: by.id, namedAt },
    });
    await writeAtomically(db, [name], {});
  }
  const rows = (await listCandidates(ctx, drawId)).map((applicationId) => ({
    ...{ drawId, code: newBookingCode(), applicationId },
  }));
  const freeze = {
    ...{ drawId, listSha256: listHash(rows.map(({ code }) => code)), files: rows.length },
    ...{ size: sampleSize(rows.length, percent), frozenBy: by.id },
    frozenAt: addMinutes(namedAt, 30),
  };
  const result = { drawId, number: '030711182633', drawnBy: by.id, drawnAt: now };
  const statements = [
    db.insert(drawFiles).values(rows),
    db.insert(drawFreezes).values(freeze),
    db.insert(drawResults).values(result),
  ];
  await writeAtomically(db, statements, {});
}
