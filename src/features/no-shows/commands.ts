import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { answerRefusals, appealRefusals, pardonRefusals } from './policy.ts';
import { answerInput, appealInput, pardonInput } from './schema.ts';
import { noShowAnswers, noShowAppeals, sessionPardons } from './table.ts';

/**
 * 申诉: asks the hall not to count a no-show. One of a few grounds and no words: nobody tells a hall of an illness.
 * @throws DomainError `invalid`, `not_found` (also for somebody else's), `conflict` (not counted any more, appealed
 * before), `unavailable`.
 */
export async function appealNoShow(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId, grounds } = parseInput(appealInput, input);
  const { db, now } = ctx;
  const row = db
    .insert(noShowAppeals)
    .values({ bookingId, personId: person.id, grounds, appealedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'no_show.appeal',
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  return commitOnce(
    db,
    { scope: person.id, key: parseKey(key), command: 'appealNoShow', body: { bookingId, grounds } },
    now,
    { statements: [row, entry], answer: { bookingId }, refusals: appealRefusals },
  );
}

/**
 * The hall's manager answers an appeal, with a reason that the family is told. Never one of their own.
 * @throws DomainError `invalid`, `not_found` (also for other halls' and one's own), `conflict` (answered before),
 * `unavailable`.
 */
export async function answerAppeal(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId, decision, reason } = parseInput(answerInput, input);
  const { db, now } = ctx;
  const row = db
    .insert(noShowAnswers)
    .values({ bookingId, decision, reason, decidedBy: manager.id, decidedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: decision === 'granted' ? 'no_show.grant' : 'no_show.refuse',
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  const message = await queueMessage(ctx, {
    template: 'appeal_answered',
    idempotencyKey: `appeal-answered:${bookingId}`,
    values: { bookingId },
  });
  const body = { bookingId, decision, reason };
  return commitOnce(
    db,
    { scope: manager.id, key: parseKey(key), command: 'answerAppeal', body },
    now,
    { statements: [row, entry, message], answer: { bookingId }, refusals: answerRefusals },
  );
}

/**
 * 不记未到: whoever did not come to this session is not counted for it, before or after it. The hall's manager only.
 * @throws DomainError `invalid` (no reason), `not_found` (also for other halls'), `conflict` (pardoned before),
 * `unavailable`.
 */
export async function pardonSession(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ sessionId: string }> {
  const { sessionId, reason } = parseInput(pardonInput, input);
  const { db, now } = ctx;
  const row = db
    .insert(sessionPardons)
    .values({ sessionId, reason, pardonedBy: manager.id, pardonedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: 'hall_session.pardon',
    subjectKind: 'hall_session',
    subjectId: sessionId,
    details: { reason },
  });
  const body = { sessionId, reason };
  return commitOnce(
    db,
    { scope: manager.id, key: parseKey(key), command: 'pardonSession', body },
    now,
    { statements: [row, entry], answer: { sessionId }, refusals: pardonRefusals },
  );
}
