import { and, asc, eq, gt, gte, inArray, isNull, lt, or } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { addDays, calendarDate, instantOf, type CalendarDate } from '../../lib/time.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings, type Booking } from '../bookings/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { surplusParties } from './policy.ts';
import { hallOutages } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** What is out of order at a hall, or is going to be, in the order in which it begins. A query. */
export function listOutages({ db, now }: Reads, hallSlug: string) {
  return db
    .select()
    .from(hallOutages)
    .where(
      and(
        eq(hallOutages.hallSlug, hallSlug),
        eq(hallOutages.state, 'active'),
        or(isNull(hallOutages.untilDay), gte(hallOutages.untilDay, calendarDate(now))),
      ),
    )
    .orderBy(asc(hallOutages.fromDay), asc(hallOutages.id));
}

/** A coming session with more booked than it would open, and who came last. */
export interface Surplus {
  session: HallSession;
  /** What it would open. */
  places: number;
  over: number;
  parties: { booking: Booking; person: Person }[];
}

/**
 * The coming sessions of some days that hold more than they would open, and who would have to move. Nobody is told.
 * @param placesOf what a session would open.
 */
export async function listSurplus(
  { db, now }: Reads,
  hallSlug: string,
  days: { fromDay: CalendarDate; untilDay: CalendarDate | null },
  placesOf: (session: HallSession) => number,
): Promise<{ sessions: HallSession[]; surplus: Surplus[] }> {
  const sessions = await db
    .select()
    .from(hallSessions)
    .where(
      and(
        eq(hallSessions.hallSlug, hallSlug),
        gt(hallSessions.endsAt, now),
        gte(hallSessions.startsAt, instantOf(days.fromDay)),
        days.untilDay ? lt(hallSessions.startsAt, instantOf(addDays(days.untilDay, 1))) : undefined,
        isNull(hallSessions.withdrawnAt),
        isNull(hallSessions.stopId),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
  const full = sessions.filter((session) => session.booked > placesOf(session));
  if (full.length === 0) return { sessions, surplus: [] };
  const standing = await db
    .select({ booking: bookings, person: people })
    .from(bookings)
    .innerJoin(people, eq(people.id, bookings.personId))
    .where(
      and(
        inArray(
          bookings.sessionId,
          full.map(({ id }) => id),
        ),
        eq(bookings.state, 'booked'),
      ),
    );
  const surplus = full.map((session) => {
    const places = placesOf(session);
    const own = standing.filter(({ booking }) => booking.sessionId === session.id);
    const moving = surplusParties(
      own.map(({ booking }) => booking),
      session.booked,
      places,
    );
    const parties = moving.map((one) => own.find(({ booking }) => booking.id === one.id)!);
    return { session, places, over: session.booked - places, parties };
  });
  return { sessions, surplus };
}
