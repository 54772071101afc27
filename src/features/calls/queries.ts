import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { untilWords } from '../../lib/time.ts';
import { isLiving, openPersonKey, personPhone } from '../accounts/queries.ts';
import { people } from '../accounts/table.ts';
import { hallCalls, type HallCall } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now' | 'keys'>;

/** One part of the list; what is left comes up as these are said. */
const CALLS_SHOWN = 50;

/** A call that is to be made: the number in full, since it is dialled, and what is said. */
export interface CallToMake {
  call: HallCall;
  phone: string;
  words: string;
}

const open = (now: Date) => and(sql`${hallCalls.state} = 'open'`, gt(hallCalls.until, now));

/** What a hall's staff have to say on the telephone, the most urgent first. Who may see it, `can` has decided. */
export async function listCalls(ctx: Reads, hallSlug: string): Promise<CallToMake[]> {
  const rows = await ctx.db
    .select({ call: hallCalls, person: people })
    .from(hallCalls)
    .innerJoin(people, eq(people.id, hallCalls.personId))
    .where(and(eq(hallCalls.hallSlug, hallSlug), open(ctx.now), isLiving))
    .orderBy(asc(hallCalls.until))
    .limit(CALLS_SHOWN);
  return Promise.all(
    rows.map(async ({ call, person }) => ({
      call,
      phone: await personPhone(ctx, person),
      words: await (
        await openPersonKey(ctx, person)
      ).decrypt(`hall_calls.words:${call.id}`, call.wordsCipher),
    })),
  );
}

/** Calls that wait for the staff of these halls, the most urgent first. */
export function callsQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  slugs: readonly string[],
): QueueQuestion {
  const waiting = and(inArray(hallCalls.hallSlug, [...slugs]), open(now));
  const { hallSlug, until, tries } = hallCalls;
  return queueQuestion(
    [
      db
        .select({ n: sql<number>`count(*)` })
        .from(hallCalls)
        .where(waiting),
      db
        .select({ hallSlug, until, tries })
        .from(hallCalls)
        .where(waiting)
        .orderBy(asc(until))
        .limit(NEXT_SHOWN),
    ],
    ([[sum], rows]) => ({
      queue: 'calls',
      title: '要打的电话',
      href: `/staff/halls/${rows[0]?.hallSlug ?? slugs[0]}/calls`,
      summary: `${sum?.n ?? 0}个要打`,
      count: sum?.n ?? 0,
      overdue: 0,
      cut: (sum?.n ?? 0) > rows.length,
      next: rows.map((one) => ({
        text: one.tries > 0 ? `打过${one.tries}次没人接` : '还没打',
        href: `/staff/halls/${one.hallSlug}/calls`,
        due: { text: untilWords(one.until, now), late: false },
      })),
    }),
  );
}
