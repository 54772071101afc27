import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueReminder } from '../bookings/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { moveRefusals, planProblem } from './policy.ts';
import { planMoves } from './queries.ts';
import { movesInput } from './schema.ts';
import { hallMoves } from './table.ts';

/**
 * 改到别的场次: moves the parties that an outage leaves without places, exactly as the manager was shown. ONE batch for
 * all of them: with one place gone meanwhile nobody is moved and nobody is told, and the answer names the session.
 * @throws DomainError `invalid` (fields), `not_found` (not their hall, over), `conflict` (`plan_overtaken`: what was
 * shown does not hold any more), `unavailable`.
 */
export async function moveParties(
  ctx: CommandContext,
  manager: Holder,
  input: unknown,
  key: string,
): Promise<{ moved: number }> {
  const { hallSlug, outageId, plan: confirmed } = parseInput(movesInput, input);
  const ownKey = parseKey(key);
  const unknown = new DomainError('not_found', 'outage_unknown', '没有找到这一项。');
  if (!can(manager, { action: 'hall.manage', hall: hallSlug })) throw unknown;
  const { db, now } = ctx;
  const statements: Statement[] = [];
  const before = await planMoves(ctx, hallSlug, outageId);
  const parties = (before?.surplus ?? []).flatMap(({ session, parties: own }) =>
    own.map(({ booking }) => ({ bookingId: booking.id, session })),
  );
  const place = ({ bookingId }: { bookingId: string }) =>
    parties.findIndex((one) => one.bookingId === bookingId);
  // Last booked first: each leaves while its session still holds more than it opens.
  for (const { bookingId, sessionId } of confirmed.toSorted((a, b) => place(a) - place(b))) {
    const held = parties.find((one) => one.bookingId === bookingId);
    const id = newId(now);
    const row = db.insert(hallMoves).values({
      ...{ id, outageId, bookingId, sessionId, movedBy: manager.id, movedAt: now },
      // Whoever is no longer among them is refused by the guard: a repetition is told its first answer before that.
      fromSessionId: held?.session.id ?? sessionId,
    });
    statements.push(
      print(row),
      await auditEntry(ctx, {
        actor: { kind: 'person', id: manager.id },
        action: 'booking.move',
        subjectKind: 'booking',
        subjectId: bookingId,
        details: { outageId, sessionId },
      }),
      await queueMessage(ctx, {
        template: 'booking_moved',
        idempotencyKey: `booking-moved:${id}`,
        values: { bookingId, moveId: id },
      }),
      await queueReminder(ctx, bookingId, id),
    );
  }
  const body = { hallSlug, outageId, plan: confirmed };
  try {
    return await commitOnce(
      db,
      { scope: manager.id, key: ownKey, command: 'moveParties', body },
      now,
      { statements, answer: { moved: confirmed.length }, refusals: moveRefusals },
    );
  } catch (error) {
    if (domainErrorIn(error)?.reason !== 'plan_overtaken') throw error;
    const after = await planMoves(ctx, hallSlug, outageId);
    const sessions = [...(after?.room ?? []), ...(before?.room ?? [])];
    const message = after && planProblem(confirmed, after.plan, sessions);
    throw message ? new DomainError('conflict', 'plan_overtaken', message) : error;
  }
}
