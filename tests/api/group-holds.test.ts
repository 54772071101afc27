import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { bookingCalendar } from '../../functions/calendar.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { cancelBooking, markArrival } from '../../src/features/bookings/commands.ts';
import { findOwnBooking } from '../../src/features/bookings/queries.ts';
import {
  issueCertificate,
  issueClassCertificates,
} from '../../src/features/certificates/commands.ts';
import {
  listClassCertificates,
  verifyCertificate,
} from '../../src/features/certificates/queries.ts';
import { forgetDoor, recordDoorEvent } from '../../src/features/door/commands.ts';
import { receiveFile } from '../../src/features/files/commands.ts';
import { listSubjectFiles } from '../../src/features/files/queries.ts';
import { lapseGroups, remindOfGroups } from '../../src/features/group-holds/commands.ts';
import {
  acceptCounterOffer,
  answerGroupRequest,
  changeGroupCounts,
  createGroupRequest,
  handInLetter,
} from '../../src/features/groups/commands.ts';
import { findOwnGroup } from '../../src/features/groups/queries.ts';
import { groupRequests } from '../../src/features/groups/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { openMessageValues } from '../../src/features/notifications/queries.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { addMinutes, instantOf, type CalendarDate } from '../../src/lib/time.ts';
import { templates } from '../../src/messages.ts';
import { pdf, streamed, withStore } from '../helpers/files.ts';
import { openStore } from '../helpers/store.ts';
import { testHall } from '../helpers/session.ts';
import { hallWorker } from '../helpers/visits.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
/** The world's NOW is a Wednesday: an answer is due on Friday, and places are held until Monday noon. */
const FRIDAY: CalendarDate = '2026-11-27';
const MONDAY: CalendarDate = '2026-11-30';
const at = (world: World, day: CalendarDate, hour: number, minute = 0) =>
  world.at(instantOf(day, hour * 60 + minute));

async function asked(world: World, startsAt = instantOf('2026-12-03', 9 * 60)) {
  const session = await world.session({ startsAt, groupPlaces: 40 });
  const { person } = await world.person();
  const { requestId } = await ask(world, person, session);
  const group = await findOwnGroup(world.ctx, person.id, requestId);
  return { session, person, requestId, bookingId: group!.classes[0]!.booking.id };
}

function ask(world: World, person: Person, session: HallSession) {
  const one = { sessionId: session.id, label: '一班', adults: 2, boys: 9, girls: 9, others: 0 };
  const who = { kind: 'school', groupName: '示例小学', leaderName: '示例', buses: 0, lunch: false };
  return createGroupRequest(
    world.ctx,
    person,
    { hallSlug: testHall.slug, ...who, classes: [one] },
    key(),
  );
}

async function countered(world: World) {
  const one = await asked(world);
  const manager = await hallWorker(world, 'hall_manager');
  const other = await world.session({
    startsAt: instantOf('2026-12-04', 9 * 60),
    groupPlaces: 40,
  });
  const answer = {
    ...{ requestId: one.requestId, decision: 'countered', reason: '上午检修' },
    moves: [{ bookingId: one.bookingId, sessionId: other.id }],
  };
  await answerGroupRequest(world.ctx, manager, answer, key());
  return { ...one, manager, other };
}

const stateOf = async ({ ctx }: World, requestId: string) =>
  (await ctx.db.select().from(groupRequests).where(eq(groupRequests.id, requestId)))[0]!.state;

async function places({ ctx }: World, { id }: HallSession) {
  const [row] = await ctx.db.select().from(hallSessions).where(eq(hallSessions.id, id));
  return [row!.booked, row!.bookedGroups];
}

/** Whom each message of a kind would reach now, and its words. */
async function told(world: World, template: string, now = world.ctx) {
  const rows = await now.db
    .select()
    .from(outboxMessages)
    .where(eq(outboxMessages.template, template));
  return Promise.all(
    rows.map(async (row) => {
      const made = await templates[template]!.make(now, await openMessageValues(now, row), now.now);
      return made && { to: 'person' in made.to ? made.to.person.id : '', ...made.variables };
    }),
  );
}

describe('a request that nobody answers', () => {
  it('is brought to the manager’s mind when it is due, and again before its places go, once each', async () => {
    const world = await createWorld();
    const { requestId } = await asked(world);
    const manager = await hallWorker(world, 'hall_manager');
    await hallWorker(world);
    expect(await remindOfGroups(at(world, FRIDAY, 8, 59))).toBe(0);
    const morning = at(world, FRIDAY, 9);
    expect(await remindOfGroups(morning)).toBe(1);
    expect(await remindOfGroups(morning)).toBe(0);
    expect(await told(world, 'group_answer_due', morning)).toEqual([
      { to: manager.id, name: '示例小学', day: '12月3日周四', until: '11月30日周一12:00' },
    ]);
    expect(await remindOfGroups(at(world, MONDAY, 9))).toBe(1);
    expect(await told(world, 'group_answer_due', morning)).toHaveLength(2);
    await answerGroupRequest(world.ctx, manager, { requestId, decision: 'approved' }, key());
    // What has been answered in the meantime is not spoken of any more.
    expect(await told(world, 'group_answer_due', morning)).toEqual([null, null]);
  });

  it('gives its places back at noon of the workday after, and its leader is told why', async () => {
    const world = await createWorld();
    const { session, person, requestId } = await asked(world);
    expect(await lapseGroups(at(world, MONDAY, 11, 59))).toBe(0);
    expect(await places(world, session)).toEqual([20, 20]);
    const noon = at(world, MONDAY, 12);
    expect(await lapseGroups(noon)).toBe(1);
    expect(await lapseGroups(noon)).toBe(0);
    expect(await places(world, session)).toEqual([0, 0]);
    expect(await stateOf(world, requestId)).toBe('lapsed');
    expect(await told(world, 'group_lapsed', noon)).toEqual([
      { to: person.id, name: '示例小学', day: '12月3日周四', why: '场馆没按时答复' },
    ]);
    const manager = await hallWorker(world, 'hall_manager');
    await expect(
      answerGroupRequest(noon, manager, { requestId, decision: 'approved' }, key()),
    ).rejects.toMatchObject({ reason: 'request_already_decided' });
  });

  it('is let in on the day of the visit, whoever should have answered', async () => {
    const world = await createWorld();
    const { session, requestId } = await asked(world, instantOf(MONDAY, 14 * 60));
    expect(await lapseGroups(at(world, MONDAY, 12))).toBe(0);
    expect(await stateOf(world, requestId)).toBe('asked');
    expect(await places(world, session)).toEqual([20, 20]);
  });

  it('lapses by one of five runs at once, and is answered or lapsed, never both', async () => {
    const world = await createWorld();
    const { session, requestId } = await asked(world);
    const manager = await hallWorker(world, 'hall_manager');
    const noon = at(world, MONDAY, 12);
    const approve = () =>
      answerGroupRequest(noon, manager, { requestId, decision: 'approved' }, key());
    const [answer, ...lapses] = await Promise.allSettled([
      approve(),
      ...Array.from({ length: 5 }, () => lapseGroups(noon)),
    ]);
    const lapsed = lapses.reduce(
      (sum, one) => sum + (one.status === 'fulfilled' ? one.value : Number.NaN),
      0,
    );
    const isApproved = answer.status === 'fulfilled';
    expect(lapsed).toBe(isApproved ? 0 : 1);
    expect(await stateOf(world, requestId)).toBe(isApproved ? 'approved' : 'lapsed');
    expect(await places(world, session)).toEqual(isApproved ? [20, 20] : [0, 0]);
  });
});

describe('a counter-offer', () => {
  it('is held as long as the hall had to answer, its leader reminded, and then lapses', async () => {
    const world = await createWorld();
    const { person, requestId, other } = await countered(world);
    await hallWorker(world, 'hall_manager');
    expect(await remindOfGroups(at(world, FRIDAY, 9))).toBe(0);
    const lastMorning = at(world, MONDAY, 9);
    expect(await remindOfGroups(lastMorning)).toBe(1);
    expect(await told(world, 'group_offer_ends', lastMorning)).toMatchObject([
      { to: person.id, until: '11月30日周一12:00' },
    ]);
    const noon = at(world, MONDAY, 12);
    expect(await lapseGroups(noon)).toBe(1);
    expect(await places(world, other)).toEqual([0, 0]);
    expect(await told(world, 'group_lapsed', noon)).toMatchObject([{ why: '你没按时答复' }]);
    await expect(acceptCounterOffer(noon, person, { requestId }, key())).rejects.toMatchObject({
      reason: 'request_already_decided',
    });
  });

  it('raises the number of the calendar entry, as does every change of a class and its end', async () => {
    const world = await createWorld();
    const { person, bookingId } = await countered(world);
    const sequence = async () => {
      const details = await findOwnBooking(world.ctx, person.id, bookingId);
      const file = bookingCalendar(details!, new URL('https://example.cn'), world.ctx.now);
      return Number(/^SEQUENCE:(\d+)/m.exec(file)?.[1]);
    };
    expect(await sequence()).toBe(1);
    const counts = { bookingId, adults: 2, boys: 9, girls: 8, others: 0 };
    await changeGroupCounts(world.ctx, person, counts, key());
    expect(await sequence()).toBe(2);
    await cancelBooking(world.ctx, person, { bookingId }, key());
    expect(await sequence()).toBe(3);
  });
});

describe('the certificates of a group', () => {
  it('tell anybody class and head-count as the door noted them, and nobody’s name', async () => {
    const world = await createWorld();
    const { session, person, requestId, bookingId } = await asked(world);
    const staff = await hallWorker(world);
    const now = world.at(session.startsAt);
    const issue = () => issueClassCertificates(now, person, { requestId }, key());
    await expect(issue()).rejects.toMatchObject({ reason: 'no_class_to_certify' });
    const entry = { hallSlug: testHall.slug, act: 'in', bookingId, people: '18' };
    await recordDoorEvent(now, staff, entry, key());
    const same = key();
    const first = await issueClassCertificates(now, person, { requestId }, same);
    expect(first).toEqual({ requestId, issued: 1 });
    expect(await issueClassCertificates(now, person, { requestId }, same)).toEqual(first);
    await expect(issue()).rejects.toMatchObject({ reason: 'no_class_to_certify' });
    const [one] = await listClassCertificates(now, person.id, requestId);
    const said = await verifyCertificate(now, one!.certificate!.code);
    expect(said).toMatchObject({ groupName: '示例小学', classLabel: '一班', people: 18 });
    expect(JSON.stringify(said)).not.toContain(person.id);
    const stranger = (await world.person()).person;
    await expect(issueClassCertificates(now, stranger, { requestId }, key())).rejects.toMatchObject(
      { code: 'not_found' },
    );
  });

  it('count nobody whom the door has forgotten', async () => {
    const world = await createWorld();
    const { session, person, bookingId } = await asked(world);
    const { person: staff } = await hallWorker(world);
    await markArrival(world.at(session.startsAt), staff, { bookingId }, key());
    const late = world.at(addMinutes(session.endsAt, 400 * 24 * 60));
    await forgetDoor(late);
    await expect(issueCertificate(late, person, { bookingId }, key())).rejects.toMatchObject({
      reason: 'certificate_of_a_class_counts',
    });
  });
});

describe('a letter after asking', () => {
  async function letterOf(world: World, person: Person): Promise<string> {
    const bytes = streamed(pdf());
    const file = { purpose: 'group_letter', name: '公函.pdf', bytes } as const;
    const { fileId } = await receiveFile(withStore(world.ctx, await openStore()), person, file);
    return fileId;
  }

  it('belongs to the request like one that came with it, and there is one', async () => {
    const world = await createWorld();
    const { person, requestId } = await asked(world);
    const same = key();
    const input = { requestId, file: await letterOf(world, person) };
    await handInLetter(world.ctx, person, input, same);
    const again = { requestId, file: await letterOf(world, person) };
    // A form sent again brings the letter again, under another id.
    expect(await handInLetter(world.ctx, person, again, same)).toEqual({ requestId });
    const letters = await listSubjectFiles(world.ctx, 'group_request', requestId);
    expect(letters.map(({ name }) => name)).toEqual(['公函.pdf']);
    await expect(handInLetter(world.ctx, person, again, key())).rejects.toMatchObject({
      reason: 'subject_files_used_up',
    });
  });

  it('comes too late once it is decided, and is nobody else’s to hand in', async () => {
    const world = await createWorld();
    const { person, requestId } = await asked(world);
    const stranger = (await world.person()).person;
    const foreign = { requestId, file: await letterOf(world, stranger) };
    await expect(handInLetter(world.ctx, stranger, foreign, key())).rejects.toMatchObject({
      code: 'not_found',
    });
    const manager = await hallWorker(world, 'hall_manager');
    await answerGroupRequest(world.ctx, manager, { requestId, decision: 'approved' }, key());
    const late = { requestId, file: await letterOf(world, person) };
    await expect(handInLetter(world.ctx, person, late, key())).rejects.toMatchObject({
      reason: 'request_already_decided',
    });
  });
});
