import { createBooking } from '../../src/features/bookings/commands.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import {
  bookForCaller,
  cancelForCaller,
  changeForCaller,
  provedByCaller,
} from '../../src/features/callers/commands.ts';
import { issueCertificate } from '../../src/features/certificates/commands.ts';
import { decideFeedback, giveFeedback } from '../../src/features/feedback/commands.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { NOW, testHall } from './session.ts';
import { afterwards, hallWorker, visitMade } from './visits.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const HALL = testHall.slug;
const PHONE = '13812345678';

const caller = (sessionId: string, adults = 1) => ({
  ...{ phone: PHONE, sessionId, adults, children: 0, contactName: '示例' },
});

/** A booking that staff made for a caller, who has just said code and digits. */
async function inCall(world: World) {
  const session = await world.session();
  const staff = await hallWorker(world);
  const { bookingId } = await bookForCaller(world.ctx, staff, HALL, caller(session.id), key());
  const [booking] = await world.ctx.db.select().from(bookings);
  const said = { code: booking!.code, lastFour: PHONE.slice(-4) };
  const { proof } = await provedByCaller(world.ctx, staff, HALL, said);
  return { session, staff, bookingId, said, proof };
}

async function visited(world: World) {
  const { person } = await world.person();
  const visit = await visitMade(world, person);
  return { person, ...visit, ctx: afterwards(world, visit.session) };
}

/** Feedback that waits, and the manager who looks at it. */
async function given(world: World) {
  const visit = await visited(world);
  const { ctx, person, bookingId } = visit;
  await giveFeedback(ctx, person, { bookingId, score: '2', words: '示例' }, key());
  return { ...visit, manager: await hallWorker(world, 'hall_manager') };
}

export const familyStates: readonly LosingState[] = [
  {
    command: 'bookings.createBooking',
    state: 'a large party with too few adults',
    reason: 'large_party_needs_adults',
    prepare: async (world) => {
      const session = await world.session({ partyMax: 14, largePartyMin: 6 });
      const { person } = await world.person();
      const input = { sessionId: session.id, adults: 1, children: 11, contactName: '示例' };
      return () => createBooking(world.ctx, person, input, key());
    },
  },
  {
    command: 'bookings.createBooking',
    state: 'another large party is booked',
    reason: 'large_party_elsewhere',
    prepare: async (world) => {
      const values = { partyMax: 14, largePartyMin: 6 };
      const { person } = await world.person();
      await world.book(person, await world.session(values), { adults: 6, children: 0 });
      const session = await world.session({ ...values, startsAt: addMinutes(NOW, 600) });
      const input = { sessionId: session.id, adults: 6, children: 0, contactName: '示例' };
      return () => createBooking(world.ctx, person, input, key());
    },
  },
  {
    command: 'callers.bookForCaller',
    state: 'the session is full, for a new number',
    reason: 'session_full',
    prepare: async (world) => {
      const session = await world.session({ capacity: 1 });
      const staff = await hallWorker(world);
      return () => bookForCaller(world.ctx, staff, HALL, caller(session.id, 2), key());
    },
  },
  {
    command: 'callers.bookForCaller',
    state: 'booked before',
    reason: 'already_booked',
    prepare: async (world) => {
      const { session, staff } = await inCall(world);
      return () => bookForCaller(world.ctx, staff, HALL, caller(session.id), key());
    },
  },
  {
    command: 'callers.bookForCaller',
    state: 'not of this hall',
    reason: 'booking_unknown',
    prepare: async (world) => {
      const session = await world.session();
      const { person } = await world.person();
      const nobody = { id: person.id, roles: [] };
      return () => bookForCaller(world.ctx, nobody, HALL, caller(session.id), key());
    },
  },
  {
    command: 'callers.provedByCaller',
    state: 'wrong digits',
    reason: 'caller_not_proved',
    prepare: async (world) => {
      const { staff, said } = await inCall(world);
      return () => provedByCaller(world.ctx, staff, HALL, { ...said, lastFour: '0000' });
    },
  },
  {
    command: 'callers.cancelForCaller',
    state: 'the call is over',
    reason: 'call_is_over',
    prepare: async (world) => {
      const { staff, bookingId, proof } = await inCall(world);
      const later = world.at(addMinutes(NOW, 20));
      return () => cancelForCaller(later, staff, HALL, { bookingId, proof }, key());
    },
  },
  {
    command: 'callers.cancelForCaller',
    state: 'cancelled before',
    reason: 'booking_already_cancelled',
    prepare: async (world) => {
      const { staff, bookingId, proof } = await inCall(world);
      await cancelForCaller(world.ctx, staff, HALL, { bookingId, proof }, key());
      return () => cancelForCaller(world.ctx, staff, HALL, { bookingId, proof }, key());
    },
  },
  {
    command: 'callers.changeForCaller',
    state: 'nothing changed',
    reason: 'change_is_none',
    prepare: async (world) => {
      const { staff, bookingId, proof, session } = await inCall(world);
      const change = { bookingId, proof, sessionId: session.id, adults: 1, children: 0 };
      return () => changeForCaller(world.ctx, staff, HALL, change, key());
    },
  },
  {
    command: 'feedback.giveFeedback',
    state: 'nobody came',
    reason: 'visit_not_made',
    prepare: async (world) => {
      const { person } = await world.person();
      const bookingId = await world.book(person, await world.session());
      return () => giveFeedback(world.ctx, person, { bookingId, score: '5' }, key());
    },
  },
  {
    command: 'feedback.giveFeedback',
    state: 'looked at by the hall',
    reason: 'feedback_moderated',
    prepare: async (world) => {
      const { ctx, person, bookingId, manager } = await given(world);
      await decideFeedback(ctx, manager, HALL, { bookingId, decision: 'published' }, key());
      return () => giveFeedback(ctx, person, { bookingId, score: '5' }, key());
    },
  },
  {
    command: 'feedback.giveFeedback',
    state: '30 days are over',
    reason: 'feedback_closed',
    prepare: async (world) => {
      const { person, bookingId, session } = await visited(world);
      const late = afterwards(world, session, 30 * 24 * 60);
      return () => giveFeedback(late, person, { bookingId, score: '5' }, key());
    },
  },
  {
    command: 'feedback.decideFeedback',
    state: 'changed since it was read',
    reason: 'feedback_has_changed',
    prepare: async (world) => {
      const { ctx, person, bookingId, manager } = await given(world);
      await giveFeedback(ctx, person, { bookingId, score: '1', words: '改过' }, key());
      const decision = { bookingId, decision: 'published' };
      return () => decideFeedback(ctx, manager, HALL, decision, key());
    },
  },
  {
    command: 'feedback.decideFeedback',
    state: 'decided so before',
    reason: 'feedback_already_decided',
    prepare: async (world) => {
      const { ctx, bookingId, manager } = await given(world);
      const decision = { bookingId, decision: 'published' };
      await decideFeedback(ctx, manager, HALL, decision, key());
      return () => decideFeedback(ctx, manager, HALL, decision, key());
    },
  },
  {
    command: 'feedback.decideFeedback',
    state: 'hidden without a reason',
    reason: 'feedback_hidden_has_reason',
    prepare: async (world) => {
      const { ctx, bookingId, manager } = await given(world);
      const decision = { bookingId, decision: 'hidden' };
      return () => decideFeedback(ctx, manager, HALL, decision, key());
    },
  },
  {
    command: 'certificates.issueCertificate',
    state: 'nobody came',
    reason: 'visit_not_made',
    prepare: async (world) => {
      const { person } = await world.person();
      const bookingId = await world.book(person, await world.session());
      return () => issueCertificate(world.ctx, person, { bookingId }, key());
    },
  },
  {
    command: 'certificates.issueCertificate',
    state: 'made before',
    reason: 'certificate_issued',
    prepare: async (world) => {
      const { ctx, person, bookingId } = await visited(world);
      await issueCertificate(ctx, person, { bookingId }, key());
      return () => issueCertificate(ctx, person, { bookingId }, key());
    },
  },
];
