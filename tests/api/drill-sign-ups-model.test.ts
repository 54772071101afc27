import { asc, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import { changeParty, leaveDrill } from '../../src/features/drill-sign-ups/commands.ts';
import { drillPromotions } from '../../src/features/drill-sign-ups/table.ts';
import { drillParticipants, drillRoles } from '../../src/features/drills/table.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes } from '../../src/lib/time.ts';
import {
  announcedDrill,
  family,
  signedUp,
  type AnnouncedDrill,
} from '../helpers/drill-sign-ups.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const PEOPLE = 6;
const CAPACITY = 7;

type Act =
  | { kind: 'join'; who: number; size: number; wait: boolean }
  | { kind: 'change'; who: number; size: number }
  | { kind: 'leave'; who: number }
  | { kind: 'resize'; capacity: number };

const who = fc.nat({ max: PEOPLE - 1 });
const size = fc.integer({ min: 1, max: 5 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({ kind: fc.constant('join' as const), who, size, wait: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('change' as const), who, size }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('resize' as const),
      capacity: fc.integer({ min: 1, max: CAPACITY + 3 }),
    }),
  },
);

interface Party {
  who: number;
  size: number;
  state: 'joined' | 'waiting' | 'left';
}

/** One role and its queue in plain arithmetic, written without a look at the schema. */
class Model {
  capacity = CAPACITY;
  readonly parties: Party[] = [];
  promotions = 0;

  taken(): number {
    return this.parties
      .filter(({ state }) => state === 'joined')
      .reduce((sum, one) => sum + one.size, 0);
  }

  private of(person: number): Party | undefined {
    return this.parties.find((one) => one.who === person && one.state !== 'left');
  }

  /** First come, first served; who does not fit lets the next one by. */
  private moveUp(): void {
    for (const one of this.parties) {
      if (one.state === 'waiting' && this.taken() + one.size <= this.capacity) {
        one.state = 'joined';
        this.promotions += 1;
      }
    }
  }

  /** The reason why an act is refused; undefined where it is done. */
  perform(one: Act): string | undefined {
    if (one.kind === 'resize') {
      if (this.taken() > one.capacity) return 'role_not_overfilled';
      const grows = one.capacity > this.capacity;
      this.capacity = one.capacity;
      if (grows) this.moveUp();
      return undefined;
    }
    const own = this.of(one.who);
    if (one.kind === 'join') {
      if (one.size > this.capacity) return 'party_too_large';
      if (this.parties.filter((party) => party.who === one.who).length >= 10) {
        return 'sign_ups_used_up';
      }
      const fits = this.taken() + one.size <= this.capacity;
      if (own) return 'already_in';
      if (!fits && !one.wait) return 'role_full';
      this.parties.push({ who: one.who, size: one.size, state: fits ? 'joined' : 'waiting' });
      return undefined;
    }
    if (one.kind === 'leave') {
      if (!own)
        return this.parties.some((party) => party.who === one.who)
          ? 'already_left'
          : 'drill_unknown';
      own.state = 'left';
      this.moveUp();
      return undefined;
    }
    if (!own) return 'drill_unknown';
    if (one.size > this.capacity) return 'party_too_large';
    const others = this.taken() - (own.state === 'joined' ? own.size : 0);
    if (own.state === 'joined' && others + one.size > this.capacity) return 'role_full';
    own.size = one.size;
    this.moveUp();
    return undefined;
  }
}

const refusal = async (done: Promise<unknown>): Promise<string | undefined> => {
  try {
    await done;
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.reason;
    const named = /role_not_overfilled/.exec(String(error) + String((error as Error).cause));
    if (named) return named[0];
    throw error;
  }
};

/** Each at a minute of its own, so that the order of joining is the order of acting. */
function perform(
  world: World,
  drill: AnnouncedDrill,
  people: readonly Person[],
  one: Act,
  minute: number,
): Promise<unknown> {
  const ctx = world.at(addMinutes(NOW, minute));
  const key = crypto.randomUUID();
  if (one.kind === 'resize') {
    return ctx.db
      .update(drillRoles)
      .set({ capacity: one.capacity })
      .where(eq(drillRoles.id, drill.families.id));
  }
  const person = people[one.who] as Person;
  if (one.kind === 'leave') return leaveDrill(ctx, person, { drillId: drill.drillId }, key);
  const party = { adults: '1', children: String(one.size - 1) };
  if (one.kind === 'change') {
    return changeParty(ctx, person, { ...family(drill), ...party }, key);
  }
  return signedUp(ctx, person, drill, { ...party, wait: one.wait ? 'yes' : 'no' });
}

describe('the places of a role', () => {
  it(
    'go to whoever came first and fits, never beyond its capacity',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: 30 }), async (acts) => {
          const world = await createWorld();
          const drill = await announcedDrill(world, { capacity: CAPACITY });
          const people: Person[] = [];
          for (let nth = 0; nth < PEOPLE; nth += 1) people.push((await world.person()).person);
          const model = new Model();
          for (const [minute, one] of acts.entries()) {
            const expected = model.perform(one);
            const reason = await refusal(perform(world, drill, people, one, minute));
            expect({ one, reason }).toEqual({ one, reason: expected });
            const rows = await world.ctx.db
              .select()
              .from(drillParticipants)
              .orderBy(asc(drillParticipants.joinedAt));
            expect(
              rows.map((row) => ({
                who: people.findIndex(({ id }) => id === row.personId),
                size: row.adults + row.children,
                state: row.state,
              })),
            ).toEqual(model.parties);
            const [role] = await world.ctx.db
              .select()
              .from(drillRoles)
              .where(eq(drillRoles.id, drill.families.id));
            expect(role).toMatchObject({ taken: model.taken(), capacity: model.capacity });
            expect(model.taken()).toBeLessThanOrEqual(model.capacity);
          }
          expect(await world.ctx.db.$count(drillPromotions)).toBe(model.promotions);
        }),
        { numRuns: 40 },
      );
    },
  );
});
