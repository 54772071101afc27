import { eq } from 'drizzle-orm';
import { requestSignInCode, signIn } from '../../src/features/accounts/commands.ts';
import { DEMO_STAFF } from '../../src/dev/demo.ts';
import { findPerson, findSignIn } from '../../src/features/accounts/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { acceptInvitation, setPassword } from '../../src/features/credentials/commands.ts';
import { sealTotpOffer } from '../../src/features/credentials/queries.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { latestMessages, openMessageValues } from '../../src/features/notifications/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { totpAt } from '../../src/lib/totp.ts';

const SEARCHED_MAX = 500;

/** The code that was just sent, read from the outbox with the deployment's own keys. */
export async function readSentCode(ctx: CommandContext, codeId: string): Promise<string> {
  const [sent] = await ctx.db
    .select()
    .from(outboxMessages)
    .where(eq(outboxMessages.idempotencyKey, `sign-in-code:${codeId}`));
  if (!sent) throw new Error(`No message was queued for code ${codeId}.`);
  const { code } = await openMessageValues(ctx, sent);
  if (!code) throw new Error(`The message for code ${codeId} carries no code.`);
  return code;
}

/** The code of the invitation that this person was sent last, read in the same way. */
export async function readInvitationCode(ctx: CommandContext, personId: string): Promise<string> {
  for (const message of await latestMessages(ctx, SEARCHED_MAX)) {
    if (message.template !== 'staff_invited') continue;
    const values = await openMessageValues(ctx, message);
    if (values['personId'] === personId && values['code']) return values['code'];
  }
  throw new Error(`No invitation was queued for ${personId}.`);
}

/**
 * Sets up the way of signing in that all of the demonstration's staff share, as they would themselves: the invitation's
 * code, a password, an authenticator app.
 */
export async function setUpDemoStaff(ctx: CommandContext, phone: string): Promise<void> {
  const { token, person } = await signInByPhone(ctx, phone);
  const invitationCode = await readInvitationCode(ctx, person.id);
  const opened = await findSignIn(ctx, token);
  if (!opened) throw new Error('A sign-in that does not hold.');
  await acceptInvitation(ctx, opened, { invitationCode });
  const { password, totpSecret } = DEMO_STAFF;
  const offer = await sealTotpOffer(ctx, person.id, totpSecret);
  const totp = totpAt(totpSecret, ctx.now);
  await setPassword(ctx, opened, { password, again: password, offer, totp }, '');
}

/** Signs a person in the way a visitor does: ask for a code, read it, send it back. */
export async function signInByPhone(
  ctx: CommandContext,
  phone: string,
): Promise<{ token: string; person: Person }> {
  const { codeId } = await requestSignInCode(ctx, { phone }, crypto.randomUUID());
  const code = await readSentCode(ctx, codeId);
  const { token, personId } = await signIn(ctx, { codeId, code });
  const person = await findPerson(ctx, personId);
  if (!person) throw new Error('A sign-in without its person.');
  return { token, person };
}
