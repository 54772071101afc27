import { and, asc, desc, eq, inArray, lte, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { isLiving, openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import {
  waitlistEntries,
  waitlistOffers,
  waitlistPromotions,
  type WaitlistEntry,
  type WaitlistOffer,
} from './table.ts';

type Reader = Pick<CommandContext, 'db'>;

/** A party that waits or waited, with its session, its offer if one was made, and who waits before it. */
export interface Wait {
  entry: WaitlistEntry;
  session: HallSession;
  offer: WaitlistOffer | null;
  /** Parties that are served first; 0 for the next one. */
  ahead: number;
}

const other = alias(waitlistEntries, 'other');

const ahead = sql<number>`(
  SELECT count(*) FROM ${waitlistEntries} AS ${sql.identifier('other')}
  WHERE ${other.sessionId} = ${waitlistEntries.sessionId} AND ${other.state} = 'waiting'
    AND (${other.rank} > ${waitlistEntries.rank}
      OR (${other.rank} = ${waitlistEntries.rank} AND ${other.position} < ${waitlistEntries.position})))`;

function waits({ db }: Reader) {
  return db
    .select({
      entry: waitlistEntries,
      session: hallSessions,
      offer: waitlistOffers,
      ahead: ahead.mapWith(Number),
    })
    .from(waitlistEntries)
    .innerJoin(hallSessions, eq(hallSessions.id, waitlistEntries.sessionId))
    .leftJoin(waitlistOffers, eq(waitlistOffers.entryId, waitlistEntries.id));
}

/** A person's own wait; somebody else's does not exist for them. */
export async function findOwnWait(
  ctx: Reader,
  personId: string,
  entryId: string,
): Promise<Wait | undefined> {
  const own = and(eq(waitlistEntries.id, entryId), eq(waitlistEntries.personId, personId));
  const [found] = await waits(ctx).where(own);
  return found;
}

/** A person's waits that have not ended. A query, so that a page can read more in the same request. */
export function listOwnWaits(ctx: Reader, personId: string) {
  return waits(ctx)
    .where(
      and(
        eq(waitlistEntries.personId, personId),
        inArray(waitlistEntries.state, ['waiting', 'offered']),
      ),
    )
    .orderBy(desc(waitlistEntries.id));
}

/** What is or was held for a person in place of a booking that the hall has ended, in order of time. A query. */
export function listAlternatives(ctx: Reader, personId: string, bookingId: string) {
  return waits(ctx)
    .where(
      and(eq(waitlistEntries.personId, personId), eq(waitlistEntries.replacesBookingId, bookingId)),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** How many parties wait for a session now. */
export async function countWaiting({ db }: Reader, sessionId: string): Promise<number> {
  return db.$count(
    waitlistEntries,
    and(eq(waitlistEntries.sessionId, sessionId), eq(waitlistEntries.state, 'waiting')),
  );
}

/** Staff who moved a party of a session up, and why: for everybody who waits for it. */
export async function listPromotions({ db }: Reader, sessionId: string) {
  return db
    .select({ reason: waitlistPromotions.reason, promotedAt: waitlistPromotions.promotedAt })
    .from(waitlistPromotions)
    .innerJoin(waitlistEntries, eq(waitlistEntries.id, waitlistPromotions.entryId))
    .where(eq(waitlistEntries.sessionId, sessionId))
    .orderBy(asc(waitlistPromotions.promotedAt));
}

/** An entry with whom to tell about it; undefined once its person is gone. */
export async function findWaitToTell(
  { db }: Reader,
  entryId: string,
): Promise<(Omit<Wait, 'ahead'> & { person: Person }) | undefined> {
  const [found] = await db
    .select({
      entry: waitlistEntries,
      session: hallSessions,
      offer: waitlistOffers,
      person: people,
    })
    .from(waitlistEntries)
    .innerJoin(hallSessions, eq(hallSessions.id, waitlistEntries.sessionId))
    .innerJoin(people, eq(people.id, waitlistEntries.personId))
    .leftJoin(waitlistOffers, eq(waitlistOffers.entryId, waitlistEntries.id))
    .where(and(eq(waitlistEntries.id, entryId), isLiving));
  return found;
}

/** The queue of a session in the order of service, for its staff. */
export function listQueue({ db }: Reader, sessionId: string) {
  return db
    .select({ entry: waitlistEntries, offer: waitlistOffers, person: people })
    .from(waitlistEntries)
    .innerJoin(people, eq(people.id, waitlistEntries.personId))
    .leftJoin(waitlistOffers, eq(waitlistOffers.entryId, waitlistEntries.id))
    .where(
      and(
        eq(waitlistEntries.sessionId, sessionId),
        inArray(waitlistEntries.state, ['waiting', 'offered']),
      ),
    )
    .orderBy(desc(waitlistEntries.rank), asc(waitlistEntries.position));
}

/** What a sweep has to look at: lapsed offers, and the queues of sessions with something to give or to close. */
export async function readDueQueues(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  limit: number,
) {
  // The condition of its index, word for word, and first: else all sessions that are over are looked through.
  const awaited = db
    .select({ id: waitlistEntries.sessionId })
    .from(waitlistEntries)
    .where(sql`${waitlistEntries.state} IN ('waiting', 'offered')`);
  const [lapsed, sessions] = await db.batch([
    db
      .select({ entryId: waitlistOffers.entryId })
      .from(waitlistOffers)
      .where(and(eq(waitlistOffers.state, 'open'), lte(waitlistOffers.expiresAt, now)))
      .limit(limit),
    db
      .select()
      .from(hallSessions)
      .where(
        and(
          inArray(hallSessions.id, awaited),
          or(
            lte(hallSessions.bookingClosesAt, now),
            sql`${hallSessions.withdrawnAt} IS NOT NULL`,
            sql`${hallSessions.openPlaces} > ${hallSessions.booked}`,
          ),
        ),
      )
      .limit(limit),
  ]);
  return { lapsed, sessions };
}

/** Those who wait for these sessions, each queue in the order of service. */
export async function readQueues({ db }: Reader, sessionIds: readonly string[]) {
  if (sessionIds.length === 0) return [];
  return db
    .select()
    .from(waitlistEntries)
    .where(
      and(
        inArray(waitlistEntries.sessionId, [...sessionIds]),
        eq(waitlistEntries.state, 'waiting'),
      ),
    )
    .orderBy(desc(waitlistEntries.rank), asc(waitlistEntries.position));
}

/** The name under which a party waits, for its owner and for the booking that an offer becomes; empty once it is over. */
export async function waitingName(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  { id, contactNameCipher }: Pick<WaitlistEntry, 'id' | 'contactNameCipher'>,
): Promise<string> {
  if (contactNameCipher.length === 0) return '';
  const dataKey = await openPersonKey(ctx, person);
  return dataKey.decrypt(`waitlist_entries.contact_name:${id}`, contactNameCipher);
}

/** A person’s places in queues with what was offered, the newest first. A query. */
export function ownWaits({ db }: Reader, personId: string) {
  return db
    .select({ entry: waitlistEntries, session: hallSessions, offer: waitlistOffers })
    .from(waitlistEntries)
    .innerJoin(hallSessions, eq(hallSessions.id, waitlistEntries.sessionId))
    .leftJoin(waitlistOffers, eq(waitlistOffers.entryId, waitlistEntries.id))
    .where(eq(waitlistEntries.personId, personId))
    .orderBy(desc(waitlistEntries.id));
}
