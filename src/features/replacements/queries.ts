import { and, asc, eq, gt, inArray, isNull, lte, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { addMinutes } from '../../lib/time.ts';
import { bookings } from '../bookings/table.ts';
import { hallSessions } from '../halls/table.ts';
import { CLASS_HOLD_MINUTES_MIN } from './policy.ts';
import { classReplacements, type ClassReplacement } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** A hall's sessions that groups can still ask for, long enough to think about. A query. */
export function groupRoom({ db, now }: Reads, hallSlug: string) {
  return db
    .select()
    .from(hallSessions)
    .where(
      and(
        eq(hallSessions.hallSlug, hallSlug),
        gt(hallSessions.groupsReleaseAt, addMinutes(now, CLASS_HOLD_MINUTES_MIN)),
        gt(hallSessions.groupPlaces, hallSessions.bookedGroups),
        isNull(hallSessions.stopId),
        isNull(hallSessions.withdrawnAt),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** What is or was held in place of a stopped class, by the booking that holds it. */
export async function findReplacements(
  { db }: Pick<Reads, 'db'>,
  bookingIds: readonly string[],
): Promise<Map<string, ClassReplacement>> {
  if (bookingIds.length === 0) return new Map();
  const rows = await db
    .select()
    .from(classReplacements)
    .where(inArray(classReplacements.bookingId, [...bookingIds]));
  return new Map(rows.map((row) => [row.bookingId, row]));
}

/** Held classes that nobody took in time, the oldest first. */
export function listLapsing({ db, now }: Reads, limit: number) {
  return db
    .select({ bookingId: classReplacements.bookingId })
    .from(classReplacements)
    .innerJoin(bookings, eq(bookings.id, classReplacements.bookingId))
    .where(
      and(
        // The condition of its index, word for word.
        sql`${classReplacements.state} = 'held'`,
        lte(classReplacements.expiresAt, now),
        eq(bookings.state, 'booked'),
      ),
    )
    .orderBy(asc(classReplacements.expiresAt))
    .limit(limit);
}
