import { and, asc, count, desc, eq, gte, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { boundedCount } from '../../lib/db/bounded.ts';
import { ROWS_SHOWN, type ListAsked, type ListDefinition } from '../../lib/lists.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import type { Person } from '../accounts/table.ts';
import { dueWords, isOverdue, kindWords } from './policy.ts';
import { inquiries, inquiryAnswers, type Inquiry, type InquiryAnswer } from './table.ts';

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

/** What the list of inquiries can be asked for. */
export const inquiryList: ListDefinition = {
  path: '/staff/inquiries',
  filters: [
    {
      kind: 'choice',
      name: 'state',
      label: '状态',
      options: [
        { value: 'open', label: '待答复' },
        { value: 'overdue', label: '逾期' },
        { value: 'answered', label: '已答复' },
      ],
    },
    {
      kind: 'choice',
      name: 'kind',
      label: '种类',
      options: [
        { value: '', label: '两种都看' },
        { value: 'question', label: kindWords.question },
        { value: 'error', label: kindWords.error },
      ],
    },
  ],
  orders: [],
};

/**
 * The open ones by the day on which they are due, or the answered ones, newest answer first; with their count.
 * @param limit rows of one part.
 */
export async function listInquiries(
  ctx: Pick<CommandContext, 'db' | 'now'>,
  { values, after }: ListAsked,
  limit = ROWS_SHOWN,
): Promise<{ rows: Inquiry[]; count: number }> {
  const { db, now } = ctx;
  const { id, dueAt, answeredAt } = inquiries;
  const isOpen = values['state'] !== 'answered';
  const kind = values['kind'] === 'question' || values['kind'] === 'error' ? values['kind'] : null;
  const wanted = and(
    isOpen ? isNull(answeredAt) : isNotNull(answeredAt),
    values['state'] === 'overdue' ? lt(dueAt, now) : undefined,
    kind ? eq(inquiries.kind, kind) : undefined,
  );
  const last = (column: 'due_at' | 'answered_at') =>
    sql`(SELECT ${sql.identifier(column)}, id FROM inquiries WHERE id = ${after})`;
  const beyond = isOpen
    ? sql`(${dueAt}, ${id}) > ${last('due_at')}`
    : sql`(${answeredAt}, ${id}) < ${last('answered_at')}`;
  const [rows, [counted]] = await db.batch([
    db
      .select()
      .from(inquiries)
      .where(and(wanted, after ? beyond : undefined))
      .orderBy(...(isOpen ? [asc(dueAt), asc(id)] : [desc(answeredAt), desc(id)]))
      .limit(limit),
    boundedCount(db, db.select({ id }).from(inquiries).where(wanted)),
  ]);
  return { rows, count: counted?.count ?? 0 };
}

/** What waits for an answer, what is due first in front. */
export function inquiriesQueue({ db, now }: Pick<CommandContext, 'db' | 'now'>): QueueQuestion {
  const isOpen = isNull(inquiries.answeredAt);
  return queueQuestion(
    [
      db
        .select({
          open: count(),
          overdue: count(sql`CASE WHEN ${lt(inquiries.dueAt, now)} THEN 1 END`),
        })
        .from(inquiries)
        .where(isOpen),
      db
        .select()
        .from(inquiries)
        .where(isOpen)
        .orderBy(asc(inquiries.dueAt), asc(inquiries.id))
        .limit(NEXT_SHOWN),
    ],
    ([[counted], next]) => {
      const { open = 0, overdue = 0 } = counted ?? {};
      return {
        queue: 'inquiries',
        title: '留言和找错',
        href: '/staff/inquiries',
        summary: `${open}件待答复`,
        count: open,
        overdue,
        cut: open > next.length,
        next: next.map((one) => ({
          text: `${kindWords[one.kind]}：${one.page ?? '没有说是哪一页'}`,
          href: `/staff/inquiries/${one.id}`,
          due: { text: dueWords(one, now), late: isOverdue(one, now) },
        })),
      };
    },
  );
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

/**
 * That this number was left with a question, not what it said: anybody may leave any number. None from before the
 * account: they may be of the number's last owner.
 */
export function ownInquiries(
  { db }: Reads,
  person: Person,
  phoneHashes: Uint8Array<ArrayBuffer>[],
) {
  return db
    .select({
      kind: inquiries.kind,
      sentAt: inquiries.createdAt,
      answeredAt: inquiries.answeredAt,
    })
    .from(inquiries)
    .where(
      and(inArray(inquiries.phoneHash, phoneHashes), gte(inquiries.createdAt, person.createdAt)),
    )
    .orderBy(desc(inquiries.createdAt));
}
