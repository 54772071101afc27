import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate, instantOf } from '../../lib/time.ts';
import { fullRegionName } from '../towns/queries.ts';
import { isPublicDrill } from '../drills/policy.ts';
import { drillRoles, drills, drillVersions } from '../drills/table.ts';
import { improvementItems } from '../improvements/table.ts';
import { organisations } from '../organisations/table.ts';
import type { PublicDrill, RegionCount } from './policy.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** More than a city's busiest month; a page that lists them all has an end all the same. */
export const DRILLS_SHOWN = 200;

export interface DrillsAsked {
  /** Everywhere where none is given. */
  region?: RegionCode | undefined;
  from: Date;
  before?: Date | undefined;
  limit?: number;
  /** The latest first; those that come next first otherwise. */
  latestFirst?: boolean;
}

const within = (region: RegionCode | undefined) =>
  region === undefined
    ? undefined
    : and(
        gte(drills.regionCode, codePrefix(region)),
        // `:` is the sign after `9`.
        lt(drills.regionCode, `${codePrefix(region)}:`),
      );

/** Announced ones; and of blind ones those that ended before today, as `isPublicDrill` says. */
const announced = isNotNull(drills.announcedAt);
const blindAndOver = (now: Date) =>
  and(
    eq(drills.blind, true),
    eq(drills.state, 'over'),
    lt(drills.endedAt, instantOf(calendarDate(now))),
  );

/** Which drills are shown, as a part of another question. */
function shownIds({ db }: Reads, wanted: ReturnType<typeof and>, asked: DrillsAsked) {
  const { region, from, before, limit = DRILLS_SHOWN, latestFirst = false } = asked;
  const order = latestFirst ? desc : asc;
  return db
    .select({ id: drills.id })
    .from(drills)
    .where(
      and(
        wanted,
        gte(drills.startsAt, from),
        before ? lt(drills.startsAt, before) : undefined,
        within(region),
      ),
    )
    .orderBy(order(drills.startsAt), order(drills.id))
    .limit(limit);
}

/** Drills that the public may know of and that begin in a time. One request. */
export async function listPublicDrills(ctx: Reads, asked: DrillsAsked): Promise<PublicDrill[]> {
  const { limit = DRILLS_SHOWN, latestFirst = false } = asked;
  const { db } = ctx;
  const shown = or(
    inArray(drills.id, shownIds(ctx, announced, asked)),
    inArray(drills.id, shownIds(ctx, blindAndOver(ctx.now), asked)),
  );
  const { found, roles } = await readTogether(db, {
    found: db
      .select({ drill: drills, version: drillVersions, organisation: organisations.name })
      .from(drills)
      .innerJoin(
        drillVersions,
        and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
      )
      .leftJoin(organisations, eq(organisations.id, drills.organisationId))
      .where(shown),
    roles: db
      .select({
        drillId: drillRoles.drillId,
        filledBy: drillRoles.filledBy,
        capacity: drillRoles.capacity,
        taken: drillRoles.taken,
      })
      .from(drillRoles)
      .innerJoin(drills, eq(drills.id, drillRoles.drillId))
      .where(and(shown, isNull(drillRoles.removedAt))),
  });
  const today = calendarDate(ctx.now);
  const direction = latestFirst ? -1 : 1;
  const rolesOf = Map.groupBy(roles, ({ drillId }) => drillId);
  const listed = found
    .filter(({ drill }) => isPublicDrill(drill, today))
    .toSorted(
      (a, b) =>
        direction *
        (a.drill.startsAt.getTime() - b.drill.startsAt.getTime() ||
          a.drill.id.localeCompare(b.drill.id)),
    )
    .slice(0, limit);
  return Promise.all(
    listed.map(async ({ drill, version, organisation }) => ({
      ...{ drill, version },
      organiser: organisation ?? (await fullRegionName(drill.regionCode)),
      roles: rolesOf.get(drill.id) ?? [],
    })),
  );
}

/** How many announced drills begin in a time, by the first six digits of their region; called off ones are not counted. */
export async function countPublicDrills(
  { db }: Reads,
  { from, before }: { from: Date; before?: Date | undefined },
): Promise<RegionCount[]> {
  const code = sql<string>`substr(${drills.regionCode}, 1, 6)`.as('county');
  return db
    .select({ code, drills: sql<number>`count(*)`.mapWith(Number) })
    .from(drills)
    .where(
      and(
        announced,
        sql`${drills.state} <> 'cancelled'`,
        gte(drills.startsAt, from),
        before ? lt(drills.startsAt, before) : undefined,
      ),
    )
    .groupBy(sql`county`)
    .orderBy(sql`county`);
}

/** What coming drills are called and say, for the search of the site. */
const SEARCHED = 500;
const FOUND = 5;

/**
 * Announced drills that have not ended, in which one of some words stands, the next first.
 * @param words in lower case, as `siteSearch` cuts them.
 */
export async function searchPublicDrills(
  ctx: Reads,
  words: readonly string[],
  region?: RegionCode,
): Promise<PublicDrill[]> {
  if (words.length === 0) return [];
  const coming = await listPublicDrills(ctx, {
    region,
    from: instantOf(calendarDate(ctx.now)),
    limit: SEARCHED,
  });
  return coming
    .flatMap((one) => {
      const { title, hazard, place, notice } = one.version;
      const head = `演练${title}${hazard}${place}${one.organiser}`.toLowerCase();
      const body = notice.toLowerCase();
      // The word itself stands in front of every drill: it tells nothing of this one.
      const own = words.filter((word) => word !== '演练');
      const score = (own.length > 0 ? own : words).reduce(
        (sum, word) => sum + (head.includes(word) ? 3 : 0) + (body.includes(word) ? 1 : 0),
        0,
      );
      return score > 0 ? [{ one, score }] : [];
    })
    .toSorted((a, b) => b.score - a.score)
    .slice(0, FOUND)
    .map(({ one }) => one);
}

/** What became of a drill's findings, as counts: what they are and whose stays inside. */
export interface MendedCount {
  items: number;
  closed: number;
}

/** By the id of the drill; none for a drill without improvement items. One request. */
export async function countMended(
  { db }: Pick<Reads, 'db'>,
  drillIds: readonly string[],
): Promise<Map<string, MendedCount>> {
  const rows = await db
    .select({
      drillId: improvementItems.drillId,
      items: sql<number>`count(*)`.mapWith(Number),
      closed: sql<number>`sum(${improvementItems.state} = 'closed')`.mapWith(Number),
    })
    .from(improvementItems)
    .where(
      and(inArray(improvementItems.drillId, [...drillIds]), ne(improvementItems.state, 'dropped')),
    )
    .groupBy(improvementItems.drillId);
  return new Map(rows.map(({ drillId, ...counts }) => [drillId ?? '', counts]));
}
