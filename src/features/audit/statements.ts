import type { Actor, CommandContext } from '../../lib/context.ts';
import { commitOnce, print, type Json, type Query, type Statement } from '../../lib/db/commit.ts';
import type { Refusals } from '../../lib/errors.ts';
import { parseKey } from '../../lib/fields.ts';
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

/** What somebody does in one batch: rows, and the entry that tells of them. */
export interface Act<Answer extends Json> {
  command: string;
  action: string;
  /** What it is done to: its kind, its id. */
  subject: readonly [kind: string, id: string];
  body: Json;
  details?: Record<string, Json>;
  statements: readonly (Query | Statement)[];
  refusals: Refusals;
  answer: Answer;
}

/** Writes a person's act with its audit entry, once for each key. @throws DomainError by its `refusals`, `unavailable`. */
export async function actOnce<Answer extends Json>(
  ctx: CommandContext,
  personId: string,
  key: string,
  { command, action, subject, body, details = {}, statements, refusals, answer }: Act<Answer>,
): Promise<Answer> {
  const [subjectKind, subjectId] = subject;
  const actor = { kind: 'person', id: personId } as const;
  const entry = await auditEntry(ctx, { actor, action, subjectKind, subjectId, details });
  const request = { scope: personId, key: parseKey(key), command, body };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [...statements, entry],
    answer,
    refusals,
  });
}
