import { requestSignInCode, signIn } from '../../src/features/accounts/commands.ts';
import { findPerson } from '../../src/features/accounts/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { latestMessages, openMessageValues } from '../../src/features/notifications/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';

const SEARCHED_MAX = 500;

/** The code that was just sent, read from the outbox with the deployment's own keys. */
export async function readSentCode(ctx: CommandContext, codeId: string): Promise<string> {
  const messages = await latestMessages(ctx, SEARCHED_MAX);
  const sent = messages.find((one) => one.idempotencyKey === `sign-in-code:${codeId}`);
  if (!sent) throw new Error(`No message was queued for code ${codeId}.`);
  const { code } = await openMessageValues(ctx, sent);
  if (!code) throw new Error(`The message for code ${codeId} carries no code.`);
  return code;
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
