import type { Refusal, Refusals } from '../../lib/errors.ts';
import { ancestorsOf, isWithin, levelOf, type RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';
import { selfScores, type ApplicantFacts, type Draft, type Scores } from '../assessments/policy.ts';
import type { WorkCalendar } from '../calendar/policy.ts';
import { afterDay, isPast, lastDayOf, noticeEnd, type Pause } from '../deadlines/policy.ts';
import { isSampled } from '../programmes/policy.ts';
import type { Department, Programme, Step } from '../programmes/schema.ts';

export type OfficeLevel = 'town' | 'county' | 'city' | 'province';
/** Who moves a file: its applicant, one office, or nobody: time itself. */
export type Mover = 'applicant' | OfficeLevel | 'clock';

/** Where a file is. Each step of a programme has three states of its own. */
export type State =
  | 'draft'
  | `step:${string}`
  | `returned:${string}`
  | `suspended:${string}`
  | 'notice_due'
  | 'notice'
  | 'named'
  | 'rectifying'
  | 'refused'
  | 'withdrawn'
  | 'revoked';

/** What moves a file from state to state. */
export const actWords = {
  submission: '提交申报',
  approval: '通过',
  refusal: '不通过',
  return: '退回补正',
  correction: '补正',
  suspension: '中止',
  resumption: '恢复办理',
  lapse: '到期',
  notice: '公示',
  naming: '命名',
  withdrawal: '撤回申报',
  recheck: '复核合格',
  rectification: '限期整改',
  revocation: '撤销命名',
} as const;
export type Act = keyof typeof actWords;

/** What must be there before an act, besides the right to do it. */
export type Need =
  | 'complete'
  | 'corrected'
  | 'visit'
  | 'draw'
  | 'opinions'
  | 'scores'
  | 'opening'
  | 'notice_over'
  | 'document'
  | 'rectification_over';

export interface Transition {
  from: State;
  act: Act;
  to: State;
  by: Mover;
  needs: readonly Need[];
}

/** Where a file has come to its end: another can be begun for its title. The index that allows one says the same. */
export const ENDED: readonly State[] = ['named', 'refused', 'withdrawn', 'revoked'];

/** Where an application lies for those who write it. */
export const applicationPath = (id: string): string => `/me/applications/${id}`;
/** Where an office works on it. */
export const reviewPath = (id: string): string => `/staff/applications/${id}`;
/** Where anybody follows it by its code. */
export const trackingPath = (code: string): string => `/track/${code}`;

/** Why an applicant cannot begin a programme's application; undefined when they can. */
export function beginObjection(
  { region, unit }: Pick<Programme, 'region' | 'unit'>,
  { organisationId, regionCode }: { organisationId: string | null; regionCode: RegionCode },
): string | undefined {
  if (region !== 'all' && !isWithin(regionCode, region)) return '这个称号不在你们这里申报';
  const own = organisationId === null ? levelOf(regionCode) : 'community';
  return own === unit ? undefined : '这个称号由别的一级单位申报';
}

const movedOn: Refusal = {
  code: 'conflict',
  reason: 'application_moved_on',
  message: '别人刚刚办过这一份，请刷新再看。',
};
const overtaken: Refusal = {
  code: 'conflict',
  reason: 'entry_overtaken',
  message: '别人刚刚改过这一项。',
};
const openAlready: Refusal = {
  code: 'conflict',
  reason: 'application_open',
  message: '这个称号已经有一份申报在办，请接着那一份填。',
};

/** What the guards of the tables raise, in words for whoever acts. */
export const applicationRefusals: Refusals = {
  application_not_yours: { code: 'not_found', message: '没有找到这一份申报。' },
  application_moved_on: movedOn,
  'unique:application_decisions.application_id,application_decisions.position': movedOn,
  application_not_open: {
    code: 'conflict',
    message: '这一份现在不能改：已经交上去了，或者补正的期限过了。',
  },
  entry_overtaken: overtaken,
  'unique:application_entries.application_id,application_entries.part,application_entries.key,application_entries.version':
    overtaken,
  evidence_used_up: { code: 'conflict', message: '一份申报最多放400件材料。请先删去用不着的。' },
  'unique:application_evidence.application_id,application_evidence.part,application_evidence.key,application_evidence.kind,application_evidence.figure,application_evidence.digest':
    {
      code: 'conflict',
      reason: 'evidence_there',
      message: '这一项已经有这份材料了。',
    },
  below_threshold: { code: 'invalid', message: '合计没有到门槛，不能办这一步。' },
  notice_too_short: { code: 'invalid', message: '公示的日子不对，请重新填。' },
  notice_not_over: { code: 'conflict', message: '公示还没有结束，不能命名。' },
  round_closed: { code: 'conflict', message: '现在不在申报的时间里，没有交上去。填的内容都还在。' },
  round_not_yours: { code: 'not_found', message: '没有找到这个地区。' },
  'unique:applications.programme,applications.organisation_id': openAlready,
  'unique:applications.programme,applications.region_code': openAlready,
};

/** The office on this site that moves a file at a step, notice, naming or recheck. */
export const officeOf = ({
  level,
  recordedBy,
}: Pick<Step, 'level' | 'recordedBy'>): OfficeLevel => {
  const office = recordedBy ?? level;
  // `checkProgramme` lets no national office stand without who enters its decisions.
  if (office === 'national') throw new Error('A national office needs recordedBy.');
  return office;
};

type Row = [from: State, act: Act, to: State, by: Mover, needs?: readonly Need[]];

function stepRows(step: Step, next: State): Row[] {
  const by = officeOf(step);
  const here: State = `step:${step.key}`;
  const returned: State = `returned:${step.key}`;
  const suspended: State = `suspended:${step.key}`;
  const needs: Need[] = [];
  if (isSampled(step)) needs.push('draw');
  if (step.visit !== 'none') needs.push('visit');
  if (step.departments.length > 1) needs.push('opinions');
  if (step.scoring !== 'none') needs.push('scores');
  const rows: Row[] = [
    [here, 'approval', next, by, needs],
    // Who only recommends ends nothing: the opinion is kept and the file goes on.
    [here, 'refusal', step.optional ? next : 'refused', by],
    [here, 'withdrawal', 'withdrawn', 'applicant'],
  ];
  if (step.optional) rows.push([here, 'lapse', next, 'clock']);
  if (step.pausedBy.includes('correction')) {
    rows.push(
      [here, 'return', returned, by],
      [returned, 'correction', here, 'applicant', ['corrected']],
      [returned, 'lapse', here, 'clock'],
      [returned, 'withdrawal', 'withdrawn', 'applicant'],
    );
  }
  if (step.pausedBy.includes('emergency')) {
    rows.push(
      [here, 'suspension', suspended, by],
      [suspended, 'resumption', here, by],
      [suspended, 'withdrawal', 'withdrawn', 'applicant'],
    );
  }
  return rows;
}

/** The whole machine of a programme as rows. From one state never two offices move a file. */
export function machineOf({ steps, notice, naming, recheck }: Programme): Transition[] {
  const stateOf = (at: number): State => (steps[at] ? `step:${steps[at].key}` : 'notice_due');
  const [noticing, names, rechecks] = [officeOf(notice), officeOf(naming), officeOf(recheck)];
  const rows: Row[] = [
    ['draft', 'submission', stateOf(0), 'applicant', ['complete']],
    ['draft', 'withdrawal', 'withdrawn', 'applicant'],
    ['notice_due', 'notice', 'notice', noticing, ['opening']],
    ['notice_due', 'withdrawal', 'withdrawn', 'applicant'],
    ['notice', 'naming', 'named', names, ['notice_over', 'document']],
    ['notice', 'refusal', 'refused', names],
    ['notice', 'withdrawal', 'withdrawn', 'applicant'],
    ['named', 'recheck', 'named', rechecks],
    ['named', 'rectification', 'rectifying', rechecks],
    // What was obtained by deceit is not mended first.
    ['named', 'revocation', 'revoked', rechecks],
    ['rectifying', 'recheck', 'named', rechecks],
    ['rectifying', 'revocation', 'revoked', rechecks, ['rectification_over']],
  ];
  return [...rows, ...steps.flatMap((step, at) => stepRows(step, stateOf(at + 1)))].map(
    ([from, act, to, by, needs = []]) => ({ from, act, to, by, needs }),
  );
}

/** What moves nothing and is kept: what a decision needs before, or that somebody stood back. */
export const RECORDS = ['visit', 'draw', 'opinion', 'recusal'] as const;
export type RecordAct = (typeof RECORDS)[number];

/** Where records can be made, as rows from a state to itself. */
export function recordsOf(programme: Programme): (Omit<Transition, 'act'> & { act: RecordAct })[] {
  const rows = (state: State, by: OfficeLevel, acts: readonly RecordAct[]) =>
    acts.map((act) => ({ from: state, act, to: state, by, needs: [] }));
  const { steps, notice, naming, recheck } = programme;
  return [
    ...steps.flatMap((step) => {
      const by = officeOf(step);
      const acts: RecordAct[] = ['recusal'];
      if (isSampled(step)) acts.push('draw');
      if (step.visit !== 'none') acts.push('visit');
      if (step.departments.length > 1) acts.push('opinion');
      return [
        ...rows(`step:${step.key}`, by, acts),
        ...rows(`returned:${step.key}`, by, ['recusal']),
        ...rows(`suspended:${step.key}`, by, ['recusal']),
      ];
    }),
    ...rows('notice_due', officeOf(notice), ['recusal']),
    ...rows('notice', officeOf(naming), ['recusal']),
    ...rows('named', officeOf(recheck), ['recusal']),
    ...rows('rectifying', officeOf(recheck), ['recusal']),
  ];
}

/** Every decision has an author, a moment and a reason, and names the state that its author saw. */
interface Signed {
  authorId: string;
  at: Date;
  on: State;
  /** Required of offices. */
  reason: string;
}

export type Decision = Signed &
  (
    | { act: 'submission'; draft: Draft; facts: ApplicantFacts }
    | { act: 'correction'; draft: Draft }
    /** `scores` and why they differ from the column before, on steps that score. */
    | { act: 'approval'; scores?: Scores; differences?: Readonly<Record<string, string>> }
    | { act: 'notice'; opensOn: CalendarDate }
    /** `document`: title and number of what names it. */
    | { act: 'naming'; document: string }
    | {
        act: Exclude<Act, 'submission' | 'correction' | 'approval' | 'notice' | 'naming' | 'lapse'>;
      }
    // Records that move nothing and that a decision needs.
    | { act: 'visit' }
    | { act: 'draw'; drawn: boolean }
    | { act: 'opinion'; department: Department }
    /** Its author decides nothing of this file from then on. */
    | { act: 'recusal' }
  );

export interface ApplicationFile {
  applicant:
    | { kind: 'organisation'; id: string; regionCode: RegionCode }
    /** A town or county that applies for itself, through its own officers. */
    | { kind: 'region'; regionCode: RegionCode };
  begunAt: Date;
  /** As they were taken, the oldest first; each allowed by `refusalOf` at its time. */
  decisions: readonly Decision[];
}

/** Where a file is, with what its present step has so far. */
export interface Course {
  state: State;
  since: Date;
  /** When the clock of the present step began. */
  stepSince: Date;
  pauses: Pause[];
  /** Last day to mend a returned file, or to put right what a recheck found. */
  mendUntil: CalendarDate | null;
  visited: boolean;
  drawn: boolean | null;
  opinions: Department[];
  /** The last column of scores: the applicant's own, then each scoring step's. */
  scores: Scores;
  noticeUntil: CalendarDate | null;
  /** Naming, or the last recheck. */
  confirmedOn: CalendarDate | null;
}

/** The key of the step that a state is of. */
export const keyOf = (state: string): string | undefined =>
  /^(?:step|returned|suspended):(.+)$/.exec(state)?.[1];
/** At a step whose clock runs. */
export const isWork = (state: State) => state.startsWith('step:');

/** The step that a file is at, returned and suspended ones too. */
export function stepOf({ steps }: Programme, state: State): Step | undefined {
  const key = keyOf(state);
  return steps.find((one) => one.key === key);
}

/** The region whose office decides; undefined where the applicant's region is not known so exactly. */
export function officeRegion(level: OfficeLevel, regionCode: RegionCode): RegionCode | undefined {
  return [...ancestorsOf(regionCode), regionCode].find((code) => levelOf(code) === level);
}

/** What belongs to one step alone. */
const fresh: Pick<Course, 'pauses' | 'visited' | 'drawn' | 'opinions' | 'mendUntil'> = {
  pauses: [],
  visited: false,
  drawn: null,
  opinions: [],
  mendUntil: null,
};

/** Into another state. A new step begins with an empty clock; one that was paused goes on with its own. */
function enter(course: Course, to: State, at: Date): Course {
  const isSameStep = keyOf(to) !== undefined && keyOf(to) === keyOf(course.state);
  if (!isSameStep) return { ...course, ...fresh, state: to, since: at, stepSince: at };
  const pauses = isWork(to)
    ? course.pauses.map((pause) => ({ ...pause, until: pause.until ?? at }))
    : [...course.pauses, { from: at, until: null }];
  return { ...course, state: to, since: at, pauses, mendUntil: null };
}

/** What a file's course depends on beside its decisions. */
export interface Rules {
  programme: Programme;
  calendar: WorkCalendar;
}

/** Last day of the present step; undefined while it is paused, or where there is none. */
export function stepDue(
  { programme, calendar }: Rules,
  course: Pick<Course, 'state' | 'stepSince' | 'pauses'>,
): CalendarDate | undefined {
  const step = stepOf(programme, course.state);
  return step && lastDayOf(course.stepSince, step.days, course.pauses, calendar);
}

/** The lapse that is due by now, if any: a correction that did not come, a recommendation that was not given. */
function lapseOf(rules: Rules, regionCode: RegionCode, course: Course, now: Date) {
  const lapse = machineOf(rules.programme).find(
    ({ from, act }) => from === course.state && act === 'lapse',
  );
  if (!lapse) return undefined;
  const step = stepOf(rules.programme, course.state);
  if (isWork(course.state) && step && !officeRegion(officeOf(step), regionCode)) {
    return { to: lapse.to, at: course.since };
  }
  const last = isWork(course.state) ? stepDue(rules, course) : course.mendUntil;
  if (!last || !isPast(last, now)) return undefined;
  // The pause ends within its last day, so that the next day is the first of the office again.
  const at = isWork(course.state) ? afterDay(last) : new Date(afterDay(last).getTime() - 1);
  return { to: lapse.to, at };
}

/** Lets time pass. */
function advance(rules: Rules, regionCode: RegionCode, course: Course, now: Date): Course {
  const lapse = lapseOf(rules, regionCode, course, now);
  return lapse ? advance(rules, regionCode, enter(course, lapse.to, lapse.at), now) : course;
}

/**
 * Lets time pass until the state that a decision was taken on. The calendar of rest days may have been changed since: what
 * its author saw then holds.
 */
function reach(
  rules: Rules,
  regionCode: RegionCode,
  course: Course,
  seen: Pick<Decision, 'on' | 'at'>,
): Course {
  const { on, at } = seen;
  if (course.state === on) return course;
  const row = machineOf(rules.programme).find(
    ({ from, act }) => from === course.state && act === 'lapse',
  );
  if (!row) return course;
  const lapse = lapseOf(rules, regionCode, course, at) ?? { to: row.to, at };
  return reach(rules, regionCode, enter(course, lapse.to, lapse.at), seen);
}

function take({ programme, calendar }: Rules, course: Course, one: Decision): Course {
  if (one.act === 'visit') return { ...course, visited: true };
  if (one.act === 'draw') return { ...course, drawn: one.drawn };
  if (one.act === 'opinion') return { ...course, opinions: [...course.opinions, one.department] };
  if (one.act === 'recusal') return course;
  const row = machineOf(programme).find(
    ({ from, act }) => from === course.state && act === one.act,
  );
  if (!row) throw new Error(`A file that is ${course.state} takes no ${one.act}.`);
  const entered = enter(course, row.to, one.at);
  const mendIn = (days: Programme['correction']) => lastDayOf(one.at, days, [], calendar) ?? null;
  if (one.act === 'submission' || one.act === 'correction') {
    return { ...entered, scores: selfScores(programme, one.draft) };
  }
  if (one.act === 'approval') return { ...entered, scores: one.scores ?? course.scores };
  if (one.act === 'return') return { ...entered, mendUntil: mendIn(programme.correction) };
  if (one.act === 'rectification') {
    return { ...entered, mendUntil: mendIn(programme.recheck.rectification) };
  }
  if (one.act === 'notice') {
    return { ...entered, noticeUntil: noticeEnd(one.opensOn, programme.notice.days.count) };
  }
  const isConfirmed = one.act === 'naming' || one.act === 'recheck';
  return isConfirmed ? { ...entered, confirmedOn: calendarDate(one.at) } : entered;
}

/** Where a file is at a moment, from its decisions alone. */
export function courseOf(
  rules: Rules,
  { applicant, begunAt, decisions }: ApplicationFile,
  now: Date,
): Course {
  const begun: Course = {
    ...fresh,
    state: 'draft',
    since: begunAt,
    stepSince: begunAt,
    scores: {},
    noticeUntil: null,
    confirmedOn: null,
  };
  const { regionCode } = applicant;
  const course = decisions.reduce(
    (at, one) => take(rules, reach(rules, regionCode, at, one), one),
    begun,
  );
  return advance(rules, regionCode, course, now);
}
