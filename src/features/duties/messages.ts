import { addDays, calendarDate, instantOf } from '../../lib/time.ts';
import { shortened } from '../notifications/policy.ts';
import type { Templates } from '../notifications/schema.ts';
import { dayWords } from './policy.ts';
import { findResponsible, readOwnDuties } from './queries.ts';

export const dutyMessages: Templates = {
  /** Told only while it is still so: whoever has drilled meanwhile needs no word. */
  drill_due: {
    name: '演练快到期',
    urgency: 'calm',
    topic: 'organisation',
    sms: '{name}：最晚{day}要做1次应急演练，还没有记录。做完请登录本站，在“我的单位”记一笔。',
    smsParts: 1,
    title: '这个月的演练还没有记录',
    path: '/me/organisations',
    longest: { name: '盐城经济技术开发区示例…', day: '12月31日' },
    make: async (ctx, { organisationId = '', untilDay = '' }) => {
      const [found, duties] = await Promise.all([
        findResponsible(ctx, organisationId),
        readOwnDuties(ctx, organisationId),
      ]);
      const isDue = duties?.states.some(
        ({ state, dueBy }) => state !== 'done' && dueBy === untilDay,
      );
      if (!found || !isDue) return null;
      return {
        to: { person: found.person },
        variables: {
          name: shortened(found.organisation.name),
          day: dayWords(untilDay, calendarDate(ctx.now)),
        },
        expiresAt: instantOf(addDays(untilDay, 1)),
      };
    },
  },
};
