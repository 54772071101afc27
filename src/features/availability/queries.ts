import { and, asc, eq, gte, isNull, lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { instantOf } from '../../lib/time.ts';
import { WorkCalendar } from '../calendar/policy.ts';
import { calendarReads } from '../calendar/queries.ts';
import type { OpeningPlan } from '../halls/policy.ts';
import {
  hallDayHours,
  hallDays,
  hallHours,
  halls,
  hallSeasons,
  hallSessions,
  type Hall,
  type HallSession,
} from '../halls/table.ts';
import type { Span } from './policy.ts';

/** A hall with all that says what a span of days offers, in one request; undefined when it takes no bookings. */
export async function readAvailability(
  { db }: Pick<CommandContext, 'db'>,
  slug: string,
  { from, until }: Pick<Span, 'from' | 'until'>,
): Promise<{ hall: Hall; plan: OpeningPlan; sessions: HallSession[] } | undefined> {
  // A holiday that began the year before may move a closure into this one.
  const [years, holidays] = calendarReads({ db }, Number(from.slice(0, 4)) - 1);
  const found = await readTogether(db, {
    halls: db.select().from(halls).where(eq(halls.slug, slug)),
    hours: db.select().from(hallHours).where(eq(hallHours.hallSlug, slug)),
    seasons: db.select().from(hallSeasons).where(eq(hallSeasons.hallSlug, slug)),
    days: db
      .select()
      .from(hallDays)
      .where(and(eq(hallDays.hallSlug, slug), gte(hallDays.day, from), lt(hallDays.day, until))),
    dayHours: db
      .select()
      .from(hallDayHours)
      .where(
        and(
          eq(hallDayHours.hallSlug, slug),
          gte(hallDayHours.day, from),
          lt(hallDayHours.day, until),
        ),
      ),
    years,
    holidays,
    sessions: db
      .select()
      .from(hallSessions)
      .where(
        and(
          eq(hallSessions.hallSlug, slug),
          gte(hallSessions.startsAt, instantOf(from)),
          lt(hallSessions.startsAt, instantOf(until)),
          isNull(hallSessions.courseSlug),
        ),
      )
      .orderBy(asc(hallSessions.startsAt)),
  });
  const [hall] = found.halls;
  if (!hall) return undefined;
  const { hours, seasons, days, dayHours, sessions } = found;
  const calendar = new WorkCalendar(
    found.years.map(({ year }) => year),
    found.holidays,
  );
  return { hall, plan: { hours, seasons, days, dayHours, calendar }, sessions };
}
