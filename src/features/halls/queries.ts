import { and, asc, eq, gt, gte, lt, lte } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { addDays, calendarDate, instantOf } from '../../lib/time.ts';
import { hallHours, halls, hallSessions, type Hall, type HallSession } from './table.ts';

type ReadContext = Pick<CommandContext, 'db' | 'now'>;

export async function listHalls({ db }: Pick<CommandContext, 'db'>): Promise<Hall[]> {
  return db.select().from(halls).orderBy(asc(halls.slug));
}

/** A hall and its coming sessions, in one request; undefined when no such hall takes bookings. */
export async function findHallWithSessions(
  { db, now }: ReadContext,
  slug: string,
): Promise<{ hall: Hall; sessions: HallSession[] } | undefined> {
  const rows = await db
    .select({ hall: halls, session: hallSessions })
    .from(halls)
    .leftJoin(
      hallSessions,
      and(eq(hallSessions.hallSlug, halls.slug), gt(hallSessions.endsAt, now)),
    )
    .where(eq(halls.slug, slug))
    .orderBy(asc(hallSessions.startsAt));
  const hall = rows[0]?.hall;
  return hall && { hall, sessions: rows.flatMap(({ session }) => session ?? []) };
}

/** Sessions of any hall that take bookings now and start within the coming days. */
export async function listOpenSessions(
  { db, now }: ReadContext,
  days: number,
): Promise<HallSession[]> {
  return db
    .select()
    .from(hallSessions)
    .where(
      and(
        gt(hallSessions.startsAt, now),
        lt(hallSessions.startsAt, instantOf(addDays(calendarDate(now), days))),
        gt(hallSessions.bookingClosesAt, now),
        lte(hallSessions.bookingOpensAt, now),
        lt(hallSessions.booked, hallSessions.openPlaces),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

export async function findSession(
  { db }: Pick<CommandContext, 'db'>,
  id: string,
): Promise<HallSession | undefined> {
  const [session] = await db.select().from(hallSessions).where(eq(hallSessions.id, id));
  return session;
}

/** What the daily opening of sessions starts from: every hall, its weekly pattern, and what is open already. */
export async function readOpeningPlan({ db, now }: ReadContext) {
  const today = instantOf(calendarDate(now));
  const [allHalls, hours, existing] = await db.batch([
    db.select().from(halls),
    db.select().from(hallHours),
    db
      .select({ hallSlug: hallSessions.hallSlug, startsAt: hallSessions.startsAt })
      .from(hallSessions)
      .where(gte(hallSessions.startsAt, today)),
  ]);
  return { halls: allHalls, hours, existing };
}
