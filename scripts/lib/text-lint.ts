import { readdir, readFile } from 'node:fs/promises';
import { parseFrontmatter } from 'astro/markdown';

/**
 * What the schemas of texts of advice cannot see: advice that kills, figures that nobody can use or check, sentences too long for whom they are
 * written, and texts that are each other's copies. Each finding names file, line and what to do.
 */
export interface WrittenText {
  /** `content/guides/cpr.md`, for whoever has to mend it. */
  file: string;
  text: string;
}

/** Words of a text, where they stand. */
interface Line {
  file: string;
  /** From 1. */
  number: number;
  /** The field of the frontmatter; `body` below it. */
  field: string;
  text: string;
}

interface Rule {
  says: RegExp;
  instead: string;
}

/** Old advice that was given up, from the corrections in the field's sources; each may be named to warn of it. */
const GIVEN_UP: readonly Rule[] = [
  { says: /逆风跑/, instead: '林火横着风往火的两侧走' },
  { says: /三角空间|(生命|黄金)三角/, instead: '就近躲到结实的桌下，或蹲在内墙边护头' },
  { says: /控水|倒背|倒挂/, instead: '溺水的人没有正常呼吸，马上吹气和按压' },
  { says: /抠喉|催吐/, instead: '误服先打120，照电话里说的做' },
  { says: /(牙膏|酱油|香油)(?!色)/, instead: '烧烫伤用流动的凉水冲20分钟' },
  { says: /用雪(搓|擦)|火上?烤/, instead: '冻伤用37到40℃的温水泡，不搓不烤' },
  { says: /水(灌满|满)了?再(开门|推门)/, instead: '车落水马上解安全带、开窗、推门' },
  { says: /贴.{0,4}米字/, instead: '关紧锁好，离开窗户' },
  { says: /平衡气压/, instead: '龙卷风来了关好门窗，进内间' },
  { says: /两(指|根手指)(按|压)/, instead: '婴儿用单手掌根，或两个拇指环抱着按' },
  { says: /藿香正气/, instead: '热射病先降温，打120' },
  { says: /捂.{0,6}(冲|穿过|逃出)/, instead: '有烟就退回，关门堵缝等救援' },
  { says: /定时(松开|放松)/, instead: '止血带扎到止血，写明时间，等医生松' },
  { says: /酒精擦/, instead: '凉水擦身、扇风，快速降温' },
  { says: /用嘴吸/, instead: '被蛇咬了少动，去医院' },
  { says: /点火(查|试)漏/, instead: '用肥皂水查漏' },
  {
    says: /[一二三1-3](到|至|、|–|-)?[一二三1-3]?层.{0,4}(跑出|往外跑)/,
    instead: '地震先就近躲，震停再走',
  },
  { says: /(以下|以内|不到).{0,6}(可以|能)(开|涉水)过/, instead: '看不清深浅、水在流，一律绕行' },
];
/** Whoever says one of these warns of it. */
const WARNS = /不|别|勿|没|禁|莫|停用|旧|以前|谣|误|打叉|比.+(好|安全)/;
/** Where a text tells what to do; in `dont`, `old` and `why` the wrong way is shown as such. */
const ADVISES = new Set(['summary', 'text', 'do', 'new', 'body']);

/** 本平台约定: so many characters a sentence for each year of a reader's age, and never more than a phone shows at once. */
const CHARACTERS_A_YEAR = 5;
const SENTENCE_MOST = 60;
/** Of texts that name no age. */
const GROWN_UP = 18;

/** A name of a kind of announcement, where there is no 《title》. */
const ANNOUNCED =
  /发布会|提示|提醒|警示|警报|预警|通报|答复|公告|建议|要诀|倡议|科普|讲解|报道|说明|介绍|通知|行动|演练|实验|检查|救援|指南|核心信息|识别法|响应|号码|电话|“.+”/;

/** Copies: what share of its runs of four characters a paragraph has in common with another. */
const RUN = 4;
const SAME_SHARE = 0.7;
const PARAGRAPH_LEAST = 40;
/** A run that stands in so many paragraphs is a turn of speech. */
const COMMON_RUN = 40;

const lengthOf = (text: string) => Array.from(text).length;
const plain = (text: string) =>
  text.replace(/（?(\[[^\]]*\]\(#source-[^)]*\)[，、；]?)+）?/g, '').replace(/\s+/g, '');

/** The words of a text line by line. */
function linesOf({ file, text }: WrittenText): Line[] {
  const raw = text.split('\n');
  const end = raw.indexOf('---', 1);
  return raw.flatMap((line, index) => {
    const number = index + 1;
    if (index > end) {
      const isProse = line.trim() !== '' && !/^[#|]/.test(line);
      return isProse ? [{ file, number, field: 'body', text: line.trim() }] : [];
    }
    const [, field = '', value = ''] = /^\s*(?:- )?([a-z]+): (.+)$/i.exec(line) ?? [];
    return value === ''
      ? []
      : [{ file, number, field, text: value.replace(/^(['"])(.*)\1$/, '$2') }];
  });
}

const told = ({ file, number }: Line, message: string) => `${file}:${number}：${message}`;

function adviceProblems(line: Line): string[] {
  if (!ADVISES.has(line.field)) return [];
  return plain(line.text)
    .split(/[。；？]/)
    .flatMap((sentence) =>
      WARNS.test(sentence)
        ? []
        : GIVEN_UP.filter(({ says }) => says.test(sentence)).map(({ instead }) =>
            told(line, `“${sentence}”是已经弃用的说法。改成：${instead}`),
          ),
    );
}

/** Numbers to call, ratios and names with a figure in them are no values. */
const NO_VALUE = /^(1[12]\d|1\d{4}|95598|96\d{3})$/;

function figureProblems(line: Line): string[] {
  if (!ADVISES.has(line.field) && line.field !== 'dont') return [];
  const text = plain(line.text);
  const bare = [...text.matchAll(/(?<![\d.比·双])\d+(?:\.\d+)?(?=[，。；、：）]|$)/g)]
    .map(([value]) => value)
    .filter((value) => !NO_VALUE.test(value));
  const unsourced = line.field === 'body' && /\d/.test(text) && !line.text.includes('](#source-');
  return [
    ...bare.map((value) => told(line, `“${value}”没有单位。写上米、分钟、岁这样的单位`)),
    ...(unsourced && !/^[-*\d]/.test(text)
      ? [told(line, '这一段有数字，没有来源。在段末标来源，或不写数字')]
      : []),
  ];
}

function lengthProblems(line: Line, readingAge: number): string[] {
  if (line.field !== 'text' && line.field !== 'body') return [];
  const most = Math.min(SENTENCE_MOST, readingAge * CHARACTERS_A_YEAR);
  return plain(line.text)
    .split(/[。；？：]/)
    .filter((sentence) => lengthOf(sentence) > most)
    .map((sentence) =>
      told(
        line,
        `“${sentence.slice(0, 12)}……”有${lengthOf(sentence)}个字，给${readingAge}岁的人读最多${most}个字。拆成两句`,
      ),
    );
}

interface Frontmatter {
  scene?: { text?: string };
  sources?: Readonly<Record<string, { title?: string; published?: unknown }>>;
}

function sourceProblems({ file, text }: WrittenText, { sources = {} }: Frontmatter): string[] {
  return Object.entries(sources).flatMap(([name, { title = '' }]) => {
    if (/《.+》/.test(title) || ANNOUNCED.test(title)) return [];
    const number = text.split('\n').findIndex((line) => line.trim() === `${name}:`) + 1;
    return [
      `${file}:${number}：来源“${title}”看不出是哪一份文件。写《正式名称》，或写明是哪一场发布会、哪一条提示`,
    ];
  });
}

/** A guide has a drawing (a test says so); who cannot see it reads what it shows. */
function sceneProblems({ file }: WrittenText, { scene }: Frontmatter): string[] {
  if (!file.startsWith('content/guides/') || scene?.text) return [];
  return [`${file}:1：没有写图里画了什么。加上 scene 的 title 和 text，按图里的顺序写`];
}

function copyProblems(lines: readonly Line[]): string[] {
  const seen: { line: Line; runs: number }[] = [];
  /** Which earlier paragraphs have a run: only those that share some are compared, so that the work grows with the texts. */
  const holders = new Map<string, number[]>();
  return lines.flatMap((line) => {
    const letters = Array.from(plain(line.text));
    if (line.field !== 'body' || letters.length < PARAGRAPH_LEAST) return [];
    const runs = new Set(
      letters.slice(RUN - 1).map((_, at) => letters.slice(at, at + RUN).join('')),
    );
    const shared = new Map<number, number>();
    for (const run of runs) {
      const holding = holders.get(run) ?? [];
      for (const one of holding) shared.set(one, (shared.get(one) ?? 0) + 1);
      if (holding.length < COMMON_RUN) holders.set(run, [...holding, seen.length]);
    }
    seen.push({ line, runs: runs.size });
    return [...shared].flatMap(([one, both]) => {
      const earlier = seen[one];
      if (!earlier || both < SAME_SHARE * (runs.size + earlier.runs - both)) return [];
      const { file, number } = earlier.line;
      return [told(line, `和${file}:${number}几乎一样。留一处，另一处写本篇自己的，或删掉`)];
    });
  });
}

/** One line for each thing that is wrong. */
export function textProblems(texts: readonly WrittenText[]): string[] {
  const all = texts.flatMap(linesOf);
  const own = texts.flatMap((written) => {
    const { frontmatter } = parseFrontmatter(written.text);
    const age = Number(frontmatter['readingAge'] ?? GROWN_UP);
    return [
      ...linesOf(written).flatMap((line) => [
        ...adviceProblems(line),
        ...figureProblems(line),
        ...lengthProblems(line, age),
      ]),
      ...sourceProblems(written, frontmatter as Frontmatter),
      ...sceneProblems(written, frontmatter as Frontmatter),
    ];
  });
  return [...own, ...copyProblems(all)];
}

/** Reviews that are due: no reason to stop a release, and none to keep silent. @param today `2026-11-23` */
export function overdueReviews(texts: readonly WrittenText[], today: string): string[] {
  return texts.flatMap(({ file, text }) => {
    const lines = text.split('\n');
    const number = lines.findIndex((line) => /^\s+nextDue:/.test(line)) + 1;
    const due = /\d{4}-\d{2}-\d{2}/.exec(lines[number - 1] ?? '')?.[0];
    return due !== undefined && due < today
      ? [`${file}:${number}：${due}就该复核了。请审核人再看一遍，写上新的日期`]
      : [];
  });
}

const CONTENT = new URL('../../content/', import.meta.url);
const FOLDERS = ['guides', 'cards', 'packs', 'campaigns', 'drills'];

/** Every text of advice that somebody wrote; what a bench has generated says nothing. */
export async function readWrittenTexts(): Promise<WrittenText[]> {
  const names = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(new URL(folder, CONTENT))).toSorted().map((name) => `${folder}/${name}`),
    ),
  );
  const written = names.flat().filter((name) => !name.includes('/generated-'));
  return Promise.all(
    written.map(async (name) => ({
      file: `content/${name}`,
      text: await readFile(new URL(name, CONTENT), 'utf8'),
    })),
  );
}
