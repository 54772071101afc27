import { and, asc, desc, eq, gt, inArray, lt, lte, not, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { idempotencyKeys } from '../../lib/db/table.ts';
import { toHex } from '../../lib/ids.ts';
import { instantOf, type CalendarDate } from '../../lib/time.ts';
import { isLiving } from '../accounts/queries.ts';
import { people } from '../accounts/table.ts';
import { type BookingDetails } from '../bookings/queries.ts';
import { bookings } from '../bookings/table.ts';
import { hallSessions } from '../halls/table.ts';
import { organisationMembers } from '../organisations/table.ts';
import { SET_ASIDE_DAYS } from '../phones/policy.ts';
import { accountSetAsides } from '../phones/table.ts';
import { roleGrants } from '../roles/table.ts';
import { DORMANT_DAYS, keptUntil } from './policy.ts';
import { accountErasures, erasureRuns, type ErasedWhat } from './table.ts';

type Reads = Pick<CommandContext, 'db'>;

/** The scope of an erasure's key: the person is gone by the time it is repeated, and with them their own scope. */
export const ERASURE_SCOPE = 'erasure';

/** One part of the public list of erasures: a month. */
export const ERASURE_DAYS_SHOWN = 31;

/** Bookings that nobody has ended and whose session is not over: those that an erasure cancels. A query. */
export function comingBookings({ db, now }: Pick<CommandContext, 'db' | 'now'>, personId: string) {
  return db
    .select({ booking: bookings, session: hallSessions })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(
      and(
        eq(bookings.personId, personId),
        eq(bookings.state, 'booked'),
        gt(hallSessions.endsAt, now),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** What an erasure ends besides the account: coming bookings, and roles that are held. One request. */
export async function readHeld(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
): Promise<{ coming: BookingDetails[]; grants: string[] }> {
  const held = and(eq(roleGrants.personId, personId), eq(roleGrants.state, 'active'));
  const [coming, grants] = await ctx.db.batch([
    comingBookings(ctx, personId),
    ctx.db.select({ id: roleGrants.id }).from(roleGrants).where(held),
  ]);
  return { coming, grants: grants.map(({ id }) => id) };
}

/** Whether an account was erased under this key: its owner, who is signed out by now, may ask again. */
export async function wasErased({ db }: Reads, key: string): Promise<boolean> {
  const [row] = await db
    .select({ key: idempotencyKeys.key })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.scope, ERASURE_SCOPE), eq(idempotencyKeys.key, key)));
  return row !== undefined;
}

/** Holds a role or acts for an organisation: others count on it, so the account does not end by itself. */
const isRelied = sql`(exists (select 1 from ${roleGrants} where ${roleGrants.personId} = ${people.id} and ${roleGrants.state} = 'active')
  or exists (select 1 from ${organisationMembers} where ${organisationMembers.personId} = ${people.id} and ${organisationMembers.state} = 'active'))`;

/** Its number came to somebody else a while ago. Only an administrator's stays, for others to act first. */
const isSetAside = (now: Date) => sql`(exists (select 1 from ${accountSetAsides}
    where ${accountSetAsides.personId} = ${people.id} and ${accountSetAsides.setAsideAt} <= ${keptUntil(now, SET_ASIDE_DAYS).getTime()})
  and not exists (select 1 from ${roleGrants} where ${roleGrants.personId} = ${people.id}
    and ${roleGrants.role} = 'administrator' and ${roleGrants.state} = 'active'))`;

/** Nobody has used it for so long that its number may be somebody else's by now. */
const isLeft = (now: Date) =>
  and(
    isLiving,
    lte(people.seenAt, keptUntil(now, DORMANT_DAYS)),
    // Whoever only telephones never signs in: a visit that was booked for them is still to come.
    sql`not exists (
      select 1 from ${bookings} inner join ${hallSessions} on ${hallSessions.id} = ${bookings.sessionId}
      where ${bookings.personId} = ${people.id} and ${bookings.state} = 'booked'
        and ${hallSessions.endsAt} > ${now.getTime()})`,
    or(
      and(
        not(isRelied),
        sql`${people.id} not in (select ${accountSetAsides.personId} from ${accountSetAsides})`,
      ),
      isSetAside(now),
    ),
  );

/** Accounts that nobody has used for so long that they go. */
export async function dueAccounts(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: people.id })
    .from(people)
    .where(isLeft(now))
    .orderBy(asc(people.seenAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Whether the job would end this account now; asked before anybody is let in. */
export async function isDueAccount(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  id: string,
): Promise<boolean> {
  const [row] = await db
    .select({ id: people.id })
    .from(people)
    .where(and(eq(people.id, id), isLeft(now)));
  return row !== undefined;
}

/** Everybody who has an account, by id, for a list of hashes to be held against. */
export async function livingIds({ db }: Reads, limit: number, after = ''): Promise<string[]> {
  const rows = await db
    .select({ id: people.id })
    .from(people)
    .where(and(isLiving, gt(people.id, after)))
    .orderBy(asc(people.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The list that is kept beside the backups. */
export async function listErasures({ db }: Reads): Promise<string[]> {
  const rows = await db
    .select({ hash: accountErasures.personHash })
    .from(accountErasures)
    .orderBy(asc(accountErasures.erasedAt));
  return rows.map(({ hash }) => toHex(hash));
}

export interface ErasureDay {
  date: CalendarDate;
  erased: { what: ErasedWhat; howMany: number }[];
}

/**
 * What was erased, by days in China, the newest first; at most `ERASURE_DAYS_SHOWN`, days without any left out.
 * @param before only days before this one.
 */
export async function erasureDays(
  { db }: Reads,
  before?: CalendarDate,
): Promise<{ days: ErasureDay[]; next: CalendarDate | undefined }> {
  const day = sql<string>`date(${erasureRuns.ranAt} / 1000, 'unixepoch', '+8 hours')`;
  const until = before ? lt(erasureRuns.ranAt, instantOf(before)) : undefined;
  const dates = db
    .select({ day })
    .from(erasureRuns)
    .where(until)
    .groupBy(day)
    .orderBy(desc(day))
    .limit(ERASURE_DAYS_SHOWN + 1);
  const rows = await db
    .select({
      date: day,
      what: erasureRuns.what,
      howMany: sql<number>`sum(${erasureRuns.howMany})`,
    })
    .from(erasureRuns)
    .where(and(until, inArray(day, dates)))
    .groupBy(day, erasureRuns.what)
    .orderBy(desc(day), asc(erasureRuns.what));
  const days = [...Map.groupBy(rows, ({ date }) => date)].map(([date, erased]) => ({
    date,
    erased: erased.map(({ what, howMany }) => ({ what, howMany })),
  }));
  const shown = days.slice(0, ERASURE_DAYS_SHOWN);
  return { days: shown, next: days.length > shown.length ? shown.at(-1)?.date : undefined };
}
