import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { arrangementText, yearRefusals } from './policy.ts';
import { yearInput } from './schema.ts';
import { calendarDays, calendarRevisions, calendarYears } from './table.ts';

/**
 * Enters the arrangement of a year, or puts another in its place, with where it stands. Every hall's sessions follow
 * within a minute; those with visitors stay until staff decide. Administrators only.
 * @throws DomainError `invalid` (fields), `not_found` (no administrator), `conflict` (a day of another year),
 * `unavailable`.
 */
export async function saveYear(
  ctx: CommandContext,
  administrator: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ year: number }> {
  const { year, sourceTitle, issuedOn, days } = parseInput(yearInput, input);
  const { db, now } = ctx;
  const source = { sourceTitle, issuedOn };
  const body = { year, ...source, days: arrangementText(days, year) };
  const statements = [
    db
      .insert(calendarYears)
      .values({ year, ...source })
      .onConflictDoUpdate({ target: calendarYears.year, set: source }),
    db.insert(calendarRevisions).values({
      ...{ id: newId(now), year, revisedBy: administrator.id, revisedAt: now },
    }),
    db.delete(calendarDays).where(eq(calendarDays.year, year)),
    ...(days.length > 0
      ? [db.insert(calendarDays).values(days.map((one) => ({ ...one, year })))]
      : []),
    await auditEntry(ctx, {
      actor: { kind: 'person', id: administrator.id },
      action: 'calendar_year.save',
      subjectKind: 'calendar_year',
      subjectId: String(year),
      details: body,
    }),
  ];
  return commitOnce(
    db,
    { scope: administrator.id, key: parseKey(key), command: 'saveYear', body },
    now,
    { statements, answer: { year }, refusals: yearRefusals },
  );
}
