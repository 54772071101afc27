import { and, count, eq, gt, isNull, lt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, writeAtomically } from '../../lib/db/commit.ts';
import { refusalFor } from '../../lib/db/constraint.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, newRecoveryCode } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { hashPassword, isPassword } from '../../lib/password.ts';
import { addMinutes, DAY_MS } from '../../lib/time.ts';
import { totpStep } from '../../lib/totp.ts';
import { isStrong } from '../accounts/policy.ts';
import { openPersonKey, personPhone } from '../accounts/queries.ts';
import { strongSignIn, type KeptSignIn } from '../accounts/statements.ts';
import type { SignIn } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { newInvitation } from '../roles/statements.ts';
import { invitationAcceptances, staffInvitations } from '../roles/table.ts';
import {
  attemptRefusals,
  ATTEMPTS_KEPT_DAYS,
  credentialRefusals,
  FAILURES_MAX,
  invitationRefusals,
  LOCKED_MINUTES,
  passwordObjection,
  RECOVERY_CODES,
  resetRefusals,
  wrongWords,
} from './policy.ts';
import { findCredentials, openTotpOffer } from './queries.ts';
import {
  invitationInput,
  passwordInput,
  passwordRemovalInput,
  passwordSignInInput,
  recoverySignInInput,
  resetInput,
} from './schema.ts';
import { credentialChange } from './statements.ts';
import {
  credentialAttempts,
  credentialResets,
  passwordRemovals,
  passwords,
  recoveryCodes,
  recoverySets,
  recoveryUses,
  type AttemptKind,
} from './table.ts';

const totpField = (passwordId: string) => `passwords.totp:${passwordId}`;

/**
 * Sets a password with one-time passwords, in place of one that was set before. A sign-in that is not strong yet rises
 * by it, with a token of its own.
 * @throws DomainError `invalid` (fields, a common password, a wrong one-time password), `conflict` (proof needed),
 * `unavailable`.
 */
export async function setPassword(
  ctx: CommandContext,
  signIn: SignIn,
  input: unknown,
  device: string,
): Promise<{ kept: KeptSignIn | undefined }> {
  const { password, totp, offer } = parseInput(passwordInput, input);
  const { db, now } = ctx;
  const { person } = signIn;
  const objection = passwordObjection(password, await personPhone(ctx, person));
  if (objection) throw wrong('password_common', 'password', objection);
  const secret = await openTotpOffer(ctx, person.id, offer);
  if (secret === undefined) {
    throw wrong('offer_expired', 'totp', '这一页放得太久了。请扫新的二维码，再填动态码');
  }
  const step = totpStep(secret, totp, now);
  if (step === undefined) {
    throw wrong('totp_wrong', 'totp', '动态码不对。请等验证器里换出新的一个再填');
  }
  const id = newId(now);
  const dataKey = await openPersonKey(ctx, person);
  const { hash, salt, cost } = await hashPassword(password);
  const row = db.insert(passwords).values({
    id,
    personId: person.id,
    hash,
    salt,
    scryptN: cost.n,
    scryptR: cost.r,
    scryptP: cost.p,
    totpCipher: await dataKey.encrypt(totpField(id), secret),
    totpLastStep: step,
    signInId: signIn.id,
    createdAt: now,
  });
  const risen = isStrong(signIn, now)
    ? undefined
    : await strongSignIn(ctx, {
        ...{ personId: person.id, method: 'password', openedBy: id, device, from: signIn.id },
      });
  const opener = { id, personId: person.id, kind: 'password', attemptedAt: now } as const;
  await writeAtomically(
    db,
    [
      row,
      ...(risen ? [db.insert(credentialAttempts).values(opener), ...risen.statements] : []),
      ...(await credentialChange(ctx, {
        ...{ actor: actorOf(signIn), personId: person.id },
        ...{ action: 'password.set', what: 'password_set' },
      })),
    ],
    credentialRefusals,
  );
  return { kept: risen?.kept };
}

/**
 * Raises a sign-in by password and one-time password. Every try is counted before it is looked at, so that guesses in
 * parallel share what is left; a one-time password opens once.
 * @throws DomainError `invalid` (fields, wrong), `too_many` (locked), `conflict` (signed out meanwhile), `unavailable`.
 */
export async function signInWithPassword(
  ctx: CommandContext,
  signIn: SignIn,
  input: unknown,
  device: string,
): Promise<KeptSignIn> {
  const { password, totp } = parseInput(passwordSignInInput, input);
  const { db, now } = ctx;
  const { person } = signIn;
  const attempt = await countAttempt(ctx, person.id, 'password');
  const [row] = await db
    .select()
    .from(passwords)
    .where(and(eq(passwords.personId, person.id), eq(passwords.state, 'active')));
  if (!row) throw await attemptFailed(ctx, person.id, 'password', attempt);
  const { hash, salt, scryptN: n, scryptR: r, scryptP: p } = row;
  const dataKey = await openPersonKey(ctx, person);
  const secret = await dataKey.decrypt(totpField(row.id), row.totpCipher);
  // Both are looked at, whatever the first says: the time taken tells nothing of which was wrong.
  const step = totpStep(secret, totp, now);
  const isRight = await isPassword(password, { hash, salt, cost: { n, r, p } });
  if (!isRight || step === undefined) {
    throw await attemptFailed(ctx, person.id, 'password', attempt);
  }
  const { kept, statements } = await strongSignIn(ctx, {
    ...{ personId: person.id, method: 'password', openedBy: attempt.id, device, from: signIn.id },
  });
  const used = db.update(passwords).set({ totpLastStep: step }).where(eq(passwords.id, row.id));
  await writeAtomically(db, [used, ...statements], credentialRefusals);
  return kept;
}

/**
 * Raises a sign-in by one of the recovery codes, which is spent by it.
 * @returns what the browser keeps, and how many codes are left.
 * @throws DomainError `invalid` (fields, wrong or used before), `too_many` (locked), `conflict`, `unavailable`.
 */
export async function signInWithRecoveryCode(
  ctx: CommandContext,
  signIn: SignIn,
  input: unknown,
  device: string,
): Promise<{ kept: KeptSignIn; left: number }> {
  const { recoveryCode } = parseInput(recoverySignInInput, input);
  const { db, now } = ctx;
  const { person } = signIn;
  const attempt = await countAttempt(ctx, person.id, 'recovery');
  const [code] = await db
    .select({ id: recoveryCodes.id })
    .from(recoveryCodes)
    .innerJoin(recoverySets, eq(recoverySets.id, recoveryCodes.setId))
    .leftJoin(recoveryUses, eq(recoveryUses.codeId, recoveryCodes.id))
    .where(
      and(
        eq(recoveryCodes.codeHash, await sha256(recoveryCode)),
        eq(recoverySets.personId, person.id),
        isNull(recoveryUses.codeId),
      ),
    );
  if (!code) throw await attemptFailed(ctx, person.id, 'recovery', attempt);
  const { kept, statements } = await strongSignIn(ctx, {
    ...{ personId: person.id, method: 'recovery', openedBy: attempt.id, device, from: signIn.id },
  });
  await writeAtomically(
    db,
    [
      db.insert(recoveryUses).values({ codeId: code.id, attemptId: attempt.id, usedAt: now }),
      ...statements,
      ...(await credentialChange(ctx, {
        ...{ actor: actorOf(signIn), personId: person.id },
        ...{ action: 'recovery_code.use', what: 'recovery_code_used' },
      })),
    ],
    credentialRefusals,
  );
  const { recovery } = await findCredentials(ctx, person.id);
  return { kept, left: recovery?.left ?? 0 };
}

/**
 * Makes ten recovery codes in place of those made before.
 * @returns the codes, which exist nowhere else; none when this was a repetition, since they are shown once.
 * @throws DomainError `conflict` (proof needed), `unavailable`.
 */
export async function makeRecoveryCodes(
  ctx: CommandContext,
  signIn: SignIn,
  key: string,
): Promise<{ codes: string[] }> {
  const { db, now } = ctx;
  const setId = newId(now);
  const personId = signIn.person.id;
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  const rows = await Promise.all(
    codes.map(async (code) => ({ id: newId(now), setId, codeHash: await sha256(code) })),
  );
  const request = {
    ...{ scope: personId, key: parseKey(key), command: 'makeRecoveryCodes', body: {} },
  };
  const made = await commitOnce(db, request, now, {
    statements: [
      db.insert(recoverySets).values({ id: setId, personId, signInId: signIn.id, madeAt: now }),
      db.insert(recoveryCodes).values(rows),
      ...(await credentialChange(ctx, {
        ...{ actor: actorOf(signIn), personId },
        ...{ action: 'recovery_codes.make', what: 'recovery_codes_made' },
      })),
    ],
    answer: { setId },
    refusals: credentialRefusals,
  });
  return { codes: made.setId === setId ? codes : [] };
}

/**
 * Takes the password away from oneself.
 * @throws DomainError `invalid` (fields), `not_found` (none is set), `conflict` (proof needed, nothing else would be left), `unavailable`.
 */
export async function removePassword(
  ctx: CommandContext,
  signIn: SignIn,
  input: unknown,
  key: string,
): Promise<{ passwordId: string }> {
  parseInput(passwordRemovalInput, input);
  const { db, now } = ctx;
  const personId = signIn.person.id;
  const { password } = await findCredentials(ctx, personId);
  const passwordId = password?.id ?? '';
  const row = { passwordId, personId, signInId: signIn.id, removedAt: now };
  const request = {
    ...{ scope: personId, key: parseKey(key), command: 'removePassword', body: {} },
  };
  return commitOnce(db, request, now, {
    statements: [
      db.insert(passwordRemovals).values(row),
      ...(await credentialChange(ctx, {
        ...{ actor: actorOf(signIn), personId },
        ...{ action: 'password.remove', what: 'password_removed' },
      })),
    ],
    answer: { passwordId },
    refusals: credentialRefusals,
  });
}

/**
 * Takes every way of signing in away from somebody who has lost theirs, ends all their sign-ins and invites them anew.
 * Nobody does this to themselves.
 * @param by the administrator; null for the one who runs the deployment.
 * @throws DomainError `invalid` (fields), `not_found` (not yours, nobody with a role), `conflict` (oneself), `too_many`,
 * `unavailable`.
 */
export async function resetCredentials(
  ctx: CommandContext,
  by: { id: string } | null,
  input: unknown,
  key: string,
): Promise<{ resetId: string }> {
  const { personId, reason } = parseInput(resetInput, input);
  const { db, now } = ctx;
  const resetId = newId(now);
  const row = { id: resetId, personId, resetBy: by?.id ?? null, reason, resetAt: now };
  const actor = by
    ? ({ kind: 'person', id: by.id } as const)
    : ({ kind: 'job', id: 'command-line' } as const);
  const request = {
    scope: by?.id ?? 'command-line',
    key: parseKey(key),
    command: 'resetCredentials',
    body: { personId, reason },
  };
  return commitOnce(db, request, now, {
    statements: [
      db.insert(credentialResets).values(row),
      ...(await credentialChange(ctx, {
        ...{ actor, personId, action: 'credentials.reset', what: 'reset' },
      })),
      ...(await newInvitation(ctx, { personId, by: by?.id ?? null })),
    ],
    answer: { resetId },
    refusals: resetRefusals,
  });
}

/**
 * Opens an invitation in this browser: from now on its sign-in may set up the first way of signing in.
 * @throws DomainError `invalid` (fields, unknown, run out), `too_many` (locked), `conflict` (opened elsewhere),
 * `unavailable`.
 */
export async function acceptInvitation(
  ctx: CommandContext,
  signIn: SignIn,
  input: unknown,
): Promise<{ invitationId: string }> {
  const { invitationCode } = parseInput(invitationInput, input);
  const { db, now } = ctx;
  const { person } = signIn;
  const attempt = await countAttempt(ctx, person.id, 'invitation');
  const [found] = await db
    .select({ id: staffInvitations.id, acceptedBy: invitationAcceptances.signInId })
    .from(staffInvitations)
    .leftJoin(invitationAcceptances, eq(invitationAcceptances.invitationId, staffInvitations.id))
    .where(
      and(
        eq(staffInvitations.codeHash, await sha256(invitationCode)),
        eq(staffInvitations.personId, person.id),
      ),
    );
  if (!found) throw await attemptFailed(ctx, person.id, 'invitation', attempt);
  const invitationId = found.id;
  // Pressed twice: it is open here already.
  if (found.acceptedBy === signIn.id) return { invitationId };
  const row = { invitationId, signInId: signIn.id, acceptedAt: now };
  const succeeded = db
    .update(credentialAttempts)
    .set({ outcome: 'succeeded' })
    .where(eq(credentialAttempts.id, attempt.id));
  const entry = await auditEntry(ctx, {
    actor: actorOf(signIn),
    ...{ action: 'staff.accept', subjectKind: 'person', subjectId: person.id },
  });
  await writeAtomically(
    db,
    [db.insert(invitationAcceptances).values(row), succeeded, entry],
    invitationRefusals,
  );
  return { invitationId };
}

/** Deletes attempts whose limits have run out. @returns how many. */
export async function purgeCredentialAttempts({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - ATTEMPTS_KEPT_DAYS * DAY_MS);
  const gone = await db
    .delete(credentialAttempts)
    .where(lt(credentialAttempts.attemptedAt, before));
  return gone.rowsAffected;
}

interface CountedAttempt {
  id: string;
  /** Failures of this kind within the time that closes the way in, this one included until it succeeds. */
  inARow: number;
}

async function countAttempt(
  { db, now }: CommandContext,
  personId: string,
  kind: AttemptKind,
): Promise<CountedAttempt> {
  const id = newId(now);
  const recent = and(
    eq(credentialAttempts.personId, personId),
    eq(credentialAttempts.kind, kind),
    eq(credentialAttempts.outcome, 'failed'),
    gt(credentialAttempts.attemptedAt, addMinutes(now, -LOCKED_MINUTES)),
  );
  const [, [found]] = await db
    .batch([
      db.insert(credentialAttempts).values({ id, personId, kind, attemptedAt: now }),
      db.select({ n: count() }).from(credentialAttempts).where(recent),
    ])
    .catch((error: unknown) => {
      throw refusalFor(error, attemptRefusals);
    });
  return { id, inARow: found?.n ?? 0 };
}

/** What a wrong try is answered with. The one that closes the way in is told to the person and to the audit log. */
async function attemptFailed(
  ctx: CommandContext,
  personId: string,
  kind: AttemptKind,
  { inARow }: CountedAttempt,
): Promise<DomainError> {
  if (inARow === FAILURES_MAX) {
    const actor = { kind: 'person', id: personId } as const;
    const rows = await credentialChange(ctx, {
      ...{ actor, personId, action: 'credentials.lock', what: 'locked' },
    });
    await writeAtomically(ctx.db, rows, {});
  }
  const { field, message } = wrongWords[kind];
  return wrong(`${kind}_wrong`, field, message);
}

function wrong(reason: string, field: string, message: string): DomainError {
  return new DomainError('invalid', reason, message, { fields: [{ field, message }] });
}

const actorOf = ({ person }: SignIn) => ({ kind: 'person', id: person.id }) as const;
