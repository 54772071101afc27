import { z } from 'zod';
import { words } from '../../lib/content.ts';
import type { RegionTree } from '../../lib/regions/tree.ts';

/** What pages beside a region's own may show of its plan. */
export const REGION_TOPICS = ['communities', 'drills'] as const;
/** How a value compares, as the plan's own words or signs have it. */
export const COMPARISONS = ['=', '≥', '≤', '<'] as const;
/** Which chart a percentage belongs to: a share that is to be reached, or a fall against the five years before. */
export const TARGET_CHARTS = ['coverage', 'fall'] as const;

/** Words by which the plans say that a value is not exactly meant. */
const COMPARISON_WORDS: Readonly<Record<(typeof COMPARISONS)[number], RegExp>> = {
  '≥': /≥|以上|不少于|不低于/,
  '≤': /≤|以内|不超过/,
  '<': /<|快于/,
  '=': /^(?!.*(?:≥|≤|<|以上|以内|不少于|不低于|不超过|快于))/,
};
/** One line above a bar on a 360 px phone. */
const LABEL_CHARACTERS = 16;
/** The plans are of the years 2021 to 2025. */
const PLAN_YEARS = { min: 2021, max: 2025 };

const key = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, {
  error: '代号用小写字母、数字和短横，例如 national-communities',
});
const clause = z
  .string({ error: '请写条款，例如 三、（一）4' })
  .min(2, { error: '请写条款，例如 三、（一）4' });
const planYear = z
  .int({ error: '请写规划到哪一年' })
  .min(PLAN_YEARS.min, { error: `最早${PLAN_YEARS.min}年` })
  .max(PLAN_YEARS.max, { error: `最晚${PLAN_YEARS.max}年` });
/** Which of `documents` says it. */
const documentKey = key.default('plan');
const list = <Item extends z.ZodType>(item: Item, what: string) =>
  z.array(item, { error: `请写${what}，没有就写 []` });

const documentSchema = z.strictObject({
  title: z.string({ error: '请写文件的正式名称' }).min(4, { error: '请写文件的正式名称' }),
  issuer: z.string().min(2, { error: '请写发布机构，不清楚就删掉这一行' }).optional(),
  documentNumber: z.string().min(4, { error: '请写文号，没有就删掉这一行' }).optional(),
  /** As far as the document says: a year, a month or a day. */
  issued: z
    .string({ error: '请写成 "2021-12" 这样，加引号' })
    .regex(/^\d{4}(-\d{2}){0,2}$/, { error: '请写成 2021、2021-12 或 2021-12-20' })
    .optional(),
});

const hazardSchema = z.strictObject({
  name: words(10, '卡片标题要一行放下。'),
  /** Only what the document says of this region. */
  text: words(60, '一句话说清。'),
  /** The guide to what a person does about it: a file name of `content/guides`. */
  guide: key.optional(),
  clause,
  document: documentKey,
});

const measureSchema = z.strictObject({
  number: z.number({ error: '请写数字' }),
  unit: z.string({ error: '请写单位' }).min(1, { error: '请写单位' }),
  comparison: z.enum(COMPARISONS, { error: `请从 ${COMPARISONS.join(' ')} 里选一个` }),
  chart: z.enum(TARGET_CHARTS, { error: `请从 ${TARGET_CHARTS.join('、')} 里选一个` }).optional(),
});

/** A result counts only when a document says it; a plan is no proof that it was carried out. */
const recordSchema = z.strictObject({
  text: words(60, '写什么时候、谁、得了什么。'),
  documentNumber: z.string({ error: '请写命名或公布文件的文号' }).min(4, { error: '请写文号' }),
});

/** A day of every year, `05-01`. */
const yearDay = z
  .string({ error: '请写成 "05-01" 这样，加引号' })
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, { error: '请写成 "05-01" 这样' });

/** A time of the year in which something is likely here, as a document sets it. */
const seasonSchema = z
  .strictObject({
    name: words(10, '照文件的叫法写。'),
    from: yearDay,
    /** Included. */
    to: yearDay,
    text: words(60, '一句话说清。'),
    guide: key,
    clause,
    document: documentKey,
  })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    error: '结束要在开始之后；跨年的请写成两条',
  });
export type Season = z.output<typeof seasonSchema>;

const targetSchema = z
  .strictObject({
    id: key,
    name: words(60, '照规划写。'),
    /** A shorter name for charts. */
    label: words(LABEL_CHARACTERS, '图上一行放下。').optional(),
    /** As published, sign and unit included. */
    value: words(30, '照规划写。'),
    measure: measureSchema.optional(),
    kind: z
      .enum(['约束性', '预期性'], { error: '请写 约束性 或 预期性，规划没有写就删掉' })
      .optional(),
    /** Follows the clause of its group, such as 第7项; the whole clause where the group has none. */
    clause: z.string().min(2, { error: '请写第几项，没有就删掉这一行' }).optional(),
    plannedUntil: planYear.optional(),
    topic: z.enum(REGION_TOPICS, { error: `请从 ${REGION_TOPICS.join('、')} 里选一个` }).optional(),
    record: recordSchema.optional(),
  })
  .superRefine(checkMeasure);

interface Measured {
  name: string;
  label?: string | undefined;
  value: string;
  measure?: z.output<typeof measureSchema> | undefined;
}

/** The number beside a value must be the number in it: charts are drawn from one, people read the other. */
function checkMeasure({ name, label, value, measure }: Measured, ctx: z.RefinementCtx): void {
  if (!measure) return;
  const refuse = (path: string[], message: string) =>
    ctx.addIssue({ code: 'custom', path, message });

  const numbers = value.match(/\d+(?:\.\d+)?/g) ?? [];
  if (!numbers.map(Number).includes(measure.number)) {
    refuse(['measure', 'number'], `“${value}”里没有${measure.number}，请写成一样的数`);
  }
  if (!value.includes(measure.unit)) {
    refuse(['measure', 'unit'], `“${value}”里没有单位“${measure.unit}”，请写成一样的单位`);
  }
  if (!COMPARISON_WORDS[measure.comparison].test(value)) {
    refuse(['measure', 'comparison'], `和“${value}”的意思不同，请改`);
  }
  if (measure.chart === undefined) return;
  if (measure.unit !== '%') refuse(['measure', 'chart'], '只有百分数画成条形，请删掉这一项');
  if (Array.from(label ?? name).length > LABEL_CHARACTERS) {
    refuse(['label'], `要画成图，请写${LABEL_CHARACTERS}个字以内的短名`);
  }
}

const targetGroupSchema = z.strictObject({
  title: words(30, '表的标题写短。'),
  clause: clause.optional(),
  document: documentKey,
  plannedUntil: planYear,
  /** What the table itself says about its numbers, or what cannot be read in it. */
  note: words(120, '只写读表要知道的。').optional(),
  targets: list(targetSchema, '指标').min(1, { error: '至少写1项指标' }),
});

const baselineSchema = z.strictObject({
  name: words(40, '照规划写。'),
  value: words(40, '照规划写。'),
  clause,
  document: documentKey,
  topic: z.enum(REGION_TOPICS).optional(),
});

const projectSchema = z.strictObject({
  name: words(40, '只写名称。'),
  clause,
  document: documentKey,
});

const promiseSchema = z.strictObject({
  topic: z.enum(REGION_TOPICS, { error: `请从 ${REGION_TOPICS.join('、')} 里选一个` }),
  text: words(80, '一句话说清，细节不写。'),
  clause,
  document: documentKey,
});

const fields = z.strictObject({
  code: z
    .string({ error: '请写6位行政区划代码，加引号，例如 "320900"' })
    .regex(/^\d{6}$/, { error: '请写6位行政区划代码，例如 "320900"' }),
  documents: z
    .record(key, documentSchema, { error: '请写文件清单' })
    .refine((documents) => 'plan' in documents, { error: '请写规划，代号用 plan' }),
  hazards: list(hazardSchema, '主要灾害').min(1, { error: '至少写1种灾害' }),
  seasons: list(seasonSchema, '要防的季节').default([]),
  targetGroups: list(targetGroupSchema, '规划目标').min(1, { error: '至少写1组目标' }),
  baseline: list(baselineSchema, '“十三五”的情况'),
  projects: list(projectSchema, '重点工程'),
  promises: list(promiseSchema, '规划说要做的事'),
});
export type PlanRegion = z.output<typeof fields>;
export type TargetGroup = PlanRegion['targetGroups'][number];
export type Target = TargetGroup['targets'][number];
export type RegionTopic = (typeof REGION_TOPICS)[number];

/** Frontmatter of `content/regions/<slug>.md`: what a plan says of a region, and nothing it does not say. */
export function regionSchema({ tree }: { tree: RegionTree }) {
  return fields.superRefine((region, ctx) => {
    const refuse = (path: PropertyKey[], message: string) =>
      ctx.addIssue({ code: 'custom', path, message });

    if (!tree.regionOf(region.code)) {
      refuse(['code'], `区划表里没有${region.code}，请查 content/regions/divisions.json`);
    }
    const ids = region.targetGroups.flatMap(({ targets }) => targets.map(({ id }) => id));
    region.targetGroups.forEach((group, groupIndex) => {
      group.targets.forEach((target, index) => {
        const path = ['targetGroups', groupIndex, 'targets', index];
        if (ids.indexOf(target.id) !== ids.lastIndexOf(target.id)) {
          refuse([...path, 'id'], `代号“${target.id}”写重了`);
        }
        if (target.clause === undefined && group.clause === undefined) {
          refuse([...path, 'clause'], '这一组没有写条款，每一项都要写');
        }
      });
    });
    for (const part of [
      'hazards',
      'seasons',
      'targetGroups',
      'baseline',
      'projects',
      'promises',
    ] as const) {
      region[part].forEach(({ document }, index) => {
        if (document in region.documents) return;
        refuse([part, index, 'document'], `“${document}”不在上面的 documents 清单里`);
      });
    }
  });
}
