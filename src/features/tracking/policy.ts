import type { Refusal } from '../../lib/errors.ts';
import { calendarDate, formatDate, type CalendarDate } from '../../lib/time.ts';
import {
  courseOf,
  isWork,
  machineOf,
  officeOf,
  stepOf,
  type ApplicationFile,
  type Decision,
  type Rules,
  type State,
} from '../applications/policy.ts';
import type { LoadedApplication } from '../applications/queries.ts';
import type { ApplicationDecision } from '../applications/table.ts';
import { isPast } from '../deadlines/policy.ts';
import { phasesOf } from '../programmes/policy.ts';
import type { Programme } from '../programmes/schema.ts';
import { entryWords, faultsOf, faultWords } from '../review-desk/policy.ts';
import { standingOf } from '../reviews/policy.ts';

/** The same for a code that there is not and for what is no code. */
export const codeUnknown = {
  code: 'not_found',
  reason: 'application_unknown',
  message: '没有这个查询码。请对照申报回执再填一次。',
} as const satisfies Refusal;

/** Offices as people call them. */
export const officeWords = {
  applicant: '申报单位',
  town: '街道（乡镇）',
  county: '县（市、区）',
  city: '市',
  province: '省',
} as const;

/** Something that was done to a file, without who did it and in whose words. */
export interface TrackEvent {
  on: CalendarDate;
  title: string;
  /** What has to be mended, by the programme's own words; never what an officer wrote. */
  faults: string[];
}

/** A stage as applicants know the way. */
export interface TrackStage {
  title: string;
  state: 'done' | 'now' | 'next';
  /** When it was over. */
  doneOn: CalendarDate | null;
  /** What lies in it, in the words of those who wait. */
  waits: string[];
}

/** All that anybody may know of an application who has its code. */
export interface Track {
  name: string;
  programme: string;
  /** No document knows of this title. */
  isExample: boolean;
  state: State;
  /** Where it stands, in a few words. */
  words: string;
  stages: TrackStage[];
  /** Whose turn it is, in words; null when nobody has to do anything. */
  turn: string | null;
  since: CalendarDate;
  until: CalendarDate | null;
  isPaused: boolean;
  isOverdue: boolean;
  /** What comes next, in a sentence; null at an end. */
  next: string | null;
  events: TrackEvent[];
}

const ENDS: readonly State[] = ['refused', 'withdrawn', 'revoked'];

/** The phase of a state, as `phasesOf` names them; undefined for ends. */
function phaseOf(state: State, isNoticeOver: boolean): string | undefined {
  if (state === 'draft') return 'draft';
  if (state === 'notice_due') return 'notice';
  if (state === 'notice') return isNoticeOver ? 'naming' : 'notice';
  return /^(?:step|returned|suspended):(.+)$/.exec(state)?.[1];
}

interface Reached {
  phase: string | undefined;
  /** When the file came into it. */
  at: Date;
}

/** Through which phases a file has come, and when it entered each. */
function phasesReached(file: ApplicationFile, rules: Rules, now: Date): Reached[] {
  const moments = [...file.decisions.slice(1).map(({ at }) => at), now];
  const courses = file.decisions.map((_, index) =>
    courseOf(
      rules,
      { ...file, decisions: file.decisions.slice(0, index + 1) },
      moments[index] ?? now,
    ),
  );
  return courses.map(({ state, stepSince, since, noticeUntil }) => ({
    phase: phaseOf(state, noticeUntil !== null && isPast(noticeUntil, now)),
    at: stepOf(rules.programme, state) ? stepSince : since,
  }));
}

function stagesOf(
  file: ApplicationFile,
  rules: Rules,
  { state, isNoticeOver }: { state: State; isNoticeOver: boolean },
  now: Date,
): TrackStage[] {
  const { programme } = rules;
  const phases = phasesOf(programme);
  const reached = phasesReached(file, rules, now);
  const isNamed = state === 'named' || state === 'rectifying' || state === 'revoked';
  const here = phaseOf(state, isNoticeOver);
  /** How far it has come: of a file that has ended, where it was before. */
  const at = isNamed
    ? phases.length
    : here !== undefined
      ? phases.indexOf(here)
      : Math.max(0, ...reached.map(({ phase = 'draft' }) => phases.indexOf(phase)));
  /** A phase is over when the file was first seen beyond it. */
  const overOn = (last: number): CalendarDate | null => {
    const beyond = reached.find(({ phase }) =>
      phase === undefined ? isNamed : phases.indexOf(phase) > last,
    );
    return beyond ? calendarDate(beyond.at) : null;
  };
  return programme.stages.map(({ title, covers }) => {
    const last = Math.max(...covers.map((phase) => phases.indexOf(phase)));
    const first = Math.min(...covers.map((phase) => phases.indexOf(phase)));
    const isEnded = ENDS.includes(state) && !isNamed;
    const standing = at > last ? 'done' : at >= first && !isEnded ? 'now' : 'next';
    return {
      title,
      state: standing,
      doneOn: standing === 'done' ? overOn(last) : null,
      waits: programme.steps.flatMap(({ key, waiting }) => (covers.includes(key) ? [waiting] : [])),
    };
  });
}

/** Where a returned file is to be mended, and the class of fault. Free words of officers may name somebody. */
function mendingOf(programme: Programme, row: ApplicationDecision): string[] {
  return faultsOf(row).map(
    ({ part, key, kind }) => `${entryWords(programme, part, key)}：${faultWords[kind]}`,
  );
}

/** What applicants call an act; records that concern offices alone are left out. */
function eventWords(rules: Rules, one: Decision): string | undefined {
  const { programme } = rules;
  const step = stepOf(programme, one.on);
  const office = step ? officeWords[officeOf(step)] : '';
  switch (one.act) {
    case 'submission':
      return '交上去了';
    case 'correction':
      return '补正的材料交回去了';
    case 'withdrawal':
      return '申报单位撤回了';
    case 'approval':
      return step?.optional ? `${office}推荐了` : `${step?.title ?? ''}通过了`;
    case 'refusal':
      if (step?.optional) return `${office}没有推荐，申报照常往下走`;
      return step ? `${step.title}没有通过` : '公示以后没有命名';
    case 'return':
      return `${office}退回来补正`;
    case 'suspension':
      return '应急响应期间，暂停办理';
    case 'resumption':
      return '接着办';
    case 'visit':
      return `${office}来现场看过了`;
    case 'draw':
      return one.drawn ? `${office}抽查，抽到了：会来现场看` : `${office}抽查，没有抽到`;
    case 'notice':
      return `开始公示，从${formatDate(one.opensOn)}起`;
    case 'naming':
      return '命名了';
    case 'recheck':
      return '复核合格';
    case 'rectification':
      return '复核没有合格，限期整改';
    case 'revocation':
      return '命名撤销了';
    case 'opinion':
    case 'recusal':
      return undefined;
  }
}

/** What comes after the present state when all goes well, in a sentence. */
function nextWords({ programme }: Rules, state: State): string | null {
  if (state === 'named') return '到期以前会来复核。';
  if (state === 'rectifying') return '整改完再复核一次：合格就保留命名，不合格撤销。';
  if (ENDS.includes(state)) return null;
  if (state === 'notice') return '公示结束，没有查实的异议，就发文命名。';
  if (state === 'notice_due') return `公示${programme.notice.days.count}天。`;
  if (state === 'draft') return '填完、够门槛，就可以提交。';
  const step = stepOf(programme, state);
  if (state.startsWith('returned:')) return `补正交回以后，${step?.waiting ?? '接着审'}。`;
  if (state.startsWith('suspended:')) return `应急响应结束以后，${step?.waiting ?? '接着审'}。`;
  const to = machineOf(programme).find(({ from, act }) => from === state && act === 'approval')?.to;
  const after = to && stepOf(programme, to);
  if (after) return `这一步过了，${after.waiting}。`;
  return `这一步过了，公示${programme.notice.days.count}天。`;
}

/** An application as whoever has its code may see it. No name of a person, nobody's own words. */
export function trackOf(
  { application, file, programme, calendar, rows }: LoadedApplication,
  now: Date,
): Track {
  const rules = { programme, calendar };
  const standing = standingOf(file, rules, now);
  const { state, turn, until, since } = standing;
  const { noticeUntil } = courseOf(rules, file, now);
  const isNoticeOver = noticeUntil !== null && isPast(noticeUntil, now);
  const events = file.decisions.flatMap((one, index): TrackEvent[] => {
    const title = eventWords(rules, one);
    const row = rows[index];
    const faults = row ? mendingOf(programme, row) : [];
    return title === undefined ? [] : [{ on: calendarDate(one.at), title, faults }];
  });
  return {
    name: application.name,
    programme: programme.title.text,
    isExample: programme.title.ours === true,
    state,
    words:
      isWork(state) || state !== 'notice' || !isNoticeOver ? standing.words : '公示完了，等命名',
    stages: stagesOf(file, rules, { state, isNoticeOver }, now),
    turn: turn === null ? null : officeWords[turn],
    since: calendarDate(since),
    until: until ?? null,
    isPaused: standing.isPaused,
    isOverdue: standing.isOverdue,
    next: nextWords(rules, state),
    events: events.toReversed(),
  };
}
