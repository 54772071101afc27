import { and, asc, desc, eq, gt, like, or, sql, type SQL } from 'drizzle-orm';
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { COUNT_MAX, ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { formatDate } from '../../lib/time.ts';
import { storedContent } from '../community-profiles/schema.ts';
import { communityProfileVersions, type ProfileSection } from '../community-profiles/table.ts';
import { levelWords, unitWords } from '../namings/policy.ts';
import { namings } from '../namings/table.ts';
import { organisations } from '../organisations/table.ts';
import { divisionTree } from '../regions/policy.ts';

/** A community that shows something to everybody. */
export interface OpenCommunity {
  id: string;
  name: string;
  regionCode: string;
  /** Names and addresses of the shelters it publishes; empty where it keeps them to itself. */
  shelters: { name: string; address: string }[];
}

/** @param regions to choose from, code and name; the first holds when the address says nothing. */
export function openCommunityList(
  path: string,
  regions: readonly { value: string; label: string }[],
): ListDefinition {
  return {
    path,
    filters: [
      { kind: 'choice', name: 'region', label: '地区', options: regions },
      { kind: 'search', name: 'q', label: '名称', hint: '社区、避难场所或路名里的几个字' },
    ],
    orders: [],
  };
}

const publication = alias(communityProfileVersions, 'publication');
const shelters = alias(communityProfileVersions, 'shelters');

/** The version of a section that stands. */
const newest = (version: typeof publication | typeof shelters, section: ProfileSection) =>
  and(
    eq(version.organisationId, organisations.id),
    eq(version.section, section),
    sql`${version.version} = (select max(latest.version) from community_profile_versions as latest
      where latest.organisation_id = ${organisations.id} and latest.section = ${section} and latest.year = 0)`,
  );

const shows = (part: string) =>
  sql`exists (select 1 from json_each(${publication.content}, '$.fields.show') where value = ${part})`;

/** A verified committee that shows something. */
const isOpen = and(
  eq(organisations.kind, 'committee'),
  eq(organisations.state, 'verified'),
  sql`${organisations.unclaimedAt} is null`,
  sql`json_array_length(${publication.content}, '$.fields.show') > 0`,
);

const within = (column: SQLiteColumn, region: RegionCode | undefined) =>
  region ? like(column, `${codePrefix(region)}%`) : undefined;

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** Words that stand in every name tell nothing of this one. */
const COMMON = ['社区', '居委会', '村委会', '委员会', '村', '街道', '示范'];
const FOUND = 5;

/** A community that is found, with the page that tells of it. */
export interface FoundCommunity {
  href: string;
  title: string;
  summary: string;
}

/**
 * Communities by words of their name or of the shelters they publish, and named ones by their name; those with most of the
 * words first. One request.
 * @param words in lower case, as `siteSearch` cuts them.
 */
export async function searchCommunities(
  { db }: Pick<CommandContext, 'db'>,
  words: readonly string[],
  region?: RegionCode,
): Promise<FoundCommunity[]> {
  const own = words.filter((word) => !COMMON.includes(word));
  if (own.length === 0) return [];
  const score = (...places: SQL[]) =>
    sql<number>`${sql.join(
      own.flatMap((word) => places.map((place) => sql`(instr(lower(${place}), ${word}) > 0)`)),
      sql` + `,
    )}`;
  const published = sql`coalesce(case when ${shows('shelters')} then (
    select group_concat(json_extract(place.value, '$.name') || ' ' || json_extract(place.value, '$.address'), ' ')
      from json_each(${shelters.content}, '$.rows') as place) end, '')`;
  const [ofOpen, ofNamed] = [
    score(sql`${organisations.name}`, published),
    score(sql`${namings.name}`),
  ];
  const { open, named } = await readTogether(db, {
    open: db
      .select({
        id: organisations.id,
        name: organisations.name,
        regionCode: organisations.regionCode,
      })
      .from(organisations)
      .innerJoin(publication, newest(publication, 'publication'))
      .leftJoin(shelters, newest(shelters, 'shelters'))
      .where(and(isOpen, within(organisations.regionCode, region), sql`${ofOpen} > 0`))
      .orderBy(sql`${ofOpen} desc`, asc(organisations.id))
      .limit(FOUND),
    named: db
      .select()
      .from(namings)
      .where(
        and(eq(namings.state, 'listed'), within(namings.regionCode, region), sql`${ofNamed} > 0`),
      )
      .orderBy(sql`${ofNamed} desc`, desc(namings.namedOn), asc(namings.id))
      .limit(FOUND),
  });
  return [
    ...open.map(({ id, name, regionCode }) => ({
      href: `/communities/${id}`,
      title: name,
      summary: `${divisionTree.fullName(regionCode) ?? ''}，它公布的避难场所、预警和办公电话`,
    })),
    ...named.map(({ name, level, unit, namedOn }) => ({
      href: `/communities/named?${new URLSearchParams({ q: name })}`,
      title: name,
      summary: `${formatDate(namedOn)}命名的${levelWords[level]}示范${unitWords[unit]}`,
    })),
  ];
}

/** Communities that publish their shelters, ways of warning, plan or office, by region and name, with their count. */
export async function listOpenCommunities(
  { db }: Pick<CommandContext, 'db'>,
  { values, after }: ListAsked,
): Promise<{ rows: OpenCommunity[]; count: number }> {
  const { region, q } = values;
  const wanted = and(
    isOpen,
    within(organisations.regionCode, region),
    q
      ? or(
          sql`instr(${organisations.name}, ${q}) > 0`,
          // What a community keeps to itself is not found by either.
          and(
            shows('shelters'),
            sql`exists (select 1 from json_each(${shelters.content}, '$.rows') as place
              where instr(json_extract(place.value, '$.name'), ${q}) > 0
                or instr(json_extract(place.value, '$.address'), ${q}) > 0)`,
          ),
        )
      : undefined,
  );
  const start = sql`(select region_code from organisations where id = ${after ?? ''})`;
  const later = after
    ? or(
        gt(organisations.regionCode, start),
        and(eq(organisations.regionCode, start), gt(organisations.id, after)),
      )
    : undefined;
  const counted = db
    .select({ id: organisations.id })
    .from(organisations)
    .innerJoin(publication, newest(publication, 'publication'))
    .leftJoin(shelters, newest(shelters, 'shelters'))
    .where(wanted)
    .limit(COUNT_MAX + 1)
    .as('counted');
  const { rows, counts } = await readTogether(db, {
    rows: db
      .select({
        id: organisations.id,
        name: organisations.name,
        regionCode: organisations.regionCode,
        showsShelters: sql<number>`${shows('shelters')}`,
        content: shelters.content,
      })
      .from(organisations)
      .innerJoin(publication, newest(publication, 'publication'))
      .leftJoin(shelters, newest(shelters, 'shelters'))
      .where(and(wanted, later))
      .orderBy(asc(organisations.regionCode), asc(organisations.id))
      .limit(ROWS_SHOWN),
    counts: db.select({ count: sql<number>`count(*)` }).from(counted),
  });
  return {
    count: counts[0]?.count ?? 0,
    rows: rows.map(({ showsShelters, content, ...own }) => ({
      ...own,
      shelters:
        showsShelters === 1 && content !== null
          ? storedContent
              .parse(JSON.parse(content))
              .rows.map((row) => ({ name: text(row['name']), address: text(row['address']) }))
          : [],
    })),
  };
}
