import { and, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newBookingCode, newId, toHex } from '../../lib/ids.ts';
import { DAY_MS } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { answerRefusals, dueAt, inquiryRefusals, TEXTS_KEPT_DAYS } from './policy.ts';
import { findInquiry } from './queries.ts';
import { answerInput, inquiryInput } from './schema.ts';
import { inquiries, inquiryAnswers } from './table.ts';

/**
 * Takes a question or a mistake found, from anybody. Limits are the guard `inquiries_guard`.
 * @throws DomainError `invalid` (fields), `too_many`, `unavailable`.
 */
export async function createInquiry(
  ctx: CommandContext,
  input: unknown,
  key: string,
): Promise<{ code: string }> {
  const { kind, text, about = null, phone } = parseInput(inquiryInput, input);
  const { db, now, keys } = ctx;
  const id = newId(now);
  const code = newBookingCode();
  const phoneHash = phone === undefined ? null : await keys.hash('phone', phone);
  const row = db.insert(inquiries).values({
    id,
    code,
    kind,
    page: about,
    textCipher: await keys.seal(`inquiry.text:${id}`, text),
    phoneCipher: phone === undefined ? null : await keys.seal(`inquiry.phone:${id}`, phone),
    phoneHash,
    keyVersion: keys.version,
    createdAt: now,
    dueAt: dueAt(kind, now),
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'visitor' },
    action: 'inquiry.create',
    subjectKind: 'inquiry',
    subjectId: id,
    details: { kind },
  });
  const request = {
    // Nobody has signed in: the key alone, drawn at random with the form, tells one visitor's from another's.
    scope: 'inquiry',
    key: parseKey(key),
    command: 'createInquiry',
    body: { kind, text, about, phone: phoneHash && toHex(phoneHash) },
  };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { code },
    refusals: inquiryRefusals,
  });
}

/**
 * Answers an inquiry, once, and tells whoever left a number.
 * @throws DomainError `not_found` (unknown or not yours), `invalid` (fields), `conflict` (answered before),
 * `unavailable`.
 */
export async function answerInquiry(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ inquiryId: string }> {
  if (!can(by, { action: 'inquiry.answer' })) {
    throw new DomainError('not_found', 'answer_not_yours', '没有找到这一项。');
  }
  const { inquiryId, text } = parseInput(answerInput, input);
  const { db, now } = ctx;
  const found = await findInquiry(ctx, inquiryId);
  const row = db
    .insert(inquiryAnswers)
    .values({ inquiryId, text, answeredBy: by.id, answeredAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: 'inquiry.answer',
    subjectKind: 'inquiry',
    subjectId: inquiryId,
  });
  const message = await queueMessage(ctx, {
    template: 'inquiry_answered',
    idempotencyKey: `inquiry-answered:${inquiryId}`,
    values: { inquiryId },
  });
  const request = {
    scope: by.id,
    key: parseKey(key),
    command: 'answerInquiry',
    body: { inquiryId, text },
  };
  return commitOnce(db, request, now, {
    statements: [row, entry, ...(found?.inquiry.phoneCipher ? [message] : [])],
    answer: { inquiryId },
    refusals: answerRefusals,
  });
}

/** Empties what was asked, and by which number, long after the answer; the answer stays. @returns how many. */
export async function forgetInquiries({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - TEXTS_KEPT_DAYS * DAY_MS);
  const gone = await db
    .update(inquiries)
    .set({ textCipher: new Uint8Array(), phoneCipher: null, phoneHash: null })
    .where(and(lt(inquiries.answeredAt, before), sql`${inquiries.textCipher} <> x''`));
  return gone.rowsAffected;
}
