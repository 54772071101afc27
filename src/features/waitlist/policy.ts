import type { Refusals } from '../../lib/errors.ts';
import { addDays, addMinutes, calendarDate, instantOf } from '../../lib/time.ts';
import { bookingRefusals } from '../bookings/policy.ts';
import type { HallSession } from '../halls/table.ts';
import type { WaitlistEntry, WaitlistState } from './table.ts';

/** 本平台约定. Long enough to see a message and ask the family, short enough that the next party can still plan. */
export const OFFER_MINUTES = 120;

/** Nobody can be asked to decide faster; with less time left before booking closes, no offer is made. */
export const OFFER_MINUTES_MIN = 20;

/** An offer that would run out at night stands until the morning: from 22:00 to 7:00 no message is sent. */
const NIGHT_FROM_MINUTE = 22 * 60;
const NIGHT_UNTIL_MINUTE = 7 * 60;
const MORNING_MINUTE = 9 * 60;
/** Whoever waits by telephone is called by the hall's staff, who have two hours of the morning for it. */
const CALLED_MORNING_MINUTE = 11 * 60;

/**
 * Until when an offer made now holds its places; undefined when there is too little time left to decide.
 * Never later than the close of booking.
 * @param isCalled of a party that waits by telephone.
 */
export function offerExpiry(
  session: Pick<HallSession, 'bookingClosesAt'>,
  now: Date,
  isCalled = false,
): Date | undefined {
  const morning = isCalled ? CALLED_MORNING_MINUTE : MORNING_MINUTE;
  const expires = afterTheNight(addMinutes(now, OFFER_MINUTES), now, morning);
  const last = session.bookingClosesAt < expires ? session.bookingClosesAt : expires;
  return last >= addMinutes(now, OFFER_MINUTES_MIN) ? last : undefined;
}

/** The end itself when it lies in waking hours that the offer reached, else the next morning. */
function afterTheNight(end: Date, made: Date, morning: number): Date {
  const today = calendarDate(made);
  const dawn = instantOf(today, NIGHT_UNTIL_MINUTE);
  if (made < dawn) return instantOf(today, morning);
  return end > instantOf(today, NIGHT_FROM_MINUTE) ? instantOf(addDays(today, 1), morning) : end;
}

export interface PlannedOffer {
  entryId: string;
  places: number;
}

/**
 * Who is offered places now: from the head of the queue, each party whose least number still fits, and as many
 * places as it asked for if they are there. A party that does not fit keeps its place and lets those behind it by,
 * since empty places serve nobody; `waitlist_offers_guard` refuses any other order.
 * @param queue those who wait, first one first.
 * @param free places that are on sale and not taken.
 */
export function nextOffers(
  queue: readonly Pick<WaitlistEntry, 'id' | 'adults' | 'children' | 'leastPlaces'>[],
  free: number,
): PlannedOffer[] {
  const offers: PlannedOffer[] = [];
  let left = free;
  for (const { id: entryId, adults, children, leastPlaces } of queue) {
    if (leastPlaces > left) continue;
    const places = Math.min(left, adults + children);
    offers.push({ entryId, places });
    left -= places;
  }
  return offers;
}

export const stateWords: Readonly<Record<WaitlistState, string>> = {
  waiting: '排队中',
  offered: '有名额了',
  booked: '已预约',
  left: '已退出',
  lapsed: '已过时',
  closed: '没有排到',
};

const entryUnknown = { code: 'not_found', message: '没有找到这个候补。' } as const;

/** Why `waitlist_entries_guard` refuses to let a party wait. */
export const joinRefusals: Refusals = {
  ...bookingRefusals,
  already_booked: bookingRefusals['unique:bookings.person_id,bookings.session_id']!,
  places_free: {
    code: 'conflict',
    message: '现在还有名额，不用候补。请直接预约。',
  },
  'unique:waitlist_entries.person_id,waitlist_entries.session_id': {
    code: 'conflict',
    reason: 'already_waiting',
    message: '你已经在排这一场的候补。可以在“我的预约”里查看。',
  },
  // Two parties drew the same number at the same moment; the second try draws another.
  'unique:waitlist_entries.session_id,waitlist_entries.position': {
    code: 'conflict',
    reason: 'position_taken',
    message: '刚刚有人同时排队。请再按一次。',
  },
};

export const leaveRefusals: Refusals = {
  entry_unknown: entryUnknown,
  entry_already_ended: { code: 'conflict', message: '这个候补已经结束，不用再退出。' },
};

export const promotionRefusals: Refusals = {
  entry_unknown: entryUnknown,
  entry_not_waiting: { code: 'conflict', message: '这一位已经不在排队了。' },
  'unique:waitlist_promotions.entry_id': {
    code: 'conflict',
    reason: 'already_promoted',
    message: '这一位已经提前过一次。',
  },
};

/** What another run, a cancelled booking or a new one may have changed since the queue was read: it is read again. */
export const serveRefusals: Refusals = Object.fromEntries(
  [
    'entry_not_waiting',
    'offer_out_of_order',
    'offer_of_wrong_size',
    'session_full',
    'session_not_oversold',
    'booking_closed',
    'session_stopped',
    'entry_already_ended',
    'offer_not_due',
    'closing_not_due',
    'unique:waitlist_offers.entry_id',
    'unique:waitlist_ends.entry_id',
  ].map((constraint) => [
    constraint,
    { code: 'conflict', reason: 'queue_has_moved', message: '排队情况刚刚变了，下一次再安排。' },
  ]),
);
