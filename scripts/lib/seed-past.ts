import { inArray, lt, sql } from 'drizzle-orm';
import { newPerson } from '../../src/features/accounts/statements.ts';
import { bookings, cancellations, expiries } from '../../src/features/bookings/table.ts';
import { doorEvents } from '../../src/features/door/table.ts';
import { feedbackDecisions, visitFeedback } from '../../src/features/feedback/table.ts';
import { groupClasses, groupDecisions, groupRequests } from '../../src/features/groups/table.ts';
import { plannedSessions } from '../../src/features/halls/policy.ts';
import { readOpeningPlan } from '../../src/features/halls/queries.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { organisationMembers, organisations } from '../../src/features/organisations/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { print, writeAtomically, type Query, type Statement } from '../../src/lib/db/commit.ts';
import { newBookingCode, newId } from '../../src/lib/ids.ts';
import type { DataKey } from '../../src/lib/keyring.ts';
import { addMinutes, calendarDate, DAY_MS, instantOf, weekdayOf } from '../../src/lib/time.ts';

const WEEKS = 8;
/** Sessions are planned this far at a time: a hall's own window. */
const WINDOW_DAYS = 14;
const PEOPLE = 90;
/** SQLite takes 32,766 values in a statement. */
const ROWS_A_STATEMENT = 400;
const SATURDAY = 6;

const surnames = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨';
const givenNames = ['伟', '芳', '敏', '静', '磊', '洋', '艳', '勇', '杰', '娟'];

/** Where groups come from: their county's schools are counted together. */
const groups = [
  { name: '示例亭湖第一小学', kind: 'school', regionCode: '320902' },
  { name: '示例盐都实验小学', kind: 'school', regionCode: '320903' },
  { name: '示例建湖中心小学', kind: 'school', regionCode: '320925' },
  { name: '示例大丰第三小学', kind: 'school', regionCode: '320904' },
  { name: '示例射阳第二小学', kind: 'school', regionCode: '320924' },
  { name: '示例盐城纺织厂', kind: 'enterprise', regionCode: '320902' },
] as const;

const praise = [
  [5, '地震屋很真实，孩子回家还在讲怎么躲。'],
  [5, '讲解员耐心，每个人都摸到了灭火器。'],
  [4, '很好，就是下午第二场人有点多。'],
  [5, '带外婆来的，台阶旁边有扶手，放心。'],
  [3, '烟雾走道排队久了一点，希望分批进。'],
  [4, '建议入口多放几把椅子，给老人坐。'],
  [5, '学会了心肺复苏的按压节奏，值得来。'],
  [2, '到的时候投影坏了，少看了一个展项。'],
] as const;

export interface PastPeople {
  manager: { id: string };
  staff: { id: string };
}

/**
 * Eight weeks of a hall that are over, so that its figures show something: visits that came, were cancelled or nobody came
 * for, groups, walk-ins and feedback. Every guard of the database is asked, as the rows carry their own times; no message
 * is sent and nothing is said in the audit log, since nobody did it.
 * @returns how many sessions; 0 where the hall has a past already.
 */
export async function seedPast(
  ctx: CommandContext,
  hallSlug: string,
  { manager, staff }: PastPeople,
): Promise<number> {
  const { db, now } = ctx;
  const [old] = await db
    .select({ id: hallSessions.id })
    .from(hallSessions)
    .where(lt(hallSessions.startsAt, instantOf(calendarDate(now))))
    .limit(1);
  if (old) return 0;
  const random = generator(20_261_122);
  const sessions = await pastSessions(ctx, hallSlug);
  const people = await pastPeople(ctx);
  const rows = new Rows();
  const leaders = people.slice(0, groups.length);
  rows.add(
    db.insert(hallSessions).values(sessions),
    ...people.flatMap(({ statements }) => statements),
    db.insert(organisations).values(
      groups.map((one, nth) => ({
        ...{ id: leaders[nth]!.organisationId, ...one },
        ...{ claimedBy: leaders[nth]!.id, claimedAt: leaders[nth]!.since },
      })),
    ),
    db.insert(organisationMembers).values(
      leaders.map(({ id, organisationId, since }) => ({
        ...{ id: newId(since), organisationId, personId: id, addedBy: id, addedAt: since },
        responsible: true,
      })),
    ),
    db
      .update(organisations)
      .set({ state: 'verified' })
      .where(
        inArray(
          organisations.id,
          leaders.map(({ organisationId }) => organisationId),
        ),
      ),
  );
  const places = new Map(sessions.map(({ id, openPlaces }) => [id, openPlaces]));
  const visits: Visit[] = [];

  // Groups first: what they leave goes back to families, as the hall's job does three workdays before.
  for (const [nth, days] of groupDays(sessions).entries()) {
    const leader = leaders[nth % leaders.length]!;
    const group = groups[nth % groups.length]!;
    const requestId = newId(leader.since);
    // Some workdays before their places go back to families: more before a long holiday.
    const askedAt = addMinutes(days[0]!.groupsReleaseAt, -3 * 24 * 60);
    rows.add(
      db.insert(groupRequests).values({
        ...{ id: requestId, code: newBookingCode(), hallSlug, personId: leader.id },
        ...{ organisationId: leader.organisationId, kind: group.kind, groupName: group.name },
        leaderNameCipher: await leader.dataKey.encrypt(
          `group_requests.leader_name:${requestId}`,
          leader.name,
        ),
        needsCipher: new Uint8Array(),
        ...{ buses: days.length, lunch: false, askedAt, answerDueAt: addMinutes(askedAt, 48 * 60) },
        heldUntil: addMinutes(askedAt, 96 * 60),
      }),
      db.insert(groupDecisions).values({
        ...{ id: newId(askedAt), requestId, decision: 'approved', reason: '' },
        ...{ decidedBy: manager.id, decidedAt: addMinutes(askedAt, 26 * 60) },
      }),
    );
    for (const [part, session] of days.entries()) {
      const size = { adults: 3, children: 20 + Math.floor(random() * 8) };
      const id = newId(askedAt);
      const boys = Math.floor(size.children / 2);
      rows.add(
        db.insert(bookings).values({
          ...(await bookingRow(ctx, id, session.id, leader)),
          ...{ ...size, createdAt: askedAt, kind: 'group', groupRequestId: requestId },
        }),
        db.insert(groupClasses).values({
          ...{ bookingId: id, requestId, label: `${3 + (nth % 3)}年级${part + 1}班` },
          ...{ boys, girls: size.children - boys },
        }),
      );
      visits.push({ id, session, people: size.adults + size.children, came: true, leader });
      places.set(session.id, places.get(session.id)! - size.adults - size.children);
    }
  }
  rows.add(
    db
      .update(hallSessions)
      .set({ groupPlaces: sql`${hallSessions.bookedGroups}` })
      .where(
        inArray(
          hallSessions.id,
          sessions.map(({ id }) => id),
        ),
      ),
  );

  const families: (typeof bookings.$inferInsert)[] = [];
  const called: (typeof cancellations.$inferInsert)[] = [];
  const held = new Map<string, Set<string>>();
  for (const session of sessions) {
    const wanted =
      demandOf(session.startsAt, random) * (places.get(session.id)! - session.walkInPlaces);
    let taken = 0;
    // A place that is given back was taken before.
    let ever = 0;
    while (taken < wanted) {
      const person = people[groups.length + Math.floor(random() * (PEOPLE - groups.length))]!;
      const own = held.get(person.id) ?? new Set();
      held.set(person.id, own);
      const size = { adults: 1 + Math.floor(random() * 2), children: Math.floor(random() * 3) };
      const count = size.adults + size.children;
      if (ever + count > places.get(session.id)! - session.walkInPlaces) break;
      if (own.has(session.id)) continue;
      own.add(session.id);
      ever += count;
      const lead = Math.min(
        13 * DAY_MS,
        Math.floor(random() * random() * 13 * DAY_MS) + 3 * 3_600_000,
      );
      const createdAt = new Date(session.startsAt.getTime() - lead);
      const id = newId(createdAt);
      families.push({
        ...(await bookingRow(ctx, id, session.id, person)),
        ...{ ...size, createdAt, kind: 'individual' },
      });
      const fate = random();
      if (fate < 0.1) {
        const cancelledAt = addMinutes(session.cancellationClosesAt, -20);
        called.push({ bookingId: id, personId: person.id, cancelledAt });
        continue;
      }
      taken += count;
      visits.push({ id, session, people: count, came: fate > 0.18, person });
    }
  }
  for (const part of parts(families)) rows.add(db.insert(bookings).values(part));
  for (const part of parts(called)) rows.add(db.insert(cancellations).values(part));
  const missed = visits.filter(({ came }) => !came);
  for (const part of parts(missed)) {
    rows.add(
      db
        .insert(expiries)
        .values(part.map(({ id, session }) => ({ bookingId: id, expiredAt: session.endsAt }))),
    );
  }
  const arrived = visits.filter(({ came }) => came);
  const entered = arrived.map(({ id, session, people: count }) => ({
    ...entry(session, addMinutes(session.startsAt, Math.floor(random() * 25) - 15)),
    ...{ bookingId: id, people: count, markedBy: staff.id },
  }));
  const walkedIn = sessions
    .filter(({ walkInPlaces }) => walkInPlaces > 0 && random() < 0.6)
    .map((session) => ({
      ...entry(session, addMinutes(session.startsAt, 4)),
      ...{ people: 1 + Math.floor(random() * 3), markedBy: staff.id },
    }));
  for (const part of parts([...entered, ...walkedIn])) rows.add(db.insert(doorEvents).values(part));
  await addFeedback(ctx, rows, hallSlug, { arrived, manager, random });
  await writeAtomically(db, rows.statements, {});
  return sessions.length;
}

type Session = typeof hallSessions.$inferSelect;
type PastPerson = Awaited<ReturnType<typeof pastPeople>>[number];

interface Visit {
  id: string;
  session: Session;
  people: number;
  came: boolean;
  person?: PastPerson;
  leader?: PastPerson;
}

/** Collects what goes into one batch, so that a start which is cut off leaves nothing of it. */
class Rows {
  readonly statements: Statement[] = [];
  add(...added: (Query | Statement)[]): void {
    for (const one of added) this.statements.push('toSQL' in one ? print(one) : one);
  }
}

/** What the hall's own pattern would have opened, without the day that is not over. */
async function pastSessions(ctx: CommandContext, hallSlug: string): Promise<Session[]> {
  const today = instantOf(calendarDate(ctx.now));
  const byStart = new Map<number, Session>();
  for (let days = WEEKS * 7; days > 0; days -= WINDOW_DAYS) {
    const now = new Date(today.getTime() - days * DAY_MS);
    const { halls, plan } = await readOpeningPlan({ ...ctx, now });
    const hall = halls.find(({ slug }) => slug === hallSlug);
    if (!hall) continue;
    for (const planned of plannedSessions(hall, plan, now)) {
      if (planned.startsAt >= today) continue;
      byStart.set(planned.startsAt.getTime(), {
        ...{ booked: 0, bookedGroups: 0, bookedWalkIns: 0, offered: 0, withdrawnAt: null },
        ...{ stopId: null, courseSlug: null, heldAt: '', joiningNote: '', adultsOnly: false },
        ...{ fromPattern: true, ...planned, id: newId(planned.startsAt) },
      });
    }
  }
  return [...byStart.values()];
}

async function pastPeople(ctx: CommandContext) {
  const since = new Date(ctx.now.getTime() - (WEEKS * 7 + 21) * DAY_MS);
  const made = Array.from({ length: PEOPLE }, async (_, nth) => {
    const phone = `1000000${String(1000 + nth)}`;
    const { id, dataKey, statements } = await newPerson({ ...ctx, now: since }, phone);
    const name = `示例${surnames[nth % surnames.length]}${givenNames[nth % givenNames.length]}`;
    const nameHash = await ctx.keys.hash('name', name);
    return { id, dataKey, statements, since, name, nameHash, organisationId: newId(since) };
  });
  return Promise.all(made);
}

async function bookingRow(
  { keys }: CommandContext,
  id: string,
  sessionId: string,
  {
    id: personId,
    name,
    nameHash,
    dataKey,
  }: { id: string; name: string; nameHash: Uint8Array<ArrayBuffer>; dataKey: DataKey },
) {
  return {
    ...{ id, code: newBookingCode(), sessionId, personId, contactNameHash: nameHash },
    contactNameCipher: await dataKey.encrypt(`bookings.contact_name:${id}`, name),
    keyVersion: keys.version,
  };
}

function entry({ id: sessionId, hallSlug }: Session, at: Date) {
  return {
    ...({ id: newId(at), hallSlug, sessionId, kind: 'in', settled: false } as const),
    ...{ happenedAt: at, receivedAt: at },
  };
}

async function addFeedback(
  ctx: CommandContext,
  rows: Rows,
  hallSlug: string,
  { arrived, manager, random }: { arrived: Visit[]; manager: { id: string }; random: () => number },
): Promise<void> {
  const { db } = ctx;
  const said: (typeof visitFeedback.$inferInsert)[] = [];
  const decided: (typeof feedbackDecisions.$inferInsert)[] = [];
  for (const { id, session, person } of arrived) {
    if (!person || random() > 0.28) continue;
    const nth = decided.length;
    const [score, words] = random() < 0.08 ? praise[nth % praise.length]! : [scoreOf(random()), ''];
    const givenAt = addMinutes(session.endsAt, 30 + Math.floor(random() * 600));
    said.push({
      ...{ bookingId: id, personId: person.id, hallSlug, score, givenAt },
      wordsCipher: words
        ? await person.dataKey.encrypt(`visit_feedback.words:${id}`, words)
        : new Uint8Array(),
    });
    if (!words) continue;
    decided.push({
      ...{ id: newId(givenAt), bookingId: id, decision: 'published', reason: '' },
      ...{ reply: score <= 3 ? '谢谢提醒，已经改了分批的办法。' : '', publicWords: words },
      ...{ decidedBy: manager.id, decidedAt: addMinutes(givenAt, 24 * 60) },
    });
  }
  for (const part of parts(said)) rows.add(db.insert(visitFeedback).values(part));
  for (const part of parts(decided)) rows.add(db.insert(feedbackDecisions).values(part));
}

/** Most people were content, a few were not. */
function scoreOf(share: number): number {
  if (share < 0.58) return 5;
  if (share < 0.85) return 4;
  return share < 0.95 ? 3 : 2;
}

/** On Wednesdays three classes of one school, on two other days of a week one group each. */
function groupDays(sessions: readonly Session[]): Session[][] {
  const byDay = Map.groupBy(
    sessions.filter(({ groupPlaces }) => groupPlaces >= 30),
    ({ startsAt }) => calendarDate(startsAt),
  );
  return [...byDay].flatMap(([date, ofDay]) => {
    const weekday = weekdayOf(date);
    if (ofDay.length > 3) return [ofDay.slice(0, 3)];
    return weekday === 2 || weekday === 5 ? [ofDay.slice(0, 1)] : [];
  });
}

/** How much of a session families want: more at week-ends and in the morning, a little more each week. */
function demandOf(startsAt: Date, random: () => number): number {
  const isWeekend = weekdayOf(calendarDate(startsAt)) >= SATURDAY;
  const share = (isWeekend ? 0.85 : 0.5) - (startsAt.getUTCHours() >= 6 ? 0.12 : 0);
  return Math.min(1, Math.max(0.1, share + (random() - 0.5) * 0.3));
}

function parts<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS_A_STATEMENT) }, (_, nth) =>
    rows.slice(nth * ROWS_A_STATEMENT, (nth + 1) * ROWS_A_STATEMENT),
  );
}

/** The same past on every machine (mulberry32): pictures of the figures stay comparable. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
