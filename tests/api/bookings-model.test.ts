import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  cancelBooking,
  createBooking,
  expireBookings,
  markArrival,
} from '../../src/features/bookings/commands.ts';
import { bookings, type BookingState } from '../../src/features/bookings/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const PEOPLE = 4;
const CAPACITY = 7;
const START_MINUTE = 240;

type Act =
  | { kind: 'book'; who: number; adults: number; children: number }
  | { kind: 'cancel' | 'arrive'; who: number }
  | { kind: 'expire' }
  | { kind: 'wait'; minutes: number }
  | { kind: 'sell'; openPlaces: number };

const who = fc.nat({ max: PEOPLE - 1 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('book' as const),
      who,
      adults: fc.integer({ min: 1, max: 4 }),
      children: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'arrive'), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat({ max: 100 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sell' as const),
      openPlaces: fc.integer({ min: 0, max: CAPACITY }),
    }),
  },
);

interface ModelBooking {
  who: number;
  size: number;
  state: BookingState;
}

/** What should happen, written without a look at the schema: plain arithmetic over a list. */
class Model {
  minute = 0;
  openPlaces = CAPACITY;
  readonly bookings: ModelBooking[] = [];

  taken(): number {
    const holding = this.bookings.filter(({ state }) => state !== 'cancelled');
    return holding.reduce((sum, { size }) => sum + size, 0);
  }

  active(person: number): ModelBooking | undefined {
    return this.bookings.findLast((one) => one.who === person && one.state !== 'cancelled');
  }

  /** The refusal the act must meet, or null, in which case the model has changed. */
  step(one: Act): string | null {
    if (one.kind === 'wait') this.minute += one.minutes;
    else if (one.kind === 'sell') this.openPlaces = one.openPlaces;
    else if (one.kind === 'expire') this.expire();
    else if (one.kind === 'book') return this.book(one);
    else return this.end(one.kind, one.who);
    return null;
  }

  private book({ who: person, adults, children }: Extract<Act, { kind: 'book' }>): string | null {
    const size = adults + children;
    if (this.minute >= START_MINUTE - 30) return 'booking_closed';
    if (size > 5) return 'party_too_large';
    if (this.active(person)) return 'already_booked';
    if (this.taken() + size > this.openPlaces) return 'session_full';
    this.bookings.push({ who: person, size, state: 'booked' });
    return null;
  }

  private end(kind: 'cancel' | 'arrive', person: number): string | null {
    const last = this.bookings.findLast((one) => one.who === person);
    if (!last) return 'nothing to end';
    if (last.state !== 'booked') return `booking_already_${last.state}`;
    if (kind === 'cancel' && this.minute >= START_MINUTE - 120) return 'cancellation_closed';
    if (kind === 'arrive' && this.minute < START_MINUTE - 30) return 'arrival_not_open';
    if (kind === 'arrive' && this.minute >= START_MINUTE + 75) return 'arrival_closed';
    last.state = kind === 'cancel' ? 'cancelled' : 'arrived';
    return null;
  }

  private expire(): void {
    if (this.minute < START_MINUTE + 75) return;
    for (const one of this.bookings) if (one.state === 'booked') one.state = 'expired';
  }
}

interface Cast {
  people: Person[];
  staff: Person;
  session: HallSession;
  lastBooking: Map<number, string>;
}

async function perform(world: World, cast: Cast, one: Act, minute: number): Promise<void> {
  const ctx = world.at(addMinutes(NOW, minute));
  const key = crypto.randomUUID();
  if (one.kind === 'expire') await expireBookings(ctx);
  else if (one.kind === 'sell') {
    const { openPlaces } = one;
    await ctx.db
      .update(hallSessions)
      .set({ openPlaces })
      .where(eq(hallSessions.id, cast.session.id));
  } else if (one.kind === 'book') {
    const { adults, children } = one;
    const input = { sessionId: cast.session.id, adults, children, contactName: '示例' };
    const { bookingId } = await createBooking(ctx, cast.people[one.who]!, input, key);
    cast.lastBooking.set(one.who, bookingId);
  } else if (one.kind !== 'wait') {
    const bookingId = cast.lastBooking.get(one.who);
    if (!bookingId) throw new DomainError('not_found', 'nothing to end', '');
    if (one.kind === 'cancel') await cancelBooking(ctx, cast.people[one.who]!, { bookingId }, key);
    else await markArrival(ctx, cast.staff, { bookingId }, key);
  }
}

async function stateOf({ ctx }: World, session: HallSession) {
  const rows = await ctx.db
    .select({ state: bookings.state })
    .from(bookings)
    .orderBy(sql`rowid`);
  const [row] = await ctx.db.select().from(hallSessions).where(eq(hallSessions.id, session.id));
  const [ledger] = await ctx.db.all<{ entries: number; keys: number }>(sql`SELECT
    (SELECT count(*) FROM audit_entries WHERE subject_kind = 'booking') AS entries,
    (SELECT count(*) FROM idempotency_keys WHERE command IN ('createBooking', 'cancelBooking', 'markArrival')) AS keys`);
  return { states: rows.map(({ state }) => state), booked: row?.booked, ...ledger };
}

describe('bookings of one session', () => {
  it('follow the model through any sequence of acts', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const world = await createWorld();
        const session = await world.session({ capacity: CAPACITY });
        const people = await Promise.all(
          Array.from({ length: PEOPLE }, async () => (await world.person()).person),
        );
        const staff = (await world.staff()).person;
        const cast: Cast = { people, staff, session, lastBooking: new Map() };
        const model = new Model();
        let ends = 0;
        for (const one of acts) {
          const expected = model.step(one);
          const met = await perform(world, cast, one, model.minute).then(
            () => null,
            (error: unknown) => (error instanceof DomainError ? error.reason : error),
          );
          expect(met).toBe(expected);
          if (expected === null && ['book', 'cancel', 'arrive'].includes(one.kind)) ends += 1;
        }
        const expired = model.bookings.filter(({ state }) => state === 'expired').length;
        expect(await stateOf(world, session)).toEqual({
          states: model.bookings.map(({ state }) => state),
          booked: model.taken(),
          entries: ends + expired,
          keys: ends,
        });
      }),
      { numRuns: 60 },
    );
  });
});
