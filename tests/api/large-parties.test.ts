import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  cancelBooking,
  changeBooking,
  createBooking,
} from '../../src/features/bookings/commands.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import { joinWaitlist } from '../../src/features/waitlist/commands.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
/** A hall that takes parties of six to fourteen. */
const LARGE = { partyMax: 14, largePartyMin: 6 };

const book = (world: World, person: Person, session: HallSession, adults: number, children = 0) =>
  createBooking(
    world.ctx,
    person,
    { sessionId: session.id, adults, children, contactName: '示例周敏' },
    key(),
  );

const reasonOf = (error: unknown) => (error instanceof DomainError ? error.reason : error);

describe('a party between family and group', () => {
  it('has one booking with one code, and never a second one for the session', async () => {
    const world = await createWorld();
    const session = await world.session(LARGE);
    const { person } = await world.person();
    const { code } = await book(world, person, session, 4, 10);
    expect(code).toHaveLength(10);
    await expect(book(world, person, session, 1)).rejects.toMatchObject({
      reason: 'already_booked',
    });
    const rows = await world.ctx.db.select().from(bookings);
    expect(rows.map(({ adults, children }) => [adults, children])).toEqual([[4, 10]]);
  });

  it('ends where groups begin', async () => {
    const world = await createWorld();
    const session = await world.session(LARGE);
    const { person } = await world.person();
    await expect(book(world, person, session, 15)).rejects.toMatchObject({
      reason: 'party_too_large',
    });
  });

  it('needs the same share of adults as a group, and a family does not', async () => {
    const world = await createWorld();
    const session = await world.session(LARGE);
    const { person } = await world.person();
    const short = { reason: 'large_party_needs_adults', fields: [{ field: 'adults' }] };
    await expect(book(world, person, session, 1, 11)).rejects.toMatchObject(short);
    await expect(
      joinWaitlist(
        world.ctx,
        person,
        { sessionId: session.id, adults: 1, children: 11, leastPlaces: 12, contactName: '示例' },
        key(),
      ),
    ).rejects.toMatchObject({ reason: 'large_party_needs_adults' });
    await book(world, person, session, 2, 11);
  });

  it('is one at a time: the next one waits until it came or was cancelled', async () => {
    const world = await createWorld();
    const first = await world.session(LARGE);
    const second = await world.session({ ...LARGE, startsAt: addMinutes(NOW, 400) });
    const { person } = await world.person();
    const { bookingId } = await book(world, person, first, 6);
    await expect(book(world, person, second, 6)).rejects.toMatchObject({
      reason: 'large_party_elsewhere',
    });
    // A family may come as often as before.
    const small = await book(world, person, second, 5);
    const grown = { bookingId: small.bookingId, sessionId: second.id, adults: 6, children: 0 };
    await expect(changeBooking(world.ctx, person, grown, key())).rejects.toMatchObject({
      reason: 'large_party_elsewhere',
    });
    await cancelBooking(world.ctx, person, { bookingId }, key());
    await changeBooking(world.ctx, person, grown, key());
  });

  it('is taken whole or not at all when many ask for the same places at once', async () => {
    const world = await createWorld();
    const session = await world.session({ ...LARGE, capacity: 40 });
    const asking = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => ({
        person: (await world.person()).person,
        size: 3 + ((index * 5) % 12),
      })),
    );
    const answers = await Promise.all(
      asking.map(({ person, size }) =>
        book(world, person, session, size).then(() => size, reasonOf),
      ),
    );
    const taken = answers.filter((one) => typeof one === 'number');
    expect(new Set(answers.filter((one) => typeof one !== 'number'))).toEqual(
      new Set(['session_full']),
    );
    const [after] = await world.ctx.db
      .select()
      .from(hallSessions)
      .where(eq(hallSessions.id, session.id));
    const sum = taken.reduce((all, size) => all + size, 0);
    expect(after?.booked).toBe(sum);
    expect(sum).toBeLessThanOrEqual(40);
    // Nobody was refused who still fitted in at the end.
    const refused = asking.filter((_, index) => typeof answers[index] !== 'number');
    expect(Math.min(...refused.map(({ size }) => size))).toBeGreaterThan(40 - sum);
  });

  it('is one even when one person asks for several sessions at once', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    const sessions = await Promise.all(
      [240, 400, 560, 720].map((minutes) =>
        world.session({ ...LARGE, startsAt: addMinutes(NOW, minutes) }),
      ),
    );
    const answers = await Promise.all(
      sessions.map((session) => book(world, person, session, 8).then(() => 'booked', reasonOf)),
    );
    expect(answers.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      'booked',
      'large_party_elsewhere',
      'large_party_elsewhere',
      'large_party_elsewhere',
    ]);
  });
});
