import { eq, lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { refusalFor } from '../../lib/db/constraint.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, newSignInCode, newToken, toHex } from '../../lib/ids.ts';
import { equalBytes, sha256 } from '../../lib/keyring.ts';
import { addMinutes, DAY_MS } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { isDormant, NOTICE } from '../privacy/policy.ts';
import { isDueAccount } from '../privacy/queries.ts';
import { noticesShown } from '../privacy/table.ts';
import {
  attemptRefusals,
  CODE_KEPT_DAYS,
  CODE_VALID_MINUTES,
  codeRefusals,
  DORMANT_MESSAGE,
  SIGN_IN_VALID_DAYS,
  signInRefusals,
  signOutRefusals,
} from './policy.ts';
import { findPersonByPhone } from './queries.ts';
import { signInCodeInput, signInInput } from './schema.ts';
import {
  people,
  signInAttempts,
  signInCodes,
  signIns,
  signOuts,
  type Person,
  type SignIn,
} from './table.ts';

const visitor = { kind: 'visitor' } as const;

/**
 * Sends a six-digit code to a phone. Limits per phone are the guard `sign_in_codes_guard`.
 * @throws DomainError `invalid` (phone), `too_many`, `unavailable`.
 */
export async function requestSignInCode(
  ctx: CommandContext,
  input: unknown,
  key: string,
): Promise<{ codeId: string }> {
  const { phone } = parseInput(signInCodeInput, input);
  const { db, now, keys } = ctx;
  const codeId = newId(now);
  const code = newSignInCode();
  const expiresAt = addMinutes(now, CODE_VALID_MINUTES);
  const phoneHash = await keys.hash('phone', phone);
  const row = db.insert(signInCodes).values({
    id: codeId,
    phoneHash,
    keyVersion: keys.version,
    phoneCipher: await keys.seal(`sign-in-code:${codeId}`, phone),
    codeHash: await keys.hash('sign-in-code', `${codeId}:${code}`),
    createdAt: now,
    expiresAt,
  });
  const subject = { subjectKind: 'sign_in_code', subjectId: codeId };
  const statements = [
    row,
    await auditEntry(ctx, { actor: visitor, action: 'sign_in_code.create', ...subject }),
    await queueMessage(ctx, {
      template: 'sign_in_code',
      idempotencyKey: `sign-in-code:${codeId}`,
      values: { phone, code, expiresAt: expiresAt.toISOString() },
    }),
  ];
  const request = {
    scope: toHex(phoneHash),
    key: parseKey(key),
    command: 'requestSignInCode',
    body: {},
  };
  return commitOnce(db, request, now, { statements, answer: { codeId }, refusals: codeRefusals });
}

/**
 * Signs in with a code; the first time makes the person. Every attempt is counted before the code is looked
 * at, so guesses in parallel share the five tries.
 * @returns the bearer token for the cookie: it exists nowhere else, the database holds its hash.
 * @throws DomainError `invalid` (code), `too_many`, `conflict` (two sign-ins raced), `unavailable`.
 */
export async function signIn(
  ctx: CommandContext,
  input: unknown,
): Promise<{ token: string; personId: string; expiresAt: Date }> {
  const { codeId, code } = parseInput(signInInput, input);
  const { db, now } = ctx;
  const pending = await takeAttempt(ctx, codeId, code);
  const { known } = pending;
  // By now the number may be somebody else's. The job erases such accounts; until then they open to nobody.
  if (known && isDormant(known, now) && (await isDueAccount(ctx, known.id))) {
    throw new DomainError('conflict', 'account_dormant', DORMANT_MESSAGE);
  }
  const signInId = newId(now);
  const token = newToken();
  const expiresAt = new Date(now.getTime() + SIGN_IN_VALID_DAYS * DAY_MS);
  const person = known ? { id: known.id, statements: [] } : await newPerson(ctx, pending);
  const actor = { kind: 'person', id: person.id } as const;
  await writeAtomically(
    db,
    [
      ...person.statements,
      db.insert(signIns).values({
        id: signInId,
        personId: person.id,
        codeId,
        tokenHash: await sha256(token),
        createdAt: now,
        expiresAt,
      }),
      db
        .insert(noticesShown)
        .values({ personId: person.id, version: NOTICE.version, shownAt: now })
        .onConflictDoNothing(),
      await auditEntry(ctx, {
        actor,
        action: 'sign_in.create',
        subjectKind: 'sign_in',
        subjectId: signInId,
      }),
    ],
    signInRefusals,
  );
  return { token, personId: person.id, expiresAt };
}

/** Ends a sign-in. @throws DomainError `conflict` when it has ended before, `unavailable`. */
export async function signOut(ctx: CommandContext, { id, person }: SignIn): Promise<void> {
  const actor = { kind: 'person', id: person.id } as const;
  await writeAtomically(
    ctx.db,
    [
      ctx.db.insert(signOuts).values({ signInId: id, signedOutAt: ctx.now }),
      await auditEntry(ctx, {
        actor,
        action: 'sign_out.create',
        subjectKind: 'sign_in',
        subjectId: id,
      }),
    ],
    signOutRefusals,
  );
}

/** Deletes codes whose limits have run out; their attempts go with them. @returns how many. */
export async function purgeSignInCodes({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - CODE_KEPT_DAYS * DAY_MS);
  const gone = await db.delete(signInCodes).where(lt(signInCodes.createdAt, before));
  return gone.rowsAffected;
}

interface PendingSignIn {
  phone: string;
  known: Person | undefined;
}

/** Counts an attempt and reads the code in one request, then looks for the person whose number it is. */
async function takeAttempt(
  ctx: CommandContext,
  codeId: string,
  code: string,
): Promise<PendingSignIn> {
  const { db, now, keys } = ctx;
  const attempt = db.insert(signInAttempts).values({ id: newId(now), codeId, attemptedAt: now });
  const sent = db.select().from(signInCodes).where(eq(signInCodes.id, codeId));
  const [, [row]] = await db.batch([attempt, sent]).catch((error: unknown) => {
    throw refusalFor(error, attemptRefusals);
  });
  if (!row) throw new Error('A counted attempt without its code.');
  const given = await keys.hash('sign-in-code', `${codeId}:${code}`, row.keyVersion);
  if (!equalBytes(given, row.codeHash)) {
    const message = '验证码不对。请对照短信里的6位数字再填一次。';
    throw new DomainError('invalid', 'code_wrong', message, {
      fields: [{ field: 'code', message }],
    });
  }
  const phone = await keys.unseal(`sign-in-code:${codeId}`, row.phoneCipher, row.keyVersion);
  return { phone, known: await findPersonByPhone(ctx, phone) };
}

async function newPerson(
  { db, now, keys }: CommandContext,
  { phone }: PendingSignIn,
): Promise<{ id: string; statements: Statement[] }> {
  const id = newId(now);
  const { dataKey, wrapped } = await keys.createDataKey(id);
  const row = db.insert(people).values({
    id,
    phoneHash: await keys.hash('phone', phone),
    keyVersion: keys.version,
    dataKeyCipher: wrapped,
    phoneCipher: await dataKey.encrypt('people.phone', phone),
    createdAt: now,
  });
  return { id, statements: [print(row)] };
}
