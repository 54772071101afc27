import type { CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import { newId, newInvitationCode } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { DAY_MS } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { INVITATION_VALID_DAYS } from './policy.ts';
import { staffInvitations } from './table.ts';

/**
 * An invitation to set up the first strong way of signing in, with the message that carries its code. It takes the place
 * of an older one.
 * @param by null for the one who runs the deployment.
 */
export async function newInvitation(
  ctx: CommandContext,
  { personId, by }: { personId: string; by: string | null },
): Promise<Statement[]> {
  const { db, now } = ctx;
  const id = newId(now);
  const code = newInvitationCode();
  const expiresAt = new Date(now.getTime() + INVITATION_VALID_DAYS * DAY_MS);
  const row = db.insert(staffInvitations).values({
    ...{ id, personId, codeHash: await sha256(code), invitedBy: by, invitedAt: now, expiresAt },
  });
  return [
    print(row),
    await auditEntry(ctx, {
      actor: by ? { kind: 'person', id: by } : { kind: 'job', id: 'command-line' },
      action: 'staff.invite',
      subjectKind: 'person',
      subjectId: personId,
    }),
    await queueMessage(ctx, {
      template: 'staff_invited',
      idempotencyKey: `staff-invitation:${id}`,
      values: { personId, code, expiresAt: expiresAt.toISOString() },
    }),
  ];
}
