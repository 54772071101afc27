import { and, asc, count, eq, gte, isNull, lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { instantOf, type CalendarDate } from '../../lib/time.ts';
import { waitlistEntries } from '../waitlist/table.ts';
import {
  plannedSessions,
  sessionChanges,
  type OpeningPlan,
  type SessionChanges,
} from '../halls/policy.ts';
import { readOpeningPlan } from '../halls/queries.ts';
import { hallSessions, type Hall, type HallSession } from '../halls/table.ts';
import { sessionPardons } from '../no-shows/table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** A hall with what its sessions would become. */
export interface OpeningPreview {
  hall: Hall;
  changes: SessionChanges;
}

/**
 * What the opening of sessions would do if its plan were another; nothing is written.
 * @param change gives the plan as it would be; without it, as it is.
 * @param hallSlug one hall alone.
 */
export async function previewOpening(
  ctx: Reads,
  change: (plan: OpeningPlan) => OpeningPlan,
  hallSlug?: string,
): Promise<OpeningPreview[]> {
  const { halls, plan, existing } = await readOpeningPlan(ctx);
  const wanted = halls.filter(({ slug }) => hallSlug === undefined || slug === hallSlug);
  return wanted.map((hall) => ({
    hall,
    changes: sessionChanges(
      hall,
      plannedSessions(hall, change(plan), ctx.now),
      existing.filter((one) => one.hallSlug === hall.slug),
      ctx.now,
    ),
  }));
}

/** A hall's plan and its rules, for whoever looks at or changes its calendar; undefined for a hall without rows. */
export async function readHallPlan(
  ctx: Reads,
  hallSlug: string,
): Promise<{ hall: Hall; plan: OpeningPlan } | undefined> {
  const { halls, plan } = await readOpeningPlan(ctx);
  const hall = halls.find(({ slug }) => slug === hallSlug);
  return hall && { hall, plan };
}

/** The sessions of some days, the second one left out, with how many wait for each and whether it is pardoned. */
export async function listSessions(
  { db }: Reads,
  hallSlug: string,
  fromDay: CalendarDate,
  untilDay: CalendarDate,
): Promise<{ session: HallSession; waiting: number; pardon: string | null }[]> {
  return db
    .select({
      session: hallSessions,
      waiting: count(waitlistEntries.id),
      pardon: sessionPardons.reason,
    })
    .from(hallSessions)
    .leftJoin(
      waitlistEntries,
      and(eq(waitlistEntries.sessionId, hallSessions.id), eq(waitlistEntries.state, 'waiting')),
    )
    .leftJoin(sessionPardons, eq(sessionPardons.sessionId, hallSessions.id))
    .where(
      and(
        eq(hallSessions.hallSlug, hallSlug),
        gte(hallSessions.startsAt, instantOf(fromDay)),
        lt(hallSessions.startsAt, instantOf(untilDay)),
        isNull(hallSessions.withdrawnAt),
      ),
    )
    .groupBy(hallSessions.id)
    .orderBy(asc(hallSessions.startsAt));
}
