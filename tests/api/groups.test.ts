import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import { cancelBooking, changeBooking } from '../../src/features/bookings/commands.ts';
import { doorLists } from '../../src/features/bookings/queries.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import {
  acceptCounterOffer,
  answerGroupRequest,
  changeGroupCounts,
  createGroupRequest,
  withdrawGroupRequest,
} from '../../src/features/groups/commands.ts';
import {
  findHallForGroups,
  findOwnGroup,
  groupWords,
  groupDeed,
  groupList,
  listGroups,
  listShares,
  shareOf,
} from '../../src/features/groups/queries.ts';
import { halls, hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { groupCalendar } from '../../functions/calendar.ts';
import { readDesk } from '../../src/features/desk/queries.ts';
import { receiveFile } from '../../src/features/files/commands.ts';
import { findFile, listSubjectFiles } from '../../src/features/files/queries.ts';
import { nextMonth, shareMonth } from '../../src/features/groups/policy.ts';
import { decideOrganisation } from '../../src/features/organisations/commands.ts';
import { eraseGroupWords } from '../../src/features/privacy/commands.ts';
import { readList } from '../../src/lib/lists.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { claimSchool, pdf, streamed, withStore } from '../helpers/files.ts';
import { addRole } from '../helpers/roles.ts';
import { strongSignIn } from '../helpers/site-app.ts';
import { openStore } from '../helpers/store.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DAY = 24 * 60;

/** Sessions of 40 places kept for groups, on a day that groups may still ask for. */
async function groupDay(world: World, many = 2, values: Partial<HallSession> = {}) {
  return Promise.all(
    Array.from({ length: many }, (_, index) =>
      world.session({
        startsAt: addMinutes(NOW, 5 * DAY + index * 90),
        capacity: 44,
        groupPlaces: 44,
        ...values,
      }),
    ),
  );
}

const classOf = (session: HallSession, label: string, pupils = 40) => ({
  sessionId: session.id,
  label,
  adults: Math.ceil(pupils / 10),
  boys: Math.floor(pupils / 2),
  girls: pupils - Math.floor(pupils / 2),
  others: 0,
});

const asking = (classes: object[], values: object = {}) => ({
  hallSlug: testHall.slug,
  kind: 'school',
  groupName: '示例第一小学',
  leaderName: '示例陈静',
  buses: 1,
  lunch: false,
  needs: '有1位同学用轮椅，需要坡道',
  classes,
  ...values,
});

async function manager(world: World): Promise<Person> {
  const { person } = await world.person();
  const scopeId = testHall.slug;
  await addRole(world.ctx, person.id, { role: 'hall_manager', scopeKind: 'hall', scopeId });
  return person;
}

async function counters({ ctx }: World) {
  const all = await ctx.db.select().from(hallSessions).orderBy(hallSessions.startsAt);
  return all.map(({ booked, bookedGroups }) => [booked, bookedGroups]);
}

async function waiting({ ctx }: World): Promise<number> {
  const list = readList(groupList(testHall.slug), new URLSearchParams());
  return (await listGroups(ctx, testHall.slug, list)).count;
}

async function asked(world: World, many = 2) {
  const sessions = await groupDay(world, many);
  const { person } = await world.person();
  const input = asking(sessions.map((one, index) => classOf(one, `三年级${index + 1}班`)));
  const { requestId } = await createGroupRequest(world.ctx, person, input, key());
  return { sessions, person, requestId };
}

describe('a group', () => {
  it('holds its places while the hall decides, and has a booking for each class', async () => {
    const world = await createWorld();
    const { person, requestId } = await asked(world);
    expect(await counters(world)).toEqual([
      [44, 44],
      [44, 44],
    ]);
    const group = await findOwnGroup(world.ctx, person.id, requestId);
    expect(group?.request.state).toBe('asked');
    expect(group?.classes.map((one) => one.class.label)).toEqual(['三年级1班', '三年级2班']);
    expect(new Set(group?.classes.map(({ booking }) => booking.code)).size).toBe(2);
    expect(await groupWords(world.ctx, person, group!.request)).toEqual({
      leaderName: '示例陈静',
      needs: '有1位同学用轮椅，需要坡道',
    });
    const stranger = (await world.person()).person;
    expect(await findOwnGroup(world.ctx, stranger.id, requestId)).toBeUndefined();
  });

  it('gets all of its classes or none', async () => {
    const world = await createWorld();
    const [first, second] = await groupDay(world);
    await world.ctx.db
      .update(hallSessions)
      .set({ groupPlaces: 10 })
      .where(eq(hallSessions.id, second!.id));
    const { person } = await world.person();
    const input = asking([classOf(first!, '一班'), classOf(second!, '二班')]);
    await expect(createGroupRequest(world.ctx, person, input, key())).rejects.toMatchObject({
      reason: 'session_full',
    });
    expect(await counters(world)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(await world.ctx.db.select().from(bookings)).toEqual([]);
  });

  it('takes nothing of what families have, and families nothing of what is kept for it', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1, { capacity: 60, groupPlaces: 44 });
    const people = await Promise.all([1, 2, 3, 4].map(async () => (await world.person()).person));
    for (const one of people.slice(0, 3)) {
      await world.book(one, session!, { adults: 2, children: 3 });
    }
    await expect(
      world.book(people[3]!, session!, { adults: 2, children: 0 }),
    ).rejects.toMatchObject({ reason: 'session_full' });
    const { person } = await world.person();
    const big = asking([{ ...classOf(session!, '一班', 40), adults: 5 }]);
    await expect(createGroupRequest(world.ctx, person, big, key())).rejects.toMatchObject({
      reason: 'session_full',
    });
    await createGroupRequest(world.ctx, person, asking([classOf(session!, '一班')]), key());
    expect(await counters(world)).toEqual([[59, 44]]);
  });

  it('of thirty that ask for the last room at the same moment, one gets it', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1);
    const leaders = await Promise.all(
      Array.from({ length: 30 }, async () => (await world.person()).person),
    );
    const outcomes = await Promise.allSettled(
      leaders.map((one) =>
        createGroupRequest(world.ctx, one, asking([classOf(session!, '一班')]), key()),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await counters(world)).toEqual([[44, 44]]);
  });

  it('is approved once, by the hall’s manager, and never by its own leader', async () => {
    const world = await createWorld();
    const { person, requestId } = await asked(world);
    const approve = (by: Person) =>
      answerGroupRequest(world.ctx, by, { requestId, decision: 'approved' }, key());
    await expect(approve((await world.staff()).person)).rejects.toMatchObject({
      code: 'not_found',
    });
    const scopeId = testHall.slug;
    await addRole(world.ctx, person.id, { role: 'hall_manager', scopeKind: 'hall', scopeId });
    await expect(approve(person)).rejects.toMatchObject({ code: 'not_found' });
    const by = await manager(world);
    expect(await waiting(world)).toBe(1);
    await approve(by);
    await expect(approve(by)).rejects.toMatchObject({ reason: 'request_already_decided' });
    expect(await waiting(world)).toBe(0);
    expect((await findOwnGroup(world.ctx, person.id, requestId))?.request.state).toBe('approved');
  });

  it('gives all its places back when it is refused or taken back', async () => {
    const world = await createWorld();
    const { requestId } = await asked(world);
    const refusal = { requestId, decision: 'refused', reason: '当天全馆检修' };
    await answerGroupRequest(world.ctx, await manager(world), refusal, key());
    expect(await counters(world)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const other = await createWorld();
    const { person, requestId: own } = await asked(other);
    const by = await manager(other);
    await answerGroupRequest(other.ctx, by, { requestId: own, decision: 'approved' }, key());
    await withdrawGroupRequest(other.ctx, person, { requestId: own }, key());
    expect(await counters(other)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    await expect(
      withdrawGroupRequest(other.ctx, person, { requestId: own }, key()),
    ).rejects.toMatchObject({ reason: 'request_already_decided' });
  });

  it('is offered other sessions, which are held until its leader answers', async () => {
    const world = await createWorld();
    const [morning, afternoon] = await groupDay(world);
    const { person } = await world.person();
    const input = asking([classOf(morning!, '一班')]);
    const { requestId } = await createGroupRequest(world.ctx, person, input, key());
    const bookingId = (await findOwnGroup(world.ctx, person.id, requestId))!.classes[0]!.booking.id;
    const moves = [{ bookingId, sessionId: afternoon!.id }];
    const counter = { requestId, decision: 'countered', reason: '上午有检修', moves };
    await answerGroupRequest(world.ctx, await manager(world), counter, key());
    expect(await counters(world)).toEqual([
      [0, 0],
      [44, 44],
    ]);
    expect((await findOwnGroup(world.ctx, person.id, requestId))?.request.state).toBe('countered');
    await acceptCounterOffer(world.ctx, person, { requestId }, key());
    const group = await findOwnGroup(world.ctx, person.id, requestId);
    expect(group?.request.state).toBe('approved');
    expect(group?.decisions.map(({ decision }) => decision)).toEqual(['countered', 'accepted']);
    expect(group?.classes[0]?.class).toMatchObject({ boys: 20, girls: 20 });
  });

  it('cannot have another group’s class moved in its name', async () => {
    const world = await createWorld();
    const { sessions, person, requestId } = await asked(world, 1);
    const bookingId = (await findOwnGroup(world.ctx, person.id, requestId))!.classes[0]!.booking.id;
    const other = await world.session({ startsAt: addMinutes(NOW, 6 * DAY), groupPlaces: 40 });
    const input = asking([classOf(other, '一班', 30)]);
    const another = await createGroupRequest(
      world.ctx,
      (await world.person()).person,
      input,
      key(),
    );
    const counter = {
      requestId: another.requestId,
      decision: 'countered',
      reason: '示例原因',
      moves: [{ bookingId, sessionId: other.id }],
    };
    await expect(
      answerGroupRequest(world.ctx, await manager(world), counter, key()),
    ).rejects.toMatchObject({ code: 'not_found' });
    const [held] = await world.ctx.db.select().from(bookings).where(eq(bookings.id, bookingId));
    expect(held?.sessionId).toBe(sessions[0]!.id);
  });

  it('changes the numbers of a class, and grows only while groups have time', async () => {
    const world = await createWorld();
    const { person, requestId } = await asked(world, 1);
    const bookingId = (await findOwnGroup(world.ctx, person.id, requestId))!.classes[0]!.booking.id;
    const counts = (adults: number, others: number) => ({
      bookingId,
      adults,
      boys: 0,
      girls: 0,
      others,
    });
    await changeGroupCounts(world.ctx, person, counts(4, 36), key());
    expect(await counters(world)).toEqual([[40, 40]]);
    await changeGroupCounts(world.ctx, person, counts(4, 40), key());
    await expect(changeGroupCounts(world.ctx, person, counts(5, 40), key())).rejects.toMatchObject({
      reason: 'session_full',
    });
    await expect(changeGroupCounts(world.ctx, person, counts(3, 40), key())).rejects.toMatchObject({
      reason: 'group_rule',
    });
    const late = world.at(addMinutes(NOW, 4 * DAY));
    await changeGroupCounts(late, person, counts(4, 30), key());
    await expect(changeGroupCounts(late, person, counts(4, 31), key())).rejects.toMatchObject({
      reason: 'group_closed',
    });
    const stranger = (await world.person()).person;
    await expect(
      changeGroupCounts(world.ctx, stranger, counts(4, 20), key()),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lets one class stay at home, but moves none as a family would', async () => {
    const world = await createWorld();
    const { sessions, person, requestId } = await asked(world);
    const [first] = (await findOwnGroup(world.ctx, person.id, requestId))!.classes;
    const bookingId = first!.booking.id;
    const move = { bookingId, sessionId: sessions[1]!.id, adults: 4, children: 40 };
    await expect(changeBooking(world.ctx, person, move, key())).rejects.toMatchObject({
      code: 'not_found',
    });
    await cancelBooking(world.ctx, person, { bookingId }, key());
    expect(await counters(world)).toEqual([
      [0, 0],
      [44, 44],
    ]);
  });

  it('has a fair share of each month, which everybody can read', async () => {
    const world = await createWorld();
    await world.ctx.db.update(halls).set({ groupMonthPlaces: 60 });
    const [first, second] = await groupDay(world);
    const { person } = await world.person();
    const ask = (session: HallSession, label: string) =>
      createGroupRequest(world.ctx, person, asking([classOf(session, label, 30)]), key());
    await ask(first!, '一班');
    await expect(ask(second!, '二班')).rejects.toMatchObject({ reason: 'group_share_used_up' });
    const another = (await world.person()).person;
    await createGroupRequest(world.ctx, another, asking([classOf(second!, '二班', 30)]), key());
    // Neither has a verified organisation, so that no name is published.
    expect(await listShares(world.ctx, testHall.slug, '2026-11')).toEqual([]);
  });

  it('changes nothing when the request is repeated', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1);
    const { person } = await world.person();
    const same = key();
    const input = asking([classOf(session!, '一班', 20)]);
    const first = await createGroupRequest(world.ctx, person, input, same);
    expect(await createGroupRequest(world.ctx, person, input, same)).toEqual(first);
    expect(await counters(world)).toEqual([[22, 22]]);
  });

  it('is forgotten by name when its last class came long enough ago', async () => {
    const world = await createWorld();
    const { sessions, person, requestId } = await asked(world);
    const due = addMinutes(sessions[1]!.endsAt, 91 * DAY);
    expect(await eraseGroupWords(world.at(addMinutes(due, -2 * DAY)))).toBe(0);
    expect(await eraseGroupWords(world.at(due))).toBe(1);
    const group = await findOwnGroup(world.ctx, person.id, requestId);
    expect(await groupWords(world.ctx, person, group!.request)).toEqual({
      leaderName: '',
      needs: '',
    });
  });

  it('sees only sessions that still take groups', async () => {
    const world = await createWorld();
    const sessions = await groupDay(world, 2);
    await world.session({ startsAt: addMinutes(NOW, DAY), groupPlaces: 40, groupsReleaseAt: NOW });
    const found = await findHallForGroups(world.ctx, testHall.slug);
    expect(found?.sessions.map(({ id }) => id)).toEqual(sessions.map(({ id }) => id));
  });
});

describe('a verified organisation', () => {
  async function verifiedSchool(world: World, person: Person): Promise<string> {
    const organisationId = await claimSchool(world, person);
    const { person: officer } = await world.person();
    await addRole(world.ctx, officer.id, {
      ...{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' },
    });
    const verdict = { organisationId, decision: 'verified', reason: '' };
    await decideOrganisation(world.ctx, officer, verdict, key());
    return organisationId;
  }

  it('comes under its own name, and its share of the month is public', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1);
    const { person } = await world.person();
    const organisationId = await verifiedSchool(world, person);
    const named = { organisationId, kind: 'enterprise', groupName: '别的名字' };
    const input = asking([classOf(session!, '一班', 20)], named);
    const { requestId } = await createGroupRequest(world.ctx, person, input, key());
    const group = await findOwnGroup(world.ctx, person.id, requestId);
    expect(group?.request).toMatchObject({ kind: 'school', groupName: '示例第一小学' });
    const month = shareMonth(session!.startsAt);
    expect(await listShares(world.ctx, testHall.slug, month)).toEqual([
      { groupName: '示例第一小学', places: 22 },
    ]);
    expect(await shareOf(world.ctx, group!.request, month)).toBe(22);
    expect(await shareOf(world.ctx, group!.request, nextMonth(month))).toBe(0);
  });

  it('is nobody’s to use who does not act for it, and a name has to be given without one', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1);
    const organisationId = await verifiedSchool(world, (await world.person()).person);
    const { person } = await world.person();
    const ask = (values: object) =>
      createGroupRequest(world.ctx, person, asking([classOf(session!, '一班', 20)], values), key());
    await expect(ask({ organisationId })).rejects.toMatchObject({
      fields: [{ field: 'organisationId' }],
    });
    await expect(ask({ groupName: '' })).rejects.toMatchObject({
      fields: [{ field: 'groupName' }],
    });
  });
});

describe('a letter', () => {
  async function letterOf(world: World, person: Person): Promise<string> {
    const store = await openStore();
    const { fileId } = await receiveFile(withStore(world.ctx, store), person, {
      ...{ purpose: 'group_letter', name: '公函.pdf', bytes: streamed(pdf()) },
    });
    return fileId;
  }

  it('belongs to its request, for the leader and the hall’s manager', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1);
    const { person } = await world.person();
    const letterFileId = await letterOf(world, person);
    const same = key();
    const input = asking([classOf(session!, '一班', 20)], { letterFileId });
    const { requestId } = await createGroupRequest(world.ctx, person, input, same);
    const letters = await listSubjectFiles(world.ctx, 'group_request', requestId);
    expect(letters.map(({ name }) => name)).toEqual(['公函.pdf']);
    const found = await findFile(world.ctx, letterFileId, { group_request: groupDeed });
    expect(found?.deed).toEqual({ action: 'hall.manage', hall: testHall.slug });
    // A form sent again brings the letter again, as another file with the same contents.
    const again = { ...input, letterFileId: await letterOf(world, person) };
    expect(await createGroupRequest(world.ctx, person, again, same)).toMatchObject({ requestId });
  });

  it('of somebody else is refused, and nothing is held', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1);
    const letterFileId = await letterOf(world, (await world.person()).person);
    const { person } = await world.person();
    const input = asking([classOf(session!, '一班', 20)], { letterFileId });
    await expect(createGroupRequest(world.ctx, person, input, key())).rejects.toMatchObject({
      reason: 'file_unknown',
    });
    expect(await counters(world)).toEqual([[0, 0]]);
  });
});

describe('the list of a hall', () => {
  it('has what is due first in front, and finds by state, kind, name and code', async () => {
    const world = await createWorld();
    const sessions = await groupDay(world, 3);
    const ask = async (session: HallSession, values: object) => {
      const input = asking([classOf(session, '一班', 20)], values);
      return createGroupRequest(world.ctx, (await world.person()).person, input, key());
    };
    const first = await ask(sessions[0]!, { groupName: '示例甲校' });
    await ask(sessions[1]!, { groupName: '示例乙厂', kind: 'enterprise' });
    const third = await ask(sessions[2]!, { groupName: '示例丙校' });
    const answer = { requestId: third.requestId, decision: 'approved' };
    await answerGroupRequest(world.ctx, await manager(world), answer, key());
    const names = async (query: string) => {
      const list = readList(groupList(testHall.slug), new URLSearchParams(query));
      const { rows, count } = await listGroups(world.ctx, testHall.slug, list);
      expect(count).toBe(rows.length);
      return rows.map(({ request }) => request.groupName);
    };
    expect(await names('')).toEqual(['示例甲校', '示例乙厂']);
    expect(await names('state=all')).toEqual(['示例丙校', '示例乙厂', '示例甲校']);
    expect(await names('state=approved')).toEqual(['示例丙校']);
    expect(await names('kind=enterprise')).toEqual(['示例乙厂']);
    expect(await names(`state=all&q=${encodeURIComponent('校')}`)).toEqual([
      '示例丙校',
      '示例甲校',
    ]);
    expect(await names(`q=${first.code.toLowerCase()}`)).toEqual(['示例甲校']);
    const other = await listGroups(
      world.ctx,
      'lianyungang',
      readList(groupList('lianyungang'), new URLSearchParams('state=all')),
    );
    expect(other).toEqual({ rows: [], count: 0 });
  });

  it('stands on the manager’s desk alone, with how late it is', async () => {
    const world = await createWorld();
    const { requestId } = await asked(world, 1);
    const by = await manager(world);
    const hall = { scopeKind: 'hall', scopeId: testHall.slug } as const;
    const desk = (role: 'hall_manager' | 'hall_staff', now: Date) =>
      readDesk({ ...world.ctx, now }, { id: by.id, roles: [{ role, ...hall }] }, () => '盐城');
    const late = addMinutes(NOW, 4 * DAY);
    const queue = (await desk('hall_manager', late)).find(({ title }) => title === '团体申请');
    expect(queue).toMatchObject({
      ...{ count: 1, overdue: 1, summary: '1个待答复' },
      next: [{ href: `/staff/halls/yancheng/groups/${requestId}`, due: { late: true } }],
    });
    expect((await desk('hall_staff', late)).map(({ title }) => title)).not.toContain('团体申请');
  });

  it('shows at the door which bookings are classes of whom', async () => {
    const world = await createWorld();
    const { sessions } = await asked(world, 1);
    const [list] = await doorLists(world.ctx, testHall.slug, calendarDate(sessions[0]!.startsAt));
    expect(list?.entries.map(({ group }) => group)).toEqual([
      {
        ...{ id: expect.any(String) as string, name: '示例第一小学', label: '三年级1班' },
        state: 'asked',
      },
    ]);
  });
});

describe('the API of groups', () => {
  it('leads from the sessions to a visit that is agreed on and taken back', async () => {
    const world = await createWorld();
    const [session] = await groupDay(world, 1);
    const api = createApi(world);
    const { token } = await world.person();
    const { person: stranger, token: strangerToken } = await world.person();
    const free = await api.get(`/api/halls/${testHall.slug}/group-sessions`);
    expect(free.body).toMatchObject([{ id: session!.id, groupPlacesLeft: 44 }]);
    expect((await api.get('/api/halls/nowhere/group-sessions')).status).toBe(404);
    const input = asking([classOf(session!, '一班', 20)]);
    const made = await api.post('/api/group-requests', input, { token });
    expect(made.status).toBe(201);
    const { requestId } = made.body as { requestId: string };
    const path = `/api/group-requests/${requestId}`;
    const shown = await api.get(path, token);
    expect(shown.body).toMatchObject({
      ...{ state: 'asked', leaderName: '示例陈静', buses: 1, groupName: '示例第一小学' },
      classes: [{ label: '一班', adults: 2, children: 20, boys: 10, girls: 10, state: 'booked' }],
    });
    expect((await api.get(path, strangerToken)).status).toBe(404);
    expect((await api.get('/api/group-requests', token)).body).toMatchObject([{ id: requestId }]);
    const [{ bookingId }] = (shown.body as { classes: [{ bookingId: string }] }).classes;
    const counts = { adults: 3, boys: 0, girls: 0, others: 25 };
    const change = `${path}/classes/${bookingId}/changes`;
    expect((await api.post(change, counts, { token })).status).toBe(201);
    expect((await api.post(change, counts, { token: strangerToken })).status).toBe(404);
    expect((await api.post(`${path}/acceptance`, {}, { token })).status).toBe(409);
    const manages = { role: 'hall_manager', scopeKind: 'hall', scopeId: testHall.slug } as const;
    const strong = await strongSignIn(world, stranger.id, [manages]);
    const refusal = { decision: 'refused', reason: '' };
    expect((await api.post(`${path}/decision`, refusal, { token: strong })).status).toBe(422);
    const approval = { decision: 'approved' };
    expect((await api.post(`${path}/decision`, approval, { token })).status).toBe(404);
    expect((await api.post(`${path}/decision`, approval, { token: strong })).status).toBe(201);
    expect((await api.post(`${path}/withdrawal`, {}, { token })).status).toBe(201);
    expect((await api.get(path, token)).body).toMatchObject({
      ...{ state: 'withdrawn', classes: [{ state: 'cancelled' }] },
      decisions: [{ decision: 'approved' }, { decision: 'withdrawn' }],
    });
    expect(await counters(world)).toEqual([[0, 0]]);
  });

  it('gives all classes that come as one calendar', async () => {
    const world = await createWorld();
    const { person, requestId } = await asked(world);
    const group = await findOwnGroup(world.ctx, person.id, requestId);
    const page = new URL('https://anlan.example/me/groups/1/calendar.ics');
    const text = groupCalendar(group!, page, NOW);
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect(text).toContain('三年级1班');
  });
});

describe('the tables of groups', () => {
  it('refuse a class without a request, and a family with one', async () => {
    const world = await createWorld();
    const { requestId } = await asked(world, 1);
    const [row] = await world.ctx.db.select().from(bookings);
    const copy = (values: object) =>
      world.ctx.db
        .insert(bookings)
        .values({ ...row!, id: key(), code: 'ABCDEFGHJK', adults: 1, children: 0, ...values });
    for (const values of [
      { kind: 'group' as const, groupRequestId: null },
      { kind: 'individual' as const, groupRequestId: requestId },
    ]) {
      await expect(copy(values)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('bookings_group') as string },
      });
    }
    expect(await world.ctx.db.select({ n: sql<number>`count(*)` }).from(bookings)).toEqual([
      { n: 1 },
    ]);
  });
});
