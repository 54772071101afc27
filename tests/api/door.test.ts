import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import { expireBookings, markArrival } from '../../src/features/bookings/commands.ts';
import { arrivals, bookings, expiries } from '../../src/features/bookings/table.ts';
import {
  forgetDoor,
  recordDoorEvent,
  recordDoorEvents,
  writeDoorNote,
} from '../../src/features/door/commands.ts';
import { presence } from '../../src/features/door/policy.ts';
import { listNotes, readDoorDay } from '../../src/features/door/queries.ts';
import { doorEvents, doorNotes } from '../../src/features/door/table.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { doorDevice, type DoorDevice } from '../helpers/door.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const DOOR = { role: 'hall_staff', scopeKind: 'hall', scopeId: 'yancheng' } as const;

interface Setting {
  world: World;
  staff: Holder;
  token: string;
  session: HallSession;
  bookingId: string;
  device: () => DoorDevice;
}

/** A session that has just opened its door, and a family of three booked for it. */
async function atTheDoor(values: Partial<HallSession> = {}, adults = 3): Promise<Setting> {
  const world = await createWorld();
  const { person, token } = await world.staff();
  const staff = { id: person.id, roles: [DOOR] };
  const startsAt = addMinutes(NOW, 10);
  const bookingClosesAt = addMinutes(NOW, 60);
  const session = await world.session({ startsAt, bookingClosesAt, ...values });
  const family = (await world.person()).person;
  const bookingId = await world.book(family, session, { adults, children: 0 });
  return { world, staff, token, session, bookingId, device: () => doorDevice(session.id) };
}

async function partyOf({ world, bookingId }: Setting) {
  const day = await readDoorDay(world.ctx, 'yancheng');
  const party = day.parties.find(({ id }) => id === bookingId)!;
  return { day, party, ...presence(party.size, party.tally) };
}

const placesOf = async ({ world, session }: Setting) =>
  (await world.ctx.db.select().from(hallSessions).where(eq(hallSessions.id, session.id)))[0]!;

describe('a device’s events', () => {
  it('let a party arrive in parts, go out and come back, and mark the first as its arrival', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const device = setting.device();
    const send = (...events: Parameters<DoorDevice['note']>[0][]) =>
      recordDoorEvents(world.ctx, staff, device.batch(events.map((one) => device.note(one))));
    await send({ bookingId, people: 2 });
    expect(await partyOf(setting)).toMatchObject({ expected: 1, inside: 2, outside: 0 });
    await send({ bookingId, kind: 'out', people: 2 }, { bookingId, people: 1 });
    expect(await partyOf(setting)).toMatchObject({ expected: 0, inside: 1, outside: 2 });
    await send({ bookingId, kind: 'back', people: 2, zone: '地质灾害' });
    const { party, inside } = await partyOf(setting);
    expect(inside).toBe(3);
    expect(party).toMatchObject({ state: 'arrived', arrivedAt: NOW.getTime(), zone: '地质灾害' });
    expect(await world.ctx.db.select().from(arrivals)).toHaveLength(1);
  });

  it('are refused with a sentence when the site is asked beforehand', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const device = setting.device();
    const ask = async (event: Parameters<DoorDevice['note']>[0]) => {
      const batch = device.batch([device.note({ bookingId, settled: false, ...event })]);
      return (await recordDoorEvents(world.ctx, staff, batch)).outcomes[0];
    };
    expect(await ask({ people: 4 })).toMatchObject({ reason: 'party_too_large' });
    expect(await ask({ kind: 'out', people: 1 })).toMatchObject({ reason: 'not_inside' });
    expect(await ask({ people: 3 })).toMatchObject({ outcome: 'noted' });
    expect(await ask({ people: 3 })).toMatchObject({
      reason: 'booking_already_arrived',
      message: '08:00已经登记入场，不用再登记。',
    });
    expect(await ask({ kind: 'back', people: 1 })).toMatchObject({ reason: 'not_outside' });
    expect(await world.ctx.db.select().from(doorEvents)).toHaveLength(1);
  });

  it('count once, however often and in whatever company they are sent', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const device = setting.device();
    const [first, second] = [
      device.note({ bookingId, people: 1 }),
      device.note({ bookingId, people: 2 }),
    ];
    const batches = [device.batch([first]), device.batch([first, second]), device.batch([second])];
    const sent = await Promise.all(
      batches.map((batch) => recordDoorEvents(world.ctx, staff, batch)),
    );
    expect(sent.flatMap(({ outcomes }) => outcomes.map(({ outcome }) => outcome))).toEqual(
      Array.from({ length: 4 }, () => 'noted'),
    );
    await recordDoorEvents(world.ctx, staff, device.batch([first, second]));
    expect(await partyOf(setting)).toMatchObject({ inside: 3, excess: 0 });
    const entries = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'door_event.enter'));
    expect(entries).toHaveLength(2);
  });

  it('of two gates without a link are kept both, and named as a conflict that one undo settles', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const [north, south] = [setting.device(), setting.device()];
    const twice = [north, south].map((gate) =>
      gate.batch([gate.note({ bookingId, people: 3, settled: true })]),
    );
    const answers = await Promise.all(
      twice.map((batch) => recordDoorEvents(world.ctx, staff, batch)),
    );
    expect(answers.map(({ outcomes }) => outcomes[0]?.outcome)).toEqual(['noted', 'noted']);
    const { day, inside, excess } = await partyOf(setting);
    expect({ inside, excess }).toEqual({ inside: 3, excess: 3 });
    expect(day.conflicts).toMatchObject([
      { kind: 'counted_twice', bookingId, events: [{ people: 3 }, { people: 3 }] },
    ]);
    const later = world.at(addMinutes(NOW, 30));
    const undo = { act: 'undo', undoes: day.conflicts[0]?.events[1]?.id, hallSlug: 'yancheng' };
    await recordDoorEvent(later, staff, undo, key());
    const after = await partyOf(setting);
    expect(after.day.conflicts).toEqual([]);
    expect(after).toMatchObject({ inside: 3, excess: 0, party: { state: 'arrived' } });
  });

  it('are dated by the site’s clock, however wrong the device’s is', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const slow = doorDevice(setting.session.id, addMinutes(NOW, -20));
    const event = slow.note({ bookingId, people: 3, settled: true });
    const later = world.at(addMinutes(NOW, 45));
    await recordDoorEvents(later, staff, slow.batch([event], 45));
    const [row] = await world.ctx.db.select().from(doorEvents);
    expect(row).toMatchObject({
      happenedAt: NOW,
      deviceAt: addMinutes(NOW, -20),
      receivedAt: later.now,
    });
    expect(await partyOf(setting)).toMatchObject({ party: { arrivedAt: NOW.getTime() } });
  });

  it('tell late of a party that did come, after it was taken for one that did not', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const device = setting.device();
    const event = device.note({ bookingId, people: 3, settled: true });
    const evening = world.at(addMinutes(NOW, 600));
    await expireBookings(evening);
    await recordDoorEvents(evening, staff, device.batch([event], 600));
    expect(await partyOf(setting)).toMatchObject({ party: { state: 'arrived' } });
    expect(await world.ctx.db.select().from(expiries)).toEqual([]);
  });

  it('name what was let in of a cancelled booking, and of another day', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    await world.ctx.db.update(bookings).set({ state: 'cancelled' });
    const tomorrow = await world.session({
      startsAt: addMinutes(NOW, 24 * 60),
      bookingClosesAt: addMinutes(NOW, 1430),
    });
    const other = await world.book((await world.person()).person, tomorrow);
    const device = setting.device();
    const events = [bookingId, other].map((id) =>
      device.note({ bookingId: id, people: 1, settled: true }),
    );
    await recordDoorEvents(world.ctx, staff, device.batch(events));
    const { day } = await partyOf(setting);
    expect(day.conflicts.map(({ kind }) => kind).toSorted()).toEqual(['cancelled', 'wrong_time']);
    expect(await world.ctx.db.select().from(arrivals)).toEqual([]);
  });

  it('of another hall’s staff, and for another hall’s things, do not count', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const device = setting.device();
    const batch = device.batch([device.note({ bookingId, people: 1 })]);
    const stranger = { id: (await world.person()).person.id, roles: [] };
    await expect(recordDoorEvents(world.ctx, stranger, batch)).rejects.toMatchObject({
      code: 'not_found',
    });
    const nowhere = { ...batch, events: [{ ...batch.events[0]!, bookingId: key() }] };
    expect((await recordDoorEvents(world.ctx, staff, nowhere)).outcomes).toMatchObject([
      { outcome: 'refused', reason: 'booking_unknown' },
    ]);
  });
});

describe('walk-ins', () => {
  it('take the places kept for them, then free ones, and never a group’s', async () => {
    const setting = await atTheDoor({ capacity: 10, walkInPlaces: 2, groupPlaces: 3 });
    const { world, staff, session } = setting;
    const walkIn = (people: number) =>
      recordDoorEvent(
        world.ctx,
        staff,
        { hallSlug: 'yancheng', sessionId: session.id, people: String(people) },
        key(),
      );
    await walkIn(3);
    expect(await placesOf(setting)).toMatchObject({ booked: 6, bookedWalkIns: 3 });
    await expect(walkIn(2)).rejects.toMatchObject({ reason: 'session_full' });
    await walkIn(1);
    expect(await placesOf(setting)).toMatchObject({ booked: 7, bookedWalkIns: 4 });
  });

  it('who are inside without a place are counted and named, and the session is not oversold', async () => {
    const setting = await atTheDoor({ capacity: 5, walkInPlaces: 1 });
    const { world, staff } = setting;
    const device = setting.device();
    const events = [2, 3].map((people) => device.note({ bookingId: null, people, settled: true }));
    await recordDoorEvents(world.ctx, staff, device.batch(events));
    expect(await placesOf(setting)).toMatchObject({ booked: 5, bookedWalkIns: 2 });
    const { day } = await partyOf(setting);
    expect(day.conflicts).toMatchObject([{ kind: 'walk_ins_over', title: /多了3人/ }]);
    expect(presence(null, day.sessions[0]!.walkIns).inside).toBe(5);
    const undo = device.note({ kind: 'undo', undoes: events[0]!.id, people: 2, bookingId: null });
    await recordDoorEvents(world.ctx, staff, device.batch([undo]));
    expect(await placesOf(setting)).toMatchObject({ booked: 5, bookedWalkIns: 2 });
  });
});

describe('the page’s form', () => {
  it('takes a code, admits the rest of the party, and takes it back within a minute', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const { party } = await partyOf(setting);
    const show = (values: object, ctx = world.ctx) =>
      recordDoorEvent(ctx, staff, { hallSlug: 'yancheng', ...values }, key());
    await show({ code: party.code.toLowerCase(), people: '2' });
    const { eventId } = await show({ code: party.code, people: '' });
    expect(await partyOf(setting)).toMatchObject({ inside: 3, expected: 0 });
    const late = world.at(addMinutes(NOW, 2));
    await expect(show({ act: 'undo', undoes: eventId }, late)).rejects.toMatchObject({
      reason: 'undo_closed',
    });
    await show({ act: 'undo', undoes: eventId });
    expect(await partyOf(setting)).toMatchObject({ inside: 2, party: { state: 'arrived' } });
    await show({ bookingId, act: 'out' });
    expect(await partyOf(setting)).toMatchObject({ inside: 0, outside: 2 });
    await expect(show({})).rejects.toMatchObject({ reason: 'code_missing' });
    await expect(show({ code: 'ABCDEFGHJK' })).rejects.toMatchObject({ reason: 'booking_unknown' });
  });

  it('unmarks an arrival whose only entry is taken back', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    const row = { hallSlug: 'yancheng', bookingId };
    const { eventId } = await recordDoorEvent(world.ctx, staff, row, key());
    const slip = { hallSlug: 'yancheng', act: 'undo', undoes: eventId };
    await recordDoorEvent(world.ctx, staff, slip, key());
    expect(await partyOf(setting)).toMatchObject({ inside: 0, party: { state: 'booked' } });
    await recordDoorEvent(world.ctx, staff, row, key());
    expect(await partyOf(setting)).toMatchObject({ inside: 3, party: { state: 'arrived' } });
  });

  it('and an arrival that was marked elsewhere bring the whole party in', async () => {
    const setting = await atTheDoor();
    const { world, staff, bookingId } = setting;
    await markArrival(world.ctx, staff, { bookingId }, key());
    expect(await partyOf(setting)).toMatchObject({ inside: 3, expected: 0 });
  });
});

describe('what is written down', () => {
  it('is read in the order of the day, and forgotten with the events after its time', async () => {
    const { world, staff, bookingId, device } = await atTheDoor();
    const write = (minute: string, kind: string) =>
      writeDoorNote(
        world.ctx,
        staff,
        { hallSlug: 'yancheng', kind, minute, text: '体验屋停了', action: '' },
        key(),
      );
    await write('9:05', 'equipment');
    await write('08:30', 'handover');
    const notes = await listNotes(world.ctx, 'yancheng', '2026-11-25');
    expect(notes).toMatchObject([
      { kind: 'handover', minute: 510, text: '体验屋停了', done: '' },
      { kind: 'equipment', minute: 545 },
    ]);
    const gate = device();
    await recordDoorEvents(world.ctx, staff, gate.batch([gate.note({ bookingId, people: 1 })]));
    expect(await forgetDoor(world.at(addMinutes(NOW, 89 * 1440)))).toBe(0);
    expect(await forgetDoor(world.at(addMinutes(NOW, 181 * 1440)))).toBe(3);
    expect(await world.ctx.db.select().from(doorNotes)).toEqual([]);
  });
});

describe('the interface', () => {
  it('shows the day to the hall’s staff alone, and takes their events', async () => {
    const setting = await atTheDoor();
    const { world, token, bookingId } = setting;
    const api = createApi(world);
    const stranger = (await world.person()).token;
    expect((await api.get('/api/halls/yancheng/door')).status).toBe(401);
    expect((await api.get('/api/halls/yancheng/door', stranger)).status).toBe(404);
    expect((await api.get('/api/halls/fuliang/door', token)).status).toBe(404);
    const { status, body } = await api.get('/api/halls/yancheng/door', token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ day: '2026-11-25', parties: [{ id: bookingId, name: '示**' }] });
    expect(JSON.stringify(body)).not.toContain('示例王芳');
    const device = setting.device();
    const { hallSlug: _, ...batch } = device.batch([device.note({ bookingId, people: 3 })]);
    const sent = await api.post('/api/halls/yancheng/door-events', batch, { token });
    expect(sent).toMatchObject({
      status: 200,
      body: { at: NOW.getTime(), outcomes: [{ outcome: 'noted' }] },
    });
  });
});
