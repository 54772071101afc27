import { and, asc, count, desc, eq, gt } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { DAY_MS, formatDay, formatTime, waitedWords } from '../../lib/time.ts';
import { isLiving } from '../accounts/queries.ts';
import { people } from '../accounts/table.ts';
import { bookings } from '../bookings/table.ts';
import { hallSessions } from '../halls/table.ts';
import { groundsWords, NO_SHOW_DAYS, PAUSE_DAYS, pausedUntil } from './policy.ts';
import { noShowAnswers, noShowAppeals, noShows, sessionPardons } from './table.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** Appeals that are shown together; the oldest first. */
const APPEALS_SHOWN = 50;

/**
 * The no-shows on which somebody's pause depends: older ones neither count nor keep a pause going. A query, so that a
 * page can read more in the same request.
 */
export function listNoShows({ db, now }: Reads, personId: string) {
  const since = new Date(now.getTime() - (NO_SHOW_DAYS + PAUSE_DAYS) * DAY_MS);
  return db
    .select()
    .from(noShows)
    .where(and(eq(noShows.personId, personId), gt(noShows.happenedAt, since)))
    .orderBy(asc(noShows.happenedAt));
}

/**
 * The guard knows that booking is paused; the day on which it ends needs one more look. Any other error comes back as
 * it was.
 */
export async function explainPause(ctx: Reads, personId: string, error: unknown): Promise<unknown> {
  const refused = domainErrorIn(error);
  if (refused?.reason !== 'booking_paused') return error;
  const until = pausedUntil(await listNoShows(ctx, personId), ctx.now);
  if (!until) return error;
  const message = `约了没来的次数多了，预约暂停到${formatDay(until)}。有原因的，可以在“我的预约”里申诉。`;
  return new DomainError('conflict', 'booking_paused', message, { cause: error });
}

/** What somebody's own booking cost them, and what became of their appeal. A query. */
export function findNoShow(
  { db }: Pick<CommandContext, 'db'>,
  personId: string,
  bookingId: string,
) {
  return db
    .select({ noShow: noShows, appeal: noShowAppeals, answer: noShowAnswers })
    .from(noShows)
    .leftJoin(noShowAppeals, eq(noShowAppeals.bookingId, noShows.bookingId))
    .leftJoin(noShowAnswers, eq(noShowAnswers.bookingId, noShows.bookingId))
    .where(and(eq(noShows.bookingId, bookingId), eq(noShows.personId, personId)));
}

/** A hall's appeals, those that wait first and the longest waiting of them first. */
export async function listAppeals({ db }: Pick<CommandContext, 'db'>, hallSlug: string) {
  return (
    db
      .select({
        appeal: noShowAppeals,
        booking: bookings,
        session: hallSessions,
        person: people,
        answer: noShowAnswers,
      })
      .from(noShowAppeals)
      .innerJoin(bookings, eq(bookings.id, noShowAppeals.bookingId))
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .innerJoin(people, eq(people.id, noShowAppeals.personId))
      .leftJoin(noShowAnswers, eq(noShowAnswers.bookingId, noShowAppeals.bookingId))
      .where(and(eq(hallSessions.hallSlug, hallSlug), isLiving))
      // `asked` stands before the two answers in the alphabet.
      .orderBy(
        asc(noShowAppeals.state),
        desc(noShowAnswers.decidedAt),
        asc(noShowAppeals.appealedAt),
      )
      .limit(APPEALS_SHOWN)
  );
}

/** Appeals that wait for the manager of a hall. */
export function appealsQueue(
  { db, now }: Reads,
  hallSlug: string,
  hallName: string,
): QueueQuestion {
  const open = and(eq(hallSessions.hallSlug, hallSlug), eq(noShowAppeals.state, 'asked'), isLiving);
  const from = () =>
    db
      .select({ appeal: noShowAppeals, startsAt: hallSessions.startsAt })
      .from(noShowAppeals)
      .innerJoin(bookings, eq(bookings.id, noShowAppeals.bookingId))
      .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
      .innerJoin(people, eq(people.id, noShowAppeals.personId));
  const href = `/staff/halls/${hallSlug}/appeals`;
  return queueQuestion(
    [
      from().where(open).orderBy(asc(noShowAppeals.appealedAt)).limit(NEXT_SHOWN),
      db
        .select({ n: count() })
        .from(noShowAppeals)
        .innerJoin(bookings, eq(bookings.id, noShowAppeals.bookingId))
        .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
        .innerJoin(people, eq(people.id, noShowAppeals.personId))
        .where(open),
    ],
    ([next, [counted]]) => {
      const waiting = counted?.n ?? 0;
      if (waiting === 0) return [];
      return {
        queue: `appeals:${hallSlug}`,
        title: `${hallName}未到申诉`,
        href,
        summary: `${waiting}件待答复`,
        count: waiting,
        overdue: 0,
        next: next.map(({ appeal, startsAt }) => ({
          text: groundsWords[appeal.grounds],
          about: `${formatDay(startsAt)} ${formatTime(startsAt)}的场次`,
          href,
          due: { text: waitedWords(appeal.appealedAt, now), late: false },
        })),
        cut: waiting > next.length,
      };
    },
  );
}

/** Whether and why no-shows of a session are not counted. */
export async function findPardon({ db }: Pick<CommandContext, 'db'>, sessionId: string) {
  const [found] = await db
    .select()
    .from(sessionPardons)
    .where(eq(sessionPardons.sessionId, sessionId));
  return found;
}

/** A no-show with whom to tell of it, and the answer to its appeal; undefined once its person is gone. */
export async function findNoShowToTell({ db }: Pick<CommandContext, 'db'>, bookingId: string) {
  const [found] = await db
    .select({ noShow: noShows, session: hallSessions, person: people, answer: noShowAnswers })
    .from(noShows)
    .innerJoin(hallSessions, eq(hallSessions.id, noShows.sessionId))
    .innerJoin(people, eq(people.id, noShows.personId))
    .leftJoin(noShowAnswers, eq(noShowAnswers.bookingId, noShows.bookingId))
    .where(and(eq(noShows.bookingId, bookingId), isLiving));
  return found;
}

/** Visits that a person missed, with appeal and answer, the newest first. A query. */
export function ownNoShows({ db }: Pick<CommandContext, 'db'>, personId: string) {
  return db
    .select({
      hall: hallSessions.hallSlug,
      startsAt: hallSessions.startsAt,
      state: noShows.state,
      grounds: noShowAppeals.grounds,
      appealedAt: noShowAppeals.appealedAt,
      answer: noShowAnswers.decision,
      answerReason: noShowAnswers.reason,
    })
    .from(noShows)
    .innerJoin(hallSessions, eq(hallSessions.id, noShows.sessionId))
    .leftJoin(noShowAppeals, eq(noShowAppeals.bookingId, noShows.bookingId))
    .leftJoin(noShowAnswers, eq(noShowAnswers.bookingId, noShows.bookingId))
    .where(eq(noShows.personId, personId))
    .orderBy(desc(noShows.happenedAt));
}
