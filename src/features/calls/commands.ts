import { and, eq, lt, lte, or } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { DAY_MS } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { callRefusals, CALLS_KEPT_DAYS } from './policy.ts';
import { callOutcomeInput } from './schema.ts';
import { hallCalls, hallCallTries } from './table.ts';

/**
 * Notes how a call went: it was said, nobody answered, or it is given up. Only staff of the hall.
 * @throws DomainError `not_found` (also for other halls'), `invalid` (fields), `conflict` (a colleague was faster),
 * `unavailable`.
 */
export async function noteCall(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ callId: string }> {
  if (!can(staff, { action: 'hall.door', hall })) {
    throw new DomainError('not_found', 'call_unknown', '没有找到这个电话。');
  }
  const { callId, outcome } = parseInput(callOutcomeInput, input);
  const { db, now } = ctx;
  const row = db
    .insert(hallCallTries)
    .values({ id: newId(now), callId, outcome, calledBy: staff.id, calledAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'hall_call.note',
    subjectKind: 'hall_call',
    subjectId: callId,
    details: { outcome },
  });
  return commitOnce(
    db,
    { scope: staff.id, key: parseKey(key), command: 'noteCall', body: { callId, outcome } },
    now,
    { statements: [row, entry], answer: { callId }, refusals: callRefusals },
  );
}

/** Forgets calls that were made long ago, and those that can help nobody any more. @returns how many. */
export async function forgetCalls({ db, now }: CommandContext): Promise<number> {
  const old = lt(hallCalls.listedAt, new Date(now.getTime() - CALLS_KEPT_DAYS * DAY_MS));
  const over = and(eq(hallCalls.state, 'open'), lte(hallCalls.until, now));
  const gone = await db.delete(hallCalls).where(or(old, over));
  return gone.rowsAffected;
}
