import type { CommandContext } from '../../lib/context.ts';
import { writeAtomically, type Query, type Statement } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import type { Signer } from '../../lib/signing.ts';
import { queueMessage } from '../notifications/statements.ts';
import {
  dueRootDate,
  rootText,
  SEAL_BATCH_MAX,
  SEAL_ROUNDS_MAX,
  sealRefusals,
  sealsFor,
} from './policy.ts';
import { readDay, readRooted, readUnsealed } from './queries.ts';
import { auditRoots, auditSeals } from './table.ts';

/**
 * Seals the entries that wait, in order of sequence, a bounded number of them. Of two jobs at once the second
 * meets the guard and changes nothing. It leaves no audit entry: each would need a seal in turn.
 * @returns how many were sealed.
 * @throws DomainError `unavailable`; Error when an entry is no longer what was read a moment before.
 */
export async function sealEntries(ctx: CommandContext): Promise<number> {
  let sealed = 0;
  for (let round = 0; round < SEAL_ROUNDS_MAX; round += 1) {
    const { last, waiting } = await readUnsealed(ctx, SEAL_BATCH_MAX);
    if (waiting.length === 0) break;
    const seals = sealsFor(last, waiting, ctx.now);
    if (!(await writeUnlessOvertaken(ctx, ctx.db.insert(auditSeals).values(seals)))) break;
    sealed += seals.length;
    if (waiting.length < SEAL_BATCH_MAX) break;
  }
  return sealed;
}

/**
 * Publishes the root of the next day that has none, once that day is over in China and all of it is sealed. A day
 * without entries has no root. One a run: after a long pause the days catch up minute by minute. It leaves the site in
 * the same batch: a mail to each auditor, once.
 * @param signer undefined where the deployment has no signing key: the root is then published unsigned.
 * @param auditors e-mail addresses of whoever keeps a copy.
 * @returns 1, or 0 when nothing was due or another run was faster.
 * @throws DomainError `unavailable`.
 */
export async function publishRoot(
  ctx: CommandContext,
  signer?: Signer,
  auditors: readonly string[] = [],
): Promise<number> {
  const { first, lastRoot } = await readRooted(ctx);
  const date = dueRootDate(first, lastRoot, ctx.now);
  const claim = date && (await readDay(ctx, date));
  if (!claim) return 0;
  const signed = signer
    ? { publicKey: signer.publicKey, signature: await signer.sign(rootText(claim)) }
    : {};
  const root = { ...claim, ...signed, publishedAt: ctx.now };
  const mails = await Promise.all(
    auditors.map((address, index) =>
      queueMessage(ctx, {
        template: 'audit_root',
        idempotencyKey: `audit-root:${date}:${index}`,
        values: { address, date },
      }),
    ),
  );
  const row = ctx.db.insert(auditRoots).values(root);
  return (await writeUnlessOvertaken(ctx, row, ...mails)) ? 1 : 0;
}

/** @returns false when the chain has grown since it was read. */
async function writeUnlessOvertaken(
  { db }: CommandContext,
  ...writes: (Query | Statement)[]
): Promise<boolean> {
  try {
    await writeAtomically(db, writes, sealRefusals);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'conflict') return false;
    throw error;
  }
}
