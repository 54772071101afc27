import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNull,
  lt,
  sql,
  type SQL,
} from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { readBookingCode } from '../../lib/ids.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { addDays, calendarDate, formatDay, instantOf, untilWords } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings, type Booking } from '../bookings/table.ts';
import { daysPlanned } from '../halls/policy.ts';
import { halls, hallSessions, type Hall, type HallSession } from '../halls/table.ts';
import type { Deed } from '../roles/policy.ts';
import { isOverdue, kindWords, nextMonth } from './policy.ts';
import {
  groupClasses,
  groupDecisions,
  groupRequests,
  type GroupClass,
  type GroupDecision,
  type GroupRequest,
} from './table.ts';

type Reader = Pick<CommandContext, 'db'>;

/** One part of the list of one's own requests; the next begins after the oldest of it. */
export const OWN_REQUESTS_MAX = 20;

export interface BookedClass {
  booking: Booking;
  class: GroupClass;
  session: HallSession;
  /** How many of it the door has let in so far. */
  entered: number;
}

/** A request with its classes in the order of their sessions, and what was decided about it, oldest first. */
export interface Group {
  request: GroupRequest;
  /** Who leads it. */
  person: Person;
  classes: BookedClass[];
  decisions: GroupDecision[];
}

/** A hall that takes groups, with the sessions that still take them. One request. */
export async function findHallForGroups(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  slug: string,
): Promise<{ hall: Hall; sessions: HallSession[] } | undefined> {
  const [[hall], sessions] = await db.batch([
    db.select().from(halls).where(eq(halls.slug, slug)),
    db
      .select()
      .from(hallSessions)
      .where(
        and(
          eq(hallSessions.hallSlug, slug),
          gt(hallSessions.groupsReleaseAt, now),
          gt(hallSessions.groupPlaces, hallSessions.bookedGroups),
          isNull(hallSessions.withdrawnAt),
        ),
      )
      .orderBy(asc(hallSessions.startsAt)),
  ]);
  if (!hall) return undefined;
  const end = instantOf(addDays(calendarDate(now), daysPlanned(hall)));
  return { hall, sessions: sessions.filter(({ startsAt }) => startsAt < end) };
}

/** A leader's own request; somebody else's does not exist for them. */
export async function findOwnGroup(
  ctx: Reader,
  personId: string,
  requestId: string,
): Promise<Group | undefined> {
  const group = await findGroup(ctx, requestId);
  return group?.request.personId === personId ? group : undefined;
}

/** A request, whosever it is: the caller decides who may see it. One request. */
export async function findGroup({ db }: Reader, requestId: string): Promise<Group | undefined> {
  const [[found], classes, decisions] = await db.batch([
    db
      .select({ request: groupRequests, person: people })
      .from(groupRequests)
      .innerJoin(people, eq(people.id, groupRequests.personId))
      .where(eq(groupRequests.id, requestId)),
    db
      .select({
        booking: bookings,
        class: groupClasses,
        session: hallSessions,
        entered: sql<number>`(SELECT coalesce(sum(entered), 0) FROM door_tallies
          WHERE door_tallies.booking_id = ${bookings.id})`.mapWith(Number),
      })
      .from(bookings)
      .innerJoin(groupClasses, eq(groupClasses.bookingId, bookings.id))
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .where(eq(bookings.groupRequestId, requestId))
      .orderBy(asc(hallSessions.startsAt), asc(groupClasses.label)),
    db
      .select()
      .from(groupDecisions)
      .where(eq(groupDecisions.requestId, requestId))
      .orderBy(asc(groupDecisions.id)),
  ]);
  return found && { ...found, classes, decisions };
}

/** A leader's requests with their size, newest first. @param before the oldest of the part before. */
export function listOwnGroups({ db }: Reader, personId: string, before?: string) {
  return listed(db)
    .where(
      and(eq(groupRequests.personId, personId), before ? lt(groupRequests.id, before) : undefined),
    )
    .groupBy(groupRequests.id)
    .orderBy(desc(groupRequests.id))
    .limit(OWN_REQUESTS_MAX);
}

/** What the list of a hall's group requests can be asked for. */
export function groupList(hallSlug: string): ListDefinition {
  return {
    path: `/staff/halls/${hallSlug}/groups`,
    filters: [
      {
        kind: 'choice',
        name: 'state',
        label: '状态',
        options: [
          { value: 'asked', label: '待答复' },
          { value: 'countered', label: '等对方答复' },
          { value: 'approved', label: '已通过' },
          { value: 'refused', label: '没有通过' },
          { value: 'withdrawn', label: '已撤回' },
          { value: 'lapsed', label: '过了期限' },
          { value: 'all', label: '全部' },
        ],
      },
      {
        kind: 'choice',
        name: 'kind',
        label: '单位',
        options: [
          { value: '', label: '各种单位' },
          ...Object.entries(kindWords).map(([value, label]) => ({ value, label })),
        ],
      },
      { kind: 'search', name: 'q', label: '查找', hint: '单位名称里的字，或完整的申请号' },
    ],
    orders: [],
  };
}

export interface ListedGroup {
  request: GroupRequest;
  classes: number;
  headCount: number;
  /** Of its first class; null where every class was cancelled. */
  firstAt: Date | null;
}

const listed = (db: CommandContext['db']) =>
  db
    .select({
      request: groupRequests,
      classes: sql<number>`count(${bookings.id})`.mapWith(Number),
      headCount: sql<number>`coalesce(sum(${bookings.adults} + ${bookings.children}), 0)`.mapWith(
        Number,
      ),
      firstAt: sql<Date | null>`min(${hallSessions.startsAt})`.mapWith(hallSessions.startsAt),
    })
    .from(groupRequests)
    .leftJoin(bookings, eq(bookings.groupRequestId, groupRequests.id))
    .leftJoin(hallSessions, eq(hallSessions.id, bookings.sessionId));

/**
 * Requests of a hall: those that wait for its answer with the first due in front, others newest first; with their
 * count. Who may see them, `can` has decided.
 */
export async function listGroups(
  { db }: Reader,
  hallSlug: string,
  { values, after }: ListAsked,
): Promise<{ rows: ListedGroup[]; count: number }> {
  const { id } = groupRequests;
  const state = groupRequests.state.enumValues.find((one) => one === values['state']);
  const kind = groupRequests.kind.enumValues.find((one) => one === values['kind']);
  const text = values['q'] ?? '';
  const code = readBookingCode(text);
  const wanted = and(
    eq(groupRequests.hallSlug, hallSlug),
    state && eq(groupRequests.state, state),
    kind && eq(groupRequests.kind, kind),
    text === ''
      ? undefined
      : code
        ? eq(groupRequests.code, code)
        : sql`instr(${groupRequests.groupName}, ${text}) > 0`,
  );
  // Ids follow the moment of asking, and what was asked earlier is due earlier.
  const isQueue = state === 'asked';
  const beyond = after && (isQueue ? gt(id, after) : lt(id, after));
  const [rows, [counted]] = await db.batch([
    listed(db)
      .where(and(wanted, beyond || undefined))
      .groupBy(id)
      .orderBy(isQueue ? asc(id) : desc(id))
      .limit(ROWS_SHOWN),
    boundedCount(db, db.select({ id }).from(groupRequests).where(wanted)),
  ]);
  return { rows, count: counted?.count ?? 0 };
}

/** Group requests that wait for the answer of these halls, what is due first in front. */
export function groupsQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  slugs: readonly string[],
  hallName: (slug: string) => string,
): QueueQuestion {
  const waiting = and(
    inArray(groupRequests.hallSlug, [...slugs]),
    eq(groupRequests.state, 'asked'),
  );
  const { answerDueAt, hallSlug } = groupRequests;
  return queueQuestion(
    [
      db
        .select({
          hallSlug,
          open: count(),
          overdue: count(sql`CASE WHEN ${lt(answerDueAt, now)} THEN 1 END`),
        })
        .from(groupRequests)
        .where(waiting)
        .groupBy(hallSlug),
      listed(db)
        .where(waiting)
        .groupBy(groupRequests.id)
        .orderBy(asc(answerDueAt), asc(groupRequests.id))
        .limit(NEXT_SHOWN * slugs.length),
    ],
    ([counts, rows]) =>
      slugs.map((slug) => {
        const { open = 0, overdue = 0 } = counts.find((one) => one.hallSlug === slug) ?? {};
        const next = rows.filter(({ request }) => request.hallSlug === slug).slice(0, NEXT_SHOWN);
        return {
          queue: `groups:${slug}`,
          title: slugs.length > 1 ? `${hallName(slug)}团体` : '团体申请',
          href: `/staff/halls/${slug}/groups`,
          summary: `${open}个待答复`,
          count: open,
          overdue,
          cut: open > next.length,
          next: next.map(({ request, headCount, firstAt }) => ({
            text: `${request.groupName}，${headCount}人`,
            about: firstAt ? `${formatDay(firstAt)}参观` : '',
            href: `/staff/halls/${slug}/groups/${request.id}`,
            due: { text: untilWords(request.answerDueAt, now), late: isOverdue(request, now) },
          })),
        };
      }),
  );
}

/** What shows the letter of a request to others than its leader: the right to decide on it. */
export async function groupDeed({ db }: Reader, requestId: string): Promise<Deed | undefined> {
  const [found] = await db
    .select({ hall: groupRequests.hallSlug })
    .from(groupRequests)
    .where(eq(groupRequests.id, requestId));
  return found && { action: 'hall.manage', hall: found.hall };
}

/** The class that a booking is, with the request it belongs to; undefined for a family's. */
export async function findClass(
  { db }: Reader,
  bookingId: string,
): Promise<{ class: GroupClass; request: GroupRequest } | undefined> {
  const [found] = await db
    .select({ class: groupClasses, request: groupRequests })
    .from(groupClasses)
    .innerJoin(groupRequests, eq(groupRequests.id, groupClasses.requestId))
    .where(eq(groupClasses.bookingId, bookingId));
  return found;
}

/** A request with whom to tell about it; undefined once its person is gone. */
export async function findGroupToTell({ db }: Reader, requestId: string) {
  const [found] = await db
    .select({
      request: groupRequests,
      person: people,
      firstAt: sql<number>`min(${hallSessions.startsAt})`.mapWith(Number),
      classes: sql<number>`count(${bookings.id})`.mapWith(Number),
    })
    .from(groupRequests)
    .innerJoin(people, eq(people.id, groupRequests.personId))
    .leftJoin(bookings, eq(bookings.groupRequestId, groupRequests.id))
    .leftJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(and(eq(groupRequests.id, requestId), sql`${people.dataKeyCipher} <> x''`))
    .groupBy(groupRequests.id);
  return found;
}

/** 公平份额: what each organisation holds of a hall in a month, the largest first, for everybody to see. */
export async function listShares(
  { db }: Reader,
  hallSlug: string,
  month: string,
): Promise<{ groupName: string; places: number }[]> {
  const places = sql<number>`sum(${bookings.adults} + ${bookings.children})`.mapWith(Number);
  return db
    .select({ groupName: groupRequests.groupName, places })
    .from(bookings)
    .innerJoin(groupRequests, eq(groupRequests.id, bookings.groupRequestId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(
      and(
        heldInMonth(hallSlug, month),
        // Unverified names are their writers' words and are not published.
        sql`${groupRequests.organisationId} IS NOT NULL`,
      ),
    )
    .groupBy(groupRequests.organisationId)
    .orderBy(desc(places))
    .limit(50);
}

/** How many places whoever asks holds in a month, this request among them; the guard counts the same. */
export async function shareOf(
  { db }: Reader,
  { hallSlug, organisationId, personId }: GroupRequest,
  month: string,
): Promise<number> {
  const places = sql<number>`coalesce(sum(${bookings.adults} + ${bookings.children}), 0)`.mapWith(
    Number,
  );
  const [sum] = await db
    .select({ places })
    .from(bookings)
    .innerJoin(groupRequests, eq(groupRequests.id, bookings.groupRequestId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(
      and(
        heldInMonth(hallSlug, month),
        organisationId
          ? eq(groupRequests.organisationId, organisationId)
          : and(eq(groupRequests.personId, personId), isNull(groupRequests.organisationId)),
      ),
    );
  return sum?.places ?? 0;
}

function heldInMonth(hallSlug: string, month: string): SQL | undefined {
  const from = instantOf(`${month}-01`);
  const until = instantOf(`${nextMonth(month)}-01`);
  return and(
    eq(groupRequests.hallSlug, hallSlug),
    sql`${bookings.state} <> 'cancelled'`,
    gte(hallSessions.startsAt, from),
    lt(hallSessions.startsAt, until),
  );
}

/** The leader's name and what the group needs; both empty once the account is erased. */
export async function groupWords(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  request: Pick<GroupRequest, 'id' | 'leaderNameCipher' | 'needsCipher'>,
): Promise<{ leaderName: string; needs: string }> {
  if (request.leaderNameCipher.length === 0) return { leaderName: '', needs: '' };
  const dataKey = await openPersonKey(ctx, person);
  return {
    leaderName: await dataKey.decrypt(
      `group_requests.leader_name:${request.id}`,
      request.leaderNameCipher,
    ),
    needs: await dataKey.decrypt(`group_requests.needs:${request.id}`, request.needsCipher),
  };
}

/** A person’s requests for groups, the newest first. A query. */
export function ownGroups({ db }: Reader, personId: string) {
  return db
    .select({ request: groupRequests })
    .from(groupRequests)
    .where(eq(groupRequests.personId, personId))
    .orderBy(desc(groupRequests.id));
}
