import { and, asc, desc, eq, gt, inArray, isNull, lt, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { addDays, calendarDate, instantOf } from '../../lib/time.ts';
import { isLiving } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings, type Booking } from '../bookings/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { listSurplus, type Surplus } from '../outages/queries.ts';
import { hallOutages, type Outage } from '../outages/table.ts';
import { ALTERNATIVE_DAYS } from '../stops/policy.ts';
import { waitlistEntries } from '../waitlist/table.ts';
import { proposeMoves, type MovePlan } from './policy.ts';
import { hallMoves } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

export interface MovesToMake {
  outage: Outage;
  surplus: Surplus[];
  plan: MovePlan;
  /** Where somebody could go, for naming one that has filled. */
  room: HallSession[];
}

/** An outage that is not over, of one hall; another hall's does not exist here. */
async function findActiveOutage({ db }: Reads, hallSlug: string, outageId: string) {
  const [outage] = await db
    .select()
    .from(hallOutages)
    .where(
      and(
        eq(hallOutages.id, outageId),
        eq(hallOutages.hallSlug, hallSlug),
        eq(hallOutages.state, 'active'),
      ),
    );
  return outage;
}

/** Who would move where because of an outage, by the rule; nobody is told. */
export async function planMoves(
  ctx: Reads,
  hallSlug: string,
  outageId: string,
): Promise<MovesToMake | undefined> {
  const { db, now } = ctx;
  const outage = await findActiveOutage(ctx, hallSlug, outageId);
  if (!outage) return undefined;
  const { surplus } = await listSurplus(ctx, hallSlug, outage, ({ openPlaces }) => openPlaces);
  const horizon = instantOf(addDays(calendarDate(now), ALTERNATIVE_DAYS + 1));
  const moving = surplus.flatMap(({ parties }) => parties.map(({ person }) => person.id));
  const coming = and(
    eq(hallSessions.hallSlug, hallSlug),
    gt(hallSessions.startsAt, now),
    lt(hallSessions.startsAt, horizon),
  );
  const { room, engaged } = await readTogether(db, {
    room: db
      .select()
      .from(hallSessions)
      .where(
        and(
          coming,
          isNull(hallSessions.stopId),
          isNull(hallSessions.withdrawnAt),
          // Who waits there is served first.
          notExists(
            db
              .select({ one: sql`1` })
              .from(waitlistEntries)
              .where(
                and(
                  eq(waitlistEntries.sessionId, hallSessions.id),
                  eq(waitlistEntries.state, 'waiting'),
                ),
              ),
          ),
        ),
      )
      .orderBy(asc(hallSessions.startsAt)),
    engaged: db
      .select({ personId: bookings.personId, sessionId: bookings.sessionId })
      .from(bookings)
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .where(
        and(
          coming,
          eq(bookings.kind, 'individual'),
          inArray(bookings.state, ['booked', 'arrived', 'expired']),
          inArray(bookings.personId, moving),
        ),
      ),
  });
  const overfull = surplus.map(({ session, parties }) => ({
    session,
    parties: parties.map(({ booking }) => booking),
  }));
  return { outage, surplus, plan: proposeMoves(overfull, room, engaged, now), room };
}

const from = alias(hallSessions, 'from_session');

export interface MadeMove {
  booking: Booking;
  person: Person;
  from: HallSession;
  to: HallSession;
  movedAt: Date;
}

/** Who was moved because of an outage, the latest first; as many as a page shows. */
export function listMoves(
  { db }: Pick<CommandContext, 'db'>,
  outageId: string,
): Promise<MadeMove[]> {
  return db
    .select({
      booking: bookings,
      person: people,
      from,
      to: hallSessions,
      movedAt: hallMoves.movedAt,
    })
    .from(hallMoves)
    .innerJoin(bookings, eq(bookings.id, hallMoves.bookingId))
    .innerJoin(people, eq(people.id, bookings.personId))
    .innerJoin(from, eq(from.id, hallMoves.fromSessionId))
    .innerJoin(hallSessions, eq(hallSessions.id, hallMoves.sessionId))
    .where(eq(hallMoves.outageId, outageId))
    .orderBy(desc(hallMoves.id))
    .limit(MOVES_SHOWN);
}

/** Moves of an outage that its page lists. */
const MOVES_SHOWN = 200;

/** What the hall did to a booking: the latest move, for its page and its message. */
export async function findLatestMove({ db }: Pick<CommandContext, 'db'>, bookingId: string) {
  const [found] = await db
    .select({
      move: hallMoves,
      booking: bookings,
      person: people,
      from,
      to: hallSessions,
      reason: hallOutages.reason,
    })
    .from(hallMoves)
    .innerJoin(hallOutages, eq(hallOutages.id, hallMoves.outageId))
    .innerJoin(bookings, eq(bookings.id, hallMoves.bookingId))
    .innerJoin(people, eq(people.id, bookings.personId))
    .innerJoin(from, eq(from.id, hallMoves.fromSessionId))
    .innerJoin(hallSessions, eq(hallSessions.id, hallMoves.sessionId))
    .where(and(eq(hallMoves.bookingId, bookingId), isLiving))
    .orderBy(desc(hallMoves.id))
    .limit(1);
  return found;
}
