import type { CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import { newId } from '../../lib/ids.ts';
import { ticketTries } from './table.ts';

/** A try at somebody's last four digits, counted before it is looked at. Guards refuse one too many. */
export function newTry(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  bookingId: string,
): Statement {
  return print(db.insert(ticketTries).values({ id: newId(now), bookingId, triedAt: now }));
}
