import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { DomainError } from '../../lib/errors.ts';
import { notYours } from '../drill-plans/policy.ts';
import { findDrill, standingIn, type DrillFile, type DrillStanding } from '../drills/queries.ts';
import { drillReference } from '../drills/schema.ts';
import type { Holder } from '../roles/policy.ts';
import { bandsFor, summarise, type FilledSheet, type SelfSummary } from './policy.ts';
import {
  drillGradeBands,
  drillSelfEvaluationReceipts,
  drillSelfEvaluations,
  drillSheetReopenings,
  drillSheets,
  drillSheetSaves,
  type DrillSheetReopening,
  type DrillSheetRow,
  type DrillSheetSave,
  type GradeBands,
  type ItemAnswer,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** One evaluator's sheet with what stands in each of its groups. */
export interface OpenedSheet {
  sheet: DrillSheetRow;
  /** The latest save of each group. */
  saves: DrillSheetSave[];
  answers: ItemAnswer[];
}

const isLatest = sql`${drillSheetSaves.version} = (
  SELECT max(newest.version) FROM ${drillSheetSaves} AS newest
    WHERE newest.drill_id = ${drillSheetSaves.drillId} AND newest.evaluator_id = ${drillSheetSaves.evaluatorId}
      AND newest.section = ${drillSheetSaves.section})`;

/** All sheets of a drill, the first that was opened in front: 评估人1, 评估人2. */
export async function listSheets({ db }: Reads, drillId: string): Promise<OpenedSheet[]> {
  const { sheets, saves } = await readTogether(db, {
    sheets: db
      .select()
      .from(drillSheets)
      .where(eq(drillSheets.drillId, drillId))
      .orderBy(asc(drillSheets.openedAt), asc(drillSheets.evaluatorId)),
    saves: db
      .select()
      .from(drillSheetSaves)
      .where(and(eq(drillSheetSaves.drillId, drillId), isLatest))
      .orderBy(asc(drillSheetSaves.section)),
  });
  return sheets.map((sheet) => {
    const own = saves.filter(({ evaluatorId }) => evaluatorId === sheet.evaluatorId);
    return { sheet, saves: own, answers: own.flatMap(({ answers }) => answers) };
  });
}

/** Somebody's own sheet; undefined before its first save. */
export async function findSheet(
  { db }: Reads,
  drillId: string,
  evaluatorId: string,
): Promise<OpenedSheet | undefined> {
  const own = and(eq(drillSheets.drillId, drillId), eq(drillSheets.evaluatorId, evaluatorId));
  const { sheets, saves } = await readTogether(db, {
    sheets: db.select().from(drillSheets).where(own),
    saves: db
      .select()
      .from(drillSheetSaves)
      .where(
        and(
          eq(drillSheetSaves.drillId, drillId),
          eq(drillSheetSaves.evaluatorId, evaluatorId),
          isLatest,
        ),
      ),
  });
  const [sheet] = sheets;
  return sheet && { sheet, saves, answers: saves.flatMap(({ answers }) => answers) };
}

/** The sheets that count: those that were handed in and not given back. */
export function handedIn(sheets: readonly OpenedSheet[]): FilledSheet[] {
  return sheets
    .filter(({ sheet }) => sheet.state === 'handed_in')
    .map(({ sheet: { evaluatorId }, answers }) => ({ evaluatorId, answers }));
}

export async function listReopenings(
  { db }: Reads,
  drillId: string,
): Promise<DrillSheetReopening[]> {
  return db
    .select()
    .from(drillSheetReopenings)
    .where(eq(drillSheetReopenings.drillId, drillId))
    .orderBy(asc(drillSheetReopenings.reopenedAt));
}

/** A drill for somebody who may judge it: with the part of an evaluator, or an organiser. For others it is not there. */
export async function findJudged(
  ctx: Reads,
  by: Holder,
  drillId: string,
): Promise<(DrillFile & { standing: DrillStanding }) | undefined> {
  const file = await findDrill(ctx, drillId);
  const standing = file && (await standingIn(ctx, by, file));
  return file && standing && isJudge(standing) ? { ...file, standing } : undefined;
}

/** The same for a command. @throws DomainError `not_found`. */
export async function requireJudge(
  ctx: Reads,
  by: Holder,
  input: unknown,
): Promise<DrillFile & { standing: DrillStanding }> {
  const { data } = drillReference.safeParse(input);
  const file = data && (await findJudged(ctx, by, data.drillId));
  if (!file) throw new DomainError('not_found', 'drill_not_yours', notYours.message);
  return file;
}

/** Whether somebody fills in a sheet. */
export function isJudge({ isOrganiser, participant, role }: DrillStanding): boolean {
  return isOrganiser || (participant?.state === 'joined' && role?.part === 'evaluator');
}

/** What participants said, as far as it may be told, and how many said anything. */
export async function readSelfEvaluations(
  { db }: Reads,
  drillId: string,
): Promise<{ summary: SelfSummary; enough: boolean }> {
  const answers = await db
    .select()
    .from(drillSelfEvaluations)
    .where(eq(drillSelfEvaluations.drillId, drillId));
  const summary = summarise(answers);
  return { summary, enough: summary.questions !== null };
}

/** The one of these ids under which an answer of this drill lies. */
export async function findAnswer(
  { db }: Reads,
  drillId: string,
  ids: readonly string[],
): Promise<string | undefined> {
  const [found] = await db
    .select({ id: drillSelfEvaluations.id })
    .from(drillSelfEvaluations)
    .where(
      and(eq(drillSelfEvaluations.drillId, drillId), inArray(drillSelfEvaluations.id, [...ids])),
    );
  return found?.id;
}

/** Whether this participant has answered. */
export async function hasAnswered({ db }: Reads, participantId: string): Promise<boolean> {
  const rows = await db
    .select({ id: drillSelfEvaluationReceipts.participantId })
    .from(drillSelfEvaluationReceipts)
    .where(eq(drillSelfEvaluationReceipts.participantId, participantId));
  return rows.length > 0;
}

/** All settings of grades, the newest first; nobody sets them often. */
export async function listBands({ db }: Reads): Promise<GradeBands[]> {
  return db
    .select()
    .from(drillGradeBands)
    .orderBy(desc(drillGradeBands.setAt), desc(drillGradeBands.id))
    .limit(500);
}

/** The bands by which a drill is graded: those that held in its region when it began. */
export async function findBands(
  ctx: Reads,
  {
    regionCode,
    startedAt,
    startsAt,
  }: { regionCode: string; startedAt: Date | null; startsAt: Date },
) {
  return bandsFor(await listBands(ctx), regionCode, startedAt ?? startsAt);
}
