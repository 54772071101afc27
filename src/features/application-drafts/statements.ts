import type { CommandContext } from '../../lib/context.ts';
import type { Query } from '../../lib/db/commit.ts';
import { fromHex, newId } from '../../lib/ids.ts';
import type { BeginWith } from '../applications/queries.ts';
import {
  applicationEntries,
  applicationEvidence,
  type ApplicationEntry,
  type EntryPart,
} from '../applications/table.ts';
import type { Holder } from '../roles/policy.ts';
import { listSiteEvidence } from '../site-evidence/queries.ts';
import { allLines, entriesToKeep } from './policy.ts';
import { findLastApplication, latestEntries } from './queries.ts';
import { startInput } from './schema.ts';

/** An entry to be kept as its next version. */
export interface Keeping {
  part: EntryPart;
  key: string;
  version: number;
  answer: ApplicationEntry['answer'];
  reason: string;
}

export const entryRow = (
  { db, now }: CommandContext,
  by: Holder,
  applicationId: string,
  entry: Keeping,
): Query =>
  db
    .insert(applicationEntries)
    .values({ applicationId, ...entry, writtenBy: by.id, writtenAt: now });

/**
 * What a new draft begins with: nothing, the answers of the last one, or the profile's figures as evidence. What cannot be
 * taken over is left empty. An unknown choice is nothing.
 */
export function startRows(ctx: CommandContext, by: Holder, input: unknown): BeginWith {
  const start = startInput.safeParse(input).data?.start;
  return async (application, programme) => {
    if (start === 'last') return lastAnswers(ctx, by, application, programme);
    return start === 'profile' ? profileFigures(ctx, by, application, programme) : [];
  };
}

type Begun = Parameters<BeginWith>[0];
type Rules = Parameters<BeginWith>[1];

async function lastAnswers(
  ctx: CommandContext,
  by: Holder,
  application: Begun,
  programme: Rules,
): Promise<Query[]> {
  const last = await findLastApplication(ctx, application, programme.key);
  const entries = last ? await latestEntries(ctx, last.id) : [];
  return entriesToKeep(programme, entries).map((entry) =>
    entryRow(ctx, by, application.id, { ...entry, version: 1 }),
  );
}

async function profileFigures(
  ctx: CommandContext,
  by: Holder,
  { id: applicationId, ...applicant }: Begun,
  programme: Rules,
): Promise<Query[]> {
  const facts = await listSiteEvidence(ctx, applicant);
  return allLines(programme).flatMap(({ part, key, asked }) =>
    asked.flatMap(({ kind, figure }) => {
      const fact = facts.find((one) => kind === 'profile' && one.figure === figure);
      if (!fact) return [];
      const { sha256, ...rest } = fact;
      return [
        ctx.db.insert(applicationEvidence).values({
          ...{ id: newId(ctx.now), applicationId, part, key, ...rest },
          ...{ digest: fromHex(sha256), addedBy: by.id, addedAt: ctx.now },
        }),
      ];
    }),
  );
}
