import { and, asc, desc, eq, gte, inArray, isNull, lt, lte, notExists, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { readTogether } from '../../lib/db/read.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import { maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { findDrillOrganiser } from '../drill-plans/queries.ts';
import type { DrillOrganiser } from '../drill-plans/policy.ts';
import { drills, drillVersions } from '../drills/table.ts';
import { organisationMembers, organisations } from '../organisations/table.ts';
import { can, drillRegions, type Deed, type Holder } from '../roles/policy.ts';
import { roleGrants } from '../roles/table.ts';
import type { ImprovementHand } from './policy.ts';
import {
  improvementItems,
  improvementReminders,
  improvementSteps,
  type ImprovementItem,
  type ImprovementStep,
} from './table.ts';

type Reads = Pick<CommandContext, 'db'>;
type PersonReads = Pick<CommandContext, 'db' | 'keys'>;

/** An item with whose it is and of which drill. */
export interface ListedItem {
  item: ImprovementItem;
  /** The organisation's name; null for a region's own. */
  organisation: string | null;
  /** The drill's title, without the mark; null for one that was written down by hand. */
  drill: string | null;
}

const listed = ({ db }: Reads) =>
  db
    .select({
      item: improvementItems,
      organisation: organisations.name,
      drill: drillVersions.title,
    })
    .from(improvementItems)
    .leftJoin(organisations, eq(organisations.id, improvementItems.organisationId))
    .leftJoin(drills, eq(drills.id, improvementItems.drillId))
    .leftJoin(
      drillVersions,
      and(eq(drillVersions.drillId, drills.id), eq(drillVersions.version, drills.version)),
    );

/** What somebody is to an item; all false for whom it is not there. */
export function handOf(
  by: Holder,
  item: Pick<ImprovementItem, 'ownerId' | 'regionCode'>,
  organiser: DrillOrganiser | undefined,
): ImprovementHand {
  const keeps = organiser !== undefined && can(by, { action: 'drill.record', ...organiser });
  const oversees = can(by, { action: 'duty.see', regionCode: item.regionCode });
  return { owns: item.ownerId === by.id, keeps, oversees, verifies: keeps || oversees };
}

export interface OpenedItem extends ListedItem {
  steps: ImprovementStep[];
  hand: ImprovementHand;
  organiser: DrillOrganiser | undefined;
  /** `139****0000` of whoever is responsible; the office's name where one is. */
  owner: string;
}

/** One item for those whom it concerns; undefined for others, and where there is none. */
export async function findItem(
  ctx: PersonReads,
  by: Holder,
  itemId: string,
): Promise<OpenedItem | undefined> {
  const { found, steps } = await readTogether(ctx.db, {
    found: listed(ctx).where(eq(improvementItems.id, itemId)),
    steps: ctx.db
      .select()
      .from(improvementSteps)
      .where(eq(improvementSteps.itemId, itemId))
      .orderBy(asc(improvementSteps.number)),
  });
  const [row] = found;
  if (!row) return undefined;
  const organiser = await findDrillOrganiser(ctx, row.item);
  const hand = handOf(by, row.item, organiser);
  if (!hand.owns && !hand.verifies) return undefined;
  return { ...row, steps, hand, organiser, owner: await ownerWords(ctx, row.item) };
}

/** The same for those of its organisation: whoever is responsible, and whoever keeps the list. */
export async function findOwnItem(
  ctx: PersonReads,
  by: Holder,
  itemId: string,
): Promise<OpenedItem | undefined> {
  const found = await findItem(ctx, by, itemId);
  return found && (found.hand.owns || found.hand.keeps) ? found : undefined;
}

/** And for officers of its region. */
export async function findOverseenItem(
  ctx: PersonReads,
  by: Holder,
  itemId: string,
): Promise<OpenedItem | undefined> {
  const found = await findItem(ctx, by, itemId);
  return found?.hand.oversees ? found : undefined;
}

/** Who is responsible, as it may be shown to those whom the item concerns. */
export async function ownerWords(
  ctx: PersonReads,
  { ownerId, ownerOffice }: Pick<ImprovementItem, 'ownerId' | 'ownerOffice'>,
): Promise<string> {
  if (ownerId === null) return ownerOffice;
  const [person] = await ctx.db.select().from(people).where(eq(people.id, ownerId));
  return person && person.phoneCipher.length > 0
    ? maskPhone(await personPhone(ctx, person))
    : '账户已删除';
}

/** Who may be made responsible: everybody who organises drills there, as they are shown. */
export async function listOwners(
  ctx: PersonReads,
  { organisation, regionCode }: DrillOrganiser,
): Promise<{ id: string; text: string }[]> {
  const ids = organisation
    ? organisation.memberIds
    : (
        await ctx.db
          .select({ id: roleGrants.personId })
          .from(roleGrants)
          .where(
            and(
              eq(roleGrants.role, 'drill_organiser'),
              eq(roleGrants.scopeId, regionCode),
              eq(roleGrants.state, 'active'),
            ),
          )
      ).map(({ id }) => id);
  if (ids.length === 0) return [];
  const rows = await ctx.db
    .select()
    .from(people)
    .where(inArray(people.id, [...ids]))
    .orderBy(asc(people.id));
  const shown = rows.filter(({ phoneCipher }) => phoneCipher.length > 0);
  return Promise.all(
    shown.map(async (person) => ({
      id: person.id,
      text: maskPhone(await personPhone(ctx, person)),
    })),
  );
}

/** The items of one drill, in the order in which they were opened. */
export async function listDrillItems(ctx: Reads, drillId: string): Promise<ListedItem[]> {
  return listed(ctx).where(eq(improvementItems.drillId, drillId)).orderBy(asc(improvementItems.id));
}

/** All steps of some drill's items, for its archive. */
export async function listDrillSteps({ db }: Reads, drillId: string): Promise<ImprovementStep[]> {
  return db
    .select({ step: improvementSteps })
    .from(improvementSteps)
    .innerJoin(improvementItems, eq(improvementItems.id, improvementSteps.itemId))
    .where(eq(improvementItems.drillId, drillId))
    .orderBy(asc(improvementSteps.itemId), asc(improvementSteps.number))
    .then((rows) => rows.map(({ step }) => step));
}

/** Items of one page of somebody's own. */
const OWN_MAX = 200;

/** What somebody has to mend or to look after and that is not closed, what is due first in front. */
export async function listOwnItems(ctx: Reads, by: Holder): Promise<ListedItem[]> {
  const { organisationId, regionCode, ownerId, state, dueDay, id } = improvementItems;
  const own = ctx.db
    .select({ id: organisationMembers.organisationId })
    .from(organisationMembers)
    .where(and(eq(organisationMembers.personId, by.id), eq(organisationMembers.state, 'active')));
  const regions = drillRegions(by);
  return listed(ctx)
    .where(
      and(
        inArray(state, ['open', 'finished']),
        or(
          eq(ownerId, by.id),
          inArray(organisationId, own),
          regions.length > 0
            ? and(isNull(organisationId), inArray(regionCode, regions))
            : undefined,
        ),
      ),
    )
    .orderBy(asc(dueDay), asc(id))
    .limit(OWN_MAX);
}

/** What the officers' list can be asked for. @param regions those whose items they see, by code and name. */
export function improvementList(
  regions: readonly { value: string; label: string }[],
): ListDefinition {
  return {
    path: '/staff/drills/improvements',
    filters: [
      { kind: 'choice', name: 'region', label: '地区', options: regions },
      {
        kind: 'choice',
        name: 'state',
        label: '状态',
        options: [
          { value: 'waiting', label: '没有关闭的' },
          { value: 'overdue', label: '逾期' },
          { value: 'finished', label: '待核验' },
          { value: 'closed', label: '已关闭' },
          { value: 'dropped', label: '已取消' },
          { value: '', label: '全部' },
        ],
        initial: 'waiting',
      },
    ],
    orders: [],
  };
}

const within = (region: RegionCode) => {
  const prefix = codePrefix(region);
  return and(
    gte(improvementItems.regionCode, prefix),
    lt(improvementItems.regionCode, `${prefix}:`),
  );
};

/** The items of a region as its address asks for them, what is due first in front; with their count. */
export async function listImprovements(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  { values, after }: ListAsked,
  limit = ROWS_SHOWN,
): Promise<{ rows: ListedItem[]; count: number; overdue: number }> {
  const { db, now } = ctx;
  const { id, dueDay, state } = improvementItems;
  const today = calendarDate(now);
  const isLate = and(eq(state, 'open'), lt(dueDay, today));
  const asked = values['state'] ?? '';
  const byState = {
    waiting: inArray(state, ['open', 'finished']),
    overdue: isLate,
    finished: eq(state, 'finished'),
    closed: eq(state, 'closed'),
    dropped: eq(state, 'dropped'),
  }[asked];
  const wanted = and(within(values['region'] ?? ''), byState);
  const beyond = after
    ? sql`(${dueDay}, ${id}) > (SELECT due_day, id FROM improvement_items WHERE id = ${after})`
    : undefined;
  const { rows, counted, late } = await readTogether(db, {
    rows: listed(ctx).where(and(wanted, beyond)).orderBy(asc(dueDay), asc(id)).limit(limit),
    counted: boundedCount(db, db.select({ id }).from(improvementItems).where(wanted)),
    late: boundedCount(
      db,
      db
        .select({ id })
        .from(improvementItems)
        .where(and(within(values['region'] ?? ''), isLate)),
    ),
  });
  return { rows, count: counted[0]?.count ?? 0, overdue: late[0]?.count ?? 0 };
}

/** What shows the proofs of an item to others than whoever sent them. */
export async function improvementDeed(ctx: Reads, itemId: string): Promise<Deed | undefined> {
  const [item] = await ctx.db
    .select()
    .from(improvementItems)
    .where(eq(improvementItems.id, itemId));
  const organiser = item && (await findDrillOrganiser(ctx, item));
  return (
    organiser && {
      action: 'improvement.see',
      regionCode: organiser.regionCode,
      organisation: organiser.organisation,
      ownerId: item.ownerId,
    }
  );
}

/** An item with whom to tell of it: whoever is responsible, else whoever opened it. */
export async function findItemToTell(
  { db }: Reads,
  itemId: string,
): Promise<
  { item: ImprovementItem; owner: Person | undefined; opener: Person | undefined } | undefined
> {
  const [item] = await db.select().from(improvementItems).where(eq(improvementItems.id, itemId));
  if (!item) return undefined;
  const rows = await db
    .select()
    .from(people)
    .where(inArray(people.id, [item.openedBy, item.ownerId ?? item.openedBy]));
  return {
    item,
    owner: rows.find(({ id }) => id === (item.ownerId ?? item.openedBy)),
    opener: rows.find(({ id }) => id === item.openedBy),
  };
}

/** Open items that are due on this day, or were, and of which nobody has been told yet. */
export async function listUntold(
  { db }: Reads,
  { kind, from, to }: { kind: 'before' | 'after'; from: CalendarDate; to: CalendarDate },
  limit: number,
): Promise<ImprovementItem[]> {
  const { id, dueDay, state } = improvementItems;
  return db
    .select()
    .from(improvementItems)
    .where(
      and(
        eq(state, 'open'),
        gte(dueDay, from),
        lte(dueDay, to),
        notExists(
          db
            .select({ one: sql`1` })
            .from(improvementReminders)
            .where(
              and(
                eq(improvementReminders.itemId, id),
                eq(improvementReminders.dueDay, dueDay),
                eq(improvementReminders.kind, kind),
              ),
            ),
        ),
      ),
    )
    .orderBy(desc(dueDay), asc(id))
    .limit(limit);
}
