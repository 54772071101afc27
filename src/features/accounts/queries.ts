import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { DataKey } from '../../lib/keyring.ts';
import { sha256 } from '../../lib/keyring.ts';
import { roleGrants } from '../roles/table.ts';
import { people, signInCodes, signIns, signOuts, type Person, type SignIn } from './table.ts';

/** Has an account: an erased person's row stays, without its key. */
export const isLiving = sql`${people.dataKeyCipher} <> x''`;

/** Who holds this sign-in token now: not expired, not signed out; with their roles. One request. */
export async function findSignIn(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  token: string,
): Promise<SignIn | undefined> {
  const tokenHash = await sha256(token);
  const holder = db
    .select({ id: signIns.personId })
    .from(signIns)
    .where(eq(signIns.tokenHash, tokenHash));
  const [[found], roles] = await db.batch([
    db
      .select({ id: signIns.id, person: people })
      .from(signIns)
      .innerJoin(people, eq(people.id, signIns.personId))
      .leftJoin(signOuts, eq(signOuts.signInId, signIns.id))
      .where(
        and(
          eq(signIns.tokenHash, tokenHash),
          gt(signIns.expiresAt, now),
          isNull(signOuts.signInId),
        ),
      ),
    db
      .select({
        role: roleGrants.role,
        scopeKind: roleGrants.scopeKind,
        scopeId: roleGrants.scopeId,
      })
      .from(roleGrants)
      .where(and(inArray(roleGrants.personId, holder), eq(roleGrants.state, 'active'))),
  ]);
  return found && { ...found, roles };
}

/** The person who signs in with this number, whichever version of the secrets hashed it. */
export async function findPersonByPhone(
  { db, keys }: Pick<CommandContext, 'db' | 'keys'>,
  phone: string,
): Promise<Person | undefined> {
  const hashes = await keys.hashes('phone', phone);
  const [person] = await db.select().from(people).where(inArray(people.phoneHash, hashes));
  return person;
}

export async function findPerson(
  { db }: Pick<CommandContext, 'db'>,
  id: string,
): Promise<Person | undefined> {
  const [person] = await db.select().from(people).where(eq(people.id, id));
  return person;
}

/** The number that a pending code was sent to, for showing it masked; undefined when the code has gone. */
export async function findCodePhone(
  { db, keys }: Pick<CommandContext, 'db' | 'keys'>,
  codeId: string,
): Promise<string | undefined> {
  const [code] = await db.select().from(signInCodes).where(eq(signInCodes.id, codeId));
  return code && keys.unseal(`sign-in-code:${code.id}`, code.phoneCipher, code.keyVersion);
}

export async function openPersonKey(
  { keys }: Pick<CommandContext, 'keys'>,
  person: Person,
): Promise<DataKey> {
  return keys.openDataKey(person.id, person.dataKeyCipher, person.keyVersion);
}

export async function personPhone(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
): Promise<string> {
  const dataKey = await openPersonKey(ctx, person);
  return dataKey.decrypt('people.phone', person.phoneCipher);
}
