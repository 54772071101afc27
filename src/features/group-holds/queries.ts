import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { isLiving } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings } from '../bookings/table.ts';
import { groupRequests, type GroupRequest } from '../groups/table.ts';
import { hallSessions } from '../halls/table.ts';
import { roleGrants } from '../roles/table.ts';
import { groupLapses, groupReminders, type GroupLapse, type ReminderAbout } from './table.ts';

type Reader = Pick<CommandContext, 'db'>;

/** A request that waits for somebody's answer. */
export interface OpenRequest {
  request: GroupRequest;
  /** Of its first class that still comes. */
  firstAt: Date | undefined;
  /** What was said about it already. */
  said: ReminderAbout[];
}

/** Requests that wait for an answer, those whose places go first in front. One request. */
export async function listOpenRequests({ db }: Reader, limit: number): Promise<OpenRequest[]> {
  const rows = await db
    .select({
      request: groupRequests,
      firstAt: sql<number | null>`(
        SELECT min(session.starts_at) FROM ${bookings} AS class
          JOIN ${hallSessions} AS session ON session.id = class.session_id
        WHERE class.group_request_id = group_requests.id AND class.state <> 'cancelled')`,
      said: sql<string | null>`(
        SELECT group_concat(about) FROM ${groupReminders} WHERE request_id = group_requests.id)`,
    })
    .from(groupRequests)
    // The condition of its index, word for word.
    .where(sql`${groupRequests.state} IN ('asked', 'countered')`)
    .orderBy(asc(groupRequests.heldUntil))
    .limit(limit);
  return rows.map(({ request, firstAt, said }) => ({
    request,
    firstAt: firstAt === null ? undefined : new Date(firstAt),
    said: (said?.split(',') ?? []) as ReminderAbout[],
  }));
}

/** Who answers for these halls: their managers, by hall. */
export async function listManagers(
  { db }: Reader,
  halls: readonly string[],
): Promise<{ hall: string; personId: string }[]> {
  if (halls.length === 0) return [];
  return db
    .select({ hall: roleGrants.scopeId, personId: roleGrants.personId })
    .from(roleGrants)
    .where(
      and(
        eq(roleGrants.scopeKind, 'hall'),
        inArray(roleGrants.scopeId, [...halls]),
        eq(roleGrants.role, 'hall_manager'),
        eq(roleGrants.state, 'active'),
      ),
    )
    .orderBy(asc(roleGrants.id));
}

/** How and when a request lapsed; undefined for one that did not. */
export async function findLapse(
  { db }: Reader,
  requestId: string,
): Promise<GroupLapse | undefined> {
  const [found] = await db.select().from(groupLapses).where(eq(groupLapses.requestId, requestId));
  return found;
}

/** Somebody whose account still exists. */
export async function findLiving({ db }: Reader, personId: string): Promise<Person | undefined> {
  const [person] = await db
    .select()
    .from(people)
    .where(and(eq(people.id, personId), isLiving));
  return person;
}
