import type { Refusals } from '../../lib/errors.ts';
import { formatTime, formatTimeAfter } from '../../lib/time.ts';
import {
  evaluate,
  gradeOf,
  type Evaluation,
  type FilledSheet,
  type Grade,
  type Phase,
  type Points,
  type SelfSummary,
} from '../drill-evaluations/policy.ts';
import { classWords, notYours } from '../drill-plans/policy.ts';
import {
  durationWords,
  entryWords,
  measureTimes,
  musterSums,
  sinceStart,
  standing,
  type LogFact,
  type MusterRow,
} from '../drill-runs/policy.ts';
import { endWords, partWords } from '../drills/policy.ts';
import type { DrillScript } from '../drills/schema.ts';
import type { Drill, DrillEnd, DrillPart, DrillRole, DrillVersion } from '../drills/table.ts';
import { linkRefusals } from '../files/policy.ts';
import type { ReportField, ReportWords } from './schema.ts';
import type { DrillFinding, FindingKind } from './table.ts';

export const findingWords: Readonly<Record<FindingKind, string>> = {
  deficiency: '不足项',
  rectification: '整改项',
  improvement: '改进项',
};
export const findingHints: Readonly<Record<FindingKind, string>> = {
  deficiency: '可能让救援做不成、让人受伤',
  rectification: '单独看不要紧，但要改正',
  improvement: '做到了，还可以更好',
};

export const fieldWords: Readonly<Record<ReportField, string>> = {
  aim: '演练目的',
  units: '参演单位和人员',
  outline: '方案概要',
  course: '演练经过',
  lessons: '经验和教训',
  suggestions: '改进建议',
};

/** Everything that a report says, as it stood when it was released. */
export interface ReportContent {
  drillId: string;
  title: string;
  /** `实战·单项·检验性·疏散` */
  kind: string;
  hazard: string;
  organiser: string;
  regionCode: string;
  place: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt: string;
  end: { kind: DrillEnd['kind']; reason: string };
  people: { name: string; part: DrillPart; count: number }[];
  muster: { unit: string; expected: number | null; present: number | null }[];
  musterSums: { present: number; missing: number; units: number; counted: number };
  times: ReportTime[];
  evaluation: {
    sheets: number;
    /** Not handed in: they do not count. */
    openSheets: number;
    total: Points;
    phases: { phase: Phase; points: Points }[];
    grade: Grade | null;
    bands: { excellent: number; good: number; pass: number; regionCode: string };
    items: {
      id: string;
      phase: Phase;
      text: string;
      weight: number;
      yes: number;
      no: number;
      na: number;
    }[];
  };
  self: SelfSummary;
  findings: {
    id: string;
    kind: FindingKind;
    item: string;
    problem: string;
    cause: string;
    suggestion: string;
  }[];
  words: ReportWords;
}

export interface ReportTime {
  name: string;
  from: string;
  to: string;
  /** Null where it was not measured. */
  seconds: number | null;
  targetSeconds: number | null;
  /** Under which conditions a document says so; empty for a target of one's own. */
  targetWords: string;
}

/** What a report is made from. */
export interface ReportData {
  drill: Drill;
  version: DrillVersion;
  script: DrillScript;
  roles: readonly DrillRole[];
  end: DrillEnd;
  organiser: string;
  facts: readonly LogFact[];
  muster: readonly MusterRow[];
  sheets: readonly FilledSheet[];
  openSheets: number;
  bands: ReportContent['evaluation']['bands'];
  self: SelfSummary;
  findings: readonly DrillFinding[];
}

/** A line for each thing that happened, by minutes after the start: what the log says, and nothing else. */
export function courseLines({
  drill: { startedAt },
  script,
  facts,
  end,
}: Pick<ReportData, 'drill' | 'script' | 'facts' | 'end'>): string[] {
  const start = startedAt?.getTime() ?? 0;
  const seen = new Set<string>();
  // Of several taps the one that the measured time goes by, so that both tables say the same.
  const counting = new Map<string, number | undefined>(
    measureTimes(facts, script).flatMap(({ measureId, fromAt, toAt }) => [
      [`measure_from ${measureId}`, fromAt] as const,
      [`measure_to ${measureId}`, toAt] as const,
    ]),
  );
  const told = standing(facts).flatMap((fact) => {
    const { kind, ref, unit, at } = fact;
    if (kind === 'arrived' || kind === 'observation' || kind === 'stop_heard') return [];
    // The first of several who saw or did the same; a head-count is told each time.
    const once = `${kind} ${ref}`;
    if (kind === 'inject_seen' || (kind !== 'muster' && seen.has(once))) return [];
    if (counting.has(once) && counting.get(once) !== at) return [];
    seen.add(once);
    const line = entryWords(fact, script);
    return [`${formatTime(new Date(at))}（${sinceStart(at, start)}）${line}${unit ? '。' : ''}`];
  });
  return [
    `${formatTime(new Date(start))} 演练启动。`,
    ...told.slice(0, COURSE_LINES_MAX),
    ...(told.length > COURSE_LINES_MAX
      ? [`另有${told.length - COURSE_LINES_MAX}条，见日志。`]
      : []),
    `${formatTimeAfter(new Date(start), end.endedAt)} ${endWords[end.kind]}。${end.reason}`,
  ];
}

/** More than that nobody reads in a report; the archive has the whole log. */
const COURSE_LINES_MAX = 80;

/** What the data say for each field before anybody has worded it. */
export function draftWords(data: ReportData): ReportWords {
  const { script, roles, organiser, findings } = data;
  const parts = roles
    .filter(({ taken }) => taken > 0)
    .map(({ name, part, taken }) => `${name}（${partWords[part]}）${taken}人`);
  return {
    aim: script.aims.map(({ text }) => text).join('\n'),
    units: [
      `组织单位：${organiser}。`,
      ...(parts.length > 0 ? [`${parts.join('，')}。`] : []),
    ].join('\n'),
    outline: [
      script.scenario,
      ...script.injects.map(({ minute, text }) => `第${minute}分钟，${text}`),
    ].join('\n'),
    course: courseLines(data).join('\n'),
    lessons: '',
    suggestions: findings
      .map(({ suggestion }) => suggestion)
      .filter((text) => text !== '')
      .join('\n'),
    differences: {},
  };
}

/** Times of all measures beside their targets. */
export function reportTimes({ facts, script }: Pick<ReportData, 'facts' | 'script'>): ReportTime[] {
  return measureTimes(facts, script).map(({ measureId, seconds, targetSeconds }) => {
    const measure = script.measures.find(({ id }) => id === measureId);
    return {
      name: measure?.name ?? measureId,
      from: measure?.from ?? '',
      to: measure?.to ?? '',
      seconds: seconds ?? null,
      targetSeconds,
      targetWords: measure?.targetWords ?? '',
    };
  });
}

/** How measures name the time of an evacuation, what says it best in front. */
const EVACUATION_NAMES = [/疏散/, /撤|转移/, /到达|到高处|下楼|清空/];

/** The time of the evacuation, where one was measured: the measure whose name says it best; its organiser looks it over. */
export function evacuationSeconds(times: readonly ReportTime[]): number | null {
  const measured = times.filter(({ seconds }) => seconds !== null && seconds > 0);
  for (const pattern of EVACUATION_NAMES) {
    const found = measured.find(({ name }) => pattern.test(name));
    if (found) return found.seconds;
  }
  return null;
}

/** The points of a drill, from the sheets that were handed in. */
export function evaluationOf({
  script,
  sheets,
}: Pick<ReportData, 'script' | 'sheets'>): Evaluation {
  return evaluate(script, sheets);
}

export function reportContent(data: ReportData, words: ReportWords): ReportContent {
  const { drill, version, script, end, organiser, muster, openSheets, bands, self } = data;
  const { items, total, phases, sheets } = evaluationOf(data);
  return {
    drillId: drill.id,
    title: version.title,
    kind: classWords({ ...version, blind: drill.blind }),
    hazard: version.hazard,
    organiser,
    regionCode: drill.regionCode,
    place: version.place,
    startedAt: (drill.startedAt ?? drill.startsAt).toISOString(),
    endedAt: end.endedAt.toISOString(),
    end: { kind: end.kind, reason: end.reason },
    people: data.roles
      .filter(({ taken }) => taken > 0)
      .map(({ name, part, taken }) => ({ name, part, count: taken })),
    muster: muster.map(({ unit, expected, present }) => ({ unit, expected, present })),
    musterSums: musterSums(muster),
    times: reportTimes(data),
    evaluation: {
      ...{ sheets, openSheets, total, phases },
      grade: gradeOf(total, bands) ?? null,
      bands,
      items: items.map(({ item: { id, phase, text, weight }, yes, no, na }) => ({
        ...{ id, phase, text, weight, yes, no, na },
      })),
    },
    self,
    findings: data.findings.map(({ id, kind, itemId, problem, cause, suggestion }) => ({
      ...{ id, kind, problem, cause, suggestion },
      item: script.items.find((item) => item.id === itemId)?.text ?? '',
    })),
    words,
  };
}

/** What a report lacks before it can go out, by the fields of its form. */
export function releaseProblems({
  evaluation,
  words,
}: Pick<ReportContent, 'evaluation' | 'words'>): { field: string; message: string }[] {
  const empty = (['aim', 'units', 'course', 'lessons'] as const)
    .filter((field) => words[field] === '')
    .map((field) => ({ field: field as string, message: `请写${fieldWords[field]}` }));
  const unexplained = evaluation.items
    .filter(({ id, yes, no }) => yes > 0 && no > 0 && !words.differences[id])
    .map(({ id, text }) => ({
      field: `difference-${id}`,
      message: `评估人意见不同，请写原因：${text}`,
    }));
  return [...empty, ...unexplained];
}

/** Whether a drill was broken off, for whatever reason. */
export const isCutShort = ({ kind }: Pick<DrillEnd, 'kind'>): boolean => kind !== 'finished';

/**
 * What a drill brings to the form of its record, by the fields' names. Whether people got out is for its organiser to say
 * where it was stopped before anybody had measured that: it counts towards what is owed.
 */
export function recordStartOf(
  {
    drill,
    version,
    roles,
    findings,
    end,
  }: Pick<ReportData, 'drill' | 'version' | 'roles' | 'findings' | 'end'>,
  muster: readonly MusterRow[],
  times: readonly ReportTime[],
  at: { date: string; time: string },
): Record<string, string> {
  const { present, missing } = musterSums(muster);
  const players = roles
    .filter(({ part }) => part === 'player')
    .reduce((sum, { taken }) => sum + taken, 0);
  const [expected, arrived] = present > 0 ? [present + missing, present] : [players, players];
  const seconds = version.evacuation ? evacuationSeconds(times) : null;
  const joined = (texts: readonly string[], max: number) =>
    Array.from(texts.filter((text) => text !== '').join('；'))
      .slice(0, max)
      .join('');
  return {
    planItemId: drill.planItemId ?? '',
    ...{ hazard: version.hazard, form: version.form },
    ...{ content: version.content, purpose: version.purpose },
    evacuation: !version.evacuation ? 'no' : isCutShort(end) && seconds === null ? '' : 'yes',
    ...at,
    expected: expected > 0 ? String(expected) : '',
    arrived: expected > 0 ? String(arrived) : '',
    duration: seconds === null ? '' : durationWords(seconds),
    wentWrong: joined(
      findings.map(({ problem }) => problem),
      1000,
    ),
    improvement: joined(
      findings.map(({ suggestion }) => suggestion),
      400,
    ),
  };
}

export const findingRefusals: Refusals = {
  drill_not_yours: notYours,
  drill_not_begun: { code: 'conflict', message: '演练还没有开始。' },
  report_released: {
    code: 'conflict',
    message: '总结报告已经发布。请组织者写明原因再改，发一版更正。',
  },
  removal_has_reason: { code: 'invalid', field: 'reason', message: '报告已经发布，请写为什么改' },
  finding_has_item: {
    code: 'conflict',
    message: '这一条已经在整改了。先取消那项整改，再改这一条。',
  },
  findings_used_up: { code: 'conflict', message: '一次演练最多写60条问题。' },
  'unique:drill_finding_removals.finding_id': {
    ...{ code: 'conflict', reason: 'finding_gone' },
    message: '这一条刚刚有人改过或拿掉了。请看看现在的内容。',
  },
};

export const reportRefusals: Refusals = {
  drill_not_yours: notYours,
  drill_not_over: { code: 'conflict', message: '演练还没有结束。结束以后再写报告。' },
  report_overtaken: {
    code: 'conflict',
    message: '刚刚有人改过报告。请看看现在的内容，再改一次。',
  },
  correction_has_reason: { code: 'invalid', field: 'reason', message: '请写为什么更正' },
  'unique:drill_report_versions.drill_id,drill_report_versions.version': {
    ...{ code: 'conflict', reason: 'report_overtaken' },
    message: '刚刚有人改过报告。请看看现在的内容，再改一次。',
  },
  'unique:drill_report_releases.drill_id,drill_report_releases.edition': {
    ...{ code: 'conflict', reason: 'report_overtaken' },
    message: '刚刚有人发布过了。请看看现在的内容。',
  },
};

export const recordLinkRefusals: Refusals = {
  drill_not_over: { code: 'conflict', message: '演练还没有结束。结束以后再记。' },
  record_of_another: notYours,
  'unique:drill_record_links.drill_id': {
    ...{ code: 'conflict', reason: 'already_recorded' },
    message: '这次演练已经记过了，不能再记一次。',
  },
  'unique:drill_record_links.record_id': {
    ...{ code: 'conflict', reason: 'already_recorded' },
    message: '计划里这一项的记录，已经属于另一次演练。',
  },
};

export const photoRefusals: Refusals = {
  ...linkRefusals,
  drill_not_yours: notYours,
  drill_not_begun: { code: 'conflict', message: '演练还没有开始。' },
};
