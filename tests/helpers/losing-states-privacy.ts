import { readSentCode } from '../../scripts/lib/demo-people.ts';
import { requestSignInCode, signIn } from '../../src/features/accounts/commands.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import {
  cancelBooking,
  expireBookings,
  markArrival,
} from '../../src/features/bookings/commands.ts';
import {
  correctContactName,
  eraseAccount,
  eraseContactNames,
  eraseDormantAccounts,
  purgeSignIns,
  reapplyErasures,
} from '../../src/features/privacy/commands.ts';
import { rotateKeys } from '../../src/features/key-rotation/commands.ts';
import { addMinutes, DAY_MS } from '../../src/lib/time.ts';
import type { LosingState } from './losing-states.ts';
import { addRole } from './roles.ts';
import { NOW } from './session.ts';
import type { World } from './world.ts';

const PHONE = '10000004321';
const LAST_FOUR = { lastFour: '4321' };
const key = () => crypto.randomUUID();
const days = (n: number) => new Date(NOW.getTime() + n * DAY_MS);

/** A name put right for a visit four hours ahead, some minutes after NOW. */
function correcting(
  state: string,
  reason: string,
  minutes: number,
  before?: (world: World, owner: Person, bookingId: string) => Promise<unknown>,
): LosingState {
  return {
    command: 'privacy.correctContactName',
    state,
    reason,
    prepare: async (world) => {
      const { person } = await world.person();
      const bookingId = await world.book(person, await world.session());
      await before?.(world, person, bookingId);
      const ctx = world.at(addMinutes(NOW, minutes));
      return () => correctContactName(ctx, person, { bookingId, contactName: '示例李明' }, key());
    },
  };
}

const cancelled = (world: World, owner: Person, bookingId: string) =>
  cancelBooking(world.ctx, owner, { bookingId }, key());

const arrived = async (world: World, _owner: Person, bookingId: string) => {
  const { person } = await world.staff();
  await markArrival(world.at(addMinutes(NOW, 235)), person, { bookingId }, key());
};

const tenTimes = async (world: World, owner: Person, bookingId: string) => {
  for (let times = 0; times < 10; times += 1) {
    await correctContactName(world.ctx, owner, { bookingId, contactName: '示例王方' }, key());
  }
};

/** An erasure that must not happen, by somebody with a visit four hours ahead. */
function erasing(
  state: string,
  reason: string,
  input: { lastFour: string },
  before?: (world: World, owner: Person) => Promise<unknown>,
): LosingState {
  return {
    command: 'privacy.eraseAccount',
    state,
    reason,
    prepare: async (world) => {
      const { person } = await world.person(PHONE);
      await world.book(person, await world.session());
      await before?.(world, person);
      return () => eraseAccount(world.ctx, person, input, key());
    },
  };
}

const visitedOnce = async (world: World) => {
  const { person } = await world.person(PHONE);
  await world.book(person, await world.session());
};

/** A job, days after NOW, that finds nothing whose time has come. */
function idle(
  command: string,
  state: string,
  run: (world: World) => Promise<unknown>,
): LosingState {
  return {
    command,
    state,
    reason: null,
    prepare: async (world) => {
      await visitedOnce(world);
      return () => run(world);
    },
  };
}

export const privacyStates: readonly LosingState[] = [
  correcting('cancelled', 'booking_already_cancelled', 1, cancelled),
  correcting('arrived', 'booking_already_arrived', 236, arrived),
  correcting('expired', 'booking_already_expired', 321, (world) =>
    expireBookings(world.at(addMinutes(NOW, 320))),
  ),
  correcting('the session is over', 'contact_name_closed', 315),
  correcting('changed ten times', 'contact_name_changes_used_up', 1, tenTimes),
  {
    command: 'privacy.correctContactName',
    state: 'the booking is somebody else’s',
    reason: 'booking_unknown',
    prepare: async (world) => {
      const bookingId = await world.book((await world.person()).person, await world.session());
      const { person: stranger } = await world.person();
      const input = { bookingId, contactName: '示例李明' };
      return () => correctContactName(world.ctx, stranger, input, key());
    },
  },
  erasing('the digits are another number’s', 'wrong_last_four', { lastFour: '4322' }),
  erasing('erased before', 'account_already_erased', LAST_FOUR, (world, owner) =>
    eraseAccount(world.ctx, owner, LAST_FOUR, key()),
  ),
  erasing('the last administrator', 'last_administrator', LAST_FOUR, (world, { id }) =>
    addRole(world.ctx, id, { role: 'administrator', scopeKind: 'site', scopeId: '' }),
  ),
  idle('privacy.eraseDormantAccounts', 'everybody has signed in within 180 days', (world) =>
    eraseDormantAccounts(world.at(days(179))),
  ),
  idle('privacy.reapplyErasures', 'nobody on the list is here', ({ ctx }) =>
    reapplyErasures(ctx, ['0'.repeat(64)]),
  ),
  idle('privacy.eraseContactNames', 'no visit ended 90 days ago', (world) =>
    eraseContactNames(world.at(days(90))),
  ),
  idle('privacy.purgeSignIns', 'no sign-in ran out 30 days ago', (world) =>
    purgeSignIns(world.at(days(58))),
  ),
  idle('key-rotation.rotateKeys', 'there is one version of the keys', ({ ctx }) => rotateKeys(ctx)),
  {
    command: 'accounts.signIn',
    state: 'nobody has signed in for 180 days, and the number may have a new owner',
    reason: 'account_dormant',
    prepare: async (world) => {
      await world.person(PHONE);
      const ctx = world.at(days(181));
      const { codeId } = await requestSignInCode(ctx, { phone: PHONE }, key());
      const code = await readSentCode(ctx, codeId);
      return () => signIn(ctx, { codeId, code });
    },
  },
];
