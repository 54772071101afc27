import type { Templates } from '../notifications/schema.ts';
import { personPhone } from '../accounts/queries.ts';
import { findClaim } from './queries.ts';

export const organisationMessages: Templates = {
  /** Told to whoever is responsible when the message leaves. */
  organisation_decided: async (ctx, { organisationId = '' }) => {
    const claim = await findClaim(ctx, organisationId);
    const lead = claim?.members.find(({ member }) => member.responsible);
    if (!claim?.decision || !lead) return null;
    const { name } = claim.organisation;
    const { decision, reason } = claim.decision;
    return {
      to: await personPhone(ctx, lead.person),
      text:
        decision === 'verified'
          ? `【安澜】${name}已通过核验，可以用单位的名义办事了。`
          : `【安澜】${name}没有通过核验：${reason}。请登录查看，改正后可以重新登记。`,
    };
  },
};
