import { and, asc, eq, gt, isNull, lte, notExists, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { DAY_MS } from '../../lib/time.ts';
import { bookings } from '../bookings/table.ts';
import { halls, hallSessions } from '../halls/table.ts';
import { CLASS_WAITS_TIMES } from './policy.ts';
import { placeReleases } from './table.ts';

/** Parties of running sessions that have not come in time, and whose places are still kept; the first to start in front. */
export function listLate({ db, now }: Pick<CommandContext, 'db' | 'now'>, limit: number) {
  const waits = sql`${halls.lateMinutes} * 60000 * iif(${bookings.kind} = 'group', ${CLASS_WAITS_TIMES}, 1)`;
  return db
    .select({
      bookingId: bookings.id,
      sessionId: bookings.sessionId,
      places: sql<number>`${bookings.adults} + ${bookings.children}`.mapWith(Number),
    })
    .from(hallSessions)
    .innerJoin(halls, eq(halls.slug, hallSessions.hallSlug))
    .innerJoin(bookings, eq(bookings.sessionId, hallSessions.id))
    .where(
      and(
        lte(hallSessions.startsAt, now),
        // No session is longer than a day; by their ends alone, all the sessions of years are looked through.
        gt(hallSessions.startsAt, new Date(now.getTime() - DAY_MS)),
        gt(hallSessions.endsAt, now),
        isNull(hallSessions.stopId),
        isNull(hallSessions.withdrawnAt),
        lte(hallSessions.booked, hallSessions.openPlaces),
        // The condition of its index, word for word.
        sql`${bookings.state} = 'booked'`,
        sql`${hallSessions.startsAt} + ${waits} <= ${now.getTime()}`,
        notExists(
          db
            .select({ one: sql`1` })
            .from(placeReleases)
            .where(eq(placeReleases.bookingId, bookings.id)),
        ),
        // Not by the view of sums, which looks through the events of all.
        sql`NOT EXISTS (
          SELECT 1 FROM door_events AS came WHERE came.booking_id = ${bookings.id} AND came.kind = 'in'
            AND NOT EXISTS (SELECT 1 FROM door_events AS slip WHERE slip.undoes = came.id))`,
      ),
    )
    .orderBy(asc(hallSessions.startsAt), asc(bookings.id))
    .limit(limit);
}
