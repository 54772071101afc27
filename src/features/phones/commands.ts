import { eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import {
  commitOnce,
  print,
  writeAtomically,
  type Query,
  type Statement,
} from '../../lib/db/commit.ts';
import { refusalFor } from '../../lib/db/constraint.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId, toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { attemptRefusals, codeRefusals } from '../accounts/policy.ts';
import {
  drawCode,
  findPersonByPhone,
  openPersonKey,
  personPhone,
  phoneOfCode,
  type CodePurpose,
} from '../accounts/queries.ts';
import {
  people,
  signInAttempts,
  signInCodes,
  type Person,
  type SignIn,
} from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { accountErasures, erasureRuns } from '../privacy/table.ts';
import type { Holder } from '../roles/policy.ts';
import {
  CLAIMS_TOLD_MAX,
  numberClaimRefusals,
  numberDecisionRefusals,
  objectionRefusals,
  phoneChangeRefusals,
} from './policy.ts';
import {
  claimsTold,
  findAccountOfNumber,
  findNumberClaim,
  findProof,
  isFreshSignIn,
} from './queries.ts';
import {
  newNumberInput,
  newObjectionCode,
  numberClaimInput,
  numberDecisionInput,
  objectionInput,
  phoneChangeInput,
} from './schema.ts';
import {
  numberClaimDecisions,
  numberClaimObjections,
  numberClaims,
  phoneChanges,
} from './table.ts';

type Asker = Pick<SignIn, 'id' | 'person'>;

/**
 * Sends a code to the number that somebody wants to sign in with from now on, and one to the number they sign in
 * with today unless they have just done so. Whether the new number has an account is told to its holder only.
 * @throws DomainError `invalid` (phone, the same number), `too_many`, `unavailable`.
 */
export async function requestPhoneChange(
  ctx: CommandContext,
  { id: signInId, person }: Asker,
  input: unknown,
  key: string,
): Promise<{ codeId: string; oldCodeId: string | null }> {
  const { phone } = parseInput(newNumberInput, input);
  const current = await personPhone(ctx, person);
  if (phone === current) {
    const message = '这就是你现在登录用的号码';
    throw new DomainError('invalid', 'same_number', message, {
      fields: [{ field: 'phone', message }],
    });
  }
  const fresh = await sendCode(ctx, phone, `new-number:${person.id}`);
  const isFreshNow = await isFreshSignIn(ctx, signInId);
  const old = isFreshNow
    ? undefined
    : await sendCode(ctx, current, oldNumber(person, fresh.codeId));
  const request = {
    scope: person.id,
    key: parseKey(key),
    command: 'requestPhoneChange',
    body: { phone: toHex(await ctx.keys.hash('phone', phone)) },
  };
  return commitOnce(ctx.db, request, ctx.now, {
    statements: [...fresh.statements, ...(old?.statements ?? [])],
    answer: { codeId: fresh.codeId, oldCodeId: old?.codeId ?? null },
    refusals: codeRefusals,
  });
}

/** A code to the old number fits the one change that it was sent for. */
const oldNumber = ({ id }: Person, codeId: string): CodePurpose => `old-number:${id}:${codeId}`;

async function sendCode(
  ctx: CommandContext,
  phone: string,
  purpose: CodePurpose,
): Promise<{ codeId: string; statements: (Query | Statement)[] }> {
  const { code, expiresAt, row } = await drawCode(ctx, phone, purpose);
  const template = purpose.startsWith('new-number') ? 'new_number_code' : 'old_number_code';
  const statements = [
    ctx.db.insert(signInCodes).values(row),
    await auditEntry(ctx, {
      actor: { kind: 'visitor' },
      action: 'sign_in_code.create',
      subjectKind: 'sign_in_code',
      subjectId: row.id,
    }),
    await queueMessage(ctx, {
      template,
      idempotencyKey: `sign-in-code:${row.id}`,
      values: { phone, code, expiresAt: expiresAt.toISOString() },
    }),
  ];
  return { codeId: row.id, statements };
}

/**
 * Moves an account to another number: everything in it stays. Other sign-ins end, both numbers are told, and what
 * the old number had left with inquiries goes.
 * @throws DomainError `invalid` (codes), `too_many`, `conflict` (the new number has an account; the sign-in is not
 * fresh and the old number unproven; three changes in 30 days), `not_signed_in`, `unavailable`.
 */
export async function changePhone(
  ctx: CommandContext,
  { id: signInId, person }: Asker,
  input: unknown,
  key: string,
): Promise<{ personId: string }> {
  const { codeId, code, oldCodeId, oldCode } = parseInput(phoneChangeInput, input);
  const parsedKey = parseKey(key);
  const { db, now } = ctx;
  const phone = await openCode(ctx, codeId, code, `new-number:${person.id}`, 'code');
  if (oldCodeId) {
    const purpose = oldNumber(person, codeId);
    await openCode(ctx, oldCodeId, oldCode ?? '', purpose, 'oldCode');
  }
  const holder = await findPersonByPhone(ctx, phone);
  if (holder && holder.id !== person.id) throw refused('unique:people.phone_hash');
  const left = await personPhone(ctx, person);
  const change = { id: newId(now), personId: person.id, signInId, newCodeId: codeId };
  const request = {
    scope: person.id,
    key: parsedKey,
    command: 'changePhone',
    body: { codeId, oldCodeId: oldCodeId ?? null },
  };
  return commitOnce(db, request, now, {
    statements: [
      db.insert(phoneChanges).values({ ...change, oldCodeId: oldCodeId ?? null, changedAt: now }),
      await renumbered(ctx, person, phone),
      await auditEntry(ctx, {
        actor: { kind: 'person', id: person.id },
        action: 'account.change_number',
        subjectKind: 'person',
        subjectId: person.id,
      }),
      await queueMessage(ctx, {
        template: 'number_changed',
        idempotencyKey: `number-changed:${change.id}`,
        values: { personId: person.id },
      }),
      await queueMessage(ctx, {
        template: 'number_left',
        idempotencyKey: `number-left:${change.id}`,
        values: { phone: left, now: phone },
      }),
    ],
    answer: { personId: person.id },
    refusals: phoneChangeRefusals,
  });
}

function refused(name: keyof typeof phoneChangeRefusals): DomainError {
  const { code, reason, message } = phoneChangeRefusals[name]!;
  return new DomainError(code, reason ?? name, message);
}

/** The row of a person with another number, everything under the newest secret. */
async function renumbered(
  ctx: CommandContext,
  person: Person,
  phone: string,
  seenAt?: Date,
): Promise<Statement> {
  const { db, keys } = ctx;
  const dataKey = await openPersonKey(ctx, person);
  const row = {
    phoneHash: await keys.hash('phone', phone),
    phoneCipher: await dataKey.encrypt('people.phone', phone),
    dataKeyCipher: await keys.rewrapDataKey(person.id, person.dataKeyCipher, person.keyVersion),
    keyVersion: keys.version,
    ...(seenAt ? { seenAt } : {}),
  };
  return print(db.update(people).set(row).where(eq(people.id, person.id)));
}

/** Counts an attempt at a code before looking at it. @returns the number it was sent to. */
async function openCode(
  ctx: CommandContext,
  codeId: string,
  code: string,
  purpose: CodePurpose,
  field: string,
): Promise<string> {
  const { db, now } = ctx;
  const attempt = db.insert(signInAttempts).values({ id: newId(now), codeId, attemptedAt: now });
  const sent = db.select().from(signInCodes).where(eq(signInCodes.id, codeId));
  const refusals = Object.fromEntries(
    Object.entries(attemptRefusals).map(([name, refusal]) => [name, { ...refusal, field }]),
  );
  const [, [row]] = await db.batch([attempt, sent]).catch((error: unknown) => {
    throw refusalFor(error, refusals);
  });
  const phone = row && (await phoneOfCode(ctx, row, code, purpose));
  if (phone !== undefined) return phone;
  const message = '验证码不对。请对照短信里的6位数字再填一次。';
  throw new DomainError('invalid', 'code_wrong', message, { fields: [{ field, message }] });
}

/**
 * Asks for the account of a number that one has no more. The answer is the same whether there is one or not, and
 * whether what was told of it is right: only the officers who decide learn that.
 * @throws DomainError `invalid` (fields, one's own number), `conflict` (one is waiting), `too_many`, `unavailable`.
 */
export async function claimNumber(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ claimId: string }> {
  const { phone, answer } = parseInput(numberClaimInput, input);
  const { db, now } = ctx;
  const account = await findAccountOfNumber(ctx, phone);
  if (account?.id === person.id) {
    const message = '这就是你现在登录用的号码';
    throw new DomainError('invalid', 'same_number', message, {
      fields: [{ field: 'phone', message }],
    });
  }
  const proof = account ? await findProof(ctx, account.id, answer) : 'none';
  const isTold =
    account !== undefined &&
    proof !== 'none' &&
    (await claimsTold(ctx, account.id)) < CLAIMS_TOLD_MAX;
  const id = newId(now);
  const code = newObjectionCode();
  const row = {
    id,
    claimantId: person.id,
    accountId: account?.id ?? null,
    proof,
    told: isTold,
    objectionHash: await sha256(code),
    claimedAt: now,
  };
  const request = {
    scope: person.id,
    key: parseKey(key),
    command: 'claimNumber',
    body: { phone: toHex(await ctx.keys.hash('phone', phone)), answer },
  };
  return commitOnce(db, request, now, {
    statements: [
      db.insert(numberClaims).values(row),
      await auditEntry(ctx, {
        actor: { kind: 'person', id: person.id },
        action: 'number_claim.create',
        subjectKind: 'number_claim',
        subjectId: id,
      }),
      ...(isTold
        ? [
            await queueMessage(ctx, {
              template: 'number_claimed',
              idempotencyKey: `number-claimed:${id}`,
              values: { claimId: id, code },
            }),
          ]
        : []),
    ],
    answer: { claimId: id },
    refusals: numberClaimRefusals,
  });
}

/**
 * Objects to a claim with the code that its number was sent; nobody has to sign in for it.
 * @throws DomainError `invalid` (code), `conflict` (objected before, decided), `unavailable`.
 */
export async function objectToClaim(ctx: CommandContext, input: unknown): Promise<void> {
  const { code } = parseInput(objectionInput, input);
  const { db, now } = ctx;
  const [claim] = await db
    .select({ id: numberClaims.id })
    .from(numberClaims)
    .where(eq(numberClaims.objectionHash, await sha256(code)));
  const claimId = claim?.id ?? '';
  const row = db.insert(numberClaimObjections).values({ claimId, objectedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'visitor' },
    action: 'number_claim.object',
    subjectKind: 'number_claim',
    subjectId: claimId,
  });
  await writeAtomically(db, [row, entry], objectionRefusals);
}

/**
 * Decides on a claim, with a reason; an administrator, never on their own account. Granting moves the old account to
 * the claimant's number and ends the account that number had: its guard lets it pass only after seven days without
 * an objection, and while nobody relies on the account that ends.
 * @throws DomainError `invalid` (fields), `not_found`, `conflict` (too early, objected, unproven, overtaken, own, in
 * use), `unavailable`.
 */
export async function decideNumberClaim(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ claimId: string }> {
  const { claimId, decision, reason } = parseInput(numberDecisionInput, input);
  const { db, now } = ctx;
  const row = { claimId, decision, reason, decidedBy: by.id, decidedAt: now };
  const request = {
    scope: by.id,
    key: parseKey(key),
    command: 'decideNumberClaim',
    body: { claimId, decision, reason },
  };
  const granted = decision === 'granted' ? await grantOf(ctx, by, claimId) : [];
  const refusedToo =
    decision === 'refused'
      ? [
          await queueMessage(ctx, {
            template: 'number_claim_refused',
            idempotencyKey: `number-claim-refused:${claimId}`,
            values: { claimId },
          }),
        ]
      : [];
  return commitOnce(db, request, now, {
    statements: [
      db.insert(numberClaimDecisions).values(row),
      await auditEntry(ctx, {
        actor: { kind: 'person', id: by.id },
        action: decision === 'granted' ? 'number_claim.grant' : 'number_claim.refuse',
        subjectKind: 'number_claim',
        subjectId: claimId,
      }),
      ...granted,
      ...refusedToo,
    ],
    answer: { claimId },
    refusals: numberDecisionRefusals,
  });
}

/** What a granted claim does besides its own row; nothing where the guard refuses it anyway. */
async function grantOf(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  claimId: string,
): Promise<(Query | Statement)[]> {
  const found = await findNumberClaim(ctx, claimId);
  const isWhole = [found?.account, found?.claimant].every((one) => one?.dataKeyCipher.length);
  if (!found?.account || !isWhole) return [];
  const { db, now } = ctx;
  const { account, claimant } = found;
  const [phone, left] = [await personPhone(ctx, claimant), await personPhone(ctx, account)];
  const end = {
    personId: claimant.id,
    personHash: await sha256(claimant.id),
    reason: 'asked' as const,
    cancelled: 0,
    erasedAt: now,
  };
  return [
    db.insert(accountErasures).values(end),
    db
      .insert(erasureRuns)
      .values({ id: newId(now), what: 'accounts_asked', howMany: 1, ranAt: now }),
    await auditEntry(ctx, {
      actor: { kind: 'person', id: by.id },
      action: 'account.erase',
      subjectKind: 'person',
      subjectId: claimant.id,
      details: { reason: 'number_claim' },
    }),
    // Seen today: its owner has just been found, and must not be asked again who they are.
    await renumbered(ctx, account, phone, now),
    await queueMessage(ctx, {
      template: 'number_changed',
      idempotencyKey: `number-claim-granted:${claimId}`,
      values: { personId: account.id },
    }),
    // A number that has come to somebody else has nothing to do with it any more.
    ...(found.setAsideAt
      ? []
      : [
          await queueMessage(ctx, {
            template: 'number_left',
            idempotencyKey: `number-claim-left:${claimId}`,
            values: { phone: left, now: phone },
          }),
        ]),
  ];
}
