import { and, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import type { DataKey } from '../../lib/keyring.ts';
import { newId, newSignInCode } from '../../lib/ids.ts';
import { equalBytes, sha256 } from '../../lib/keyring.ts';
import { addMinutes } from '../../lib/time.ts';
import { roleGrants } from '../roles/table.ts';
import { CODE_VALID_MINUTES, isAbroad, isStrong } from './policy.ts';
import { people, signInCodes, signIns, signOuts, type Person, type SignIn } from './table.ts';

/** The list of somebody's own sign-ins. Ending all others ends those beyond it as well. */
const SIGN_INS_SHOWN = 100;

/** Has an account: an erased person's row stays, without its key. */
export const isLiving = sql`${people.dataKeyCipher} <> x''`;

/** Who holds this sign-in token now: not expired, not signed out; with the roles it hands out. One request. */
export async function findSignIn(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  token: string,
): Promise<SignIn | undefined> {
  const tokenHash = await sha256(token);
  const holder = db
    .select({ id: signIns.personId })
    .from(signIns)
    .where(eq(signIns.tokenHash, tokenHash));
  const [[found], held] = await db.batch([
    db
      .select({
        id: signIns.id,
        method: signIns.method,
        createdAt: signIns.createdAt,
        usedAt: signIns.usedAt,
        person: people,
      })
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
  if (!found) return undefined;
  const roles = isStrong(found, now) ? held : [];
  return { ...found, roles, awaitsProof: held.length > roles.length };
}

/** Somebody's sign-ins that hold now, the one used last first. More than so many are nobody's own doing. */
export async function listSignIns(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  personId: string,
) {
  return db
    .select({
      id: signIns.id,
      method: signIns.method,
      device: signIns.device,
      createdAt: signIns.createdAt,
      usedAt: signIns.usedAt,
    })
    .from(signIns)
    .leftJoin(signOuts, eq(signOuts.signInId, signIns.id))
    .where(
      and(eq(signIns.personId, personId), gt(signIns.expiresAt, now), isNull(signOuts.signInId)),
    )
    .orderBy(desc(signIns.usedAt), desc(signIns.id))
    .limit(SIGN_INS_SHOWN);
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

/** What a code may be used for: one that was sent for another act, or for somebody else's, opens nothing. */
export type CodePurpose = 'sign-in' | `${'new' | 'old'}-number:${string}`;

const codeText = (purpose: CodePurpose, id: string, code: string) =>
  purpose === 'sign-in' ? `${id}:${code}` : `${purpose}:${id}:${code}`;

/** A fresh code for a phone, and its row. Nobody has been told of it yet. */
export async function drawCode(
  { now, keys }: Pick<CommandContext, 'now' | 'keys'>,
  phone: string,
  purpose: CodePurpose,
): Promise<{ code: string; expiresAt: Date; row: typeof signInCodes.$inferInsert }> {
  const id = newId(now);
  const code = newSignInCode();
  const expiresAt = addMinutes(now, CODE_VALID_MINUTES);
  const row = {
    id,
    phoneHash: await keys.hash('phone', phone),
    keyVersion: keys.version,
    phoneCipher: await keys.seal(`sign-in-code:${id}`, phone),
    codeHash: await keys.hash('sign-in-code', codeText(purpose, id, code)),
    abroad: isAbroad(phone),
    createdAt: now,
    expiresAt,
  };
  return { code, expiresAt, row };
}

/** Whether this is the code that was sent; the number it was sent to if it is. Count the attempt first. */
export async function phoneOfCode(
  { keys }: Pick<CommandContext, 'keys'>,
  row: typeof signInCodes.$inferSelect,
  code: string,
  purpose: CodePurpose,
): Promise<string | undefined> {
  const { id, keyVersion, codeHash, phoneCipher } = row;
  const given = await keys.hash('sign-in-code', codeText(purpose, id, code), keyVersion);
  if (!equalBytes(given, codeHash)) return undefined;
  return keys.unseal(`sign-in-code:${id}`, phoneCipher, keyVersion);
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

/** When codes were sent to these numbers, the newest first. A query. */
export function ownCodes(
  { db }: Pick<CommandContext, 'db'>,
  phoneHashes: Uint8Array<ArrayBuffer>[],
) {
  return db
    .select({ sentAt: signInCodes.createdAt, expiresAt: signInCodes.expiresAt })
    .from(signInCodes)
    .where(inArray(signInCodes.phoneHash, phoneHashes))
    .orderBy(desc(signInCodes.createdAt));
}

/** When and how a person signed in, the newest first. A query. */
export function ownSignIns({ db }: Pick<CommandContext, 'db'>, personId: string) {
  return db
    .select({
      at: signIns.createdAt,
      expiresAt: signIns.expiresAt,
      signedOutAt: signOuts.signedOutAt,
      method: signIns.method,
      device: signIns.device,
      usedAt: signIns.usedAt,
    })
    .from(signIns)
    .leftJoin(signOuts, eq(signOuts.signInId, signIns.id))
    .where(eq(signIns.personId, personId))
    .orderBy(desc(signIns.createdAt));
}
