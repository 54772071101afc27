import { and, asc, count, desc, eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { waitedWords } from '../../lib/time.ts';
import { actWords } from './policy.ts';
import { guideWithdrawalDecisions, guideWithdrawals, type GuideWithdrawal } from './table.ts';

/** Nobody withdraws and reinstates one guide more often than this; what is older stays in the audit log. */
const ACTS_SHOWN = 50;

type Reads = Pick<CommandContext, 'db'>;

/**
 * The last confirmed act on every guide that was ever touched. Not awaited: it goes into one request with what else
 * every page needs.
 */
export function guideStates({ db }: Reads) {
  const { guide, act, reason, instead, decidedAt, state, id } = guideWithdrawals;
  const later = sql`EXISTS (SELECT 1 FROM guide_withdrawals AS later WHERE later.guide = ${guide}
    AND later.state = 'confirmed' AND (later.decided_at, later.id) > (${decidedAt}, ${id}))`;
  return db
    .select({ guide, act, reason, instead, decidedAt })
    .from(guideWithdrawals)
    .where(and(eq(state, 'confirmed'), sql`NOT ${later}`));
}

export interface DecidedAct {
  withdrawal: GuideWithdrawal;
  decidedBy: string | null;
}

/** What was asked for and decided, newest first. @param guide of one guide only. */
export async function listGuideActs({ db }: Reads, guide?: string): Promise<DecidedAct[]> {
  return db
    .select({ withdrawal: guideWithdrawals, decidedBy: guideWithdrawalDecisions.decidedBy })
    .from(guideWithdrawals)
    .leftJoin(
      guideWithdrawalDecisions,
      eq(guideWithdrawalDecisions.withdrawalId, guideWithdrawals.id),
    )
    .where(guide ? eq(guideWithdrawals.guide, guide) : undefined)
    .orderBy(desc(guideWithdrawals.id))
    .limit(ACTS_SHOWN);
}

/** What waits for a second person. */
export function withdrawalsQueue({ db, now }: Pick<CommandContext, 'db' | 'now'>): QueueQuestion {
  const isOpen = eq(guideWithdrawals.state, 'proposed');
  return queueQuestion(
    [
      db.select({ open: count() }).from(guideWithdrawals).where(isOpen),
      db
        .select()
        .from(guideWithdrawals)
        .where(isOpen)
        .orderBy(asc(guideWithdrawals.id))
        .limit(NEXT_SHOWN),
    ],
    ([[counted], next]) => ({
      queue: 'withdrawals',
      title: '撤下指南',
      href: '/staff/guides',
      summary: `${counted?.open ?? 0}篇等确认`,
      count: counted?.open ?? 0,
      overdue: 0,
      next: next.map((one) => ({
        text: `${actWords[one.act]}：${one.guide}`,
        href: `/staff/guides/${one.guide}`,
        due: { text: waitedWords(one.proposedAt, now), late: one.act === 'withdraw' },
      })),
    }),
  );
}
