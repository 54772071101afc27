import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  cancelBooking,
  changeBooking,
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

const PEOPLE = 3;
const CAPACITY = 7;
/** Two sessions of one hall, in minutes after NOW; each lasts 75. */
const STARTS = [240, 330] as const;
const LASTS = 75;

interface Party {
  adults: number;
  children: number;
}

type Act =
  | ({ kind: 'book'; who: number; session: number } & Party)
  | ({ kind: 'change'; who: number; session: number } & Party)
  | { kind: 'cancel' | 'arrive'; who: number }
  | { kind: 'expire' }
  | { kind: 'wait'; minutes: number }
  | { kind: 'sell'; session: number; openPlaces: number };

const who = fc.nat({ max: PEOPLE - 1 });
const session = fc.nat({ max: STARTS.length - 1 });
const party = { adults: fc.integer({ min: 1, max: 3 }), children: fc.integer({ min: 0, max: 3 }) };
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('book' as const), who, session, ...party }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('change' as const), who, session, ...party }),
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
      session,
      openPlaces: fc.integer({ min: 0, max: CAPACITY }),
    }),
  },
);

interface ModelBooking extends Party {
  who: number;
  session: number;
  state: BookingState;
  changes: number;
}

const sizeOf = ({ adults, children }: Party) => adults + children;

/** What should happen, written without a look at the schema: plain arithmetic over a list. */
class Model {
  minute = 0;
  readonly openPlaces = STARTS.map(() => CAPACITY);
  readonly bookings: ModelBooking[] = [];

  taken(at: number): number {
    const holding = this.bookings.filter((one) => one.session === at && one.state !== 'cancelled');
    return holding.reduce((sum, one) => sum + sizeOf(one), 0);
  }

  /** The refusal the act must meet, or null, in which case the model has changed. */
  step(one: Act): string | null {
    if (one.kind === 'wait') this.minute += one.minutes;
    else if (one.kind === 'sell') this.openPlaces[one.session] = one.openPlaces;
    else if (one.kind === 'expire') this.expire();
    else if (one.kind === 'book') return this.book(one);
    else if (one.kind === 'change') return this.change(one);
    else return this.end(one.kind, one.who);
    return null;
  }

  private holds(person: number, at: number, besides?: ModelBooking): boolean {
    return this.bookings.some(
      (one) =>
        one !== besides && one.who === person && one.session === at && one.state !== 'cancelled',
    );
  }

  private book(asked: Extract<Act, Party>): string | null {
    const { who: person, session: at, adults, children } = asked;
    if (this.minute >= STARTS[at]! - 30) return 'booking_closed';
    if (sizeOf(asked) > 5) return 'party_too_large';
    if (this.holds(person, at)) return 'already_booked';
    if (this.taken(at) + sizeOf(asked) > this.openPlaces[at]!) return 'session_full';
    this.bookings.push({
      who: person,
      session: at,
      adults,
      children,
      state: 'booked',
      changes: 0,
    });
    return null;
  }

  private change(asked: Extract<Act, Party>): string | null {
    const last = this.bookings.findLast((one) => one.who === asked.who);
    if (!last) return 'nothing to act on';
    if (last.state !== 'booked') return `booking_already_${last.state}`;
    if (this.minute >= STARTS[last.session]! - 120) return 'change_closed';
    const moves = asked.session !== last.session;
    const sameParty = asked.adults === last.adults && asked.children === last.children;
    if (!moves && sameParty) return 'change_is_none';
    const needsMore = moves || sizeOf(asked) > sizeOf(last);
    if (needsMore && this.minute >= STARTS[asked.session]! - 30) return 'booking_closed';
    if (needsMore && sizeOf(asked) > 5) return 'party_too_large';
    if (last.changes === 3) return 'booking_changes_used_up';
    if (moves && this.holds(asked.who, asked.session, last)) return 'already_booked';
    const others = this.taken(asked.session) - (moves ? 0 : sizeOf(last));
    if (needsMore && others + sizeOf(asked) > this.openPlaces[asked.session]!) {
      return 'session_full';
    }
    const { session: to, adults, children } = asked;
    Object.assign(last, { session: to, adults, children, changes: last.changes + 1 });
    return null;
  }

  private end(kind: 'cancel' | 'arrive', person: number): string | null {
    const last = this.bookings.findLast((one) => one.who === person);
    if (!last) return 'nothing to act on';
    if (last.state !== 'booked') return `booking_already_${last.state}`;
    const start = STARTS[last.session]!;
    if (kind === 'cancel' && this.minute >= start - 120) return 'cancellation_closed';
    if (kind === 'arrive' && this.minute < start - 30) return 'arrival_not_open';
    if (kind === 'arrive' && this.minute >= start + LASTS) return 'arrival_closed';
    last.state = kind === 'cancel' ? 'cancelled' : 'arrived';
    return null;
  }

  private expire(): void {
    for (const one of this.bookings) {
      if (one.state === 'booked' && this.minute >= STARTS[one.session]! + LASTS) {
        one.state = 'expired';
      }
    }
  }
}

interface Cast {
  people: Person[];
  staff: Person;
  sessions: HallSession[];
  lastBooking: Map<number, string>;
}

async function perform(world: World, cast: Cast, one: Act, minute: number): Promise<void> {
  const ctx = world.at(addMinutes(NOW, minute));
  const key = crypto.randomUUID();
  if (one.kind === 'wait') return;
  if (one.kind === 'expire') {
    await expireBookings(ctx);
    return;
  }
  if (one.kind === 'sell') {
    const { openPlaces } = one;
    const ofSession = eq(hallSessions.id, cast.sessions[one.session]!.id);
    await ctx.db.update(hallSessions).set({ openPlaces }).where(ofSession);
    return;
  }
  const person = cast.people[one.who]!;
  if (one.kind === 'book') {
    const { adults, children } = one;
    const sessionId = cast.sessions[one.session]!.id;
    const input = { sessionId, adults, children, contactName: '示例' };
    const { bookingId } = await createBooking(ctx, person, input, key);
    cast.lastBooking.set(one.who, bookingId);
    return;
  }
  const bookingId = cast.lastBooking.get(one.who);
  if (!bookingId) throw new DomainError('not_found', 'nothing to act on', '');
  if (one.kind === 'change') {
    const { adults, children } = one;
    const sessionId = cast.sessions[one.session]!.id;
    await changeBooking(ctx, person, { bookingId, sessionId, adults, children }, key);
  } else if (one.kind === 'cancel') await cancelBooking(ctx, person, { bookingId }, key);
  else await markArrival(ctx, cast.staff, { bookingId }, key);
}

async function stateOf({ ctx }: World, cast: Cast) {
  const rows = await ctx.db
    .select()
    .from(bookings)
    .orderBy(sql`rowid`);
  const sessions = await ctx.db.select().from(hallSessions);
  const [ledger] = await ctx.db.all<{ entries: number; keys: number; changes: number }>(sql`SELECT
    (SELECT count(*) FROM audit_entries WHERE subject_kind = 'booking') AS entries,
    (SELECT count(*) FROM booking_changes) AS changes,
    (SELECT count(*) FROM idempotency_keys WHERE command <> 'requestSignInCode') AS keys`);
  const nth = (id: string) => cast.sessions.findIndex((one) => one.id === id);
  return {
    bookings: rows.map(({ state, sessionId, adults, children, changes }) => ({
      state,
      session: nth(sessionId),
      adults,
      children,
      changes,
    })),
    booked: cast.sessions.map(({ id }) => sessions.find((one) => one.id === id)?.booked),
    ...ledger,
  };
}

describe('bookings of two sessions', () => {
  it('follow the model through any sequence of acts', { timeout: 90_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
        const world = await createWorld();
        const sessions = await Promise.all(
          STARTS.map((start) =>
            world.session({ startsAt: addMinutes(NOW, start), capacity: CAPACITY }),
          ),
        );
        const people = await Promise.all(
          Array.from({ length: PEOPLE }, async () => (await world.person()).person),
        );
        const staff = (await world.staff()).person;
        const cast: Cast = { people, staff, sessions, lastBooking: new Map() };
        const model = new Model();
        let written = 0;
        for (const one of acts) {
          const expected = model.step(one);
          const met = await perform(world, cast, one, model.minute).then(
            () => null,
            (error: unknown) => (error instanceof DomainError ? error.reason : error),
          );
          expect(met).toBe(expected);
          const isWrite = ['book', 'change', 'cancel', 'arrive'].includes(one.kind);
          if (expected === null && isWrite) written += 1;
        }
        const expired = model.bookings.filter(({ state }) => state === 'expired').length;
        expect(await stateOf(world, cast)).toEqual({
          bookings: model.bookings.map(({ state, session: at, adults, children, changes }) => ({
            state,
            session: at,
            adults,
            children,
            changes,
          })),
          booked: STARTS.map((_, at) => model.taken(at)),
          entries: written + expired,
          changes: model.bookings.reduce((sum, { changes }) => sum + changes, 0),
          keys: written,
        });
      }),
      { numRuns: 80 },
    );
  });
});
