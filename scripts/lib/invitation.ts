import { findCredentials, hasCredentials } from '../../src/features/credentials/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { formatGroups } from '../../src/lib/ids.ts';
import { readInvitationCode } from './demo-people.ts';

/** Prints the code that was queued as a message: a deployment's first administrator may have no messages yet. */
export async function announceInvitation(ctx: CommandContext, personId: string): Promise<void> {
  if (hasCredentials(await findCredentials(ctx, personId))) return;
  const code = formatGroups(await readInvitationCode(ctx, personId));
  console.log(
    `Invitation: ${code}, for three days. Sign in by phone, open /staff, and type it there.`,
  );
}
