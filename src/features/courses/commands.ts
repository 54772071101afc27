import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { halls, hallSessions } from '../halls/table.ts';
import { can, type Holder } from '../roles/policy.ts';
import { courseSession, openingRefusals, withdrawalRefusals } from './policy.ts';
import { courseSessionInput, courseSessionReference, hallReference } from './schema.ts';
import { courseOpenings, courseWithdrawals } from './table.ts';

/**
 * Offers a course at a hall: from then on people sign up for it like for any session. The hall's manager only.
 * @throws DomainError `invalid` (fields; too soon, too far ahead, another session starts then), `not_found` (no such
 * hall, or not yours), `unavailable`.
 */
export async function openCourseSession(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ sessionId: string }> {
  // Before anything is said about the form: for others there is no such hall.
  const { hallSlug } = parseInput(hallReference, input);
  const { db, now } = ctx;
  const mayManage = can(by, { action: 'hall.manage', hall: hallSlug });
  const asked = mayManage ? parseInput(courseSessionInput, input) : undefined;
  const [hall] = asked ? await db.select().from(halls).where(eq(halls.slug, asked.hallSlug)) : [];
  if (!asked || !hall) throw new DomainError('not_found', 'hall_unknown', '没有找到这个场馆。');
  const id = newId(now);
  const session = db.insert(hallSessions).values({ id, ...courseSession(hall, asked, now) });
  const opening = db
    .insert(courseOpenings)
    .values({ sessionId: id, openedBy: by.id, openedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'course_session.open',
    subjectKind: 'hall_session',
    subjectId: id,
    details: { hall: hall.slug, course: asked.courseSlug },
  });
  return commitOnce(
    db,
    { scope: by.id, key: parseKey(key), command: 'openCourseSession', body: asked },
    now,
    {
      statements: [session, opening, entry],
      answer: { sessionId: id },
      refusals: openingRefusals,
    },
  );
}

/**
 * Takes a course back that nobody has signed up for. The hall's manager only.
 * @throws DomainError `not_found` (also for other halls'), `conflict` (withdrawn before, begun, somebody signed up),
 * `unavailable`.
 */
export async function withdrawCourseSession(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ sessionId: string }> {
  const { hallSlug, sessionId } = parseInput(courseSessionReference, input);
  if (!can(by, { action: 'hall.manage', hall: hallSlug })) {
    throw new DomainError('not_found', 'course_session_unknown', '没有找到这一场课。');
  }
  const { db, now } = ctx;
  const row = db
    .insert(courseWithdrawals)
    .values({ sessionId, withdrawnBy: by.id, withdrawnAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'course_session.withdraw',
    subjectKind: 'hall_session',
    subjectId: sessionId,
    details: { hall: hallSlug },
  });
  return commitOnce(
    db,
    {
      scope: by.id,
      key: parseKey(key),
      command: 'withdrawCourseSession',
      body: { hallSlug, sessionId },
    },
    now,
    { statements: [row, entry], answer: { sessionId }, refusals: withdrawalRefusals },
  );
}
