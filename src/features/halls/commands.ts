import { and, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { writeAtomically, type Query, type Statement } from '../../lib/db/commit.ts';
import { domainErrorIn, type Refusals } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import {
  plannedSessions,
  sessionChanges,
  type PlannedSession,
  type SessionChanges,
} from './policy.ts';
import { readOpeningPlan } from './queries.ts';
import { hallSessions, type HallSession } from './table.ts';

const refusals: Refusals = {
  'unique:hall_sessions.hall_slug,hall_sessions.starts_at,hall_sessions.held_at': {
    code: 'conflict',
    reason: 'sessions_opened_meanwhile',
    message: '这些场次刚刚由另一个任务开放了。',
  },
  session_has_visitors: {
    code: 'conflict',
    reason: 'sessions_opened_meanwhile',
    message: '刚刚有人约了这个场次，不能自动撤下。',
  },
};

/** SQLite takes some thirty thousand values in a statement; a session has seventeen. */
const ROWS_MAX = 500;

/**
 * Opens the sessions that the halls' calendars ask for and that do not exist yet, and withdraws those that they no
 * longer ask for and that nobody has taken a place in. Safe to run at any time and any number of times; a session
 * with visitors is never touched: staff decide about it.
 * @returns how many were opened or withdrawn; a hall that another run served at the same moment counts as none.
 * @throws DomainError `unavailable`.
 */
export async function openSessions(ctx: CommandContext): Promise<number> {
  const { halls, plan, existing } = await readOpeningPlan(ctx);
  let done = 0;
  for (const hall of halls) {
    const planned = plannedSessions(hall, plan, ctx.now);
    const own = existing.filter(({ hallSlug }) => hallSlug === hall.slug);
    done += await openForHall(ctx, hall.slug, sessionChanges(hall, planned, own, ctx.now));
  }
  return done;
}

async function openForHall(
  ctx: CommandContext,
  hallSlug: string,
  { missing, surplus, back, changed }: SessionChanges,
): Promise<number> {
  const count = missing.length + surplus.length + back.length + changed.length;
  if (count === 0) return 0;
  const entry = (action: string, sessions: readonly { startsAt: Date }[]) =>
    auditEntry(ctx, {
      actor: { kind: 'job', id: 'open-sessions' },
      action,
      subjectKind: 'hall',
      subjectId: hallSlug,
      details: { sessions: sessions.length, first: sessions[0]!.startsAt.toISOString() },
    });
  const withdraw = (sessions: readonly HallSession[], withdrawnAt: Date | null) =>
    ctx.db
      .update(hallSessions)
      .set({ withdrawnAt })
      .where(
        inArray(
          hallSessions.id,
          sessions.map(({ id }) => id),
        ),
      );
  const statements: (Query | Statement)[] = [];
  for (let from = 0; from < missing.length; from += ROWS_MAX) {
    const rows = missing.slice(from, from + ROWS_MAX);
    statements.push(
      ctx.db
        .insert(hallSessions)
        .values(rows.map((one) => ({ id: newId(ctx.now), fromPattern: true, ...one }))),
    );
  }
  for (const { session, to } of changed) statements.push(changeSession(ctx, session, to));
  if (changed.length > 0) {
    const sessions = changed.map(({ session }) => session);
    statements.push(await entry('hall_sessions.change', sessions));
  }
  if (missing.length > 0) statements.push(await entry('hall_sessions.open', missing));
  if (surplus.length > 0) {
    statements.push(withdraw(surplus, ctx.now), await entry('hall_sessions.withdraw', surplus));
  }
  if (back.length > 0) {
    statements.push(withdraw(back, null), await entry('hall_sessions.reopen', back));
  }
  try {
    await writeAtomically(ctx.db, statements, refusals);
    return count;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'sessions_opened_meanwhile') return 0;
    throw error;
  }
}

/** Its end and places as the calendar has them now. The guard refuses it once somebody is booked. */
function changeSession({ db }: CommandContext, session: HallSession, to: PlannedSession) {
  const { endsAt, capacity, groupPlaces, walkInPlaces } = to;
  const underOutage = sql`(SELECT places FROM outage_places WHERE session_id = ${session.id})`;
  return db
    .update(hallSessions)
    .set({
      ...{ endsAt, capacity, groupPlaces, walkInPlaces },
      openPlaces: sql`min(${capacity}, coalesce(${underOutage}, ${capacity}))`,
    })
    .where(eq(hallSessions.id, session.id));
}

/**
 * Lets the places that groups have not taken flow to everybody once a session's groups were given time enough.
 * @returns how many sessions changed.
 */
export async function releaseGroupPlaces(ctx: CommandContext): Promise<number> {
  const { db, now } = ctx;
  const isDue = and(
    lte(hallSessions.groupsReleaseAt, now),
    gt(hallSessions.groupPlaces, hallSessions.bookedGroups),
  );
  const due = await db
    .select({ id: hallSessions.id, hallSlug: hallSessions.hallSlug })
    .from(hallSessions)
    .where(isDue);
  if (due.length === 0) return 0;
  const statements: (Query | Statement)[] = [
    db
      .update(hallSessions)
      .set({ groupPlaces: sql`${hallSessions.bookedGroups}` })
      .where(isDue),
  ];
  for (const [hallSlug, sessions] of Map.groupBy(due, (one) => one.hallSlug)) {
    const entry = await auditEntry(ctx, {
      actor: { kind: 'job', id: 'release-group-places' },
      action: 'hall_sessions.release',
      subjectKind: 'hall',
      subjectId: hallSlug,
      details: { sessions: sessions.length },
    });
    statements.push(entry);
  }
  await writeAtomically(db, statements, {});
  return due.length;
}
