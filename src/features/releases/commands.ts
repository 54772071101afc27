import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically } from '../../lib/db/commit.ts';
import { domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { hallRevisions, halls } from '../halls/table.ts';
import type { Holder } from '../roles/policy.ts';
import { releaseRefusals, ruleRefusals } from './policy.ts';
import { listLate } from './queries.ts';
import { lateRuleInput } from './schema.ts';
import { placeReleases } from './table.ts';

/** One run's share: each party is a write of its own. */
const PARTIES_MAX = 150;

const job = { kind: 'job', id: 'release-late-places' } as const;

/**
 * Lets those at the door have the places of parties that have not come in time. Each party in a batch of its own; one
 * that comes in at the same moment keeps its places. @returns how many parties' places were let go.
 */
export async function releaseLatePlaces(ctx: CommandContext): Promise<number> {
  let done = 0;
  for (const late of await listLate(ctx, PARTIES_MAX)) {
    const entry = await auditEntry(ctx, {
      actor: job,
      action: 'booking.release',
      subjectKind: 'booking',
      subjectId: late.bookingId,
      details: { places: late.places },
    });
    const row = ctx.db.insert(placeReleases).values({ ...late, releasedAt: ctx.now });
    try {
      await writeAtomically(ctx.db, [print(row), entry], releaseRefusals);
      done += 1;
    } catch (error) {
      if (domainErrorIn(error)?.reason !== 'overtaken') throw error;
    }
  }
  return done;
}

/**
 * Sets how long a hall's sessions keep the places of those who come late, from now on. The hall's manager only.
 * @throws DomainError `invalid` (fields), `not_found` (not their hall), `unavailable`.
 */
export async function saveLateRule(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ hallSlug: string }> {
  const { hallSlug, lateMinutes } = parseInput(lateRuleInput, input);
  const { db, now } = ctx;
  // Its guard asks whose hall it is.
  const revision = db.insert(hallRevisions).values({
    ...{ id: newId(now), hallSlug, kind: 'hours', revisedBy: manager.id, revisedAt: now },
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: 'hall_late_rule.save',
    subjectKind: 'hall',
    subjectId: hallSlug,
    details: { lateMinutes },
  });
  const body = { hallSlug, lateMinutes };
  return commitOnce(
    db,
    { scope: manager.id, key: parseKey(key), command: 'saveLateRule', body },
    now,
    {
      statements: [
        revision,
        db.update(halls).set({ lateMinutes }).where(eq(halls.slug, hallSlug)),
        entry,
      ],
      answer: { hallSlug },
      refusals: ruleRefusals,
    },
  );
}
