import { count, getTableName, lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { people, signInCodes } from '../accounts/table.ts';
import { communityProfileVersions } from '../community-profiles/table.ts';
import { drillCards } from '../drill-people/table.ts';
import { imports } from '../imports/table.ts';
import { inquiries } from '../inquiries/table.ts';
import { doorNotes } from '../door/table.ts';
import { bookings } from '../bookings/table.ts';
import { outboxMessages } from '../notifications/table.ts';

/** Rows that still need an older secret, by table: while there are any, none may be removed. */
export async function rowsOfOlderVersions({
  db,
  keys,
}: Pick<CommandContext, 'db' | 'keys'>): Promise<Record<string, number>> {
  const tables = [
    people,
    bookings,
    signInCodes,
    outboxMessages,
    inquiries,
    imports,
    doorNotes,
    communityProfileVersions,
    drillCards,
  ] as const;
  const counts = await Promise.all(
    tables.map(async (table) => {
      const older = lt(table.keyVersion, keys.version);
      const [row] = await db.select({ n: count() }).from(table).where(older);
      return [getTableName(table), row?.n ?? 0] as const;
    }),
  );
  return Object.fromEntries(counts);
}
