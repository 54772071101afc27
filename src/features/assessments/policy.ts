import { calendarDate, formatDate, type CalendarDate } from '../../lib/time.ts';
import { pointsOf, pointsWords } from '../programmes/policy.ts';
import type {
  Evidence,
  EvidenceKind,
  Point,
  ProfileFigure,
  Programme,
} from '../programmes/schema.ts';

/** What an applicant says of a point. `step` is the index of a step, null for none of them. */
export type Answer =
  | { kind: 'yes_no'; yes: boolean }
  | { kind: 'steps'; step: number | null }
  | { kind: 'proportional'; part: number; whole: number };

/**
 * Tenths that an answer gives. Parts of a tenth are dropped, 本平台约定: nobody reaches a threshold by rounding.
 * @returns undefined for an answer that does not fit the point.
 */
export function answerTenths({ score }: Pick<Point, 'score'>, answer: Answer): number | undefined {
  if (score.kind === 'yes_no' && answer.kind === 'yes_no') return answer.yes ? score.max : 0;
  if (score.kind === 'steps' && answer.kind === 'steps') {
    return answer.step === null ? 0 : score.steps[answer.step]?.points;
  }
  if (score.kind === 'proportional' && answer.kind === 'proportional') {
    const { part, whole } = answer;
    const fits = Number.isSafeInteger(part) && Number.isSafeInteger(whole);
    if (!fits || part < 0 || whole < 1 || part > whole) return undefined;
    return Number((BigInt(score.max) * BigInt(part)) / BigInt(whole));
  }
  return undefined;
}

/** Whether a reviewer can give so many tenths for a point. */
export function canScore({ score }: Pick<Point, 'score'>, tenths: number): boolean {
  if (!Number.isInteger(tenths)) return false;
  switch (score.kind) {
    case 'yes_no':
      return tenths === 0 || tenths === score.max;
    case 'steps':
      return tenths === 0 || score.steps.some(({ points }) => points === tenths);
    case 'proportional':
      return tenths >= 0 && tenths <= score.max;
  }
}

/** Tenths by the key of the point. */
export type Scores = Readonly<Record<string, number>>;

export interface Sum {
  tenths: number;
  max: number;
  groups: { key: string; title: string; tenths: number; max: number }[];
  /** Keys of points that have no score, or one that cannot be given; they count as 0. */
  open: string[];
  isEnough: boolean;
}

/** Adds up a column of scores: whole tenths, nothing rounded. */
export function sumScores(programme: Programme, scores: Scores): Sum {
  const given = (point: Point) => {
    const tenths = Object.hasOwn(scores, point.key) ? scores[point.key] : undefined;
    return tenths !== undefined && canScore(point, tenths) ? tenths : undefined;
  };
  const groups = programme.groups.map((group) => ({
    key: group.key,
    title: group.title,
    max: group.max.points,
    tenths: pointsOf({ groups: [group] }).reduce((sum, one) => sum + (given(one) ?? 0), 0),
  }));
  const tenths = groups.reduce((sum, group) => sum + group.tenths, 0);
  const open = pointsOf(programme)
    .filter((point) => given(point) === undefined)
    .map(({ key }) => key);
  return {
    tenths,
    max: groups.reduce((sum, { max }) => sum + max, 0),
    groups,
    open,
    isEnough: open.length === 0 && tenths >= programme.threshold.points,
  };
}

/** Points that a later column changes by more than may stay without a reason. */
export function reasonsNeeded(programme: Programme, before: Scores, after: Scores): string[] {
  return pointsOf(programme)
    .map(({ key }) => key)
    .filter(
      (key) => Math.abs((after[key] ?? 0) - (before[key] ?? 0)) > programme.reasonAbove.points,
    );
}

/** Evidence as far as completeness sees it. */
export interface HeldEvidence {
  kind: EvidenceKind;
  figure?: ProfileFigure | undefined;
}

/** What an application says, apart from who sends it. */
export interface Draft {
  conditions: Readonly<Record<string, { met: boolean; evidence: readonly HeldEvidence[] }>>;
  points: Readonly<
    Record<string, { answer: Answer; reason: string; evidence: readonly HeldEvidence[] }>
  >;
}

/** The applicant's own column. */
export function selfScores(programme: Programme, draft: Draft): Scores {
  return Object.fromEntries(
    pointsOf(programme).flatMap((point) => {
      const said = draft.points[point.key];
      const tenths = said && answerTenths(point, said.answer);
      return tenths === undefined ? [] : [[point.key, tenths]];
    }),
  );
}

/** Why a file cannot be handed in: what is missing, where it stands in the form, and what to do. */
export interface Missing {
  where: 'condition' | 'point' | 'sum' | 'prerequisite' | 'round' | 'bar' | 'version';
  /** Of the condition or the point; '' for the file as a whole. */
  key: string;
  message: string;
  /** Everything is said, and pieces of evidence are asked for beside it. */
  isEvidence?: true;
}

/** Evidence that is asked for and not there. One piece serves one line: two files asked for are two files. */
function lacking(asked: readonly Evidence[], held: readonly HeldEvidence[]): string[] {
  const left = [...held];
  return asked
    .filter(({ optional }) => !optional)
    .filter(({ kind, figure }) => {
      const at = left.findIndex((one) => one.kind === kind && one.figure === figure);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    })
    .map(({ text }) => text);
}

/** Everything that a draft lacks, in the order of the form. */
export function missingIn(programme: Programme, draft: Draft): Missing[] {
  const conditions = programme.conditions.flatMap(({ key, text, evidence }): Missing[] => {
    const said = draft.conditions[key];
    const missing = (message: string): Missing => ({ where: 'condition', key, message });
    if (!said?.met) return [missing(`基本条件“${text}”还没有确认做到`)];
    const without = lacking(evidence, said.evidence);
    return without.length === 0
      ? []
      : [
          {
            ...missing(`基本条件“${text}”还缺材料：${without.join('、')}`),
            isEvidence: true,
          },
        ];
  });
  const points = pointsOf(programme).flatMap((point): Missing[] => {
    const said = draft.points[point.key];
    const missing = (message: string): Missing => ({ where: 'point', key: point.key, message });
    if (!said) return [missing(`“${point.text}”还没有自评`)];
    const tenths = answerTenths(point, said.answer);
    if (tenths === undefined) return [missing(`“${point.text}”填得不对，请再填一次`)];
    if (tenths === 0) return [];
    const without = lacking(point.evidence, said.evidence);
    return [
      ...(said.reason.trim() === '' ? [missing(`“${point.text}”还没有写理由`)] : []),
      ...(without.length > 0
        ? [
            {
              ...missing(`“${point.text}”还缺材料：${without.join('、')}`),
              isEvidence: true as const,
            },
          ]
        : []),
    ];
  });
  const { tenths } = sumScores(programme, selfScores(programme, draft));
  const { points: least } = programme.threshold;
  const sum: Missing[] =
    tenths >= least
      ? []
      : [
          {
            where: 'sum',
            key: '',
            message: `自评合计${pointsWords(tenths)}，要到${pointsWords(least)}才能提交，还差${pointsWords(least - tenths)}`,
          },
        ];
  return [...conditions, ...points, ...sum];
}

/** A title within the applicant's region, as the directory of namings knows it. */
export interface HeldTitle {
  level: Programme['level'];
  unit: Programme['unit'];
  /** Of the applicant itself, not of another within its region. */
  isOwn: boolean;
  /** The last day of its standing; null while it stands. */
  until: CalendarDate | null;
}

export interface ApplicantFacts {
  titles: readonly HeldTitle[];
  /** When the year's call takes files; null where there is no call and files come at any time. */
  round: { opensAt: Date; closesAt: Date } | null;
  /** The last day on which it may not apply. */
  barredUntil: CalendarDate | null;
}

const levelName = { national: '国家级', province: '省级', city: '市级', county: '县级' } as const;
const unitName = {
  community: '社区',
  town: '乡镇（街道）',
  county: '县（市、区）',
  city: '城市',
} as const;

/** Titles that must be held before, and are not. */
export function unmetPrerequisites(
  { prerequisites, unit }: Pick<Programme, 'prerequisites' | 'unit'>,
  titles: readonly HeldTitle[],
  on: CalendarDate,
): Missing[] {
  return prerequisites.flatMap((wanted) => {
    const held = titles.filter(
      (one) =>
        one.level === wanted.level &&
        one.unit === wanted.unit &&
        (one.isOwn || wanted.unit !== unit) &&
        (one.until === null || on <= one.until),
    );
    if (held.length >= wanted.count) return [];
    const what = `${levelName[wanted.level]}示范${unitName[wanted.unit]}`;
    const message =
      wanted.unit === unit
        ? `要先是${what}`
        : `辖区里要先有${wanted.count}个${what}，现在有${held.length}个`;
    return [{ where: 'prerequisite' as const, key: '', message }];
  });
}

/** Whether an application may be handed in now, with everything that speaks against it. */
export function maySubmit(
  programme: Programme,
  draft: Draft,
  { titles, round, barredUntil }: ApplicantFacts,
  now: Date,
): { may: boolean; missing: Missing[] } {
  const today = calendarDate(now);
  const whole = (where: Missing['where'], message: string): Missing => ({
    where,
    key: '',
    message,
  });
  const { from, until } = programme.effective;
  const missing = [
    ...(today < from ? [whole('version', `这一版从${formatDate(from)}起才能申报`)] : []),
    ...(until !== undefined && today > until
      ? [whole('version', `这一版到${formatDate(until)}为止，请按新的一版申报`)]
      : []),
    ...(round && now < round.opensAt ? [whole('round', '今年的申报还没有开始')] : []),
    ...(round && now >= round.closesAt ? [whole('round', '今年的申报已经截止')] : []),
    ...(barredUntil !== null && today <= barredUntil
      ? [whole('bar', `${formatDate(barredUntil)}以前不能申报`)]
      : []),
    ...unmetPrerequisites(programme, titles, today),
    ...missingIn(programme, draft),
  ];
  return { may: missing.length === 0, missing };
}
