import type { CommandContext } from '../../lib/context.ts';
import { addMinutes, formatDay, formatTime } from '../../lib/time.ts';
import type {
  MadeMessage,
  MessageKind,
  MessageValues,
  Templates,
} from '../notifications/schema.ts';
import { findNoShowToTell } from './queries.ts';

const longest = { day: '12月31日周六', time: '10:30' };

/** A message that is a week late would only puzzle. */
const TOLD_WITHIN_MINUTES = 7 * 24 * 60;

type Found = NonNullable<Awaited<ReturnType<typeof findNoShowToTell>>>;

const about =
  (applies: (found: Found) => boolean) =>
  async (
    ctx: CommandContext,
    { bookingId = '' }: MessageValues,
    queuedAt: Date,
  ): Promise<MadeMessage | null> => {
    const found = await findNoShowToTell(ctx, bookingId);
    if (!found || !applies(found)) return null;
    const { session, person } = found;
    return {
      to: { person },
      variables: { day: formatDay(session.startsAt), time: formatTime(session.startsAt) },
      expiresAt: addMinutes(queuedAt, TOLD_WITHIN_MINUTES),
    };
  };

const kind = (name: string, sms: string, applies: (found: Found) => boolean): MessageKind => ({
  name,
  urgency: 'calm',
  topic: 'visit',
  sms,
  smsParts: 1,
  title: name,
  path: '/me',
  longest,
  make: about(applies),
});

export const noShowMessages: Templates = {
  no_show_counted: kind(
    '记了一次未到',
    '{day} {time}约了没来，记1次未到。登记错了或有原因，请在“我的”里申诉。',
    ({ noShow }) => noShow.state === 'counted',
  ),
  appeal_answered: kind(
    '申诉有答复',
    '{day} {time}那一场的申诉有答复了，请在“我的”里看。',
    ({ answer }) => answer !== null,
  ),
};
