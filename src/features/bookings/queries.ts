import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, sql, type SQL } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { readBookingCode } from '../../lib/ids.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import {
  addDays,
  calendarDate,
  formatSpan,
  instantOf,
  readDate,
  type CalendarDate,
} from '../../lib/time.ts';
import { isLiving, openPersonKey } from '../accounts/queries.ts';
import { phoneField } from '../accounts/schema.ts';
import { people, type Person } from '../accounts/table.ts';
import { groupClasses, groupRequests, type GroupState } from '../groups/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { hallMoves } from '../moves/table.ts';
import { roleGrants } from '../roles/table.ts';
import { hallCancellations, hallStops } from '../stops/table.ts';
import { sessionTodayWords, stateWords } from './policy.ts';
import {
  arrivals,
  bookingChanges,
  bookings,
  cancellations,
  type Booking,
  type BookingChange,
} from './table.ts';

/** A booking with its session, which almost every reader needs. */
export interface BookingDetails {
  booking: Booking;
  session: HallSession;
}

/** A booking with what its owner's ticket tells: its session, whose it is, and all that has happened to it. */
export interface Ticket extends BookingDetails {
  person: Person;
  arrivedAt: Date | null;
  cancelledAt: Date | null;
  /** When and why the hall ended it, as everybody was told: its visitors did not. */
  stoppedAt: Date | null;
  stopReason: string | null;
  /** The member of staff who cancelled it for a caller. */
  cancelledBy: string | null;
}

export interface DoorListEntry extends BookingDetails {
  person: Person;
  arrivedAt: Date | null;
  /** For a class of a group: whose and which one; null for a family. */
  group: { id: string; name: string; label: string; state: GroupState } | null;
}

/** One part of the list of one's own bookings; the next begins after the oldest of it. */
export const OWN_BOOKINGS_MAX = 50;

/**
 * A person's bookings, newest first. A query, so that a page can read more in the same request.
 * @param before the id of the oldest booking of the part before; the newest are given without it.
 */
export function listOwnBookings(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  before?: string,
) {
  return db
    .select({ booking: bookings, session: hallSessions })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(and(eq(bookings.personId, personId), before ? lt(bookings.id, before) : undefined))
    .orderBy(desc(bookings.id))
    .limit(OWN_BOOKINGS_MAX);
}

/** A person's own booking; somebody else's does not exist for them. */
export async function findOwnBooking(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  bookingId: string,
): Promise<Ticket | undefined> {
  const [found] = await ticketsWhere(
    db,
    and(eq(bookings.id, bookingId), eq(bookings.personId, personId)),
  );
  return found;
}

/** A person's own booking with the coming sessions of its hall, for changing it. One request. */
export async function findOwnBookingAndSessions(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
  bookingId: string,
): Promise<{ ticket: Ticket; sessions: HallSession[] } | undefined> {
  const own = and(eq(bookings.id, bookingId), eq(bookings.personId, personId));
  const ofBooking = (column: typeof hallSessions.hallSlug | typeof hallSessions.courseSlug) =>
    db
      .select({ value: column })
      .from(bookings)
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .where(own);
  const [[ticket], sessions] = await db.batch([
    ticketsWhere(db, own),
    db
      .select()
      .from(hallSessions)
      .where(
        and(
          inArray(hallSessions.hallSlug, ofBooking(hallSessions.hallSlug)),
          // A visit moves among visits, a course among the dates of the same course.
          sql`${hallSessions.courseSlug} IS (${ofBooking(hallSessions.courseSlug)})`,
          // Those further ahead stand there for groups.
          lte(hallSessions.bookingOpensAt, now),
          gt(hallSessions.bookingClosesAt, now),
          isNull(hallSessions.withdrawnAt),
        ),
      )
      .orderBy(asc(hallSessions.startsAt)),
  ]);
  return ticket && { ticket, sessions };
}

/** The booking behind a ticket's code, whosever it is but an erased person's: the caller decides what to show. */
export async function findTicket(
  { db }: Pick<CommandContext, 'db'>,
  code: string,
): Promise<Ticket | undefined> {
  const [found] = await ticketsWhere(db, and(eq(bookings.code, code), isLiving));
  return found;
}

/** A booking with whom to tell about it. */
export async function findBookingToTell(
  { db }: Pick<CommandContext, 'db'>,
  bookingId: string,
): Promise<Ticket | undefined> {
  const [found] = await ticketsWhere(db, and(eq(bookings.id, bookingId), isLiving));
  return found;
}

/** A booking with whom to remind of it, and its latest change, if it had any. One request. */
export async function findBookingToRemind(
  { db }: Pick<CommandContext, 'db'>,
  bookingId: string,
): Promise<{ ticket: Ticket; lastChangeId: string | undefined } | undefined> {
  const [[ticket], [last]] = await db.batch([
    ticketsWhere(db, and(eq(bookings.id, bookingId), isLiving)),
    db
      .select({
        // By its owner or by the hall, whichever was later: both ids begin with their time.
        id: sql<string>`nullif(max(
          coalesce((SELECT max(id) FROM ${bookingChanges} WHERE booking_id = ${bookingId}), ''),
          coalesce((SELECT max(id) FROM ${hallMoves} WHERE booking_id = ${bookingId}), '')), '')`,
      })
      .from(bookings)
      .where(eq(bookings.id, bookingId)),
  ]);
  return ticket && { ticket, lastChangeId: last?.id ?? undefined };
}

/** A booking as the door sees it, for staff of its hall only. */
export async function findAtDoor(
  { db }: Pick<CommandContext, 'db'>,
  staffId: string,
  reference: { bookingId: string } | { code: string },
): Promise<Ticket | undefined> {
  const [found] = await ticketsWhere(
    db,
    and(
      'code' in reference
        ? eq(bookings.code, reference.code)
        : eq(bookings.id, reference.bookingId),
      inArray(
        hallSessions.hallSlug,
        db
          .select({ slug: roleGrants.scopeId })
          .from(roleGrants)
          .where(
            and(
              eq(roleGrants.personId, staffId),
              eq(roleGrants.scopeKind, 'hall'),
              eq(roleGrants.state, 'active'),
            ),
          ),
      ),
    ),
  );
  return found;
}

/** A change that an owner has made, with the start of the session it led to. */
export interface ChangeDetails {
  change: BookingChange;
  startsAt: Date;
}

/** A person's own ticket with what was changed, oldest first. One request. */
export async function readOwnTicket(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  bookingId: string,
): Promise<{ ticket: Ticket; changes: ChangeDetails[] } | undefined> {
  const [[ticket], changes] = await db.batch([
    ticketsWhere(db, and(eq(bookings.id, bookingId), eq(bookings.personId, personId))),
    db
      .select({ change: bookingChanges, startsAt: hallSessions.startsAt })
      .from(bookingChanges)
      .innerJoin(hallSessions, eq(hallSessions.id, bookingChanges.sessionId))
      .where(and(eq(bookingChanges.bookingId, bookingId), eq(bookingChanges.personId, personId)))
      .orderBy(asc(bookingChanges.id)),
  ]);
  return ticket && { ticket, changes };
}

function ticketsWhere(db: CommandContext['db'], condition: SQL | undefined) {
  return db
    .select({
      booking: bookings,
      session: hallSessions,
      person: people,
      arrivedAt: arrivals.arrivedAt,
      cancelledAt: cancellations.cancelledAt,
      stoppedAt: hallCancellations.cancelledAt,
      stopReason: hallStops.reason,
      cancelledBy: cancellations.cancelledBy,
    })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(people, eq(people.id, bookings.personId))
    .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
    .leftJoin(cancellations, eq(cancellations.bookingId, bookings.id))
    .leftJoin(hallCancellations, eq(hallCancellations.bookingId, bookings.id))
    .leftJoin(hallStops, eq(hallStops.id, hallCancellations.stopId))
    .where(condition);
}

/**
 * A day's sessions of a hall with everybody booked for them. One request, however many sessions there are. Who
 * may see it, `can` has decided.
 */
export async function doorLists(
  ctx: Pick<CommandContext, 'db'>,
  hallSlug: string,
  date: CalendarDate,
): Promise<DoorList[]> {
  return gatherDoorLists(await readTogether(ctx.db, doorReads(ctx, hallSlug, date)));
}

export interface DoorList {
  session: HallSession;
  entries: DoorListEntry[];
}

/** The two reads of a day's lists, for a batch of the caller's. */
export function doorReads(
  { db }: Pick<CommandContext, 'db'>,
  hallSlug: string,
  date: CalendarDate,
) {
  const ofDay = and(
    eq(hallSessions.hallSlug, hallSlug),
    gte(hallSessions.startsAt, instantOf(date)),
    lt(hallSessions.startsAt, instantOf(addDays(date, 1))),
  );
  return {
    sessions: db.select().from(hallSessions).where(ofDay).orderBy(asc(hallSessions.startsAt)),
    entries: db
      .select({
        booking: bookings,
        session: hallSessions,
        person: people,
        arrivedAt: arrivals.arrivedAt,
        request: groupRequests,
        label: groupClasses.label,
      })
      .from(bookings)
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .innerJoin(people, eq(people.id, bookings.personId))
      .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
      .leftJoin(groupClasses, eq(groupClasses.bookingId, bookings.id))
      .leftJoin(groupRequests, eq(groupRequests.id, groupClasses.requestId))
      .where(ofDay)
      .orderBy(asc(bookings.id)),
  };
}

type DoorReads = ReturnType<typeof doorReads>;

/** What those reads gave, a list a session. */
export function gatherDoorLists({
  sessions,
  entries,
}: {
  [Name in keyof DoorReads]: Awaited<DoorReads[Name]>;
}): DoorList[] {
  const entriesOf = (id: string) =>
    entries
      .filter(({ session }) => session.id === id)
      .map(({ request, label, ...entry }) => ({
        ...entry,
        group: request && {
          ...{ id: request.id, name: request.groupName, state: request.state },
          label: label ?? '',
        },
      }));
  return sessions.map((session) => ({ session, entries: entriesOf(session.id) }));
}

/** What the list of a hall's bookings can be asked for. */
export function bookingList(hallSlug: string): ListDefinition {
  return {
    path: `/staff/halls/${hallSlug}/bookings`,
    filters: [
      {
        kind: 'choice',
        name: 'when',
        label: '时间',
        options: [
          { value: 'coming', label: '今天和以后' },
          { value: 'past', label: '以前' },
          { value: 'all', label: '全部日期' },
        ],
      },
      { kind: 'date', name: 'date', label: '只看一天' },
      {
        kind: 'choice',
        name: 'state',
        label: '状态',
        options: [
          { value: '', label: '全部状态' },
          ...Object.entries(stateWords).map(([value, label]) => ({ value, label })),
        ],
      },
      {
        kind: 'search',
        name: 'q',
        label: '查找',
        hint: '完整的姓名、手机号或预约码',
      },
    ],
    orders: [
      { value: 'soon', label: '日期早的在前' },
      { value: 'late', label: '日期晚的在前' },
    ],
  };
}

/** A booking in a list: with its session and whose it is. */
export interface ListedBooking extends BookingDetails {
  person: Person;
}

/**
 * What somebody typed to find a booking: its code, a whole number, or a whole name. Names and numbers are found by
 * their keyed hashes, so that a part of one finds nothing.
 */
async function searched(
  { keys }: Pick<CommandContext, 'keys'>,
  text: string | undefined,
): Promise<SQL | undefined> {
  if (!text) return undefined;
  const code = readBookingCode(text);
  if (code) return eq(bookings.code, code);
  const phone = phoneField.safeParse(text);
  return phone.success
    ? inArray(people.phoneHash, await keys.hashes('phone', phone.data))
    : and(
        inArray(bookings.contactNameHash, await keys.hashes('name', text)),
        // The condition of the index: without it, all bookings of the hall are looked through.
        sql`${bookings.contactNameCipher} <> x''`,
      );
}

/**
 * Bookings of a hall, with their count, in one request. Who may see them, `can` has decided.
 * @param limit rows of one part.
 */
export async function listBookings(
  ctx: Pick<CommandContext, 'db' | 'now' | 'keys'>,
  hallSlug: string,
  { values, order, after }: ListAsked,
  limit = ROWS_SHOWN,
): Promise<{ rows: ListedBooking[]; count: number }> {
  const { db, now } = ctx;
  const { startsAt } = hallSessions;
  const date = readDate(values['date'] ?? null);
  const today = instantOf(calendarDate(now));
  const state = bookings.state.enumValues.find((one) => one === values['state']);
  const inTime = date
    ? and(gte(startsAt, instantOf(date)), lt(startsAt, instantOf(addDays(date, 1))))
    : values['when'] === 'all'
      ? undefined
      : values['when'] === 'past'
        ? lt(startsAt, today)
        : gte(startsAt, today);
  const wanted = and(
    eq(hallSessions.hallSlug, hallSlug),
    inTime,
    state ? eq(bookings.state, state) : undefined,
    await searched(ctx, values['q']),
  );
  const isLate = order === 'late';
  const lastRow = sql`FROM bookings AS b JOIN hall_sessions AS s ON s.id = b.session_id WHERE b.id = ${after}`;
  const last = sql`(SELECT s.starts_at, b.id ${lastRow})`;
  // By itself as well, since only this much of a pair can be looked up in the index of the sessions.
  const lastStart = sql`(SELECT s.starts_at ${lastRow})`;
  const beyond = isLate
    ? sql`${startsAt} <= ${lastStart} AND (${startsAt}, ${bookings.id}) < ${last}`
    : sql`${startsAt} >= ${lastStart} AND (${startsAt}, ${bookings.id}) > ${last}`;
  const [rows, [counted]] = await db.batch([
    db
      .select({ booking: bookings, session: hallSessions, person: people })
      .from(bookings)
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .innerJoin(people, eq(people.id, bookings.personId))
      .where(and(wanted, after ? beyond : undefined))
      .orderBy(
        ...(isLate ? [desc(startsAt), desc(bookings.id)] : [asc(startsAt), asc(bookings.id)]),
      )
      .limit(limit),
    boundedCount(
      db,
      db
        .select({ id: bookings.id })
        .from(bookings)
        .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
        .innerJoin(people, eq(people.id, bookings.personId))
        .where(wanted),
    ),
  ]);
  return { rows, count: counted?.count ?? 0 };
}

/** One booking of a hall, for its staff. */
export async function findHallBooking(
  { db }: Pick<CommandContext, 'db'>,
  hallSlug: string,
  bookingId: string,
): Promise<Ticket | undefined> {
  const [found] = await ticketsWhere(
    db,
    and(eq(bookings.id, bookingId), eq(hallSessions.hallSlug, hallSlug)),
  );
  return found;
}

/** Today's sessions of the halls somebody works at: how many are expected, how many have come. */
export function hallsQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  slugs: readonly string[],
  hallName: (slug: string) => string,
): QueueQuestion {
  const today = calendarDate(now);
  const party = sql`${bookings.adults} + ${bookings.children}`;
  const sessions = db
    .select({
      session: hallSessions,
      expected: sql<number>`coalesce(sum(CASE WHEN ${bookings.state} = 'booked' THEN ${party} END), 0)`,
      arrived: sql<number>`coalesce(sum(CASE WHEN ${bookings.state} = 'arrived' THEN ${party} END), 0)`,
    })
    .from(hallSessions)
    .leftJoin(bookings, eq(bookings.sessionId, hallSessions.id))
    .where(
      and(
        inArray(hallSessions.hallSlug, [...slugs]),
        gte(hallSessions.startsAt, instantOf(today)),
        lt(hallSessions.startsAt, instantOf(addDays(today, 1))),
      ),
    )
    .groupBy(hallSessions.id)
    .orderBy(asc(hallSessions.startsAt));
  return queueQuestion([sessions], ([rows]) =>
    slugs.map((slug) => {
      const own = rows.filter(({ session }) => session.hallSlug === slug);
      const sum = (of: 'expected' | 'arrived') => own.reduce((all, row) => all + row[of], 0);
      const href = `/staff/halls/${slug}`;
      return {
        queue: `hall:${slug}`,
        title: `${hallName(slug)}今天`,
        href,
        summary:
          own.length === 0 ? '今天没有场次' : `已到${sum('arrived')}人，还没到${sum('expected')}人`,
        count: sum('expected'),
        overdue: 0,
        next: own
          .filter(({ session }) => session.endsAt > now)
          .map(({ session, expected, arrived }) => ({
            text: formatSpan(session.startsAt, session.endsAt),
            about: `约${expected + arrived}人，已到${arrived}人，共${session.openPlaces}个名额`,
            href,
            due: { text: sessionTodayWords(session, now), late: false },
          })),
      };
    }),
  );
}

/** Empty when the name's time is over, or its owner has erased the account. */
export async function contactNameOf(
  ctx: Pick<CommandContext, 'keys'>,
  booking: Booking,
  person: Person,
): Promise<string> {
  if (booking.contactNameCipher.length === 0) return '';
  const dataKey = await openPersonKey(ctx, person);
  return dataKey.decrypt(`bookings.contact_name:${booking.id}`, booking.contactNameCipher);
}

/** Bookings whose session is over and that nobody ended; the partial index keeps this free of history. */
export async function dueExpiries(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: bookings.id })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(and(eq(bookings.state, 'booked'), lte(hallSessions.endsAt, now)))
    .limit(limit);
  return rows.map(({ id }) => id);
}
