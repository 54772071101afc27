import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivals, bookings } from '../../src/features/bookings/table.ts';
import { recordDoorEvents } from '../../src/features/door/commands.ts';
import { presence } from '../../src/features/door/policy.ts';
import { readDoorDay } from '../../src/features/door/queries.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { doorDevice } from '../helpers/door.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const CAPACITY = 9;
const PARTIES = [3, 2];
const DOOR = { role: 'hall_staff', scopeKind: 'hall', scopeId: 'yancheng' } as const;

/** What one of two devices notes: of a party, or of walk-ins (2), or the taking back of one of its own. */
const act = fc.record({
  device: fc.nat({ max: 1 }),
  kind: fc.constantFrom('in' as const, 'in' as const, 'out' as const, 'back' as const),
  who: fc.nat({ max: PARTIES.length }),
  people: fc.integer({ min: 1, max: 4 }),
  isTakenBack: fc.boolean(),
});

interface Day {
  world: World;
  sessionId: string;
  bookingIds: string[];
  record: (batch: unknown) => ReturnType<typeof recordDoorEvents>;
}

async function openDay(): Promise<Day> {
  const world = await createWorld();
  const { person } = await world.staff();
  const session = await world.session({
    startsAt: addMinutes(NOW, 10),
    bookingClosesAt: addMinutes(NOW, 60),
    capacity: CAPACITY,
    walkInPlaces: 2,
  });
  const bookingIds: string[] = [];
  for (const adults of PARTIES) {
    const owner = (await world.person()).person;
    bookingIds.push(await world.book(owner, session, { adults, children: 0 }));
  }
  const staff = { id: person.id, roles: [DOOR] };
  return {
    world,
    sessionId: session.id,
    bookingIds,
    record: (batch) => recordDoorEvents(world.ctx, staff, batch),
  };
}

/** All that can be seen of the day, without the ids that differ between two worlds. */
async function stateOf({ world, sessionId, bookingIds }: Day) {
  const day = await readDoorDay(world.ctx, 'yancheng');
  const [session] = await world.ctx.db
    .select()
    .from(hallSessions)
    .where(eq(hallSessions.id, sessionId));
  const marked = await world.ctx.db.select().from(arrivals);
  return {
    parties: bookingIds.map((id) => {
      const party = day.parties.find((one) => one.id === id)!;
      const isMarked = marked.some(({ bookingId }) => bookingId === id);
      return {
        state: party.state,
        isMarked,
        tally: party.tally,
        ...presence(party.size, party.tally),
      };
    }),
    walkIns: { ...day.sessions[0]!.walkIns, ...presence(null, day.sessions[0]!.walkIns) },
    places: { booked: session!.booked, walkIns: session!.bookedWalkIns },
    conflicts: day.conflicts
      .map(({ kind, title }) => `${kind} ${title.replace(/^.*：/, '')}`)
      .sort(),
  };
}

type Acts = readonly (typeof act extends fc.Arbitrary<infer One> ? One : never)[];

/** The events of both devices, each in its own order. */
function eventsOf(acts: Acts, { sessionId, bookingIds }: Day) {
  const devices = [doorDevice(sessionId), doorDevice(sessionId)];
  return devices.map((device, index) => ({
    device,
    events: acts
      .filter((one) => one.device === index)
      .flatMap(({ kind, who, people, isTakenBack }) => {
        const bookingId = bookingIds[who] ?? null;
        const event = device.note({ kind, bookingId, people });
        return isTakenBack
          ? [event, device.note({ kind: 'undo', bookingId, people, undoes: event.id })]
          : [event];
      }),
  }));
}

describe('what devices without a link noted', () => {
  it('ends in the same state in whatever order, parts and repetitions it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 1, maxLength: 10 }),
        fc.infiniteStream(fc.nat({ max: 999 })),
        async (acts, luck) => {
          const draw = (max: number) => (luck.next().value as number) % max;
          const [first, second] = [await openDay(), await openDay()];
          for (const { device, events } of eventsOf(acts, first)) {
            if (events.length > 0) await first.record(device.batch(events));
          }
          // The other way round, one at a time or two, some twice; what has to wait for another is sent again.
          const queues = eventsOf(acts, second).map((one) => ({ ...one, left: one.events }));
          while (queues.some(({ left }) => left.length > 0)) {
            const queue = queues[draw(2)]!;
            const at = draw(Math.max(1, queue.left.length));
            const batch = queue.left.slice(at, at + 1 + draw(2));
            if (batch.length === 0) continue;
            const { outcomes } = await second.record(queue.device.batch(batch.toReversed()));
            if (draw(3) === 0) await second.record(queue.device.batch(batch));
            const noted = new Set(
              outcomes.flatMap(({ id, outcome }) => (outcome === 'noted' ? [id] : [])),
            );
            queue.left = queue.left.filter(({ id }) => !noted.has(id));
          }
          const state = await stateOf(first);
          expect(await stateOf(second)).toEqual(state);
          expect(state.places.booked).toBeLessThanOrEqual(CAPACITY);
          expect(state.places.walkIns).toBe(Math.min(state.walkIns.entered, CAPACITY - 5));
          for (const one of [...state.parties, state.walkIns]) {
            expect(
              Math.min(one.inside, one.outside, one.expected, one.excess),
            ).toBeGreaterThanOrEqual(0);
          }
          state.parties.forEach(
            ({ inside, outside, expected, isMarked, state: is, tally }, index) => {
              expect(inside + outside + expected).toBe(PARTIES[index]);
              expect({ isMarked, is }).toEqual(
                tally.entered > 0
                  ? { isMarked: true, is: 'arrived' }
                  : { isMarked: false, is: 'booked' },
              );
            },
          );
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  it('never lets more in than there are places, of those whom the site was asked about', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (acts) => {
        const day = await openDay();
        for (const { device, events } of eventsOf(acts, day)) {
          for (const event of events)
            await day.record(device.batch([{ ...event, settled: false }]));
        }
        const { parties, walkIns, conflicts } = await stateOf(day);
        const inside = [...parties, walkIns].reduce((sum, one) => sum + one.inside, 0);
        expect(inside).toBeLessThanOrEqual(CAPACITY);
        // Taking an entry back after somebody of it went out is all that can be out of step.
        expect(conflicts.filter((one) => !one.startsWith('out_of_step'))).toEqual([]);
        expect(await day.world.ctx.db.select().from(bookings)).toHaveLength(PARTIES.length);
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});
