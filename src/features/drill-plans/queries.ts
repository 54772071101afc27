import { and, asc, desc, eq, exists, gt, gte, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { readTogether } from '../../lib/db/read.ts';
import { codePrefix, levelOf, type RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate } from '../../lib/time.ts';
import { organisationMembers, organisations } from '../organisations/table.ts';
import { fullRegionName } from '../towns/queries.ts';
import { can, type Holder } from '../roles/policy.ts';
import {
  isPublicItem,
  notYours,
  revisionsOf,
  type DrillOrganiser,
  type ItemHistory,
  type Revision,
} from './policy.ts';
import { organiserInput } from './schema.ts';
import {
  drillPlanItemDrops,
  drillPlanItems,
  drillPlanItemVersions,
  drillPlanPublications,
  drillPlans,
  type DrillPlan,
  type DrillPlanItem,
  type DrillPlanItemDrop,
  type DrillPlanItemVersion,
} from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** What names whom a plan or a record belongs to. */
export interface OrganiserReference {
  organisationId: string | null;
  regionCode: string;
}

/** A verified organisation with its members, or a region; undefined where there is no such thing. */
export async function findDrillOrganiser(
  { db }: Pick<Reads, 'db'>,
  { organisationId, regionCode }: OrganiserReference,
): Promise<DrillOrganiser | undefined> {
  if (organisationId === null) {
    const level = levelOf(regionCode);
    if (level === undefined) return undefined;
    const name = await fullRegionName(regionCode);
    return { organisation: null, regionCode, name, isSchool: false };
  }
  const { found, members } = await readTogether(db, {
    found: db
      .select()
      .from(organisations)
      .where(
        and(
          eq(organisations.id, organisationId),
          eq(organisations.state, 'verified'),
          isNull(organisations.unclaimedAt),
        ),
      ),
    members: db
      .select({ personId: organisationMembers.personId })
      .from(organisationMembers)
      .where(
        and(
          eq(organisationMembers.organisationId, organisationId),
          eq(organisationMembers.state, 'active'),
        ),
      ),
  });
  const [organisation] = found;
  if (!organisation) return undefined;
  return {
    organisation: { id: organisationId, memberIds: members.map(({ personId }) => personId) },
    regionCode: organisation.regionCode,
    name: organisation.name,
    isSchool: organisation.kind === 'school' || organisation.kind === 'kindergarten',
  };
}

/** The same where somebody may plan and record for it; it is not there for others. */
export async function findOwnOrganiser(
  ctx: Pick<Reads, 'db'>,
  by: Holder,
  reference: OrganiserReference,
): Promise<DrillOrganiser | undefined> {
  const organiser = await findDrillOrganiser(ctx, reference);
  return organiser && can(by, { action: 'drill.record', ...organiser }) ? organiser : undefined;
}

/**
 * What a command is about, looked at before anything else that was sent: what somebody may not do is not there, however
 * they spell the rest.
 * @throws DomainError `not_found`.
 */
export async function requireOwnOrganiser(
  ctx: Pick<Reads, 'db'>,
  by: Holder,
  input: unknown,
): Promise<{ organisationId: string | null; regionCode: RegionCode }> {
  const { data } = organiserInput.safeParse(input);
  const organiser = data && (await findOwnOrganiser(ctx, by, data.organiser));
  if (!organiser) throw new DomainError('not_found', 'drill_not_yours', notYours.message);
  return { organisationId: organiser.organisation?.id ?? null, regionCode: organiser.regionCode };
}

/** An item as it stands, with all that was said of it before. */
export interface PlannedItem {
  item: DrillPlanItem;
  latest: DrillPlanItemVersion;
  history: ItemHistory;
  drop: DrillPlanItemDrop | null;
}

export interface PlanWithItems {
  plan: DrillPlan;
  publishedAt: Date | null;
  items: PlannedItem[];
}

const ofOrganiser = ({ organisationId, regionCode }: OrganiserReference) =>
  organisationId === null
    ? and(isNull(drillPlans.organisationId), eq(drillPlans.regionCode, regionCode))
    : eq(drillPlans.organisationId, organisationId);

async function readPlans(
  { db }: Pick<Reads, 'db'>,
  wanted: ReturnType<typeof and>,
): Promise<PlanWithItems[]> {
  const ids = db.select({ id: drillPlans.id }).from(drillPlans).where(wanted);
  const itemIds = db
    .select({ id: drillPlanItems.id })
    .from(drillPlanItems)
    .where(inArray(drillPlanItems.planId, ids));
  const { plans, items, versions, drops } = await readTogether(db, {
    plans: db
      .select({ plan: drillPlans, publishedAt: drillPlanPublications.publishedAt })
      .from(drillPlans)
      .leftJoin(drillPlanPublications, eq(drillPlanPublications.planId, drillPlans.id))
      .where(wanted)
      .orderBy(asc(drillPlans.regionCode), desc(drillPlans.year)),
    items: db
      .select()
      .from(drillPlanItems)
      .where(inArray(drillPlanItems.planId, ids))
      .orderBy(asc(drillPlanItems.month), asc(drillPlanItems.id)),
    versions: db
      .select()
      .from(drillPlanItemVersions)
      .where(inArray(drillPlanItemVersions.itemId, itemIds))
      .orderBy(asc(drillPlanItemVersions.itemId), asc(drillPlanItemVersions.version)),
    drops: db.select().from(drillPlanItemDrops).where(inArray(drillPlanItemDrops.itemId, itemIds)),
  });
  const versionsOf = Map.groupBy(versions, ({ itemId }) => itemId);
  const dropOf = new Map(drops.map((drop) => [drop.itemId, drop]));
  const planned = items.flatMap((item): PlannedItem[] => {
    const own = versionsOf.get(item.id) ?? [];
    const latest = own.at(-1);
    const drop = dropOf.get(item.id) ?? null;
    return latest ? [{ item, latest, drop, history: { versions: own, drop } }] : [];
  });
  const itemsOf = Map.groupBy(planned, ({ item }) => item.planId);
  return plans.map((row) => ({ ...row, items: itemsOf.get(row.plan.id) ?? [] }));
}

/** The plan of a year as whoever writes it sees it; undefined before its first item. */
export async function findPlan(
  ctx: Pick<Reads, 'db'>,
  organiser: OrganiserReference,
  year: number,
): Promise<PlanWithItems | undefined> {
  // An address may hold anything for a year.
  if (!Number.isInteger(year)) return undefined;
  const [plan] = await readPlans(ctx, and(ofOrganiser(organiser), eq(drillPlans.year, year)));
  return plan;
}

/** The years for which somebody has a plan, the latest first. */
export async function listPlanYears(
  { db }: Pick<Reads, 'db'>,
  organiser: OrganiserReference,
): Promise<Pick<DrillPlan, 'year' | 'state'>[]> {
  return db
    .select({ year: drillPlans.year, state: drillPlans.state })
    .from(drillPlans)
    .where(ofOrganiser(organiser))
    .orderBy(desc(drillPlans.year));
}

/** A plan as everybody may read it: without blind drills before the day after them. */
export interface PublicPlan {
  regionCode: RegionCode;
  year: number;
  publishedAt: Date;
  items: PlannedItem[];
  revisions: Revision[];
}

function publicPlan({ plan, publishedAt, items }: PlanWithItems, now: Date): PublicPlan[] {
  if (!publishedAt) return [];
  const today = calendarDate(now);
  const open = items.filter(({ item, drop }) => {
    // What was dropped from the draft was never announced.
    const wasPublic = !drop || drop.droppedAt > publishedAt;
    return wasPublic && isPublicItem(item, today);
  });
  const histories = open.map(({ history }) => history);
  const firsts = histories.flatMap(({ versions }) => versions[0]?.writtenAt.getTime() ?? []);
  // A plan of blind drills alone is not there; it begins for the public with what the public may know.
  if (firsts.length === 0) return [];
  const since = new Date(Math.max(publishedAt.getTime(), Math.min(...firsts)));
  return [
    {
      ...{ regionCode: plan.regionCode, year: plan.year, publishedAt: since, items: open },
      revisions: revisionsOf(histories, since),
    },
  ];
}

const isRegional = and(isNull(drillPlans.organisationId), eq(drillPlans.state, 'published'));

/** The published plan of a region for a year, as the public reads it. */
export async function findPublicPlan(
  ctx: Reads,
  regionCode: RegionCode,
  year: number,
): Promise<PublicPlan | undefined> {
  const wanted = and(isRegional, eq(drillPlans.regionCode, regionCode), eq(drillPlans.year, year));
  return (await readPlans(ctx, wanted)).flatMap((plan) => publicPlan(plan, ctx.now))[0];
}

/** Regions are a few hundred; a list for everybody has an end all the same. */
const PLANS_SHOWN = 100;

/** Which regions have published a plan, and for which year, the latest first. */
export async function listPublicPlans(
  { db, now }: Reads,
  region?: RegionCode,
): Promise<{ regionCode: RegionCode; year: number }[]> {
  const prefix = region && codePrefix(region);
  // The same as `isPublicItem` and `publicPlan` decide, for many plans at once.
  const open = db
    .select({ one: sql`1` })
    .from(drillPlanItems)
    .innerJoin(drillPlanPublications, eq(drillPlanPublications.planId, drillPlanItems.planId))
    .leftJoin(drillPlanItemDrops, eq(drillPlanItemDrops.itemId, drillPlanItems.id))
    .where(
      and(
        eq(drillPlanItems.planId, drillPlans.id),
        or(
          and(
            eq(drillPlanItems.blind, false),
            or(
              isNull(drillPlanItemDrops.itemId),
              gt(drillPlanItemDrops.droppedAt, drillPlanPublications.publishedAt),
            ),
          ),
          and(
            eq(drillPlanItems.blind, true),
            eq(drillPlanItems.state, 'done'),
            lt(drillPlanItems.doneOn, calendarDate(now)),
          ),
        ),
      ),
    );
  return db
    .select({ regionCode: drillPlans.regionCode, year: drillPlans.year })
    .from(drillPlans)
    .where(
      and(
        isRegional,
        exists(open),
        prefix ? gte(drillPlans.regionCode, prefix) : undefined,
        prefix ? lt(drillPlans.regionCode, `${prefix}:`) : undefined,
      ),
    )
    .orderBy(desc(drillPlans.year), asc(drillPlans.regionCode))
    .limit(PLANS_SHOWN);
}

/** One item with its plan, for whoever may work on it. */
export async function findPlanItem(
  { db }: Pick<Reads, 'db'>,
  itemId: string,
): Promise<{ plan: DrillPlan; item: DrillPlanItem; latest: DrillPlanItemVersion } | undefined> {
  const [found] = await db
    .select({ plan: drillPlans, item: drillPlanItems, latest: drillPlanItemVersions })
    .from(drillPlanItems)
    .innerJoin(drillPlans, eq(drillPlans.id, drillPlanItems.planId))
    .innerJoin(
      drillPlanItemVersions,
      and(
        eq(drillPlanItemVersions.itemId, drillPlanItems.id),
        eq(drillPlanItemVersions.version, drillPlanItems.version),
      ),
    )
    .where(eq(drillPlanItems.id, itemId));
  return found;
}
