import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { endRefusals, outageRefusals, readWhat } from './policy.ts';
import { outageInput, outageReference } from './schema.ts';
import { hallOutageEnds, hallOutages } from './table.ts';

/**
 * 停用: says that an exhibit, a zone or a part of the hall is out of order, and lowers what its coming sessions open.
 * Sales stop at once; nobody who has booked is moved or told. The hall's manager only.
 * @throws DomainError `invalid` (fields), `not_found` (not their hall), `unavailable`.
 */
export async function reportOutage(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ outageId: string }> {
  const { hallSlug, what, reason, fromDay, untilDay, places } = parseInput(outageInput, input);
  const { db, now } = ctx;
  const outageId = newId(now);
  const row = db.insert(hallOutages).values({
    ...{ id: outageId, hallSlug, ...readWhat(what), reason, fromDay },
    ...{ untilDay: untilDay ?? null, places: places ?? null },
    ...{ decidedBy: manager.id, decidedAt: now },
  });
  const body = {
    ...{ hallSlug, what, reason, fromDay },
    ...{ untilDay: untilDay ?? null, places: places ?? null },
  };
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: 'hall_outage.create',
    subjectKind: 'hall_outage',
    subjectId: outageId,
    details: body,
  });
  return commitOnce(
    db,
    { scope: manager.id, key: parseKey(key), command: 'reportOutage', body },
    now,
    { statements: [row, entry], answer: { outageId }, refusals: outageRefusals },
  );
}

/**
 * 恢复: what was out of order works again; its sessions open what the room holds, or what others leave of it.
 * @throws DomainError `not_found` (also for other halls'), `conflict` (ended before), `unavailable`.
 */
export async function endOutage(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ outageId: string }> {
  const { outageId } = parseInput(outageReference, input);
  const { db, now } = ctx;
  const row = db.insert(hallOutageEnds).values({ outageId, endedBy: manager.id, endedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action: 'hall_outage.end',
    subjectKind: 'hall_outage',
    subjectId: outageId,
  });
  return commitOnce(
    db,
    { scope: manager.id, key: parseKey(key), command: 'endOutage', body: { outageId } },
    now,
    { statements: [row, entry], answer: { outageId }, refusals: endRefusals },
  );
}
