import type { Refusals } from '../../lib/errors.ts';
import { addMinutes, calendarDate, formatDay } from '../../lib/time.ts';
import { partySize } from '../bookings/policy.ts';
import type { Booking } from '../bookings/table.ts';
import { groupPlacesLeft, placesLeft, sessionSpan } from '../halls/policy.ts';
import type { HallSession } from '../halls/table.ts';
import { ALTERNATIVE_DAYS, HOLD_MINUTES_MIN } from '../stops/policy.ts';
import { MOVES_MAX } from './schema.ts';

export type MovedParty = Pick<
  Booking,
  'id' | 'personId' | 'adults' | 'children' | 'kind' | 'createdAt'
>;

/** A session that holds more than it opens, and who would move: see `surplusParties`. */
export interface OverfullSession {
  session: HallSession;
  parties: readonly MovedParty[];
}

export interface ProposedMove {
  bookingId: string;
  from: HallSession;
  to: HallSession;
}

export interface MovePlan {
  moves: ProposedMove[];
  /** For whom nothing fits, and whose session lets in already: people talk to them. */
  left: { bookingId: string; from: HallSession; because: 'nothing_fits' | 'begun' | 'too_many' }[];
}

/** Told on the page before anything is done. 本平台约定. */
export const MOVE_RULE =
  '最后约的先改，一个预约不拆开。先找同一天离得最近的场次，再找前后最近的日子，14天以内；家庭用散客的名额，团体用团体的名额，有人在排候补的场次不占。先约的先挑。';

/**
 * Where each party of overfull sessions could go: the nearest session of the same kind with room for all of it in its
 * own pool, on the same day first. Who booked earlier chooses earlier.
 * @param room sessions of the hall that nobody waits for, in any order.
 * @param engaged where people go already: nobody is booked twice into one session.
 */
export function proposeMoves(
  overfull: readonly OverfullSession[],
  room: readonly HallSession[],
  engaged: readonly { personId: string; sessionId: string }[],
  now: Date,
): MovePlan {
  const free = new Map(
    room.map((one) => [one.id, { family: placesLeft(one), group: groupPlacesLeft(one) }]),
  );
  const taken = new Set(engaged.map(({ personId, sessionId }) => `${personId} ${sessionId}`));
  const full = new Set(overfull.map(({ session }) => session.id));
  const inTurn = overfull
    .flatMap(({ session, parties }) => parties.map((party) => ({ party, from: session })))
    .toSorted(
      (a, b) =>
        a.party.createdAt.getTime() - b.party.createdAt.getTime() ||
        (a.party.id < b.party.id ? -1 : 1),
    );
  const plan: MovePlan = { moves: [], left: [] };
  for (const { party, from } of inTurn) {
    const stay = (because: MovePlan['left'][number]['because']) =>
      plan.left.push({ bookingId: party.id, from, because });
    if (now >= from.arrivalOpensAt) {
      stay('begun');
      continue;
    }
    if (plan.moves.length >= MOVES_MAX) {
      stay('too_many');
      continue;
    }
    const pool = party.kind === 'group' ? 'group' : 'family';
    const size = partySize(party);
    const [to] = room
      .filter(
        (one) =>
          !full.has(one.id) &&
          isOpenFor(one, from, party, now) &&
          (free.get(one.id)?.[pool] ?? 0) >= size &&
          !(pool === 'family' && taken.has(`${party.personId} ${one.id}`)),
      )
      .toSorted(
        (a, b) =>
          distance(a, from) - distance(b, from) || a.startsAt.getTime() - b.startsAt.getTime(),
      );
    if (!to) {
      stay('nothing_fits');
      continue;
    }
    const left = free.get(to.id)!;
    // A class takes what is kept for groups, which families never had.
    free.set(to.id, { ...left, [pool]: left[pool] - size });
    taken.add(`${party.personId} ${to.id}`);
    plan.moves.push({ bookingId: party.id, from, to });
  }
  return plan;
}

function isOpenFor(
  to: HallSession,
  from: HallSession,
  party: Pick<Booking, 'adults' | 'children' | 'kind'>,
  now: Date,
): boolean {
  const isGroup = party.kind === 'group';
  return (
    to.id !== from.id &&
    to.courseSlug === from.courseSlug &&
    (to.courseSlug !== null || to.heldAt === from.heldAt) &&
    to.stopId === null &&
    to.withdrawnAt === null &&
    // An hour at least to look at it, and to change or cancel.
    to.cancellationClosesAt > addMinutes(now, HOLD_MINUTES_MIN) &&
    to.startsAt < addMinutes(now, ALTERNATIVE_DAYS * 24 * 60) &&
    (isGroup || (to.bookingOpensAt <= now && partySize(party) <= to.partyMax))
  );
}

const ANOTHER_DAY_MS = 1e12;

/** Any session of the same day is nearer than all others. */
function distance(to: Pick<HallSession, 'startsAt'>, from: Pick<HallSession, 'startsAt'>): number {
  const apart = Math.abs(to.startsAt.getTime() - from.startsAt.getTime());
  return calendarDate(to.startsAt) === calendarDate(from.startsAt) ? apart : apart + ANOTHER_DAY_MS;
}

export const leftWords: Readonly<Record<MovePlan['left'][number]['because'], string>> = {
  nothing_fits: '14天里没有放得下的场次',
  begun: '已经在入场，可能在路上了',
  too_many: `一次最多改${MOVES_MAX}个，改完再来一次`,
};

/** The plan as the form carries it. */
export function planText(
  moves: readonly { bookingId: string; to: Pick<HallSession, 'id'> }[],
): string {
  return moves.map(({ bookingId, to }) => `${bookingId}>${to.id}`).join('\n');
}

/**
 * What has changed since a plan was shown, in words for whoever confirmed it; undefined when it still holds.
 * @param confirmed what they were shown.
 * @param current what the rule proposes now.
 */
export function planProblem(
  confirmed: readonly { bookingId: string; sessionId: string }[],
  current: MovePlan,
  sessions: readonly HallSession[],
): string | undefined {
  const now = new Map(current.moves.map(({ bookingId, to }) => [bookingId, to.id]));
  const stillLeft = new Set(current.left.map(({ bookingId }) => bookingId));
  const others = confirmed.filter(({ bookingId, sessionId }) => now.get(bookingId) !== sessionId);
  if (others.length === 0) return undefined;
  const filled = others.filter(({ bookingId }) => now.has(bookingId) || stillLeft.has(bookingId));
  if (filled.length === 0) {
    return `有${others.length}个预约刚刚自己改了、取消了，或者不用改了。谁也没有改，谁也没有收到消息；请照新的名单再看一遍。`;
  }
  const ids = [...new Set(filled.map(({ sessionId }) => sessionId))];
  const names = ids.flatMap((id) => {
    const one = sessions.find((session) => session.id === id);
    return one ? [`${formatDay(one.startsAt)} ${sessionSpan(one)}`] : [];
  });
  return `${names.join('、') || '有的场次'}刚刚被别人约走了名额。谁也没有改，谁也没有收到消息；请照新的名单再看一遍。`;
}

export const moveRefusals: Refusals = {
  outage_unknown: { code: 'not_found', message: '没有找到这一项。' },
  ...Object.fromEntries(
    [
      'booking_unknown',
      'booking_already_cancelled',
      'booking_already_arrived',
      'booking_already_expired',
      'booking_elsewhere',
      'session_unknown',
      'session_is_not_over',
      'visit_has_begun',
      'booking_closed',
      'party_too_large',
      'session_full',
      'session_not_oversold',
      'session_stopped',
      'group_places_used_up',
      'unique:bookings.person_id,bookings.session_id',
    ].map((constraint) => [
      constraint,
      {
        code: 'conflict',
        reason: 'plan_overtaken',
        message: '名额刚刚变了。请照新的名单再看一遍。',
      },
    ]),
  ),
};
