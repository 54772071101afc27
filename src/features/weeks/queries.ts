import { and, asc, count, eq, gte, inArray, isNull, lt, ne } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { addDays, instantOf, type CalendarDate } from '../../lib/time.ts';
import { bookings } from '../bookings/table.ts';
import { doorNotes } from '../door/table.ts';
import { groupRequests } from '../groups/table.ts';
import { hallDays, hallSessions } from '../halls/table.ts';
import { hallStops } from '../stops/table.ts';
import { waitlistEntries } from '../waitlist/table.ts';
import type { WeekDay, WeekSession } from './policy.ts';

/** A hall's sessions of seven days with what staff prepare for, in one request. */
export async function readWeek(
  { db }: Pick<CommandContext, 'db'>,
  hall: string,
  monday: CalendarDate,
): Promise<{ sessions: WeekSession[]; days: WeekDay[] }> {
  const until = addDays(monday, 7);
  const ofWeek = and(
    eq(hallSessions.hallSlug, hall),
    gte(hallSessions.startsAt, instantOf(monday)),
    lt(hallSessions.startsAt, instantOf(until)),
    isNull(hallSessions.withdrawnAt),
  );
  const found = await readTogether(db, {
    sessions: db
      .select({ session: hallSessions, stopReason: hallStops.reason })
      .from(hallSessions)
      .leftJoin(hallStops, eq(hallStops.id, hallSessions.stopId))
      .where(ofWeek)
      .orderBy(asc(hallSessions.startsAt)),
    waits: db
      .select({ sessionId: waitlistEntries.sessionId, entries: count() })
      .from(hallSessions)
      .innerJoin(waitlistEntries, eq(waitlistEntries.sessionId, hallSessions.id))
      .where(and(ofWeek, inArray(waitlistEntries.state, ['waiting', 'offered'])))
      .groupBy(waitlistEntries.sessionId),
    groups: db
      .select({
        sessionId: bookings.sessionId,
        name: groupRequests.groupName,
        state: groupRequests.state,
        classes: count(),
      })
      .from(hallSessions)
      .innerJoin(bookings, eq(bookings.sessionId, hallSessions.id))
      .innerJoin(groupRequests, eq(groupRequests.id, bookings.groupRequestId))
      .where(and(ofWeek, ne(bookings.state, 'cancelled')))
      .groupBy(bookings.sessionId, groupRequests.id)
      .orderBy(asc(groupRequests.id)),
    days: db
      .select({ date: hallDays.day, remark: hallDays.reason })
      .from(hallDays)
      .where(and(eq(hallDays.hallSlug, hall), gte(hallDays.day, monday), lt(hallDays.day, until))),
    notes: db
      .select({ date: doorNotes.day, notes: count() })
      .from(doorNotes)
      .where(
        and(eq(doorNotes.hallSlug, hall), gte(doorNotes.day, monday), lt(doorNotes.day, until)),
      )
      .groupBy(doorNotes.day),
  });
  const sessions = found.sessions.map(({ session, stopReason }) => ({
    session,
    stopReason,
    waiting: found.waits.find(({ sessionId }) => sessionId === session.id)?.entries ?? 0,
    groups: found.groups
      .filter(({ sessionId }) => sessionId === session.id)
      .map(({ name, classes, state }) => ({ name, classes, answered: state === 'approved' })),
  }));
  const dates = new Set([...found.days, ...found.notes].map(({ date }) => date));
  const days = [...dates].map((date) => ({
    date,
    remark: found.days.find((day) => day.date === date)?.remark ?? '',
    notes: found.notes.find((day) => day.date === date)?.notes ?? 0,
  }));
  return { sessions, days };
}
