import { and, asc, count, desc, eq, inArray, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import { waitedWords } from '../../lib/time.ts';
import { isLiving, openPersonKey } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { bookings, type Booking } from '../bookings/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { LOW_SCORE, scoreWords, WORDS_SHOWN } from './policy.ts';
import {
  feedbackDecisions,
  hallScores,
  visitFeedback,
  type Feedback,
  type FeedbackDecision,
} from './table.ts';

type Reader = Pick<CommandContext, 'db'>;

/** One part of the list that staff read. */
const LIST_SHOWN = 50;

const latestDecision = sql`(
  SELECT later.id FROM ${feedbackDecisions} AS later
  WHERE later.booking_id = ${visitFeedback.bookingId} ORDER BY later.rowid DESC LIMIT 1)`;

/** A person's own visit with what they said of it and what became of that. */
export async function findOwnFeedback({ db }: Reader, personId: string, bookingId: string) {
  const [found] = await db
    .select({
      booking: bookings,
      session: hallSessions,
      feedback: visitFeedback,
      decision: feedbackDecisions,
    })
    .from(bookings)
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .leftJoin(visitFeedback, eq(visitFeedback.bookingId, bookings.id))
    .leftJoin(feedbackDecisions, eq(feedbackDecisions.id, latestDecision))
    .where(and(eq(bookings.id, bookingId), eq(bookings.personId, personId)));
  return found;
}

/** What somebody wrote; empty for nothing, or once the account is erased. */
export async function feedbackWords(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  { bookingId, wordsCipher }: Pick<Feedback, 'bookingId' | 'wordsCipher'>,
): Promise<string> {
  if (wordsCipher.length === 0) return '';
  const dataKey = await openPersonKey(ctx, person);
  return dataKey.decrypt(`visit_feedback.words:${bookingId}`, wordsCipher);
}

/** The two reads of what a hall's visitors said, for a batch of the caller's. */
export function publicFeedbackReads({ db }: Reader, hall: string) {
  return {
    scores: db.select().from(hallScores).where(eq(hallScores.hallSlug, hall)),
    words: db
      .select({
        score: visitFeedback.score,
        words: visitFeedback.publicWords,
        givenAt: visitFeedback.givenAt,
        reply: feedbackDecisions.reply,
      })
      .from(visitFeedback)
      .innerJoin(feedbackDecisions, eq(feedbackDecisions.id, latestDecision))
      .where(and(eq(visitFeedback.hallSlug, hall), sql`${visitFeedback.publicWords} <> ''`))
      .orderBy(desc(visitFeedback.givenAt))
      .limit(WORDS_SHOWN),
  };
}

export interface PublicFeedback {
  scores: readonly { visits: number; total: number }[];
  words: readonly { score: number; words: string; givenAt: Date; reply: string }[];
}

export async function readPublicFeedback(ctx: Reader, hall: string): Promise<PublicFeedback> {
  return readTogether(ctx.db, publicFeedbackReads(ctx, hall));
}

/** The condition of its index, word for word: with a parameter in its place, all feedback is looked through. */
const awaited = sql`${visitFeedback.state} = 'waiting'
  AND (${visitFeedback.score} <= ${sql.raw(String(LOW_SCORE))} OR ${visitFeedback.wordsCipher} <> x'')`;

export interface ListedFeedback {
  feedback: Feedback;
  decision: FeedbackDecision | null;
  person: Person;
  booking: Booking;
  session: HallSession;
}

/** What staff of a hall look at: what waits, the lowest scores first, or the newest of all. */
export async function listFeedback(
  { db }: Reader,
  hall: string,
  which: 'waiting' | 'all',
): Promise<ListedFeedback[]> {
  return db
    .select({
      feedback: visitFeedback,
      decision: feedbackDecisions,
      person: people,
      booking: bookings,
      session: hallSessions,
    })
    .from(visitFeedback)
    .innerJoin(bookings, eq(bookings.id, visitFeedback.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(people, eq(people.id, visitFeedback.personId))
    .leftJoin(feedbackDecisions, eq(feedbackDecisions.id, latestDecision))
    .where(and(eq(visitFeedback.hallSlug, hall), which === 'waiting' ? awaited : undefined))
    .orderBy(
      ...(which === 'waiting'
        ? [asc(visitFeedback.score), asc(visitFeedback.givenAt)]
        : [desc(visitFeedback.givenAt)]),
    )
    .limit(LIST_SHOWN);
}

/** One visit's feedback at a hall, for whoever decides on it. */
export async function findFeedback(
  { db }: Reader,
  hall: string,
  bookingId: string,
): Promise<{ feedback: Feedback; person: Person } | undefined> {
  const [found] = await db
    .select({ feedback: visitFeedback, person: people })
    .from(visitFeedback)
    .innerJoin(people, eq(people.id, visitFeedback.personId))
    .where(and(eq(visitFeedback.bookingId, bookingId), eq(visitFeedback.hallSlug, hall)));
  return found;
}

/** A decision on somebody's feedback with whom to tell; undefined once the account is gone. */
export async function findFeedbackToTell({ db }: Reader, decisionId: string) {
  const [found] = await db
    .select({
      feedback: visitFeedback,
      person: people,
      session: hallSessions,
      isLatest: sql<number>`${feedbackDecisions.id} = ${latestDecision}`.mapWith(Boolean),
    })
    .from(feedbackDecisions)
    .innerJoin(visitFeedback, eq(visitFeedback.bookingId, feedbackDecisions.bookingId))
    .innerJoin(bookings, eq(bookings.id, visitFeedback.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .innerJoin(people, eq(people.id, visitFeedback.personId))
    .where(and(eq(feedbackDecisions.id, decisionId), isLiving));
  return found;
}

/** Feedback that waits for a hall's manager; low scores are called late from the first day. */
export function feedbackQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  slugs: readonly string[],
): QueueQuestion {
  const ofHalls = and(inArray(visitFeedback.hallSlug, [...slugs]), awaited);
  const counted = db
    .select({
      n: count(),
      low: sql<number>`coalesce(sum(${visitFeedback.score} <= ${LOW_SCORE}), 0)`,
    })
    .from(visitFeedback)
    .where(ofHalls);
  const next = db
    .select({
      hallSlug: visitFeedback.hallSlug,
      score: visitFeedback.score,
      givenAt: visitFeedback.givenAt,
    })
    .from(visitFeedback)
    .where(ofHalls)
    .orderBy(asc(visitFeedback.score), asc(visitFeedback.givenAt))
    .limit(NEXT_SHOWN);
  return queueQuestion([counted, next], ([[sum], rows]) => ({
    queue: 'feedback',
    title: '参观评价',
    href: `/staff/halls/${rows[0]?.hallSlug ?? slugs[0]}/feedback`,
    summary: `${sum?.n ?? 0}条待看${sum?.low ? `，${sum.low}条低分` : ''}`,
    count: sum?.n ?? 0,
    overdue: sum?.low ?? 0,
    cut: (sum?.n ?? 0) > rows.length,
    next: rows.map(({ hallSlug, score, givenAt }) => ({
      text: `${score}分，${scoreWords[score]}`,
      href: `/staff/halls/${hallSlug}/feedback`,
      due: { text: waitedWords(givenAt, now), late: score <= LOW_SCORE },
    })),
  }));
}

/** What a person said of their visits, the newest first. A query. */
export function ownFeedback({ db }: Reader, personId: string) {
  return db
    .select({ feedback: visitFeedback, startsAt: hallSessions.startsAt })
    .from(visitFeedback)
    .innerJoin(bookings, eq(bookings.id, visitFeedback.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(eq(visitFeedback.personId, personId))
    .orderBy(desc(visitFeedback.givenAt));
}
