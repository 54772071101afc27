import { and, asc, eq, gt, gte, isNull, lt, lte, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { addDays, calendarDate, DAY_MS, instantOf } from '../../lib/time.ts';
import { WorkCalendar } from '../calendar/policy.ts';
import { calendarReads } from '../calendar/queries.ts';
import {
  hallDayHours,
  hallDays,
  hallHours,
  halls,
  hallSeasons,
  hallSessions,
  type Hall,
  type HallSession,
} from './table.ts';

type ReadContext = Pick<CommandContext, 'db' | 'now'>;

export async function listHalls({ db }: Pick<CommandContext, 'db'>): Promise<Hall[]> {
  return db.select().from(halls).orderBy(asc(halls.slug));
}

/** A hall beside each of its coming sessions. A query, so that a page can read more in the same request. */
export function hallWithSessions({ db, now }: ReadContext, slug: string) {
  return db
    .select({ hall: halls, session: hallSessions })
    .from(halls)
    .leftJoin(
      hallSessions,
      and(
        eq(hallSessions.hallSlug, halls.slug),
        gt(hallSessions.endsAt, now),
        // No session is longer than a day; by their ends alone, all the sessions of years are looked through.
        gt(hallSessions.startsAt, new Date(now.getTime() - DAY_MS)),
        // Those beyond it stand there for groups, which ask earlier.
        lt(
          hallSessions.startsAt,
          sql`${instantOf(calendarDate(now)).getTime()} + ${halls.bookingWindowDays} * ${DAY_MS}`,
        ),
        isNull(hallSessions.withdrawnAt),
        isNull(hallSessions.courseSlug),
      ),
    )
    .where(eq(halls.slug, slug))
    .orderBy(asc(hallSessions.startsAt));
}

/** The same, one hall with all of them; undefined when no such hall takes bookings. */
export function gatherSessions(
  rows: readonly { hall: Hall; session: HallSession | null }[],
): { hall: Hall; sessions: HallSession[] } | undefined {
  const hall = rows[0]?.hall;
  return hall && { hall, sessions: rows.flatMap(({ session }) => session ?? []) };
}

/** A hall and its coming sessions, in one request; undefined when no such hall takes bookings. */
export async function findHallWithSessions(
  ctx: ReadContext,
  slug: string,
): Promise<{ hall: Hall; sessions: HallSession[] } | undefined> {
  return gatherSessions(await hallWithSessions(ctx, slug));
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
        isNull(hallSessions.withdrawnAt),
        isNull(hallSessions.stopId),
        isNull(hallSessions.courseSlug),
        lt(hallSessions.booked, hallSessions.openPlaces),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** One session, if there is such a one. A query, so that a page can read more in the same request. */
export function sessionById({ db }: Pick<CommandContext, 'db'>, id: string) {
  return db.select().from(hallSessions).where(eq(hallSessions.id, id));
}

export async function findSession(
  ctx: Pick<CommandContext, 'db'>,
  id: string,
): Promise<HallSession | undefined> {
  const [session] = await sessionById(ctx, id);
  return session;
}

/** What the opening of sessions starts from: every hall, its calendar, and what is open already. One request. */
export async function readOpeningPlan(ctx: ReadContext) {
  const { db, now } = ctx;
  const today = calendarDate(now);
  const [years, holidays, allHalls, hours, seasons, days, dayHours, existing] = await db.batch([
    // A holiday that began last year may move a closure into this one.
    ...calendarReads(ctx, Number(today.slice(0, 4)) - 1),
    db.select().from(halls),
    db.select().from(hallHours),
    db.select().from(hallSeasons),
    db.select().from(hallDays).where(gte(hallDays.day, today)),
    db.select().from(hallDayHours).where(gte(hallDayHours.day, today)),
    db
      .select()
      .from(hallSessions)
      .where(gte(hallSessions.startsAt, instantOf(today))),
  ]);
  const calendar = new WorkCalendar(
    years.map(({ year }) => year),
    holidays,
  );
  return { halls: allHalls, plan: { hours, seasons, days, dayHours, calendar }, existing };
}
