import { eq } from 'drizzle-orm';
import { bookings } from '../../src/features/bookings/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';

/** The code on a booking's ticket. */
export async function bookingCodeOf(
  { db }: Pick<CommandContext, 'db'>,
  bookingId: string,
): Promise<string> {
  const [booking] = await db.select().from(bookings).where(eq(bookings.id, bookingId));
  if (!booking) throw new Error(`No booking ${bookingId}.`);
  return booking.code;
}
