import type { Actor, CommandContext } from '../../lib/context.ts';
import { print, type Json, type Statement } from '../../lib/db/commit.ts';
import { newId } from '../../lib/ids.ts';
import { entryDigest } from './policy.ts';
import { auditEntries, type AuditEntry } from './table.ts';

export interface AuditEvent {
  actor: Actor;
  /** `booking.create`: noun, then verb. */
  action: string;
  subjectKind: string;
  subjectId: string;
  /** Facts without personal values: counts, old and new states. */
  details?: Record<string, Json>;
}

/**
 * The audit entry that a write carries in its own batch. Its digest covers every field but the sequence,
 * which only the database knows; the sealing of the chain covers that.
 */
export async function auditEntry(ctx: CommandContext, event: AuditEvent): Promise<Statement> {
  const entry = {
    id: newId(ctx.now),
    at: ctx.now,
    actorKind: event.actor.kind,
    actorId: 'id' in event.actor ? event.actor.id : null,
    action: event.action,
    subjectKind: event.subjectKind,
    subjectId: event.subjectId,
    details: JSON.stringify(event.details ?? {}),
    requestId: ctx.requestId,
  };
  const digest = await auditDigest(entry);
  return print(ctx.db.insert(auditEntries).values({ ...entry, digest }));
}

/** What the entry that would be written now has for its digest. */
export async function auditDigest(
  entry: Omit<AuditEntry, 'sequence' | 'digest'>,
): Promise<Uint8Array<ArrayBuffer>> {
  return entryDigest(entry);
}
