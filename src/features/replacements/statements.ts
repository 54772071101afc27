import type { Actor, CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import type { DataKey } from '../../lib/keyring.ts';
import { auditEntry } from '../audit/statements.ts';
import { newBooking, queueReminder } from '../bookings/statements.ts';
import type { Booking } from '../bookings/table.ts';
import { classReplacements } from './table.ts';

/**
 * A booking of the same class in another session, held for its leader. It is a class like any other from its first
 * moment; whoever ended the lost one tells them. Written after that end, in the same batch.
 */
export async function heldReplacement(
  ctx: CommandContext,
  dataKey: DataKey,
  lost: Pick<Booking, 'id' | 'personId' | 'adults' | 'children' | 'groupRequestId'>,
  {
    sessionId,
    contactName,
    expiresAt,
    actor,
  }: { sessionId: string; contactName: string; expiresAt: Date; actor: Actor },
): Promise<Statement[]> {
  const { db, now } = ctx;
  const { personId, adults, children } = lost;
  const groupRequestId = lost.groupRequestId ?? '';
  const wanted = { sessionId, personId, adults, children, contactName, groupRequestId };
  const { id, statement } = await newBooking(ctx, dataKey, wanted);
  return [
    statement,
    print(
      db
        .insert(classReplacements)
        .values({ bookingId: id, replacesBookingId: lost.id, heldAt: now, expiresAt }),
    ),
    await auditEntry(ctx, {
      actor,
      action: 'class_replacement.hold',
      subjectKind: 'booking',
      subjectId: id,
      details: { replaces: lost.id, expiresAt: expiresAt.toISOString() },
    }),
    await queueReminder(ctx, id),
  ];
}
