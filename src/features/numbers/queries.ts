import { and, count, eq, gte, inArray, isNotNull, isNull, lt, lte, sql, sum } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { periodBefore, periodInstants, type Period } from '../../lib/periods.ts';
import { DAY_MS, HOUR_MS, instantOf } from '../../lib/time.ts';
import { bookings } from '../bookings/table.ts';
import { visitFeedback } from '../feedback/table.ts';
import { FEEDBACK_DAYS } from '../feedback/policy.ts';
import { groupDecisions, groupRequests } from '../groups/table.ts';
import { hallSessions } from '../halls/table.ts';
import { organisations } from '../organisations/table.ts';
import { waitlistEntries } from '../waitlist/table.ts';
import type { HallNumbers, Subject } from './policy.ts';

type ReadContext = Pick<CommandContext, 'db' | 'now'>;

interface Asked {
  hall: string;
  period: Period;
  subject: Subject;
}

/** A whole number in the statement itself: a bound one is a float, and would divide like one. */
const whole = (value: number) => sql.raw(String(value));

const people = sql<number>`sum(${bookings.adults} + ${bookings.children})`.mapWith(Number);

/**
 * All that a hall's figures are made of, in one request. What it reads grows with the period that is asked for and
 * not with the years before: every part goes by the hall and the start of its sessions.
 */
export async function readNumbers(ctx: ReadContext, asked: Asked): Promise<HallNumbers> {
  const before = countedReads(ctx, { ...asked, period: periodBefore(asked.period) });
  const { sessionsBefore, bookingsBefore, leadsBefore, ...numbers } = await readTogether(ctx.db, {
    ...countedReads(ctx, asked),
    sessionsBefore: before.sessions,
    bookingsBefore: before.bookings,
    leadsBefore: before.leads,
    schools: schoolCounties(ctx, asked),
    groups: groupCounts(ctx, asked),
    waits: waitCounts(ctx, asked),
    scores: scoreCounts(ctx, asked),
  });
  return {
    ...numbers,
    before: { sessions: sessionsBefore, bookings: bookingsBefore, leads: leadsBefore },
  };
}

/** The sessions that are counted: they are over, and were neither withdrawn nor, for whoever came, stopped. */
function inPeriod({ now }: ReadContext, { hall, period, subject }: Asked) {
  const { startsAt, endsAt } = periodInstants(period);
  return and(
    eq(hallSessions.hallSlug, hall),
    gte(hallSessions.startsAt, startsAt),
    lt(hallSessions.startsAt, endsAt),
    lte(hallSessions.endsAt, now),
    isNull(hallSessions.withdrawnAt),
    subject === 'visits' ? isNull(hallSessions.courseSlug) : isNotNull(hallSessions.courseSlug),
  );
}

const held = isNull(hallSessions.stopId);

function countedReads(ctx: ReadContext, asked: Asked) {
  const { db } = ctx;
  const weeksFrom = periodInstants(asked.period).weeksFrom.getTime();
  // The weeks begin at midnight in China, and so do its hours: there is no summer time.
  const since = sql`(${hallSessions.startsAt} - ${whole(weeksFrom)})`;
  const week = sql<number>`${since} / ${whole(7 * DAY_MS)}`.mapWith(Number).as('week');
  const hour = sql<number>`(${since} / ${whole(HOUR_MS)}) % 24`.mapWith(Number).as('hour');
  const ofHeld = (value: unknown) =>
    sql<number>`coalesce(sum(${value}) FILTER (WHERE ${held}), 0)`.mapWith(Number);
  const day = (at: typeof hallSessions.startsAt | typeof bookings.createdAt) =>
    sql`((${at} - ${whole(instantOf('1970-01-01').getTime())}) / ${whole(DAY_MS)})`;
  const days = sql<number>`${day(hallSessions.startsAt)} - ${day(bookings.createdAt)}`
    .mapWith(Number)
    .as('days');
  return {
    sessions: db
      .select({
        week,
        hour,
        sessions: ofHeld(sql`1`),
        stopped: sql<number>`sum(${hallSessions.stopId} IS NOT NULL)`.mapWith(Number),
        places: ofHeld(sql`max(${hallSessions.openPlaces}, ${hallSessions.booked})`),
        walkIns: ofHeld(hallSessions.bookedWalkIns),
      })
      .from(hallSessions)
      .where(inPeriod(ctx, asked))
      .groupBy(sql`week`, sql`hour`),
    bookings: db
      .select({
        week,
        hour,
        kind: bookings.kind,
        state: bookings.state,
        bookings: count(),
        people,
      })
      .from(hallSessions)
      .innerJoin(bookings, eq(bookings.sessionId, hallSessions.id))
      .where(and(inPeriod(ctx, asked), held))
      .groupBy(sql`week`, sql`hour`, bookings.kind, bookings.state),
    leads: db
      .select({ kind: bookings.kind, days, bookings: count() })
      .from(hallSessions)
      .innerJoin(bookings, eq(bookings.sessionId, hallSessions.id))
      .where(
        and(inPeriod(ctx, asked), held, inArray(bookings.state, ['booked', 'arrived', 'expired'])),
      )
      .groupBy(bookings.kind, sql`days`),
  };
}

/** Groups that came, by the county of their school; without one for those that are no verified school. */
function schoolCounties(ctx: ReadContext, asked: Asked) {
  const regionCode = sql<string | null>`substr(${organisations.regionCode}, 1, 6)`.as('county');
  return ctx.db
    .select({
      regionCode,
      organisations: sql<number>`count(DISTINCT ${organisations.id})`.mapWith(Number),
      classes: count(),
      people,
    })
    .from(hallSessions)
    .innerJoin(bookings, eq(bookings.sessionId, hallSessions.id))
    .innerJoin(groupRequests, eq(groupRequests.id, bookings.groupRequestId))
    .leftJoin(
      organisations,
      and(
        eq(organisations.id, groupRequests.organisationId),
        eq(organisations.state, 'verified'),
        inArray(organisations.kind, ['school', 'kindergarten']),
      ),
    )
    .where(and(inPeriod(ctx, asked), held, eq(bookings.state, 'arrived')))
    .groupBy(sql`county`);
}

/** Requests by the day they were made; the answer is the hall's first word, whichever it was. */
function groupCounts({ db }: ReadContext, { hall, period }: Asked) {
  const { startsAt, endsAt } = periodInstants(period);
  const inTime = sql`EXISTS (
    SELECT 1 FROM ${groupDecisions}
    WHERE ${groupDecisions.requestId} = ${groupRequests.id}
      AND ${groupDecisions.decision} IN ('approved', 'refused', 'countered')
      AND ${groupDecisions.decidedAt} <= ${groupRequests.answerDueAt})`;
  return db
    .select({
      state: groupRequests.state,
      requests: count(),
      answeredInTime: sum(inTime).mapWith(Number),
    })
    .from(groupRequests)
    .where(
      and(
        eq(groupRequests.hallSlug, hall),
        gte(groupRequests.askedAt, startsAt),
        lt(groupRequests.askedAt, endsAt),
      ),
    )
    .groupBy(groupRequests.state);
}

function waitCounts(ctx: ReadContext, asked: Asked) {
  return ctx.db
    .select({ state: waitlistEntries.state, entries: count() })
    .from(hallSessions)
    .innerJoin(waitlistEntries, eq(waitlistEntries.sessionId, hallSessions.id))
    .where(and(inPeriod(ctx, asked), isNull(waitlistEntries.replacesBookingId)))
    .groupBy(waitlistEntries.state);
}

/** By the visit's day: found by when it was given, which is no earlier and not much later. */
function scoreCounts(ctx: ReadContext, asked: Asked) {
  const { startsAt, endsAt } = periodInstants(asked.period);
  return ctx.db
    .select({ score: visitFeedback.score, visits: count() })
    .from(visitFeedback)
    .innerJoin(bookings, eq(bookings.id, visitFeedback.bookingId))
    .innerJoin(hallSessions, eq(hallSessions.id, bookings.sessionId))
    .where(
      and(
        eq(visitFeedback.hallSlug, asked.hall),
        gte(visitFeedback.givenAt, startsAt),
        lt(visitFeedback.givenAt, new Date(endsAt.getTime() + (FEEDBACK_DAYS + 1) * DAY_MS)),
        inPeriod(ctx, asked),
        held,
      ),
    )
    .groupBy(visitFeedback.score);
}
