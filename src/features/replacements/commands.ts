import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically } from '../../lib/db/commit.ts';
import { domainErrorIn } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { lapseRefusals, takingRefusals } from './policy.ts';
import { listLapsing } from './queries.ts';
import { replacementReference } from './schema.ts';
import { classReplacementLapses, classReplacementTakings } from './table.ts';

/** One run's share. */
const CLASSES_MAX = 100;

const job = { kind: 'job', id: 'lapse-replacements' } as const;

/**
 * The leader takes the session that the hall holds for a class whose own it has stopped.
 * @throws DomainError `not_found` (also for somebody else's), `conflict` (taken before, cancelled, too late),
 * `unavailable`.
 */
export async function takeReplacement(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const { bookingId } = parseInput(replacementReference, input);
  const { db, now } = ctx;
  const row = db
    .insert(classReplacementTakings)
    .values({ bookingId, takenBy: person.id, takenAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'class_replacement.take',
    subjectKind: 'booking',
    subjectId: bookingId,
  });
  return commitOnce(
    db,
    { scope: person.id, key: parseKey(key), command: 'takeReplacement', body: { bookingId } },
    now,
    { statements: [row, entry], answer: { bookingId }, refusals: takingRefusals },
  );
}

/** Lets go what was held for classes and nobody took in time, and tells their leaders. @returns how many classes. */
export async function lapseReplacements(ctx: CommandContext): Promise<number> {
  let done = 0;
  for (const { bookingId } of await listLapsing(ctx, CLASSES_MAX)) {
    const row = ctx.db.insert(classReplacementLapses).values({ bookingId, lapsedAt: ctx.now });
    const statements = [
      print(row),
      await auditEntry(ctx, {
        actor: job,
        action: 'class_replacement.lapse',
        subjectKind: 'booking',
        subjectId: bookingId,
      }),
      await queueMessage(ctx, {
        template: 'class_replacement_lapsed',
        idempotencyKey: `class-replacement-lapsed:${bookingId}`,
        values: { bookingId },
      }),
    ];
    try {
      await writeAtomically(ctx.db, statements, lapseRefusals);
      done += 1;
    } catch (error) {
      if (domainErrorIn(error)?.reason !== 'overtaken') throw error;
    }
  }
  return done;
}
