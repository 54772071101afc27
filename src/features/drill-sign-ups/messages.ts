import { formatDay, formatTime } from '../../lib/time.ts';
import { reminderAt } from '../bookings/policy.ts';
import type { MessageKind, Templates } from '../notifications/schema.ts';
import { findHelperLoss, findSignUpToTell } from './queries.ts';
import { remindedUntil } from './policy.ts';

type Found = NonNullable<Awaited<ReturnType<typeof findSignUpToTell>>>;

/**
 * Told to one who takes part, while `isSo`. Each begins with 演练; names, needs and places stay on the page, where only its
 * owner reads them.
 */
const kind = (name: string, sms: string, isSo: (found: Found) => boolean): MessageKind => ({
  name,
  urgency: 'same_day',
  topic: 'visit',
  sms: `演练：${sms}`,
  smsParts: 1,
  title: `演练：${name}`,
  path: '/me/drills',
  longest: { day: '12月31日周六', time: '10:30', role: '避难场所登记点的志愿者', people: '40' },
  make: async (ctx, { participantId = '' }) => {
    const found = await findSignUpToTell(ctx, participantId);
    if (!found || !isSo(found)) return null;
    const { participant, version, role, person } = found;
    return {
      to: { person },
      variables: {
        day: formatDay(version.startsAt),
        time: formatTime(version.startsAt),
        role: Array.from(role.name).slice(0, 11).join(''),
        people: String(participant.adults + participant.children),
      },
      happensAt: version.startsAt,
      expiresAt: version.startsAt,
    };
  },
});

const isIn = ({ participant, drill }: Found) =>
  participant.state === 'joined' && drill.state === 'announced';

const reminder = kind(
  '演练提醒',
  '提醒你，{day} {time}，{role}，{people}人。地点请登录看，来不了请退出。',
  isIn,
);

export const drillSignUpMessages: Templates = {
  drill_signed_up: kind(
    '报名成功',
    '报名成功，{day} {time}，{role}，{people}人。地点和注意事项请登录看。',
    // Who has moved up in the meantime hears of that instead.
    (found) => isIn(found) && found.promoted === null,
  ),
  drill_waiting: kind(
    '在候补',
    '{day} {time}，{role}满了，你们{people}人在候补，补上了发短信。',
    ({ participant, drill }) => participant.state === 'waiting' && drill.state === 'announced',
  ),
  drill_promoted: kind(
    '候补有名额了',
    '候补有名额了，{day} {time}，{role}，{people}人。来不了请登录退出，让给别人。',
    isIn,
  ),
  drill_helper_found: kind(
    '有人结对帮你',
    '{day} {time}的演练有人结对帮你，是谁请登录看。',
    ({ participant, drill }) => participant.state === 'joined' && drill.state !== 'over',
  ),
  drill_helper_asked: kind(
    '请你结对帮人',
    '{day} {time}的演练请你结对帮一户，帮谁、怎么帮请登录看。',
    ({ participant, drill }) => participant.state === 'joined' && drill.state !== 'over',
  ),
  drill_helper_left: kind(
    '结对的人来不了了',
    '{day} {time}的演练，和你结对的人来不了了。会另找人，找到了告诉你。',
    ({ participant, drill }) => participant.state === 'joined' && drill.state !== 'over',
  ),
  drill_helper_missing: {
    name: '演练里有一户没有人结对了',
    urgency: 'same_day',
    topic: 'organisation',
    sms: '演练：{day} {time}的演练，有一户的结对人来不了了。请登录，另找人结对。',
    smsParts: 1,
    title: '演练：有一户没有人结对了',
    path: '/me/drills',
    longest: { day: '12月31日周六', time: '10:30' },
    make: async (ctx, { pairingId = '' }) => {
      const found = await findHelperLoss(ctx, pairingId);
      if (!found || found.drill.state === 'over' || found.drill.state === 'cancelled') return null;
      const { startsAt, endsAt } = found.version;
      return {
        to: { person: found.organiser },
        variables: { day: formatDay(startsAt), time: formatTime(startsAt) },
        happensAt: startsAt,
        expiresAt: endsAt,
      };
    },
  },
  drill_reminder: {
    ...reminder,
    topic: 'reminder',
    make: async (ctx, values, queuedAt) => {
      const made = await reminder.make(ctx, values, queuedAt);
      if (!made?.happensAt) return made;
      const start = { startsAt: made.happensAt };
      const dueAt = reminderAt(start);
      // Who signed up after that moment has just been told.
      return queuedAt >= dueAt ? null : { ...made, dueAt, expiresAt: remindedUntil(start) };
    },
  },
};
