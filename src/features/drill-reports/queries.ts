import { and, asc, desc, eq, gte, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { instantOf, type CalendarDate } from '../../lib/time.ts';
import {
  findBands,
  handedIn,
  listSheets,
  readSelfEvaluations,
} from '../drill-evaluations/queries.ts';
import { findDrillOrganiser } from '../drill-plans/queries.ts';
import { drillRecords } from '../drill-records/table.ts';
import { musterTable } from '../drill-runs/policy.ts';
import { expectedUnits, readFacts } from '../drill-runs/queries.ts';
import { isPublicDrill } from '../drills/policy.ts';
import { findDrill, type DrillFile } from '../drills/queries.ts';
import { drills, type Drill } from '../drills/table.ts';
import type { Deed } from '../roles/policy.ts';
import {
  draftWords,
  evacuationSeconds,
  reportContent,
  type ReportContent,
  type ReportData,
} from './policy.ts';
import { reportWordsSchema, type ReportWords } from './schema.ts';
import {
  drillFindings,
  drillRecordLinks,
  drillReportReleases,
  drillReports,
  drillReportVersions,
  type DrillFinding,
  type DrillReportRelease,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** What stands of a drill's findings, in the order in which they were written. */
export async function listFindings({ db }: Reads, drillId: string): Promise<DrillFinding[]> {
  return db
    .select()
    .from(drillFindings)
    .where(and(eq(drillFindings.drillId, drillId), isNull(drillFindings.removedAt)))
    .orderBy(asc(drillFindings.id));
}

/** The editions of a report, the first in front. */
export async function findReleases({ db }: Reads, drillId: string): Promise<DrillReportRelease[]> {
  return db
    .select()
    .from(drillReportReleases)
    .where(eq(drillReportReleases.drillId, drillId))
    .orderBy(asc(drillReportReleases.edition));
}

/** A report as it stands: its draft with all that the data say, and its editions. */
export interface ReportFile {
  data: ReportData;
  /** 0 before anybody has worded it. */
  version: number;
  words: ReportWords;
  /** As it would be released now. */
  content: ReportContent;
  /** The first in front. */
  releases: DrillReportRelease[];
  recordId: string | undefined;
}

/** Undefined for a drill that has not ended. */
export async function readReport(ctx: Reads, file: DrillFile): Promise<ReportFile | undefined> {
  const { drill, end } = file;
  if (!end) return undefined;
  const { db } = ctx;
  const [facts, units, sheets, bands, { summary: self }, organiser, rows] = await Promise.all([
    readFacts(ctx, drill.id),
    expectedUnits(ctx, drill),
    listSheets(ctx, drill.id),
    findBands(ctx, drill),
    readSelfEvaluations(ctx, drill.id),
    findDrillOrganiser(ctx, drill),
    readTogether(db, {
      findings: db
        .select()
        .from(drillFindings)
        .where(and(eq(drillFindings.drillId, drill.id), isNull(drillFindings.removedAt)))
        .orderBy(asc(drillFindings.id)),
      versions: db
        .select()
        .from(drillReportVersions)
        .where(eq(drillReportVersions.drillId, drill.id))
        .orderBy(desc(drillReportVersions.version))
        .limit(1),
      releases: db
        .select()
        .from(drillReportReleases)
        .where(eq(drillReportReleases.drillId, drill.id))
        .orderBy(asc(drillReportReleases.edition)),
      links: db.select().from(drillRecordLinks).where(eq(drillRecordLinks.drillId, drill.id)),
    }),
  ]);
  const counted = handedIn(sheets);
  const { excellent, good, pass, regionCode } = bands;
  const data: ReportData = {
    ...{ drill, end, facts, self, sheets: counted },
    ...{ version: file.version, script: file.script, roles: file.roles },
    organiser: organiser?.name ?? '',
    muster: musterTable(facts, units),
    openSheets: sheets.length - counted.length,
    bands: { excellent, good, pass, regionCode },
    findings: rows.findings,
  };
  const [latest] = rows.versions;
  const words = latest ? reportWordsSchema.parse(JSON.parse(latest.words)) : draftWords(data);
  return {
    ...{ data, words, releases: rows.releases },
    version: latest?.version ?? 0,
    content: reportContent(data, words),
    recordId: rows.links[0]?.recordId,
  };
}

/** The edition that holds, with what it says; undefined before the first. */
export function latestEdition(
  releases: readonly DrillReportRelease[],
): { release: DrillReportRelease; content: ReportContent } | undefined {
  const release = releases.at(-1);
  return release && { release, content: JSON.parse(release.content) as ReportContent };
}

/** The record that somebody wrote by hand for the line of the plan which a drill was made for; no drill's own. */
export async function findItemRecord(
  { db }: Reads,
  { planItemId }: Pick<Drill, 'planItemId'>,
): Promise<string | undefined> {
  if (planItemId === null) return undefined;
  const [found] = await db
    .select({ id: drillRecords.id })
    .from(drillRecords)
    .leftJoin(drillRecordLinks, eq(drillRecordLinks.recordId, drillRecords.id))
    .where(and(eq(drillRecords.planItemId, planItemId), isNull(drillRecordLinks.drillId)));
  return found?.id;
}

/** What shows the photos of a drill to others than whoever took them: the right to organise it. */
export async function drillDeed(ctx: Reads, drillId: string): Promise<Deed | undefined> {
  const file = await findDrill(ctx, drillId);
  const organiser = file && (await findDrillOrganiser(ctx, file.drill));
  return organiser && { action: 'drill.record', ...organiser };
}

/** What the public may know of a drill's report. */
export interface ReleasedReport {
  drillId: string;
  title: string;
  hazard: string;
  kind: string;
  organiser: string;
  regionCode: RegionCode;
  /** The drill's, UTC. */
  startedAt: Date;
  people: { present: number; missing: number };
  evacuationSeconds: number | null;
  times: ReportContent['times'];
  grade: ReportContent['evaluation']['grade'];
  lessons: string;
  suggestions: string;
  findings: number;
  releasedAt: Date;
}

/** Rows of one part of the results. */
const RELEASED_MAX = 200;

/**
 * Released reports of a region for the public, the latest drill first: of announced drills, and of the region's own; of blind
 * ones from the day after they ended. `isPublicDrill` decides. Who said what, who judged what and who is meant stay inside.
 * @param regionPrefix a region's code; empty for everywhere.
 * @param drillId of this drill alone.
 */
export async function listReleasedReports(
  { db }: Reads,
  {
    regionPrefix,
    today,
    limit = RELEASED_MAX,
    drillId,
  }: { regionPrefix: RegionCode; today: CalendarDate; limit?: number; drillId?: string },
): Promise<ReleasedReport[]> {
  const prefix = codePrefix(regionPrefix);
  const rows = await db
    .select({ drill: drills, report: drillReports, release: drillReportReleases })
    .from(drillReports)
    .innerJoin(drills, eq(drills.id, drillReports.drillId))
    .innerJoin(
      drillReportReleases,
      and(
        eq(drillReportReleases.drillId, drillReports.drillId),
        eq(drillReportReleases.edition, drillReports.edition),
      ),
    )
    .where(
      and(
        isNotNull(drillReports.releasedAt),
        // What is not public takes no row's place: `isPublicDrill` below decides the same.
        or(
          and(eq(drills.blind, true), lt(drills.endedAt, instantOf(today))),
          isNotNull(drills.announcedAt),
        ),
        drillId === undefined ? undefined : eq(drills.id, drillId),
        gte(drills.regionCode, prefix),
        lt(drills.regionCode, `${prefix}:`),
      ),
    )
    .orderBy(desc(drills.startsAt), desc(drills.id))
    .limit(limit);
  return rows
    .filter(({ drill }) => isPublicDrill(drill, today))
    .map(({ drill, release }) => {
      const content = JSON.parse(release.content) as ReportContent;
      const { title, hazard, kind, organiser, regionCode, words, times, findings } = content;
      return {
        ...{ drillId: drill.id, title, hazard, kind, organiser, regionCode, times },
        startedAt: drill.startedAt ?? drill.startsAt,
        people: { present: content.musterSums.present, missing: content.musterSums.missing },
        evacuationSeconds: evacuationSeconds(times),
        grade: content.evaluation.grade,
        lessons: words.lessons,
        suggestions: words.suggestions,
        findings: findings.length,
        releasedAt: release.releasedAt,
      };
    });
}
