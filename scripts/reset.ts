/**
 * `npm run reset -- <phone> <reason>`: takes every way of signing in away from somebody who works here and prints a new
 * invitation's code. For the last administrator, whom nobody else can let in again; others are reset at `/staff/people`.
 */
import { findPersonByPhone } from '../src/features/accounts/queries.ts';
import { resetCredentials } from '../src/features/credentials/commands.ts';
import { domainErrorIn } from '../src/lib/errors.ts';
import { openCommandContext } from './lib/command-context.ts';
import { announceInvitation } from './lib/invitation.ts';

const [phone = '', ...words] = process.argv.slice(2);
const ctx = await openCommandContext();
try {
  const person = await findPersonByPhone(ctx, phone);
  const input = { personId: person?.id, reason: words.join(' ') };
  await resetCredentials(ctx, null, input, crypto.randomUUID());
  console.log('Reset: every sign-in has ended.');
  if (person) await announceInvitation(ctx, person.id);
} catch (error) {
  const known = domainErrorIn(error);
  if (!known) throw error;
  console.error([known.message, ...known.fields.map(({ message }) => message)].join('\n'));
  process.exitCode = 1;
} finally {
  ctx.db.$client.close();
}
