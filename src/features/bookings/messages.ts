import type { CommandContext } from '../../lib/context.ts';
import { formatBookingCode } from '../../lib/ids.ts';
import { formatDayTime } from '../../lib/time.ts';
import { personPhone } from '../accounts/queries.ts';
import type { MessageValues, Templates } from '../notifications/schema.ts';
import { partySize } from './policy.ts';
import { findBookingToTell, type BookingDetails } from './queries.ts';

/** Words are found at delivery, so that no copy of a name or number waits in the queue. */
function aboutBooking(words: (details: BookingDetails) => string) {
  return async (ctx: CommandContext, { bookingId = '' }: MessageValues) => {
    const found = await findBookingToTell(ctx, bookingId);
    return found ? { to: await personPhone(ctx, found.person), text: words(found) } : null;
  };
}

export const bookingMessages: Templates = {
  booking_created: aboutBooking(
    ({ booking, session }) =>
      `【安澜】预约成功：${formatDayTime(session.startsAt)}，${partySize(booking)}人，预约码${formatBookingCode(booking.code)}。来不了请提前取消，把名额留给别人。`,
  ),
  booking_changed: aboutBooking(
    ({ booking, session }) =>
      `【安澜】预约已改为${formatDayTime(session.startsAt)}，${partySize(booking)}人，预约码还是${formatBookingCode(booking.code)}。`,
  ),
  booking_cancelled: aboutBooking(
    ({ booking, session }) =>
      `【安澜】已取消${formatDayTime(session.startsAt)}的预约，${partySize(booking)}人，预约码${formatBookingCode(booking.code)}。`,
  ),
};
