import { and, asc, count, desc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import {
  inquiries,
  inquiryAnswers,
  type Inquiry,
  type InquiryAnswer,
  type InquiryKind,
} from './table.ts';

/** One part of the queue; each row costs a decryption. */
export const INQUIRIES_SHOWN = 30;

type Reads = Pick<CommandContext, 'db'>;

export interface InquiryWithAnswer {
  inquiry: Inquiry;
  answer: InquiryAnswer | null;
}

const withAnswer = ({ db }: Reads) =>
  db
    .select({ inquiry: inquiries, answer: inquiryAnswers })
    .from(inquiries)
    .leftJoin(inquiryAnswers, eq(inquiryAnswers.inquiryId, inquiries.id));

/** For whoever holds the code. */
export async function findByCode(ctx: Reads, code: string): Promise<InquiryWithAnswer | undefined> {
  const [found] = await withAnswer(ctx).where(eq(inquiries.code, code));
  return found;
}

export async function findInquiry(ctx: Reads, id: string): Promise<InquiryWithAnswer | undefined> {
  const [found] = await withAnswer(ctx).where(eq(inquiries.id, id));
  return found;
}

export type QueueState = 'open' | 'answered';

/**
 * The open ones by the day on which they are due, or the answered ones, newest answer first.
 * @param after the id of the last one of the part before.
 */
export async function listInquiries(
  { db }: Reads,
  asked: { state: QueueState; kind?: InquiryKind | undefined; after?: string | undefined },
): Promise<Inquiry[]> {
  const { kind, after } = asked;
  const isOpen = asked.state === 'open';
  const { id, dueAt, answeredAt } = inquiries;
  const last = (column: 'due_at' | 'answered_at') =>
    sql`(SELECT ${sql.identifier(column)}, id FROM inquiries WHERE id = ${after})`;
  const beyond = isOpen
    ? sql`(${dueAt}, ${id}) > ${last('due_at')}`
    : sql`(${answeredAt}, ${id}) < ${last('answered_at')}`;
  return db
    .select()
    .from(inquiries)
    .where(
      and(
        isOpen ? isNull(answeredAt) : isNotNull(answeredAt),
        kind ? eq(inquiries.kind, kind) : undefined,
        after ? beyond : undefined,
      ),
    )
    .orderBy(...(isOpen ? [asc(dueAt), asc(id)] : [desc(answeredAt), desc(id)]))
    .limit(INQUIRIES_SHOWN);
}

/** How many wait for an answer, and how many of them for too long. */
export async function countOpen({
  db,
  now,
}: Pick<CommandContext, 'db' | 'now'>): Promise<{ open: number; overdue: number }> {
  const [found] = await db
    .select({
      open: count(),
      overdue: count(sql`CASE WHEN ${lt(inquiries.dueAt, now)} THEN 1 END`),
    })
    .from(inquiries)
    .where(isNull(inquiries.answeredAt));
  return found ?? { open: 0, overdue: 0 };
}

/** What was asked; empty once it has been forgotten. */
export async function inquiryText(
  { keys }: Pick<CommandContext, 'keys'>,
  { id, textCipher, keyVersion }: Inquiry,
): Promise<string> {
  return textCipher.length === 0 ? '' : keys.unseal(`inquiry.text:${id}`, textCipher, keyVersion);
}

/** The number left for a message, if one was. */
export async function inquiryPhone(
  { keys }: Pick<CommandContext, 'keys'>,
  { id, phoneCipher, keyVersion }: Inquiry,
): Promise<string | undefined> {
  return phoneCipher ? keys.unseal(`inquiry.phone:${id}`, phoneCipher, keyVersion) : undefined;
}
