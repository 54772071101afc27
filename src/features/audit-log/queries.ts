import { and, desc, eq, gt, gte, inArray, isNotNull, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { ROWS_SHOWN, type ListAsked } from '../../lib/lists.ts';
import { instantOf, readDate } from '../../lib/time.ts';
import { people, type Person } from '../accounts/table.ts';
import { endOfDay } from '../audit/policy.ts';
import { auditEntries, auditSeals, type AuditEntry } from '../audit/table.ts';
import { actionsOf, BY_ITSELF, LOOKED_THROUGH_MAX, readWanted } from './policy.ts';

export interface LoggedAct {
  entry: AuditEntry;
  /** Who did it, where it was a person; without a key to open their number once they have erased their account. */
  person: Person | null;
  isSealed: boolean;
}

export interface LoggedActs {
  rows: LoggedAct[];
  count: number;
  /** Not every entry was looked through: see `LOOKED_THROUGH_MAX`. */
  isCut: boolean;
}

/** Ids begin with their time, so that those of a day lie side by side in their index. */
function firstIdOf(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** The audit log as an auditor asks for it, the newest first. One request. */
export async function listActs(
  { db, keys }: Pick<CommandContext, 'db' | 'keys'>,
  { values, after }: ListAsked,
): Promise<LoggedActs> {
  const { sequence, id, actorKind, actorId, action, subjectKind, subjectId } = auditEntries;
  const wanted = readWanted(values['q'] ?? '');
  const day = readDate(values['date'] ?? null);
  const kind = values['kind'] ?? '';
  const actions = actionsOf(kind);
  const isKind =
    kind === BY_ITSELF
      ? inArray(actorKind, ['job', 'system'])
      : actions && inArray(action, actions);
  const isDay =
    day === undefined
      ? undefined
      : and(gte(id, firstIdOf(instantOf(day))), lt(id, firstIdOf(endOfDay(day))));
  const phones = wanted.what === 'phone' ? await keys.hashes('phone', wanted.phone) : [];
  const isWanted = {
    nothing: undefined,
    unknown: sql`0`,
    phone: and(
      isNotNull(actorId),
      inArray(
        actorId,
        db.select({ id: people.id }).from(people).where(inArray(people.phoneHash, phones)),
      ),
    ),
    person: wanted.what === 'person' ? eq(actorId, wanted.id) : undefined,
    entry: wanted.what === 'entry' ? eq(id, wanted.id) : undefined,
    subject:
      wanted.what === 'subject'
        ? and(eq(subjectKind, wanted.kind), eq(subjectId, wanted.id))
        : undefined,
  }[wanted.what];
  const last = sql<number>`coalesce((select max(${sequence}) from ${auditEntries}), 0)`;
  const isOpenEnded = isKind !== undefined && !isDay && !isWanted;
  const isLate = isOpenEnded ? gt(sequence, sql`${last} - ${LOOKED_THROUGH_MAX}`) : undefined;
  const where = and(isWanted, isDay, isKind, isLate);
  const before = after && /^\d{1,15}$/.test(after) ? lt(sequence, Number(after)) : undefined;
  // By the index of whatever narrows the list; left to itself SQLite would walk back from the end.
  const newest = isDay || isWanted ? desc(sql`+${sequence}`) : desc(sequence);
  const [rows, [counted], [end]] = await db.batch([
    db
      .select({ entry: auditEntries, person: people, sealed: auditSeals.sequence })
      .from(auditEntries)
      .leftJoin(people, eq(people.id, actorId))
      .leftJoin(auditSeals, eq(auditSeals.sequence, sequence))
      .where(and(where, before))
      .orderBy(newest)
      .limit(ROWS_SHOWN),
    boundedCount(db, db.select({ id }).from(auditEntries).where(where)),
    db.select({ last }).from(sql`(select 1)`),
  ]);
  return {
    rows: rows.map(({ entry, person, sealed }) => ({ entry, person, isSealed: sealed !== null })),
    count: counted?.count ?? 0,
    isCut: isOpenEnded && (end?.last ?? 0) > LOOKED_THROUGH_MAX,
  };
}
