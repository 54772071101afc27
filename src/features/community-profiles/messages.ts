import { addDays, calendarDate, instantOf } from '../../lib/time.ts';
import { shortened } from '../notifications/policy.ts';
import type { Templates } from '../notifications/schema.ts';
import { dayWords } from '../duties/policy.ts';
import { findResponsible } from '../duties/queries.ts';
import { isStillDue } from './queries.ts';

export const communityProfileMessages: Templates = {
  /** Told only while it is still so: whoever has renewed it meanwhile needs no word. */
  community_due: {
    name: '物资或预案快到期',
    urgency: 'calm',
    topic: 'organisation',
    sms: '{name}：{what}，{day}到期。请登录本站，在“我的单位”的基本情况里更新。',
    smsParts: 1,
    title: '基本情况里有快到期的',
    path: '/me/organisations',
    longest: { name: '盐城经济技术开发区示例…', what: '应急预案该修订', day: '12月31日' },
    make: async (ctx, { organisationId = '', kind = '', dueOn = '' }) => {
      const dueKind = kind === 'plan' ? 'plan' : 'stores';
      const [found, isDue] = await Promise.all([
        findResponsible(ctx, organisationId),
        isStillDue(ctx, { organisationId, kind: dueKind, dueOn }),
      ]);
      if (!found || !isDue) return null;
      return {
        to: { person: found.person },
        variables: {
          name: shortened(found.organisation.name),
          what: dueKind === 'plan' ? '应急预案该修订' : '有应急物资',
          day: dayWords(dueOn, calendarDate(ctx.now)),
        },
        expiresAt: instantOf(addDays(dueOn, 1)),
      };
    },
  },
};
