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
  changeBooking,
  createBooking,
  expireBookings,
  markArrival,
  markArrivalByCode,
} from '../../src/features/bookings/commands.ts';
import { openSessions } from '../../src/features/halls/commands.ts';
import {
  hallHours,
  halls,
  hallSessions,
  type HallSession,
} from '../../src/features/halls/table.ts';
import { deliverDue, purgeMessages } from '../../src/features/notifications/commands.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { openTicket, purgeTicketTries } from '../../src/features/tickets/commands.ts';
import { bookingCodeOf } from './codes.ts';
import { readSentCode } from '../../scripts/lib/demo-people.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { consoleStates } from './losing-states-console.ts';
import { namingStates } from './losing-states-namings.ts';
import { inquiryStates } from './losing-states-inquiries.ts';
import { publicationStates } from './losing-states-publications.ts';
import { madeGoodStates } from './losing-states-made-good.ts';
import { messageStates } from './losing-states-messages.ts';
import { postTo } from './post.ts';
import { fileStates } from './losing-states-files.ts';
import { credentialStates } from './losing-states-credentials.ts';
import { auditStates } from './losing-states-audit.ts';
import { organisationStates } from './losing-states-organisations.ts';
import { roleStates } from './losing-states-roles.ts';
import { phoneStates } from './losing-states-phones.ts';
import { privacyStates } from './losing-states-privacy.ts';
import { familyStates } from './losing-states-families.ts';
import { callOutStates } from './losing-states-call-outs.ts';
import { callStates } from './losing-states-calls.ts';
import { groupStates } from './losing-states-groups.ts';
import { drillChangeStates } from './losing-states-drill-changes.ts';
import { drillDeskStates } from './losing-states-drill-desk.ts';
import { drillEvaluationStates } from './losing-states-drill-evaluations.ts';
import { drillRunStates } from './losing-states-drill-runs.ts';
import { drillSignUpStates } from './losing-states-drill-sign-ups.ts';
import { applicationDraftStates } from './losing-states-application-drafts.ts';
import { communityStates } from './losing-states-communities.ts';
import { drillStates } from './losing-states-drills.ts';
import { doorStates } from './losing-states-door.ts';
import { courseStates } from './losing-states-courses.ts';
import { openingStates } from './losing-states-openings.ts';
import { reviewDeskStates } from './losing-states-review-desk.ts';
import { siteVisitStates } from './losing-states-visits.ts';
import { volunteerStates } from './losing-states-volunteers.ts';
import { waitlistStates } from './losing-states-waitlist.ts';
import { NOW, testHall } from './session.ts';
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

/** An attempt to change a booking of two people in a session four hours ahead. */
function changing(
  state: string,
  reason: string,
  asked: { session?: Partial<HallSession>; adults?: number },
  minutes = 0,
  before?: (world: World, owner: Person, bookingId: string) => Promise<unknown>,
): LosingState {
  return {
    command: 'bookings.changeBooking',
    state,
    reason,
    prepare: async (world) => {
      const { person } = await world.person();
      await world.staff();
      const held = await world.session();
      const bookingId = await world.book(person, held, { adults: 2, children: 0 });
      const { id: sessionId } = asked.session ? await world.session(asked.session) : held;
      await before?.(world, person, bookingId);
      const ctx = world.at(addMinutes(NOW, minutes));
      const input = { bookingId, sessionId, adults: asked.adults ?? 2, children: 0 };
      return () => changeBooking(ctx, person, input, key());
    },
  };
}

const LATER = { startsAt: addMinutes(NOW, 360) };
const changedThrice = async (world: World, owner: Person, bookingId: string) => {
  const [session] = await world.ctx.db.select().from(hallSessions).limit(1);
  for (const adults of [1, 3, 1]) {
    const input = { bookingId, sessionId: session!.id, adults, children: 0 };
    await changeBooking(world.ctx, owner, input, key());
  }
};

const changingStates: LosingState[] = [
  changing('nothing is different', 'change_is_none', {}),
  changing('the cut-off is past', 'change_closed', { session: LATER }, 121),
  changing('the other session is full', 'session_full', { session: { ...LATER, booked: 39 } }),
  changing('the other session is closed', 'booking_closed', {
    session: { ...LATER, bookingClosesAt: NOW },
  }),
  changing('the other session is not open', 'booking_not_open', {
    session: { ...LATER, bookingOpensAt: addMinutes(NOW, 1) },
  }),
  changing('the party grows beyond what is allowed', 'party_too_large', { adults: 6 }),
  changing('cancelled before', 'booking_already_cancelled', { adults: 1 }, 1, cancelled),
  changing('arrived', 'booking_already_arrived', { adults: 1 }, 236, arrived),
  changing('expired', 'booking_already_expired', { adults: 1 }, 321, expired),
  changing('changed three times', 'booking_changes_used_up', { adults: 4 }, 1, changedThrice),
  {
    command: 'bookings.changeBooking',
    state: 'the person has booked the other session as well',
    reason: 'already_booked',
    prepare: async (world) => {
      const { person } = await world.person();
      const bookingId = await world.book(person, await world.session());
      const other = await world.session(LATER);
      await world.book(person, other);
      const input = { bookingId, sessionId: other.id, adults: 1, children: 0 };
      return () => changeBooking(world.ctx, person, input, key());
    },
  },
  {
    command: 'bookings.changeBooking',
    state: 'the other session is at another hall',
    reason: 'session_unknown',
    prepare: async (world) => {
      const { person } = await world.person();
      const bookingId = await world.book(person, await world.session());
      await world.ctx.db.insert(halls).values({ ...testHall, slug: 'lianyungang' });
      const other = await world.session({ ...LATER, hallSlug: 'lianyungang' });
      const input = { bookingId, sessionId: other.id, adults: 1, children: 0 };
      return () => changeBooking(world.ctx, person, input, key());
    },
  },
  {
    command: 'bookings.changeBooking',
    state: 'the booking is somebody else’s',
    reason: 'booking_unknown',
    prepare: async (world) => {
      const session = await world.session();
      const bookingId = await world.book((await world.person()).person, session);
      const { person: stranger } = await world.person();
      const input = { bookingId, sessionId: session.id, adults: 3, children: 0 };
      return () => changeBooking(world.ctx, stranger, input, key());
    },
  },
];

/** A ticket shown at the door of a hall, at a time and by somebody of its staff. */
function scanning(
  state: string,
  reason: string,
  minutes: number,
  hallSlug = 'yancheng',
  before?: (world: World, owner: Person, bookingId: string) => Promise<unknown>,
): LosingState {
  return {
    command: 'bookings.markArrivalByCode',
    state,
    reason,
    prepare: async (world) => {
      const { person: owner } = await world.person();
      const staff = (await world.staff()).person;
      const bookingId = await world.book(owner, await world.session());
      await before?.(world, owner, bookingId);
      const ctx = world.at(addMinutes(NOW, minutes));
      const input = { hallSlug, code: await bookingCodeOf(world.ctx, bookingId) };
      return () => markArrivalByCode(ctx, staff, input, key());
    },
  };
}

const scanningStates: LosingState[] = [
  scanning('the day is wrong', 'arrival_closed', 24 * 60),
  scanning('the door is not open yet', 'arrival_not_open', 209),
  scanning('already in', 'booking_already_arrived', 240, 'yancheng', arrived),
  scanning('cancelled', 'booking_already_cancelled', 235, 'yancheng', cancelled),
  scanning('at the door of another hall', 'booking_unknown', 235, 'fuliang'),
  {
    command: 'bookings.markArrivalByCode',
    state: 'there is no such code',
    reason: 'booking_unknown',
    prepare: async (world) => {
      const staff = (await world.staff()).person;
      const input = { hallSlug: 'yancheng', code: 'ABCDE-FGHJK' };
      return () => markArrivalByCode(world.ctx, staff, input, key());
    },
  },
  {
    command: 'tickets.openTicket',
    state: 'the last four digits are another’s',
    reason: 'ticket_not_found',
    prepare: async (world) => {
      const { person } = await world.person('10000005555');
      const bookingId = await world.book(person, await world.session());
      const code = await bookingCodeOf(world.ctx, bookingId);
      return () => openTicket(world.ctx, { code, lastFour: '5556' });
    },
  },
  {
    command: 'tickets.openTicket',
    state: 'ten tries were made within the hour',
    reason: 'ticket_tries_used_up_hour',
    prepare: async (world) => {
      const { person } = await world.person('10000005555');
      const bookingId = await world.book(person, await world.session());
      const code = await bookingCodeOf(world.ctx, bookingId);
      for (let tries = 0; tries < 10; tries += 1) {
        await openTicket(world.ctx, { code, lastFour: '0000' }).catch(() => {});
      }
      return () => openTicket(world.ctx, { code, lastFour: '5555' });
    },
  },
  {
    command: 'tickets.purgeTicketTries',
    state: 'no try is old enough',
    reason: null,
    prepare: async (world) => {
      const { person } = await world.person('10000005555');
      const bookingId = await world.book(person, await world.session());
      await openTicket(world.ctx, {
        code: await bookingCodeOf(world.ctx, bookingId),
        lastFour: '5555',
      });
      return () => purgeTicketTries(world.at(addMinutes(NOW, 24 * 60)));
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

const deliveryThatMustNotHappen = postTo(async () => {
  throw new Error('Nothing was to be sent.');
});

export const losingStates: readonly LosingState[] = [
  ...bookingStates,
  ...endingStates,
  ...changingStates,
  ...scanningStates,
  ...organisationStates,
  ...credentialStates,
  ...roleStates,
  ...consoleStates,
  ...communityStates,
  ...applicationDraftStates,
  ...drillStates,
  ...callOutStates,
  ...drillChangeStates,
  ...drillDeskStates,
  ...drillSignUpStates,
  ...drillRunStates,
  ...drillEvaluationStates,
  ...namingStates,
  ...inquiryStates,
  ...publicationStates,
  ...messageStates,
  ...fileStates,
  ...auditStates,
  ...accountStates,
  ...jobStates,
  keepsMessages,
  ...privacyStates,
  ...phoneStates,
  ...callStates,
  ...groupStates,
  ...openingStates,
  ...reviewDeskStates,
  ...siteVisitStates,
  ...volunteerStates,
  ...waitlistStates,
  ...familyStates,
  ...courseStates,
  ...doorStates,
  ...madeGoodStates,
];
