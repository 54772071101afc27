import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { placesLeft } from '../halls/policy.ts';
import type { HallSession } from '../halls/table.ts';
import { explainPause } from '../no-shows/queries.ts';
import { queueMessage } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import {
  joinRefusals,
  leaveRefusals,
  nextOffers,
  offerExpiry,
  promotionRefusals,
  serveRefusals,
} from './policy.ts';
import { findOwnWait, readDueQueues, readQueues } from './queries.ts';
import { entryReference, promotionInput, waitlistInput } from './schema.ts';
import { endOfWait, newEntry } from './statements.ts';
import { waitlistEnds, waitlistOffers, waitlistPromotions, type WaitlistEntry } from './table.ts';

/** One sweep's share of lapsed offers and of sessions, so that a batch stays small after a long standstill. */
const SWEEP_MAX = 50;

const job = { kind: 'job', id: 'serve-waitlists' } as const;

/**
 * Lets a whole party wait for a session that has no places for it.
 * @throws DomainError `invalid` (fields, closed session, party too large), `conflict` (places free, waiting or booked
 * before), `unavailable`.
 */
export async function joinWaitlist(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ entryId: string }> {
  const { contactName, leastPlaces: least, ...party } = parseInput(waitlistInput, input);
  const { sessionId, adults, children } = party;
  const leastPlaces = least ?? adults + children;
  const { db, now } = ctx;
  const wanted = { sessionId, personId: person.id, adults, children, leastPlaces, contactName };
  const { id, statement } = await newEntry(ctx, await openPersonKey(ctx, person), wanted);
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'waitlist_entry.create',
    subjectKind: 'waitlist_entry',
    subjectId: id,
    details: { sessionId, adults, children, leastPlaces },
  });
  const body = { sessionId, adults, children, leastPlaces, contactName };
  const writing = commitOnce(
    db,
    { scope: person.id, key: parseKey(key), command: 'joinWaitlist', body },
    now,
    { statements: [statement, entry], answer: { entryId: id }, refusals: joinRefusals },
  );
  return writing.catch(async (error: unknown) => {
    throw await explainPause(ctx, person.id, error);
  });
}

/**
 * Leaves the queue, or turns an offer down; its places go on to the next party.
 * @throws DomainError `not_found` (also for somebody else's), `conflict` (ended before), `unavailable`.
 */
export async function leaveWaitlist(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ entryId: string }> {
  const { entryId } = parseInput(entryReference, input);
  const { db, now } = ctx;
  // Whose it is never changes, so that it may be read before; the rest is the guard's to decide.
  if (!(await findOwnWait(ctx, person.id, entryId))) {
    throw new DomainError('not_found', 'entry_unknown', '没有找到这个候补。');
  }
  const row = db.insert(waitlistEnds).values({ entryId, reason: 'left', endedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'waitlist_entry.leave',
    subjectKind: 'waitlist_entry',
    subjectId: entryId,
  });
  return commitOnce(
    db,
    { scope: person.id, key: parseKey(key), command: 'leaveWaitlist', body: { entryId } },
    now,
    { statements: [row, entry], answer: { entryId }, refusals: leaveRefusals },
  );
}

/**
 * Moves a party to the head of its queue, with a reason that everybody in it can read. The hall's manager only.
 * @throws DomainError `not_found` (also for other halls' and one's own), `invalid` (no reason), `conflict` (no longer
 * waiting, moved up before), `unavailable`.
 */
export async function promoteEntry(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ entryId: string }> {
  const { entryId, reason } = parseInput(promotionInput, input);
  const { db, now } = ctx;
  const row = db
    .insert(waitlistPromotions)
    .values({ entryId, reason, promotedBy: manager.id, promotedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: 'waitlist_entry.promote',
    subjectKind: 'waitlist_entry',
    subjectId: entryId,
    details: { reason },
  });
  return commitOnce(
    db,
    { scope: manager.id, key: parseKey(key), command: 'promoteEntry', body: { entryId, reason } },
    now,
    { statements: [row, entry], answer: { entryId }, refusals: promotionRefusals },
  );
}

/**
 * One sweep over all queues: offers that lapsed pass on, free places are offered in order, and queues of sessions
 * that no longer take bookings are closed. Each in a batch of its own; one that was overtaken waits for the next
 * sweep. @returns how many parties were offered places or told that it was in vain.
 */
export async function serveWaitlists(ctx: CommandContext): Promise<number> {
  const { lapsed } = await readDueQueues(ctx, SWEEP_MAX);
  let done = 0;
  for (const { entryId } of lapsed) done += await endEntries(ctx, [entryId], 'lapsed');
  const { sessions } = await readDueQueues(ctx, SWEEP_MAX);
  const queues = await readQueues(
    ctx,
    sessions.map(({ id }) => id),
  );
  for (const session of sessions) {
    const queue = queues.filter(({ sessionId }) => sessionId === session.id);
    done += await serveQueue(ctx, session, queue);
  }
  return done;
}

async function serveQueue(
  ctx: CommandContext,
  session: HallSession,
  queue: readonly WaitlistEntry[],
): Promise<number> {
  const { db, now } = ctx;
  // Its end is the stop's, which may still be undone.
  if (session.stopId) return 0;
  if (now >= session.bookingClosesAt || session.withdrawnAt) {
    return endEntries(
      ctx,
      queue.map(({ id }) => id),
      'closed',
    );
  }
  const offers = offerExpiry(session, now) ? nextOffers(queue, placesLeft(session)) : [];
  if (offers.length === 0) return 0;
  const statements: Statement[] = [];
  for (const { entryId, places } of offers) {
    const id = newId(now);
    const isCalled = queue.find((one) => one.id === entryId)?.joinedBy != null;
    const expiresAt = offerExpiry(session, now, isCalled) ?? session.bookingClosesAt;
    statements.push(
      print(db.insert(waitlistOffers).values({ id, entryId, places, offeredAt: now, expiresAt })),
      await auditEntry(ctx, {
        actor: job,
        action: 'waitlist_entry.offer',
        subjectKind: 'waitlist_entry',
        subjectId: entryId,
        details: { places, expiresAt: expiresAt.toISOString() },
      }),
      await queueMessage(ctx, {
        template: 'waitlist_offered',
        idempotencyKey: `waitlist-offered:${id}`,
        values: { entryId },
      }),
    );
  }
  return (await overtaken(writeAtomically(db, statements, serveRefusals))) ? 0 : offers.length;
}

async function endEntries(
  ctx: CommandContext,
  entryIds: readonly string[],
  reason: 'lapsed' | 'closed',
): Promise<number> {
  if (entryIds.length === 0) return 0;
  const { db } = ctx;
  const statements: Statement[] = [];
  for (const entryId of entryIds) statements.push(...(await endOfWait(ctx, entryId, reason, job)));
  return (await overtaken(writeAtomically(db, statements, serveRefusals))) ? 0 : entryIds.length;
}

/** Whether another write got in between; any other failure is thrown. */
async function overtaken(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return false;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'queue_has_moved') return true;
    throw error;
  }
}
