import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { toHex } from '../../lib/ids.ts';
import { personPhone } from '../accounts/queries.ts';
import { auditEntry } from '../audit/statements.ts';
import { newBooking, newChange, queueReminder } from '../bookings/statements.ts';
import { cancellations } from '../bookings/table.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { ticketRefusals } from '../tickets/policy.ts';
import { newTry } from '../tickets/statements.ts';
import { callerCancellationRefusals, callerChangeRefusals, callerRefusals } from './policy.ts';
import { callerOwner, findCallersBooking, isProved, signCall } from './queries.ts';
import {
  callerBookingInput,
  callerCancellationInput,
  callerChangeInput,
  callInput,
} from './schema.ts';

const unknown = () => new DomainError('not_found', 'booking_unknown', '没有找到这个预约。');

/**
 * Books for somebody on the telephone, under all rules of the session. The booking is the caller's: their account is
 * found by the number or made with it, and the answer is the same for both.
 * @throws DomainError `not_found` (not of this hall's door), `invalid` (fields, unknown or closed session, party too
 * large), `conflict` (full, booked before, two acts at once), `unavailable`.
 */
export async function bookForCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  if (!can(staff, { action: 'hall.door', hall })) throw unknown();
  const { phone, contactName, ...party } = parseInput(callerBookingInput, input);
  const { db, now, keys } = ctx;
  const owner = await callerOwner(ctx, phone);
  const wanted = { ...party, contactName, personId: owner.id, bookedBy: staff.id };
  const { id: bookingId, statement } = await newBooking(ctx, owner.dataKey, wanted);
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'booking.create_for_caller',
    subjectKind: 'booking',
    subjectId: bookingId,
    details: party,
  });
  // A number in clear is never hashed without a key.
  const body = { ...party, contactName, phone: toHex(await keys.hash('phone', phone)) };
  const request = { scope: staff.id, key: parseKey(key), command: 'bookForCaller', body };
  return commitOnce(db, request, now, {
    statements: [
      ...owner.statements,
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
    refusals: callerRefusals,
  });
}

/**
 * Takes a caller's word that a booking is theirs: its code and the last four digits of its number. Each try is counted
 * together with those on tickets, before it is looked at.
 * @returns the proof with which this member of staff may act on the booking during the call.
 * @throws DomainError `not_found` (not of this hall's door), `invalid` (fields; an unknown code and wrong digits say
 * the same), `too_many`, `unavailable`.
 */
export async function provedByCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
): Promise<{ bookingId: string; proof: string }> {
  if (!can(staff, { action: 'hall.door', hall })) throw unknown();
  const { code, lastFour } = parseInput(callInput, input);
  const found = await findCallersBooking(ctx, hall, { code });
  if (!found) throw notProved();
  const { id: bookingId } = found.booking;
  await writeAtomically(ctx.db, [newTry(ctx, bookingId)], ticketRefusals);
  if (!(await personPhone(ctx, found.person)).endsWith(lastFour)) throw notProved();
  return { bookingId, proof: await signCall(ctx, bookingId, staff.id) };
}

function notProved(): DomainError {
  const message = '预约码和手机尾号对不上。请对方再念一遍，短信里有预约码';
  return new DomainError('invalid', 'caller_not_proved', message, {
    fields: [{ field: 'code', message }],
  });
}

/** Whose booking it is, once the caller has proved it in this call. @throws DomainError `not_found`, `conflict`. */
async function provedBooking(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  { bookingId, proof }: { bookingId: string; proof: string },
) {
  const found = await findCallersBooking(ctx, hall, { bookingId });
  if (!found) throw unknown();
  if (await isProved(ctx, proof, bookingId, staff.id)) return found;
  throw new DomainError(
    'conflict',
    'call_is_over',
    '离对方说预约码太久了。请再问一遍预约码和手机号最后4位。',
  );
}

/**
 * Cancels for a caller who has proved the booking to be theirs; their own limits hold.
 * @throws DomainError `not_found`, `conflict` (not proved in this call, ended, too late), `unavailable`.
 */
export async function cancelForCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  if (!can(staff, { action: 'hall.door', hall })) throw unknown();
  const asked = parseInput(callerCancellationInput, input);
  const { bookingId } = asked;
  const { db, now } = ctx;
  const parsedKey = parseKey(key);
  const { booking } = await provedBooking(ctx, staff, hall, asked);
  const row = db.insert(cancellations).values({
    bookingId,
    personId: booking.personId,
    cancelledAt: now,
    cancelledBy: staff.id,
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'booking.cancel_for_caller',
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  const message = await queueMessage(ctx, {
    template: 'booking_cancelled',
    idempotencyKey: `booking-cancelled:${bookingId}`,
    values: { bookingId },
  });
  const body = { bookingId };
  const request = { scope: staff.id, key: parsedKey, command: 'cancelForCaller', body };
  return commitOnce(db, request, now, {
    statements: [print(row), entry, message],
    answer: { bookingId },
    refusals: callerCancellationRefusals,
  });
}

/**
 * Changes session or party for a caller who has proved the booking to be theirs; their own limits hold.
 * @throws DomainError `invalid` (fields, nothing changed), `not_found`, `conflict` (not proved in this call, full,
 * changed three times, too late), `unavailable`.
 */
export async function changeForCaller(
  ctx: CommandContext,
  staff: Holder,
  hall: string,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  if (!can(staff, { action: 'hall.door', hall })) throw unknown();
  const { proof, ...change } = parseInput(callerChangeInput, input);
  const { bookingId } = change;
  const parsedKey = parseKey(key);
  const { booking } = await provedBooking(ctx, staff, hall, { bookingId, proof });
  const { id, statement } = newChange(ctx, {
    ...change,
    personId: booking.personId,
    changedBy: staff.id,
  });
  const { sessionId, adults, children } = change;
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: staff.id },
    action: 'booking.change_for_caller',
    subjectKind: 'booking',
    subjectId: bookingId,
    details: { sessionId, adults, children },
  });
  const message = await queueMessage(ctx, {
    template: 'booking_changed',
    idempotencyKey: `booking-changed:${id}`,
    values: { bookingId },
  });
  const request = { scope: staff.id, key: parsedKey, command: 'changeForCaller', body: change };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [statement, entry, message, await queueReminder(ctx, bookingId, id)],
    answer: { bookingId },
    refusals: callerChangeRefusals,
  });
}
