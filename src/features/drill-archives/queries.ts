import { asc, eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { listReopenings, listSheets } from '../drill-evaluations/queries.ts';
import { drillSheetSaves } from '../drill-evaluations/table.ts';
import { readReport } from '../drill-reports/queries.ts';
import { readLog } from '../drill-runs/queries.ts';
import type { DrillFile } from '../drills/queries.ts';
import { drillVersions } from '../drills/table.ts';
import { listSubjectFiles, type AttachedFile } from '../files/queries.ts';
import { listDrillItems, listDrillSteps } from '../improvements/queries.ts';
import type { ArchiveData } from './policy.ts';

/** All that is kept of a drill; undefined for one that has not ended. */
export async function readArchive(
  ctx: CommandContext,
  file: DrillFile,
): Promise<{ data: ArchiveData; photos: AttachedFile[] } | undefined> {
  const { drill, script, scriptVersion, roles, end } = file;
  const report = await readReport(ctx, file);
  if (!report || !end) return undefined;
  const { db } = ctx;
  const [log, sheets, reopenings, photos, items, steps, rows] = await Promise.all([
    readLog(ctx, drill.id),
    listSheets(ctx, drill.id),
    listReopenings(ctx, drill.id),
    listSubjectFiles(ctx, 'drill', drill.id),
    listDrillItems(ctx, drill.id),
    listDrillSteps(ctx, drill.id),
    readTogether(db, {
      versions: db
        .select()
        .from(drillVersions)
        .where(eq(drillVersions.drillId, drill.id))
        .orderBy(asc(drillVersions.version)),
      saves: db
        .select()
        .from(drillSheetSaves)
        .where(eq(drillSheetSaves.drillId, drill.id))
        .orderBy(
          asc(drillSheetSaves.evaluatorId),
          asc(drillSheetSaves.section),
          asc(drillSheetSaves.version),
        ),
    }),
  ]);
  const data: ArchiveData = {
    ...{ drill, script, scriptVersion, roles, end, log, reopenings },
    organiser: report.data.organiser,
    versions: rows.versions,
    sheets: sheets.map(({ sheet: { evaluatorId, state }, answers }) => ({
      ...{ evaluatorId, state, answers },
    })),
    saves: rows.saves,
    findings: [...report.data.findings],
    draft: report.content,
    releases: report.releases,
    photos: photos.map(({ name }, index) => photoName(index, name)),
    items: items.map(({ item }) => ({
      item,
      steps: steps.filter(({ itemId }) => itemId === item.id),
    })),
  };
  return { data, photos };
}

/** Numbered, so that two of one name stay two; without what leads elsewhere. */
export function photoName(index: number, name: string): string {
  const plain = name.replace(/[/\\:*?"<>|]/g, '_') || '照片';
  return `${String(index + 1).padStart(2, '0')}-${plain}`;
}
