import { and, eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { DomainError } from '../../lib/errors.ts';
import { fromBase64Url, toBase64Url } from '../../lib/ids.ts';
import { equalBytes } from '../../lib/keyring.ts';
import { addMinutes } from '../../lib/time.ts';
import { findPersonByPhone, isLiving, openPersonKey } from '../accounts/queries.ts';
import { newPerson } from '../accounts/statements.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings, type Booking } from '../bookings/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { isDormant } from '../privacy/policy.ts';
import { isDueAccount } from '../privacy/queries.ts';
import { CALL_MINUTES, callerRefusals } from './policy.ts';

/** A caller's booking at a hall by its code; classes of a group are none, they change as part of it. */
export async function findCallersBooking(
  { db }: Pick<CommandContext, 'db'>,
  hall: string,
  reference: { code: string } | { bookingId: string },
): Promise<{ booking: Booking; session: HallSession; person: Person } | undefined> {
  const [found] = await db
    .select({ booking: bookings, session: hallSessions, person: people })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(people, eq(people.id, bookings.personId))
    .where(
      and(
        'code' in reference
          ? eq(bookings.code, reference.code)
          : eq(bookings.id, reference.bookingId),
        eq(hallSessions.hallSlug, hall),
        eq(bookings.kind, 'individual'),
        isLiving,
      ),
    );
  return found;
}

/**
 * Whose a call is: the account of the number, or a new one with the rows that make it.
 * @throws DomainError `conflict` where the account is about to end: the number may be somebody else's by now.
 */
export async function callerOwner(ctx: CommandContext, phone: string) {
  const known = await findPersonByPhone(ctx, phone);
  if (!known) return newPerson(ctx, phone);
  // By now the number may be somebody else's: a job ends such an account within minutes.
  if (isDormant(known, ctx.now) && (await isDueAccount(ctx, known.id))) {
    throw new DomainError('conflict', 'caller_raced', callerRefusals['person_erased']!.message);
  }
  return { id: known.id, dataKey: await openPersonKey(ctx, known), statements: [] };
}

const signed = (bookingId: string, staffId: string, expiresAt: number) =>
  `${bookingId}.${staffId}.${expiresAt}`;

/** `<expiry in ms>.<keyed hash>`: one member of staff may act on one booking or wait, for as long as a call lasts. */
export async function signCall(
  { keys, now }: Pick<CommandContext, 'keys' | 'now'>,
  bookingId: string,
  staffId: string,
): Promise<string> {
  const expiresAt = addMinutes(now, CALL_MINUTES).getTime();
  const hash = await keys.hash('call', signed(bookingId, staffId, expiresAt));
  return `${expiresAt}.${toBase64Url(hash)}`;
}

/** Whether a caller has proved this booking to be theirs, to this member of staff, in this call. */
export async function isProved(
  { keys, now }: Pick<CommandContext, 'keys' | 'now'>,
  proof: string | null | undefined,
  bookingId: string,
  staffId: string,
): Promise<boolean> {
  const [expiry, signature] = proof?.split('.') ?? [];
  if (!signature || !(Number(expiry) > now.getTime())) return false;
  const given = fromBase64Url(signature);
  const hashes = await keys.hashes('call', signed(bookingId, staffId, Number(expiry)));
  return given !== undefined && hashes.some((hash) => equalBytes(hash, given));
}
