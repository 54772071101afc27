import type { CommandContext } from '../../lib/context.ts';
import { formatDay, formatDayTime, formatTime } from '../../lib/time.ts';
import { partySize } from '../bookings/policy.ts';
import type {
  MadeMessage,
  MessageKind,
  MessageValues,
  Templates,
} from '../notifications/schema.ts';
import { causeWords } from './policy.ts';
import { findStopToTell } from './queries.ts';

const longest = {
  day: '12月31日周六',
  time: '10:30',
  people: '200',
  cause: '天气预警',
  until: '12月31日周六 10:30',
};

async function aboutStop(
  ctx: CommandContext,
  { bookingId = '' }: MessageValues,
): Promise<MadeMessage | null> {
  const found = await findStopToTell(ctx, bookingId);
  if (!found) return null;
  const { booking, session, person, cause, heldUntil } = found;
  return {
    to: { person },
    hall: session.hallSlug,
    variables: {
      day: formatDay(session.startsAt),
      time: formatTime(session.startsAt),
      people: String(partySize(booking)),
      cause: causeWords[cause],
      until: formatDayTime(heldUntil === null ? ctx.now : new Date(heldUntil)),
    },
    happensAt: session.startsAt,
    // Somebody on the way is still told; the day after it helps nobody.
    expiresAt: session.endsAt,
  };
}

/** Necessary whatever somebody has chosen to hear of: they would stand before a closed door. */
const kind = (
  name: string,
  sms: string,
  smsParts: MessageKind['smsParts'],
  call: string,
): MessageKind => ({
  call,
  name,
  urgency: 'same_day',
  topic: null,
  sms,
  smsParts,
  title: '场馆停开，预约取消了',
  path: '/me',
  longest,
  make: aboutStop,
});

export const stopMessages: Templates = {
  booking_stopped: kind(
    '场馆停开',
    '因{cause}停开，{day} {time}，{people}人的预约取消了，请不要前往。',
    1,
    '因{cause}停开，{day} {time}，{people}人的预约取消了，请不要来。要不要改约别的场次？',
  ),
  booking_stopped_held: kind(
    '场馆停开，留了别的场次',
    '因{cause}停开，{day} {time}，{people}人的预约取消了，请不要前往。给你留了别的场次，到{until}，请登录“我的”确认。',
    2,
    '因{cause}停开，{day} {time}，{people}人的预约取消了，请不要来。别的场次替您留到{until}，现在就可以替您约。',
  ),
};
