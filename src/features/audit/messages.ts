import type { Templates } from '../notifications/schema.ts';
import { findRoot, rootToFile } from './queries.ts';

export const auditMessages: Templates = {
  /** The day's root as the site publishes it, for somebody outside to keep: a root kept only here proves nothing. */
  audit_root: {
    name: '审计日根',
    // Machines read it in the night as well; nobody's telephone rings.
    urgency: 'urgent',
    topic: null,
    sms: null,
    smsParts: 1,
    title: '安澜审计日根',
    mail: '{date}的审计日根如下。请原样保存这段文字，存成{date}.json；以后可以用它核对审计记录有没有被改过。同一份也在本站/audit/roots/{date}.json。\n\n{file}\n',
    path: '/audit',
    longest: { date: '2026-12-31', file: '' },
    make: async ({ db }, { address = '', date = '' }) => {
      const root = await findRoot({ db }, date);
      if (!root) return null;
      const file = JSON.stringify(await rootToFile(root), null, 2);
      return { to: { mail: address }, variables: { date, file } };
    },
  },
};
