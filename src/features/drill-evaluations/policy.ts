import type { Refusals } from '../../lib/errors.ts';
import { isWithin, type RegionCode } from '../../lib/regions/codes.ts';
import { notYours } from '../drill-plans/policy.ts';
import type { DrillScript } from '../drills/schema.ts';
import type { Answer, GradeBands, ItemAnswer, SelfEvaluation } from './table.ts';

export type SheetItem = DrillScript['items'][number];
export type Phase = SheetItem['phase'];

export const phaseWords: Readonly<Record<Phase, string>> = {
  prepare: '演练准备',
  run: '演练实施',
  conclude: '演练总结',
};
export const answerWords: Readonly<Record<Answer, string>> = {
  yes: '是',
  no: '否',
  na: '不适用',
  '': '没有评',
};

/** Items that are judged and saved together. */
export interface SheetSection {
  /** `run:疏散` */
  id: string;
  phase: Phase;
  group: string;
  items: SheetItem[];
}

/** The groups of a script's items in the order in which they first occur. */
export function sectionsOf({ items }: Pick<DrillScript, 'items'>): SheetSection[] {
  const sections = new Map<string, SheetSection>();
  for (const item of items) {
    const { phase, group } = item;
    const id = `${phase}:${group}`;
    const section = sections.get(id) ?? { id, phase, group, items: [] };
    section.items.push(item);
    sections.set(id, section);
  }
  return [...sections.values()];
}

/** Latest answers of one evaluator. */
export interface FilledSheet {
  evaluatorId: string;
  answers: readonly ItemAnswer[];
}

/** Whether every item has its answer. */
export function isComplete(
  { items }: Pick<DrillScript, 'items'>,
  answers: readonly ItemAnswer[],
): boolean {
  return items.every(({ id }) => answers.some(({ item, answer }) => item === id && answer !== ''));
}

/** `earned` of `base` points, times a common factor: whole numbers, so that no rounding decides over a grade. */
export interface Points {
  earned: number;
  base: number;
}

export interface JudgedItem {
  item: SheetItem;
  /** How many said 是, 否, 不适用. */
  yes: number;
  no: number;
  na: number;
  /** Some say yes, some no: the report must say why. */
  differs: boolean;
}

export interface Evaluation {
  items: JudgedItem[];
  phases: { phase: Phase; points: Points }[];
  total: Points;
  sheets: number;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;

/**
 * 计分（本平台约定）: an item counts with its weight; 不适用 takes it out of the base. Where several evaluators judged, it earns
 * the mean of those who said 是 (1) or 否 (0); whoever said 不适用 is left out of that mean. All in integers over one common
 * denominator: at most 20 evaluators, so lcm(1…20) × 2400 points × 1000 stays below 2^53.
 */
export function evaluate(
  { items }: Pick<DrillScript, 'items'>,
  sheets: readonly FilledSheet[],
): Evaluation {
  const judged = items.map((item): JudgedItem => {
    const said = sheets.flatMap(({ answers }) =>
      answers.filter((one) => one.item === item.id).map(({ answer }) => answer),
    );
    const count = (wanted: Answer) => said.filter((answer) => answer === wanted).length;
    const [yes, no, na] = [count('yes'), count('no'), count('na')];
    return { item, yes, no, na, differs: yes > 0 && no > 0 };
  });
  const common = judged.reduce((all, { yes, no }) => lcm(all, Math.max(1, yes + no)), 1);
  const pointsOf = (some: readonly JudgedItem[]): Points =>
    some
      .filter(({ yes, no }) => yes + no > 0)
      .reduce(
        ({ earned, base }, { item: { weight }, yes, no }) => ({
          earned: earned + (weight * yes * common) / (yes + no),
          base: base + weight * common,
        }),
        { earned: 0, base: 0 },
      );
  const phases = [...new Set(items.map(({ phase }) => phase))];
  return {
    items: judged,
    phases: phases.map((phase) => ({
      phase,
      points: pointsOf(judged.filter(({ item }) => item.phase === phase)),
    })),
    total: pointsOf(judged),
    sheets: sheets.length,
  };
}

/** Tenths of a point of 100, half up; undefined where nothing was judged. */
export function tenths({ earned, base }: Points): number | undefined {
  return base === 0 ? undefined : Math.floor((earned * 2000 + base) / (base * 2));
}

/** `86.5分`, `90分`; `不评分` where nothing was judged. */
export function pointsWords(points: Points): string {
  const all = tenths(points);
  return all === undefined ? '不评分' : `${all / 10}分`;
}

export const GRADES = ['excellent', 'good', 'pass', 'fail'] as const;
export type Grade = (typeof GRADES)[number];
export const gradeWords: Readonly<Record<Grade, string>> = {
  excellent: '优',
  good: '良',
  pass: '合格',
  fail: '不合格',
};

type Bands = Pick<GradeBands, 'excellent' | 'good' | 'pass'>;

/** By the points themselves, not by what rounding makes of them; undefined where nothing was judged. */
export function gradeOf({ earned, base }: Points, bands: Bands): Grade | undefined {
  if (base === 0) return undefined;
  const reaches = (points: number) => earned * 100 >= points * base;
  return GRADES.find((grade) => grade === 'fail' || reaches(bands[grade]));
}

/** `优90分起，良80分起，合格60分起` */
export function bandWords({ excellent, good, pass }: Bands): string {
  return `优${excellent}分起，良${good}分起，合格${pass}分起`;
}

/** Said wherever a grade stands: no standard has these bands. */
export const GRADE_NOTE = '等级的分数线是本平台约定，不是国家或地方标准的规定';

/** As the site came, for a database that lost its first row. */
const FALLBACK: Bands = { excellent: 90, good: 80, pass: 60 };

/** The bands that held in a region at some moment: the nearest region's, of these the newest. */
export function bandsFor(
  all: readonly GradeBands[],
  regionCode: RegionCode,
  at: Date,
): Bands & { regionCode: string } {
  const [found] = all
    .filter((one) => one.regionCode === '' || isWithin(regionCode, one.regionCode))
    .filter(({ setAt }) => setAt <= at)
    .sort(
      (a, b) =>
        depth(b.regionCode) - depth(a.regionCode) ||
        b.setAt.getTime() - a.setAt.getTime() ||
        (a.id < b.id ? 1 : -1),
    );
  return found ?? { ...FALLBACK, regionCode: '' };
}

const depth = (code: string) => (code === '' ? 0 : code.replace(/(00)+$/, '').length);

/** From how many answers on 参演自评 is told at all, so that nobody is known by theirs: 本平台约定. */
export const SELF_EVALUATIONS_MIN = 5;

export const selfQuestions = {
  understood: '我听懂了要做什么',
  knew: '轮到我时，我知道怎么做',
  safe: '整个过程我觉得安全',
} as const satisfies Readonly<Record<Exclude<keyof SelfEvaluation, 'wish'>, string>>;
export type SelfQuestion = keyof typeof selfQuestions;
export const selfScale: readonly string[] = [
  '完全不同意',
  '不太同意',
  '一般',
  '比较同意',
  '完全同意',
];

export interface SelfSummary {
  /** Null while there are too few. */
  questions:
    | {
        question: SelfQuestion;
        /** How many chose 1 to 5. */
        counts: number[];
        meanTenths: number;
      }[]
    | null;
  wishes: string[];
}

/** What participants say, without whom: nothing from too few, wishes in the order of their words. */
export function summarise(answers: readonly SelfEvaluation[]): SelfSummary {
  if (answers.length < SELF_EVALUATIONS_MIN) return { questions: null, wishes: [] };
  const questions = (Object.keys(selfQuestions) as SelfQuestion[]).map((question) => {
    const given = answers.map((answer) => answer[question]);
    const sum = given.reduce((all, one) => all + one, 0);
    return {
      question,
      counts: [1, 2, 3, 4, 5].map((score) => given.filter((one) => one === score).length),
      meanTenths: Math.floor((sum * 20 + given.length) / (given.length * 2)),
    };
  });
  const wishes = answers.map(({ wish }) => wish).filter((wish) => wish !== '');
  return { questions, wishes: wishes.sort((a, b) => (a < b ? -1 : 1)) };
}

export const evaluationRefusals: Refusals = {
  drill_not_yours: notYours,
  drill_not_begun: { code: 'conflict', message: '演练还没有开始。开始以后再来填。' },
  drill_not_over: { code: 'conflict', message: '演练还没有结束。先一组一组保存，结束以后再交。' },
  report_released: { code: 'conflict', message: '总结报告已经发布，不能再改。' },
  sheet_handed_in: {
    code: 'conflict',
    message: '评估表已经交了。要改，请先写明原因，把表要回来。',
  },
  sheet_not_handed_in: { code: 'conflict', message: '这份评估表没有交，可以直接改。' },
  sheet_overtaken: {
    code: 'conflict',
    message:
      '你在另一台设备上刚存过这一组。下面是你这次填的，每条旁边写着那台设备上存的。核对以后再保存一次。',
  },
  sheet_incomplete: {
    code: 'invalid',
    field: 'sheet',
    message: '还有没评的项。每一项都选一个再交',
  },
  sheets_used_up: { code: 'conflict', message: '一次演练最多20份评估表。' },
  saves_used_up: { code: 'too_many', message: '这一组保存的次数太多了。' },
  'unique:drill_sheet_saves.drill_id,drill_sheet_saves.evaluator_id,drill_sheet_saves.section,drill_sheet_saves.version':
    {
      ...{ code: 'conflict', reason: 'sheet_overtaken' },
      message: '你在另一台设备上刚存过这一组。核对以后再保存一次。',
    },
  'unique:drill_sheet_hand_ins.drill_id,drill_sheet_hand_ins.evaluator_id,drill_sheet_hand_ins.round':
    {
      ...{ code: 'conflict', reason: 'sheet_handed_in' },
      message: '评估表已经交了。',
    },
  'unique:drill_sheet_reopenings.drill_id,drill_sheet_reopenings.evaluator_id,drill_sheet_reopenings.round':
    {
      ...{ code: 'conflict', reason: 'sheet_not_handed_in' },
      message: '这份评估表已经退回了。',
    },
  'unique:drill_self_evaluation_receipts.participant_id': {
    ...{ code: 'conflict', reason: 'already_answered' },
    message: '你已经填过了，谢谢。',
  },
  nothing_given: { code: 'conflict', message: '你没有填过，或者已经撤回了。' },
  answer_unknown: {
    ...{ code: 'invalid', field: 'code' },
    message: '没有这串撤回码的答案，请再看一遍',
  },
  bands_not_yours: notYours,
  drill_grade_bands_order: {
    code: 'invalid',
    field: 'excellent',
    message: '分数要一个比一个低：优、良、合格',
  },
};
