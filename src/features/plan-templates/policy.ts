import type { Block, DocumentParts } from '../../lib/document.ts';
import {
  checkSourced,
  sourceNumber,
  type Sourced,
  type SourcedSettings,
} from '../../lib/sourced.ts';

/** What a plan has to say, by 突发事件应对法 (2024) 第二十八条; the first and the last chapter are 本平台约定. */
export const PLAN_PARTS = [
  '适用范围和风险',
  '组织指挥和职责',
  '预防和预警',
  '处置程序',
  '应急保障',
  '恢复和善后',
  '演练和修订',
] as const;

/** Blanks that a community's profile can fill; others would stay empty for ever. With what to write by hand. */
export const BLANKS: Readonly<Record<string, string>> = {
  单位名称: '全称',
  办公地址: '门牌',
  办公电话: '区号和号码',
  户数和人口: '几户、几人',
  灾害信息员A角: '姓名、电话',
  灾害信息员B角: '姓名、电话',
  主要风险: '什么风险、在哪里',
  避难场所: '名称、地址、能安置几人',
  疏散路线: '从哪里走到哪里',
  集合点: '地点',
  怎么接到预警: '平台、短信、广播',
  怎么传给居民: '大喇叭、微信群、入户',
  怎么报灾情: '电话、系统',
  听不到的人怎么通知: '谁上门',
  要照顾的人数: '哪几类、各几人',
  储备点: '地点',
  物资: '名称和数量',
};

interface Line {
  text: string;
  sources: readonly string[];
}
interface Plan extends Sourced {
  name: string;
  holder: string;
  parts: readonly {
    title: string;
    lines: readonly Line[];
    calls: readonly { from: string; to: string; what: string }[];
  }[];
  annexes: readonly {
    title: string;
    columns: readonly string[];
    lines: number;
    note: string;
  }[];
}
type Refuse = (path: PropertyKey[], message: string) => void;

const BLANK = /\{([^{}]*)\}/g;
const NUMBER_OF_SOMEBODY = /(?:\d[-\s]?){7,}/;
const FRIGHTENING = /死亡|死者|遇难|丧生|尸体|惨|恐怖|惊慌/;
/** Who must be told of how soon is written in laws and in the county's own plan, not here. */
const TIME_LIMIT = /[\d一二两三四五六七八九十半]+个?(?:秒|分钟|小时)之?内/;

/**
 * A template against every rule that joins its fields, and against its sources.
 * @param refuse is told the field and what to write.
 */
export function checkPlan(plan: Plan, settings: SourcedSettings, refuse: Refuse): void {
  PLAN_PARTS.forEach((title, at) => {
    if (plan.parts[at]?.title !== title) {
      refuse(['parts', at, 'title'], `第${at + 1}章应是“${title}”，请按顺序写全`);
    }
  });
  const known = Object.keys(BLANKS);
  eachText(plan, (path, text) => {
    for (const [, name = ''] of text.matchAll(BLANK)) {
      if (!known.includes(name)) refuse(path, `不认识“{${name}}”，只能写 ${known.join('、')}`);
    }
    if (/[{}]/.test(text.replace(BLANK, ''))) refuse(path, '大括号没有成对，请写成{集合点}这样');
    if (NUMBER_OF_SOMEBODY.test(text)) refuse(path, '不写真的电话号码，改成要填的空');
    if (FRIGHTENING.test(text)) refuse(path, '换成平实的说法，不写吓人的词');
  });
  plan.parts.forEach(({ lines }, at) =>
    lines.forEach(({ text, sources }, nth) => {
      if (sources.length === 0 && TIME_LIMIT.test(text)) {
        refuse(['parts', at, 'lines', nth, 'text'], '时限要有出处；没有就改成“马上”“尽快”');
      }
    }),
  );
  if (!plan.parts.some(({ calls }) => calls.length > 0)) {
    refuse(['parts'], '请至少在一章里写谁给谁打电话（calls）');
  }
  checkSourced(
    plan,
    plan.parts.flatMap(({ lines }, at) =>
      lines.map(({ sources }, nth) => ({ path: ['parts', at, 'lines', nth], sources })),
    ),
    settings,
    refuse,
  );
}

function eachText(plan: Plan, see: (path: PropertyKey[], text: string) => void): void {
  plan.parts.forEach(({ lines, calls }, at) => {
    lines.forEach(({ text }, nth) => see(['parts', at, 'lines', nth, 'text'], text));
    calls.forEach((call, nth) =>
      (['from', 'to', 'what'] as const).forEach((name) =>
        see(['parts', at, 'calls', nth, name], call[name]),
      ),
    );
  });
  plan.annexes.forEach(({ note }, at) => see(['annexes', at, 'note'], note));
}

/** A piece of a line: words of the template, what a profile brought, or a blank to write in by hand. */
export interface Piece {
  kind: 'words' | 'filled' | 'blank';
  text: string;
}

/**
 * A line with its blanks filled. What is not known stays a blank with what to write.
 * @param values of `planValues`; without them every blank stays empty.
 */
export function fillLine(text: string, values: Readonly<Record<string, string>> = {}): Piece[] {
  return text.split(/(\{[^{}]*\})/).flatMap((part): Piece[] => {
    if (part === '') return [];
    const name = /^\{([^{}]*)\}$/.exec(part)?.[1];
    if (name === undefined) return [{ kind: 'words', text: part }];
    const value = values[name]?.trim() ?? '';
    return value === ''
      ? [{ kind: 'blank', text: `${name}（${BLANKS[name] ?? '填写'}）` }]
      : [{ kind: 'filled', text: value }];
  });
}

/** A filled line as one text, blanks as lines to write on. */
export const lineText = (pieces: readonly Piece[]): string =>
  pieces.map(({ kind, text }) => (kind === 'blank' ? `＿＿＿＿〔${text}〕` : text)).join('');

/** The names of blanks in a template that these values leave open, each once, in the order of the text. */
export function openBlanks(
  plan: Pick<Plan, 'parts' | 'annexes'>,
  values: Readonly<Record<string, string>>,
): string[] {
  const names: string[] = [];
  eachText(plan as Plan, (_, text) => {
    for (const [, name = ''] of text.matchAll(BLANK)) {
      if ((values[name]?.trim() ?? '') === '') names.push(name);
    }
  });
  return [...new Set(names)];
}

/** The title of somebody's plan, `示例社区居民委员会突发事件应急预案`; without a holder the template's own. */
export const planTitle = (plan: Pick<Plan, 'name' | 'holder'>, holder: string): string =>
  holder === '' ? plan.name : `${holder}${plan.name.replace(plan.holder, '')}`;

/** A template as a document for Word, filled as far as the values reach. @param holder whose plan it will be; '' for nobody's. */
export function planDocument(
  plan: Plan,
  values: Readonly<Record<string, string>>,
  holder: string,
): DocumentParts {
  const filled = (text: string) => lineText(fillLine(text, values));
  const marks = (keys: readonly string[]) =>
    keys.length > 0 ? `〔${keys.map((key) => sourceNumber(plan.sources, key)).join('、')}〕` : '';
  const parts = plan.parts.flatMap(({ title, lines, calls }, at): Block[] => [
    { kind: 'heading', text: `${at + 1} ${title}` },
    ...lines.map(({ text, sources }, nth): Block => ({
      kind: 'text',
      text: `${at + 1}.${nth + 1} ${filled(text)}${marks(sources)}`,
    })),
    ...(calls.length > 0
      ? [
          {
            kind: 'table' as const,
            caption: '谁给谁打电话',
            header: ['谁', '打给谁', '说什么'],
            rows: calls.map(({ from, to, what }) => [from, to, what].map(filled)),
            widths: [34, 34, 32],
          },
        ]
      : []),
  ]);
  const annexes = plan.annexes.flatMap(({ title, columns, lines, note }, at): Block[] => [
    { kind: 'subheading', text: `附表${at + 1} ${title}` },
    { kind: 'note', text: note },
    {
      kind: 'table',
      caption: title,
      header: columns,
      rows: Array.from({ length: lines }, () => columns.map(() => '')),
    },
  ]);
  const sources = Object.values(plan.sources).map(
    ({ title, issuer, clause }, at) =>
      `〔${at + 1}〕${title}${clause ? `，${clause}` : ''}。${issuer}`,
  );
  return {
    mark: '草稿',
    markNote: '由模板填成。核对、补齐、定稿以后，删掉这一行再印发',
    title: planTitle(plan, holder),
    blocks: [
      ...parts,
      { kind: 'heading', text: '附表' },
      ...annexes,
      { kind: 'heading', text: '依据' },
      { kind: 'list', items: sources },
      { kind: 'note', text: '没有标数字的，是本平台约定。当地的预案另有规定的，照当地的。' },
    ],
  };
}
