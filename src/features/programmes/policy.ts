import { createHash } from 'node:crypto';
import { levelOf } from '../../lib/regions/codes.ts';
import { checkSourced } from '../../lib/sourced.ts';
import type { CalendarDate } from '../../lib/time.ts';
import type {
  Bodies,
  DecidingLevel,
  Department,
  EvidenceKind,
  Point,
  Programme,
  ProgrammeSettings,
  Released,
  Step,
} from './schema.ts';

export const departmentWords: Readonly<Record<Department, string>> = {
  emergency: '应急管理',
  meteorology: '气象',
  earthquake: '地震',
  fire: '消防救援',
};

export const evidenceWords: Readonly<Record<EvidenceKind, string>> = {
  drill_record: '演练记录',
  training: '培训名单',
  roster: '队伍名册',
  shelter: '避难场所',
  profile: '社区基本情况',
  file: '上传的文件',
};

/** `2分`, `0.5分`. @param tenths of a point. */
export function pointsWords(tenths: number): string {
  const rest = tenths % 10;
  return `${(tenths - rest) / 10}${rest === 0 ? '' : `.${rest}`}分`;
}

/** What must stand beside whatever no document says. */
export function basisWords(
  { ours }: { ours?: true | undefined },
  what: 'criterion' | 'number',
): string | undefined {
  if (!ours) return undefined;
  return what === 'criterion' ? '平台示例指标' : '本平台约定';
}

/** What a body was called on a day. @throws for a key that `content/bodies.json` does not have. */
export function bodyName(bodies: Bodies, key: string, on: CalendarDate): string {
  const names = bodies[key]?.names ?? [];
  const then = names.findLast(({ from }) => from === undefined || from <= on);
  if (!then) throw new Error(`content/bodies.json：没有“${key}”`);
  return then.name;
}

/**
 * The version that a new application is begun with: the latest that has begun. One that has ended does not bring back
 * the one before it.
 */
export function programmeInForce(
  versions: readonly Programme[],
  on: CalendarDate,
): Programme | undefined {
  const latest = versions
    .filter(({ effective }) => effective.from <= on)
    .sort((one, other) => Number(other.version) - Number(one.version))[0];
  const until = latest?.effective.until;
  return until === undefined || on <= until ? latest : undefined;
}

/** The points of a programme in the order of the form. */
export const pointsOf = ({ groups }: Pick<Programme, 'groups'>): Point[] =>
  groups.flatMap(({ items }) => items.flatMap(({ points }) => points));

/** The most that a point can give, in tenths. */
export function maxOf({ score }: Pick<Point, 'score'>): number {
  return score.kind === 'steps' ? Math.max(...score.steps.map(({ points }) => points)) : score.max;
}

/** How many more files an office may pass at a step this year; undefined where nothing limits them. */
export function quotaLeft(
  { quotas }: Pick<Programme, 'quotas'>,
  step: string,
  passedThisYear: number,
): number | undefined {
  const quota = quotas.find((one) => one.step === step);
  return quota && Math.max(0, quota.count - passedThisYear);
}

/** JSON with sorted keys: the same for files that differ in layout, quotes or the order of fields alone. */
function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString().slice(0, 10));
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** SHA-256 of a criteria file's content, in hexadecimal. @param content as the YAML says it, before the schema. */
export const contentHash = (content: unknown): string =>
  createHash('sha256').update(canonical(content), 'utf8').digest('hex');

/**
 * What is wrong with the released files, each with its file and what to do.
 * @param files their content as the YAML says it, by `<key>/<version>`.
 */
export function releaseProblems(
  files: Readonly<Record<string, unknown>>,
  released: Released,
): string[] {
  return Object.entries(released).flatMap(([name, { on, sha256 }]) => {
    const file = `content/criteria/${name}.yaml`;
    if (!Object.hasOwn(files, name)) return [`${file}：${on}已发布，不能删。请恢复这个文件`];
    if (contentHash(files[name]) === sha256) return [];
    const [key, version] = name.split('/');
    return [
      `${file}：${on}已发布，不能改。请恢复原文，把改动写进 content/criteria/${key}/${Number(version) + 1}.yaml，version 写 "${Number(version) + 1}"，新版的 effective 从以后的日子算起`,
    ];
  });
}

/** Deciding levels from below, and where what is named stands among them. */
const RANKS: Readonly<Record<DecidingLevel | 'community', number>> = {
  community: -1,
  town: 0,
  county: 1,
  city: 2,
  province: 3,
  national: 4,
};

/** Some files are visited, and a draw says which. */
export const isSampled = ({ visit }: Pick<Step, 'visit'>): boolean =>
  visit !== 'none' && visit.percent < 100;

/** Phases of a programme in order: what stages share out among themselves. */
export const phasesOf = ({ steps }: Pick<Programme, 'steps'>): string[] => [
  'draft',
  ...steps.map(({ key }) => key),
  'notice',
  'naming',
];

type Refuse = (path: PropertyKey[], message: string) => void;

interface Based {
  path: PropertyKey[];
  sources: readonly string[];
  ours: boolean;
}

/** Every text and claim of a file, with its place; the list of sources itself is left out. */
function walk(
  value: unknown,
  path: PropertyKey[],
  seen: { claims: Based[]; texts: { path: PropertyKey[]; text: string }[] },
): typeof seen {
  if (typeof value === 'string') seen.texts.push({ path, text: value });
  if (typeof value !== 'object' || value === null) return seen;
  const { sources, ours } = value as { sources?: unknown; ours?: unknown };
  if (Array.isArray(sources)) seen.claims.push({ path, sources, ours: ours === true });
  for (const [key, one] of Object.entries(value)) {
    if (key !== 'sources') walk(one, [...path, Array.isArray(value) ? Number(key) : key], seen);
  }
  return seen;
}

function checkBasis(programme: Programme, { today }: ProgrammeSettings, refuse: Refuse): void {
  const { claims, texts } = walk(programme, [], { claims: [], texts: [] });
  for (const { path, sources, ours } of claims) {
    if (sources.length > 0 && ours) {
      refuse([...path, 'ours'], '有出处就删掉 ours，没有出处就删掉 sources');
    } else if (sources.length === 0 && !ours) {
      refuse(
        [...path, 'sources'],
        '请写 sources: [来源代号]；没有出处就写 ours: true，网页会标“平台示例指标”或“本平台约定”',
      );
    }
  }
  for (const { path, text } of texts) {
    if (/国家标准|国标/.test(text)) refuse(path, '不能说成国家标准，请删掉这几个字');
  }
  const { writtenOn, sources } = programme;
  checkSourced({ writtenOn, review: 'none', sources }, claims, { reviewers: [], today }, refuse);
}

function checkKeys(programme: Programme, refuse: Refuse): void {
  const lists: [string, readonly { key: string }[]][] = [
    ['conditions', programme.conditions],
    ['steps', programme.steps],
    ['groups', programme.groups],
    ['groups', programme.groups.flatMap(({ items }) => items)],
    ['groups', pointsOf(programme)],
  ];
  for (const [field, list] of lists) {
    const keys = list.map(({ key }) => key);
    const twice = keys.find((key, at) => keys.indexOf(key) !== at);
    if (twice !== undefined) refuse([field], `代号“${twice}”写了两次，请换一个`);
  }
  const reserved = programme.steps.findIndex(({ key }) =>
    ['draft', 'notice', 'naming'].includes(key),
  );
  if (reserved >= 0) refuse(['steps', reserved, 'key'], '这个代号另有用处，请换一个');
}

function checkPoints({ groups, threshold }: Programme, refuse: Refuse): void {
  groups.forEach((group, at) => {
    const sum = pointsOf({ groups: [group] }).reduce((total, point) => total + maxOf(point), 0);
    if (sum !== group.max.points) {
      refuse(
        ['groups', at, 'max', 'points'],
        `“${group.title}”写${pointsWords(group.max.points)}，下面各项加起来是${pointsWords(sum)}，请改成一样`,
      );
    }
    group.items.forEach(({ points }, item) => {
      points.forEach((point, index) => {
        const path = ['groups', at, 'items', item, 'points', index, 'score'];
        if (maxOf(point) === 0) refuse(path, '满分要大于0');
        if (point.score.kind !== 'steps') return;
        const given = point.score.steps.map(({ points: tenths }) => tenths);
        const rises = given.every((tenths, step) => tenths > (given[step - 1] ?? 0));
        if (!rises) refuse([...path, 'steps'], '档次从低到高写，每档都大于0，0分不用写');
      });
    });
  });
  const total = groups.reduce((sum, { max }) => sum + max.points, 0);
  if (threshold.points > total)
    refuse(['threshold', 'points'], `门槛高过了总分${pointsWords(total)}`);
}

/** Where an office stands; one outside this site needs one on it that enters what was decided. */
function checkOffice(
  { level, recordedBy }: Pick<Step, 'level' | 'recordedBy'>,
  path: PropertyKey[],
  refuse: Refuse,
): void {
  if (level === 'national' && recordedBy === undefined) {
    refuse([...path, 'recordedBy'], '国家一级不在本站办理，请写由哪一级登记结果，例如 province');
  }
  if (level !== 'national' && recordedBy !== undefined) {
    refuse([...path, 'recordedBy'], '这一级在本站办理，请删掉 recordedBy');
  }
}

function checkSteps(programme: Programme, { bodies }: ProgrammeSettings, refuse: Refuse): void {
  const { steps, unit, naming, notice, recheck } = programme;
  steps.forEach((step, at) => {
    checkOffice(step, ['steps', at], refuse);
    if (!bodies.includes(step.body)) {
      refuse(['steps', at, 'body'], `content/bodies.json 里没有“${step.body}”，请先写进去`);
    }
    if (RANKS[step.level] <= RANKS[unit]) {
      refuse(['steps', at, 'level'], '要由比申报单位高的一级来办');
    }
    const before = steps[at - 1];
    if (before && RANKS[step.level] < RANKS[before.level]) {
      refuse(['steps', at, 'level'], '步骤从低的一级往高的一级写');
    }
    if (step.optional && (step.scoring !== 'none' || step.visit !== 'none')) {
      refuse(['steps', at, 'optional'], '可以不办的步骤不打分，也不去现场');
    }
  });
  if (steps.at(-1)?.optional) refuse(['steps', steps.length - 1, 'optional'], '最后一步不能不办');
  if (!steps.some(({ scoring }) => scoring !== 'none')) refuse(['steps'], '至少有一步要打分');
  checkOffice(notice, ['notice'], refuse);
  checkOffice(naming, ['naming'], refuse);
  checkOffice(recheck, ['recheck'], refuse);
  naming.bodies.forEach((body, at) => {
    if (!bodies.includes(body)) {
      refuse(['naming', 'bodies', at], `content/bodies.json 里没有“${body}”，请先写进去`);
    }
  });
}

function checkStages(programme: Programme, refuse: Refuse): void {
  const phases = phasesOf(programme);
  const covered = programme.stages.flatMap(({ covers }) => covers);
  if (covered.join(' ') === phases.join(' ')) return;
  refuse(['stages'], `各阶段的 covers 合起来要正好是 ${phases.join('、')}，按这个顺序`);
}

/**
 * What no single field can see.
 * @param refuse is told the field and what to write.
 */
export function checkProgramme(
  programme: Programme,
  settings: ProgrammeSettings,
  refuse: Refuse,
): void {
  checkBasis(programme, settings, refuse);
  checkKeys(programme, refuse);
  checkPoints(programme, refuse);
  checkSteps(programme, settings, refuse);
  checkStages(programme, refuse);
  const { effective, quotas, steps, prerequisites, level, unit, region } = programme;
  if (level === 'national' ? region !== 'all' : levelOf(region) !== level) {
    refuse(['region'], '国家级写 all，省级、市级、县级写本级的行政区划代码');
  }
  if (effective.until !== undefined && effective.until < effective.from) {
    refuse(['effective', 'until'], '截止日期早于开始日期');
  }
  quotas.forEach(({ step }, at) => {
    if (!steps.some(({ key }) => key === step)) refuse(['quotas', at, 'step'], `没有步骤“${step}”`);
  });
  prerequisites.forEach((wanted, at) => {
    const [ranked, own] = [RANKS[wanted.unit], RANKS[unit]];
    if (ranked > own || (ranked === own && RANKS[wanted.level] >= RANKS[level])) {
      refuse(['prerequisites', at], '前置称号要比这个称号低一级，或者属于辖区里更小的单位');
    }
  });
}
