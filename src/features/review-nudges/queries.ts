import { and, asc, eq, gte, inArray, isNotNull, lt, lte, notExists, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import { addDays, calendarDate, instantOf, type CalendarDate } from '../../lib/time.ts';
import { people, type Person } from '../accounts/table.ts';
import { applications, type Application } from '../applications/table.ts';
import { ESCALATE_DAYS, REMIND_DAYS } from '../review-desk/policy.ts';
import { officeOfficers, reviewNudges } from '../review-desk/table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** Offices that files are with and that nobody has looked at yet today. @param limit one run's share. */
export async function listUntold({ db, now }: Reads, limit: number): Promise<RegionCode[]> {
  const told = db
    .select({ one: sql`1` })
    .from(reviewNudges)
    .where(
      and(
        eq(reviewNudges.kind, 'digest'),
        eq(reviewNudges.regionCode, applications.turnRegion),
        eq(reviewNudges.applicationId, ''),
        eq(reviewNudges.period, calendarDate(now)),
      ),
    );
  const rows = await db
    .selectDistinct({ code: applications.turnRegion })
    .from(applications)
    .where(and(isNotNull(applications.turnRegion), notExists(told)))
    .orderBy(asc(applications.turnRegion))
    .limit(limit);
  return rows.flatMap(({ code }) => (code === null ? [] : [code]));
}

export interface OfficeCounts {
  waiting: number;
  /** Came in yesterday or today. */
  fresh: number;
  soon: number;
  late: number;
}

/** What an office has before it, for its one message of the day. */
export async function countOffice({ db, now }: Reads, office: RegionCode): Promise<OfficeCounts> {
  const today = calendarDate(now);
  const many = (condition: ReturnType<typeof sql>) =>
    sql<number>`count(CASE WHEN ${condition} THEN 1 END)`.mapWith(Number);
  const { untilOn, since } = applications;
  const [row] = await db
    .select({
      waiting: sql<number>`count(*)`.mapWith(Number),
      fresh: many(sql`${gte(since, instantOf(addDays(today, -1)))}`),
      soon: many(sql`${untilOn} >= ${today} AND ${untilOn} <= ${addDays(today, REMIND_DAYS)}`),
      late: many(sql`${untilOn} < ${today}`),
    })
    .from(applications)
    .where(eq(applications.turnRegion, office));
  return row ?? { waiting: 0, fresh: 0, soon: 0, late: 0 };
}

/** Everybody who works for an office, to be told. */
export async function listOfficersOf(
  { db }: Pick<Reads, 'db'>,
  office: RegionCode,
): Promise<Person[]> {
  const ids = db
    .select({ id: officeOfficers.personId })
    .from(officeOfficers)
    .where(eq(officeOfficers.regionCode, office));
  return db.select().from(people).where(inArray(people.id, ids)).orderBy(asc(people.id));
}

const notTold = ({ db }: Pick<Reads, 'db'>, kind: 'escalation' | 'correction') =>
  notExists(
    db
      .select({ one: sql`1` })
      .from(reviewNudges)
      .where(
        and(
          eq(reviewNudges.kind, kind),
          eq(reviewNudges.applicationId, applications.id),
          eq(reviewNudges.period, applications.untilOn),
        ),
      ),
  );

/** The day before which a last day lies too far back. */
export const escalatedBefore = (today: CalendarDate): CalendarDate =>
  addDays(today, -ESCALATE_DAYS);

/** Files that have lain too long at their office, of which the level above has not been told. */
export async function listNeglected(ctx: Reads, limit: number): Promise<Application[]> {
  return ctx.db
    .select()
    .from(applications)
    .where(
      and(
        isNotNull(applications.turnRegion),
        eq(applications.paused, false),
        lt(applications.untilOn, escalatedBefore(calendarDate(ctx.now))),
        notTold(ctx, 'escalation'),
      ),
    )
    .orderBy(asc(applications.untilOn), asc(applications.id))
    .limit(limit);
}

/** Returned files whose days are nearly over, of which the applicant has not been reminded. */
export async function listUncorrected(ctx: Reads, limit: number): Promise<Application[]> {
  const today = calendarDate(ctx.now);
  return ctx.db
    .select()
    .from(applications)
    .where(
      and(
        isNotNull(applications.changesAt),
        eq(applications.turn, 'applicant'),
        sql`${applications.state} GLOB 'returned:*'`,
        gte(applications.untilOn, today),
        lte(applications.untilOn, addDays(today, REMIND_DAYS)),
        notTold(ctx, 'correction'),
      ),
    )
    .orderBy(asc(applications.untilOn), asc(applications.id))
    .limit(limit);
}

/** The file as it lies now, for a message about it. */
export async function findWaiting(
  { db }: Pick<Reads, 'db'>,
  id: string,
): Promise<Application | undefined> {
  const [found] = await db.select().from(applications).where(eq(applications.id, id));
  return found;
}
