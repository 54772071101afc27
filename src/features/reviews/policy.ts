import type { RegionCode } from '../../lib/regions/codes.ts';
import { calendarDate, formatDate, type CalendarDate } from '../../lib/time.ts';
import {
  courseOf,
  isWork,
  machineOf,
  officeOf,
  officeRegion,
  RECORDS,
  stepDue,
  stepOf,
  type ApplicationFile,
  type Course,
  type Decision,
  type Mover,
  type Need,
  type OfficeLevel,
  type RecordAct,
  type Rules,
  type State,
} from '../applications/policy.ts';
import {
  maySubmit,
  missingIn,
  reasonsNeeded,
  sumScores,
  type Missing,
} from '../assessments/policy.ts';
import { addYears, isPast } from '../deadlines/policy.ts';
import { departmentWords, isSampled, pointsWords } from '../programmes/policy.ts';
import type { Programme, Step } from '../programmes/schema.ts';
import type { Holder } from '../roles/policy.ts';
import type { HeldRole } from '../roles/table.ts';

interface Interval {
  personId: string;
  from: Date;
  /** Null while it lasts. */
  until: Date | null;
}
/** A role while somebody held it. */
export type HeldRight = HeldRole & Interval;
/** Membership of an organisation while it lasted. */
export type Tie = Interval & { organisationId: string };

/** What decides beside the file itself. */
export interface Ground extends Rules {
  rights: readonly HeldRight[];
  ties: readonly Tie[];
}

const holdsAt = ({ from, until }: Interval, at: Date) =>
  from <= at && (until === null || at < until);

/** Whether somebody acts for the applicant at a moment: its members and its officer, of a region its own officers. */
function isApplicant(file: ApplicationFile, ground: Ground, personId: string, at: Date): boolean {
  const { applicant } = file;
  const isMember = ground.ties.some(
    (tie) =>
      tie.personId === personId &&
      applicant.kind === 'organisation' &&
      tie.organisationId === applicant.id &&
      holdsAt(tie, at),
  );
  return (
    isMember ||
    ground.rights.some(
      (right) =>
        right.personId === personId &&
        holdsAt(right, at) &&
        (applicant.kind === 'organisation'
          ? right.role === 'community_officer' && right.scopeId === applicant.id
          : right.role === 'reviewer' && right.scopeId === applicant.regionCode),
    )
  );
}

/**
 * Whoever belongs to the applicant now, or ever acted for it in this file, or stood back, decides nothing; whoever passed
 * it at one level decides nothing at another.
 */
function isRecused(
  file: ApplicationFile,
  ground: Ground,
  by: OfficeLevel,
  personId: string,
  at: Date,
): boolean {
  const ofApplicant: readonly string[] = ['submission', 'correction', 'withdrawal', 'recusal'];
  return (
    isApplicant(file, ground, personId, at) ||
    file.decisions.some(
      ({ authorId, act, on }) =>
        authorId === personId &&
        (ofApplicant.includes(act) ||
          (act === 'approval' && officeAt(ground.programme, on) !== by)),
    )
  );
}

/** Whether somebody has the right to move this file at a moment, for its applicant or for an office. */
export function mayMove(
  file: ApplicationFile,
  ground: Ground,
  by: Mover,
  personId: string,
  at: Date,
): boolean {
  if (by === 'clock') return false;
  if (by === 'applicant') return isApplicant(file, ground, personId, at);
  const region = officeRegion(by, file.applicant.regionCode);
  const isOfficer = ground.rights.some(
    (right) =>
      right.personId === personId &&
      right.role === 'reviewer' &&
      right.scopeKind === 'region' &&
      right.scopeId === region &&
      holdsAt(right, at),
  );
  return isOfficer && !isRecused(file, ground, by, personId, at);
}

/** Everything but the file itself that decides for whoever asks now: their roles, also those for offices taken over. */
export function groundOf(
  {
    programme,
    calendar,
    application,
    memberIds,
    heirs,
  }: Rules & {
    application: { organisationId: string | null };
    memberIds: readonly string[];
    heirs: readonly { regionCode: RegionCode; scopeId: RegionCode }[];
  },
  { id, roles }: Holder,
): Ground {
  const lasting = { personId: id, from: new Date(0), until: null };
  const { organisationId } = application;
  return {
    ...{ programme, calendar },
    rights: roles.flatMap((role) => [
      { ...role, ...lasting },
      ...heirs
        .filter(({ scopeId }) => role.scopeKind === 'region' && role.scopeId === scopeId)
        .map(({ regionCode }) => ({ ...role, scopeId: regionCode, ...lasting })),
    ]),
    ties: organisationId && memberIds.includes(id) ? [{ ...lasting, organisationId }] : [],
  };
}

const SIDES = ['applicant', 'town', 'county', 'city', 'province'] as const;

/** On which side somebody may look at a file: its applicant, or an office over it once it was handed in. */
export function sideOf(
  file: ApplicationFile,
  ground: Ground,
  personId: string,
  now: Date,
): Exclude<Mover, 'clock'> | undefined {
  const isHandedIn = file.decisions.some(({ act }) => act === 'submission');
  return SIDES.find((side) => {
    if (side === 'applicant') return mayMove(file, ground, side, personId, now);
    const region = officeRegion(side, file.applicant.regionCode);
    return (
      isHandedIn &&
      region !== undefined &&
      ground.rights.some(({ role, scopeId }) => role === 'reviewer' && scopeId === region)
    );
  });
}

/** Why a decision cannot be taken. `reason` is for programs; `missing` says what an application lacks. */
export interface Objection {
  reason: 'out_of_order' | 'moved_on' | 'not_now' | 'not_yours' | 'no_reason' | 'lacking';
  message: string;
  missing: readonly Missing[];
}

const objection = (
  reason: Objection['reason'],
  message: string,
  missing: readonly Missing[] = [],
) => ({
  reason,
  message,
  missing,
});
const lacks = (message: string, missing: readonly Missing[] = []) =>
  objection('lacking', message, missing);

/** Departments beside the leading one that have not given their opinion. */
const silent = ({ departments }: Step, { opinions }: Course) =>
  departments.slice(1).filter((one) => !opinions.includes(one));

/** What a need lacks as far as the file itself says; what the decision must bring is looked at by `broughtBy`. */
function lackOf(need: Need, programme: Programme, course: Course, now: Date): string | undefined {
  const step = stepOf(programme, course.state);
  switch (need) {
    case 'draw':
      return course.drawn === null ? '还没有登记抽查结果' : undefined;
    case 'visit': {
      const isSpared = step !== undefined && isSampled(step) && course.drawn !== true;
      return isSpared || course.visited ? undefined : '还没有现场核查记录';
    }
    case 'opinions': {
      const open = step ? silent(step, course) : [];
      const names = open.map((one) => departmentWords[one]).join('、');
      return open.length > 0 ? `${names}部门还没有出意见` : undefined;
    }
    case 'notice_over':
      return course.noticeUntil !== null && isPast(course.noticeUntil, now)
        ? undefined
        : `公示到${formatDate(course.noticeUntil ?? '')}为止，过后才能命名`;
    case 'rectification_over':
      return course.mendUntil !== null && isPast(course.mendUntil, now)
        ? undefined
        : `整改期到${formatDate(course.mendUntil ?? '')}为止，过后才能撤销`;
    case 'complete':
    case 'corrected':
    case 'scores':
    case 'opening':
    case 'document':
      return undefined;
  }
}

/** Offices of steps that cannot be left out, where the applicant's region is not known so exactly. */
function officesMissing({ programme }: Ground, { applicant }: ApplicationFile): Missing[] {
  return programme.steps
    .filter((step) => !step.optional && !officeRegion(officeOf(step), applicant.regionCode))
    .map(({ title }) => ({
      where: 'prerequisite',
      key: '',
      message: `不知道“${title}”归哪里办，请先把单位登记到乡镇（街道）`,
    }));
}

/** Why a column of scores does not pass a step. */
function scoresObjection(
  programme: Programme,
  course: Course,
  { scores = {}, differences }: Extract<Decision, { act: 'approval' }>,
): Objection | undefined {
  const sum = sumScores(programme, scores);
  if (sum.open.length > 0) return lacks(`还有${sum.open.length}项没有打分，或者打了不能打的分。`);
  if (!sum.isEnough) {
    const least = pointsWords(programme.threshold.points);
    return lacks(`合计${pointsWords(sum.tenths)}，不到${least}，不能通过。`);
  }
  const silentOn = reasonsNeeded(programme, course.scores, scores).filter(
    (key) => (differences?.[key] ?? '').trim() === '',
  );
  return silentOn.length > 0
    ? lacks(`有${silentOn.length}项和上一栏差得多，请写明为什么。`)
    : undefined;
}

/** What the decision itself must bring. */
function broughtBy(
  file: ApplicationFile,
  ground: Ground,
  course: Course,
  one: Decision,
): Objection | undefined {
  const { programme } = ground;
  if (one.act === 'submission') {
    const missing = [
      ...officesMissing(ground, file),
      ...maySubmit(programme, one.draft, one.facts, one.at).missing,
    ];
    return missing.length > 0 ? lacks('还不能提交，请先补上缺的内容。', missing) : undefined;
  }
  if (one.act === 'correction') {
    const missing = missingIn(programme, one.draft);
    return missing.length > 0 ? lacks('还不能交回，请先补上缺的内容。', missing) : undefined;
  }
  if (one.act === 'approval') {
    const isScored = (stepOf(programme, course.state)?.scoring ?? 'none') !== 'none';
    return isScored ? scoresObjection(programme, course, one) : undefined;
  }
  if (one.act === 'notice') {
    return one.opensOn < calendarDate(one.at) ? lacks('公示不能从过去的日子算起。') : undefined;
  }
  if (one.act === 'naming') {
    return one.document.trim() === '' ? lacks('请写命名文件的全名和文号。') : undefined;
  }
  return undefined;
}

const isRecord = (act: Decision['act']): act is RecordAct =>
  (RECORDS as readonly string[]).includes(act);

/** The one office that a file is with, paused ones too. */
function officeAt(programme: Programme, state: State): OfficeLevel | undefined {
  const step = stepOf(programme, state);
  if (step) return officeOf(step);
  const by = machineOf(programme).find(
    (row) => row.from === state && row.by !== 'applicant' && row.by !== 'clock',
  )?.by;
  return by === 'applicant' || by === 'clock' ? undefined : by;
}

/** Whether a record belongs to the present step. */
function fits(programme: Programme, course: Course, one: Decision): boolean {
  if (one.act === 'recusal') return true;
  const step = stepOf(programme, course.state);
  if (!step || !isWork(course.state)) return false;
  if (one.act === 'visit') return step.visit !== 'none' && !course.visited;
  if (one.act === 'draw') return isSampled(step) && course.drawn === null;
  return one.act === 'opinion' && silent(step, course).includes(one.department);
}

/** Why a decision cannot be added to a file at its own moment; undefined when it can. */
export function objectionTo(
  file: ApplicationFile,
  ground: Ground,
  one: Decision,
): Objection | undefined {
  const last = file.decisions.at(-1)?.at ?? file.begunAt;
  if (one.at < last) return objection('out_of_order', '这件事已经有更晚的记录，请刷新再看。');
  const { programme } = ground;
  const course = courseOf(ground, file, one.at);
  if (one.on !== course.state) return objection('moved_on', '别人刚刚办过这一份，请刷新再看。');
  const row = machineOf(programme).find(
    ({ from, act, by }) => from === course.state && act === one.act && by !== 'clock',
  );
  const by = isRecord(one.act) ? officeAt(programme, course.state) : row?.by;
  if (by === undefined || (isRecord(one.act) && !fits(programme, course, one))) {
    return objection('not_now', '现在不能办这一步。');
  }
  if (!mayMove(file, ground, by, one.authorId, one.at)) {
    return objection('not_yours', '没有找到这一份。');
  }
  if (by !== 'applicant' && one.reason.trim() === '') return objection('no_reason', '请写理由。');
  const lack = (row?.needs ?? [])
    .map((need) => lackOf(need, programme, course, one.at))
    .find((words) => words !== undefined);
  return lack === undefined ? broughtBy(file, ground, course, one) : lacks(`${lack}。`);
}

/** Something that can be done to a file now, by whom, and what it still lacks before. */
export interface NextStep {
  act: Decision['act'];
  by: Exclude<Mover, 'clock'>;
  /** Where the office is; null for the applicant. */
  region: RegionCode | null;
  missing: readonly string[];
}

/** Everything that can come next, from the file, the programme and the time alone. */
export function nextSteps(file: ApplicationFile, rules: Rules, now: Date): NextStep[] {
  const { programme } = rules;
  const course = courseOf(rules, file, now);
  const region = (by: NextStep['by']) =>
    by === 'applicant' ? null : (officeRegion(by, file.applicant.regionCode) ?? null);
  const moves = machineOf(programme).flatMap(({ from, act, by, needs }): NextStep[] => {
    if (from !== course.state || by === 'clock' || act === 'lapse') return [];
    const missing = needs.flatMap((need) => lackOf(need, programme, course, now) ?? []);
    return [{ act, by, region: region(by), missing }];
  });
  const step = stepOf(programme, course.state);
  if (!step || !isWork(course.state)) return moves;
  const by = officeOf(step);
  const records: RecordAct[] = [];
  if (isSampled(step) && course.drawn === null) records.push('draw');
  if (step.visit !== 'none' && !course.visited) records.push('visit');
  if (silent(step, course).length > 0) records.push('opinion');
  return [...moves, ...records.map((act) => ({ act, by, region: region(by), missing: [] }))];
}

const endWords: Readonly<Partial<Record<State, string>>> = {
  draft: '还在填写',
  notice_due: '等着公示',
  notice: '正在公示',
  named: '已命名',
  rectifying: '复核没有合格，正在整改',
  refused: '没有通过',
  withdrawn: '已撤回',
  revoked: '命名已撤销',
};

/** How a file stands, for whoever waits for it. */
export interface Standing {
  state: State;
  /** In the words of applicants. */
  words: string;
  /** Of the programme's stages; undefined once it is named, refused, withdrawn or revoked. */
  stage: string | undefined;
  /** Whose turn it is; null when it is nobody's. */
  turn: Exclude<Mover, 'clock'> | null;
  region: RegionCode | null;
  since: Date;
  /**
   * The last day: of whoever's turn it is, of the notice, or until the recheck. Undefined where none is set or the
   * clock stands still.
   */
  until: CalendarDate | undefined;
  isPaused: boolean;
  isOverdue: boolean;
}

/** The programme's stage that a phase belongs to. */
function stageOf({ stages }: Programme, state: State, step: Step | undefined): string | undefined {
  const phases: Partial<Record<State, string>> = {
    draft: 'draft',
    notice_due: 'notice',
    notice: 'naming',
  };
  const phase = step?.key ?? phases[state];
  return stages.find(({ covers }) => phase !== undefined && covers.includes(phase))?.title;
}

const pauseWords = { returned: '退回来补正', suspended: '应急响应期间暂停办理' } as const;

/** Whose turn, since when, until when. */
export function standingOf(file: ApplicationFile, rules: Rules, now: Date): Standing {
  const { programme } = rules;
  const course = courseOf(rules, file, now);
  const { state, since, mendUntil, noticeUntil, confirmedOn } = course;
  const step = stepOf(programme, state);
  const paused =
    step && !isWork(state) ? (state.startsWith('returned:') ? 'returned' : 'suspended') : undefined;
  const isNoticed = state === 'notice' && noticeUntil !== null && !isPast(noticeUntil, now);
  const office = officeAt(programme, state);
  const turn = turnOf(state, paused, isNoticed, office);
  const untils: Partial<Record<State, CalendarDate | null>> = {
    notice: isNoticed ? noticeUntil : null,
    named: confirmedOn && addYears(confirmedOn, programme.recheck.years),
    rectifying: mendUntil,
  };
  const until =
    paused === 'returned'
      ? mendUntil
      : paused === undefined && step
        ? stepDue(rules, course)
        : untils[state];
  return {
    state,
    words: paused ? pauseWords[paused] : (step?.waiting ?? endWords[state] ?? ''),
    stage: stageOf(programme, state, step),
    turn,
    region:
      turn === null || turn === 'applicant'
        ? null
        : (officeRegion(turn, file.applicant.regionCode) ?? null),
    since,
    until: until ?? undefined,
    isPaused: paused !== undefined,
    isOverdue: turn !== null && typeof until === 'string' && isPast(until, now),
  };
}

function turnOf(
  state: State,
  paused: keyof typeof pauseWords | undefined,
  isNoticed: boolean,
  office: OfficeLevel | undefined,
): Standing['turn'] {
  if (state === 'draft' || state === 'rectifying' || paused === 'returned') return 'applicant';
  return state === 'named' || isNoticed ? null : (office ?? null);
}
