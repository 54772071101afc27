import type { CommandContext } from '../../lib/context.ts';
import type { Query } from '../../lib/db/commit.ts';
import { fileLinks } from './table.ts';

/**
 * Attaches a file to a thing, in the batch that changes the thing. The guard `file_links_guard` knows whether it is
 * the person's own, complete, sent for this kind of thing, and whether there is room; a feature adds a trigger for
 * who may attach to its things. Refusals: `linkRefusals`.
 */
export function fileLink(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  link: { fileId: string; subjectKind: string; subjectId: string; linkedBy: string },
): Query {
  return db.insert(fileLinks).values({ ...link, linkedAt: now });
}
