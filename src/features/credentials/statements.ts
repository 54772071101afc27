import type { Actor, CommandContext } from '../../lib/context.ts';
import type { Statement } from '../../lib/db/commit.ts';
import { newId } from '../../lib/ids.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import type { CredentialChange } from './policy.ts';

/** The audit entry of a change to somebody's ways of signing in, and the message that tells them of it. */
export async function credentialChange(
  ctx: CommandContext,
  changed: { actor: Actor; personId: string; action: string; what: CredentialChange },
): Promise<Statement[]> {
  const { actor, personId, action, what } = changed;
  return [
    await auditEntry(ctx, { actor, action, subjectKind: 'person', subjectId: personId }),
    await queueMessage(ctx, {
      template: 'credential_changed',
      idempotencyKey: `credential:${newId(ctx.now)}`,
      values: { personId, what },
    }),
  ];
}
