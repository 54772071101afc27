import type { Refusals } from '../../lib/errors.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import type { Programme } from '../programmes/schema.ts';
import type { CHECK_ANSWERS, SiteVisit, VisitEntry } from './table.ts';

/** Where a visit is worked on, also on a phone without a link. */
export const visitPath = (applicationId: string): string =>
  `/staff/applications/${applicationId}/visit`;

export const answerWords: Readonly<Record<(typeof CHECK_ANSWERS)[number], string>> = {
  yes: '符合',
  no: '不符合',
  unseen: '没看到',
};

export const meetingWords = { opening: '首次会议', closing: '末次会议' } as const;

/** A line of the checklist. */
export interface CheckItem {
  /** `condition:<key>` or `point:<key>`. */
  item: string;
  text: string;
  /** What the applicant was asked to show for it. */
  look: string;
}

export interface CheckGroup {
  title: string;
  items: CheckItem[];
}

/** What a visit looks at: the programme's conditions first, then its points by their groups. */
export function checklistOf({ conditions, groups }: Programme): CheckGroup[] {
  const look = (evidence: readonly { text: string }[]) =>
    evidence.map(({ text }) => text).join('、');
  return [
    {
      title: '基本条件',
      items: conditions.map(({ key, text, evidence }) => ({
        ...{ item: `condition:${key}`, text, look: look(evidence) },
      })),
    },
    ...groups.map(({ title, items }) => ({
      title,
      items: items.flatMap(({ points }) =>
        points.map(({ key, text, evidence }) => ({
          ...{ item: `point:${key}`, text, look: look(evidence) },
        })),
      ),
    })),
  ];
}

/** What was noted, apart from who noted it. */
export type VisitFact = Pick<VisitEntry, 'kind' | 'item' | 'answer' | 'note' | 'present'> & {
  id: string;
  /** When it was so, in milliseconds by the site's clock. */
  at: number;
  /** When the site was told. */
  notedAt: number;
};

/** What holds: of each item what was seen last; of a meeting what was noted last, for its time may be put right. */
export function latestFacts(facts: readonly VisitFact[]): VisitFact[] {
  const byId = (one: VisitFact, other: VisitFact) =>
    one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
  const sorted = facts.toSorted(
    (one, other) => one.notedAt - other.notedAt || one.at - other.at || byId(one, other),
  );
  const checks = sorted.toSorted((one, other) => one.at - other.at);
  return [
    ...new Map(
      sorted.filter(({ kind }) => kind !== 'check').map((one) => [one.kind, one]),
    ).values(),
    ...new Map(
      checks.filter(({ kind }) => kind === 'check').map((one) => [one.item, one]),
    ).values(),
  ];
}

/** What a visit lacks before it can be concluded, in words; none when it can. */
export function visitLacks(
  { conditions }: Pick<Programme, 'conditions'>,
  facts: readonly VisitFact[],
): string[] {
  const latest = latestFacts(facts);
  const meetings = (['opening', 'closing'] as const).flatMap((kind) =>
    latest.some((one) => one.kind === kind) ? [] : [`还没有记${meetingWords[kind]}`],
  );
  const open = conditions.filter(
    ({ key }) => !latest.some(({ item }) => item === `condition:${key}`),
  );
  return open.length === 0 ? meetings : [...meetings, `还有${open.length}条基本条件没有记`];
}

/** Why a visit cannot be planned for a day; undefined when it can. */
export function plannedOnObjection(plannedOn: CalendarDate, now: Date): string | undefined {
  return plannedOn < calendarDate(now) ? '请选今天或以后的一天' : undefined;
}

/** What a phone knows of a visit. */
export interface VisitRun {
  applicationId: string;
  visitId: string;
  /** Whose answers these are: a phone passes through several hands. */
  me: string;
  name: string;
  programme: string;
  plannedOn: CalendarDate;
  party: string;
  state: SiteVisit['state'];
  /** When it was true, by the site's clock. */
  at: number;
  groups: CheckGroup[];
  facts: VisitFact[];
}

export const visitRefusals: Refusals = {
  visit_not_yours: { code: 'not_found', message: '没有找到这一次核查。' },
  visit_not_now: {
    code: 'conflict',
    message: '这一份现在不在要看现场的一步。刚到这一步的，请过一分钟再试。',
  },
  visit_concluded: { code: 'conflict', message: '这次核查已经办结，不能再记。' },
  visit_without_meetings: { code: 'conflict', message: '首次会议、末次会议都要先记。' },
  entries_used_up: { code: 'conflict', message: '这次核查记的太多了，请办结。' },
  version_is_final: {
    code: 'conflict',
    reason: 'visit_concluded',
    message: '这次核查已经办结，不能再改。',
  },
  'unique:site_visits.application_id,site_visits.step': {
    code: 'conflict',
    reason: 'visit_planned',
    message: '同事刚刚安排了这次核查，请刷新再看。',
  },
  'unique:site_visit_entries.id': {
    code: 'conflict',
    reason: 'entry_known',
    message: '这一条已经记下了。',
  },
  'unique:site_visit_conclusions.visit_id': {
    code: 'conflict',
    reason: 'visit_concluded',
    message: '这次核查已经办结。',
  },
};
