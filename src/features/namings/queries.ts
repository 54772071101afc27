import { and, count, desc, eq, like, lt, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { COUNT_MAX, ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { levelWords, namingKey, unitWords } from './policy.ts';
import { namings, type Naming } from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/**
 * What the directory can be asked for.
 * @param regions to choose from, code and name; one alone is no choice. The first holds when the address says nothing.
 */
export function namingList(
  path: string,
  regions: readonly { value: string; label: string }[],
): ListDefinition {
  const choices = (words: Readonly<Record<string, string>>, all: string) => [
    { value: '', label: all },
    ...Object.entries(words).map(([value, label]) => ({ value, label })),
  ];
  return {
    path,
    filters: [
      ...(regions.length > 1
        ? [
            {
              kind: 'choice' as const,
              name: 'region',
              label: '地区',
              options: regions,
            },
          ]
        : []),
      { kind: 'choice', name: 'level', label: '级别', options: choices(levelWords, '全部级别') },
      { kind: 'choice', name: 'unit', label: '类型', options: choices(unitWords, '全部类型') },
      {
        kind: 'choice',
        name: 'state',
        label: '状态',
        options: [
          { value: '', label: '有效的' },
          { value: 'revoked', label: '已撤销的' },
        ],
      },
      { kind: 'search', name: 'q', label: '名称', hint: '名称里的几个字' },
    ],
    orders: [],
  };
}

/** The latest namings first, with their count. */
export async function listNamings(
  { db }: Reads,
  { values, after }: ListAsked,
): Promise<{ rows: Naming[]; count: number }> {
  const { region, level, unit, state, q } = values;
  const wanted = and(
    // Two conditions rather than a value, for the partial indexes.
    state === 'revoked' ? sql`${namings.state} = 'revoked'` : sql`${namings.state} = 'listed'`,
    region ? like(namings.regionCode, `${codePrefix(region)}%`) : undefined,
    level ? sql`${namings.level} = ${level}` : undefined,
    unit ? sql`${namings.unit} = ${unit}` : undefined,
    q ? sql`instr(${namings.name}, ${q}) > 0` : undefined,
  );
  const from = sql`(SELECT named_on FROM namings WHERE id = ${after ?? ''})`;
  const later = after
    ? or(lt(namings.namedOn, from), and(eq(namings.namedOn, from), lt(namings.id, after)))
    : undefined;
  const counted = db
    .select({ id: namings.id })
    .from(namings)
    .where(wanted)
    .limit(COUNT_MAX + 1)
    .as('counted');
  const { rows, counts } = await readTogether(db, {
    rows: db
      .select()
      .from(namings)
      .where(and(wanted, later))
      .orderBy(desc(namings.namedOn), desc(namings.id))
      .limit(ROWS_SHOWN),
    counts: db.select({ count: count() }).from(counted),
  });
  return { rows, count: counts[0]?.count ?? 0 };
}

/** One entry that stands; undefined for an unknown or a removed one. */
export async function findNaming({ db }: Reads, id: string): Promise<Naming | undefined> {
  const [found] = await db
    .select()
    .from(namings)
    .where(and(eq(namings.id, id), eq(namings.state, 'listed')));
  return found;
}

/** How often each naming of a region (`namingKey`) was taken out of the directory. */
export async function countRemoved(
  { db }: Reads,
  region: RegionCode,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .select()
    .from(namings)
    .where(and(eq(namings.state, 'removed'), like(namings.regionCode, `${codePrefix(region)}%`)));
  const byKey = Map.groupBy(rows, namingKey);
  return new Map([...byKey].map(([key, same]) => [key, same.length]));
}
