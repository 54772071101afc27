import { and, asc, desc, eq, lte, type SQL } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { hallSessions, hallStaff, type HallSession } from '../halls/table.ts';
import { arrivals, bookings, type Booking } from './table.ts';

/** A booking with its session, which almost every reader needs. */
export interface BookingDetails {
  booking: Booking;
  session: HallSession;
}

export interface DoorListEntry extends BookingDetails {
  person: Person;
  arrivedAt: Date | null;
}

/** A list of one's own bookings is short; beyond this the oldest are left out. */
const OWN_BOOKINGS_MAX = 50;

export async function listOwnBookings(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
): Promise<BookingDetails[]> {
  return db
    .select({ booking: bookings, session: hallSessions })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(eq(bookings.personId, personId))
    .orderBy(desc(bookings.id))
    .limit(OWN_BOOKINGS_MAX);
}

/** A person's own booking; somebody else's does not exist for them. */
export async function findOwnBooking(
  ctx: Pick<CommandContext, 'db'>,
  personId: string,
  bookingId: string,
): Promise<BookingDetails | undefined> {
  return findBookingWhere(ctx, and(eq(bookings.id, bookingId), eq(bookings.personId, personId)));
}

export async function findBooking(
  ctx: Pick<CommandContext, 'db'>,
  bookingId: string,
): Promise<BookingDetails | undefined> {
  return findBookingWhere(ctx, eq(bookings.id, bookingId));
}

async function findBookingWhere(
  { db }: Pick<CommandContext, 'db'>,
  where: SQL | undefined,
): Promise<BookingDetails | undefined> {
  const [found] = await db
    .select({ booking: bookings, session: hallSessions })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(where);
  return found;
}

/** Everybody booked for a session, for a member of its hall's staff; empty for anybody else. */
export async function doorList(
  { db }: Pick<CommandContext, 'db'>,
  staffId: string,
  sessionId: string,
): Promise<DoorListEntry[]> {
  return db
    .select({
      booking: bookings,
      session: hallSessions,
      person: people,
      arrivedAt: arrivals.arrivedAt,
    })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(
      hallStaff,
      and(eq(hallStaff.hallSlug, hallSessions.hallSlug), eq(hallStaff.personId, staffId)),
    )
    .innerJoin(people, eq(people.id, bookings.personId))
    .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
    .where(eq(bookings.sessionId, sessionId))
    .orderBy(asc(bookings.id));
}

export async function contactNameOf(
  ctx: Pick<CommandContext, 'keys'>,
  booking: Booking,
  person: Person,
): Promise<string> {
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
