import { and, asc, eq, gte, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { addDays, calendarDate, instantOf, type CalendarDate } from '../../lib/time.ts';
import { people } from '../accounts/table.ts';
import { maskName, partySize, partyWords } from '../bookings/policy.ts';
import { contactNameOf } from '../bookings/queries.ts';
import { arrivals, bookings } from '../bookings/table.ts';
import { groupClasses, groupRequests } from '../groups/table.ts';
import { halls, hallSessions, type HallSession } from '../halls/table.ts';
import { isOutOn, outageLines } from '../outages/policy.ts';
import { listOutages } from '../outages/queries.ts';
import { placeReleases } from '../releases/table.ts';
import {
  closingOf,
  conflictsOf,
  countIn,
  NO_TALLY,
  standing,
  type DoorDay,
  type DoorParty,
  type DoorSession,
} from './policy.ts';
import { doorEvents, doorNotes, type DoorEvent, type DoorNote } from './table.ts';

type Reader = Pick<CommandContext, 'db' | 'now' | 'keys'>;

/** A group that nobody has answered is let in on its day: its places are held, and buses are on their way. */
const UNANSWERED: ReadonlySet<string> = new Set(['asked', 'countered']);
const unansweredWords = '；申请还没答复，照常让进，再报给负责人';

/**
 * A hall's day at the door: who is expected, who is inside, and what does not fit together. One request. Who may see
 * it, `can` has decided.
 */
export async function readDoorDay(
  ctx: Reader,
  hallSlug: string,
  day: CalendarDate = calendarDate(ctx.now),
): Promise<DoorDay> {
  const { db, now } = ctx;
  const [from, until] = [instantOf(day), instantOf(addDays(day, 1))];
  const ofDay = and(
    eq(hallSessions.hallSlug, hallSlug),
    gte(hallSessions.startsAt, from),
    lt(hallSessions.startsAt, until),
  );
  const noted = and(
    eq(doorEvents.hallSlug, hallSlug),
    gte(doorEvents.happenedAt, from),
    lt(doorEvents.happenedAt, until),
  );
  const found = await readTogether(db, {
    sessions: db.select().from(hallSessions).where(ofDay).orderBy(asc(hallSessions.startsAt)),
    // Of the day's sessions, and whoever else was let in today.
    parties: db
      .select({
        booking: bookings,
        person: people,
        arrivedAt: arrivals.arrivedAt,
        label: groupClasses.label,
        groupName: groupRequests.groupName,
        requestState: groupRequests.state,
        released: placeReleases.places,
      })
      .from(bookings)
      .innerJoin(people, eq(people.id, bookings.personId))
      .leftJoin(arrivals, eq(arrivals.bookingId, bookings.id))
      .leftJoin(placeReleases, eq(placeReleases.bookingId, bookings.id))
      .leftJoin(groupClasses, eq(groupClasses.bookingId, bookings.id))
      .leftJoin(groupRequests, eq(groupRequests.id, groupClasses.requestId))
      .where(
        or(
          inArray(
            bookings.sessionId,
            db.select({ id: hallSessions.id }).from(hallSessions).where(ofDay),
          ),
          inArray(
            bookings.id,
            db
              .select({ id: sql<string>`${doorEvents.bookingId}` })
              .from(doorEvents)
              .where(and(noted, sql`${doorEvents.bookingId} IS NOT NULL`)),
          ),
        ),
      )
      .orderBy(asc(bookings.code)),
    events: db
      .select()
      .from(doorEvents)
      .where(noted)
      .orderBy(
        asc(doorEvents.happenedAt),
        asc(doorEvents.deviceId),
        asc(doorEvents.deviceSequence),
      ),
    outages: listOutages({ db, now: from }, hallSlug),
    rules: db
      .select({ lateMinutes: halls.lateMinutes })
      .from(halls)
      .where(eq(halls.slug, hallSlug)),
  });
  const counted = standing(found.events);
  const sessions = found.sessions.map((session) => doorSession(session, counted));
  const parties = await Promise.all(
    found.parties.map(
      async ({
        booking,
        person,
        arrivedAt,
        label,
        groupName,
        requestState,
        released,
      }): Promise<DoorParty> => {
        const own = counted.filter(({ bookingId }) => bookingId === booking.id);
        return {
          id: booking.id,
          code: booking.code,
          sessionId: booking.sessionId,
          name: maskName(await contactNameOf(ctx, booking, person)),
          label: label && `${groupName ?? ''}${label}`,
          size: partySize(booking),
          words: `${partyWords(booking)}${UNANSWERED.has(requestState ?? '') ? unansweredWords : ''}`,
          state: booking.state,
          arrivedAt: arrivedAt?.getTime() ?? null,
          tally: own.reduce(countIn, NO_TALLY),
          zone: lastZone(own),
          released: released ?? 0,
        };
      },
    ),
  );
  return {
    hall: hallSlug,
    day,
    at: now.getTime(),
    closesAt: closingOf(day, sessions),
    sessions,
    // Classes in their order, as their school counts them; families by their codes.
    parties: parties.toSorted((a, b) => byNumber.compare(a.label ?? '', b.label ?? '')),
    conflicts: conflictsOf(sessions, parties, found.events),
    outages: outageLines(found.outages, from),
    lateMinutes: found.rules[0]?.lateMinutes ?? 0,
    closedZones: found.outages
      .filter((one) => one.kind === 'zone' && isOutOn(one, day))
      .map(({ name }) => name),
  };
}

const byNumber = new Intl.Collator('zh-CN', { numeric: true });

function doorSession(session: HallSession, counted: readonly DoorEvent[]): DoorSession {
  const { id, startsAt, endsAt, arrivalOpensAt, heldAt, bookedWalkIns } = session;
  const own = counted.filter(({ bookingId, sessionId }) => bookingId === null && sessionId === id);
  const walkIns = own.reduce(countIn, NO_TALLY);
  const kept = Math.max(0, session.groupPlaces - session.bookedGroups);
  const isOpen = session.stopId === null && session.withdrawnAt === null;
  return {
    id,
    startsAt: startsAt.getTime(),
    endsAt: endsAt.getTime(),
    arrivalOpensAt: arrivalOpensAt.getTime(),
    heldAt,
    walkInsLeft: isOpen ? Math.max(0, session.openPlaces - session.booked - kept) : 0,
    walkIns,
    walkInsOver: Math.max(0, walkIns.entered - bookedWalkIns),
    walkInZone: lastZone(own),
    isStopped: session.stopId !== null,
  };
}

function lastZone(events: readonly DoorEvent[]): string | null {
  return events.findLast(({ zone }) => zone !== null)?.zone ?? null;
}

/** The events with these ids that are written down already. */
export async function knownEvents(
  { db }: Pick<CommandContext, 'db'>,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .select({ id: doorEvents.id })
    .from(doorEvents)
    .where(inArray(doorEvents.id, [...ids]));
  return new Set(rows.map(({ id }) => id));
}

/** One event of a hall. */
export async function findEvent(
  { db }: Pick<CommandContext, 'db'>,
  hallSlug: string,
  id: string,
): Promise<DoorEvent | undefined> {
  const [found] = await db
    .select()
    .from(doorEvents)
    .where(and(eq(doorEvents.id, id), eq(doorEvents.hallSlug, hallSlug)));
  return found;
}

/** How much of a party came in and is outside now, whatever session it was noted under. */
export async function partyTally({ db }: Pick<CommandContext, 'db'>, bookingId: string) {
  const events = await db.select().from(doorEvents).where(eq(doorEvents.bookingId, bookingId));
  return standing(events).reduce(countIn, NO_TALLY);
}

/** How many walk-ins of a session came in and are outside now. */
export async function walkInTally({ db }: Pick<CommandContext, 'db'>, sessionId: string) {
  const events = await db
    .select()
    .from(doorEvents)
    .where(and(eq(doorEvents.sessionId, sessionId), isNull(doorEvents.bookingId)));
  return standing(events).reduce(countIn, NO_TALLY);
}

export interface ReadNote extends Omit<DoorNote, 'textCipher' | 'actionCipher'> {
  text: string;
  done: string;
}

/** What was written down on a day at a hall, in the order in which it happened. */
export async function listNotes(
  { db, keys }: Pick<CommandContext, 'db' | 'keys'>,
  hallSlug: string,
  day: CalendarDate,
): Promise<ReadNote[]> {
  const rows = await db
    .select()
    .from(doorNotes)
    .where(and(eq(doorNotes.hallSlug, hallSlug), eq(doorNotes.day, day)))
    .orderBy(asc(doorNotes.minute), asc(doorNotes.id));
  return Promise.all(
    rows.map(async ({ textCipher, actionCipher, ...note }) => ({
      ...note,
      text: await keys.unseal(`door-note.text:${note.id}`, textCipher, note.keyVersion),
      done: await keys.unseal(`door-note.action:${note.id}`, actionCipher, note.keyVersion),
    })),
  );
}
