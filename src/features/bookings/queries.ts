import { and, asc, desc, eq, gte, lt, lte } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { addDays, instantOf, type CalendarDate } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { hallsOfStaff } from '../halls/queries.ts';
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

/** A person's bookings, newest first. A query, so that a page can read more in the same request. */
export function listOwnBookings({ db }: Pick<CommandContext, 'db'>, personId: string) {
  return db
    .select({ booking: bookings, session: hallSessions })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(eq(bookings.personId, personId))
    .orderBy(desc(bookings.id))
    .limit(OWN_BOOKINGS_MAX);
}

/** What a person's own page shows: their bookings, and the halls where they work. One request. */
export async function readOwnPage(
  ctx: Pick<CommandContext, 'db'>,
  personId: string,
): Promise<{ own: BookingDetails[]; staffHalls: string[] }> {
  const [own, staff] = await ctx.db.batch([
    listOwnBookings(ctx, personId),
    hallsOfStaff(ctx, personId),
  ]);
  return { own, staffHalls: staff.map(({ slug }) => slug) };
}

/** A person's own booking; somebody else's does not exist for them. */
export async function findOwnBooking(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  bookingId: string,
): Promise<BookingDetails | undefined> {
  const [found] = await db
    .select({ booking: bookings, session: hallSessions })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(and(eq(bookings.id, bookingId), eq(bookings.personId, personId)));
  return found;
}

/** A booking with whom to tell about it. */
export async function findBookingToTell(
  { db }: Pick<CommandContext, 'db'>,
  bookingId: string,
): Promise<(BookingDetails & { person: Person }) | undefined> {
  const [found] = await db
    .select({ booking: bookings, session: hallSessions, person: people })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(people, eq(people.id, bookings.personId))
    .where(eq(bookings.id, bookingId));
  return found;
}

/**
 * A day's sessions of a hall with everybody booked for them, for a member of its staff; undefined for anybody
 * else. One request, however many sessions there are.
 */
export async function doorLists(
  { db }: Pick<CommandContext, 'db'>,
  staffId: string,
  hallSlug: string,
  date: CalendarDate,
): Promise<{ session: HallSession; entries: DoorListEntry[] }[] | undefined> {
  const staffOfHall = and(eq(hallStaff.hallSlug, hallSlug), eq(hallStaff.personId, staffId));
  const ofDay = and(
    eq(hallSessions.hallSlug, hallSlug),
    gte(hallSessions.startsAt, instantOf(date)),
    lt(hallSessions.startsAt, instantOf(addDays(date, 1))),
  );
  const [staff, sessions, entries] = await db.batch([
    db.select().from(hallStaff).where(staffOfHall),
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
      .innerJoin(hallStaff, staffOfHall)
      .innerJoin(people, eq(people.id, bookings.personId))
      .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
      .where(ofDay)
      .orderBy(asc(bookings.id)),
  ]);
  if (staff.length === 0) return undefined;
  const entriesOf = (id: string) => entries.filter(({ session }) => session.id === id);
  return sessions.map((session) => ({ session, entries: entriesOf(session.id) }));
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
