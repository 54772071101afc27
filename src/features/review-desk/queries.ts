import { and, asc, eq, gte, inArray, isNull, like, lt, or, sql, type SQL } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { COUNT_MAX, ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { codePrefix, type RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate, daysBetween, type CalendarDate } from '../../lib/time.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { readTogether } from '../../lib/db/read.ts';
import { maskPhone } from '../accounts/policy.ts';
import { personPhone } from '../accounts/queries.ts';
import { people } from '../accounts/table.ts';
import { applications, officeScopes, type Application } from '../applications/table.ts';
import { reviewPath } from '../applications/policy.ts';
import type { Programme } from '../programmes/schema.ts';
import { dueWords } from './policy.ts';
import {
  applicationRecusals,
  officeOfficers,
  reviewAssignments,
  reviewBatches,
  reviewDelegations,
  reviewMarks,
  type ReviewDelegation,
  type ReviewMark,
} from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

export const QUEUE_PATH = '/staff/applications';

/** What lies at an office without a last day comes last. The index `applications_queue` has the same words. */
const due = sql<string>`coalesce(${applications.untilOn}, '9999-12-31')`;
const isCurrent = and(
  eq(reviewAssignments.applicationId, applications.id),
  isNull(reviewAssignments.endedAt),
);

/** What the queue of applications can be asked for. */
export function queueList(
  programmes: readonly Programme[],
  officers: readonly Officer[] = [],
): ListDefinition {
  const titles = new Map(programmes.map(({ key, title }) => [key, title.text]));
  return {
    path: QUEUE_PATH,
    filters: [
      {
        kind: 'choice',
        name: 'view',
        label: '哪些',
        options: [
          { value: 'turn', label: '轮到我们办的' },
          { value: 'mine', label: '分给我的' },
          { value: 'overdue', label: '逾期的' },
          { value: 'unassigned', label: '还没有分办的' },
          { value: 'returned', label: '补正和中止的' },
          { value: 'all', label: '辖区里交上来的全部' },
        ],
      },
      {
        kind: 'choice',
        name: 'programme',
        label: '称号',
        options: [
          { value: '', label: '全部称号' },
          ...[...titles].map(([value, label]) => ({ value, label })),
        ],
      },
      ...(officers.length > 1
        ? [
            {
              kind: 'choice' as const,
              name: 'officer',
              label: '分给谁',
              options: [
                { value: '', label: '不限' },
                ...officers.map(({ id, label }) => ({ value: id, label })),
              ],
            },
          ]
        : []),
      { kind: 'search', name: 'q', label: '名称', hint: '单位名称或查询码' },
    ],
    orders: [],
  };
}

/** Offices that somebody works for: of their own regions, and dissolved ones that those took over. One request. */
export async function listOffices(
  { db }: Pick<Reads, 'db'>,
  regions: readonly RegionCode[],
): Promise<RegionCode[]> {
  const rows = await db
    .select({ code: officeScopes.regionCode })
    .from(officeScopes)
    .where(inArray(officeScopes.scopeId, [...regions]));
  return [...new Set([...regions, ...rows.map(({ code }) => code)])];
}

export interface QueueRow {
  application: Application;
  /** Who works on it at the office that it is with. */
  officerId: string | null;
}

/** Within the region of an office: the whole of its codes. */
const below = (code: RegionCode): SQL | undefined => {
  const prefix = codePrefix(code);
  return and(gte(applications.regionCode, prefix), lt(applications.regionCode, `${prefix}:`));
};

function narrowed({ values }: ListAsked): SQL | undefined {
  const { programme, officer, q } = values;
  const code = q?.toUpperCase().replaceAll(/[\s-]/g, '') ?? '';
  return and(
    programme ? eq(applications.programme, programme) : undefined,
    officer ? eq(reviewAssignments.officerId, officer) : undefined,
    q
      ? or(eq(applications.code, code), like(applications.name, `%${q.replaceAll(/[%_\\]/g, '')}%`))
      : undefined,
  );
}

/** One office's share of the queue, as the index has it. */
export function officeQueue(
  { db, now }: Reads,
  office: RegionCode,
  asked: ListAsked,
  limit: number,
) {
  const view = asked.values['view'];
  const isTurn = view !== 'all' && view !== 'returned';
  const wanted = and(
    isTurn ? eq(applications.turnRegion, office) : below(office),
    isTurn ? undefined : sql`${applications.decisions} > 0`,
    view === 'overdue' ? sql`${due} < ${calendarDate(now)}` : undefined,
    view === 'unassigned' ? isNull(reviewAssignments.id) : undefined,
    view === 'returned'
      ? sql`(${applications.state} GLOB 'returned:*' OR ${applications.state} GLOB 'suspended:*')`
      : undefined,
    narrowed(asked),
  );
  const last = (column: SQL) =>
    sql`(SELECT ${column}, id FROM applications WHERE id = ${asked.after})`;
  const beyond = isTurn
    ? sql`(${due}, ${applications.id}) > ${last(sql`coalesce(until_on, '9999-12-31')`)}`
    : sql`(${applications.regionCode}, ${applications.id}) > ${last(sql`region_code`)}`;
  const rows = db
    .select({ application: applications, officerId: reviewAssignments.officerId })
    .from(applications)
    .leftJoin(reviewAssignments, isCurrent)
    .where(and(wanted, asked.after ? beyond : undefined))
    .orderBy(...(isTurn ? [asc(due)] : [asc(applications.regionCode)]), asc(applications.id))
    .limit(limit);
  const counted = db.select({ id: applications.id }).from(applications);
  // Each row that is counted would be looked up in vain where nobody asks who works on it.
  const asksWho = view === 'unassigned' || Boolean(asked.values['officer']);
  const count = asksWho
    ? boundedCount(db, counted.leftJoin(reviewAssignments, isCurrent).where(wanted))
    : boundedCount(db, counted.where(wanted));
  return { rows, count };
}

/** What was assigned to some officers and is with their offices, whatever these are. */
function officersQueue(
  { db }: Reads,
  offices: readonly RegionCode[],
  officerIds: readonly string[],
  asked: ListAsked,
  limit: number,
) {
  const wanted = and(
    inArray(reviewAssignments.officerId, [...officerIds]),
    isNull(reviewAssignments.endedAt),
    inArray(applications.turnRegion, [...offices]),
    narrowed(asked),
  );
  const beyond = sql`(${due}, ${applications.id}) > (SELECT coalesce(until_on, '9999-12-31'), id FROM applications WHERE id = ${asked.after})`;
  const from = () =>
    db
      .select({ application: applications, officerId: reviewAssignments.officerId })
      .from(reviewAssignments)
      .innerJoin(applications, eq(applications.id, reviewAssignments.applicationId));
  return {
    rows: from()
      .where(and(wanted, asked.after ? beyond : undefined))
      .orderBy(asc(due), asc(applications.id))
      .limit(limit),
    count: boundedCount(
      db,
      db
        .select({ id: applications.id })
        .from(reviewAssignments)
        .innerJoin(applications, eq(applications.id, reviewAssignments.applicationId))
        .where(wanted),
    ),
  };
}

/** In the order of the list: what is due first, or by region. */
function inOrder({ values }: ListAsked): (one: QueueRow, other: QueueRow) => number {
  const isByRegion = values['view'] === 'all' || values['view'] === 'returned';
  const key = ({ application: { untilOn, regionCode, id } }: QueueRow) =>
    `${isByRegion ? regionCode : (untilOn ?? '9999-12-31')} ${id}`;
  return (one, other) => (key(one) < key(other) ? -1 : 1);
}

/**
 * Files of somebody's offices, what is due first in front, with their count; each office is read by its own index and
 * they are put together here. One request.
 * @param mine whoever asks, with those who delegated to them today.
 * @param limit rows of one part.
 */
export async function listQueue(
  ctx: Reads,
  asked: ListAsked,
  { offices, mine }: { offices: readonly RegionCode[]; mine: readonly string[] },
  limit = ROWS_SHOWN,
): Promise<{ rows: QueueRow[]; count: number }> {
  const shares =
    asked.values['view'] === 'mine'
      ? [officersQueue(ctx, offices, mine, asked, limit)]
      : offices.map((office) => officeQueue(ctx, office, asked, limit));
  const [first, ...rest] = shares.flatMap(({ rows, count }) => [rows, count]);
  if (!first) return { rows: [], count: 0 };
  const answers: readonly unknown[] = await ctx.db.batch([first, ...rest]);
  const rows = answers.flatMap((one, at) => (at % 2 === 0 ? (one as QueueRow[]) : []));
  const counts = answers.flatMap((one, at) => (at % 2 === 1 ? (one as { count: number }[]) : []));
  return {
    rows: rows.sort(inOrder(asked)).slice(0, limit),
    count: Math.min(
      counts.reduce((sum, { count }) => sum + count, 0),
      COUNT_MAX + 1,
    ),
  };
}

export interface Officer {
  id: string;
  /** The masked number: people who work here have no names on this site. */
  label: string;
  regionCode: RegionCode;
}

/** Who works for offices. @param me is called 我. */
export async function listOfficers(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  offices: readonly RegionCode[],
  me: string,
): Promise<Officer[]> {
  if (offices.length === 0) return [];
  const rows = await ctx.db
    .select({ person: people, regionCode: officeOfficers.regionCode })
    .from(officeOfficers)
    .innerJoin(people, eq(people.id, officeOfficers.personId))
    .where(inArray(officeOfficers.regionCode, [...offices]))
    .orderBy(asc(people.id));
  return Promise.all(
    rows.map(async ({ person, regionCode }) => ({
      id: person.id,
      regionCode,
      label: await labelOf(ctx, person, me),
    })),
  );
}

async function labelOf(
  ctx: Pick<CommandContext, 'keys'>,
  person: typeof people.$inferSelect,
  me: string,
): Promise<string> {
  if (person.id === me) return '我';
  return person.phoneCipher.length === 0
    ? '已删除的账户'
    : maskPhone(await personPhone(ctx, person));
}

/** Delegations of offices that have not run out, the newest first. */
export async function listDelegations(
  { db, now }: Reads,
  offices: readonly RegionCode[],
): Promise<ReviewDelegation[]> {
  if (offices.length === 0) return [];
  return db
    .select()
    .from(reviewDelegations)
    .where(
      and(
        inArray(reviewDelegations.regionCode, [...offices]),
        gte(reviewDelegations.untilOn, calendarDate(now)),
        isNull(reviewDelegations.endedAt),
      ),
    )
    .orderBy(asc(reviewDelegations.fromOn), asc(reviewDelegations.id));
}

/** Whoever asks, and those whose work is theirs today. */
export function minesOf(
  delegations: readonly ReviewDelegation[],
  me: string,
  today: CalendarDate,
): string[] {
  const from = delegations
    .filter(({ toId, fromOn, untilOn }) => toId === me && fromOn <= today && today <= untilOn)
    .map(({ fromId }) => fromId);
  return [me, ...from];
}

export interface Load {
  officerId: string | null;
  count: number;
  overdue: number;
}

/** How many files each officer of an office has, and how many nobody has. */
export async function readWorkload(
  { db, now }: Reads,
  offices: readonly RegionCode[],
): Promise<Load[]> {
  if (offices.length === 0) return [];
  const today = calendarDate(now);
  return db
    .select({
      officerId: reviewAssignments.officerId,
      count: sql<number>`count(*)`.mapWith(Number),
      overdue: sql<number>`count(CASE WHEN ${applications.untilOn} < ${today} THEN 1 END)`.mapWith(
        Number,
      ),
    })
    .from(applications)
    .leftJoin(reviewAssignments, isCurrent)
    .where(inArray(applications.turnRegion, [...offices]))
    .groupBy(reviewAssignments.officerId);
}

/** What an office has given for a step so far, every save. */
export async function readMarks(
  { db }: Pick<Reads, 'db'>,
  applicationId: string,
  step: string,
): Promise<ReviewMark[]> {
  return db
    .select()
    .from(reviewMarks)
    .where(and(eq(reviewMarks.applicationId, applicationId), eq(reviewMarks.step, step)))
    .orderBy(asc(reviewMarks.key), asc(reviewMarks.version));
}

/** What the page of a file says beside the file itself: marks of its step, who works on it, who may. One request. */
export async function readDesk(
  { db }: Pick<Reads, 'db'>,
  { id, turnRegion }: Pick<Application, 'id' | 'turnRegion'>,
  step: string,
): Promise<{ marks: ReviewMark[]; officerId: string | undefined; recused: string[] }> {
  const read = await readTogether(db, {
    marks: db
      .select()
      .from(reviewMarks)
      .where(and(eq(reviewMarks.applicationId, id), eq(reviewMarks.step, step)))
      .orderBy(asc(reviewMarks.key), asc(reviewMarks.version)),
    assigned: db
      .select({ officerId: reviewAssignments.officerId })
      .from(reviewAssignments)
      .where(and(eq(reviewAssignments.applicationId, id), isNull(reviewAssignments.endedAt))),
    recused: db
      .select({ personId: applicationRecusals.personId })
      .from(applicationRecusals)
      .innerJoin(officeOfficers, eq(officeOfficers.personId, applicationRecusals.personId))
      .where(
        and(
          eq(applicationRecusals.applicationId, id),
          eq(officeOfficers.regionCode, turnRegion ?? ''),
        ),
      ),
  });
  return {
    marks: read.marks,
    officerId: read.assigned[0]?.officerId,
    recused: read.recused.map(({ personId }) => personId),
  };
}

/** What became of many files that one act was meant for; only for whoever meant it. */
export async function findBatch({ db }: Pick<Reads, 'db'>, by: string, id: string) {
  const [found] = await db
    .select()
    .from(reviewBatches)
    .where(and(eq(reviewBatches.id, id), eq(reviewBatches.actedBy, by)));
  return found;
}

/** Applications by their ids, for naming them. */
export async function listByIds({ db }: Pick<Reads, 'db'>, ids: readonly string[]) {
  return ids.length === 0
    ? []
    : db
        .select()
        .from(applications)
        .where(inArray(applications.id, [...ids]));
}

/** What waits at somebody's offices, what is due first in front. */
export function applicationsQueue(
  { db, now }: Reads,
  regions: readonly RegionCode[],
): QueueQuestion {
  const today = calendarDate(now);
  const offices = sql`(SELECT value FROM json_each(${JSON.stringify(regions)})
    UNION SELECT ${officeScopes.regionCode} FROM ${officeScopes}
      WHERE ${officeScopes.scopeId} IN (SELECT value FROM json_each(${JSON.stringify(regions)})))`;
  const waiting = sql`${applications.turnRegion} IN ${offices}`;
  return queueQuestion(
    [
      boundedCount(db, db.select({ id: applications.id }).from(applications).where(waiting)),
      boundedCount(
        db,
        db
          .select({ id: applications.id })
          .from(applications)
          .where(and(waiting, sql`${due} < ${today}`)),
      ),
      ...regions
        .slice(0, 1)
        .map((own) =>
          db
            .select()
            .from(applications)
            .where(eq(applications.turnRegion, own))
            .orderBy(asc(due), asc(applications.id))
            .limit(NEXT_SHOWN),
        ),
    ],
    ([counted, late, next = []]) => {
      const count = (counted as { count: number }[])[0]?.count ?? 0;
      const shown = next as Application[];
      return {
        queue: 'applications',
        title: '申报审核',
        href: QUEUE_PATH,
        summary: count > COUNT_MAX ? `${COUNT_MAX}份以上要办` : `${count}份要办`,
        count,
        overdue: (late as { count: number }[])[0]?.count ?? 0,
        cut: count > shown.length,
        next: shown.map(({ id, name, untilOn }) => ({
          text: name,
          href: reviewPath(id),
          due: {
            text: dueWords(untilOn, today),
            late: untilOn !== null && daysBetween(today, untilOn) < 0,
          },
        })),
      };
    },
  );
}

/** Files of one step at an office, by region: what a meeting goes through. */
export async function listAtStep(
  { db }: Pick<Reads, 'db'>,
  offices: readonly RegionCode[],
  { programme, step }: { programme: string; step: string },
  limit: number,
): Promise<Application[]> {
  return db
    .select()
    .from(applications)
    .where(
      and(
        inArray(applications.turnRegion, [...offices]),
        eq(applications.programme, programme),
        eq(applications.state, `step:${step}`),
      ),
    )
    .orderBy(asc(applications.regionCode), asc(applications.id))
    .limit(limit);
}

/** Which steps of which programmes have files at some offices now. */
export async function listStepsWaiting(
  { db }: Pick<Reads, 'db'>,
  offices: readonly RegionCode[],
): Promise<{ programme: string; state: string; count: number }[]> {
  if (offices.length === 0) return [];
  return db
    .select({
      programme: applications.programme,
      state: applications.state,
      count: sql<number>`count(*)`.mapWith(Number),
    })
    .from(applications)
    .where(
      and(inArray(applications.turnRegion, [...offices]), sql`${applications.state} GLOB 'step:*'`),
    )
    .groupBy(applications.programme, applications.state);
}
