import type { CommandContext } from '../../lib/context.ts';
import { formatDay, formatTime } from '../../lib/time.ts';
import { partySize } from '../bookings/policy.ts';
import type { MadeMessage, MessageValues, Templates } from '../notifications/schema.ts';
import { findLatestMove } from './queries.ts';

async function aboutMove(
  ctx: CommandContext,
  { bookingId = '', moveId = '' }: MessageValues,
): Promise<MadeMessage | null> {
  const found = await findLatestMove(ctx, bookingId);
  // A later move, or a cancellation, has a message of its own.
  if (!found || found.move.id !== moveId || found.booking.state !== 'booked') return null;
  const { booking, person, from, to } = found;
  return {
    to: { person },
    hall: to.hallSlug,
    variables: {
      day: formatDay(from.startsAt),
      time: formatTime(from.startsAt),
      newDay: formatDay(to.startsAt),
      newTime: formatTime(to.startsAt),
      people: String(partySize(booking)),
    },
    // Whichever comes first: they must not stand at the door at the old hour.
    happensAt: from.startsAt < to.startsAt ? from.startsAt : to.startsAt,
    expiresAt: to.endsAt,
  };
}

/** Necessary whatever somebody has chosen to hear of: the hour of their visit has changed. */
export const moveMessages: Templates = {
  booking_moved: {
    name: '场馆给改了场次',
    urgency: 'same_day',
    topic: null,
    sms: '有展项停用，{day} {time}坐不下了，给{people}人改到{newDay} {newTime}，名额留好了，预约码不变。不合适，登录“我的”换一场或取消，不记未到。',
    smsParts: 2,
    call: '有展项停用，{day} {time}坐不下了，{people}人改到{newDay} {newTime}，预约码不变。这个时间行不行？',
    title: '场馆给改了场次',
    path: '/me',
    longest: {
      ...{ day: '12月31日周六', time: '10:30', people: '200' },
      ...{ newDay: '12月31日周六', newTime: '10:30' },
    },
    make: aboutMove,
  },
};
