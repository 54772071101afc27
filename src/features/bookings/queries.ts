import { and, asc, desc, eq, gt, gte, inArray, lt, lte, type SQL } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { addDays, instantOf, type CalendarDate } from '../../lib/time.ts';
import { isLiving, openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { roleGrants } from '../roles/table.ts';
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
}

export interface DoorListEntry extends BookingDetails {
  person: Person;
  arrivedAt: Date | null;
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
  const hallOfBooking = db
    .select({ slug: hallSessions.hallSlug })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(own);
  const [[ticket], sessions] = await db.batch([
    ticketsWhere(db, own),
    db
      .select()
      .from(hallSessions)
      .where(
        and(inArray(hallSessions.hallSlug, hallOfBooking), gt(hallSessions.bookingClosesAt, now)),
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
    })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(people, eq(people.id, bookings.personId))
    .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
    .leftJoin(cancellations, eq(cancellations.bookingId, bookings.id))
    .where(condition);
}

/**
 * A day's sessions of a hall with everybody booked for them. One request, however many sessions there are. Who
 * may see it, `can` has decided.
 */
export async function doorLists(
  { db }: Pick<CommandContext, 'db'>,
  hallSlug: string,
  date: CalendarDate,
): Promise<{ session: HallSession; entries: DoorListEntry[] }[]> {
  const ofDay = and(
    eq(hallSessions.hallSlug, hallSlug),
    gte(hallSessions.startsAt, instantOf(date)),
    lt(hallSessions.startsAt, instantOf(addDays(date, 1))),
  );
  const [sessions, entries] = await db.batch([
    db.select().from(hallSessions).where(ofDay).orderBy(asc(hallSessions.startsAt)),
    db
      .select({
        booking: bookings,
        session: hallSessions,
        person: people,
        arrivedAt: arrivals.arrivedAt,
      })
      .from(bookings)
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .innerJoin(people, eq(people.id, bookings.personId))
      .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
      .where(ofDay)
      .orderBy(asc(bookings.id)),
  ]);
  const entriesOf = (id: string) => entries.filter(({ session }) => session.id === id);
  return sessions.map((session) => ({ session, entries: entriesOf(session.id) }));
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
