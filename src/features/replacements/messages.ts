import { formatDay, formatTime } from '../../lib/time.ts';
import { partySize } from '../bookings/policy.ts';
import { findBookingToTell } from '../bookings/queries.ts';
import type { Templates } from '../notifications/schema.ts';

export const replacementMessages: Templates = {
  class_replacement_lapsed: {
    name: '替团体留的场次过期',
    urgency: 'calm',
    topic: 'visit',
    sms: '{day} {time}替你们的班留的{people}个名额到期放开了。还想来，请登录重新申请。',
    smsParts: 1,
    title: '替你们留的场次过期了',
    path: '/me',
    longest: { day: '12月31日周六', time: '10:30', people: '200' },
    make: async (ctx, { bookingId = '' }) => {
      const found = await findBookingToTell(ctx, bookingId);
      if (!found) return null;
      const { booking, session, person } = found;
      return {
        to: { person },
        variables: {
          day: formatDay(session.startsAt),
          time: formatTime(session.startsAt),
          people: String(partySize(booking)),
        },
        expiresAt: session.startsAt,
      };
    },
  },
};
