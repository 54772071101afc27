import { and, count, eq, gte, isNotNull, lt, lte, ne, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import type { Period } from '../../lib/periods.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { drillRecords, drillRecordVersions } from '../drill-records/table.ts';
import { readDuties } from '../duties/queries.ts';
import { improvementItems } from '../improvements/table.ts';
import type { DrillNumbers, DutyStanding } from './policy.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** Rows of a region and all within it; the index of days bounds what is read. */
function within(
  column: typeof drillRecords.regionCode | typeof improvementItems.regionCode,
  region: RegionCode,
) {
  const prefix = codePrefix(region);
  // `:` is the sign after `9`. The plus keeps the index of regions out, which would lead through all years of a region.
  return and(gte(sql`+${column}`, prefix), lt(sql`+${column}`, `${prefix}:`));
}

const total = (value: unknown) => sql<number>`coalesce(sum(${value}), 0)`.mapWith(Number);

/** All that a region's figures are made of; how many organisations are looked at for the duties, `readDuties` bounds. */
export async function readDrillNumbers(
  ctx: Reads,
  region: RegionCode,
  period: Period,
): Promise<DrillNumbers> {
  const counted = await readDrillCounts(ctx, region, period);
  return { ...counted, duties: await dutyStanding(ctx, region) };
}

/** What was held and mended in a period, in one request. What it reads grows with the period and not with the years before. */
export async function readDrillCounts(
  { db }: Pick<Reads, 'db'>,
  region: RegionCode,
  period: Period,
): Promise<Omit<DrillNumbers, 'duties'>> {
  const month = sql<string>`substr(${drillRecords.drilledOn}, 1, 7)`.as('month');
  const dueMonth = sql<string>`substr(${improvementItems.firstDueDay}, 1, 7)`.as('month');
  const latest = and(
    eq(drillRecordVersions.recordId, drillRecords.id),
    eq(drillRecordVersions.version, drillRecords.version),
  );
  const inPeriod = and(
    gte(drillRecords.drilledOn, period.from),
    lte(drillRecords.drilledOn, period.until),
    within(drillRecords.regionCode, region),
  );
  return readTogether(db, {
    held: db
      .select({
        month,
        drills: count(),
        evacuations: total(drillRecords.evacuation),
        organisations: sql<number>`count(DISTINCT ${drillRecords.organisationId})`.mapWith(Number),
        expected: total(drillRecordVersions.peopleExpected),
        arrived: total(drillRecordVersions.peopleArrived),
      })
      .from(drillRecords)
      .innerJoin(drillRecordVersions, latest)
      .where(inPeriod)
      .groupBy(sql`month`)
      .orderBy(sql`month`),
    seconds: db
      .select({
        month,
        seconds: sql<number>`${drillRecordVersions.evacuationSeconds}`
          .mapWith(Number)
          .as('seconds'),
        drills: count(),
      })
      .from(drillRecords)
      .innerJoin(drillRecordVersions, latest)
      .where(and(inPeriod, isNotNull(drillRecordVersions.evacuationSeconds)))
      .groupBy(sql`month`, sql`seconds`),
    items: db
      .select({
        month: dueMonth,
        due: count(),
        inTime: total(
          sql`${improvementItems.state} = 'closed' AND ${improvementItems.finishedAt} IS NOT NULL
            AND date(${improvementItems.finishedAt} / 1000 + 28800, 'unixepoch') <= ${improvementItems.firstDueDay}`,
        ),
        open: total(sql`${improvementItems.state} <> 'closed'`),
      })
      .from(improvementItems)
      .where(
        and(
          gte(improvementItems.firstDueDay, period.from),
          lte(improvementItems.firstDueDay, period.until),
          ne(improvementItems.state, 'dropped'),
          within(improvementItems.regionCode, region),
        ),
      )
      .groupBy(sql`month`),
  });
}

async function dutyStanding(ctx: Reads, region: RegionCode): Promise<DutyStanding> {
  const standing: DutyStanding = { done: 0, due: 0, paused: 0, late: 0 };
  for (const { worst } of await readDuties(ctx, region)) standing[worst] += 1;
  return standing;
}
