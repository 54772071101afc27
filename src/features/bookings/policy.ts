import type { z } from 'zod';
import { DomainError, type Refusal, type Refusals } from '../../lib/errors.ts';
import { invalidInput } from '../../lib/fields.ts';
import type { FormState } from '../../lib/page.ts';
import {
  MINUTE_MS,
  addDays,
  calendarDate,
  formatDay,
  formatDayTime,
  formatMinutes,
  formatSpan,
  formatTime,
  instantOf,
} from '../../lib/time.ts';
import type { HallSession } from '../halls/table.ts';
import { partyInput } from './schema.ts';
import type { Booking, BookingChange, BookingState } from './table.ts';

/** The CHECK `booking_changes_used_up` holds the same number. */
export const CHANGES_MAX = 3;

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
  person_erased: { code: 'not_signed_in', message: '这个账户已经删除了。请重新登录。' },
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
  session_stopped: {
    code: 'conflict',
    message: '场馆刚刚停了这一场。请选别的场次。',
  },
  booking_paused: {
    code: 'conflict',
    message: '约了没来的次数多了，预约暂停。哪天恢复，请看“我的预约”。',
  },
  party_too_large: {
    code: 'invalid',
    field: 'adults',
    message: '人数超过了一次预约的上限，请看“成人几位”下面的说明。再多请按团体申请。',
  },
  large_party_needs_adults: {
    code: 'invalid',
    field: 'adults',
    message: '儿童多，成人不够照看。请再加1位成人',
  },
  large_party_elsewhere: {
    code: 'conflict',
    message:
      '你在这个馆已经有一个多人同行的预约。去过或取消以后，才能再约一个；或者请同行的人自己约。',
  },
  adults_only: {
    code: 'invalid',
    field: 'children',
    message: '这门课只收满18岁的人，儿童请填0',
  },
  session_full: sessionFull,
  session_not_oversold: sessionFull,
  offer_unknown: { code: 'not_found', message: '没有找到这个候补名额。' },
  offer_gone: {
    code: 'conflict',
    message: '留给你的名额已经过时，给了下一位。可以重新排候补。',
  },
  offer_too_small: {
    code: 'conflict',
    message: '留给你的名额没有这么多。请减少人数。',
  },
  'unique:bookings.person_id,bookings.session_id': {
    code: 'conflict',
    reason: 'already_booked',
    message: '你已经约了这一场。可以在“我的预约”里查看。',
  },
};

export const changeRefusals: Refusals = {
  ...alreadyEnded,
  ...bookingRefusals,
  change_closed: {
    code: 'conflict',
    message: '已经过了更改的截止时间。',
  },
  change_is_none: {
    code: 'invalid',
    field: 'sessionId',
    message: '场次和人数都没有变。请改一处，或者返回。',
  },
  booking_changes_used_up: {
    code: 'conflict',
    message: `一个预约最多改${CHANGES_MAX}次。要再改，请取消后重新约。`,
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
  places_given_away: {
    code: 'conflict',
    message: '来晚了，名额已经放给现场的人，现在没有这么多空位。可以等后面的场次，按现场散客登记。',
  },
  arrival_not_open: { code: 'conflict', message: '还没到这一场的入场时间。请核对日期和场次。' },
  arrival_closed: { code: 'conflict', message: '这一场已经结束，不能再登记到馆。' },
};

export const expiryRefusals: Refusals = {
  ...alreadyEnded,
  expiry_not_due: { code: 'conflict', message: '这一场还没有结束。' },
};

/** Late enough to plan the next day by, early enough to give the places back. 本平台约定. */
const REMINDER_MINUTE = 18 * 60;

/** The moment of the day before at which somebody is reminded of a visit. */
export function reminderAt({ startsAt }: Pick<HallSession, 'startsAt'>): Date {
  return instantOf(addDays(calendarDate(startsAt), -1), REMINDER_MINUTE);
}

export const stateWords: Readonly<Record<BookingState, string>> = {
  booked: '已预约',
  cancelled: '已取消',
  arrived: '已到馆',
  expired: '未到馆',
};

/**
 * A party as it stands in an address or a form: either one that this session's rule allows, or the form to show
 * again with what is wrong.
 */
export function readParty(
  values: Readonly<Record<string, string>>,
  { partyMax }: Pick<HallSession, 'partyMax'>,
): { party: z.output<typeof partyInput> } | { form: FormState } {
  const parsed = partyInput.safeParse(values);
  const tooMany = parsed.success && partySize(parsed.data) > partyMax;
  if (parsed.success && !tooMany) return { party: parsed.data };
  const error = parsed.success
    ? new DomainError('invalid', 'party_too_large', '人数太多了。', {
        fields: [
          {
            field: 'adults',
            message: `一次最多${partyMax}人。再多请按团体申请，或分几家来约`,
          },
        ],
      })
    : invalidInput(parsed.error);
  const { message, reason, fields } = error;
  return { form: { values, message, reason, fields } };
}

export function partySize({ adults, children }: Pick<Booking, 'adults' | 'children'>): number {
  return adults + children;
}

/** `2位成人、1位儿童` */
export function partyWords({ adults, children }: Pick<Booking, 'adults' | 'children'>): string {
  return children > 0 ? `${adults}位成人、${children}位儿童` : `${adults}位成人`;
}

/** `2大1小`, for lists where every row has one. */
export function partyShort({ adults, children }: Pick<Booking, 'adults' | 'children'>): string {
  return children > 0 ? `${adults}大${children}小` : `${adults}大`;
}

/** Whether the owner may still cancel; the guard `cancellations_guard` decides the same on writing. */
export function canCancel(
  booking: Pick<Booking, 'state'>,
  session: Pick<HallSession, 'cancellationClosesAt'>,
  now: Date,
): boolean {
  return booking.state === 'booked' && now < session.cancellationClosesAt;
}

/** Whether the owner may move it or change its party; the guard `booking_changes_guard` decides on writing. */
export function canChange(
  booking: Pick<Booking, 'state' | 'changes'>,
  session: Pick<HallSession, 'cancellationClosesAt'>,
  now: Date,
): boolean {
  return canCancel(booking, session, now) && booking.changes < CHANGES_MAX;
}

/** Whether the door may mark an arrival; the guard `arrivals_guard` decides the same on writing. */
export function canArrive(
  booking: Pick<Booking, 'state'>,
  session: Pick<HallSession, 'arrivalOpensAt' | 'endsAt'>,
  now: Date,
): boolean {
  return booking.state === 'booked' && now >= session.arrivalOpensAt && now < session.endsAt;
}

/**
 * Why the door cannot let this party in, in a sentence that staff can read out; undefined when it can.
 * `arrivals_guard` decides the same on writing.
 */
export function arrivalProblem(
  { state }: Pick<Booking, 'state'>,
  session: Pick<HallSession, 'startsAt' | 'endsAt' | 'arrivalOpensAt'>,
  arrivedAt: Date | null,
  now: Date,
): { reason: string; message: string } | undefined {
  const span = formatSpan(session.startsAt, session.endsAt);
  const day = calendarDate(session.startsAt);
  const today = calendarDate(now);
  if (state === 'cancelled') {
    return { reason: 'booking_already_cancelled', message: '这个预约已经取消了，不能入场。' };
  }
  if (state === 'arrived') {
    const when = arrivedAt
      ? `${day === today ? '' : formatDay(arrivedAt)}${formatTime(arrivedAt)}`
      : '';
    return { reason: 'booking_already_arrived', message: `${when}已经登记入场，不用再登记。` };
  }
  if (day !== today) {
    const reason = now < session.startsAt ? 'arrival_not_open' : 'arrival_closed';
    return { reason, message: `日期不对：这是${formatDay(session.startsAt)} ${span}的预约。` };
  }
  if (now < session.arrivalOpensAt) {
    const opens = formatTime(session.arrivalOpensAt);
    return { reason: 'arrival_not_open', message: `来早了：这是${span}的场次，${opens}起入场。` };
  }
  if (state === 'expired' || now >= session.endsAt) {
    return { reason: 'arrival_closed', message: `来晚了：${span}的场次已经结束。` };
  }
  return undefined;
}

export interface HistoryEntry {
  title: string;
  time: { text: string; at: Date };
  text?: string;
  state: 'done' | 'now';
}

/** What has happened to a booking, in order; the last entry is where it stands. */
export function bookingHistory(
  ticket: {
    booking: Booking;
    session: HallSession;
    arrivedAt: Date | null;
    cancelledAt: Date | null;
    /** Cancelled by staff, for a caller. */
    cancelledBy: string | null;
    /** Ended by the hall. */
    stoppedAt?: Date | null;
    stopReason?: string | null;
  },
  changes: readonly { change: BookingChange; startsAt: Date }[],
  /** Where the hall has moved it last, and why. */
  moved?: { move: { movedAt: Date }; to: Pick<HallSession, 'startsAt'>; reason: string },
): HistoryEntry[] {
  const { booking, session, arrivedAt, cancelledAt, cancelledBy } = ticket;
  const forCaller = '打电话来，工作人员代办';
  const entry = (title: string, at: Date, text?: string): HistoryEntry => ({
    title,
    time: { text: formatDayTime(at), at },
    ...(text ? { text } : {}),
    state: 'done',
  });
  const history = [entry('预约成功', booking.createdAt, booking.bookedBy ? forCaller : undefined)];
  for (const { change, startsAt } of changes) {
    history.push(
      entry(
        '改了',
        change.changedAt,
        `${formatDayTime(startsAt)}，${partyWords(change)}${change.changedBy ? `；${forCaller}` : ''}`,
      ),
    );
  }
  if (moved) {
    const { move, to, reason } = moved;
    const one = entry('场馆给改了', move.movedAt, `${formatDayTime(to.startsAt)}，${reason}`);
    const after = changes.findIndex(({ change }) => change.changedAt > move.movedAt);
    history.splice(after === -1 ? history.length : after + 1, 0, one);
  }
  if (cancelledAt) {
    history.push(entry('取消了', cancelledAt, cancelledBy ? forCaller : undefined));
  }
  if (ticket.stoppedAt) {
    history.push(entry('场馆停了这一场', ticket.stoppedAt, ticket.stopReason ?? undefined));
  }
  if (arrivedAt) history.push(entry('到馆', arrivedAt));
  if (booking.state === 'expired') history.push(entry('没有到馆', session.endsAt));
  return history.map((one, index) =>
    index === history.length - 1 ? { ...one, state: 'now' } : one,
  );
}

/** `王**`: enough to greet a person whose booking it is, not enough to find one. An erased name says so. */
export function maskName(name: string): string {
  if (name === '') return '姓名已删除';
  const [first = '', ...rest] = Array.from(name);
  return first + '*'.repeat(Math.min(rest.length, 2));
}

/** `进行中`, `正在入场`, `40分钟后开始`, `14:00开始`: where a session of today stands. */
export function sessionTodayWords(
  session: Pick<HallSession, 'startsAt' | 'arrivalOpensAt'>,
  now: Date,
): string {
  if (now >= session.startsAt) return '进行中';
  if (now >= session.arrivalOpensAt) return '正在入场';
  const minutes = Math.ceil((session.startsAt.getTime() - now.getTime()) / MINUTE_MS);
  return minutes <= 90 ? `${formatMinutes(minutes)}后开始` : `${formatTime(session.startsAt)}开始`;
}
