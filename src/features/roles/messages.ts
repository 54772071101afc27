import type { CommandContext } from '../../lib/context.ts';
import { formatGroups } from '../../lib/ids.ts';
import { formatDayTime } from '../../lib/time.ts';
import { findPerson } from '../accounts/queries.ts';
import type { Templates } from '../notifications/schema.ts';
import { roleWords } from './policy.ts';
import { rolesOf } from './queries.ts';

/** Nobody to tell when they have given the role back or erased their account in the meantime. */
async function staffOf(ctx: CommandContext, personId: string) {
  const person = await findPerson(ctx, personId);
  const [first, ...others] = [
    ...new Set((await rolesOf(ctx, personId)).map(({ role }) => roleWords[role])),
  ];
  return person && first ? { person, role: others.length > 0 ? `${first}等` : first } : undefined;
}

export const roleMessages: Templates = {
  staff_invited: {
    name: '工作登录开通码',
    urgency: 'urgent',
    topic: null,
    sms: '请你担任{role}。先用本手机号登录本站，再从“我的”打开工作台，填开通码{code}，{until}前有效。不要告诉别人。',
    smsParts: 2,
    title: '请你开通工作登录',
    path: '/staff/set-up',
    longest: { role: '场馆工作人员等', code: 'ABCD-EFGH-JKMN', until: '12月30日 23:59' },
    make: async (ctx, { personId = '', code = '', expiresAt = '' }) => {
      const staff = await staffOf(ctx, personId);
      if (!staff) return null;
      const until = new Date(expiresAt);
      return {
        to: { person: staff.person },
        variables: { role: staff.role, code: formatGroups(code), until: formatDayTime(until) },
        expiresAt: until,
      };
    },
  },
  role_granted: {
    name: '多了工作角色',
    urgency: 'calm',
    topic: null,
    sms: '你在本站多了一个工作角色，现在是{role}。打开工作台就能用。',
    smsParts: 1,
    title: '多了一个工作角色',
    path: '/staff',
    longest: { role: '场馆工作人员等' },
    make: async (ctx, { personId = '' }) => {
      const staff = await staffOf(ctx, personId);
      return staff ? { to: { person: staff.person }, variables: { role: staff.role } } : null;
    },
  },
};
