import { sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn, type Refusals } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { addDays, calendarDate, instantOf } from '../../lib/time.ts';
import { actOnce, auditEntry } from '../audit/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import {
  checkInRefusals,
  chosenSessions,
  dropRefusals,
  dutyRefusals,
  endRefusals,
  needRefusals,
  releaseRefusals,
  undoCheckInRefusals,
} from './policy.ts';
import {
  findDuty,
  findGuideEntry,
  findHallSession,
  findNeed,
  listHeldDuties,
  listSessionsToStaff,
  listStoppedDuties,
  listUntoldPromotions,
} from './queries.ts';
import { assignmentInput, dutyInput, dutyReference, needInput, needReference } from './schema.ts';
import {
  dutyCheckInUndoings,
  dutyCheckIns,
  dutyDrops,
  guideDuties,
  guideNeedEnds,
  guideNeeds,
} from './table.ts';

/** One run's share of duties to end; the next minute brings the rest. */
const RELEASED_MAX = 100;

/** A month ahead: whoever plans further sees nobody's holidays. */
const AHEAD_DAYS_MAX = 62;

/**
 * Says how many guides one session, a day or a week needs; sessions that have such a need already are passed over. The
 * hall's manager only.
 * @throws DomainError `invalid` (fields, unknown skill), `not_found` (not your hall, no such session), `conflict` (begun,
 * stopped, all of them have it), `unavailable`.
 */
export async function openNeeds(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ needs: number }> {
  const asked = parseInput(needInput, input);
  if (!can(by, { action: 'hall.manage', hall: asked.hallSlug }))
    throw missing('session_unknown', '没有找到这一场。');
  const { db, now } = ctx;
  const language = asked.language ?? null;
  const listed = await listSessionsToStaff(ctx, asked.hallSlug, await spanOf(ctx, asked), {
    skill: asked.skill,
    language,
  });
  const coming = chosenSessions(
    listed.map(({ session }) => session),
    asked.sessions,
    now,
  );
  if (coming.length === 0) {
    throw new DomainError('conflict', 'session_begun', '没有还没开始的场次可以排。换一天看看。');
  }
  const lacking = coming.filter(
    ({ id }) => !listed.some(({ session, hasNeed }) => session.id === id && hasNeed),
  );
  if (lacking.length === 0) throw refusal('need_opened', needRefusals);
  const rows = lacking.map(({ id: sessionId }) => ({
    id: newId(now),
    sessionId,
    guides: asked.guides,
    skillCode: asked.skill,
    languageCode: language,
    trained: asked.trained === 'yes',
    openedBy: by.id,
    openedAt: now,
  }));
  return actOnce(ctx, by.id, key, {
    command: 'openNeeds',
    action: 'guide_need.open',
    subject: ['guide_need', rows[0]!.id],
    body: { ...asked, language },
    details: { hall: asked.hallSlug, needs: rows.length, guides: asked.guides },
    statements: [db.insert(guideNeeds).values(rows)],
    refusals: needRefusals,
    answer: { needs: rows.length },
  });
}

/** The days that a choice of sessions lies in. */
async function spanOf(
  ctx: CommandContext,
  { hallSlug, sessions }: { hallSlug: string; sessions: string },
): Promise<{ from: Date; until: Date }> {
  const [kind, day = ''] = sessions.split(':');
  if (kind === 'week') return { from: instantOf(day), until: instantOf(addDays(day, 7)) };
  if (kind === 'day') return { from: instantOf(day), until: instantOf(addDays(day, 1)) };
  const session = await findHallSession(ctx, hallSlug, sessions);
  const latest = instantOf(addDays(calendarDate(ctx.now), AHEAD_DAYS_MAX));
  if (!session || session.startsAt > latest) throw missing('session_unknown', '没有找到这一场。');
  return { from: session.startsAt, until: session.endsAt };
}

/**
 * Takes a need back. Its guides are let go and told. The hall's manager only.
 * @throws DomainError `not_found` (also other halls'), `conflict` (taken back before, begun), `unavailable`.
 */
export async function endNeed(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ needId: string }> {
  const { needId } = parseInput(needReference, input);
  const { db, now } = ctx;
  const held = await listHeldDuties(ctx, needId);
  const told: Statement[] = [];
  for (const { id } of held) told.push(await dropMessage(ctx, id));
  return actOnce(ctx, by.id, key, {
    command: 'endNeed',
    action: 'guide_need.end',
    subject: ['guide_need', needId],
    body: { needId },
    statements: [
      db.insert(guideNeedEnds).values({ needId, endedBy: by.id, endedAt: now }),
      ...told,
    ],
    refusals: endRefusals,
    answer: { needId },
  });
}

/**
 * Takes a duty oneself, as a volunteer of the hall or as its staff, or stands in reserve for one.
 * @throws DomainError `invalid` (fields), `not_found`, `conflict` (busy then, full, not confirmed, skill, language or
 * training missing, begun), `unavailable`.
 */
export async function takeDuty(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ dutyId: string }> {
  const { needId, reserve } = parseInput(dutyInput, input);
  return giveDuty(ctx, { needId, reserve, personId: by.id }, by, null, key);
}

/**
 * Gives a duty to a volunteer of the hall or to one of its staff, who is told. The hall's manager only; who takes one
 * themselves does so by `takeDuty`.
 * @throws DomainError as `takeDuty`.
 */
export async function assignDuty(
  ctx: CommandContext,
  manager: Holder,
  input: unknown,
  key: string,
): Promise<{ dutyId: string }> {
  const { needId, reserve, personId } = parseInput(assignmentInput, input);
  return giveDuty(ctx, { needId, reserve, personId }, manager, manager.id, key);
}

async function giveDuty(
  ctx: CommandContext,
  { needId, reserve, personId }: { needId: string; reserve: 'yes' | 'no'; personId: string },
  by: Holder,
  assignedBy: string | null,
  key: string,
): Promise<{ dutyId: string }> {
  const { db, now } = ctx;
  const found = await findNeed(ctx, needId);
  if (!found) throw refusal('need_unknown', dutyRefusals);
  const { session } = found;
  const entry = await findGuideEntry(ctx, personId, session.hallSlug);
  const dutyId = newId(now);
  const row = db.insert(guideDuties).values({
    id: dutyId,
    needId,
    personId,
    volunteerId: entry ?? null,
    startsAt: session.startsAt,
    endsAt: session.endsAt,
    assignedBy,
    takenAt: now,
    state: reserve === 'yes' ? 'reserve' : 'active',
  });
  const messages = [
    await queueMessage(ctx, {
      template: 'duty_reminder',
      idempotencyKey: `duty-reminder:${dutyId}`,
      values: { dutyId },
    }),
    ...(assignedBy !== null && personId !== assignedBy
      ? [
          await queueMessage(ctx, {
            template: 'duty_assigned',
            idempotencyKey: `duty-assigned:${dutyId}`,
            values: { dutyId },
          }),
        ]
      : []),
  ];
  return actOnce(ctx, by.id, key, {
    command: assignedBy === null ? 'takeDuty' : 'assignDuty',
    action: assignedBy === null ? 'guide_duty.take' : 'guide_duty.assign',
    subject: ['guide_duty', dutyId],
    body: { needId, reserve, personId },
    details: { needId, reserve: reserve === 'yes' },
    statements: [row, ...messages],
    refusals: dutyRefusals,
    answer: { dutyId },
  });
}

/**
 * Drops out of one's own duty. The first in reserve moves up and is told; where nobody stands in reserve, the manager's
 * desk calls for somebody.
 * @throws DomainError `not_found` (not yours), `conflict` (ended before, begun), `unavailable`.
 */
export async function dropDuty(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ dutyId: string }> {
  return endDuty(ctx, by, parseInput(dutyReference, input).dutyId, 'own', key);
}

/**
 * Lets a guide go, who is told; the first in reserve moves up. The hall's manager, or staff for themselves.
 * @throws DomainError `not_found` (not of your hall), `conflict` (ended before), `unavailable`.
 */
export async function dismissGuide(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ dutyId: string }> {
  const { dutyId } = parseInput(dutyReference, input);
  const found = await findDuty(ctx, dutyId);
  if (!found || !can(by, { action: 'hall.door', hall: found.session.hallSlug })) {
    throw refusal('duty_unknown', dropRefusals);
  }
  const reason = found.duty.personId === by.id ? 'own' : 'manager';
  return endDuty(ctx, by, dutyId, reason, key);
}

async function endDuty(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  dutyId: string,
  reason: 'own' | 'manager',
  key: string,
): Promise<{ dutyId: string }> {
  const { db, now } = ctx;
  const messages = [
    await promotionMessage(ctx, dutyId),
    ...(reason === 'own' ? [] : [await dropMessage(ctx, dutyId)]),
  ];
  return actOnce(ctx, by.id, key, {
    command: reason === 'own' ? 'dropDuty' : 'dismissGuide',
    action: reason === 'own' ? 'guide_duty.drop' : 'guide_duty.dismiss',
    subject: ['guide_duty', dutyId],
    body: { dutyId },
    statements: [
      db.insert(dutyDrops).values({ dutyId, reason, droppedBy: by.id, droppedAt: now }),
      ...messages,
    ],
    refusals: dropRefusals,
    answer: { dutyId },
  });
}

/**
 * Notes at the door that a guide is there; a volunteer's hours count from then. Staff of the hall, for others.
 * @throws DomainError `not_found` (other halls'), `conflict` (too early, over, noted before, one's own), `unavailable`.
 */
export async function checkInGuide(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ dutyId: string }> {
  const { dutyId } = parseInput(dutyReference, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'checkInGuide',
    action: 'guide_duty.check_in',
    subject: ['guide_duty', dutyId],
    body: { dutyId },
    statements: [db.insert(dutyCheckIns).values({ dutyId, markedBy: by.id, checkedInAt: now })],
    refusals: checkInRefusals,
    answer: { dutyId },
  });
}

/**
 * 撤回签到, of somebody who is not there after all: the hours go, and the duty is to be served again. Staff of the hall,
 * for others, while the session lasts.
 * @throws DomainError `not_found` (other halls'), `conflict` (not noted, over, certified, one's own), `unavailable`.
 */
export async function undoCheckIn(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ dutyId: string }> {
  const { dutyId } = parseInput(dutyReference, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'undoCheckIn',
    action: 'guide_duty.undo_check_in',
    subject: ['guide_duty', dutyId],
    body: { dutyId },
    statements: [
      db.insert(dutyCheckInUndoings).values({
        dutyId,
        // None: the guard says so.
        checkedInAt: sql`coalesce((SELECT checked_in_at FROM duty_check_ins WHERE duty_id = ${dutyId}), 0)`,
        undoneBy: by.id,
        undoneAt: now,
      }),
    ],
    refusals: undoCheckInRefusals,
    answer: { dutyId },
  });
}

/**
 * Ends the duties of sessions that were stopped or withdrawn, and tells their guides; tells those who moved up for a
 * guide that left the registry or the site. @returns how many duties.
 */
export async function releaseGuides(ctx: CommandContext): Promise<number> {
  const { db, now } = ctx;
  const [stopped, promotions] = await db.batch([
    listStoppedDuties(ctx, RELEASED_MAX),
    listUntoldPromotions(ctx, RELEASED_MAX),
  ]);
  if (stopped.length + promotions.length === 0) return 0;
  const statements: Statement[] = [];
  for (const { droppedId } of promotions) {
    statements.push(await promotionMessage(ctx, droppedId));
  }
  for (const { id: dutyId } of stopped) {
    statements.push(
      print(
        db.insert(dutyDrops).values({ dutyId, reason: 'stopped', droppedBy: null, droppedAt: now }),
      ),
      await dropMessage(ctx, dutyId),
      await auditEntry(ctx, {
        actor: { kind: 'job', id: 'release-guides' },
        action: 'guide_duty.release',
        subjectKind: 'guide_duty',
        subjectId: dutyId,
      }),
    );
  }
  try {
    await writeAtomically(db, statements, releaseRefusals);
    return stopped.length + promotions.length;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'roster_has_moved') return 0;
    throw error;
  }
}

const promotionMessage = (ctx: CommandContext, droppedId: string) =>
  queueMessage(ctx, {
    template: 'duty_promoted',
    idempotencyKey: `duty-promoted:${droppedId}`,
    values: { droppedId },
  });

const dropMessage = (ctx: CommandContext, dutyId: string) =>
  queueMessage(ctx, {
    template: 'duty_dropped',
    idempotencyKey: `duty-dropped:${dutyId}`,
    values: { dutyId },
  });

const missing = (reason: string, message: string) => new DomainError('not_found', reason, message);

/** A refusal that is plain before anything is written, in the guard's own words. */
function refusal(reason: string, refusals: Refusals): DomainError {
  const { code, message } = refusals[reason]!;
  return new DomainError(code, reason, message);
}
