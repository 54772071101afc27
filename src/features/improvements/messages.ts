import { addDays, formatDate, instantOf } from '../../lib/time.ts';
import { shortened } from '../notifications/policy.ts';
import type { MadeMessage, MessageKind, Templates } from '../notifications/schema.ts';
import { findItemToTell } from './queries.ts';
import type { ImprovementItem, ImprovementState } from './table.ts';

const LONGEST = { what: '三号楼二层东侧安全出口…', day: '2026年12月31日' };

/** All say the same: what, until when; each while the item stands as it says. */
function kind(
  words: Pick<MessageKind, 'name' | 'sms' | 'title'>,
  {
    state,
    to,
    holds = () => true,
  }: {
    state: ImprovementState;
    to: 'owner' | 'opener';
    holds?: (item: ImprovementItem, values: Readonly<Record<string, string>>) => boolean;
  },
): MessageKind {
  return {
    ...words,
    urgency: 'calm',
    topic: 'organisation',
    smsParts: 1,
    path: '/me/improvements',
    longest: LONGEST,
    make: async (ctx, values): Promise<MadeMessage | null> => {
      const found = await findItemToTell(ctx, values['itemId'] ?? '');
      const person = found?.[to];
      if (!found || !person || found.item.state !== state || !holds(found.item, values))
        return null;
      const { what, dueDay } = found.item;
      return {
        to: { person },
        variables: { what: shortened(what), day: formatDate(dueDay) },
        expiresAt: instantOf(addDays(dueDay, 60)),
      };
    },
  };
}

const sameDay = (item: ImprovementItem, { dueDay }: Readonly<Record<string, string>>) =>
  item.dueDay === dueDay;

export const improvementMessages: Templates = {
  improvement_given: kind(
    {
      name: '交给你一项演练整改',
      sms: '演练整改：“{what}”请在{day}前改好。登录本站，在“演练整改”里写怎么改的。',
      title: '有一项演练整改交给你',
    },
    { state: 'open', to: 'owner' },
  ),
  improvement_due: kind(
    {
      name: '演练整改快到期',
      sms: '演练整改：“{what}”{day}到期。改好了请登录本站，在“演练整改”里记下来。',
      title: '一项演练整改快到期了',
    },
    { state: 'open', to: 'owner', holds: sameDay },
  ),
  improvement_overdue: kind(
    {
      name: '演练整改逾期',
      sms: '演练整改：“{what}”{day}到期，还没有改好。请登录本站，在“演练整改”里办。',
      title: '一项演练整改已经逾期',
    },
    { state: 'open', to: 'owner', holds: sameDay },
  ),
  improvement_finished: kind(
    {
      name: '演练整改等核验',
      sms: '演练整改：“{what}”已经改好，等另一个人核验。请登录本站，在“演练整改”里看。',
      title: '一项演练整改等核验',
    },
    {
      state: 'finished',
      to: 'opener',
      // Whoever mended it themselves knows.
      holds: ({ openedBy, finishedBy }) => openedBy !== finishedBy,
    },
  ),
  improvement_rejected: kind(
    {
      name: '演练整改被退回',
      sms: '演练整改：“{what}”核验没有通过，{day}前请再改。原因见本站“演练整改”。',
      title: '一项演练整改被退回',
    },
    { state: 'open', to: 'owner' },
  ),
};
