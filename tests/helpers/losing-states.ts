import {
  purgeSignInCodes,
  requestSignInCode,
  signIn,
  signOut,
} from '../../src/features/accounts/commands.ts';
import { findSignIn } from '../../src/features/accounts/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  cancelBooking,
  createBooking,
  expireBookings,
  markArrival,
} from '../../src/features/bookings/commands.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import { hallHours, type HallSession } from '../../src/features/halls/table.ts';
import { deliverDue, purgeMessages } from '../../src/features/notifications/commands.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { readSentCode } from '../../scripts/lib/demo-people.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { NOW } from './session.ts';
import { type World } from './world.ts';

/**
 * Every command in every state in which it must change nothing. `prepare` brings the world into that state and
 * returns the act; `reason` is the refusal it must meet, null for a job that finds nothing to do.
 */
export interface LosingState {
  command: string;
  state: string;
  prepare: (world: World) => Promise<() => Promise<unknown>>;
  reason: string | null;
}

const key = () => crypto.randomUUID();
const WRONG_TRIES = [0, 1, 2, 3, 4];

function bookingOf(person: Person, sessionId: string, adults = 1) {
  return { person, input: { sessionId, adults, children: 0, contactName: '示例李明' } };
}

/** An attempt to book a session that the values describe. */
function booking(
  state: string,
  reason: string,
  values: Partial<HallSession>,
  adults = 1,
): LosingState {
  return {
    command: 'bookings.createBooking',
    state,
    reason,
    prepare: async (world) => {
      const { person } = await world.person();
      const session = await world.session(values);
      const { input } = bookingOf(person, session.id, adults);
      return () => createBooking(world.ctx, person, input, key());
    },
  };
}

/** An act on a booking of a session four hours ahead, at a time and by the person who holds it. */
function ending(
  command: 'cancelBooking' | 'markArrival',
  state: string,
  reason: string,
  minutes: number,
  before?: (world: World, owner: Person, bookingId: string) => Promise<unknown>,
): LosingState {
  return {
    command: `bookings.${command}`,
    state,
    reason,
    prepare: async (world) => {
      const { person: owner } = await world.person();
      const staff = (await world.staff()).person;
      const bookingId = await world.book(owner, await world.session());
      await before?.(world, owner, bookingId);
      const ctx = world.at(addMinutes(NOW, minutes));
      const act = command === 'cancelBooking' ? cancelBooking : markArrival;
      const actor = command === 'cancelBooking' ? owner : staff;
      return () => act(ctx, actor, { bookingId }, key());
    },
  };
}

const cancelled = (world: World, owner: Person, bookingId: string) =>
  cancelBooking(world.ctx, owner, { bookingId }, key());

const arrived = async (world: World, _owner: Person, bookingId: string) => {
  const { person } = await world.staff();
  await markArrival(world.at(addMinutes(NOW, 235)), person, { bookingId }, key());
};

const expired = (world: World) => expireBookings(world.at(addMinutes(NOW, 320)));

const bookingStates: LosingState[] = [
  booking('the session has no place left', 'session_full', { booked: 40 }),
  booking('the party is larger than what is left', 'session_full', { booked: 38 }, 3),
  booking('places were taken off sale', 'session_full', { openPlaces: 0 }),
  booking('the party is larger than the hall allows', 'party_too_large', {}, 6),
  booking('booking has not opened', 'booking_not_open', { bookingOpensAt: addMinutes(NOW, 1) }),
  booking('booking has closed', 'booking_closed', { bookingClosesAt: NOW }),
  booking('the session is past', 'booking_closed', { startsAt: addMinutes(NOW, -600) }),
  {
    command: 'bookings.createBooking',
    state: 'there is no such session',
    reason: 'session_unknown',
    prepare: async (world) => {
      const { person, input } = bookingOf((await world.person()).person, key());
      return () => createBooking(world.ctx, person, input, key());
    },
  },
  {
    command: 'bookings.createBooking',
    state: 'the person has booked this session before',
    reason: 'already_booked',
    prepare: async (world) => {
      const { person } = await world.person();
      const session = await world.session({ capacity: 1 });
      await world.book(person, session);
      return () => createBooking(world.ctx, person, bookingOf(person, session.id).input, key());
    },
  },
  {
    command: 'bookings.createBooking',
    state: 'the key was used for another booking',
    reason: 'idempotency_key_reused',
    prepare: async (world) => {
      const { person } = await world.person();
      const session = await world.session();
      const used = key();
      await createBooking(world.ctx, person, bookingOf(person, session.id, 1).input, used);
      const other = bookingOf(person, session.id, 2).input;
      return () => createBooking(world.ctx, person, other, used);
    },
  },
];

const endingStates: LosingState[] = [
  ending('cancelBooking', 'the cut-off is past', 'cancellation_closed', 121),
  ending('cancelBooking', 'cancelled before', 'booking_already_cancelled', 1, cancelled),
  ending('cancelBooking', 'arrived', 'booking_already_arrived', 236, arrived),
  ending('cancelBooking', 'expired', 'booking_already_expired', 321, expired),
  {
    command: 'bookings.cancelBooking',
    state: 'the booking is somebody else’s',
    reason: 'booking_unknown',
    prepare: async (world) => {
      const bookingId = await world.book((await world.person()).person, await world.session());
      const { person: stranger } = await world.person();
      return () => cancelBooking(world.ctx, stranger, { bookingId }, key());
    },
  },
  ending('markArrival', 'the door is not open yet', 'arrival_not_open', 209),
  ending('markArrival', 'the session is over', 'arrival_closed', 315),
  ending('markArrival', 'marked before', 'booking_already_arrived', 236, arrived),
  ending('markArrival', 'cancelled', 'booking_already_cancelled', 235, cancelled),
  {
    command: 'bookings.markArrival',
    state: 'by somebody who does not work at this hall',
    reason: 'booking_unknown',
    prepare: async (world) => {
      const { person } = await world.person();
      const bookingId = await world.book(person, await world.session());
      return () => markArrival(world.at(addMinutes(NOW, 235)), person, { bookingId }, key());
    },
  },
  {
    command: 'bookings.expireBookings',
    state: 'the session is not over',
    reason: null,
    prepare: async (world) => {
      await world.book((await world.person()).person, await world.session());
      return () => expireBookings(world.at(addMinutes(NOW, 314)));
    },
  },
];

/** A code that was sent a minute before NOW, and what was in the message. */
async function sentCode(world: World, minutesBefore = 1) {
  const ctx = world.at(addMinutes(NOW, -minutesBefore));
  const { codeId } = await requestSignInCode(ctx, { phone: '10000000099' }, key());
  return { codeId, code: await readSentCode(ctx, codeId) };
}

const otherThan = (code: string) => (code === '000000' ? '000001' : '000000');

const accountStates: LosingState[] = [
  {
    command: 'accounts.requestSignInCode',
    state: 'a code was sent within the minute',
    reason: 'code_just_sent',
    prepare: async (world) => {
      await sentCode(world, 0.5);
      return () => requestSignInCode(world.ctx, { phone: '10000000099' }, key());
    },
  },
  {
    command: 'accounts.requestSignInCode',
    state: 'five codes were sent within the hour',
    reason: 'codes_used_up_hour',
    prepare: async (world) => {
      for (const minutes of [50, 40, 30, 20, 10]) await sentCode(world, minutes);
      return () => requestSignInCode(world.ctx, { phone: '10000000099' }, key());
    },
  },
  {
    command: 'accounts.requestSignInCode',
    state: 'ten codes were sent within the day',
    reason: 'codes_used_up_day',
    prepare: async (world) => {
      for (const hours of [20, 18, 16, 14, 12, 10, 8, 6, 4, 2]) await sentCode(world, hours * 60);
      return () => requestSignInCode(world.ctx, { phone: '10000000099' }, key());
    },
  },
  {
    command: 'accounts.signIn',
    state: 'the code is wrong',
    reason: 'code_wrong',
    prepare: async (world) => {
      const { codeId, code } = await sentCode(world);
      return () => signIn(world.ctx, { codeId, code: otherThan(code) });
    },
  },
  {
    command: 'accounts.signIn',
    state: 'five wrong codes were tried',
    reason: 'code_tries_used_up',
    prepare: async (world) => {
      const { codeId, code } = await sentCode(world);
      const wrong = { codeId, code: otherThan(code) };
      for (const _ of WRONG_TRIES) await signIn(world.ctx, wrong).catch(() => {});
      return () => signIn(world.ctx, { codeId, code });
    },
  },
  {
    command: 'accounts.signIn',
    state: 'the code has expired',
    reason: 'code_expired',
    prepare: async (world) => {
      const sent = await sentCode(world, 5);
      return () => signIn(world.ctx, sent);
    },
  },
  {
    command: 'accounts.signIn',
    state: 'the code was used',
    reason: 'code_used',
    prepare: async (world) => {
      const sent = await sentCode(world);
      await signIn(world.ctx, sent);
      return () => signIn(world.ctx, sent);
    },
  },
  {
    command: 'accounts.signIn',
    state: 'there is no such code',
    reason: 'code_unknown',
    prepare: async (world) => () => signIn(world.ctx, { codeId: key(), code: '123456' }),
  },
  {
    command: 'accounts.signOut',
    state: 'signed out before',
    reason: 'already_signed_out',
    prepare: async (world) => {
      const { token } = await world.person();
      const current = await findSignIn(world.ctx, token);
      if (!current) throw new Error('The sign-in should exist.');
      await signOut(world.ctx, current);
      return () => signOut(world.ctx, current);
    },
  },
  {
    command: 'accounts.purgeSignInCodes',
    state: 'no code is old enough',
    reason: null,
    prepare: async (world) => {
      await sentCode(world, 47 * 60);
      return () => purgeSignInCodes(world.ctx);
    },
  },
];

const jobStates: LosingState[] = [
  {
    command: 'halls.openSessions',
    state: 'all sessions are open',
    reason: null,
    prepare: async (world) => {
      await world.ctx.db.insert(hallHours).values(wednesdayMorning);
      await openSessions(world.ctx);
      return () => openSessions(world.ctx);
    },
  },
  {
    command: 'notifications.deliverDue',
    state: 'another sweep holds the lease',
    reason: null,
    prepare: async (world) => {
      await sentCode(world);
      const leasedUntil = addMinutes(NOW, 1);
      await world.ctx.db.update(outboxMessages).set({ leasedUntil, deliveredAt: null });
      return () => deliverDue(world.ctx, deliveryThatMustNotHappen);
    },
  },
  {
    command: 'notifications.deliverDue',
    state: 'nothing is due yet',
    reason: null,
    prepare: async (world) => {
      await sentCode(world);
      await world.ctx.db.update(outboxMessages).set({ notBefore: addMinutes(NOW, 1) });
      return () => deliverDue(world.ctx, deliveryThatMustNotHappen);
    },
  },
];

const keepsMessages: LosingState = {
  command: 'notifications.purgeMessages',
  state: 'no message is old enough',
  reason: null,
  prepare: async (world) => {
    await sentCode(world);
    await world.ctx.db.update(outboxMessages).set({ deliveredAt: NOW });
    return () => purgeMessages(world.at(addMinutes(NOW, 2 * 24 * 60)));
  },
};

const wednesdayMorning = {
  hallSlug: 'yancheng',
  weekday: 3,
  startsMinute: 540,
  endsMinute: 615,
  capacity: 40,
};

const deliveryThatMustNotHappen = {
  templates: {},
  channel: {
    send: async () => {
      throw new Error('Nothing was to be sent.');
    },
  },
};

export const losingStates: readonly LosingState[] = [
  ...bookingStates,
  ...endingStates,
  ...accountStates,
  ...jobStates,
  keepsMessages,
];
