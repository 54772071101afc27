import { and, asc, eq, exists, isNull, not, notExists, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import type { CalendarDate } from '../../lib/time.ts';
import { people, type Person } from '../accounts/table.ts';
import { drillPlanItems, drillPlans } from '../drill-plans/table.ts';
import { drills } from '../drills/table.ts';
import { findResponsible, readDuties } from '../duties/queries.ts';
import { roleGrants } from '../roles/table.ts';
import { drillNudges, type DrillNudge } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** Whom something is about: a region, or an organisation in it. */
export interface Organiser {
  regionCode: RegionCode;
  /** Empty: the region itself. */
  organisationId: string;
}

const organisesRegions = and(
  eq(roleGrants.role, 'drill_organiser'),
  eq(roleGrants.scopeKind, 'region'),
  eq(roleGrants.state, 'active'),
);

/** Regions with an organiser that nobody has looked at yet for this end of a month. @param limit one run's share. */
export async function listUnnudgedRegions(
  { db }: Reads,
  period: CalendarDate,
  limit: number,
): Promise<RegionCode[]> {
  const nudged = db
    .select({ one: sql`1` })
    .from(drillNudges)
    .where(
      and(
        eq(drillNudges.kind, 'region_duties'),
        eq(drillNudges.regionCode, roleGrants.scopeId),
        eq(drillNudges.organisationId, ''),
        eq(drillNudges.period, period),
      ),
    );
  const rows = await db
    .selectDistinct({ code: roleGrants.scopeId })
    .from(roleGrants)
    .where(and(organisesRegions, notExists(nudged)))
    .orderBy(asc(roleGrants.scopeId))
    .limit(limit);
  return rows.map(({ code }) => code);
}

/** Organisations of a region that have to drill by a day, or should have before it, and have not. */
export async function countOwing(ctx: Reads, code: RegionCode, by: CalendarDate): Promise<number> {
  const rows = await readDuties(ctx, code);
  return rows.filter(({ states }) =>
    states.some(({ state, dueBy }) => state === 'late' || (state === 'due' && dueBy === by)),
  ).length;
}

/** Items of a published plan for a month, planned still, with no drill in preparation for them. */
function waitingItems({ db }: Pick<Reads, 'db'>, month: string) {
  const opened = db
    .select({ one: sql`1` })
    .from(drills)
    .where(and(eq(drills.planItemId, drillPlanItems.id), not(eq(drills.state, 'cancelled'))));
  return and(
    eq(drillPlanItems.state, 'planned'),
    eq(drillPlanItems.month, Number(month.slice(5))),
    eq(drillPlans.year, Number(month.slice(0, 4))),
    eq(drillPlans.state, 'published'),
    notExists(opened),
  );
}

/** Organisers with such items who were not told in this month. @param month `2026-11`. */
export async function listUnnudgedPlans(
  ctx: Reads,
  month: string,
  limit: number,
): Promise<Organiser[]> {
  const { db } = ctx;
  const nudged = db
    .select({ one: sql`1` })
    .from(drillNudges)
    .where(
      and(
        eq(drillNudges.kind, 'plan_items'),
        eq(drillNudges.regionCode, drillPlans.regionCode),
        sql`${drillNudges.organisationId} = coalesce(${drillPlans.organisationId}, '')`,
        eq(drillNudges.period, month),
      ),
    );
  return db
    .selectDistinct({
      regionCode: drillPlans.regionCode,
      organisationId: sql<string>`coalesce(${drillPlans.organisationId}, '')`,
    })
    .from(drillPlanItems)
    .innerJoin(drillPlans, eq(drillPlans.id, drillPlanItems.planId))
    .where(and(waitingItems(ctx, month), notExists(nudged)))
    .limit(limit);
}

/** How many items of one organiser's plan wait in a month. */
export async function countWaiting(
  ctx: Pick<Reads, 'db'>,
  { regionCode, organisationId }: Organiser,
  month: string,
): Promise<number> {
  const [row] = await ctx.db
    .select({ n: sql<number>`count(*)`.mapWith(Number) })
    .from(drillPlanItems)
    .innerJoin(drillPlans, eq(drillPlans.id, drillPlanItems.planId))
    .where(
      and(
        waitingItems(ctx, month),
        organisationId
          ? eq(drillPlans.organisationId, organisationId)
          : and(isNull(drillPlans.organisationId), eq(drillPlans.regionCode, regionCode)),
      ),
    );
  return row?.n ?? 0;
}

/** Who is told: whoever is responsible for an organisation, every drill organiser of a region. */
export async function listOrganisers(
  ctx: Pick<Reads, 'db'>,
  { regionCode, organisationId }: Organiser,
): Promise<Person[]> {
  if (organisationId) {
    const found = await findResponsible(ctx, organisationId);
    return found ? [found.person] : [];
  }
  const grants = ctx.db
    .select({ one: sql`1` })
    .from(roleGrants)
    .where(
      and(organisesRegions, eq(roleGrants.personId, people.id), eq(roleGrants.scopeId, regionCode)),
    );
  return ctx.db.select().from(people).where(exists(grants)).orderBy(asc(people.id));
}

export type NudgeKind = DrillNudge['kind'];
