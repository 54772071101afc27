import { formatDay, formatTime } from '../../lib/time.ts';
import { shortened } from '../notifications/policy.ts';
import type { MessageKind, Templates } from '../notifications/schema.ts';
import { findPartToTell } from './queries.ts';

type Found = NonNullable<Awaited<ReturnType<typeof findPartToTell>>>;

/** A kind that is told to one who takes part, only while `isSo`. Its words begin with the mark, on every channel. */
const kind = (
  name: string,
  sms: string,
  isSo: (found: Found) => boolean,
  smsParts: 1 | 2 = 1,
): MessageKind => ({
  name,
  urgency: 'same_day',
  topic: 'visit',
  sms: `演练：${sms}`,
  smsParts,
  title: `演练：${name}`,
  path: '/me/drills',
  longest: {
    title: '示例社区地震避险疏散演…',
    ...{ day: '12月31日周六', time: '10:30', place: '示例社区中心小学的操场…' },
    role: '结对帮扶志愿者',
  },
  make: async (ctx, { participantId = '' }) => {
    const found = await findPartToTell(ctx, participantId);
    if (!found || !isSo(found)) return null;
    const { person, version, role } = found;
    return {
      to: { person },
      variables: {
        title: shortened(version.title),
        day: formatDay(version.startsAt),
        time: formatTime(version.startsAt),
        place: shortened(version.place),
        role: role.name,
      },
      happensAt: version.startsAt,
      expiresAt: version.endsAt,
    };
  },
});

const isIn = ({ participant }: Found) => participant.state !== 'left';
const isAhead = ({ drill }: Found) => drill.state === 'preparing' || drill.state === 'announced';

export const drillMessages: Templates = {
  drill_assigned: kind(
    '请你参加演练',
    '“{title}”请你参加：{day} {time}，{place}，担任{role}。来不了请登录退出。',
    (found) => isIn(found) && isAhead(found),
    2,
  ),
  drill_revised: kind(
    '演练改了时间或地点',
    '“{title}”改了：{day} {time}，{place}。来不了请登录退出。',
    (found) => isIn(found) && isAhead(found),
    2,
  ),
  drill_cancelled: kind(
    '演练取消了',
    '“{title}”取消了，{day} {time}不用来。谢谢你。',
    (found) => isIn(found) && found.drill.state === 'cancelled',
  ),
  drill_released: kind(
    '演练不用你来了',
    '“{title}”（{day} {time}）不用你担任{role}了。谢谢你。',
    ({ participant }) => participant.state === 'left',
  ),
};
