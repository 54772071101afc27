import type { Templates } from '../notifications/schema.ts';
import { findDecisionToTell } from './queries.ts';

export const volunteerMessages: Templates = {
  volunteer_decided: {
    name: '志愿者登记有结果',
    urgency: 'calm',
    topic: 'organisation',
    sms: '你的志愿者登记有了结果：{result}。请登录“我的”看志愿者这一页。',
    smsParts: 1,
    title: '志愿者登记有结果',
    path: '/me/volunteer',
    longest: { result: '没有确认' },
    make: async (ctx, { decisionId = '' }) => {
      const found = await findDecisionToTell(ctx, decisionId);
      if (!found || found.volunteer.state === 'left') return null;
      return {
        to: { person: found.person },
        variables: { result: found.decision.decision === 'confirmed' ? '已确认' : '没有确认' },
      };
    },
  },
};
