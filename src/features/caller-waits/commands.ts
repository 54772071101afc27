import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newBookingCode, newId, toHex } from '../../lib/ids.ts';
import { openPersonKey, personPhone } from '../accounts/queries.ts';
import { auditEntry } from '../audit/statements.ts';
import { newBooking, queueReminder } from '../bookings/statements.ts';
import { callerOwner, isProved, signCall } from '../callers/queries.ts';
import { callInput } from '../callers/schema.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { ticketRefusals } from '../tickets/policy.ts';
import { waitingName } from '../waitlist/queries.ts';
import { newEntry } from '../waitlist/statements.ts';
import { waitlistEnds, waitlistTries } from '../waitlist/table.ts';
import { callerAcceptRefusals, callerJoinRefusals, callerLeaveRefusals } from './policy.ts';
import { findCallersWait, type CallersWait } from './queries.ts';
import { callerEntryInput, callerWaitInput } from './schema.ts';

const unknown = () => new DomainError('not_found', 'entry_unknown', '没有找到这个候补。');

/**
 * Lets somebody on the telephone wait for a full session, at the end of its queue like everybody. The wait is the
 * caller's own, under their number; its code is read out to them.
 * @throws DomainError `not_found` (not of this hall's door), `invalid` (fields, closed session, party too large),
 * `conflict` (places free, waiting or booked before, two acts at once), `unavailable`.
 */
export async function waitForCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ entryId: string }> {
  if (!can(staff, { action: 'hall.door', hall })) throw unknown();
  const { phone, contactName, leastPlaces: least, ...party } = parseInput(callerWaitInput, input);
  const { db, now, keys } = ctx;
  const leastPlaces = least ?? party.adults + party.children;
  const owner = await callerOwner(ctx, phone);
  const { id: entryId, statement } = await newEntry(ctx, owner.dataKey, {
    ...party,
    ...{ leastPlaces, contactName, personId: owner.id },
    ...{ joinedBy: staff.id, code: newBookingCode() },
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'waitlist_entry.create_for_caller',
    subjectKind: 'waitlist_entry',
    subjectId: entryId,
    details: { ...party, leastPlaces },
  });
  // A number in clear is never hashed without a key.
  const body = {
    ...party,
    ...{ leastPlaces, contactName, phone: toHex(await keys.hash('phone', phone)) },
  };
  return commitOnce(
    db,
    { scope: staff.id, key: parseKey(key), command: 'waitForCaller', body },
    now,
    {
      statements: [...owner.statements, statement, entry],
      answer: { entryId },
      refusals: callerJoinRefusals,
    },
  );
}

/**
 * Takes a caller's word that a wait is theirs: its code and the last four digits of its number. Tries are counted.
 * @returns the proof with which this member of staff may act on it during the call; undefined for a code that is of no
 * wait of this hall.
 * @throws DomainError `not_found` (not of this hall's door), `invalid` (fields, wrong digits), `too_many`,
 * `unavailable`.
 */
export async function waitProvedByCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
): Promise<{ entryId: string; proof: string } | undefined> {
  if (!can(staff, { action: 'hall.door', hall })) throw unknown();
  const { code, lastFour } = parseInput(callInput, input);
  const found = await findCallersWait(ctx, hall, { code });
  if (!found) return undefined;
  const { id: entryId } = found.entry;
  const tried = ctx.db
    .insert(waitlistTries)
    .values({ id: newId(ctx.now), entryId, triedAt: ctx.now });
  await writeAtomically(ctx.db, [tried], ticketRefusals);
  if (!(await personPhone(ctx, found.person)).endsWith(lastFour)) {
    const message = '候补码和号码的最后4位对不上。请对方再念一遍';
    throw new DomainError('invalid', 'caller_not_proved', message, {
      fields: [{ field: 'lastFour', message }],
    });
  }
  return { entryId, proof: await signCall(ctx, entryId, staff.id) };
}

/** The caller's wait, once they have proved it in this call. @throws DomainError `not_found`, `conflict`. */
async function provedWait(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
): Promise<CallersWait> {
  if (!can(staff, { action: 'hall.door', hall })) throw unknown();
  const { entryId, proof } = parseInput(callerEntryInput, input);
  const found = await findCallersWait(ctx, hall, { entryId });
  if (!found) throw unknown();
  if (await isProved(ctx, proof, entryId, staff.id)) return found;
  const message = '离对方说候补码太久了。请再问一遍候补码和号码的最后4位。';
  throw new DomainError('conflict', 'call_is_over', message);
}

/**
 * Takes up for a caller what is held for them: a booking of the whole party, or of as many as there are places.
 * @throws DomainError `not_found`, `conflict` (not proved in this call, nothing held, too late), `unavailable`.
 */
export async function acceptForCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const ownKey = parseKey(key);
  const { entry: wait, person, offer } = await provedWait(ctx, staff, hall, input);
  if (!offer) throw new DomainError('conflict', 'offer_gone', '还没有排到名额。');
  const dataKey = await openPersonKey(ctx, person);
  // Fewer than asked for: the adults come, and as many children as there are places.
  const adults = Math.min(wait.adults, offer.places);
  const party = {
    sessionId: wait.sessionId,
    adults,
    children: Math.min(wait.children, offer.places - adults),
  };
  const { id: bookingId, statement } = await newBooking(ctx, dataKey, {
    ...party,
    ...{ personId: person.id, contactName: await waitingName(ctx, person, wait) },
    ...{ offerId: offer.id, bookedBy: staff.id },
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'booking.create_for_caller',
    subjectKind: 'booking',
    subjectId: bookingId,
    details: { ...party, offerId: offer.id },
  });
  const request = {
    scope: staff.id,
    key: ownKey,
    command: 'acceptForCaller',
    body: { entryId: wait.id },
  };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [
      statement,
      entry,
      await queueMessage(ctx, {
        template: 'booking_created',
        idempotencyKey: `booking-created:${bookingId}`,
        values: { bookingId },
      }),
      await queueReminder(ctx, bookingId),
    ],
    answer: { bookingId },
    refusals: callerAcceptRefusals,
  });
}

/**
 * Leaves the queue for a caller, or turns an offer down; its places go on to the next party.
 * @throws DomainError `not_found`, `conflict` (not proved in this call, ended before), `unavailable`.
 */
export async function leaveForCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ entryId: string }> {
  const ownKey = parseKey(key);
  const { entry: wait } = await provedWait(ctx, staff, hall, input);
  const { id: entryId } = wait;
  const row = ctx.db
    .insert(waitlistEnds)
    .values({ entryId, reason: 'left', endedAt: ctx.now, endedBy: staff.id });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'waitlist_entry.leave_for_caller',
    subjectKind: 'waitlist_entry',
    subjectId: entryId,
  });
  const request = { scope: staff.id, key: ownKey, command: 'leaveForCaller', body: { entryId } };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [print(row), entry],
    answer: { entryId },
    refusals: callerLeaveRefusals,
  });
}
