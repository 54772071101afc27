import { and, eq, gt, isNull, lt, lte, ne, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, writeAtomically } from '../../lib/db/commit.ts';
import { refusalFor } from '../../lib/db/constraint.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, newToken, toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { DAY_MS } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { isLongAway, RETURN_MESSAGE, returnRefusals } from '../phones/policy.ts';
import { findProof } from '../phones/queries.ts';
import { setAside } from '../phones/statements.ts';
import { returnTries } from '../phones/table.ts';
import { isDormant, NOTICE } from '../privacy/policy.ts';
import { isDueAccount } from '../privacy/queries.ts';
import { noticesShown } from '../privacy/table.ts';
import {
  attemptRefusals,
  CODE_KEPT_DAYS,
  codeRefusals,
  DORMANT_MESSAGE,
  isUseDue,
  SIGN_IN_VALID_DAYS,
  signInRefusals,
  signOutRefusals,
} from './policy.ts';
import { drawCode, findPersonByPhone, phoneOfCode } from './queries.ts';
import { signInCodeInput, signInEndInput, signInInput } from './schema.ts';
import { newPerson } from './statements.ts';
import {
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
  const { db, now } = ctx;
  const { code, expiresAt, row } = await drawCode(ctx, phone, 'sign-in');
  const { id: codeId, phoneHash } = row;
  const subject = { subjectKind: 'sign_in_code', subjectId: codeId };
  const statements = [
    db.insert(signInCodes).values(row),
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
 * @param device browser and system in a few words, for the list of one's own sign-ins.
 * @returns the bearer token for the cookie: it exists nowhere else, the database holds its hash.
 * After a long pause it opens a known account only to whoever tells something of it, or begins a new one.
 * @throws DomainError `invalid` (code), `too_many`, `conflict` (two sign-ins raced; away for long), `unavailable`.
 */
export async function signIn(
  ctx: CommandContext,
  input: unknown,
  device = '',
): Promise<{ token: string; personId: string; expiresAt: Date }> {
  const { codeId, code, proof = '', afresh } = parseInput(signInInput, input);
  const { db, now } = ctx;
  const pending = await takeAttempt(ctx, codeId, code);
  const { known } = pending;
  // By now the number may be somebody else's. The job erases such accounts; until then they open to nobody.
  if (known && isDormant(known, now) && (await isDueAccount(ctx, known.id))) {
    throw new DomainError('conflict', 'account_dormant', DORMANT_MESSAGE);
  }
  const isReturning = known !== undefined && isLongAway(known, now);
  const isSetAside = isReturning && afresh !== undefined;
  if (isReturning && !isSetAside) await confirmReturn(ctx, known, proof);
  const signInId = newId(now);
  const token = newToken();
  const expiresAt = new Date(now.getTime() + SIGN_IN_VALID_DAYS * DAY_MS);
  const person =
    known && !isSetAside ? { id: known.id, statements: [] } : await newPerson(ctx, pending.phone);
  const actor = { kind: 'person', id: person.id } as const;
  await writeAtomically(
    db,
    [
      // First: it frees the number for the new account.
      ...(known && isSetAside ? await setAside(ctx, known) : []),
      ...person.statements,
      db.insert(signIns).values({
        id: signInId,
        personId: person.id,
        codeId,
        tokenHash: await sha256(token),
        createdAt: now,
        expiresAt,
        device,
        usedAt: now,
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
export async function signOut(
  ctx: CommandContext,
  { id, person }: Pick<SignIn, 'id' | 'person'>,
): Promise<void> {
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

/**
 * Ends one of somebody's sign-ins, or all but the one they ask from.
 * @throws DomainError `invalid` (fields), `not_found` (nobody's, somebody else's), `conflict` (ended before),
 * `unavailable`.
 */
export async function endSignIns(
  ctx: CommandContext,
  current: Pick<SignIn, 'id' | 'person'>,
  input: unknown,
  key: string,
): Promise<{ ended: string }> {
  const { ended } = parseInput(signInEndInput, input);
  const { db, now } = ctx;
  const own = and(
    eq(signIns.personId, current.person.id),
    gt(signIns.expiresAt, now),
    ended === 'others' ? ne(signIns.id, current.id) : eq(signIns.id, ended),
    ended === 'others' ? isNull(signOuts.signInId) : undefined,
  );
  const found = await db
    .select({ id: signIns.id })
    .from(signIns)
    .leftJoin(signOuts, eq(signOuts.signInId, signIns.id))
    .where(own);
  if (ended !== 'others' && found.length === 0) {
    throw new DomainError('not_found', 'sign_in_unknown', '没有找到这次登录。');
  }
  const actor = { kind: 'person', id: current.person.id } as const;
  const entries = await Promise.all(
    found.map(({ id }) =>
      auditEntry(ctx, {
        ...{ actor, action: 'sign_out.create', subjectKind: 'sign_in', subjectId: id },
      }),
    ),
  );
  const rows = found.map(({ id }) =>
    // Of all others, one that ends by itself in this moment is no reason to keep the rest.
    ended === 'others'
      ? db.insert(signOuts).values({ signInId: id, signedOutAt: now }).onConflictDoNothing()
      : db.insert(signOuts).values({ signInId: id, signedOutAt: now }),
  );
  const body = { ended };
  const request = { scope: current.person.id, key: parseKey(key), command: 'endSignIns', body };
  return commitOnce(db, request, now, {
    statements: [...rows, ...entries],
    answer: { ended },
    refusals: signOutRefusals,
  });
}

/** Notes that a sign-in is in use. @returns how many were noted: none when there was nothing to note. */
export async function noteUse({ db, now }: CommandContext, used: SignIn): Promise<number> {
  if (!isUseDue(used, now)) return 0;
  const noted = await db
    .update(signIns)
    .set({ usedAt: now })
    .where(and(eq(signIns.id, used.id), lt(signIns.usedAt, now)));
  return noted.rowsAffected;
}

/** Empties the devices of sign-ins that have run out; one that ends by signing out loses it there. @returns how many. */
export async function forgetDevices({ db, now }: CommandContext): Promise<number> {
  const forgotten = await db
    .update(signIns)
    .set({ device: '' })
    .where(and(lte(signIns.expiresAt, now), sql`${signIns.device} <> ''`));
  return forgotten.rowsAffected;
}

/** Deletes codes whose limits have run out; their attempts go with them. @returns how many. */
export async function purgeSignInCodes({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - CODE_KEPT_DAYS * DAY_MS);
  const gone = await db.delete(signInCodes).where(lt(signInCodes.createdAt, before));
  return gone.rowsAffected;
}

/**
 * Lets a person in who has been away for so long that their number may be somebody else's. Every try is counted
 * before it is looked at. @throws DomainError `conflict` (nothing told, or nothing of this account), `too_many`.
 */
async function confirmReturn(ctx: CommandContext, person: Person, told: string): Promise<void> {
  if (told.trim() === '') throw new DomainError('conflict', 'return_unconfirmed', RETURN_MESSAGE);
  const { db, now } = ctx;
  const counted = db
    .insert(returnTries)
    .values({ id: newId(now), personId: person.id, triedAt: now });
  await writeAtomically(db, [counted], returnRefusals);
  if ((await findProof(ctx, person.id, told)) !== 'none') return;
  const message = '和这个账户里的对不上。换一样试试，或者重新开始';
  throw new DomainError('conflict', 'return_unproven', message, {
    fields: [{ field: 'proof', message }],
  });
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
  const { db, now } = ctx;
  const attempt = db.insert(signInAttempts).values({ id: newId(now), codeId, attemptedAt: now });
  const sent = db.select().from(signInCodes).where(eq(signInCodes.id, codeId));
  const [, [row]] = await db.batch([attempt, sent]).catch((error: unknown) => {
    throw refusalFor(error, attemptRefusals);
  });
  if (!row) throw new Error('A counted attempt without its code.');
  const phone = await phoneOfCode(ctx, row, code, 'sign-in');
  if (phone === undefined) {
    const message = '验证码不对。请对照短信里的6位数字再填一次。';
    throw new DomainError('invalid', 'code_wrong', message, {
      fields: [{ field: 'code', message }],
    });
  }
  return { phone, known: await findPersonByPhone(ctx, phone) };
}
