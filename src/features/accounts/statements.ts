import type { CommandContext } from '../../lib/context.ts';
import { print, type Statement } from '../../lib/db/commit.ts';
import { newId, newToken } from '../../lib/ids.ts';
import { sha256, type DataKey } from '../../lib/keyring.ts';
import { addMinutes } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { isLandline, STRONG_VALID_HOURS } from './policy.ts';
import { people, signIns, signOuts, type SignInMethod } from './table.ts';

/**
 * The row of somebody whose number was not known before, with the key that encrypts what belongs to them.
 * @param unlessKnown the row may be written by several batches, of which the first one counts.
 */
export async function newPerson(
  { db, now, keys }: CommandContext,
  phone: string,
  { unlessKnown = false } = {},
): Promise<{ id: string; dataKey: DataKey; statements: Statement[] }> {
  const id = newId(now);
  const { dataKey, wrapped } = await keys.createDataKey(id);
  const row = db.insert(people).values({
    id,
    phoneHash: await keys.hash('phone', phone),
    keyVersion: keys.version,
    dataKeyCipher: wrapped,
    phoneCipher: await dataKey.encrypt('people.phone', phone),
    landline: isLandline(phone),
    createdAt: now,
  });
  return { id, dataKey, statements: [print(unlessKnown ? row.onConflictDoNothing() : row)] };
}

/** What a browser keeps of a new sign-in. The token exists nowhere else, the database holds its hash. */
export interface KeptSignIn {
  token: string;
  expiresAt: Date;
}

/**
 * The rows of a strong sign-in. It has a token of its own, and the sign-in it rises from ends with the same batch: a
 * token that somebody planted before is worth nothing afterwards.
 * @param openedBy the id of the challenge or the attempt, which opens no other.
 * @param from the sign-in of this browser until now, when there is one that holds.
 */
export async function strongSignIn(
  ctx: CommandContext,
  opened: {
    personId: string;
    method: Exclude<SignInMethod, 'phone'>;
    openedBy: string;
    device: string;
    from: string | undefined;
  },
): Promise<{ signInId: string; kept: KeptSignIn; statements: Statement[] }> {
  const { db, now } = ctx;
  const { personId, method, openedBy, device, from } = opened;
  const signInId = newId(now);
  const token = newToken();
  const expiresAt = addMinutes(now, STRONG_VALID_HOURS * 60);
  const row = db.insert(signIns).values({
    id: signInId,
    personId,
    codeId: openedBy,
    tokenHash: await sha256(token),
    createdAt: now,
    expiresAt,
    method,
    device,
    usedAt: now,
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: personId },
    action: 'sign_in.create',
    subjectKind: 'sign_in',
    subjectId: signInId,
    details: { method },
  });
  const ended = from
    ? [print(db.insert(signOuts).values({ signInId: from, signedOutAt: now }))]
    : [];
  return { signInId, kept: { token, expiresAt }, statements: [print(row), ...ended, entry] };
}
