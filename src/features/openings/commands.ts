import { and, eq } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, type Json, type Query } from '../../lib/db/commit.ts';
import { DomainError, type Refusals } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { addDays, calendarDate } from '../../lib/time.ts';
import { auditEntry } from '../audit/statements.ts';
import { planSession } from '../halls/policy.ts';
import {
  hallDayHours,
  hallDays,
  hallHours,
  hallRevisions,
  hallSeasons,
  hallSessions,
} from '../halls/table.ts';
import { can, type Holder } from '../roles/policy.ts';
import { openingRefusals, overlappingSeason, sessionRefusals } from './policy.ts';
import { readHallPlan } from './queries.ts';
import { dayInput, sessionInput, weekInput } from './schema.ts';

/** A day within the calendar that stands there for groups; what lies beyond is decided by the pattern then. */
const DAYS_AHEAD_MAX = 366;

/**
 * Puts a week's sessions in the place of those of its season; a season without any is taken away. The job brings the
 * coming sessions in line within a minute; those with visitors stay until staff decide. The hall's manager only.
 * @throws DomainError `invalid` (fields, seasons that meet), `not_found` (not their hall), `unavailable`.
 */
export async function saveWeek(
  ctx: CommandContext,
  manager: Holder,
  input: unknown,
  key: string,
): Promise<{ hallSlug: string }> {
  const { hallSlug, season, hours, fromDay, untilDay } = parseInput(weekInput, input);
  const { db } = ctx;
  parseKey(key);
  const { plan } = await ownPlan(ctx, manager, hallSlug);
  const isSeason = season !== '' && hours.length > 0;
  const dates = { season, fromDay: fromDay ?? '', untilDay: untilDay ?? '' };
  const others = plan.seasons.filter((one) => one.hallSlug === hallSlug);
  const meets = isSeason ? overlappingSeason(dates, others) : undefined;
  if (meets) {
    const message = `和“${meets.season}”（${meets.fromDay}到${meets.untilDay}）的日子重叠`;
    throw new DomainError('invalid', 'seasons_overlap', message, {
      fields: [{ field: 'fromDay', message }],
    });
  }
  const ofSeason = and(eq(hallHours.hallSlug, hallSlug), eq(hallHours.season, season));
  const statements: Query[] = [
    db.delete(hallHours).where(ofSeason),
    db
      .delete(hallSeasons)
      .where(and(eq(hallSeasons.hallSlug, hallSlug), eq(hallSeasons.season, season))),
    ...(isSeason ? [db.insert(hallSeasons).values({ hallSlug, ...dates })] : []),
    ...(hours.length > 0
      ? [db.insert(hallHours).values(hours.map((one) => ({ hallSlug, season, ...one })))]
      : []),
  ];
  const body = { hallSlug, ...dates, hours: hours as unknown as Json };
  return revise(ctx, manager, key, {
    ...{ command: 'saveWeek', action: 'hall_hours.save', kind: 'hours', body, statements },
    ...{ answer: { hallSlug }, refusals: openingRefusals },
  });
}

/**
 * Decides how a hall opens on one day: not at all, with other sessions, or by its pattern again.
 * @throws DomainError `invalid` (fields, a day that is over or too far), `not_found` (not their hall), `unavailable`.
 */
export async function decideDay(
  ctx: CommandContext,
  manager: Holder,
  input: unknown,
  key: string,
): Promise<{ hallSlug: string }> {
  const { hallSlug, day, kind, reason, hours } = parseInput(dayInput, input);
  const { db, now } = ctx;
  parseKey(key);
  await ownPlan(ctx, manager, hallSlug);
  requireComing(day, now);
  const rows = kind === 'hours' ? hours : [];
  const statements: Query[] = [
    db
      .delete(hallDayHours)
      .where(and(eq(hallDayHours.hallSlug, hallSlug), eq(hallDayHours.day, day))),
    db.delete(hallDays).where(and(eq(hallDays.hallSlug, hallSlug), eq(hallDays.day, day))),
    ...(kind === 'pattern'
      ? []
      : [
          db
            .insert(hallDays)
            .values({ hallSlug, day, kind, reason, decidedBy: manager.id, decidedAt: now }),
        ]),
    ...(rows.length > 0
      ? [db.insert(hallDayHours).values(rows.map((one) => ({ hallSlug, day, ...one })))]
      : []),
  ];
  const body = { hallSlug, day, kind, reason, hours: rows as unknown as Json };
  return revise(ctx, manager, key, {
    ...{ command: 'decideDay', action: 'hall_day.decide', kind: 'day', body, statements },
    ...{ answer: { hallSlug }, refusals: openingRefusals },
  });
}

/**
 * 加一场: one session that no pattern asks for; the calendar never takes it back by itself.
 * @throws DomainError `invalid` (fields, over or too far), `conflict` (one begins then already), `not_found` (not their
 * hall), `unavailable`.
 */
export async function addSession(
  ctx: CommandContext,
  manager: Holder,
  input: unknown,
  key: string,
): Promise<{ sessionId: string }> {
  const { hallSlug, day, session: asked, heldAt } = parseInput(sessionInput, input);
  const { db, now } = ctx;
  parseKey(key);
  const { hall, plan } = await ownPlan(ctx, manager, hallSlug);
  requireComing(day, now);
  const session = planSession(hall, asked[0]!, day, plan.calendar);
  if (session.bookingClosesAt <= now) {
    const message = '离开场太近，来不及预约了';
    throw new DomainError('invalid', 'session_too_soon', message, {
      fields: [{ field: 'session', message }],
    });
  }
  const sessionId = newId(now);
  const body = { hallSlug, day, session: asked as unknown as Json, heldAt };
  return revise(ctx, manager, key, {
    ...{ command: 'addSession', action: 'hall_session.add', kind: 'session', body },
    statements: [db.insert(hallSessions).values({ id: sessionId, ...session, heldAt })],
    ...{ answer: { sessionId }, refusals: sessionRefusals },
  });
}

/** @throws DomainError `not_found`, also for somebody who does not manage it. */
async function ownPlan(ctx: CommandContext, manager: Holder, hallSlug: string) {
  const isOwn = can(manager, { action: 'hall.manage', hall: hallSlug });
  const found = isOwn ? await readHallPlan(ctx, hallSlug) : undefined;
  if (found) return found;
  throw new DomainError('not_found', 'hall_unknown', '没有找到这个场馆。');
}

function requireComing(day: string, now: Date): void {
  const today = calendarDate(now);
  if (day >= today && day <= addDays(today, DAYS_AHEAD_MAX)) return;
  const message = day < today ? '这一天已经过去了' : '最多安排到一年以后';
  throw new DomainError('invalid', 'day_out_of_range', message, {
    fields: [{ field: 'day', message }],
  });
}

interface Revision<Answer extends Json> {
  command: string;
  action: string;
  kind: 'hours' | 'day' | 'session';
  body: { [key: string]: Json };
  statements: readonly Query[];
  answer: Answer;
  refusals: Refusals;
}

async function revise<Answer extends Json>(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  key: string,
  { command, action, kind, body, statements, answer, refusals }: Revision<Answer>,
): Promise<Answer> {
  const { db, now } = ctx;
  const hallSlug = body['hallSlug'] as string;
  const revision = db.insert(hallRevisions).values({
    ...{ id: newId(now), hallSlug, kind, revisedBy: manager.id, revisedAt: now },
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: manager.id },
    action,
    subjectKind: 'hall',
    subjectId: hallSlug,
    details: body,
  });
  return commitOnce(db, { scope: manager.id, key: parseKey(key), command, body }, now, {
    statements: [revision, ...statements, entry],
    answer,
    refusals,
  });
}
