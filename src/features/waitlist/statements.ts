import type { Actor, CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import { newId } from '../../lib/ids.ts';
import type { DataKey } from '../../lib/keyring.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { sql } from 'drizzle-orm';
import { waitlistEnds, waitlistEntries, waitlistOffers, type WaitlistEntry } from './table.ts';

/** A wait that comes to nothing, with what its family is told of it. Guards judge it on writing. */
export async function endOfWait(
  ctx: CommandContext,
  entryId: string,
  reason: 'lapsed' | 'closed',
  actor: Actor,
): Promise<Statement[]> {
  const { db, now } = ctx;
  return [
    print(db.insert(waitlistEnds).values({ entryId, reason, endedAt: now })),
    await auditEntry(ctx, {
      actor,
      action: reason === 'lapsed' ? 'waitlist_entry.lapse' : 'waitlist_entry.close',
      subjectKind: 'waitlist_entry',
      subjectId: entryId,
    }),
    await queueMessage(ctx, {
      template: reason === 'lapsed' ? 'waitlist_lapsed' : 'waitlist_closed',
      idempotencyKey: `waitlist-${reason}:${entryId}`,
      values: { entryId },
    }),
  ];
}

type Joining = Pick<
  WaitlistEntry,
  'sessionId' | 'personId' | 'adults' | 'children' | 'leastPlaces'
> &
  Partial<Pick<WaitlistEntry, 'joinedBy' | 'code' | 'replacesBookingId'>> & { contactName: string };

/** The row of a party at the end of its queue, its name under the key of the person whose it is. Guards judge it. */
export async function newEntry(
  { db, now }: CommandContext,
  dataKey: DataKey,
  { contactName, ...joining }: Joining,
): Promise<{ id: string; statement: Statement }> {
  const id = newId(now);
  const row = db.insert(waitlistEntries).values({
    id,
    ...joining,
    contactNameCipher: await dataKey.encrypt(`waitlist_entries.contact_name:${id}`, contactName),
    joinedAt: now,
    position: sql`(
      SELECT coalesce(max(position), 0) + 1 FROM waitlist_entries WHERE session_id = ${joining.sessionId})`,
  });
  return { id, statement: print(row) };
}

type Held = Pick<
  WaitlistEntry,
  'sessionId' | 'personId' | 'adults' | 'children' | 'replacesBookingId'
>;

/**
 * Places in another session, held for a party that the hall has sent away. It is an offer like any other and is
 * taken up in the same way; whoever sent them away tells them.
 */
export async function heldAlternative(
  ctx: CommandContext,
  dataKey: DataKey,
  party: Held & { contactName: string },
  expiresAt: Date,
  actor: Actor,
): Promise<Statement[]> {
  const { db, now } = ctx;
  const places = party.adults + party.children;
  const { id: entryId, statement } = await newEntry(ctx, dataKey, {
    ...party,
    leastPlaces: places,
  });
  return [
    statement,
    print(
      db
        .insert(waitlistOffers)
        .values({ id: newId(now), entryId, places, offeredAt: now, expiresAt }),
    ),
    await auditEntry(ctx, {
      actor,
      action: 'waitlist_entry.offer',
      subjectKind: 'waitlist_entry',
      subjectId: entryId,
      details: { places, expiresAt: expiresAt.toISOString() },
    }),
  ];
}
