import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/features/accounts/table.ts';
import { cancelBooking, createBooking } from '../../src/features/bookings/commands.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { openSessions, releaseGroupPlaces } from '../../src/features/halls/commands.ts';
import {
  hallDays,
  hallHours,
  halls,
  hallSessions,
  type HallSession,
} from '../../src/features/halls/table.ts';
import { calendarDays, calendarYears } from '../../src/features/calendar/table.ts';
import {
  joinWaitlist,
  leaveWaitlist,
  promoteEntry,
  serveWaitlists,
} from '../../src/features/waitlist/commands.ts';
import { findOwnWait, listPromotions, waitingName } from '../../src/features/waitlist/queries.ts';
import { waitlistEntries, waitlistOffers } from '../../src/features/waitlist/table.ts';
import { newId } from '../../src/lib/ids.ts';
import { addMinutes, calendarDate } from '../../src/lib/time.ts';
import { addRole } from '../helpers/roles.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

/** A session of two places that one family of two has taken, and people who would like to come. */
async function fullSession(world: World, values: Partial<HallSession> = {}) {
  const startsAt = addMinutes(NOW, 600);
  const session = await world.session({ startsAt, capacity: 2, ...values });
  const family = (await world.person()).person;
  const booked = await world.book(family, session, { adults: 1, children: 1 });
  const leave = () => cancelBooking(world.ctx, family, { bookingId: booked }, key());
  return { session, leave };
}

async function join(
  world: World,
  session: HallSession,
  asked: { adults?: number; children?: number; leastPlaces?: number } = {},
): Promise<{ person: Person; entryId: string }> {
  const { person } = await world.person();
  const { adults = 1, children = 0 } = asked;
  const { leastPlaces = adults + children } = asked;
  const input = { sessionId: session.id, adults, children, leastPlaces, contactName: '示例周敏' };
  const { entryId } = await joinWaitlist(world.ctx, person, input, key());
  return { person, entryId };
}

async function stateOf({ ctx }: World, entryId: string) {
  const [found] = await ctx.db
    .select()
    .from(waitlistEntries)
    .where(eq(waitlistEntries.id, entryId));
  return found?.state;
}

describe('a queue', () => {
  it('offers in order, and a large party lets a small one by', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    const large = await join(world, session, { adults: 3 });
    const first = await join(world, session);
    const second = await join(world, session);
    expect(await findOwnWait(world.ctx, second.person.id, second.entryId)).toMatchObject({
      ahead: 2,
    });
    await leave();
    expect(await serveWaitlists(world.ctx)).toBe(2);
    expect(await stateOf(world, large.entryId)).toBe('waiting');
    expect(await stateOf(world, first.entryId)).toBe('offered');
    expect(await stateOf(world, second.entryId)).toBe('offered');
    expect(await findOwnWait(world.ctx, large.person.id, large.entryId)).toMatchObject({
      ahead: 0,
    });
  });

  it('offers a party as few places as it said it could take', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    const { person, entryId } = await join(world, session, {
      adults: 2,
      children: 2,
      leastPlaces: 2,
    });
    await leave();
    await serveWaitlists(world.ctx);
    const wait = await findOwnWait(world.ctx, person.id, entryId);
    expect(wait?.offer).toMatchObject({ places: 2, expiresAt: addMinutes(NOW, 120) });
    expect(await waitingName(world.ctx, person, wait!.entry)).toBe('示例周敏');
  });

  it('is not jumped by somebody who happens to look when places are free', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    await join(world, session);
    await leave();
    const { person } = await world.person();
    await expect(world.book(person, session)).rejects.toMatchObject({ reason: 'session_full' });
  });

  it('waits for places for all where nobody said how few would do', async () => {
    const world = await createWorld();
    const { session } = await fullSession(world);
    const { person } = await world.person();
    for (const leastPlaces of [undefined, '']) {
      const party = { adults: 2, children: 1, leastPlaces, contactName: '示例周敏' };
      const input = { sessionId: session.id, ...party };
      const { entryId } = await joinWaitlist(world.ctx, person, input, key());
      const wait = await findOwnWait(world.ctx, person.id, entryId);
      expect(wait?.entry.leastPlaces).toBe(3);
      await leaveWaitlist(world.ctx, person, { entryId }, key());
    }
  });

  it('takes a party moved up by the manager first, and says why to everybody', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    const first = await join(world, session, { adults: 2 });
    const second = await join(world, session, { adults: 2 });
    const { person: manager } = await world.person();
    const scopeId = session.hallSlug;
    await addRole(world.ctx, manager.id, { role: 'hall_manager', scopeKind: 'hall', scopeId });
    const { entryId } = second;
    await promoteEntry(world.ctx, manager, { entryId, reason: '系统误取消，补回' }, key());
    await leave();
    await serveWaitlists(world.ctx);
    expect(await stateOf(world, first.entryId)).toBe('waiting');
    expect(await stateOf(world, entryId)).toBe('offered');
    expect(await listPromotions(world.ctx, session.id)).toMatchObject([
      { reason: '系统误取消，补回' },
    ]);
  });

  it('is moved by its hall’s manager only, and never by the one who waits', async () => {
    const world = await createWorld();
    const { session } = await fullSession(world);
    const { person, entryId } = await join(world, session);
    const promote = (by: Person) =>
      promoteEntry(world.ctx, by, { entryId, reason: '示例原因' }, key());
    const refused = { code: 'not_found', reason: 'entry_unknown' };
    await expect(promote((await world.person()).person)).rejects.toMatchObject(refused);
    await expect(promote((await world.staff()).person)).rejects.toMatchObject(refused);
    const scopeId = session.hallSlug;
    await addRole(world.ctx, person.id, { role: 'hall_manager', scopeKind: 'hall', scopeId });
    await expect(promote(person)).rejects.toMatchObject(refused);
  });

  it('passes an offer on when its time is over', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    const first = await join(world, session, { adults: 2 });
    const second = await join(world, session, { adults: 2 });
    await leave();
    await serveWaitlists(world.ctx);
    const late = world.at(addMinutes(NOW, 120));
    await serveWaitlists(late);
    expect(await stateOf(world, first.entryId)).toBe('lapsed');
    expect(await stateOf(world, second.entryId)).toBe('offered');
    const [offer] = await world.ctx.db.select().from(waitlistOffers);
    const input = { sessionId: session.id, adults: 2, children: 0, contactName: '示例' };
    await expect(
      createBooking(late, first.person, { ...input, offerId: offer!.id }, key()),
    ).rejects.toMatchObject({ reason: 'offer_gone' });
  });

  it('holds what it offered even when the hall opens fewer places meanwhile', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    const { person, entryId } = await join(world, session, { adults: 2 });
    await leave();
    await serveWaitlists(world.ctx);
    await world.ctx.db.update(hallSessions).set({ openPlaces: 0 });
    const offer = (await findOwnWait(world.ctx, person.id, entryId))!.offer!;
    const party = { sessionId: session.id, adults: 1, children: 1, contactName: '示例' };
    await createBooking(world.ctx, person, { ...party, offerId: offer.id }, key());
    const [now] = await world.ctx.db.select().from(hallSessions);
    expect(now).toMatchObject({ booked: 2, offered: 0 });
  });

  it('gives an offer to nobody else', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    const { person, entryId } = await join(world, session);
    await leave();
    await serveWaitlists(world.ctx);
    const offer = (await findOwnWait(world.ctx, person.id, entryId))!.offer!;
    const stranger = (await world.person()).person;
    const input = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
    await expect(
      createBooking(world.ctx, stranger, { ...input, offerId: offer.id }, key()),
    ).rejects.toMatchObject({ code: 'not_found', reason: 'offer_unknown' });
    await expect(leaveWaitlist(world.ctx, stranger, { entryId }, key())).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is refused by the database in any other order', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    await join(world, session);
    const second = await join(world, session);
    await leave();
    const offer = {
      id: newId(NOW),
      entryId: second.entryId,
      places: 1,
      offeredAt: NOW,
      expiresAt: addMinutes(NOW, 60),
    };
    await expect(world.ctx.db.insert(waitlistOffers).values(offer)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('offer_out_of_order') as string },
    });
  });

  it('is served once by ten sweeps at the same moment', async () => {
    const world = await createWorld();
    const { session, leave } = await fullSession(world);
    await join(world, session);
    await join(world, session);
    await join(world, session);
    await leave();
    const done = await Promise.all(Array.from({ length: 10 }, () => serveWaitlists(world.ctx)));
    expect(done.reduce((sum, one) => sum + one, 0)).toBe(2);
    expect(await world.ctx.db.select().from(waitlistOffers)).toHaveLength(2);
    const [now] = await world.ctx.db.select().from(hallSessions);
    expect(now).toMatchObject({ booked: 2, offered: 2 });
  });

  it('draws every number once when many join together', async () => {
    const world = await createWorld();
    const { session } = await fullSession(world);
    const people = await Promise.all(
      Array.from({ length: 12 }, async () => (await world.person()).person),
    );
    const input = {
      sessionId: session.id,
      adults: 1,
      children: 0,
      leastPlaces: 1,
      contactName: '示例',
    };
    await Promise.all(people.map((one) => joinWaitlist(world.ctx, one, input, key())));
    const entries = await world.ctx.db.select().from(waitlistEntries);
    expect(entries.map(({ position }) => position).sort((a, b) => a - b)).toEqual(
      people.map((_, index) => index + 1),
    );
  });

  it('changes nothing when a request is repeated', async () => {
    const world = await createWorld();
    const { session } = await fullSession(world);
    const { person } = await world.person();
    const input = {
      sessionId: session.id,
      adults: 1,
      children: 0,
      leastPlaces: 1,
      contactName: '示例',
    };
    const same = key();
    const first = await joinWaitlist(world.ctx, person, input, same);
    expect(await joinWaitlist(world.ctx, person, input, same)).toEqual(first);
    expect(await world.ctx.db.select().from(waitlistEntries)).toHaveLength(1);
  });
});

describe('pools', () => {
  it('keep places from everybody until groups had their time, then give them to those who wait', async () => {
    const world = await createWorld();
    const session = await world.session({
      startsAt: addMinutes(NOW, 600),
      capacity: 4,
      groupPlaces: 3,
      groupsReleaseAt: addMinutes(NOW, 10),
    });
    await world.book((await world.person()).person, session);
    const { entryId } = await join(world, session, { adults: 2 });
    expect(await releaseGroupPlaces(world.ctx)).toBe(0);
    expect(await serveWaitlists(world.ctx)).toBe(0);
    const later = world.at(addMinutes(NOW, 10));
    expect(await releaseGroupPlaces(later)).toBe(1);
    expect(await serveWaitlists(later)).toBe(1);
    expect(await stateOf(world, entryId)).toBe('offered');
  });
});

describe('opening by the calendar', () => {
  const thursday = {
    hallSlug: testHall.slug,
    weekday: 4,
    startsMinute: 540,
    endsMinute: 615,
    capacity: 40,
  };
  const dates = async ({ ctx }: World) => {
    const all = await ctx.db.select().from(hallSessions).orderBy(hallSessions.startsAt);
    return all.map((one) => [calendarDate(one.startsAt), one.withdrawnAt !== null]);
  };

  it('withdraws a session that a closure takes back when nobody has booked it, and opens it again', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    await world.ctx.db.insert(hallHours).values(thursday);
    expect(await openSessions(world.ctx)).toBe(2);
    const closed = {
      hallSlug: testHall.slug,
      kind: 'closed',
      reason: '设备检修',
      decidedBy: person.id,
      decidedAt: NOW,
    } as const;
    await world.ctx.db.insert(hallDays).values({ ...closed, day: '2026-12-03' });
    expect(await openSessions(world.ctx)).toBe(1);
    expect(await dates(world)).toEqual([
      ['2026-11-26', false],
      ['2026-12-03', true],
    ]);
    expect(await openSessions(world.ctx)).toBe(0);
    await world.ctx.db.delete(hallDays);
    expect(await openSessions(world.ctx)).toBe(1);
    expect(await dates(world)).toEqual([
      ['2026-11-26', false],
      ['2026-12-03', false],
    ]);
  });

  it('never touches a session that somebody has booked, and takes no booking for a withdrawn one', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    await world.ctx.db.insert(hallHours).values(thursday);
    await openSessions(world.ctx);
    const [first, second] = await world.ctx.db
      .select()
      .from(hallSessions)
      .orderBy(hallSessions.startsAt);
    await world.book(person, first!);
    await world.ctx.db.delete(hallHours);
    expect(await openSessions(world.ctx)).toBe(1);
    expect(await dates(world)).toEqual([
      ['2026-11-26', false],
      ['2026-12-03', true],
    ]);
    await expect(world.book(person, second!)).rejects.toMatchObject({ reason: 'booking_closed' });
    expect(await world.ctx.db.select().from(bookings)).toHaveLength(1);
  });

  it('reads the holiday arrangement', async () => {
    const world = await createWorld();
    await world.ctx.db.insert(hallHours).values(thursday);
    await world.ctx.db.update(halls).set({ closureWeekday: 4 });
    expect(await openSessions(world.ctx)).toBe(0);
    const source = { year: 2026, sourceTitle: '示例通知', issuedOn: '2025-11-04' };
    await world.ctx.db.insert(calendarYears).values(source);
    const day = { day: '2026-11-26', year: 2026, kind: 'holiday', name: '示例节' } as const;
    await world.ctx.db.insert(calendarDays).values(day);
    await world.ctx.db.insert(hallHours).values({ ...thursday, weekday: 7 });
    await openSessions(world.ctx);
    expect((await dates(world)).map(([date]) => date)).toContain('2026-11-26');
  });
});
