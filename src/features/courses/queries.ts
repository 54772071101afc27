import { and, asc, eq, gt, isNotNull, isNull } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';

type ReadContext = Pick<CommandContext, 'db' | 'now'>;

/** A page's worth: a course in three halls each weekday of the coming two months stays below. */
const SESSIONS_MAX = 200;

/**
 * Coming sessions of courses, in order of time; withdrawn ones are left out.
 * @param of one course, one hall, or neither for all.
 */
export function listCourseSessions(
  { db, now }: ReadContext,
  of: { courseSlug?: string; hallSlug?: string } = {},
): Promise<HallSession[]> {
  return db
    .select()
    .from(hallSessions)
    .where(
      and(
        of.courseSlug === undefined
          ? isNotNull(hallSessions.courseSlug)
          : eq(hallSessions.courseSlug, of.courseSlug),
        of.hallSlug === undefined ? undefined : eq(hallSessions.hallSlug, of.hallSlug),
        gt(hallSessions.endsAt, now),
        isNull(hallSessions.withdrawnAt),
      ),
    )
    .orderBy(asc(hallSessions.startsAt))
    .limit(SESSIONS_MAX);
}
