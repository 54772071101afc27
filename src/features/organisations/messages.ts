import { shortened } from '../notifications/policy.ts';
import type { Templates } from '../notifications/schema.ts';
import { findClaim } from './queries.ts';

const outcomeWords = { verified: '已通过核验', refused: '没有通过核验' } as const;

export const organisationMessages: Templates = {
  /** Told to whoever is responsible when the message leaves. The reason, of any length, stands in mail and on the page. */
  organisation_decided: {
    name: '单位核验结果',
    urgency: 'calm',
    topic: 'organisation',
    sms: '{name}{outcome}。详情请登录本站，在“我的单位”查看。',
    smsParts: 1,
    title: '单位核验有了结果',
    mail: '{name}{outcome}。{reason}详情请登录本站，在“我的单位”查看。',
    path: '/me/organisations',
    longest: { name: '盐城经济技术开发区示例…', outcome: '没有通过核验', reason: '' },
    make: async (ctx, { organisationId = '' }) => {
      const claim = await findClaim(ctx, organisationId);
      const lead = claim?.members.find(({ member }) => member.responsible);
      if (!claim?.decision || !lead) return null;
      const { decision, reason } = claim.decision;
      return {
        to: { person: lead.person },
        variables: {
          name: shortened(claim.organisation.name),
          outcome: outcomeWords[decision],
          reason: decision === 'refused' ? `原因：${reason}。` : '',
        },
      };
    },
  },
};
