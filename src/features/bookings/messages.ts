import type { CommandContext } from '../../lib/context.ts';
import { formatBookingCode } from '../../lib/ids.ts';
import { formatDay, formatTime } from '../../lib/time.ts';
import type {
  MadeMessage,
  MessageKind,
  MessageValues,
  Templates,
} from '../notifications/schema.ts';
import { partySize, reminderAt } from './policy.ts';
import { findBookingToRemind, findBookingToTell, type Ticket } from './queries.ts';

const longest = { day: '12月31日周六', time: '10:30', people: '50', code: 'ABCDE-FGHJK' };

function visitMessage({ booking, session, person }: Ticket): MadeMessage {
  return {
    to: { person },
    variables: {
      day: formatDay(session.startsAt),
      time: formatTime(session.startsAt),
      people: String(partySize(booking)),
      code: formatBookingCode(booking.code),
    },
    happensAt: session.startsAt,
    expiresAt: session.endsAt,
  };
}

/** Words are found at delivery, so that no copy of a name or number waits in the queue. */
async function aboutBooking(ctx: CommandContext, { bookingId = '' }: MessageValues) {
  const ticket = await findBookingToTell(ctx, bookingId);
  return ticket ? visitMessage(ticket) : null;
}

async function remindOf(
  ctx: CommandContext,
  { bookingId = '', changeId = '' }: MessageValues,
  queuedAt: Date,
): Promise<MadeMessage | null> {
  const found = await findBookingToRemind(ctx, bookingId);
  if (!found || found.ticket.booking.state !== 'booked') return null;
  // A later change has a reminder of its own.
  if ((found.lastChangeId ?? '') !== changeId) return null;
  const { session } = found.ticket;
  const dueAt = reminderAt(session);
  // Who books after that moment has just been told.
  if (queuedAt >= dueAt) return null;
  return { ...visitMessage(found.ticket), dueAt, expiresAt: session.startsAt };
}

const visitKind = (name: string, sms: string): MessageKind => ({
  name,
  urgency: 'same_day',
  topic: 'visit',
  sms,
  smsParts: 1,
  title: name,
  path: '/me',
  longest,
  make: aboutBooking,
});

export const bookingMessages: Templates = {
  booking_created: visitKind(
    '预约成功',
    '预约成功：{day} {time}，{people}人，预约码{code}。来不了请提前取消，把名额留给别人。',
  ),
  booking_changed: visitKind(
    '预约有改动',
    '预约已改为{day} {time}，{people}人，预约码还是{code}。',
  ),
  booking_cancelled: visitKind('预约取消', '已取消{day} {time}的预约，{people}人，预约码{code}。'),
  booking_reminder: {
    ...visitKind(
      '参观提醒',
      '提醒：{day} {time}有约，{people}人，预约码{code}。来不了请现在取消，把名额留给别人。',
    ),
    topic: 'reminder',
    make: remindOf,
  },
};
