import { lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { writeAtomically } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { DAY_MS } from '../../lib/time.ts';
import { personPhone } from '../accounts/queries.ts';
import { findTicket } from '../bookings/queries.ts';
import { passExpiry, ticketRefusals } from './policy.ts';
import { signPass } from './queries.ts';
import { openTicketInput } from './schema.ts';
import { newTry } from './statements.ts';
import { waitlistTries } from '../waitlist/table.ts';
import { ticketTries } from './table.ts';

/**
 * Opens a ticket for whoever holds its code and knows the last four digits of the phone it was booked with.
 * The try is counted before it is looked at, so that many at once learn no more than a few in a row.
 * @returns a pass that shows this ticket, and only shows it, for a day.
 * @throws DomainError `invalid` (fields; an unknown code and a wrong number say the same), `too_many`,
 * `unavailable`.
 */
export async function openTicket(
  ctx: CommandContext,
  input: unknown,
): Promise<{ code: string; pass: string; expiresAt: Date }> {
  const { code, lastFour } = parseInput(openTicketInput, input);
  const ticket = await findTicket(ctx, code);
  if (!ticket) throw notFound();
  const { id: bookingId } = ticket.booking;
  await writeAtomically(ctx.db, [newTry(ctx, bookingId)], ticketRefusals);
  const phone = await personPhone(ctx, ticket.person);
  if (!phone.endsWith(lastFour)) throw notFound();
  const expiresAt = passExpiry(ctx.now);
  return { code, pass: await signPass(ctx, bookingId, expiresAt), expiresAt };
}

function notFound(): DomainError {
  const message = '预约码和手机尾号对不上。请核对短信里的预约码，和预约时用的手机号。';
  return new DomainError('invalid', 'ticket_not_found', message, {
    fields: [{ field: 'code', message }],
  });
}

/** Deletes tries that no limit counts any more. @returns how many. */
export async function purgeTicketTries({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - DAY_MS);
  const [gone, byPhone] = await db.batch([
    db.delete(ticketTries).where(lt(ticketTries.triedAt, before)),
    db.delete(waitlistTries).where(lt(waitlistTries.triedAt, before)),
  ]);
  return gone.rowsAffected + byPhone.rowsAffected;
}
