import type { Refusals } from '../../lib/errors.ts';
import { DAY_MS, HOUR_MS } from '../../lib/time.ts';
import { compareUnits } from '../../lib/units.ts';
import type { DrillScript } from '../drills/schema.ts';
import type { Drill, DrillEnd, DrillFilling, DrillPart, DrillState } from '../drills/table.ts';
import type { EntryKind } from './table.ts';

/** 本平台约定. The guard `drill_log_entries_guard` holds the same two. */
export const LOG_OPENS_MS = 12 * HOUR_MS;
export const LOG_CLOSES_MS = DAY_MS;
/** 本平台约定: by then the report is written, and nobody needs the free words any more. */
export const NOTES_KEPT_DAYS = 180;

/** What somebody does in a drill, as far as the log is concerned. */
export type Hand =
  /** 控制: organisers and controllers. */
  | 'control'
  /** 评估. */
  | 'evaluate'
  /** 模拟: plays what happens, and knows what will. */
  | 'simulate'
  /** 参演 with a task of their own. */
  | 'play'
  /** Households. */
  | 'come'
  /** 观摩. */
  | 'watch';

/**
 * Whoever has a role does what it asks, whether or not they also organise: a teacher of the school that drills counts
 * her class like any other. Undefined: no part at all.
 */
export function handOf(
  isOrganiser: boolean,
  role: { part: DrillPart; filledBy: DrillFilling } | undefined,
): Hand | undefined {
  if (role === undefined) return isOrganiser ? 'control' : undefined;
  if (role.part === 'controller') return 'control';
  if (role.part === 'evaluator') return 'evaluate';
  if (role.part === 'observer') return 'watch';
  if (role.part === 'simulator') return 'simulate';
  return role.filledBy === 'household' ? 'come' : 'play';
}

const PLAYED: readonly EntryKind[] = [
  ...(['inject_seen', 'inject_done', 'measure_from', 'measure_to'] as const),
  ...(['muster', 'arrived', 'stop_heard', 'undo'] as const),
];
const KINDS_OF: Readonly<Record<Hand, readonly EntryKind[]>> = {
  control: ['inject_sent', 'observation', ...PLAYED],
  evaluate: ['measure_from', 'measure_to', 'muster', 'observation', 'stop_heard', 'undo'],
  simulate: PLAYED,
  play: PLAYED,
  come: ['arrived', 'stop_heard', 'undo'],
  watch: ['stop_heard', 'undo'],
};

export const mayLog = (hand: Hand, kind: EntryKind): boolean => KINDS_OF[hand].includes(kind);

/** Who may read the whole log: whoever leads, and whoever judges. */
export const mayReadLog = (hand: Hand): boolean => hand === 'control' || hand === 'evaluate';

/** Who knows beforehand what will happen: whoever brings it about or judges it. */
export const knowsScript = (hand: Hand): boolean => mayReadLog(hand) || hand === 'simulate';

/** Who counts heads and times. */
export const isCounting = (hand: Hand): boolean => mayLog(hand, 'muster');

/**
 * Whether somebody may know that there is a drill at all. Whom a blind one tests learns of it when it begins: until then
 * it is known only to those who prepare it.
 */
export function isInTheKnow(
  { blind, startedAt }: Pick<Drill, 'blind' | 'startedAt'>,
  { hand, controls }: { hand: Hand; controls: boolean },
): boolean {
  return !blind || startedAt !== null || controls || knowsScript(hand);
}

export interface RunInject {
  id: string;
  /** After the start. */
  minute: number;
  to: readonly string[];
  by: string;
  text: string;
  /** What should follow; null for those whom it tests. */
  expect: string | null;
}

/**
 * The injects that somebody may see now. Whoever knows the script sees all from the beginning; a role its own when their
 * minute has come, and never what is expected of it; before the start nothing. What is over does not bring more to light.
 */
export function visibleInjects(
  injects: DrillScript['injects'],
  { startedAt, endedAt }: { startedAt: number | null; endedAt: number | null },
  { hand, role }: { hand: Hand; role: string | null },
  now: number,
): RunInject[] {
  if (knowsScript(hand)) return injects.map((inject) => ({ ...inject }));
  if (startedAt === null || role === null) return [];
  const minute = (Math.min(now, endedAt ?? now) - startedAt) / 60_000;
  return injects
    .filter((inject) => inject.minute <= minute && inject.to.includes(role))
    .map((inject) => ({ ...inject, expect: null }));
}

/** What is worked out from one entry of a log; instants in milliseconds by the site's clock. */
export interface LogFact {
  id: string;
  kind: EntryKind;
  ref: string;
  unit: string;
  value: number | null;
  expected: number | null;
  at: number;
}

/** How long a measure took, from what was tapped. */
export interface MeasuredTime {
  measureId: string;
  /** Whole seconds between the two moments; undefined where one of them was not tapped. */
  seconds: number | undefined;
  /** Milliseconds since 1970 by the site's clock. */
  fromAt: number | undefined;
  toAt: number | undefined;
  /** Null: none was set. */
  targetSeconds: number | null;
}

/** What of a script its times are worked out by. */
export interface MeasuredScript {
  measures: readonly Pick<
    DrillScript['measures'][number],
    'id' | 'from' | 'to' | 'targetSeconds'
  >[];
}

/** What holds of a log: without what was taken back, each entry once, by time (then by id, so that the order is one). */
export function standing<Fact extends Pick<LogFact, 'id' | 'kind' | 'ref' | 'at'>>(
  entries: readonly Fact[],
): Fact[] {
  const takenBack = new Set(entries.flatMap(({ kind, ref }) => (kind === 'undo' ? [ref] : [])));
  const kept = new Map<string, Fact>();
  for (const entry of entries) {
    if (entry.kind !== 'undo' && !takenBack.has(entry.id)) kept.set(entry.id, entry);
  }
  return [...kept.values()].sort(byTime);
}

function byTime(a: { at: number; id: string }, b: { at: number; id: string }): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}

/**
 * Which of several taps counts, by the measure's own words: 最后一户到 is the last one, 第一份报告 the first. Where the words
 * say neither, the clock starts with the first tap and stops with the last, so that nobody who is still on the way is
 * left out of the time.
 */
export function countingTap(words: string, side: 'from' | 'to'): 'first' | 'last' {
  if (/最后/.test(words)) return 'last';
  if (/第一|首/.test(words)) return 'first';
  return side === 'from' ? 'first' : 'last';
}

/**
 * The times of all measures of a script, in its order. Neither the order in which entries came nor how often they came
 * matters. A stop before the start is not taken for one.
 */
export function measureTimes(
  entries: readonly Pick<LogFact, 'id' | 'kind' | 'ref' | 'at'>[],
  script: MeasuredScript,
): MeasuredTime[] {
  const taps = standing(entries);
  const times = (kind: EntryKind, ref: string) =>
    taps.filter((tap) => tap.kind === kind && tap.ref === ref).map(({ at }) => at);
  return script.measures.map(({ id, from, to, targetSeconds }) => {
    const fromAt = pick(times('measure_from', id), countingTap(from, 'from'));
    const ends = times('measure_to', id);
    const toAt = pick(
      fromAt === undefined ? ends : ends.filter((at) => at >= fromAt),
      countingTap(to, 'to'),
    );
    const seconds =
      fromAt === undefined || toAt === undefined ? undefined : Math.round((toAt - fromAt) / 1000);
    return { measureId: id, seconds, fromAt, toAt, targetSeconds };
  });
}

const pick = (sorted: readonly number[], which: 'first' | 'last') =>
  which === 'first' ? sorted[0] : sorted.at(-1);

/** The latest head-count of a unit. */
export interface MusterRow {
  unit: string;
  /** Null: nobody has said how many there should be. */
  expected: number | null;
  /** Null: not counted yet. */
  present: number | null;
  countedAt: number | null;
}

/**
 * Head-counts by unit: the last count of each, those with people missing first, then those nobody has counted.
 * @param expected how many there should be by sign-up or by the last drill; what was said with a count goes before.
 */
export function musterTable(
  entries: readonly LogFact[],
  expected: readonly { unit: string; expected: number | null }[],
): MusterRow[] {
  const rows = new Map<string, MusterRow>(
    expected.map((one) => [one.unit, { ...one, present: null, countedAt: null }]),
  );
  for (const { kind, unit, value, expected: said, at } of standing(entries)) {
    if (kind !== 'muster') continue;
    const before = rows.get(unit)?.expected ?? null;
    rows.set(unit, { unit, expected: said ?? before, present: value, countedAt: at });
  }
  return [...rows.values()].sort((a, b) => rank(a) - rank(b) || compareUnits(a.unit, b.unit));
}

const rank = (row: MusterRow) => (missing(row) > 0 ? 0 : row.present === null ? 1 : 2);

/** How many of a unit have not been seen; of one that was not counted nobody knows. */
export const missing = ({ expected, present }: MusterRow): number =>
  present === null ? 0 : Math.max(0, (expected ?? present) - present);

export interface MusterSums {
  units: number;
  counted: number;
  present: number;
  /** Of the units that were counted. */
  missing: number;
}

export function musterSums(rows: readonly MusterRow[]): MusterSums {
  const counted = rows.filter(({ present }) => present !== null);
  return {
    units: rows.length,
    counted: counted.length,
    present: counted.reduce((sum, { present }) => sum + (present ?? 0), 0),
    missing: counted.reduce((sum, row) => sum + missing(row), 0),
  };
}

/** Who of the named people was seen, and when first. */
export function arrivals(entries: readonly LogFact[]): Map<string, number> {
  const seen = new Map<string, number>();
  for (const { kind, ref, at } of standing(entries)) {
    if (kind === 'arrived' && !seen.has(ref)) seen.set(ref, at);
  }
  return seen;
}

/**
 * Of others' entries as many as a phone needs to show with its own what holds: of each measure and side the first, the last
 * and the one that counts, of each unit the last count, of each person the first arrival, of each inject the first of a kind.
 */
export function summarise(others: readonly LogFact[], script: MeasuredScript): LogFact[] {
  const facts = standing(others);
  const kept = new Map<string, LogFact>();
  const counting = new Set(
    measureTimes(facts, script).flatMap(({ fromAt, toAt }) => [fromAt, toAt]),
  );
  for (const fact of facts) {
    const { kind, ref, unit, at } = fact;
    const place = `${kind} ${ref} ${unit}`;
    if (kind === 'observation' || kind === 'stop_heard') continue;
    if (kind === 'muster') kept.set(place, fact);
    else if (!kept.has(place)) kept.set(place, fact);
    if (kind === 'measure_from' || kind === 'measure_to') {
      kept.set(`${place} last`, fact);
      if (counting.has(at)) kept.set(`${place} ${at}`, fact);
    }
  }
  const once = new Map([...kept.values()].map((fact) => [fact.id, fact]));
  return [...once.values()].sort(byTime);
}

/**
 * When something happened by the site's clock, in milliseconds. A phone that has heard of the site's clock says by how much
 * its own is off (`offset`); for one that never has, its clock at sending is compared with the site's. A correction that
 * cannot be true gives way to the other. Never later than now.
 * @param opensAt before this instant nothing can have happened.
 */
export function entryTime(
  { deviceAt, offset }: { deviceAt: number; offset: number | null },
  { sentAt, now, opensAt }: { sentAt: number; now: number; opensAt: number },
): number {
  const bySending = now - Math.max(0, sentAt - deviceAt);
  if (offset === null) return bySending;
  const byOffset = deviceAt + offset;
  // Answers take their time: what was tapped just now may seem to lie ahead.
  const isLikely = byOffset >= opensAt && byOffset <= now + CLOCK_TOLERANCE_MS;
  return Math.min(now, isLikely ? byOffset : bySending);
}

const CLOCK_TOLERANCE_MS = 60_000;

type Times = Pick<Drill, 'startsAt' | 'endsAt' | 'startedAt' | 'endedAt'>;

/** From when on entries of a drill are taken. */
export function logOpens({ startsAt, startedAt }: Times): Date {
  const first = Math.min(startsAt.getTime(), (startedAt ?? startsAt).getTime());
  return new Date(first - LOG_OPENS_MS);
}

/** Until when they are taken: a phone that has found its link by then loses nothing. */
export function logCloses({ endsAt, startedAt, endedAt }: Times): Date {
  const last = endedAt?.getTime() ?? Math.max(endsAt.getTime(), startedAt?.getTime() ?? 0);
  return new Date(last + LOG_CLOSES_MS);
}

/** What a phone knows of a drill, for one person. */
export interface DrillRun {
  drillId: string;
  /** When it was true, by the site's clock. */
  at: number;
  state: DrillState;
  /** With the mark 演练. */
  title: string;
  place: string;
  muster: string;
  startsAt: number;
  endsAt: number;
  startedAt: number | null;
  endedAt: number | null;
  end: DrillEnd['kind'] | null;
  closesAt: number;
  me: {
    hand: Hand;
    /** May start and end it: whoever organises or controls. */
    controls: boolean;
    /** Null: an organiser who has no role in it. */
    participantId: string | null;
    role: string | null;
    part: string;
    group: string;
    duty: string;
    unit: string;
  };
  safety: { officer: string; signal: string; afterStop: readonly string[] };
  injects: readonly RunInject[];
  measures: readonly Pick<
    DrillScript['measures'][number],
    'id' | 'name' | 'from' | 'to' | 'targetSeconds'
  >[];
  units: readonly { unit: string; expected: number | null }[];
  people: readonly RunPerson[];
  /** One's own entries, as the site has them. */
  own: readonly OwnEntry[];
  /** Others', as far as this phone shows them. */
  others: readonly LogFact[];
  version: number;
  /** A digest of all above that is not of the log: it changes when something of it does, and tells nothing else. */
  shown: string;
}

export interface RunPerson {
  /** Of the part in the drill. */
  id: string;
  /** Masked. */
  name: string;
  role: string;
  unit: string;
}

export interface OwnEntry extends LogFact {
  note: string;
}

/** What a phone asks for every few seconds. */
export interface DrillLive {
  state: DrillState;
  startedAt: number | null;
  endedAt: number | null;
  end: DrillEnd['kind'] | null;
  muster: MusterSums;
  /** As in `DrillRun`: where it differs, what is shown is fetched anew. */
  shown: string;
  /** How many entries the log has. */
  version: number;
}

/** All that holds on a phone: what the site knows and what only this phone knows yet. */
export function withOwn(
  run: DrillRun,
  unsent: readonly OwnEntry[],
): {
  facts: LogFact[];
  own: OwnEntry[];
} {
  const own = [...run.own, ...unsent];
  // Others' slips that one has taken back are meant as well.
  const facts = standing([...run.others, ...own]);
  const taken = new Set(own.flatMap(({ kind, ref }) => (kind === 'undo' ? [ref] : [])));
  const once = new Map(own.map((entry) => [entry.id, entry]));
  const shown = [...once.values()]
    .filter(({ id, kind }) => kind !== 'undo' && !taken.has(id))
    .sort((a, b) => byTime(b, a));
  return { facts, own: shown };
}

/** `3分05秒`, `48秒`. */
export function durationWords(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return minutes === 0 ? `${rest}秒` : `${minutes}分${String(rest).padStart(2, '0')}秒`;
}

/** `12:05` since the start, in minutes and seconds; `-3:00` before it. */
export function sinceStart(at: number, startedAt: number): string {
  const seconds = Math.floor(Math.abs(at - startedAt) / 1000);
  const sign = at < startedAt ? '-' : '';
  return `${sign}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export const kindWords: Readonly<Record<EntryKind, string>> = {
  inject_sent: '情景已发出',
  inject_seen: '收到情景',
  inject_done: '做了',
  measure_from: '计时起点',
  measure_to: '计时终点',
  muster: '点人数',
  arrived: '到了',
  observation: '观察',
  stop_heard: '听到停止',
  undo: '撤回',
};

/** One entry in words: what, of what, how many. Never who. */
export function entryWords(
  { kind, ref, unit, value, expected }: Omit<LogFact, 'id' | 'at'>,
  script: {
    measures: readonly { id: string; name: string; from: string; to: string }[];
    injects: readonly { id: string; text: string }[];
  },
): string {
  const measure = script.measures.find(({ id }) => id === ref);
  if (kind === 'measure_from' && measure) return `${measure.name}起：${measure.from}`;
  if (kind === 'measure_to' && measure) return `${measure.name}止：${measure.to}`;
  if (kind === 'muster') {
    const lacking = expected !== null && value !== null && value < expected ? expected - value : 0;
    return `${unit}：到${value}人${expected === null ? '' : `，应到${expected}人`}${lacking > 0 ? `，差${lacking}人` : ''}`;
  }
  const inject = script.injects.find(({ id }) => id === ref);
  return inject ? `${kindWords[kind]}：${inject.text}` : kindWords[kind];
}

/** What everybody does at once, whatever they were doing. */
export const stopWords: Readonly<
  Record<'stopped' | 'real_event', { title: string; lines: readonly string[] }>
> = {
  stopped: {
    title: '演练停止',
    lines: [
      '马上停下手上的事，原地站好。',
      '看看身边的人有没有事。',
      '听现场负责人的，不要自己走。',
    ],
  },
  real_event: {
    title: '真实险情，演练取消',
    lines: [
      '现在是真的，不是演练。',
      '按真的险情办：先离开危险，再帮身边的人。',
      '有火、有人被困打119；有人受伤打120；要报警打110。',
    ],
  },
};

const notHere = {
  code: 'not_found',
  reason: 'drill_not_yours',
  message: '没有找到这次演练，或者你不在里面。',
} as const;
export const runNotYours = notHere;

export const logRefusals: Refusals = {
  drill_not_yours: notHere,
  log_is_cancelled: { code: 'conflict', message: '这次演练取消了，不再记录。' },
  log_not_open: { code: 'conflict', message: '离开始还早，开始前12小时起才能记。' },
  log_closed: {
    code: 'conflict',
    message: '演练结束超过24小时，不再收记录。请抄在纸上，交给组织的人。',
  },
  sent_by_control: { code: 'conflict', message: '情景由导调的人发。' },
  participant_unknown: { code: 'conflict', message: '名单里没有这个人。' },
  entry_unknown: { code: 'conflict', message: '要撤回的那一条没有记上，不用撤回。' },
  observation_has_words: { code: 'invalid', field: 'note', message: '请写看到了什么' },
  entries_used_up: {
    code: 'conflict',
    message: '一个人最多记600条。请抄在纸上，交给组织的人。',
  },
  drill_logs_room: {
    code: 'conflict',
    message: '这次演练已经记了5000条，不能再记。请抄在纸上，交给组织的人。',
  },
  'unique:drill_log_entries.id': {
    ...{ code: 'conflict', reason: 'entry_known' },
    message: '这一条已经记下了。',
  },
};
