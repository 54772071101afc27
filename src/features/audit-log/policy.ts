import { phoneField } from '../accounts/schema.ts';
import { actionNames } from '../audit/policy.ts';
import type { AuditEntry } from '../audit/table.ts';
import type { ListDefinition } from '../../lib/lists.ts';

/**
 * 本平台约定. A kind of act may be rare, and looking for it must not take longer with each year: without a day or a
 * person, so many of the latest entries are looked through.
 */
export const LOOKED_THROUGH_MAX = 20_000;

/** What auditors ask for first, by the nouns and single actions of the log. */
const KINDS = [
  { value: 'sign-ins', label: '登录和退出', of: 'sign_in sign_in_code sign_out' },
  {
    value: 'rights',
    label: '权限和登录方式',
    of: 'role staff credentials passkey password recovery_code recovery_codes office_succession review_delegation',
  },
  {
    value: 'personal',
    label: '看、导出、改个人信息',
    of: 'booking.disclose list.export drill_participant.export application.archive call_out account number_claim',
  },
  {
    value: 'public',
    label: '发布和撤下',
    of: 'notice banner text_withdrawal guide_withdrawal feedback.publish feedback.hide drill_report.release',
  },
  {
    value: 'review',
    label: '申报、审核和命名',
    of: 'application application_round sampling_draw site_visit naming self_evaluation',
  },
] as const;

/** Done by no person: jobs, and the site itself. */
export const BY_ITSELF = 'system';

/** The actions of a kind; undefined for all of them and for what is no kind. */
export function actionsOf(kind: string): string[] | undefined {
  const wanted = KINDS.find(({ value }) => value === kind)?.of.split(' ');
  if (!wanted) return undefined;
  const nounOf = (action: string) => action.split('.', 1)[0] ?? '';
  return Object.keys(actionNames).filter(
    (action) => wanted.includes(action) || wanted.includes(nounOf(action)),
  );
}

export const auditLogList: ListDefinition = {
  path: '/staff/audit',
  filters: [
    {
      kind: 'choice',
      name: 'kind',
      label: '办的事',
      options: [
        { value: '', label: '全部' },
        ...KINDS.map(({ value, label }) => ({ value, label })),
        { value: BY_ITSELF, label: '系统自己办的' },
      ],
    },
    { kind: 'date', name: 'date', label: '日期' },
    { kind: 'search', name: 'q', label: '查', hint: '办事人的手机号，或记录编号' },
  ],
  orders: [{ value: 'newest', label: '新的在前' }],
};

/** What was typed into the search, or stands in a link of the list. */
export type Wanted =
  | { what: 'nothing' }
  | { what: 'phone'; phone: string }
  | { what: 'person'; id: string }
  | { what: 'entry'; id: string }
  | { what: 'subject'; kind: string; id: string }
  /** Neither a number nor an id: no entry has it. */
  | { what: 'unknown' };

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export function readWanted(text: string): Wanted {
  if (text === '') return { what: 'nothing' };
  const [, kind, id] = /^([a-z_]{2,40}):([\w.:-]{1,60})$/.exec(text) ?? [];
  if (kind === 'by' && id) return { what: 'person', id };
  if (kind && id) return { what: 'subject', kind, id };
  if (UUID.test(text.toLowerCase())) return { what: 'entry', id: text.toLowerCase() };
  const phone = phoneField.safeParse(text);
  return phone.success ? { what: 'phone', phone: phone.data } : { what: 'unknown' };
}

/** What the search holds so that it finds what one person did. */
export const actsOf = (personId: string) => `by:${personId}`;

/** What the search holds so that it finds all that was done to one thing. */
export const actsOn = ({ subjectKind, subjectId }: Pick<AuditEntry, 'subjectKind' | 'subjectId'>) =>
  `${subjectKind}:${subjectId}`;

/** An entry's details, as they stand in what its digest is over: names and values, nothing put into words. */
export function detailLines(details: string): { name: string; value: string }[] {
  const facts = JSON.parse(details) as Record<string, unknown>;
  return Object.entries(facts).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}
