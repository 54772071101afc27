import type { CommandContext } from '../../lib/context.ts';
import { formatDay, formatTime } from '../../lib/time.ts';
import type { Person } from '../accounts/table.ts';
import { reminderAt } from '../bookings/policy.ts';
import type { MadeMessage, MessageKind, Templates } from '../notifications/schema.ts';
import { findDutyToTell, findPromoted } from './queries.ts';
import type { DutyState, GuideDuty } from './table.ts';

const longest = { day: '12月31日周六', time: '10:30' };

const aboutDuty = (person: Person, { startsAt, endsAt }: GuideDuty): MadeMessage => ({
  to: { person },
  variables: { day: formatDay(startsAt), time: formatTime(startsAt) },
  happensAt: startsAt,
  expiresAt: endsAt,
});

/** Told only while it is still so. */
const whileIn =
  (state: DutyState): MessageKind['make'] =>
  async (ctx, { dutyId = '' }) => {
    const found = await findDutyToTell(ctx, dutyId);
    return found?.duty.state === state ? aboutDuty(found.person, found.duty) : null;
  };

/** The evening before, to whoever guides then: also to those who moved up meanwhile. */
async function remind(
  ctx: CommandContext,
  { dutyId = '' }: Readonly<Record<string, string>>,
  queuedAt: Date,
): Promise<MadeMessage | null> {
  const found = await findDutyToTell(ctx, dutyId);
  if (!found || !['active', 'reserve'].includes(found.duty.state)) return null;
  const { duty, person } = found;
  const dueAt = reminderAt(duty);
  if (queuedAt >= dueAt) return null;
  // In reserve until then: looked at again when it is due.
  if (duty.state === 'reserve' && ctx.now >= dueAt) return null;
  return { ...aboutDuty(person, duty), dueAt, expiresAt: duty.startsAt };
}

const kind = (name: string, sms: string, make: MessageKind['make']): MessageKind => ({
  name,
  urgency: 'same_day',
  topic: 'visit',
  sms,
  smsParts: 1,
  title: name,
  path: '/me/volunteer/duties',
  longest,
  make,
});

export const rosterMessages: Templates = {
  duty_assigned: kind(
    '排了你讲解',
    '场馆排了你讲解：{day} {time}。去不了请登录退出，早说好找人。',
    whileIn('active'),
  ),
  duty_promoted: kind(
    '候补转为讲解',
    '有人退出，轮到你讲解：{day} {time}。去不了请登录退出，早说好找人。',
    async (ctx, { droppedId = '' }) => {
      const found = await findPromoted(ctx, droppedId);
      return found ? aboutDuty(found.person, found.duty) : null;
    },
  ),
  duty_dropped: kind(
    '讲解取消',
    '{day} {time}的讲解取消了，你不用来。谢谢你。',
    whileIn('dropped'),
  ),
  duty_reminder: {
    ...kind('讲解提醒', '提醒：{day} {time}你有讲解，请提前到。去不了请现在登录退出。', remind),
    topic: 'reminder',
  },
};
