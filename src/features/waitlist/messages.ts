import type { CommandContext } from '../../lib/context.ts';
import { formatDay, formatTime } from '../../lib/time.ts';
import { partySize } from '../bookings/policy.ts';
import type {
  MadeMessage,
  MessageKind,
  MessageValues,
  Templates,
} from '../notifications/schema.ts';
import { findWaitToTell } from './queries.ts';
import type { WaitlistState } from './table.ts';

const longest = { day: '12月31日周六', time: '10:30', people: '50', until: '10:30' };

/** Told only while it is still so: an offer that was taken up, or a queue that moved on, needs no word. */
const whileIn =
  (state: WaitlistState) =>
  async (ctx: CommandContext, { entryId = '' }: MessageValues): Promise<MadeMessage | null> => {
    const found = await findWaitToTell(ctx, entryId);
    if (!found || found.entry.state !== state) return null;
    const { entry, session, offer, person } = found;
    // What was held in place of a stopped session: its end was told with it.
    if (state === 'lapsed' && entry.replacesBookingId) return null;
    return {
      to: { person },
      hall: session.hallSlug,
      variables: {
        day: formatDay(session.startsAt),
        time: formatTime(session.startsAt),
        people: String(state === 'offered' && offer ? offer.places : partySize(entry)),
        until: offer ? formatTime(offer.expiresAt) : '',
      },
      happensAt: session.startsAt,
      expiresAt: state === 'offered' && offer ? offer.expiresAt : session.endsAt,
    };
  };

const kind = (
  name: string,
  state: WaitlistState,
  sms: string,
  urgency: MessageKind['urgency'],
  call?: string,
): MessageKind => ({
  ...(call ? { call } : {}),
  name,
  urgency,
  topic: 'visit',
  sms,
  smsParts: 1,
  title: name,
  path: '/me',
  longest,
  make: whileIn(state),
});

export const waitlistMessages: Templates = {
  waitlist_offered: kind(
    '候补有名额了',
    'offered',
    '候补有名额了：{day} {time}，留给你{people}人，保留到{until}。请登录确认，过时给下一位。',
    // An offer of the night stands until nine: nobody needs to be woken for it.
    'calm',
    '候补有名额了：{day} {time}，替您留了{people}个，保留到{until}。要不要？要，请说候补码和这个号码的最后4位，现在就替您约。',
  ),
  waitlist_lapsed: kind(
    '候补名额过时',
    'lapsed',
    '留给你的名额已经过时：{day} {time}，{people}人。还想来可以重新排候补。',
    'same_day',
  ),
  waitlist_closed: kind(
    '候补没有排到',
    'closed',
    '候补没有排到：{day} {time}，{people}人。这一场已停止预约，可以看看别的场次。',
    'same_day',
    '{day} {time}，{people}人的候补没有排到，这一场已经停止预约。要不要换一场？',
  ),
};
