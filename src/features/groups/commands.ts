import { eq, sql } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, print, type Json, type Statement } from '../../lib/db/commit.ts';
import { DomainError, type Refusals } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newBookingCode, newId } from '../../lib/ids.ts';
import { calendarDate } from '../../lib/time.ts';
import { openPersonKey } from '../accounts/queries.ts';
import type { Person } from '../accounts/table.ts';
import { auditEntry } from '../audit/statements.ts';
import { newBooking } from '../bookings/statements.ts';
import { bookings } from '../bookings/table.ts';
import { readCalendar } from '../calendar/queries.ts';
import { halls } from '../halls/table.ts';
import { heldUntil } from '../group-holds/policy.ts';
import { contentDigest } from '../files/queries.ts';
import { fileLink } from '../files/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { organisations } from '../organisations/table.ts';
import type { Holder } from '../roles/policy.ts';
import {
  answerDueAt,
  answerRefusals,
  countsRefusals,
  groupProblems,
  letterRefusals,
  minorsOf,
  requestRefusals,
  ruleProblem,
  sizeOfAll,
} from './policy.ts';
import {
  groupAnswerInput,
  groupCountsInput,
  groupLetterInput,
  groupReference,
  groupRequestInput,
  type GroupClassInput,
  type GroupRequestInput,
} from './schema.ts';
import {
  groupChanges,
  groupClasses,
  groupDecisions,
  groupRequests,
  type GroupKind,
} from './table.ts';

/**
 * Asks for a visit of a whole group and holds its places while the hall decides: a booking for each class, all of
 * them or none.
 * @throws DomainError `invalid` (fields; too few people or adults; an organisation one does not act for), `not_found`
 * (no such hall), `conflict` (places gone, closed to groups, fair share or open requests used up), `unavailable`.
 */
export async function createGroupRequest(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ requestId: string; code: string }> {
  const asked = parseInput(groupRequestInput, input);
  const { db, now } = ctx;
  const { letterFileId } = asked;
  const [[hall], calendar, named, letter] = await Promise.all([
    db.select().from(halls).where(eq(halls.slug, asked.hallSlug)),
    readCalendar(ctx, yearOf(now)),
    namedAs(ctx, asked),
    letterFileId && contentDigest(ctx, letterFileId),
  ]);
  if (!hall) throw new DomainError('not_found', 'hall_unknown', '没有找到这个场馆。');
  const problem = ruleProblem(groupProblems(hall, asked.classes));
  if (problem) throw problem;
  const id = newId(now);
  const code = newBookingCode();
  const dataKey = await openPersonKey(ctx, person);
  const dueAt = answerDueAt(calendar, now);
  const { buses, lunch, needs = '', leaderName } = asked;
  const { kind, groupName } = named;
  const statements: (Statement | { toSQL(): { sql: string; params: unknown[] } })[] = [
    db.insert(groupRequests).values({
      id,
      code,
      hallSlug: hall.slug,
      personId: person.id,
      organisationId: asked.organisationId ?? null,
      kind,
      groupName,
      leaderNameCipher: await dataKey.encrypt(`group_requests.leader_name:${id}`, leaderName),
      needsCipher: await dataKey.encrypt(`group_requests.needs:${id}`, needs),
      buses,
      lunch,
      askedAt: now,
      answerDueAt: dueAt,
      heldUntil: heldUntil(calendar, dueAt),
    }),
  ];
  for (const one of asked.classes) {
    const booking = await newBooking(ctx, dataKey, {
      sessionId: one.sessionId,
      personId: person.id,
      adults: one.adults,
      children: minorsOf(one),
      contactName: leaderName,
      groupRequestId: id,
    });
    statements.push(
      booking.statement,
      db
        .insert(groupClasses)
        .values({ bookingId: booking.id, requestId: id, label: one.label, ...sexesOf(one) }),
    );
  }
  if (letterFileId) {
    const subject = { subjectKind: 'group_request', subjectId: id };
    statements.push(fileLink(ctx, { fileId: letterFileId, ...subject, linkedBy: person.id }));
  }
  const people = sizeOfAll(asked.classes);
  statements.push(
    await auditEntry(ctx, {
      actor: { kind: 'person', id: person.id },
      action: 'group_request.create',
      subjectKind: 'group_request',
      subjectId: id,
      details: { hall: hall.slug, kind, classes: asked.classes.length, people },
    }),
    await queueMessage(ctx, {
      template: 'group_asked',
      idempotencyKey: `group-asked:${id}`,
      values: { requestId: id },
    }),
  );
  return commitOnce(
    db,
    {
      scope: person.id,
      key: parseKey(key),
      command: 'createGroupRequest',
      // A form sent again brings its letter again, under another id: the contents tell that it is the same.
      body: JSON.parse(JSON.stringify({ ...asked, letterFileId: letter })) as Json,
    },
    now,
    { statements, answer: { requestId: id, code }, refusals: requestRefusals },
  );
}

/**
 * Who comes, as everybody will read it: a verified organisation under its own name, whatever was typed beside it.
 * Whether one acts for it, the guard knows.
 */
async function namedAs(
  { db }: CommandContext,
  { kind, organisationId, groupName = '' }: GroupRequestInput,
): Promise<{ kind: GroupKind; groupName: string }> {
  if (organisationId === undefined) return { kind, groupName };
  const [found] = await db
    .select({ kind: organisations.kind, groupName: organisations.name })
    .from(organisations)
    .where(eq(organisations.id, organisationId));
  if (found) return found;
  const { message } = requestRefusals['organisation_unknown']!;
  throw new DomainError('invalid', 'organisation_unknown', message, {
    fields: [{ field: 'organisationId', message }],
  });
}

const yearOf = (at: Date) => Number(calendarDate(at).slice(0, 4));

/** The two numbers the schema keeps, or neither when the school did not count them apart. */
function sexesOf({ boys, girls, others }: Pick<GroupClassInput, 'boys' | 'girls' | 'others'>) {
  return others === 0 ? { boys, girls } : { boys: null, girls: null };
}

/**
 * The hall's answer: approval, refusal with its reason, or a counter-offer that moves classes to other sessions at
 * once and waits for the leader. The hall's manager only, and never for their own group.
 * @throws DomainError `invalid` (fields), `not_found` (also for other halls'), `conflict` (answered before, places
 * gone), `unavailable`.
 */
export async function answerGroupRequest(
  ctx: CommandContext,
  manager: Pick<Holder, 'id'>,
  input: unknown,
  key: string,
): Promise<{ requestId: string }> {
  const answer = parseInput(groupAnswerInput, input);
  const { db, now } = ctx;
  const moves = answer.decision === 'countered' ? answer.moves : [];
  if (moves.length > 0) await refuseStrangeClasses(ctx, answer.requestId, moves);
  const statements = moves.map(({ bookingId, sessionId }) => {
    const held = (column: keyof typeof heldColumns) => heldColumn(ctx, bookingId, column);
    return print(
      db.insert(groupChanges).values({
        id: newId(now),
        bookingId,
        changedBy: manager.id,
        fromSessionId: held('sessionId'),
        fromAdults: held('adults'),
        fromChildren: held('children'),
        sessionId,
        adults: held('adults'),
        children: held('children'),
        boys: classColumn(ctx, bookingId, 'boys'),
        girls: classColumn(ctx, bookingId, 'girls'),
        changedAt: now,
      }),
    );
  });
  const { requestId, decision } = answer;
  // The leader has as long to answer as the hall had.
  const calendar = decision === 'countered' ? await readCalendar(ctx, yearOf(now)) : undefined;
  const until = calendar && heldUntil(calendar, answerDueAt(calendar, now));
  const after = until
    ? [
        print(
          db.update(groupRequests).set({ heldUntil: until }).where(eq(groupRequests.id, requestId)),
        ),
      ]
    : [];
  return decide(ctx, manager, key, {
    requestId,
    decision,
    reason: 'reason' in answer ? answer.reason : '',
    before: statements,
    after,
    body: { moves },
    template: `group_${decision}`,
  });
}

/** Which request a class belongs to never changes, so that it may be read before; the rest is the guards' to decide. */
async function refuseStrangeClasses(
  { db }: CommandContext,
  requestId: string,
  moves: readonly { bookingId: string }[],
): Promise<void> {
  const classes = await db
    .select({ bookingId: groupClasses.bookingId })
    .from(groupClasses)
    .where(eq(groupClasses.requestId, requestId));
  const own = new Set(classes.map(({ bookingId }) => bookingId));
  if (moves.every(({ bookingId }) => own.has(bookingId))) return;
  throw new DomainError('not_found', 'booking_unknown', '没有找到这个班。');
}

/**
 * The leader takes the sessions that the hall proposed.
 * @throws DomainError `not_found`, `conflict` (nothing to accept), `unavailable`.
 */
export async function acceptCounterOffer(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ requestId: string }> {
  const { requestId } = parseInput(groupReference, input);
  return decide(ctx, person, key, { requestId, decision: 'accepted', template: 'group_approved' });
}

/**
 * The leader takes the whole group back; all its places are free at once.
 * @throws DomainError `not_found`, `conflict` (over already, the first class may come in by now), `unavailable`.
 */
export async function withdrawGroupRequest(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ requestId: string }> {
  const { requestId } = parseInput(groupReference, input);
  return decide(ctx, person, key, {
    requestId,
    decision: 'withdrawn',
    template: 'group_withdrawn',
  });
}

/**
 * Changes the numbers of one class, also after approval. It shrinks at any time before the doors open for it, and
 * grows while its session is open to groups and has places.
 * @throws DomainError `invalid` (fields, too few adults), `not_found`, `conflict` (no places, too late), `unavailable`.
 */
export async function changeGroupCounts(
  ctx: CommandContext,
  person: Person,
  input: unknown,
  key: string,
): Promise<{ bookingId: string }> {
  const counts = parseInput(groupCountsInput, input);
  const { db, now } = ctx;
  const { bookingId, adults } = counts;
  const [hall] = await db
    .select({ hall: halls })
    .from(bookings)
    .innerJoin(groupRequests, eq(groupRequests.id, bookings.groupRequestId))
    .innerJoin(halls, eq(halls.slug, groupRequests.hallSlug))
    .where(eq(bookings.id, bookingId));
  if (!hall) throw new DomainError('not_found', 'booking_unknown', '没有找到这个班。');
  const [problem] = groupProblems({ ...hall.hall, groupMin: 0 }, [counts]);
  if (problem) {
    const { field, message } = problem;
    throw new DomainError('invalid', 'group_rule', message, { fields: [{ field, message }] });
  }
  const held = (column: keyof typeof heldColumns) => heldColumn(ctx, bookingId, column);
  const row = db.insert(groupChanges).values({
    id: newId(now),
    bookingId,
    changedBy: person.id,
    fromSessionId: held('sessionId'),
    fromAdults: held('adults'),
    fromChildren: held('children'),
    sessionId: held('sessionId'),
    adults,
    children: minorsOf(counts),
    ...sexesOf(counts),
    changedAt: now,
  });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'group_request.change_counts',
    subjectKind: 'booking',
    subjectId: bookingId,
    details: { adults, children: minorsOf(counts) },
  });
  const request = {
    scope: person.id,
    key: parseKey(key),
    command: 'changeGroupCounts',
    body: counts,
  };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { bookingId },
    refusals: countsRefusals,
  });
}

/**
 * Hands in the letter of request (公函) after asking, for as long as nobody has decided.
 * @throws DomainError `invalid` (no file, not one's own), `not_found` (also for somebody else's request), `conflict`
 * (decided, a letter is there), `unavailable`.
 */
export async function handInLetter(
  ctx: CommandContext,
  person: Pick<Person, 'id'>,
  input: unknown,
  key: string,
): Promise<{ requestId: string }> {
  const { requestId, file } = parseInput(groupLetterInput, input);
  const { db, now } = ctx;
  const subject = { subjectKind: 'group_request', subjectId: requestId };
  const link = fileLink(ctx, { fileId: file, ...subject, linkedBy: person.id });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: person.id },
    action: 'group_request.hand_in_letter',
    ...subject,
  });
  const request = {
    scope: person.id,
    key: parseKey(key),
    command: 'handInLetter',
    // A form sent again brings its letter again, under another id.
    body: { requestId, letter: await contentDigest(ctx, file) },
  };
  return commitOnce(db, request, now, {
    statements: [link, entry],
    answer: { requestId },
    refusals: letterRefusals,
  });
}

const heldColumns = {
  sessionId: bookings.sessionId,
  adults: bookings.adults,
  children: bookings.children,
};

/** What the booking holds when the statement runs, not when it was read. */
function heldColumn({ db }: CommandContext, bookingId: string, column: keyof typeof heldColumns) {
  const value = heldColumns[column];
  return sql<never>`(${db.select({ value }).from(bookings).where(eq(bookings.id, bookingId))})`;
}

function classColumn({ db }: CommandContext, bookingId: string, column: 'boys' | 'girls') {
  const value = groupClasses[column];
  return sql<never>`(${db
    .select({ value })
    .from(groupClasses)
    .where(eq(groupClasses.bookingId, bookingId))})`;
}

interface Decision {
  requestId: string;
  decision: 'approved' | 'refused' | 'countered' | 'accepted' | 'withdrawn';
  reason?: string;
  before?: readonly Statement[];
  after?: readonly Statement[];
  body?: { [key: string]: Json };
  template: string;
}

async function decide(
  ctx: CommandContext,
  by: Pick<Holder, 'id'>,
  key: string,
  { requestId, decision, reason = '', before = [], after = [], body = {}, template }: Decision,
): Promise<{ requestId: string }> {
  const { db, now } = ctx;
  const id = newId(now);
  const row = db
    .insert(groupDecisions)
    .values({ id, requestId, decision, reason, decidedBy: by.id, decidedAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: `group_request.${verbs[decision]}`,
    subjectKind: 'group_request',
    subjectId: requestId,
    details: reason === '' ? {} : { reason },
  });
  const message = await queueMessage(ctx, {
    template,
    idempotencyKey: `group-${decision}:${id}`,
    values: { requestId },
  });
  const request = {
    scope: by.id,
    key: parseKey(key),
    command: 'decideGroupRequest',
    body: { requestId, decision, reason, ...body },
  };
  const refusals: Refusals = answerRefusals;
  return commitOnce(db, request, now, {
    statements: [...before, row, ...after, entry, message],
    answer: { requestId },
    refusals,
  });
}

const verbs = {
  approved: 'approve',
  refused: 'refuse',
  countered: 'counter',
  accepted: 'accept',
  withdrawn: 'withdraw',
} as const;
