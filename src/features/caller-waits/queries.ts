import { and, eq, isNotNull } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { isLiving } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { waitlistEntries, waitlistOffers } from '../waitlist/table.ts';
import type { WaitlistEntry, WaitlistOffer } from '../waitlist/table.ts';

export interface CallersWait {
  entry: WaitlistEntry;
  session: HallSession;
  person: Person;
  offer: WaitlistOffer | null;
}

/** A wait at a hall that its staff have put a caller on, by the code that was read out or by its id. */
export async function findCallersWait(
  { db }: Pick<CommandContext, 'db'>,
  hall: string,
  reference: { code: string } | { entryId: string },
): Promise<CallersWait | undefined> {
  const [found] = await db
    .select({
      entry: waitlistEntries,
      session: hallSessions,
      person: people,
      offer: waitlistOffers,
    })
    .from(waitlistEntries)
    .innerJoin(hallSessions, eq(hallSessions.id, waitlistEntries.sessionId))
    .innerJoin(people, eq(people.id, waitlistEntries.personId))
    .leftJoin(waitlistOffers, eq(waitlistOffers.entryId, waitlistEntries.id))
    .where(
      and(
        'code' in reference
          ? eq(waitlistEntries.code, reference.code)
          : eq(waitlistEntries.id, reference.entryId),
        eq(hallSessions.hallSlug, hall),
        isNotNull(waitlistEntries.code),
        isLiving,
      ),
    );
  return found;
}
