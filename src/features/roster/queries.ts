import {
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNull,
  lt,
  ne,
  notExists,
  or,
  sql,
} from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { readTogether } from '../../lib/db/read.ts';
import { NEXT_SHOWN, queueQuestion, type QueueQuestion } from '../../lib/queues.ts';
import {
  addDays,
  calendarDate,
  DAY_MS,
  formatDayTime,
  instantOf,
  type CalendarDate,
} from '../../lib/time.ts';
import { personPhone } from '../accounts/queries.ts';
import { people, type Person } from '../accounts/table.ts';
import { hallSessions, type HallSession } from '../halls/table.ts';
import { outboxMessages } from '../notifications/table.ts';
import { hallStops } from '../stops/table.ts';
import { roleGrants } from '../roles/table.ts';
import { findPool, listSkills, volunteerName } from '../volunteers/queries.ts';
import { volunteers, type Skill, type Volunteer } from '../volunteers/table.ts';
import { CALLED_DAYS } from './policy.ts';
import { dutyDrops, guideDuties, guideNeeds, type GuideDuty, type GuideNeed } from './table.ts';

type Reader = Pick<CommandContext, 'db'>;

/** Duties a person is shown at most: a guide of every day for half a year. */
const OWN_DUTIES_MAX = 100;

/** A duty as staff see it, with who it is. */
export interface RosterDuty {
  duty: GuideDuty;
  /** Full name of a volunteer, who agreed to that; `工作人员`, for the hall's own, whose names nobody asks. */
  name: string;
  /** The last four digits, which tell two of one name apart. */
  phoneEnd: string;
}

export interface RosterNeed {
  need: GuideNeed;
  duties: RosterDuty[];
}

export interface RosterSession {
  session: HallSession;
  needs: RosterNeed[];
}

/** The reads of what a hall's sessions on some days need and who has it, for a batch of the caller's. */
export function rosterReads(
  ctx: Reader,
  hall: string,
  { from, until }: { from: CalendarDate; until: CalendarDate },
) {
  return readsOf(
    ctx,
    and(
      eq(hallSessions.hallSlug, hall),
      gte(hallSessions.startsAt, instantOf(from)),
      lt(hallSessions.startsAt, instantOf(addDays(until, 1))),
      isNull(hallSessions.withdrawnAt),
    ),
  );
}

/** The same by itself, in one request. */
export async function readRoster(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  hall: string,
  days: { from: CalendarDate; until: CalendarDate },
): Promise<Roster> {
  return gatherRoster(ctx, await readTogether(ctx.db, rosterReads(ctx, hall, days)));
}

/** One session of a hall, in the same way. */
export async function readSessionRoster(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  hall: string,
  sessionId: string,
) {
  const which = and(eq(hallSessions.hallSlug, hall), eq(hallSessions.id, sessionId));
  const { sessions, skills } = await gatherRoster(
    ctx,
    await readTogether(ctx.db, readsOf(ctx, which)),
  );
  const [found] = sessions;
  return found && { ...found, skills };
}

export interface Roster {
  sessions: RosterSession[];
  skills: readonly Skill[];
}

function readsOf(ctx: Reader, which: ReturnType<typeof and>) {
  const { db } = ctx;
  return {
    rosterSessions: db.select().from(hallSessions).where(which).orderBy(asc(hallSessions.startsAt)),
    needs: db
      .select({ need: guideNeeds })
      .from(hallSessions)
      .innerJoin(guideNeeds, eq(guideNeeds.sessionId, hallSessions.id))
      .where(and(which, eq(guideNeeds.state, 'open')))
      .orderBy(asc(guideNeeds.id)),
    duties: db
      .select({ duty: guideDuties, person: people, volunteer: volunteers })
      .from(hallSessions)
      .innerJoin(guideNeeds, eq(guideNeeds.sessionId, hallSessions.id))
      .innerJoin(guideDuties, eq(guideDuties.needId, guideNeeds.id))
      .innerJoin(people, eq(people.id, guideDuties.personId))
      .leftJoin(volunteers, eq(volunteers.id, guideDuties.volunteerId))
      .where(and(which, ne(guideDuties.state, 'dropped')))
      .orderBy(asc(guideDuties.id)),
    skills: listSkills(ctx),
  };
}

type RosterReads = ReturnType<typeof readsOf>;

/** What those reads gave, each guide with their name. */
export async function gatherRoster(
  ctx: Pick<CommandContext, 'keys'>,
  found: { [Name in keyof RosterReads]: Awaited<RosterReads[Name]> },
): Promise<Roster> {
  const named = await Promise.all(
    found.duties.map(async ({ duty, person, volunteer }) => ({
      duty,
      ...(await guideName(ctx, person, volunteer)),
    })),
  );
  const needs = found.needs.map(({ need }) => ({
    need,
    duties: named.filter(({ duty }) => duty.needId === need.id),
  }));
  const sessions = found.rosterSessions.map((session) => ({
    session,
    needs: needs.filter(({ need }) => need.sessionId === session.id),
  }));
  return { sessions, skills: found.skills };
}

/** How staff of the hall call a guide. Empty digits for an account that is gone. */
export async function guideName(
  ctx: Pick<CommandContext, 'keys'>,
  person: Person,
  volunteer: Volunteer | null,
): Promise<{ name: string; phoneEnd: string }> {
  if (person.dataKeyCipher.length === 0) return { name: '已离开', phoneEnd: '' };
  const phoneEnd = (await personPhone(ctx, person)).slice(-4);
  const name = volunteer ? (await volunteerName(ctx, person, volunteer)) || '已离开' : '工作人员';
  return { name, phoneEnd };
}

/** Someone whom the manager can assign. */
export interface Candidate {
  personId: string;
  name: string;
  phoneEnd: string;
  isStaff: boolean;
}

/** Who can be assigned to a need: volunteers of this hall who can do it, and its own staff, all free at that time. */
export async function listCandidates(
  ctx: Pick<CommandContext, 'db' | 'keys'>,
  session: HallSession,
  need: GuideNeed,
): Promise<Candidate[]> {
  const { db } = ctx;
  const [pool, speakers, staff, busy] = await db.batch([
    findPool(ctx, {
      purpose: 'guiding',
      skills: [need.skillCode],
      hallSlug: session.hallSlug,
      ...(need.trained ? { trainedOn: calendarDate(session.startsAt) } : {}),
    }),
    findPool(ctx, {
      purpose: 'guiding',
      skills: [need.languageCode ?? need.skillCode],
      hallSlug: session.hallSlug,
    }),
    db
      .selectDistinct({ person: people })
      .from(roleGrants)
      .innerJoin(people, eq(people.id, roleGrants.personId))
      .where(
        and(
          eq(roleGrants.scopeKind, 'hall'),
          eq(roleGrants.scopeId, session.hallSlug),
          eq(roleGrants.state, 'active'),
        ),
      ),
    db
      .select({ personId: guideDuties.personId })
      .from(guideDuties)
      .where(
        and(
          lt(guideDuties.startsAt, session.endsAt),
          gt(guideDuties.startsAt, new Date(session.startsAt.getTime() - 86_400_000)),
          gt(guideDuties.endsAt, session.startsAt),
          ne(guideDuties.state, 'dropped'),
        ),
      ),
  ]);
  const isFree = (personId: string) => !busy.some((one) => one.personId === personId);
  const able = pool.filter(
    ({ person }) => isFree(person.id) && speakers.some((one) => one.person.id === person.id),
  );
  const own = staff.filter(
    ({ person }) => isFree(person.id) && !able.some((one) => one.person.id === person.id),
  );
  return Promise.all([
    ...able.map(async ({ person, volunteer }) => ({
      personId: person.id,
      ...(await guideName(ctx, person, volunteer)),
      isStaff: false,
    })),
    ...own.map(async ({ person }) => ({
      personId: person.id,
      ...(await guideName(ctx, person, null)),
      isStaff: true,
    })),
  ]);
}

/** A need with its session, for whoever takes or gives a duty of it. */
export async function findNeed({ db }: Reader, needId: string) {
  const [found] = await db
    .select({ need: guideNeeds, session: hallSessions })
    .from(guideNeeds)
    .innerJoin(hallSessions, eq(hallSessions.id, guideNeeds.sessionId))
    .where(eq(guideNeeds.id, needId));
  return found;
}

/** Sessions of a hall and whether each has an open need of this kind already. */
export async function listSessionsToStaff(
  { db }: Reader,
  hall: string,
  { from, until }: { from: Date; until: Date },
  { skill, language }: { skill: string; language: string | null },
) {
  const has = exists(
    db
      .select({ one: sql`1` })
      .from(guideNeeds)
      .where(
        and(
          eq(guideNeeds.sessionId, hallSessions.id),
          eq(guideNeeds.state, 'open'),
          eq(guideNeeds.skillCode, skill),
          language === null
            ? isNull(guideNeeds.languageCode)
            : eq(guideNeeds.languageCode, language),
        ),
      ),
  );
  return db
    .select({ session: hallSessions, hasNeed: sql<number>`${has}`.mapWith(Boolean) })
    .from(hallSessions)
    .where(
      and(
        eq(hallSessions.hallSlug, hall),
        gte(hallSessions.startsAt, from),
        lt(hallSessions.startsAt, until),
      ),
    )
    .orderBy(asc(hallSessions.startsAt));
}

/** A session by its id within a hall. */
export async function findHallSession({ db }: Reader, hall: string, sessionId: string) {
  const [found] = await db
    .select()
    .from(hallSessions)
    .where(and(eq(hallSessions.id, sessionId), eq(hallSessions.hallSlug, hall)));
  return found;
}

/** Duties of a need that somebody holds or stands in reserve for. */
export async function listHeldDuties({ db }: Reader, needId: string) {
  return db
    .select({ id: guideDuties.id })
    .from(guideDuties)
    .where(and(eq(guideDuties.needId, needId), inArray(guideDuties.state, ['active', 'reserve'])));
}

/**
 * The entry in the registry under which somebody guides at a hall; undefined for its own staff, of whom nobody asks for
 * one, and for those who named another hall. The guard judges whose duty it may be.
 */
export async function findGuideEntry(
  { db }: Reader,
  personId: string,
  hall: string,
): Promise<string | undefined> {
  const isStaff = exists(
    db
      .select({ one: sql`1` })
      .from(roleGrants)
      .where(
        and(
          eq(roleGrants.personId, personId),
          eq(roleGrants.scopeKind, 'hall'),
          eq(roleGrants.scopeId, hall),
          eq(roleGrants.state, 'active'),
        ),
      ),
  );
  const [found] = await db
    .select({ id: volunteers.id })
    .from(volunteers)
    .where(
      and(
        eq(volunteers.personId, personId),
        eq(volunteers.hallSlug, hall),
        inArray(volunteers.state, ['asked', 'confirmed']),
        sql`not ${isStaff}`,
      ),
    );
  return found?.id;
}

/** A duty with its session and whose it is. */
export async function findDuty({ db }: Reader, dutyId: string) {
  const [found] = await db
    .select({ duty: guideDuties, need: guideNeeds, session: hallSessions, person: people })
    .from(guideDuties)
    .innerJoin(guideNeeds, eq(guideNeeds.id, guideDuties.needId))
    .innerJoin(hallSessions, eq(hallSessions.id, guideNeeds.sessionId))
    .innerJoin(people, eq(people.id, guideDuties.personId))
    .where(eq(guideDuties.id, dutyId));
  return found;
}

/** What a person guides or stands in reserve for from now on, the next one first. A query. */
export function listOwnDuties({ db, now }: Pick<CommandContext, 'db' | 'now'>, personId: string) {
  return db
    .select({ duty: guideDuties, need: guideNeeds, session: hallSessions })
    .from(guideDuties)
    .innerJoin(guideNeeds, eq(guideNeeds.id, guideDuties.needId))
    .innerJoin(hallSessions, eq(hallSessions.id, guideNeeds.sessionId))
    .where(
      and(
        eq(guideDuties.personId, personId),
        gt(guideDuties.endsAt, now),
        inArray(guideDuties.state, ['active', 'reserve', 'served']),
      ),
    )
    .orderBy(asc(guideDuties.startsAt))
    .limit(OWN_DUTIES_MAX);
}

/** All duties that a person ever had, the newest first, for their own data. A query. */
export function allOwnDuties({ db }: Reader, personId: string) {
  return db
    .select({ duty: guideDuties, hall: hallSessions.hallSlug, reason: dutyDrops.reason })
    .from(guideDuties)
    .innerJoin(guideNeeds, eq(guideNeeds.id, guideDuties.needId))
    .innerJoin(hallSessions, eq(hallSessions.id, guideNeeds.sessionId))
    .leftJoin(dutyDrops, eq(dutyDrops.dutyId, guideDuties.id))
    .where(eq(guideDuties.personId, personId))
    .orderBy(desc(guideDuties.startsAt));
}

const held = sql<number>`(
  SELECT count(*) FROM ${guideDuties} AS held
  WHERE held.need_id = ${guideNeeds.id} AND held.state IN ('active', 'served'))`.mapWith(Number);

/** The hall at which a volunteer guides. */
const hallOf = ({ db }: Reader, personId: string) =>
  db
    .select({ slug: volunteers.hallSlug })
    .from(volunteers)
    .where(
      and(eq(volunteers.personId, personId), inArray(volunteers.state, ['asked', 'confirmed'])),
    );

/** Needs of the coming sessions of a volunteer's hall with how many have been found: what they can take. A query. */
export function listOpenNeeds({ db, now }: Pick<CommandContext, 'db' | 'now'>, personId: string) {
  return db
    .select({ need: guideNeeds, session: hallSessions, held })
    .from(hallSessions)
    .innerJoin(guideNeeds, eq(guideNeeds.sessionId, hallSessions.id))
    .where(
      and(
        inArray(hallSessions.hallSlug, hallOf({ db }, personId)),
        gt(hallSessions.startsAt, now),
        isNull(hallSessions.withdrawnAt),
        isNull(hallSessions.stopId),
        eq(guideNeeds.state, 'open'),
      ),
    )
    .orderBy(asc(hallSessions.startsAt))
    .limit(OWN_DUTIES_MAX);
}

/** What of the roster a message tells: a duty as it stands when the message leaves. */
export async function findDutyToTell({ db }: Reader, dutyId: string) {
  const [found] = await db
    .select({ duty: guideDuties, drop: dutyDrops, person: people })
    .from(guideDuties)
    .innerJoin(people, eq(people.id, guideDuties.personId))
    .leftJoin(dutyDrops, eq(dutyDrops.dutyId, guideDuties.id))
    .where(eq(guideDuties.id, dutyId));
  return found;
}

/** Who moved up when somebody dropped this duty; undefined where nobody stood in reserve. */
export async function findPromoted({ db }: Reader, droppedId: string) {
  const gone = db
    .select({ needId: guideDuties.needId })
    .from(guideDuties)
    .where(eq(guideDuties.id, droppedId));
  const at = db
    .select({ at: dutyDrops.droppedAt })
    .from(dutyDrops)
    .where(eq(dutyDrops.dutyId, droppedId));
  const [found] = await db
    .select({ duty: guideDuties, person: people })
    .from(guideDuties)
    .innerJoin(people, eq(people.id, guideDuties.personId))
    .where(
      and(
        inArray(guideDuties.needId, gone),
        inArray(guideDuties.promotedAt, at),
        eq(guideDuties.state, 'active'),
      ),
    );
  return found;
}

/** Duties of sessions that no longer take place, told of in the job's next run. A query. */
export function listStoppedDuties({ db, now }: Pick<CommandContext, 'db' | 'now'>, most: number) {
  return db
    .select({ id: guideDuties.id })
    .from(guideDuties)
    .innerJoin(guideNeeds, eq(guideNeeds.id, guideDuties.needId))
    .innerJoin(hallSessions, eq(hallSessions.id, guideNeeds.sessionId))
    .leftJoin(hallStops, eq(hallStops.id, hallSessions.stopId))
    .where(
      and(
        inArray(guideDuties.state, ['reserve', 'active']),
        gt(guideDuties.startsAt, now),
        or(sql`${hallSessions.withdrawnAt} IS NOT NULL`, eq(hallStops.state, 'done')),
      ),
    )
    .orderBy(asc(guideDuties.startsAt))
    .limit(most);
}

/**
 * Duties whose guides left the registry or the site, for each of which somebody in reserve has moved up and does not know
 * it. A query.
 */
export function listUntoldPromotions(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  most: number,
) {
  const gone = alias(guideDuties, 'gone');
  const left = db
    .select({ one: sql`1` })
    .from(dutyDrops)
    .where(
      and(
        eq(dutyDrops.dutyId, gone.id),
        eq(dutyDrops.droppedAt, guideDuties.promotedAt),
        eq(dutyDrops.reason, 'left'),
      ),
    );
  const message = db
    .select({ one: sql`1` })
    .from(outboxMessages)
    .where(eq(outboxMessages.idempotencyKey, sql`'duty-promoted:' || ${gone.id}`));
  return db
    .select({ droppedId: gone.id })
    .from(guideDuties)
    .innerJoin(gone, eq(gone.needId, guideDuties.needId))
    .where(
      and(
        gt(guideDuties.startsAt, now),
        eq(guideDuties.state, 'active'),
        // Messages are not kept for ever; who moved up longer ago was told.
        gt(guideDuties.promotedAt, new Date(now.getTime() - DAY_MS)),
        exists(left),
        notExists(message),
      ),
    )
    .limit(most);
}

/** Sessions of the coming week that lack guides, for the managers of their halls. */
export function rosterQueue(
  { db, now }: Pick<CommandContext, 'db' | 'now'>,
  slugs: readonly string[],
  hallName: (slug: string) => string,
): QueueQuestion {
  const lacking = and(
    inArray(hallSessions.hallSlug, [...slugs]),
    gt(hallSessions.startsAt, now),
    lt(hallSessions.startsAt, instantOf(addDays(calendarDate(now), CALLED_DAYS + 1))),
    isNull(hallSessions.withdrawnAt),
    isNull(hallSessions.stopId),
    eq(guideNeeds.state, 'open'),
    sql`${guideNeeds.guides} > ${held}`,
  );
  const tomorrow = instantOf(addDays(calendarDate(now), 2));
  const counted = db
    .select({
      n: count(),
      soon: sql<number>`coalesce(sum(${hallSessions.startsAt} < ${tomorrow.getTime()}), 0)`,
    })
    .from(hallSessions)
    .innerJoin(guideNeeds, eq(guideNeeds.sessionId, hallSessions.id))
    .where(lacking);
  const next = db
    .select({ session: hallSessions, guides: guideNeeds.guides, held })
    .from(hallSessions)
    .innerJoin(guideNeeds, eq(guideNeeds.sessionId, hallSessions.id))
    .where(lacking)
    .orderBy(asc(hallSessions.startsAt))
    .limit(NEXT_SHOWN);
  return queueQuestion([counted, next], ([[sumOf], rows]) => ({
    queue: 'roster',
    title: '讲解员排班',
    href: `/staff/halls/${rows[0]?.session.hallSlug ?? slugs[0]}/roster`,
    summary: `${CALLED_DAYS}天内${sumOf?.n ?? 0}处缺讲解员`,
    count: sumOf?.n ?? 0,
    overdue: sumOf?.soon ?? 0,
    cut: (sumOf?.n ?? 0) > rows.length,
    next: rows.map(({ session, guides, held: has }) => ({
      text: `${formatDayTime(session.startsAt)}缺${guides - has}位`,
      href: `/staff/halls/${session.hallSlug}/roster/${session.id}`,
      ...(slugs.length > 1 ? { about: hallName(session.hallSlug) } : {}),
      due: {
        text: session.startsAt < tomorrow ? '明天以前要找到' : '一周内',
        late: session.startsAt < tomorrow,
      },
    })),
  }));
}
