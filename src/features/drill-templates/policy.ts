/** What no single field of a template or sheet can see: each rule is told the field and what to write. */
import { DRILL_MARK } from '../../lib/drill-mark.ts';
import { lengthOf } from '../../lib/content.ts';
import { checkSourced, type Sourced, type SourcedSettings } from '../../lib/sourced.ts';

/** What the rules read of a parsed template. */
interface Template {
  form: keyof typeof RUN_GROUPS;
  minutes: number;
  aims: { text: string; check: string; sources: string[] }[];
  roles: { name: string; part: string }[];
  injects: { minute: number; to: string[]; text: string; expect: string }[];
  measures: { target?: { sources: string[] } | undefined }[];
  routes: unknown[];
  musters: unknown[];
  materials: { name: string; sources: string[] }[];
  safety: { officer: string; before: Line[]; never: Line[] };
  notice: 'none' | { text: string };
  vulnerable: { helper: string; sources: string[] }[];
  evaluation: Item[];
}
interface Sheet {
  form: string;
  signal: Line;
  stop: Line[];
  afterStop: Line[];
  prepare: Item[];
  conclude: Item[];
}
interface Line {
  text: string;
  sources: string[];
}
interface Item extends Line {
  group: string;
  weight: number;
}
type Refuse = (path: PropertyKey[], message: string) => void;

/** 实战 after annex A of AQ/T 9009-2015; 桌面 is 本平台约定. */
export const RUN_GROUPS = {
  实战: [
    '预警与信息报告',
    '紧急动员',
    '事故监测与研判',
    '指挥协调',
    '事故处置',
    '应急资源管理',
    '应急通信',
    '信息公开',
    '人员保护',
    '警戒与管制',
    '医疗救护',
    '现场控制与恢复',
  ],
  桌面: ['情况研判', '任务分工', '指挥决策', '协同配合', '信息发布', '预案检验'],
} as const;

/** 100 together, 本平台约定: what people did counts most. A sheet brings the first and the last, a template the middle. */
export const WEIGHTS = { prepare: 20, run: 70, conclude: 10 } as const;

export { DRILL_MARK };

export const PLACEHOLDERS = [
  '组织单位',
  '日期',
  '开始时间',
  '结束时间',
  '地点',
  '集合点',
  '联系电话',
] as const;

const FRIGHTENING = /死亡|死者|遇难|丧生|尸体|血泊|惨|恐怖|恐慌|惊慌|吞没|滚滚|生死|千钧一发/;
const CALLED = /[打拨](?:119|120|110|122|12119|12395|12345)/;
const TIME_LIMIT = /[\d一二两三四五六七八九十半]+个?(?:秒|分钟|小时)之?内/;
const NUMBER_OF_SOMEBODY = /(?:\d[-\s]?){7,}/;

/**
 * A template against every rule that joins its fields, and against its sources.
 * @param refuse is told the field and what to write.
 */
export function checkTemplate(
  drill: Template & Sourced,
  settings: SourcedSettings,
  refuse: Refuse,
): void {
  checkRoles(drill, refuse);
  checkField(drill, refuse);
  checkInjects(drill, refuse);
  checkNotice(drill, refuse);
  checkWeights(drill.evaluation, WEIGHTS.run, ['evaluation'], refuse);
  checkGroups(drill, refuse);
  checkWords(drill, refuse);
  checkLimits(drill, refuse);
  checkTitles(drill.sources, refuse);
  checkSourced(drill, claimsOf(drill), settings, refuse);
}

/**
 * What all drills of a form share, against the same rules.
 * @param refuse is told the field and what to write.
 */
export function checkSheet(
  shared: Sheet & Sourced,
  settings: SourcedSettings,
  refuse: Refuse,
): void {
  const { form, signal, stop, afterStop, prepare, conclude } = shared;
  if (form === '实战' && !/哨.*喇叭|喇叭.*哨/.test(signal.text)) {
    refuse(['signal', 'text'], '实战的停止信号要写明哨子和喇叭');
  }
  checkWeights(prepare, WEIGHTS.prepare, ['prepare'], refuse);
  checkWeights(conclude, WEIGHTS.conclude, ['conclude'], refuse);
  checkTitles(shared.sources, refuse);
  const claims = Object.entries({ stop, afterStop, prepare, conclude }).flatMap(([part, list]) =>
    list.map(({ sources }, at) => ({ path: [part, at], sources })),
  );
  checkSourced(
    shared,
    [{ path: ['signal'], sources: signal.sources }, ...claims],
    settings,
    refuse,
  );
}

function checkRoles({ roles, safety, vulnerable }: Template, refuse: Refuse) {
  const names = roles.map(({ name }) => name);
  names.forEach((name, at) => {
    if (names.indexOf(name) !== at) refuse(['roles', at, 'name'], `角色“${name}”写了两次`);
  });
  for (const part of ['参演', '控制', '评估'] as const) {
    if (!roles.some((one) => one.part === part)) refuse(['roles'], `请写至少1个${part}的角色`);
  }
  const officer = roles.find(({ name }) => name === safety.officer);
  if (officer?.part !== '控制') {
    refuse(['safety', 'officer'], '安全员要写在 roles 里，part 是控制');
  }
  vulnerable.forEach(({ helper }, at) => {
    if (!names.includes(helper)) {
      refuse(['vulnerable', at, 'helper'], `角色“${helper}”不在 roles 里，请写真有的角色`);
    }
  });
}

function checkField({ form, routes, musters, materials }: Template, refuse: Refuse) {
  if (form === '桌面') return;
  if (routes.length === 0) refuse(['routes'], '实战演练请写要填的路线');
  if (musters.length === 0) refuse(['musters'], '实战演练请写要填的集合点');
  const has = (what: RegExp) => materials.some(({ name }) => what.test(name));
  if (!has(/哨/) || !has(/喇叭|扩音|喊话/)) {
    refuse(['materials'], '实战演练靠哨子和喇叭叫停，请把两样都写进物资');
  }
}

function checkInjects({ injects, roles, minutes }: Template, refuse: Refuse) {
  if (injects[0]?.minute !== 0) refuse(['injects', 0, 'minute'], '第一条从第0分钟开始');
  injects.forEach(({ minute, to }, at) => {
    const before = injects[at - 1]?.minute ?? 0;
    if (minute < before) {
      refuse(['injects', at, 'minute'], `第${minute}分钟排在第${before}分钟后面，请按时间排`);
    }
    if (minute > minutes) {
      refuse(['injects', at, 'minute'], `第${minute}分钟超过了全程${minutes}分钟`);
    }
    to.forEach((name, nth) => {
      const found = roles.find((one) => one.name === name);
      if (found === undefined) {
        refuse(['injects', at, 'to', nth], `角色“${name}”不在 roles 里，请写真有的角色`);
      } else if (found.part === '评估' || found.part === '观摩') {
        refuse(['injects', at, 'to', nth], `“${name}”只看不做，情景发给别的角色`);
      }
    });
  });
  const last = injects.at(-1);
  if (last && !last.text.includes('结束')) {
    refuse(['injects', injects.length - 1, 'text'], '最后一条要宣布演练结束');
  }
  roles.forEach(({ name, part }, at) => {
    if (part !== '参演' || injects.some(({ to }) => to.includes(name))) return;
    refuse(['roles', at, 'name'], `“${name}”没有收到一条情景，请写一条，或删掉这个角色`);
  });
}

function checkNotice({ notice: written, form }: Template, refuse: Refuse) {
  if (written === 'none') {
    if (form !== '桌面') refuse(['notice'], '实战演练要提前告诉居民，请写 channels 和 text');
    return;
  }
  const used = [...written.text.matchAll(/\{(.*?)\}/g)].map(([, name = '']) => name);
  const known: readonly string[] = PLACEHOLDERS;
  for (const name of used.filter((one) => !known.includes(one))) {
    refuse(['notice', 'text'], `不认识“{${name}}”，只能写 ${PLACEHOLDERS.join('、')}`);
  }
  for (const name of PLACEHOLDERS.filter((one) => one !== '集合点' && !used.includes(one))) {
    refuse(['notice', 'text'], `没有写“{${name}}”，居民要知道`);
  }
  if (!written.text.includes(DRILL_MARK)) refuse(['notice', 'text'], '请写明这是演练');
}

function checkWeights(
  items: readonly { weight: number }[],
  wanted: number,
  path: PropertyKey[],
  refuse: Refuse,
) {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  if (total !== wanted) refuse(path, `权重合计${total}分，要正好${wanted}分`);
}

function checkGroups({ evaluation, form }: Template, refuse: Refuse) {
  const allowed: readonly string[] = RUN_GROUPS[form];
  evaluation.forEach(({ group }, at) => {
    if (allowed.includes(group)) return;
    refuse(['evaluation', at, 'group'], `${form}演练请从 ${allowed.join('、')} 里选一个`);
  });
  if (new Set(evaluation.map(({ group }) => group)).size < 4) {
    refuse(['evaluation'], '请至少从4个方面评估');
  }
}

/** Every string of a template with the path on which it stands. */
function* stringsIn(value: unknown, path: PropertyKey[] = []): Generator<[PropertyKey[], string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) yield* stringsIn(one, [...path, at]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) yield* stringsIn(one, [...path, key]);
  }
}

function checkWords(drill: Template, refuse: Refuse) {
  for (const [path, line] of stringsIn(drill)) {
    // The list of sources quotes titles as they are, and dates are no numbers to call.
    if (['sources', 'writtenOn', 'review'].includes(String(path[0]))) continue;
    if (NUMBER_OF_SOMEBODY.test(line)) {
      refuse(path, '这里像是一个真的号码，请删掉，让组织单位自己填');
    }
    if (CALLED.test(line) && !/模拟|不真/.test(line)) {
      refuse(path, '演练里不真打应急电话，请写“模拟打119”');
    }
    const frightening = FRIGHTENING.exec(line)?.[0];
    if (frightening) refuse(path, `“${frightening}”会吓到人，请换成平常的说法`);
  }
}

/** A time that nobody wrote down anywhere would be taken for a rule. */
function checkLimits({ aims, evaluation }: Template, refuse: Refuse) {
  for (const [part, list] of Object.entries({ aims, evaluation })) {
    list.forEach((one, at) => {
      const lines = 'check' in one ? [one.text, one.check] : [one.text];
      if (one.sources.length > 0 || !lines.some((line) => TIME_LIMIT.test(line))) return;
      refuse([part, at], '时间指标要有出处，没有就删掉，时间放到 measures 里量');
    });
  }
}

/** Law by its full name, everything by 《》 and with the clause, so that an officer finds the sentence. */
function checkTitles(
  sources: Record<string, { title: string; clause?: string | undefined }>,
  refuse: Refuse,
) {
  for (const [key, { title, clause }] of Object.entries(sources)) {
    if (!/《.{2,}》|发布会$/.test(title)) {
      refuse(['sources', key, 'title'], '请写正式名称，文件名加书名号');
    } else if (/^《(?!中华人民共和国).*(?<!办)法》$/.test(title)) {
      refuse(['sources', key, 'title'], '法律请写全称，例如《中华人民共和国消防法》');
    } else if (title.startsWith('《') && clause === undefined) {
      refuse(['sources', key, 'clause'], '请写文号或第几条');
    }
  }
}

function claimsOf({ aims, measures, materials, safety, vulnerable, evaluation }: Template) {
  const targets = measures.map(({ target }) => ({ sources: target?.sources ?? [] }));
  const lists: [PropertyKey[], readonly { sources: string[] }[]][] = [
    [['aims'], aims],
    [['measures'], targets],
    [['materials'], materials],
    [['safety', 'before'], safety.before],
    [['safety', 'never'], safety.never],
    [['vulnerable'], vulnerable],
    [['evaluation'], evaluation],
  ];
  return lists.flatMap(([path, list]) =>
    list.map(({ sources }, at) => ({ path: [...path, at], sources })),
  );
}

/** Two templates that share more than this share of their pairs of characters are one template written twice. */
const LIKENESS_MAX = 0.2;
/** Shorter sentences are the trade's common words. */
const SAME_SENTENCE_CHARACTERS = 16;

function sentencesOf({ aims, injects, evaluation, safety }: Template) {
  return [
    ...aims.flatMap(({ text: line, check }) => [line, check]),
    ...injects.flatMap(({ text: line, expect }) => [line, expect]),
    ...evaluation.map(({ text: line }) => line),
    ...[...safety.before, ...safety.never].map(({ text: line }) => line),
  ];
}

function pairsOf(lines: readonly string[]) {
  return new Set(
    lines.flatMap((line) => {
      const letters = Array.from(line.replace(/[^\p{L}\p{N}]/gu, ''));
      return letters.slice(1).map((letter, at) => `${letters[at]}${letter}`);
    }),
  );
}

/**
 * What no single file can show: templates, or sentences of them, that were copied instead of written for their place.
 * @param drills by slug.
 * @returns one message for each pair or sentence, naming the file and what to write.
 */
export function copiedTemplates(drills: Readonly<Record<string, Template>>): string[] {
  const read = Object.entries(drills).map(([slug, drill]) => {
    const sentences = sentencesOf(drill);
    return { slug, sentences, pairs: pairsOf(sentences) };
  });
  return read.flatMap((one, at) =>
    read.slice(at + 1).flatMap((other) => {
      const shared = one.pairs.intersection(other.pairs).size;
      const likeness = shared / one.pairs.union(other.pairs).size;
      const same = one.sentences.filter(
        (line) => lengthOf(line) >= SAME_SENTENCE_CHARACTERS && other.sentences.includes(line),
      );
      return [
        ...(likeness > LIKENESS_MAX
          ? [`${other.slug}：和 ${one.slug} 太像了，请照自己的场景写`]
          : []),
        ...same.map((line) => `${other.slug}：“${line}”和 ${one.slug} 一样，请换成自己的说法`),
      ];
    }),
  );
}

/** Asked for on the list: nothing means all. */
export interface TemplatesAsked {
  hazard?: string | undefined;
  organiser?: string | undefined;
}

/** The templates that fit; what the list does not know narrows nothing. */
export function templatesFor<
  Entry extends { data: { hazard: string; organisers: readonly string[] } },
>(templates: readonly Entry[], { hazard, organiser }: TemplatesAsked): Entry[] {
  return templates.filter(
    ({ data }) =>
      (hazard === undefined || data.hazard === hazard) &&
      (organiser === undefined || data.organisers.includes(organiser)),
  );
}

/** How many people a role takes, as one says it. */
export function capacityWords(capacity: {
  count: number;
  each?: string | undefined;
  perPeople?: number | undefined;
}): string {
  const { count, each, perPeople } = capacity;
  if (each !== undefined) return `每${each}${count}人`;
  return perPeople === undefined ? `${count}人` : `每${perPeople}人配${count}人`;
}

/** How much of a thing is needed, as one says it. */
export function amountWords(one: {
  amount: number;
  unit: string;
  each?: string | undefined;
}): string {
  const { amount, unit, each } = one;
  return each === undefined ? `${amount}${unit}` : `每${each}${amount}${unit}`;
}

/** A notice in its order: words as they are written, and what the organiser fills in by its name. */
export function noticeParts(text: string): { words: string; blank: string | null }[] {
  return [...text.matchAll(/([^{]*)(?:\{(.*?)\})?/g)]
    .map(([, words = '', blank = null]) => ({ words, blank }))
    .filter(({ words, blank }) => words !== '' || blank !== null);
}

/** Reviewed is only what was reviewed in both its parts; then the older review counts. */
export function reviewOf(
  template: Pick<Sourced, 'review'>,
  sheet: Pick<Sourced, 'review'>,
): Sourced['review'] {
  if (template.review === 'none' || sheet.review === 'none') return 'none';
  return sheet.review.nextDue < template.review.nextDue ? sheet.review : template.review;
}

/** Every sentence and name in a template, its sources apart. */
export function templateText(drill: { sources: unknown }): string[] {
  return [...stringsIn(drill)].filter(([[part]]) => part !== 'sources').map(([, text]) => text);
}
