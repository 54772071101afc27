import type { Refusals } from '../../lib/errors.ts';
import { callerRefusals } from '../callers/policy.ts';
import { joinRefusals, leaveRefusals } from '../waitlist/policy.ts';

/** The same refusals as for whoever joins by themselves, in words for a call. */
export const callerJoinRefusals: Refusals = {
  ...joinRefusals,
  ...callerRefusals,
  session_full: joinRefusals['session_full']!,
  already_booked: callerRefusals['unique:bookings.person_id,bookings.session_id']!,
  places_free: { code: 'conflict', message: '这一场还有名额，不用候补。请直接替对方约。' },
  'unique:waitlist_entries.person_id,waitlist_entries.session_id': {
    code: 'conflict',
    reason: 'already_waiting',
    message: '这个号码已经在排这一场的候补。',
  },
};

export const callerLeaveRefusals: Refusals = leaveRefusals;

/** Taking up an offer is a booking like any other. */
export const callerAcceptRefusals: Refusals = {
  ...callerRefusals,
  offer_gone: { code: 'conflict', message: '留的名额过时了，已经给了下一位。可以再排候补。' },
};
