import { eq } from 'drizzle-orm';
import type { Person } from '../../src/features/accounts/table.ts';
import { createBooking } from '../../src/features/bookings/commands.ts';
import { releaseGroupPlaces } from '../../src/features/halls/commands.ts';
import { hallSessions, type HallSession } from '../../src/features/halls/table.ts';
import {
  joinWaitlist,
  leaveWaitlist,
  promoteEntry,
  serveWaitlists,
} from '../../src/features/waitlist/commands.ts';
import { waitlistOffers } from '../../src/features/waitlist/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();

/** A session of one place that somebody has, and somebody else who would like to come. */
async function full(world: World): Promise<{ session: HallSession; person: Person }> {
  const session = await world.session({ startsAt: addMinutes(NOW, 600), capacity: 1 });
  await world.book((await world.person()).person, session);
  return { session, person: (await world.person()).person };
}

function join(world: World, person: Person, session: HallSession, adults = 1, ctx = world.ctx) {
  const party = { adults, children: 0, leastPlaces: adults, contactName: '示例' };
  return joinWaitlist(ctx, person, { sessionId: session.id, ...party }, key());
}

async function offered(world: World) {
  const { session, person } = await full(world);
  const { entryId } = await join(world, person, session);
  await world.ctx.db.update(hallSessions).set({ capacity: 2, openPlaces: 2 });
  await serveWaitlists(world.ctx);
  const [offer] = await world.ctx.db.select().from(waitlistOffers);
  return { session, person, entryId, offerId: offer!.id };
}

const joining = (state: string, reason: string, prepare: LosingState['prepare']): LosingState => ({
  command: 'waitlist.joinWaitlist',
  state,
  reason,
  prepare,
});

export const waitlistStates: readonly LosingState[] = [
  joining('places are free', 'places_free', async (world) => {
    const session = await world.session();
    const { person } = await world.person();
    return () => join(world, person, session);
  }),
  joining('waiting already', 'already_waiting', async (world) => {
    const { session, person } = await full(world);
    await join(world, person, session);
    return () => join(world, person, session);
  }),
  joining('booked already', 'already_booked', async (world) => {
    const session = await world.session({ capacity: 1 });
    const { person } = await world.person();
    await world.book(person, session);
    return () => join(world, person, session);
  }),
  joining('booking closed', 'booking_closed', async (world) => {
    const { session, person } = await full(world);
    return () => join(world, person, session, 1, world.at(session.bookingClosesAt));
  }),
  joining('party too large', 'party_too_large', async (world) => {
    const { session, person } = await full(world);
    return () => join(world, person, session, 6);
  }),
  {
    command: 'waitlist.leaveWaitlist',
    state: 'somebody else’s',
    reason: 'entry_unknown',
    prepare: async (world) => {
      const { session, person } = await full(world);
      const { entryId } = await join(world, person, session);
      const stranger = (await world.person()).person;
      return () => leaveWaitlist(world.ctx, stranger, { entryId }, key());
    },
  },
  {
    command: 'waitlist.leaveWaitlist',
    state: 'left before',
    reason: 'entry_already_ended',
    prepare: async (world) => {
      const { session, person } = await full(world);
      const { entryId } = await join(world, person, session);
      await leaveWaitlist(world.ctx, person, { entryId }, key());
      return () => leaveWaitlist(world.ctx, person, { entryId }, key());
    },
  },
  {
    command: 'waitlist.promoteEntry',
    state: 'not the manager',
    reason: 'entry_unknown',
    prepare: async (world) => {
      const { session, person } = await full(world);
      const { entryId } = await join(world, person, session);
      const { person: staff } = await world.staff();
      return () => promoteEntry(world.ctx, staff, { entryId, reason: '示例' }, key());
    },
  },
  {
    command: 'waitlist.promoteEntry',
    state: 'offered by now',
    reason: 'entry_not_waiting',
    prepare: async (world) => {
      const { session, entryId } = await offered(world);
      const { person: manager } = await world.person();
      const scopeId = session.hallSlug;
      await addRole(world.ctx, manager.id, { role: 'hall_manager', scopeKind: 'hall', scopeId });
      return () => promoteEntry(world.ctx, manager, { entryId, reason: '示例' }, key());
    },
  },
  {
    command: 'waitlist.serveWaitlists',
    state: 'nothing is free',
    reason: null,
    prepare: async (world) => {
      const { session, person } = await full(world);
      await join(world, person, session);
      return () => serveWaitlists(world.ctx);
    },
  },
  {
    command: 'waitlist.serveWaitlists',
    state: 'too little time to decide',
    reason: null,
    prepare: async (world) => {
      const { session, person } = await full(world);
      await join(world, person, session);
      await world.ctx.db.update(hallSessions).set({ capacity: 2, openPlaces: 2 });
      return () => serveWaitlists(world.at(addMinutes(session.bookingClosesAt, -19)));
    },
  },
  {
    command: 'halls.releaseGroupPlaces',
    state: 'groups still have time',
    reason: null,
    prepare: async (world) => {
      const groupsReleaseAt = addMinutes(NOW, 1);
      await world.session({ groupPlaces: 10, groupsReleaseAt });
      return () => releaseGroupPlaces(world.ctx);
    },
  },
  {
    command: 'bookings.createBooking',
    state: 'the offer has run out',
    reason: 'offer_gone',
    prepare: async (world) => {
      const { session, person, offerId } = await offered(world);
      const input = { sessionId: session.id, adults: 1, children: 0, contactName: '示例', offerId };
      return () => createBooking(world.at(addMinutes(NOW, 120)), person, input, key());
    },
  },
  {
    command: 'bookings.createBooking',
    state: 'the offer holds fewer places',
    reason: 'offer_too_small',
    prepare: async (world) => {
      const { session, person, offerId } = await offered(world);
      const input = { sessionId: session.id, adults: 2, children: 0, contactName: '示例', offerId };
      return () => createBooking(world.ctx, person, input, key());
    },
  },
  {
    command: 'bookings.createBooking',
    state: 'the free places are for those who wait',
    reason: 'session_full',
    prepare: async (world) => {
      const { session, person } = await full(world);
      await join(world, person, session);
      await world.ctx.db
        .update(hallSessions)
        .set({ capacity: 2, openPlaces: 2 })
        .where(eq(hallSessions.id, session.id));
      const { person: another } = await world.person();
      const input = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
      return () => createBooking(world.ctx, another, input, key());
    },
  },
];
