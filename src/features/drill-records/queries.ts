import { and, asc, desc, eq, isNull, lt, or } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { calendarDate } from '../../lib/time.ts';
import { findPlan, type OrganiserReference } from '../drill-plans/queries.ts';
import { drillPlanItems, drillPlanItemVersions } from '../drill-plans/table.ts';
import { classLines } from './policy.ts';
import {
  drillRecordAdditions,
  drillRecordGroups,
  drillRecords,
  drillRecordVersions,
  type DrillRecord,
  type DrillRecordAddition,
  type DrillRecordGroup,
  type DrillRecordVersion,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** A record as it stands. */
export interface RecordedDrill {
  record: DrillRecord;
  latest: DrillRecordVersion;
}

const latestOnly = and(
  eq(drillRecordVersions.recordId, drillRecords.id),
  eq(drillRecordVersions.version, drillRecords.version),
);

const ofOrganiser = ({ organisationId, regionCode }: OrganiserReference) =>
  organisationId === null
    ? and(isNull(drillRecords.organisationId), eq(drillRecords.regionCode, regionCode))
    : eq(drillRecords.organisationId, organisationId);

/** Rows of one part of somebody's records. */
export const RECORDS_SHOWN = 12;

/** Somebody's drills, the latest first. @param after the last one of the part before. */
export async function listRecords(
  { db }: Reads,
  organiser: OrganiserReference,
  after?: Pick<DrillRecord, 'id' | 'drilledOn'>,
): Promise<RecordedDrill[]> {
  const beyond =
    after &&
    or(
      lt(drillRecords.drilledOn, after.drilledOn),
      and(eq(drillRecords.drilledOn, after.drilledOn), lt(drillRecords.id, after.id)),
    );
  return db
    .select({ record: drillRecords, latest: drillRecordVersions })
    .from(drillRecords)
    .innerJoin(drillRecordVersions, latestOnly)
    .where(and(ofOrganiser(organiser), beyond))
    .orderBy(desc(drillRecords.drilledOn), desc(drillRecords.id))
    .limit(RECORDS_SHOWN);
}

/** A record with all that was said in it. */
export interface WholeRecord extends RecordedDrill {
  /** Head-counts of the version that stands. */
  groups: DrillRecordGroup[];
  /** All versions, the first in front. */
  versions: DrillRecordVersion[];
  additions: DrillRecordAddition[];
  /** The plan's name for it. */
  planned: { title: string; blind: boolean } | null;
}

/** One record of somebody's; undefined for an unknown one and for another's. One request. */
export async function findRecord(
  { db }: Reads,
  organiser: OrganiserReference,
  recordId: string,
): Promise<WholeRecord | undefined> {
  const { found, groups, versions, additions, planned } = await readTogether(db, {
    found: db
      .select({ record: drillRecords, latest: drillRecordVersions })
      .from(drillRecords)
      .innerJoin(drillRecordVersions, latestOnly)
      .where(and(eq(drillRecords.id, recordId), ofOrganiser(organiser))),
    groups: db
      .select()
      .from(drillRecordGroups)
      .where(eq(drillRecordGroups.recordId, recordId))
      .orderBy(asc(drillRecordGroups.version), asc(drillRecordGroups.position)),
    versions: db
      .select()
      .from(drillRecordVersions)
      .where(eq(drillRecordVersions.recordId, recordId))
      .orderBy(asc(drillRecordVersions.version)),
    additions: db
      .select()
      .from(drillRecordAdditions)
      .where(eq(drillRecordAdditions.recordId, recordId))
      .orderBy(asc(drillRecordAdditions.id)),
    planned: db
      .select({ title: drillPlanItemVersions.title, blind: drillPlanItems.blind })
      .from(drillRecords)
      .innerJoin(drillPlanItems, eq(drillPlanItems.id, drillRecords.planItemId))
      .innerJoin(
        drillPlanItemVersions,
        and(
          eq(drillPlanItemVersions.itemId, drillPlanItems.id),
          eq(drillPlanItemVersions.version, drillPlanItems.version),
        ),
      )
      .where(eq(drillRecords.id, recordId)),
  });
  const [row] = found;
  if (!row) return undefined;
  return {
    ...row,
    groups: groups.filter(({ version }) => version === row.record.version),
    versions,
    additions,
    planned: planned[0] ?? null,
  };
}

/**
 * What a record begins with: today, the classes as they were expected last time, and the planned drill where one is named.
 * @param wanted the id of a drill of the plan, or nothing.
 */
export async function recordStart(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  organiser: OrganiserReference,
  wanted: string,
  isSchool: boolean,
): Promise<{
  planned: { value: string; label: string }[];
  initial: Record<string, string>;
}> {
  const today = calendarDate(ctx.now);
  const year = Number(today.slice(0, 4));
  const plans = [
    await findPlan(ctx, organiser, year),
    // A drill of December may be written down in January.
    today.slice(5, 7) < '03' ? await findPlan(ctx, organiser, year - 1) : undefined,
  ];
  const waiting = plans.flatMap((plan) =>
    plan?.plan.state === 'published'
      ? plan.items
          .filter(({ item }) => item.state === 'planned')
          .map((one) => ({ ...one, year: plan.plan.year }))
      : [],
  );
  const chosen = waiting.find(({ item }) => item.id === wanted)?.latest;
  const [last] = await listRecords(ctx, organiser);
  const groups = last ? ((await findRecord(ctx, organiser, last.record.id))?.groups ?? []) : [];
  return {
    planned: waiting.map(({ item, latest, year: of }) => ({
      value: item.id,
      label: `${of === year ? '' : `${of}年`}${item.month}月 ${latest.title}`,
    })),
    initial: {
      date: today,
      evacuation: (chosen?.evacuation ?? isSchool) ? 'yes' : 'no',
      classes: classLines(groups.map((one) => ({ ...one, arrived: one.expected }))),
      ...(groups.length === 0 && last ? { expected: String(last.latest.peopleExpected) } : {}),
      ...(chosen
        ? {
            planItemId: wanted,
            ...{ hazard: chosen.hazard, form: chosen.form },
            ...{ content: chosen.content, purpose: chosen.purpose },
          }
        : {}),
    },
  };
}
