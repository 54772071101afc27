import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, type Statement } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { decisionRefusals, feedbackRefusals, visitRefusals } from './policy.ts';
import { feedbackWords, findFeedback, findOwnFeedback } from './queries.ts';
import { feedbackDecisionInput, feedbackInput } from './schema.ts';
import { feedbackDecisions, visitFeedback } from './table.ts';

const missing = (reason: 'booking_unknown' | 'feedback_unknown') =>
  new DomainError(
    'not_found',
    reason,
    { ...visitRefusals, ...decisionRefusals }[reason]?.message ?? '',
  );

/**
 * Says how a visit was, or says it anew while nobody of the hall has looked at it.
 * @throws DomainError `invalid` (fields), `not_found` (also for somebody else's), `conflict` (nobody came, 30 days
 * over, looked at), `unavailable`.
 */
export async function giveFeedback(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId, score, words } = parseInput(feedbackInput, input);
  const { db, now } = ctx;
  // Whose it is and where never changes; the rest is the guard's to decide.
  const found = await findOwnFeedback(ctx, person.id, bookingId);
  if (!found) throw missing('booking_unknown');
  const dataKey = await openPersonKey(ctx, person);
  const wordsCipher = words
    ? await dataKey.encrypt(`visit_feedback.words:${bookingId}`, words)
    : new Uint8Array();
  const row = db
    .insert(visitFeedback)
    .values({
      bookingId,
      personId: person.id,
      hallSlug: found.session.hallSlug,
      score,
      wordsCipher,
      givenAt: now,
    })
    .onConflictDoUpdate({
      target: visitFeedback.bookingId,
      set: { score, wordsCipher, editedAt: now },
    });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'feedback.give',
    subjectKind: 'booking',
    subjectId: bookingId,
    details: { score, hasWords: words !== '' },
  });
  const body = { bookingId, score, words };
  const request = { scope: person.id, key: parseKey(key), command: 'giveFeedback', body };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { bookingId },
    refusals: feedbackRefusals,
  });
}

/**
 * Publishes what a visitor wrote, or hides it with a reason; an answer and a reason are told to them. Scores stay counted either way.
 * @throws DomainError `not_found` (not this hall's manager, one's own visit), `invalid` (fields, no reason),
 * `conflict` (decided so before, changed since it was read), `unavailable`.
 */
export async function decideFeedback(
  ctx: CommandContext,
  manager: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  if (!can(manager, { action: 'hall.manage', hall })) throw missing('feedback_unknown');
  const asked = parseInput(feedbackDecisionInput, input);
  const { bookingId, decision, reason, reply } = asked;
  const { db, now } = ctx;
  const found = await findFeedback(ctx, hall, bookingId);
  if (!found) throw missing('feedback_unknown');
  const isPublic = decision === 'published';
  const id = newId(now);
  const row = db.insert(feedbackDecisions).values({
    id,
    bookingId,
    decision,
    reason,
    reply,
    publicWords: isPublic ? await feedbackWords(ctx, found.person, found.feedback) : '',
    editedAt: asked.editedAt ? new Date(Number(asked.editedAt)) : null,
    decidedBy: manager.id,
    decidedAt: now,
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: isPublic ? 'feedback.publish' : 'feedback.hide',
    subjectKind: 'booking',
    subjectId: bookingId,
    details: { reason },
  });
  const statements: (typeof row | Statement)[] = [row, entry];
  // Words that are published as they stand are no news; an answer, or a reason, is.
  if (!isPublic || reply !== '') {
    const message = await queueMessage(ctx, {
      template: isPublic ? 'feedback_answered' : 'feedback_hidden',
      idempotencyKey: `feedback-decided:${id}`,
      values: { decisionId: id },
    });
    statements.push(message);
  }
  const body = { bookingId, decision, reason, reply, editedAt: asked.editedAt };
  const request = { scope: manager.id, key: parseKey(key), command: 'decideFeedback', body };
  return commitOnce(db, request, now, {
    statements,
    answer: { bookingId },
    refusals: decisionRefusals,
  });
}
