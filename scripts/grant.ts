/**
 * `npm run grant -- <phone> <role> <scope>`: gives a role from the command line, as the first administrator of a
 * deployment needs it, and prints the code to set up staff sign-in with. The person must have signed in once. Scopes: `site:`, `hall:yancheng`, `region:320900`.
 */
import { findPersonByPhone } from '../src/features/accounts/queries.ts';
import { grantRole } from '../src/features/roles/commands.ts';
import { openDatabase } from '../src/lib/db/client.ts';
import { readSettings } from '../src/lib/env.ts';
import { domainErrorIn } from '../src/lib/errors.ts';
import { newId } from '../src/lib/ids.ts';
import { Keyring } from '../src/lib/keyring.ts';
import { announceInvitation } from './lib/invitation.ts';

const [phone, role, scope] = process.argv.slice(2);
const settings = readSettings(process.env);
const db = openDatabase({ url: settings.DATABASE_URL, authToken: settings.DATABASE_TOKEN });
const now = new Date();
const keys = await Keyring.open(settings.PERSONAL_DATA_KEYS);
try {
  const ctx = { db, now, keys, requestId: newId(now) };
  await grantRole(ctx, null, { phone, role, scope }, crypto.randomUUID());
  console.log(`Granted: ${role} at ${scope}.`);
  const person = await findPersonByPhone(ctx, phone ?? '');
  if (person) await announceInvitation(ctx, person.id);
} catch (error) {
  const known = domainErrorIn(error);
  if (!known) throw error;
  console.error([known.message, ...known.fields.map(({ message }) => message)].join('\n'));
  process.exitCode = 1;
} finally {
  db.$client.close();
}
