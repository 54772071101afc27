import {
  and,
  asc,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNull,
  lt,
  lte,
  max,
  notExists,
  sql,
} from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { addDays, calendarDate, instantOf, type CalendarDate } from '../../lib/time.ts';
import { isLiving } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings, type Booking } from '../bookings/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { groupRoom } from '../replacements/queries.ts';
import { classReplacements } from '../replacements/table.ts';
import { waitlistEntries, waitlistOffers } from '../waitlist/table.ts';
import { ALTERNATIVE_DAYS } from './policy.ts';
import { hallCancellations, hallStops, type HallStop } from './table.ts';

type Reader = Pick<CommandContext, 'db'>;
type Reads = Pick<CommandContext, 'db' | 'now'>;

/** Stops of a hall that its staff are shown. */
const STOPS_SHOWN = 20;

export interface StopScope {
  hallSlug: string;
  fromDay: CalendarDate;
  untilDay: CalendarDate;
  sessionId?: string | undefined;
}

/** A session that a stop would end, with how many it concerns. */
export interface ConcernedSession {
  session: HallSession;
  families: number;
  classes: number;
  people: number;
  waiting: number;
}

/** The sessions that a stop would reach, with how many it concerns: not over, not stopped, in order of time. */
export async function listConcerned(
  { db, now }: Reads,
  { hallSlug, fromDay, untilDay, sessionId }: StopScope,
): Promise<ConcernedSession[]> {
  // Written out: drizzle leaves the table's name off the columns of a single table.
  const counted = (what: string, of: string) =>
    sql<number>`(SELECT coalesce(${sql.raw(what)}, 0) FROM ${sql.raw(of)})`.mapWith(Number);
  const booked = "bookings AS b WHERE b.session_id = hall_sessions.id AND b.state = 'booked'";
  const waits =
    "waitlist_entries AS w WHERE w.session_id = hall_sessions.id AND w.state IN ('waiting', 'offered')";
  return db
    .select({
      session: hallSessions,
      families: counted('count(*)', `${booked} AND b.kind = 'individual'`),
      classes: counted('count(*)', `${booked} AND b.kind = 'group'`),
      people: counted('sum(b.adults + b.children)', booked),
      waiting: counted('count(*)', waits),
    })
    .from(hallSessions)
    .where(
      and(
        eq(hallSessions.hallSlug, hallSlug),
        gte(hallSessions.startsAt, instantOf(fromDay)),
        lt(hallSessions.startsAt, instantOf(addDays(untilDay, 1))),
        gt(hallSessions.endsAt, now),
        isNull(hallSessions.stopId),
        isNull(hallSessions.withdrawnAt),
        sessionId ? eq(hallSessions.id, sessionId) : undefined,
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** A stop in a list: how many sessions it took, how many parties were told. */
export interface ListedStop {
  stop: HallStop;
  sessions: number;
  firstAt: Date | null;
  lastAt: Date | null;
  told: number;
  left: number;
}

/** A hall's stops, newest first; with an id, that one alone. */
export async function listStops(
  { db }: Reader,
  hallSlug: string,
  stopId?: string,
): Promise<ListedStop[]> {
  const of = (what: string) =>
    sql<number | null>`(
      SELECT ${sql.raw(what)} FROM hall_stop_sessions AS part JOIN hall_sessions AS s ON s.id = part.session_id
      WHERE part.stop_id = hall_stops.id)`;
  const rows = await db
    .select({
      stop: hallStops,
      sessions: of('count(*)').mapWith(Number),
      firstAt: of('min(s.starts_at)'),
      lastAt: of('max(s.starts_at)'),
      told: sql<number>`(
        SELECT count(*) FROM hall_cancellations AS c WHERE c.stop_id = hall_stops.id)`.mapWith(
        Number,
      ),
      left: sql<number>`(
        SELECT count(*) FROM bookings AS b JOIN hall_sessions AS s ON s.id = b.session_id
        WHERE s.stop_id = hall_stops.id AND b.state = 'booked')`.mapWith(Number),
    })
    .from(hallStops)
    .where(and(eq(hallStops.hallSlug, hallSlug), stopId ? eq(hallStops.id, stopId) : undefined))
    .orderBy(desc(hallStops.id))
    .limit(STOPS_SHOWN);
  const instant = (at: number | null) => (at === null ? null : new Date(at));
  return rows.map((row) => ({
    ...row,
    firstAt: instant(row.firstAt),
    lastAt: instant(row.lastAt),
  }));
}

/** What the hall's page says of sessions that are off: one line a stop that has taken effect and is not over. */
export function listStopsInEffect({ db, now }: Reads, hallSlug: string) {
  return db
    .select({
      id: hallStops.id,
      reason: hallStops.reason,
      startsAt: hallSessions.startsAt,
      sessionId: hallSessions.id,
    })
    .from(hallSessions)
    .innerJoin(hallStops, eq(hallStops.id, hallSessions.stopId))
    .where(
      and(
        eq(hallSessions.hallSlug, hallSlug),
        gt(hallSessions.endsAt, now),
        lte(hallStops.takesEffectAt, now),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** Stops that are due to be carried out, the oldest first. */
export async function listDueStops({ db, now }: Reads): Promise<HallStop[]> {
  return db
    .select()
    .from(hallStops)
    .where(and(eq(hallStops.state, 'announced'), lte(hallStops.takesEffectAt, now)))
    .orderBy(asc(hallStops.takesEffectAt));
}

/** A party that a stop sends away. */
export interface StoppedParty {
  booking: Booking;
  session: HallSession;
  person: Person;
}

/**
 * What is left to do of a stop: who has not been sent away yet, who waits for nothing, and where there is room for
 * them. One request.
 */
export async function readStopWork({ db, now }: Reads, stop: HallStop, limit: number) {
  const stopped = db
    .select({ id: hallSessions.id })
    .from(hallSessions)
    .where(eq(hallSessions.stopId, stop.id));
  const horizon = instantOf(addDays(calendarDate(now), ALTERNATIVE_DAYS));
  return readTogether(db, {
    parties: db
      .select({ booking: bookings, session: hallSessions, person: people })
      .from(bookings)
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .innerJoin(people, eq(people.id, bookings.personId))
      .where(and(eq(hallSessions.stopId, stop.id), eq(bookings.state, 'booked')))
      .orderBy(asc(hallSessions.startsAt), asc(bookings.id))
      .limit(limit),
    waits: db
      .select({ entryId: waitlistEntries.id })
      .from(waitlistEntries)
      .where(
        and(
          inArray(waitlistEntries.sessionId, stopped),
          inArray(waitlistEntries.state, ['waiting', 'offered']),
        ),
      )
      .limit(limit),
    room: db
      .select()
      .from(hallSessions)
      .where(
        and(
          eq(hallSessions.hallSlug, stop.hallSlug),
          gt(hallSessions.startsAt, now),
          lt(hallSessions.startsAt, horizon),
          lte(hallSessions.bookingOpensAt, now),
          gt(hallSessions.bookingClosesAt, now),
          isNull(hallSessions.stopId),
          isNull(hallSessions.withdrawnAt),
          // Who waits there is served first.
          notExists(
            db
              .select({ one: sql`1` })
              .from(waitlistEntries)
              .where(
                and(
                  eq(waitlistEntries.sessionId, hallSessions.id),
                  eq(waitlistEntries.state, 'waiting'),
                ),
              ),
          ),
        ),
      )
      .orderBy(asc(hallSessions.startsAt)),
    groupRoom: groupRoom({ db, now }, stop.hallSlug),
    // Where people go already, or could if they wished.
    engaged: db
      .select({ personId: bookings.personId, sessionId: bookings.sessionId })
      .from(bookings)
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .where(
        and(
          eq(hallSessions.hallSlug, stop.hallSlug),
          gt(hallSessions.startsAt, now),
          lt(hallSessions.startsAt, horizon),
          eq(bookings.state, 'booked'),
        ),
      ),
    offered: db
      .select({ personId: waitlistEntries.personId, sessionId: waitlistEntries.sessionId })
      .from(waitlistEntries)
      .innerJoin(hallSessions, eq(hallSessions.id, waitlistEntries.sessionId))
      .where(
        and(
          eq(hallSessions.hallSlug, stop.hallSlug),
          gt(hallSessions.startsAt, now),
          lt(hallSessions.startsAt, horizon),
          eq(waitlistEntries.state, 'offered'),
        ),
      ),
  });
}

/** A booking that the hall has ended, with whom to tell and until when something is held for them. */
export async function findStopToTell({ db }: Reader, bookingId: string) {
  const [found] = await db
    .select({
      booking: bookings,
      session: hallSessions,
      person: people,
      cause: hallStops.cause,
      heldUntil: sql<number | null>`coalesce((
        SELECT ${max(waitlistOffers.expiresAt)} FROM ${waitlistOffers}
          JOIN ${waitlistEntries} ON ${waitlistEntries.id} = ${waitlistOffers.entryId}
        WHERE ${waitlistEntries.replacesBookingId} = ${bookings.id} AND ${waitlistOffers.state} = 'open'), (
        SELECT ${classReplacements.expiresAt} FROM ${classReplacements}
        WHERE ${classReplacements.replacesBookingId} = ${bookings.id}))`,
    })
    .from(hallCancellations)
    .innerJoin(hallStops, eq(hallStops.id, hallCancellations.stopId))
    .innerJoin(bookings, eq(bookings.id, hallCancellations.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(people, eq(people.id, bookings.personId))
    .where(and(eq(hallCancellations.bookingId, bookingId), isLiving));
  return found;
}
