import type { Refusal, Refusals } from '../../lib/errors.ts';
import type { HallSession } from '../halls/table.ts';
import type { Booking, BookingState } from './table.ts';

const alreadyEnded: Refusals = {
  booking_already_cancelled: { code: 'conflict', message: '这个预约已经取消了。' },
  booking_already_arrived: { code: 'conflict', message: '这个预约已经登记到馆。' },
  booking_already_expired: { code: 'conflict', message: '这个预约没有到馆，场次已经结束。' },
  booking_unknown: { code: 'not_found', message: '没有找到这个预约。' },
};

const sessionFull: Refusal = {
  code: 'conflict',
  reason: 'session_full',
  message: '这个场次剩下的名额不够了。可以减少人数，或换一个场次。',
};

/** Why `bookings_guard` and the places of a session refuse a booking. */
export const bookingRefusals: Refusals = {
  session_unknown: {
    code: 'invalid',
    field: 'sessionId',
    message: '没有这个场次。请回到场次列表重新选。',
  },
  booking_not_open: {
    code: 'invalid',
    field: 'sessionId',
    message: '这个场次还没有开放预约。',
  },
  booking_closed: {
    code: 'invalid',
    field: 'sessionId',
    message: '这个场次已经停止预约。请选后面的场次。',
  },
  party_too_large: {
    code: 'invalid',
    field: 'adults',
    message: '人数超过了一次预约的上限，请看“成人几位”下面的说明。人多可以分到不同的场次。',
  },
  session_full: sessionFull,
  session_not_oversold: sessionFull,
  'unique:bookings.person_id,bookings.session_id': {
    code: 'conflict',
    reason: 'already_booked',
    message: '你已经约了这一场。可以在“我的预约”里查看。',
  },
};

export const cancellationRefusals: Refusals = {
  ...alreadyEnded,
  cancellation_closed: {
    code: 'conflict',
    message: '已经过了取消的截止时间，不能再取消了。',
  },
};

export const arrivalRefusals: Refusals = {
  ...alreadyEnded,
  arrival_not_open: { code: 'conflict', message: '还没到这一场的入场时间。请核对日期和场次。' },
  arrival_closed: { code: 'conflict', message: '这一场已经结束，不能再登记到馆。' },
};

export const expiryRefusals: Refusals = {
  ...alreadyEnded,
  expiry_not_due: { code: 'conflict', message: '这一场还没有结束。' },
};

export const stateWords: Readonly<Record<BookingState, string>> = {
  booked: '已预约',
  cancelled: '已取消',
  arrived: '已到馆',
  expired: '未到馆',
};

export function partySize({ adults, children }: Pick<Booking, 'adults' | 'children'>): number {
  return adults + children;
}

/** `2位成人、1位儿童` */
export function partyWords({ adults, children }: Pick<Booking, 'adults' | 'children'>): string {
  return children > 0 ? `${adults}位成人、${children}位儿童` : `${adults}位成人`;
}

/** Whether the owner may still cancel; the guard `cancellations_guard` decides the same on writing. */
export function canCancel(
  booking: Pick<Booking, 'state'>,
  session: Pick<HallSession, 'cancellationClosesAt'>,
  now: Date,
): boolean {
  return booking.state === 'booked' && now < session.cancellationClosesAt;
}

/** Whether the door may mark an arrival; the guard `arrivals_guard` decides the same on writing. */
export function canArrive(
  booking: Pick<Booking, 'state'>,
  session: Pick<HallSession, 'arrivalOpensAt' | 'endsAt'>,
  now: Date,
): boolean {
  return booking.state === 'booked' && now >= session.arrivalOpensAt && now < session.endsAt;
}

/** `王**`: enough to greet a person whose booking it is, not enough to find one. */
export function maskName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  return first + '*'.repeat(Math.min(rest.length, 2));
}
