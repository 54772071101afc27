import type { CommandContext } from '../../lib/context.ts';
import { writeAtomically } from '../../lib/db/commit.ts';
import { domainErrorIn, type Refusals } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { plannedSessions, type PlannedSession } from './policy.ts';
import { readOpeningPlan } from './queries.ts';
import { hallSessions } from './table.ts';

const refusals: Refusals = {
  'unique:hall_sessions.hall_slug,hall_sessions.starts_at': {
    code: 'conflict',
    reason: 'sessions_opened_meanwhile',
    message: '这些场次刚刚由另一个任务开放了。',
  },
};

/**
 * Opens the sessions that the weekly patterns ask for and that do not exist yet. Safe to run at any time and
 * any number of times; sessions that exist are never touched.
 * @returns how many were opened; a hall whose sessions another run opened at the same moment counts as none.
 * @throws DomainError `unavailable`.
 */
export async function openSessions(ctx: CommandContext): Promise<number> {
  const plan = await readOpeningPlan(ctx);
  const place = (hallSlug: string, startsAt: Date) => `${hallSlug} ${startsAt.getTime()}`;
  const existing = new Set(plan.existing.map((one) => place(one.hallSlug, one.startsAt)));
  let opened = 0;
  for (const hall of plan.halls) {
    const missing = plannedSessions(hall, plan.hours, ctx.now).filter(
      (session) => !existing.has(place(session.hallSlug, session.startsAt)),
    );
    if (missing.length > 0) opened += await openForHall(ctx, hall.slug, missing);
  }
  return opened;
}

async function openForHall(
  ctx: CommandContext,
  hallSlug: string,
  missing: readonly PlannedSession[],
): Promise<number> {
  const rows = missing.map((session) => ({ id: newId(ctx.now), ...session }));
  const entry = await auditEntry(ctx, {
    actor: { kind: 'job', id: 'open-sessions' },
    action: 'hall_sessions.open',
    subjectKind: 'hall',
    subjectId: hallSlug,
    details: { sessions: rows.length, first: rows[0]!.startsAt.toISOString() },
  });
  try {
    await writeAtomically(ctx.db, [ctx.db.insert(hallSessions).values(rows), entry], refusals);
    return rows.length;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'sessions_opened_meanwhile') return 0;
    throw error;
  }
}
