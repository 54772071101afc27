import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import { changeBooking, createBooking } from '../../src/features/bookings/commands.ts';
import { bookForCaller } from '../../src/features/callers/commands.ts';
import { recordDoorEvent } from '../../src/features/door/commands.ts';
import {
  answerGroupRequest,
  changeGroupCounts,
  createGroupRequest,
} from '../../src/features/groups/commands.ts';
import { findOwnGroup } from '../../src/features/groups/queries.ts';
import { halls, type HallSession } from '../../src/features/halls/table.ts';
import { joinWaitlist, serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { expectWhole, readTruth } from '../helpers/hall-truth.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { hallWorker } from '../helpers/visits.ts';
import { createWorld, type World } from '../helpers/world.ts';

/** Everybody wants so many places at the same moment; there is room for two of them and one place over. */
const ASKERS = 10;
const SIZE = 3;
const PLACES = 2 * SIZE + 1;
/** What somebody has who grows into it. */
const BEFORE = 1;

const HALL = testHall.slug;
const DAYS = 24 * 60;
const key = () => crypto.randomUUID();
const party = (size: number) => ({ adults: 1, children: size - 1, contactName: '示例' });
const people = async (world: World, count = ASKERS) => {
  const found: Person[] = [];
  for (let nth = 0; nth < count; nth += 1) found.push((await world.person()).person);
  return found;
};

type Ask = () => Promise<unknown>;

interface Prepared {
  session: HallSession;
  /** All of them at once. */
  asks: Ask[];
  /** What those take who are refused nothing; `SIZE` unless it is said otherwise. */
  takes?: number;
  /** What was taken before anybody asked. */
  taken?: number;
}

interface Path {
  name: string;
  prepare: (world: World) => Promise<Prepared>;
}

const groupInput = (session: HallSession) => ({
  ...{ hallSlug: HALL, kind: 'school', groupName: '示例小学', leaderName: '示例', buses: 0 },
  lunch: false,
  classes: [{ label: '一班', sessionId: session.id, adults: 1, boys: 0, girls: 0, others: 2 }],
});

/** A class of three for each of ten leaders, in a session with room for all of them. */
async function askedGroups(world: World) {
  await world.ctx.db.update(halls).set({ groupMin: 1 });
  const startsAt = addMinutes(NOW, 6 * DAYS);
  const roomy = await world.session({ startsAt, capacity: 60, groupPlaces: 60 });
  const leaders = await people(world);
  const requests = [];
  for (const leader of leaders) {
    const { requestId } = await createGroupRequest(world.ctx, leader, groupInput(roomy), key());
    const group = await findOwnGroup(world.ctx, leader.id, requestId);
    requests.push({ leader, requestId, bookingId: group!.classes[0]!.booking.id });
  }
  return { roomy, requests };
}

const forGroups = (world: World, groupPlaces: number, capacity = groupPlaces) =>
  world.session({ startsAt: addMinutes(NOW, 5 * DAYS), capacity, groupPlaces });

/** Every way to places. Each is asked by many at the same moment. */
const paths: readonly Path[] = [
  {
    name: 'booking',
    prepare: async (world) => {
      const session = await world.session({ capacity: PLACES });
      const input = { ...party(SIZE), sessionId: session.id };
      const families = await people(world);
      return {
        session,
        asks: families.map((one) => () => createBooking(world.ctx, one, input, key())),
      };
    },
  },
  {
    name: 'booking by telephone',
    prepare: async (world) => {
      const session = await world.session({ capacity: PLACES });
      const staff = await hallWorker(world);
      const asks = Array.from({ length: ASKERS }, (_, nth) => () => {
        const phone = `1380000000${nth}`;
        const input = { ...party(SIZE), phone, sessionId: session.id };
        return bookForCaller(world.ctx, staff, HALL, input, key());
      });
      return { session, asks };
    },
  },
  {
    name: 'moving to another session',
    prepare: async (world) => {
      const session = await world.session({ capacity: PLACES });
      const held = await world.session({ startsAt: addMinutes(NOW, 600), capacity: 40 });
      const asks: Ask[] = [];
      for (const one of await people(world)) {
        const bookingId = await world.book(one, held, { adults: 1, children: SIZE - 1 });
        const change = { bookingId, sessionId: session.id, adults: 1, children: SIZE - 1 };
        asks.push(() => changeBooking(world.ctx, one, change, key()));
      }
      return { session, asks };
    },
  },
  {
    name: 'growing',
    prepare: async (world) => {
      const taken = ASKERS * BEFORE;
      const session = await world.session({ capacity: taken + PLACES });
      const asks: Ask[] = [];
      for (const one of await people(world)) {
        const bookingId = await world.book(one, session, { adults: BEFORE, children: 0 });
        const change = { bookingId, sessionId: session.id, adults: BEFORE, children: SIZE };
        asks.push(() => changeBooking(world.ctx, one, change, key()));
      }
      return { session, asks, taken };
    },
  },
  {
    name: 'offers to the waitlist',
    prepare: async (world) => {
      const session = await world.session({ capacity: PLACES, openPlaces: 0 });
      const wanted = { ...party(SIZE), leastPlaces: SIZE, sessionId: session.id };
      for (const one of await people(world)) await joinWaitlist(world.ctx, one, wanted, key());
      await world.ctx.db.run(`UPDATE hall_sessions SET open_places = ${PLACES}`);
      // Runs of the job: each offers to whoever is next.
      const asks = Array.from({ length: ASKERS }, () => () => serveWaitlists(world.ctx));
      return { session, asks, takes: Number.NaN };
    },
  },
  {
    name: 'walking in',
    prepare: async (world) => {
      const session = await world.session({ capacity: PLACES, startsAt: addMinutes(NOW, 20) });
      const staff = await hallWorker(world);
      const input = { hallSlug: HALL, act: 'in', sessionId: session.id, people: String(SIZE) };
      const asks = Array.from(
        { length: ASKERS },
        () => () => recordDoorEvent(world.ctx, staff, input, key()),
      );
      return { session, asks };
    },
  },
  {
    name: 'asking for a group',
    prepare: async (world) => {
      await world.ctx.db.update(halls).set({ groupMin: 1 });
      const session = await forGroups(world, PLACES, 40);
      const leaders = await people(world);
      const asks = leaders.map(
        (one) => () => createGroupRequest(world.ctx, one, groupInput(session), key()),
      );
      return { session, asks };
    },
  },
  {
    name: 'counter-offers to groups',
    prepare: async (world) => {
      const { requests } = await askedGroups(world);
      const session = await forGroups(world, PLACES, 40);
      const manager = await hallWorker(world, 'hall_manager');
      const asks = requests.map(({ requestId, bookingId }) => () => {
        const moves = [{ bookingId, sessionId: session.id }];
        const answer = { requestId, decision: 'countered', reason: '示例原因', moves };
        return answerGroupRequest(world.ctx, manager, answer, key());
      });
      return { session, asks };
    },
  },
  {
    name: 'growing of classes',
    prepare: async (world) => {
      const { roomy: session, requests } = await askedGroups(world);
      const taken = ASKERS * SIZE;
      await world.ctx.db.run(`UPDATE hall_sessions SET group_places = ${taken + PLACES}`);
      const asks = requests.map(({ leader, bookingId }) => () => {
        const counts = { bookingId, adults: 1, boys: 0, girls: 0, others: 2 + SIZE };
        return changeGroupCounts(world.ctx, leader, counts, key());
      });
      return { session, asks, taken };
    },
  },
];

/** Only for want of places, or because somebody was faster by a moment. */
async function ran(asks: readonly Ask[]): Promise<number> {
  const outcomes = await Promise.allSettled(asks.map((ask) => ask()));
  const refusals = outcomes.flatMap((one) =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  );
  for (const refusal of refusals) {
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({ reason: 'session_full' });
  }
  return outcomes.length - refusals.length;
}

describe('when many want the last places at the same moment', () => {
  it.for(paths)('$name: as many have them as there are, and nobody more', async ({ prepare }) => {
    const world = await createWorld();
    const { session, asks, takes = SIZE, taken = 0 } = await prepare(world);
    const served = await ran(asks);
    const truth = await readTruth(world.ctx);
    const { booked } = truth.sessions.find(({ id }) => id === session.id)!;
    expect(booked).toBe(taken + 2 * SIZE);
    if (!Number.isNaN(takes)) expect(served * takes).toBe(2 * SIZE);
    expectWhole(truth);
  });

  it('by all ways at once: the places are shared out exactly', async () => {
    const world = await createWorld();
    const startsAt = addMinutes(NOW, 20);
    const bookingClosesAt = addMinutes(NOW, 60);
    const session = await world.session({ capacity: 20, startsAt, bookingClosesAt });
    const late = { cancellationClosesAt: bookingClosesAt };
    const other = await world.session({ ...late, startsAt: addMinutes(NOW, 600) });
    const staff = await hallWorker(world);
    const families = await people(world, 9);
    const sessionId = session.id;
    const asks: Ask[] = [];
    for (const [nth, one] of families.entries()) {
      if (nth < 3) {
        asks.push(() => createBooking(world.ctx, one, { ...party(SIZE), sessionId }, key()));
      } else if (nth < 6) {
        const bookingId = await world.book(one, other, { adults: 1, children: SIZE - 1 });
        const change = { bookingId, sessionId, adults: 1, children: SIZE - 1 };
        asks.push(() => changeBooking(world.ctx, one, change, key()));
      } else {
        const wanted = { ...party(SIZE), phone: `1390000000${nth}`, sessionId };
        asks.push(() => bookForCaller(world.ctx, staff, HALL, wanted, key()));
        const walkIn = { hallSlug: HALL, act: 'in', sessionId, people: String(SIZE) };
        asks.push(() => recordDoorEvent(world.ctx, staff, walkIn, key()));
      }
    }
    const served = await ran(asks);
    expect(served).toBe(Math.floor(20 / SIZE));
    const truth = await readTruth(world.ctx);
    expect(truth.sessions.find(({ id }) => id === sessionId)).toMatchObject({
      booked: served * SIZE,
    });
    expectWhole(truth);
  });
});
