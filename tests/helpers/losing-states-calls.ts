import { eq } from 'drizzle-orm';
import {
  acceptForCaller,
  leaveForCaller,
  waitForCaller,
  waitProvedByCaller,
} from '../../src/features/caller-waits/commands.ts';
import { forgetCalls, noteCall } from '../../src/features/calls/commands.ts';
import { hallCalls } from '../../src/features/calls/table.ts';
import { deliverDue } from '../../src/features/notifications/commands.ts';
import { serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { waitlistEntries } from '../../src/features/waitlist/table.ts';
import { templates } from '../../src/messages.ts';
import { developmentInbox } from '../../src/lib/channels/channel.ts';
import { addMinutes } from '../../src/lib/time.ts';
import type { HallSession } from '../../src/features/halls/table.ts';
import type { LosingState } from './losing-states.ts';
import { NOW, testHall } from './session.ts';
import { hallWorker } from './visits.ts';
import type { World } from './world.ts';

const key = () => crypto.randomUUID();
const HALL = testHall.slug;
/** Takes no SMS. */
export const LANDLINE = '051588880001';

export const waiting = (sessionId: string, phone = LANDLINE) => ({
  ...{ phone, sessionId, adults: 2, children: 1, contactName: '示例', leastPlaces: '' },
});

/** A full session, a caller from a landline who waits for it, and the proof of this call. */
export async function inCall(world: World, values: Partial<HallSession> = {}) {
  const session = await world.session({ capacity: 3, ...values });
  const family = (await world.person()).person;
  const bookingId = await world.book(family, session, { adults: 3, children: 0 });
  const staff = await hallWorker(world);
  const { entryId } = await waitForCaller(world.ctx, staff, HALL, waiting(session.id), key());
  const [entry] = await world.ctx.db
    .select()
    .from(waitlistEntries)
    .where(eq(waitlistEntries.id, entryId));
  const said = { code: entry!.code!, lastFour: LANDLINE.slice(-4) };
  const proved = await waitProvedByCaller(world.ctx, staff, HALL, said);
  return { session, family, bookingId, staff, entryId, said, proof: proved!.proof };
}

/** All channels keep what they are given; a landline has none of them. */
const channels = {
  ...{ sms: developmentInbox, mail: developmentInbox },
  ...{ push: developmentInbox, wechat: developmentInbox },
};

export const deliverAll = ({ ctx }: World) =>
  deliverDue(ctx, { channels, templates, signature: '安澜', quiet: null });

/** Three places have become free: they are offered, and the call that says so is listed. */
export async function offered(world: World) {
  const one = await inCall(world);
  await world.ctx.db.run('UPDATE hall_sessions SET capacity = 6, open_places = 6');
  await serveWaitlists(world.ctx);
  await deliverAll(world);
  const [call] = await world.ctx.db.select().from(hallCalls);
  return { ...one, callId: call!.id };
}

export const callStates: readonly LosingState[] = [
  {
    command: 'caller-waits.waitForCaller',
    state: 'there are places, for a new number',
    reason: 'places_free',
    prepare: async (world) => {
      const session = await world.session();
      const staff = await hallWorker(world);
      return () => waitForCaller(world.ctx, staff, HALL, waiting(session.id), key());
    },
  },
  {
    command: 'caller-waits.waitForCaller',
    state: 'waits already',
    reason: 'already_waiting',
    prepare: async (world) => {
      const { session, staff } = await inCall(world);
      return () => waitForCaller(world.ctx, staff, HALL, waiting(session.id), key());
    },
  },
  {
    command: 'caller-waits.waitForCaller',
    state: 'not of this hall',
    reason: 'entry_unknown',
    prepare: async (world) => {
      const { session } = await inCall(world);
      const { person } = await world.person();
      const nobody = { id: person.id, roles: [] };
      return () =>
        waitForCaller(world.ctx, nobody, HALL, waiting(session.id, '051588880002'), key());
    },
  },
  {
    command: 'caller-waits.waitProvedByCaller',
    state: 'wrong digits',
    reason: 'caller_not_proved',
    prepare: async (world) => {
      const { staff, said } = await inCall(world);
      return () => waitProvedByCaller(world.ctx, staff, HALL, { ...said, lastFour: '0000' });
    },
  },
  {
    command: 'caller-waits.acceptForCaller',
    state: 'nothing is held yet',
    reason: 'offer_gone',
    prepare: async (world) => {
      const { staff, entryId, proof } = await inCall(world);
      return () => acceptForCaller(world.ctx, staff, HALL, { entryId, proof }, key());
    },
  },
  {
    command: 'caller-waits.acceptForCaller',
    state: 'the call is over',
    reason: 'call_is_over',
    prepare: async (world) => {
      const { staff, entryId, proof } = await offered(world);
      const later = world.at(addMinutes(NOW, 20));
      return () => acceptForCaller(later, staff, HALL, { entryId, proof }, key());
    },
  },
  {
    command: 'caller-waits.leaveForCaller',
    state: 'left before',
    reason: 'entry_already_ended',
    prepare: async (world) => {
      const { staff, entryId, proof } = await inCall(world);
      const leave = () => leaveForCaller(world.ctx, staff, HALL, { entryId, proof }, key());
      await leave();
      return leave;
    },
  },
  {
    command: 'calls.noteCall',
    state: 'a colleague has said it',
    reason: 'call_already_made',
    prepare: async (world) => {
      const { staff, callId } = await offered(world);
      const note = () => noteCall(world.ctx, staff, HALL, { callId, outcome: 'told' }, key());
      await note();
      return note;
    },
  },
  {
    command: 'calls.noteCall',
    state: 'not of this hall',
    reason: 'call_unknown',
    prepare: async (world) => {
      const { callId } = await offered(world);
      const { person } = await world.person();
      const nobody = { id: person.id, roles: [] };
      return () => noteCall(world.ctx, nobody, HALL, { callId, outcome: 'told' }, key());
    },
  },
  {
    command: 'calls.forgetCalls',
    state: 'somebody still waits for it',
    reason: null,
    prepare: async (world) => {
      await offered(world);
      return () => forgetCalls(world.at(addMinutes(NOW, 1)));
    },
  },
];
