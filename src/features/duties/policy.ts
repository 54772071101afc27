import type { Refusals } from '../../lib/errors.ts';
import { levelOf, type RegionCode } from '../../lib/regions/codes.ts';
import { addDays, calendarDate, daysBetween, type CalendarDate } from '../../lib/time.ts';
import { kindWords } from '../organisations/policy.ts';
import type { OrganisationKind } from '../organisations/table.ts';
import type {
  COUNTED_DRILLS,
  DutyRule,
  DutyTarget,
  Frequency,
  SchoolPause,
  Trait,
  TraitChange,
} from './table.ts';

/** 本平台约定. A week: the next free lesson can still be used for it. */
export const REMIND_DAYS = 7;

/**
 * 本平台约定. How far back is looked for periods that went by without a drill: a year, or as far as the period of two
 * years before the present one.
 */
const lookBackDays = (versions: readonly DutyRule[]) =>
  versions.some(({ every }) => every === 'two_years') ? 732 : 366;

export const traitWords: Readonly<Record<Trait, string>> = {
  crowded_place: '人员密集场所',
  hazardous_goods: '危险物品单位',
  mine: '矿山',
  metal_smelting: '金属冶炼',
  construction: '建筑施工',
  rail_transit: '城市轨道交通运营',
  high_rise: '高层民用建筑',
  high_rise_over_100m: '高度超过100米的高层公共建筑',
  boarding: '寄宿制学校',
  special_education: '特殊教育学校',
  school_bus: '使用校车',
};

export const targetWords: Readonly<Record<DutyTarget, string>> = {
  ...kindWords,
  ...traitWords,
  school: '中小学',
  province: '省级政府',
  city: '市级政府',
  county: '县级政府',
  town: '乡镇、街道',
};

export const frequencyWords: Readonly<Record<Frequency, string>> = {
  month: '每月至少1次',
  quarter: '每季度至少1次',
  half_year: '每半年至少1次',
  year: '每年至少1次',
  two_years: '每2年至少1次',
  never: '不再要求',
};

export const countsWords: Readonly<Record<(typeof COUNTED_DRILLS)[number], string>> = {
  any: '应急演练',
  evacuation: '应急疏散演练',
  comprehensive: '全要素综合演练',
};

/** `《中小学幼儿园应急疏散演练指南》（教基一厅〔2014〕2号）`, or that this site agreed on it. */
export function sourceWords({
  sourceTitle,
  sourceNumber,
  sourceClause,
  isConvention,
}: Pick<DutyRule, 'sourceTitle' | 'sourceNumber' | 'sourceClause' | 'isConvention'>): string {
  const title = sourceTitle && `《${sourceTitle}》`;
  const cited = `${title}${sourceNumber && `（${sourceNumber}）`}${sourceClause}`;
  return isConvention ? `本平台约定${cited && `，参照${cited}`}` : cited;
}

/** Both days belong to it. */
export interface Period {
  from: CalendarDate;
  until: CalendarDate;
}

type Every = Exclude<Frequency, 'never'>;

const MONTHS: Readonly<Record<Every, number>> = {
  month: 1,
  quarter: 3,
  half_year: 6,
  year: 12,
  two_years: 24,
};

/** Months since the year 0, from 0. */
function monthIndex(date: CalendarDate): number {
  const [year = 0, month = 1] = date.split('-').map(Number);
  return year * 12 + month - 1;
}

function firstDay(index: number): CalendarDate {
  const month = String((index % 12) + 1).padStart(2, '0');
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${month}-01`;
}

/** The calendar's month, quarter, half-year, year, or two years that begin with an odd one, in which a day lies (本平台约定). */
export function periodOf(every: Every, date: CalendarDate): Period {
  const length = MONTHS[every];
  const offset = every === 'two_years' ? 12 : 0;
  const start = Math.floor((monthIndex(date) - offset) / length) * length + offset;
  return { from: firstDay(start), until: addDays(firstDay(start + length), -1) };
}

/** One rule's versions by the day from which they hold; of two for the same day the later entered. */
function inOrder<Row extends { id: string; fromDay: CalendarDate }>(rows: readonly Row[]): Row[] {
  const sorted = rows.toSorted(
    (a, b) => a.fromDay.localeCompare(b.fromDay) || a.id.localeCompare(b.id),
  );
  return sorted.filter((row, index) => sorted[index + 1]?.fromDay !== row.fromDay);
}

/** The version in force on a day; undefined before the first. */
export function inForce<Row extends { id: string; fromDay: CalendarDate }>(
  rows: readonly Row[],
  day: CalendarDate,
): Row | undefined {
  return inOrder(rows).findLast(({ fromDay }) => fromDay <= day);
}

export interface OwedPeriod extends Period {
  rule: DutyRule;
  /** All of its months are such in which the schools are closed. */
  paused: boolean;
}

function isPaused({ from, until }: Period, pauses: readonly SchoolPause[]): boolean {
  const closed = inForce(pauses, from)?.months ?? [];
  const [first, last] = [monthIndex(from), monthIndex(until)];
  return Array.from({ length: last - first + 1 }, (_, at) => ((first + at) % 12) + 1).every(
    (month) => closed.includes(month),
  );
}

/**
 * The periods of one rule that touch the days asked for, by the version in force on their first day, in order.
 * A period that has begun is owed to its end even where a new version begins within it: no day falls between two.
 */
export function owedPeriods(
  versions: readonly DutyRule[],
  pauses: readonly SchoolPause[],
  { from, until }: Period,
): OwedPeriod[] {
  const ordered = inOrder(versions);
  return ordered.flatMap((rule, index) => {
    const { every } = rule;
    if (every === 'never') return [];
    const next = ordered[index + 1]?.fromDay ?? addDays(until, 1);
    const end = next > until ? until : addDays(next, -1);
    const periods: OwedPeriod[] = [];
    let period = periodOf(every, rule.fromDay > from ? rule.fromDay : from);
    while (period.from <= end) {
      if (period.from >= rule.fromDay) {
        periods.push({ ...period, rule, paused: isPaused(period, pauses) });
      }
      period = periodOf(every, addDays(period.until, 1));
    }
    return periods;
  });
}

/** A drill as far as duties look at it. */
export interface CountedDrill {
  /** The day in China. */
  on: CalendarDate;
  evacuation: boolean;
  content: 'single' | 'comprehensive';
}

export interface DutyState {
  rule: DutyRule;
  /**
   * `done`: drilled in the present period. `due`: to be drilled by `dueBy`. `late`: the period before went by without.
   * `paused`: the schools are closed.
   */
  state: 'done' | 'due' | 'late' | 'paused';
  /** The last day for the next drill that is owed. */
  dueBy: CalendarDate | undefined;
  /** The first day after the earliest of the periods that went by without, unbroken until now. */
  lateSince: CalendarDate | undefined;
  /** The latest drill of the present period. */
  doneOn: CalendarDate | undefined;
  /** Whole periods that have ended within the time looked back on, and how many of them had their drill. */
  owed: number;
  met: number;
}

const counts = ({ counts: wanted }: DutyRule, drill: CountedDrill) =>
  wanted === 'any' ||
  (wanted === 'evacuation' && drill.evacuation) ||
  (wanted === 'comprehensive' && drill.content === 'comprehensive');

/** Long enough for the next period of two years that is not paused. */
const AHEAD_DAYS = 1500;

/** The periods of a rule that matter on a day: those looked back on, the present one, and the next ones. */
export function periodsAround(
  { versions, pauses }: Pick<Duty, 'versions' | 'pauses'>,
  today: CalendarDate,
): OwedPeriod[] {
  const window = {
    from: addDays(today, -lookBackDays(versions)),
    until: addDays(today, AHEAD_DAYS),
  };
  return owedPeriods(versions, pauses, window).filter(({ paused }) => !paused);
}

/**
 * How somebody stands with one rule. Periods that began before `since` are owed to their end and never late: nobody is
 * reproached for a part of a month.
 * @param duty with all versions of the rule, in any order. @param drills in any order. @param today in China.
 * @param around what depends on the rule alone, for whoever asks for many.
 * @returns undefined where the rule asks for nothing, now and later.
 */
export function dutyState(
  { versions, pauses, since }: Omit<Duty, 'rule'>,
  drills: readonly CountedDrill[],
  today: CalendarDate,
  around: readonly OwedPeriod[] = periodsAround({ versions, pauses }, today),
): DutyState | undefined {
  const periods = around.filter(({ until }) => until >= since);
  const drillsIn = ({ from, until, rule }: OwedPeriod) =>
    drills.filter(
      ({ on, ...drill }) => on >= from && on <= until && counts(rule, { on, ...drill }),
    );
  const isMet = (period: OwedPeriod) => drillsIn(period).length > 0;
  const ended = periods
    .filter(({ from, until }) => until < today && from >= since)
    .toSorted((a, b) => a.until.localeCompare(b.until));
  const current = periods.filter(({ from, until }) => from <= today && until >= today);
  const pending = current.filter((one) => !isMet(one)).map(({ until }) => until);
  const next = periods.filter(({ from }) => from > today).map(({ until }) => until);
  const rule = inForce(versions, today) ?? inOrder(versions)[0];
  const dueBy = pending.toSorted()[0] ?? next.toSorted()[0];
  if (!rule || (dueBy === undefined && current.length === 0)) return undefined;
  // A drill after a period that went by without makes an end of that, in the holidays or under another version as well.
  const run = ended.filter(
    (one) =>
      !isMet(one) &&
      !drills.some((drill) => drill.on > one.until && drill.on <= today && counts(one.rule, drill)),
  );
  const isLate = run.length > 0;
  const isDone = current.length > 0 && pending.length === 0;
  const [firstMissed] = run;
  return {
    rule,
    state: isDone ? 'done' : isLate ? 'late' : current.length > 0 ? 'due' : 'paused',
    dueBy,
    lateSince: !isDone && isLate && firstMissed ? addDays(firstMissed.until, 1) : undefined,
    doneOn: isDone
      ? current
          .flatMap((one) => drillsIn(one).map(({ on }) => on))
          .toSorted()
          .at(-1)
      : undefined,
    owed: ended.length,
    met: ended.filter(isMet).length,
  };
}

/** One rule as it holds for somebody. */
export interface Duty {
  /** The rule's name through its versions. */
  rule: string;
  versions: readonly DutyRule[];
  pauses: readonly SchoolPause[];
  /** From which day it is theirs. */
  since: CalendarDate;
}

/** An organisation as far as its duties need it. */
export interface DutyHolder {
  kind: OrganisationKind;
  /** The day on which it was verified. */
  verifiedOn: CalendarDate;
  /** Those that hold, each with the day from which it does. */
  traits: ReadonlyMap<Trait, CalendarDate>;
}

export interface DutyRules {
  rules: readonly DutyRule[];
  pauses: readonly SchoolPause[];
}

function byRule(rules: readonly DutyRule[]): Map<string, DutyRule[]> {
  return Map.groupBy(rules, ({ rule }) => rule);
}

/** What an organisation owes, by its kind and its traits. */
export function dutiesOf({ kind, verifiedOn, traits }: DutyHolder, known: DutyRules): Duty[] {
  const isSchool = kind === 'school' || kind === 'kindergarten';
  return [...byRule(known.rules)].flatMap(([rule, versions]) => {
    const target = versions[0]?.target;
    const traitSince = target && traits.get(target as Trait);
    if (target !== kind && traitSince === undefined) return [];
    const since = traitSince && traitSince > verifiedOn ? traitSince : verifiedOn;
    return [{ rule, versions, pauses: isSchool ? known.pauses : [], since }];
  });
}

/** What a government owes, by its level. @param since the day from which this site keeps its drills. */
export function regionDuties(code: RegionCode, since: CalendarDate, known: DutyRules): Duty[] {
  const level = levelOf(code);
  return [...byRule(known.rules)].flatMap(([rule, versions]) =>
    versions[0]?.target === level ? [{ rule, versions, pauses: [], since }] : [],
  );
}

/** How somebody stands with everything they owe, what presses most in front. @param around as for `dutyState`. */
export function dutyStates(
  duties: readonly Duty[],
  drills: readonly CountedDrill[],
  today: CalendarDate,
  around: (duty: Duty) => readonly OwedPeriod[] = (duty) => periodsAround(duty, today),
): DutyState[] {
  const states = duties.flatMap((duty) => dutyState(duty, drills, today, around(duty)) ?? []);
  return states.toSorted((a, b) => pressing(a).localeCompare(pressing(b)));
}

const STATE_ORDER: readonly DutyState['state'][] = ['late', 'due', 'paused', 'done'];
const pressing = ({ state, lateSince, dueBy }: DutyState) =>
  `${STATE_ORDER.indexOf(state)} ${lateSince ?? dueBy ?? ''}`;

/** The traits that hold by the latest change of each, with the day of that change. */
export function traitsHeld(changes: readonly TraitChange[]): Map<Trait, CalendarDate> {
  const latest = new Map<Trait, TraitChange>();
  for (const change of changes) {
    if (change.id > (latest.get(change.trait)?.id ?? '')) latest.set(change.trait, change);
  }
  const held = [...latest].filter(([, { holds }]) => holds);
  return new Map(held.map(([trait, { changedAt }]) => [trait, calendarDate(changedAt)]));
}

/** `11月30日`: a day without its year, which is told only where it is another one. */
export function dayWords(day: CalendarDate, today: CalendarDate): string {
  const [year, month, date] = day.split('-').map(Number);
  const short = `${month}月${date}日`;
  return day.slice(0, 4) === today.slice(0, 4) ? short : `${year}年${short}`;
}

/** What is to be done, in one sentence. */
export function dutyWords({ state, dueBy, lateSince, doneOn }: DutyState, today: CalendarDate) {
  const by = dueBy && dayWords(dueBy, today);
  switch (state) {
    case 'late':
      return `从${dayWords(lateSince ?? today, today)}起逾期，请尽快演练${by ? `，最晚${by}` : ''}`;
    case 'due':
      return `最晚${by}演练1次，${leftWords(dueBy ?? today, today)}`;
    case 'paused':
      return `现在停课，不用演练。下一次最晚${by}`;
    case 'done':
      return `${doneOn ? `${dayWords(doneOn, today)}已演练` : '已演练'}${by ? `，下一次最晚${by}` : ''}`;
  }
}

function leftWords(day: CalendarDate, today: CalendarDate): string {
  const days = daysBetween(today, day);
  return days === 0 ? '今天是最后一天' : `还有${days}天`;
}

export const stateWords: Readonly<Record<DutyState['state'], string>> = {
  late: '逾期',
  due: '待演练',
  paused: '停课',
  done: '已演练',
};

const unknown = { code: 'not_found', message: '没有找到这个单位。' } as const;
const ruleNotYours = { code: 'not_found', message: '没有找到这一项。' } as const;

export const ruleRefusals: Refusals = {
  duty_rule_not_yours: ruleNotYours,
  duty_rule_only_ahead: {
    code: 'invalid',
    field: 'fromDay',
    message: '只能从以后的月份起。已经过去的，仍按当时的要求算',
  },
  duty_rule_keeps_target: {
    code: 'conflict',
    message: '这条要求的对象不能改。请另加一条。',
  },
  duty_rule_begins_a_period: {
    code: 'invalid',
    field: 'fromDay',
    message:
      '要从一个周期的头一个月起：季度是1、4、7、10月，半年是1、7月，年是1月，两年是单数年的1月',
  },
  duty_rule_two_years: {
    code: 'invalid',
    field: 'every',
    message: '每2年一次只用于政府。单位请选每年或更短',
  },
  duty_rule_has_source: {
    code: 'invalid',
    field: 'sourceTitle',
    message: '请写文件的全称；没有文件的，勾选本平台约定',
  },
};

export const traitRefusals: Refusals = {
  organisation_unknown: unknown,
  trait_removal_by_officer: {
    code: 'conflict',
    message: '去掉一项会免去演练要求，要由县里的审核人员来办。',
  },
  trait_unchanged: { code: 'conflict', message: '刚刚有人改过。请看看现在的情况，再按一次。' },
};
