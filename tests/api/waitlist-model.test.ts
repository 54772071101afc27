import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import { cancelBooking, createBooking } from '../../src/features/bookings/commands.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import {
  joinWaitlist,
  leaveWaitlist,
  promoteEntry,
  serveWaitlists,
} from '../../src/features/waitlist/commands.ts';
import { waitlistEntries, waitlistOffers } from '../../src/features/waitlist/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const PEOPLE = 5;
const CAPACITY = 6;
/** The session starts at 18:00, so that offers of two hours run out within the day; booking closes at 17:30. */
const START = 10 * 60;
const CLOSES = START - 30;
const GROUPS = 1;
const WALK_INS = 1;

type Act =
  | { kind: 'book'; who: number; size: number }
  | { kind: 'join'; who: number; size: number; least: number }
  | { kind: 'accept'; who: number; fewer: number }
  | { kind: 'cancel' | 'leave' | 'promote'; who: number }
  | { kind: 'serve' }
  | { kind: 'wait'; minutes: number }
  | { kind: 'sell'; openPlaces: number }
  | { kind: 'release' };

const who = fc.nat({ max: PEOPLE - 1 });
const size = fc.integer({ min: 1, max: 4 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('book' as const), who, size }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('join' as const), who, size, least: size }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('accept' as const),
      who,
      fewer: fc.nat({ max: 1 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('cancel' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('leave', 'promote', 'promote'), who }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('serve' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat({ max: 90 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sell' as const),
      openPlaces: fc.integer({ min: 0, max: CAPACITY }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const) }) },
);

interface Waiting {
  who: number;
  size: number;
  least: number;
  promoted: boolean;
  state: 'waiting' | 'offered' | 'booked' | 'left' | 'lapsed' | 'closed';
  places: number;
  expires: number;
}

/** One session and its queue in plain arithmetic, written without a look at the schema. */
class Model {
  minute = 0;
  openPlaces = CAPACITY;
  kept = GROUPS + WALK_INS;
  readonly visits: { who: number; size: number; cancelled: boolean }[] = [];
  readonly queue: Waiting[] = [];

  taken(): number {
    const visiting = this.visits.filter(({ cancelled }) => !cancelled);
    const held = this.queue.filter(({ state }) => state === 'offered');
    return (
      visiting.reduce((sum, one) => sum + one.size, 0) +
      held.reduce((sum, one) => sum + one.places, 0)
    );
  }

  free(): number {
    return this.openPlaces - this.taken() - this.kept;
  }

  /** Those who wait, in the order of service. */
  waiting(): Waiting[] {
    const all = this.queue.filter(({ state }) => state === 'waiting');
    return [...all.filter(({ promoted }) => promoted), ...all.filter((one) => !one.promoted)];
  }

  private queueWants(): boolean {
    return this.waiting().some(({ least }) => least <= this.free());
  }

  private visitOf(person: number) {
    return this.visits.find((one) => one.who === person && !one.cancelled);
  }

  private waitOf(person: number) {
    return this.queue.find(
      (one) => one.who === person && (one.state === 'waiting' || one.state === 'offered'),
    );
  }

  step(one: Act): string | null {
    switch (one.kind) {
      case 'wait':
        this.minute += one.minutes;
        return null;
      case 'sell':
        this.openPlaces = one.openPlaces;
        return null;
      case 'release':
        this.kept = WALK_INS;
        return null;
      case 'serve':
        this.serve();
        return null;
      case 'book':
        return this.book(one.who, one.size);
      case 'join':
        return this.join(one.who, one.size, Math.min(one.least, one.size));
      case 'accept':
        return this.accept(one.who, one.fewer);
      case 'cancel':
        return this.cancel(one.who);
      case 'leave':
        return this.leave(one.who);
      case 'promote':
        return this.promote(one.who);
    }
  }

  private book(person: number, wanted: number): string | null {
    if (this.minute >= CLOSES) return 'booking_closed';
    if (this.visitOf(person)) return 'already_booked';
    if (this.queueWants() || wanted > this.free()) return 'session_full';
    this.visits.push({ who: person, size: wanted, cancelled: false });
    return null;
  }

  private join(person: number, wanted: number, least: number): string | null {
    if (this.minute >= CLOSES) return 'booking_closed';
    if (this.visitOf(person)) return 'already_booked';
    if (wanted <= this.free() && !this.queueWants()) return 'places_free';
    if (this.waitOf(person)) return 'already_waiting';
    this.queue.push({
      who: person,
      size: wanted,
      least,
      promoted: false,
      state: 'waiting',
      places: 0,
      expires: 0,
    });
    return null;
  }

  private accept(person: number, fewer: number): string | null {
    const wait = this.queue.findLast((one) => one.who === person && one.places > 0);
    if (!wait) return 'nothing to act on';
    if (wait.state !== 'offered' || this.minute >= wait.expires) return 'offer_gone';
    if (this.visitOf(person)) return 'already_booked';
    this.visits.push({ who: person, size: Math.max(1, wait.places - fewer), cancelled: false });
    wait.state = 'booked';
    return null;
  }

  private cancel(person: number): string | null {
    const visit = this.visitOf(person);
    if (!visit) return 'nothing to act on';
    if (this.minute >= START - 120) return 'cancellation_closed';
    visit.cancelled = true;
    return null;
  }

  private leave(person: number): string | null {
    const last = this.queue.findLast((one) => one.who === person);
    if (!last) return 'nothing to act on';
    if (last.state !== 'waiting' && last.state !== 'offered') return 'entry_already_ended';
    last.state = 'left';
    return null;
  }

  private promote(person: number): string | null {
    const last = this.queue.findLast((one) => one.who === person);
    if (!last) return 'nothing to act on';
    if (last.state !== 'waiting') return 'entry_not_waiting';
    if (last.promoted) return 'already_promoted';
    last.promoted = true;
    return null;
  }

  private serve(): void {
    for (const one of this.queue) {
      if (one.state === 'offered' && this.minute >= one.expires) one.state = 'lapsed';
    }
    if (this.minute >= CLOSES) {
      for (const one of this.waiting()) one.state = 'closed';
      return;
    }
    // Two hours, never beyond the close of booking, and not at all with less than twenty minutes to decide.
    const expires = Math.min(this.minute + 120, CLOSES);
    if (expires < this.minute + 20) return;
    for (const one of this.waiting()) {
      if (one.least > this.free()) continue;
      Object.assign(one, { places: Math.min(one.size, this.free()), state: 'offered', expires });
    }
  }
}

interface Cast {
  world: World;
  session: HallSession;
  people: Person[];
  manager: Person;
  lastVisit: Map<number, string>;
  lastEntry: Map<number, string>;
}

const nothing = () => new DomainError('not_found', 'nothing to act on', '');

async function perform(cast: Cast, one: Act, minute: number): Promise<void> {
  const { world, session } = cast;
  const ctx = world.at(addMinutes(NOW, minute));
  const key = crypto.randomUUID();
  const party = (places: number) => ({
    sessionId: session.id,
    adults: 1,
    children: places - 1,
    contactName: '示例',
  });
  if (one.kind === 'wait') return;
  if (one.kind === 'serve') {
    await serveWaitlists(ctx);
    return;
  }
  if (one.kind === 'sell' || one.kind === 'release') {
    const change = one.kind === 'sell' ? { openPlaces: one.openPlaces } : { groupPlaces: 0 };
    await ctx.db.update(hallSessions).set(change).where(eq(hallSessions.id, session.id));
    return;
  }
  const person = cast.people[one.who]!;
  if (one.kind === 'book') {
    const { bookingId } = await createBooking(ctx, person, party(one.size), key);
    cast.lastVisit.set(one.who, bookingId);
  } else if (one.kind === 'join') {
    const leastPlaces = Math.min(one.least, one.size);
    const { entryId } = await joinWaitlist(ctx, person, { ...party(one.size), leastPlaces }, key);
    cast.lastEntry.set(one.who, entryId);
  } else if (one.kind === 'accept') {
    const [offer] = await ctx.db
      .select({ id: waitlistOffers.id, places: waitlistOffers.places })
      .from(waitlistOffers)
      .innerJoin(waitlistEntries, eq(waitlistEntries.id, waitlistOffers.entryId))
      .where(eq(waitlistEntries.personId, person.id))
      .orderBy(waitlistEntries.position)
      .then((all) => all.slice(-1));
    if (!offer) throw nothing();
    const input = { ...party(Math.max(1, offer.places - one.fewer)), offerId: offer.id };
    const { bookingId } = await createBooking(ctx, person, input, key);
    cast.lastVisit.set(one.who, bookingId);
  } else if (one.kind === 'cancel') {
    const bookingId = cast.lastVisit.get(one.who);
    if (!bookingId) throw nothing();
    await cancelBooking(ctx, person, { bookingId }, key);
    cast.lastVisit.delete(one.who);
  } else {
    const entryId = cast.lastEntry.get(one.who);
    if (!entryId) throw nothing();
    if (one.kind === 'leave') await leaveWaitlist(ctx, person, { entryId }, key);
    else await promoteEntry(ctx, cast.manager, { entryId, reason: '示例原因' }, key);
  }
}

describe('a queue for a session', () => {
  it('follows the model through any sequence of acts', { timeout: 90_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 15, maxLength: 50 }), async (acts) => {
        const world = await createWorld();
        const session = await world.session({
          startsAt: addMinutes(NOW, START),
          capacity: CAPACITY,
          groupPlaces: GROUPS,
          walkInPlaces: WALK_INS,
        });
        const people = await Promise.all(
          Array.from({ length: PEOPLE }, async () => (await world.person()).person),
        );
        const { person: manager } = await world.person();
        const scopeId = session.hallSlug;
        await addRole(world.ctx, manager.id, { role: 'hall_manager', scopeKind: 'hall', scopeId });
        const cast: Cast = {
          world,
          session,
          people,
          manager,
          lastVisit: new Map(),
          lastEntry: new Map(),
        };
        const model = new Model();
        for (const one of acts) {
          const expected = model.step(one);
          const met = await perform(cast, one, model.minute).then(
            () => null,
            (error: unknown) => (error instanceof DomainError ? error.reason : error),
          );
          expect(met, JSON.stringify(one)).toBe(expected);
        }
        const { db } = world.ctx;
        const [now] = await db.select().from(hallSessions);
        const entries = await db.select().from(waitlistEntries).orderBy(waitlistEntries.position);
        const held = await db.select().from(bookings);
        expect(now).toMatchObject({
          booked: model.taken(),
          offered: model.queue
            .filter(({ state }) => state === 'offered')
            .reduce((sum, { places }) => sum + places, 0),
        });
        expect(now!.booked).toBeLessThanOrEqual(CAPACITY);
        expect(entries.map(({ state }) => state)).toEqual(model.queue.map(({ state }) => state));
        expect(held.filter(({ state }) => state === 'booked')).toHaveLength(
          model.visits.filter(({ cancelled }) => !cancelled).length,
        );
        // A name waits only as long as its party does.
        for (const { state, contactNameCipher } of entries) {
          expect(contactNameCipher.length > 0).toBe(state === 'waiting' || state === 'offered');
        }
      }),
      { numRuns: 100 },
    );
  });
});
