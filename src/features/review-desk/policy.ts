import type { Refusals } from '../../lib/errors.ts';
import { isWithin, parentOf, type RegionCode } from '../../lib/regions/codes.ts';
import { daysBetween, type CalendarDate } from '../../lib/time.ts';
import { applicationRefusals, stepOf, type State } from '../applications/policy.ts';
import type { ApplicationDecision, EntryPart } from '../applications/table.ts';
import {
  reasonsNeeded,
  selfScores,
  type Answer,
  type Draft,
  type Scores,
} from '../assessments/policy.ts';
import { pointsOf } from '../programmes/policy.ts';
import type { Point, Programme, Step } from '../programmes/schema.ts';
import type { Holder } from '../roles/policy.ts';
import type { LoadedApplication } from '../applications/queries.ts';
import type { Fault } from './schema.ts';
import type { BatchAct, ReviewDelegation, ReviewMark } from './table.ts';

/** 本平台约定: so long before its last day a file stands among what is nearly due. */
export const REMIND_DAYS = 3;
/** 本平台约定: a file that lies longer than this after its last day is told to the level above. */
export const ESCALATE_DAYS = 5;

export const faultWords: Readonly<Record<Fault['kind'], string>> = {
  missing: '缺材料',
  unclear: '看不清或打不开',
  outdated: '过期或不是要求的时段',
  conflicting: '前后不一致',
  unsigned: '没有盖章或签字',
  other: '其他',
};

export const batchWords: Readonly<Record<BatchAct, string>> = {
  assignment: '分给一个人',
  approval: '通过',
  return: '退回补正',
};

/** What a returned file has to mend, as its office wrote it; none for other decisions. */
export function faultsOf({ act, content }: Pick<ApplicationDecision, 'act' | 'content'>): Fault[] {
  if (act !== 'return') return [];
  return (JSON.parse(content) as { faults?: Fault[] }).faults ?? [];
}

/** What an entry of the form is called, short. */
export function entryWords(programme: Programme, part: EntryPart | '', key: string): string {
  if (part === '') return '整份申报';
  const found =
    part === 'condition'
      ? programme.conditions.find((one) => one.key === key)
      : pointsOf(programme).find((one) => one.key === key);
  return found?.text ?? key;
}

const plainWords: Readonly<Record<string, string>> = {
  draft: '填写中',
  notice_due: '待公示',
  notice: '公示',
  named: '已命名',
  rectifying: '整改中',
  refused: '不通过',
  withdrawn: '已撤回',
  revoked: '已撤销',
};

/** Where a file is, in the words of offices. */
export function stateWords(programme: Programme, state: string): string {
  const step = stepOf(programme, state as State);
  if (!step) return plainWords[state] ?? state;
  if (state.startsWith('returned:')) return `${step.title}（补正中）`;
  return state.startsWith('suspended:') ? `${step.title}（中止）` : step.title;
}

/** `还有2天`, `今天到期`, `逾期3天`. */
export function dueWords(untilOn: CalendarDate | null, today: CalendarDate): string {
  if (untilOn === null) return '没有期限';
  const days = daysBetween(today, untilOn);
  if (days < 0) return `逾期${-days}天`;
  return days === 0 ? '今天到期' : `还有${days}天`;
}

/** What an applicant said of a point. */
export function answerWords({ score }: Pick<Point, 'score'>, answer: Answer | undefined): string {
  if (answer === undefined) return '没有填';
  if (answer.kind === 'yes_no') return answer.yes ? '做到了' : '没有做到';
  if (answer.kind === 'proportional') return `${answer.part}/${answer.whole}`;
  if (answer.step === null) return '都没有做到';
  return (score.kind === 'steps' && score.steps[answer.step]?.text) || '';
}

/** One column of points: the applicant's own, a step's, or what an office is working on. */
export interface Column {
  title: string;
  scores: Scores;
  reasons: Readonly<Record<string, string>>;
  /** Not decided yet. */
  isWorking: boolean;
}

export interface Comparison {
  columns: Column[];
  /** Points of a column that differ so much from the one before that a reason is asked, by the column's place. */
  flagged: ReadonlySet<string>[];
}

/** The draft as it was last handed in; undefined before that. */
export function handedIn({ file }: Pick<LoadedApplication, 'file'>): Draft | undefined {
  const last = file.decisions.findLast(({ act }) => act === 'submission' || act === 'correction');
  return last && 'draft' in last ? last.draft : undefined;
}

/** 自评、县、市: every column of a file side by side, the working one last. */
export function compareColumns(
  { file, programme }: Pick<LoadedApplication, 'file' | 'programme'>,
  working?: { step: Step; marks: readonly ReviewMark[] },
): Comparison {
  const draft = handedIn({ file });
  const columns: Column[] = [];
  if (draft) {
    columns.push({
      title: '自评',
      scores: selfScores(programme, draft),
      reasons: Object.fromEntries(
        Object.entries(draft.points).map(([key, { reason }]) => [key, reason]),
      ),
      isWorking: false,
    });
  }
  for (const one of file.decisions) {
    if (one.act !== 'approval' || !one.scores) continue;
    const step = stepOf(programme, one.on);
    if (!step || step.scoring === 'none') continue;
    columns.push({
      title: step.title,
      scores: one.scores,
      reasons: one.differences ?? {},
      isWorking: false,
    });
  }
  if (working) {
    columns.push({
      title: `${working.step.title}（打分中）`,
      scores: scoresOf(working.marks),
      reasons: reasonsOf(working.marks),
      isWorking: true,
    });
  }
  const flagged = columns.map(({ scores, isWorking }, at) => {
    const before = columns[at - 1];
    if (!before) return new Set<string>();
    const keys = reasonsNeeded(programme, before.scores, scores);
    return new Set(isWorking ? keys.filter((key) => Object.hasOwn(scores, key)) : keys);
  });
  return { columns, flagged };
}

/** The last save of each point. */
export function latestMarks(marks: readonly ReviewMark[]): Map<string, ReviewMark> {
  const latest = new Map<string, ReviewMark>();
  for (const mark of marks) {
    if ((latest.get(mark.key)?.version ?? 0) < mark.version) latest.set(mark.key, mark);
  }
  return latest;
}

export const scoresOf = (marks: readonly ReviewMark[]): Scores =>
  Object.fromEntries([...latestMarks(marks)].map(([key, { tenths }]) => [key, tenths]));

export const reasonsOf = (marks: readonly ReviewMark[]): Record<string, string> =>
  Object.fromEntries(
    [...latestMarks(marks)].flatMap(([key, { reason }]) => (reason === '' ? [] : [[key, reason]])),
  );

/** Who works on a day on what is somebody's: whoever they named for that day. One step, no chains. */
export function standIn(
  delegations: readonly Pick<
    ReviewDelegation,
    'fromId' | 'toId' | 'fromOn' | 'untilOn' | 'endedAt'
  >[],
  officerId: string,
  today: CalendarDate,
): string {
  return (
    delegations.find(
      (one) =>
        one.fromId === officerId &&
        one.endedAt === null &&
        one.fromOn <= today &&
        today <= one.untilOn,
    )?.toId ?? officerId
  );
}

/** Whose officers are told when a file lies too long at an office; undefined above the province. */
export const officeAbove = (regionCode: RegionCode): RegionCode | undefined => parentOf(regionCode);

/** Regions whose files somebody reviews, from a street to a province. */
export function reviewingRegions({ roles }: Pick<Holder, 'roles'>): RegionCode[] {
  return roles.flatMap(({ role, scopeKind, scopeId }) =>
    role === 'reviewer' && scopeKind === 'region' && /^(\d{6}|\d{9})$/.test(scopeId)
      ? [scopeId]
      : [],
  );
}

/** The titles that somebody under some offices, or above them, can apply for: other provinces' are nothing to them. */
export function programmesOf(
  programmes: readonly Programme[],
  offices: readonly RegionCode[],
): Programme[] {
  return programmes.filter(
    ({ region }) =>
      region === 'all' ||
      offices.some((office) => isWithin(office, region) || isWithin(region, office)),
  );
}

const marked = { code: 'conflict', message: '别人刚刚改过打分，请看过新的再办。' } as const;

/** What the guards of the desk's tables raise, in words for officers. */
export const deskRefusals: Refusals = {
  ...applicationRefusals,
  mark_overtaken: marked,
  'unique:review_marks.application_id,review_marks.step,review_marks.key,review_marks.version': {
    ...marked,
    reason: 'mark_overtaken',
  },
  officer_unfit: {
    code: 'invalid',
    field: 'officerId',
    message: '这个人不在这个机关，或者要回避，不能办这一份',
  },
  'unique:review_assignments.application_id': {
    code: 'conflict',
    reason: 'application_moved_on',
    message: '别人刚刚分办过这一份，请刷新再看。',
  },
};

export const delegationRefusals: Refusals = {
  delegation_not_yours: { code: 'not_found', message: '没有找到这一项。' },
  officer_unfit: { code: 'invalid', field: 'toId', message: '两个人都要在这个机关' },
  delegation_overlaps: {
    code: 'conflict',
    message: '这个人这几天已经委托了别人。请先结束那一条。',
  },
  review_delegations_days: { code: 'invalid', field: 'untilOn', message: '一次最多委托三个月' },
  version_is_final: { code: 'conflict', reason: 'delegation_ended', message: '这一条已经结束了。' },
};

export const officeRefusals: Refusals = {
  succession_not_yours: { code: 'not_found', message: '没有找到这一项。' },
  succession_in_circle: {
    code: 'invalid',
    field: 'successorCode',
    message: '这个机关的职能已经（间接）归到了前一个，会成一圈',
  },
  'unique:office_successions.region_code': {
    code: 'conflict',
    reason: 'succession_there',
    message: '这个机关的职能已经登记过由谁承接，不能再改。',
  },
  round_not_yours: { code: 'not_found', message: '没有找到这个地区。' },
};
