import { bookings } from '../../src/features/bookings/table.ts';
import {
  forgetDoor,
  recordDoorEvent,
  recordDoorEvents,
  writeDoorNote,
} from '../../src/features/door/commands.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import { hallStops, hallStopSessions } from '../../src/features/stops/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { doorDevice } from './door.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const HALL = 'yancheng';
const DOOR = { role: 'hall_staff', scopeKind: 'hall', scopeId: HALL } as const;

/** A session that lets in, a party of two for it, and somebody at its door. */
async function door(world: World, values: Partial<HallSession> = {}) {
  const { person } = await world.staff();
  const session = await world.session({
    startsAt: addMinutes(NOW, 10),
    bookingClosesAt: addMinutes(NOW, 60),
    ...values,
  });
  const owner = (await world.person()).person;
  const bookingId = await world.book(owner, session, { adults: 2, children: 0 });
  const staff = { id: person.id, roles: [DOOR] };
  const record = (input: object, ctx = world.ctx) =>
    recordDoorEvent(ctx, staff, { hallSlug: HALL, ...input }, key());
  return { staff, session, bookingId, record };
}

const losing = (state: string, reason: string, prepare: LosingState['prepare']): LosingState => ({
  command: 'door.recordDoorEvent',
  state,
  reason,
  prepare,
});

export const doorStates: readonly LosingState[] = [
  losing('not staff of this hall', 'hall_unknown', async (world) => {
    const { bookingId } = await door(world);
    const stranger = { id: (await world.person()).person.id, roles: [] };
    return () => recordDoorEvent(world.ctx, stranger, { hallSlug: HALL, bookingId }, key());
  }),
  losing('all are in', 'booking_already_arrived', async (world) => {
    const { bookingId, record } = await door(world);
    await record({ bookingId });
    return () => record({ bookingId, people: '2' });
  }),
  losing('more than are still expected', 'booking_already_arrived', async (world) => {
    const { bookingId, record } = await door(world);
    await record({ bookingId, people: '1' });
    return () => record({ bookingId, people: '2' });
  }),
  losing('more than were booked', 'party_too_large', async (world) => {
    const { bookingId, record } = await door(world);
    return () => record({ bookingId, people: '3' });
  }),
  losing('cancelled', 'booking_already_cancelled', async (world) => {
    const { bookingId, record } = await door(world);
    await world.ctx.db.update(bookings).set({ state: 'cancelled' });
    return () => record({ bookingId });
  }),
  losing('too early', 'arrival_not_open', async (world) => {
    const { bookingId, record } = await door(world, { startsAt: addMinutes(NOW, 120) });
    return () => record({ bookingId });
  }),
  losing('over', 'arrival_closed', async (world) => {
    const { bookingId, record } = await door(world);
    return () => record({ bookingId }, world.at(addMinutes(NOW, 90)));
  }),
  losing('nobody inside to go out', 'not_inside', async (world) => {
    const { bookingId, record } = await door(world);
    return () => record({ bookingId, act: 'out', people: '1' });
  }),
  losing('nobody outside to come back', 'not_outside', async (world) => {
    const { bookingId, record } = await door(world);
    await record({ bookingId });
    return () => record({ bookingId, act: 'back', people: '1' });
  }),
  losing('no places for walk-ins', 'session_full', async (world) => {
    const { session, record } = await door(world, { capacity: 2 });
    return () => record({ sessionId: session.id, people: '1' });
  }),
  losing('walk-ins too early', 'arrival_not_open', async (world) => {
    const { session, record } = await door(world, { startsAt: addMinutes(NOW, 120) });
    return () => record({ sessionId: session.id, people: '1' });
  }),
  losing('walk-ins for a session that was stopped', 'session_stopped', async (world) => {
    const { staff, session, record } = await door(world);
    const { db } = world.ctx;
    const stopId = key();
    await addRole(world.ctx, staff.id, { ...DOOR, role: 'hall_manager' });
    await db.insert(hallStops).values({
      ...{ id: stopId, hallSlug: HALL, cause: 'weather', reason: '台风' },
      ...{ decidedBy: staff.id, decidedAt: NOW, takesEffectAt: addMinutes(NOW, 1) },
    });
    await db.insert(hallStopSessions).values({ stopId, sessionId: session.id });
    return () => record({ sessionId: session.id, people: '1' });
  }),
  losing('nothing to take back', 'event_unknown', async (world) => {
    const { record } = await door(world);
    return () => record({ act: 'undo', undoes: key() });
  }),
  losing('too late to take back', 'undo_closed', async (world) => {
    const { bookingId, record } = await door(world);
    const { eventId } = await record({ bookingId });
    return () => record({ act: 'undo', undoes: eventId }, world.at(addMinutes(NOW, 2)));
  }),
  losing('taken back before', 'already_undone', async (world) => {
    const { bookingId, record } = await door(world);
    const { eventId } = await record({ bookingId });
    await record({ act: 'undo', undoes: eventId });
    return () => record({ act: 'undo', undoes: eventId });
  }),
  {
    command: 'door.recordDoorEvents',
    state: 'not staff of this hall',
    reason: 'hall_unknown',
    prepare: async (world) => {
      const { session, bookingId } = await door(world);
      const stranger = { id: (await world.person()).person.id, roles: [] };
      const device = doorDevice(session.id);
      const batch = device.batch([device.note({ bookingId, people: 1 })]);
      return () => recordDoorEvents(world.ctx, stranger, batch);
    },
  },
  {
    command: 'door.writeDoorNote',
    state: 'not staff of this hall',
    reason: 'hall_unknown',
    prepare: async (world) => {
      const stranger = { id: (await world.person()).person.id, roles: [] };
      const note = { hallSlug: HALL, kind: 'other', minute: '9:00', text: '示例' };
      return () => writeDoorNote(world.ctx, stranger, note, key());
    },
  },
  {
    command: 'door.writeDoorNote',
    state: 'the role is gone by the time it is written',
    reason: 'hall_unknown',
    prepare: async (world) => {
      const { person } = await world.person();
      const note = { hallSlug: HALL, kind: 'other', minute: '9:00', text: '示例' };
      const before = { id: person.id, roles: [DOOR] };
      return () => writeDoorNote(world.ctx, before, note, key());
    },
  },
  {
    command: 'door.forgetDoor',
    state: 'nothing is old enough',
    reason: null,
    prepare: async (world) => {
      const { bookingId, record } = await door(world);
      await record({ bookingId });
      return () => forgetDoor(world.at(addMinutes(NOW, 60 * 24 * 60)));
    },
  },
];
