import { and, asc, count, desc, eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { waitedWords } from '../../lib/time.ts';
import type { TextName } from '../../lib/text-path.ts';
import { actWords, kindWords, withdrawalAddress } from './policy.ts';
import { textWithdrawalDecisions, textWithdrawals, type TextWithdrawal } from './table.ts';

/** Nobody withdraws and reinstates one text more often than this; what is older stays in the audit log. */
const ACTS_SHOWN = 50;

type Reads = Pick<CommandContext, 'db'>;

/**
 * The last confirmed act on every text that was ever touched. Not awaited: it goes into one request with what else
 * every page needs.
 */
export function textStates({ db }: Reads) {
  const { kind, slug, act, reason, instead, decidedAt, state, id } = textWithdrawals;
  const later = sql`EXISTS (SELECT 1 FROM text_withdrawals AS later
    WHERE later.kind = ${kind} AND later.slug = ${slug} AND later.state = 'confirmed' AND (later.decided_at, later.id) > (${decidedAt}, ${id}))`;
  return db
    .select({ kind, slug, act, reason, instead, decidedAt })
    .from(textWithdrawals)
    .where(and(eq(state, 'confirmed'), sql`NOT ${later}`));
}

/** Of every text that was ever touched: how it stands, and what waits for a second person. In one request. */
export async function listTextStates({ db }: Reads) {
  const { kind, slug, act, state } = textWithdrawals;
  const [confirmed, open] = await db.batch([
    textStates({ db }),
    db.select({ kind, slug, act }).from(textWithdrawals).where(eq(state, 'proposed')),
  ]);
  return { confirmed, open };
}

export interface DecidedAct {
  withdrawal: TextWithdrawal;
  decidedBy: string | null;
}

/** What was asked for and decided of one text, newest first. */
export async function listTextActs({ db }: Reads, { kind, slug }: TextName): Promise<DecidedAct[]> {
  return db
    .select({ withdrawal: textWithdrawals, decidedBy: textWithdrawalDecisions.decidedBy })
    .from(textWithdrawals)
    .leftJoin(textWithdrawalDecisions, eq(textWithdrawalDecisions.withdrawalId, textWithdrawals.id))
    .where(and(eq(textWithdrawals.kind, kind), eq(textWithdrawals.slug, slug)))
    .orderBy(desc(textWithdrawals.id))
    .limit(ACTS_SHOWN);
}

/** What waits for a second person. */
export function withdrawalsQueue({ db, now }: Pick<CommandContext, 'db' | 'now'>): QueueQuestion {
  const isOpen = eq(textWithdrawals.state, 'proposed');
  return queueQuestion(
    [
      db.select({ open: count() }).from(textWithdrawals).where(isOpen),
      db
        .select()
        .from(textWithdrawals)
        .where(isOpen)
        .orderBy(asc(textWithdrawals.id))
        .limit(NEXT_SHOWN),
    ],
    ([[counted], next]) => ({
      queue: 'withdrawals',
      title: '撤下内容',
      href: '/staff/withdrawals',
      summary: `${counted?.open ?? 0}篇等确认`,
      count: counted?.open ?? 0,
      overdue: 0,
      next: next.map((one) => ({
        text: `${actWords[one.act]}：${kindWords[one.kind]} ${one.slug}`,
        href: withdrawalAddress(one),
        due: { text: waitedWords(one.proposedAt, now), late: one.act === 'withdraw' },
      })),
    }),
  );
}
