import { z } from 'zod';
import { lengthOf, words } from '../../lib/content.ts';
import type { CalendarDate } from '../../lib/time.ts';

/** 宣传“五进”, in the order in which pages name them. */
export const AUDIENCES = ['企业', '农村', '社区', '学校', '家庭'] as const;
/** What a guide is about, in the order in which lists show them, under the headings of the list page. */
export const TOPIC_GROUPS = [
  {
    title: '自然灾害',
    topics: [
      'earthquake',
      'flood',
      'flash-flood',
      'river-flood',
      'typhoon',
      'storm-surge',
      'tornado',
      'lightning',
      'landslide',
      'cold-wave',
      'heat',
      'haze',
      'farm',
      'fault',
    ],
  },
  {
    title: '火灾、燃气和化工',
    topics: [
      'fire',
      'high-rise-fire',
      'gas',
      'e-bike',
      'forest-fire',
      'chemical-leak',
      'chemical-park',
      'kiln',
      'tailings',
    ],
  },
  { title: '水上和海上', topics: ['drowning', 'car-in-water', 'tidal-flat', 'fishing-boat'] },
  {
    title: '急救',
    topics: [
      'cardiac-arrest',
      'choking',
      'bleeding',
      'stroke-heart',
      'burn',
      'fracture',
      'electric-shock',
      'animal-bite',
      'snake-bee',
      'food-poisoning',
      'poisoning',
    ],
  },
  { title: '日常意外', topics: ['elevator', 'outage'] },
  {
    title: '家里和楼里',
    topics: ['home-electricity', 'home-gas', 'high-rise-living', 'child-home', 'elder-falls'],
  },
  {
    title: '学校和公共场所',
    topics: [
      'school',
      'kindergarten',
      'crowd',
      'public-venue',
      'large-event',
      'metro',
      'hospital',
      'nursing-home',
    ],
  },
  { title: '工地和工厂', topics: ['construction', 'confined-space'] },
  { title: '路上和旅途', topics: ['road', 'ferry', 'camping'] },
  { title: '要多照顾的人', topics: ['pregnancy', 'disability'] },
  {
    title: '平时做好',
    topics: ['supplies', 'family-plan', 'shelter', 'calling-help', 'warnings', 'warning-system'],
  },
  { title: '受灾以后', topics: ['hygiene', 'mind', 'relief', 'insurance'] },
  { title: '权利和办事', topics: ['response-law', 'fire-law', 'report-hazard'] },
] as const;
/** Where people are when it happens. A guide belongs to several places, or to none in particular. */
export const PLACES = {
  家里: [
    ...['earthquake', 'flood', 'typhoon', 'tornado', 'cold-wave', 'fire', 'high-rise-fire', 'gas'],
    ...['e-bike', 'home-electricity', 'home-gas', 'high-rise-living', 'child-home', 'elder-falls'],
    ...['elevator', 'outage', 'burn', 'choking', 'poisoning', 'food-poisoning', 'stroke-heart'],
    ...['cardiac-arrest', 'electric-shock', 'pregnancy', 'supplies', 'family-plan', 'hygiene'],
  ],
  学校: [
    ...['school', 'kindergarten', 'earthquake', 'fire', 'crowd', 'drowning', 'choking'],
    ...['cardiac-arrest', 'food-poisoning', 'fracture'],
  ],
  公共场所: [
    ...['crowd', 'public-venue', 'large-event', 'metro', 'elevator', 'shelter', 'cardiac-arrest'],
  ],
  医院和养老院: ['hospital', 'nursing-home', 'elder-falls', 'disability', 'stroke-heart'],
  工地和工厂: [
    ...['construction', 'confined-space', 'chemical-leak', 'chemical-park', 'kiln', 'tailings'],
    ...['electric-shock', 'heat', 'report-hazard', 'fire'],
  ],
  路上: ['road', 'car-in-water', 'e-bike', 'lightning', 'tornado', 'cold-wave', 'haze', 'camping'],
  田里和山里: [
    ...['farm', 'forest-fire', 'flash-flood', 'landslide', 'camping', 'snake-bee', 'lightning'],
    ...['animal-bite', 'tailings'],
  ],
  水边和海上: [
    ...['drowning', 'tidal-flat', 'fishing-boat', 'ferry', 'storm-surge', 'river-flood'],
    ...['car-in-water', 'typhoon'],
  ],
} as const satisfies Record<string, readonly (typeof TOPIC_GROUPS)[number]['topics'][number][]>;
export type Place = keyof typeof PLACES;

export const TOPICS = TOPIC_GROUPS.flatMap(({ topics }) => topics);
export const PARTS = ['before', 'during', 'after'] as const;

/** A hand that shakes reads one line of a 360 px phone at a glance: two rows of twelve characters. */
const NOW_LINE_CHARACTERS = 24;
/** A step is one thought; what needs more is two steps or belongs under 为什么. */
const STEP_CHARACTERS = 60;
/** 300 characters a minute, three minutes: what a tired person still finishes. */
export const CHARACTERS_PER_MINUTE = 300;
const READ_CHARACTERS = 3 * CHARACTERS_PER_MINUTE;

export const sourceKey = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, {
  error: '来源代号用小写字母、数字和短横，例如 fire-law',
});
/** No claim without a source: a page of advice that cannot be checked cannot be corrected either. */
const sourceKeys = z
  .array(sourceKey, { error: '请写 sources: [来源代号]' })
  .min(1, { error: '至少写一个来源代号' });

const withSources = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, sources: sourceKeys });

/** YAML turns an unquoted 2026-11-22 into an instant; a calendar date is not one. */
const asCalendarText = (value: unknown) =>
  value instanceof Date ? value.toISOString().slice(0, 10) : value;
const dateWords = '请写成 2026-11-22 这样的日期';
export const date = z.preprocess(asCalendarText, z.iso.date({ error: dateWords }));
/** Old circulars are often known by month or year only; a made-up day would be worse. */
const publishedDate = z.preprocess(
  (value) => asCalendarText(typeof value === 'number' ? String(value) : value),
  z.string().regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/, {
    error: '请写发布日期：2026-11-22、2026-11 或 2026',
  }),
);

export const source = z.strictObject({
  title: z.string({ error: '请写文件的正式名称' }).min(4, { error: '请写文件的正式名称' }),
  /** What it is called in its own language, so that a professional can find it. */
  original: z.string().min(4).optional(),
  issuer: z.string({ error: '请写发布机构' }).min(2, { error: '请写发布机构' }),
  /** Document number or clauses, so that a reader finds the sentence and not only the book. */
  clause: z.string().min(2, { error: '请写文号或条款，没有就删掉这一行' }).optional(),
  published: publishedDate,
  /** Left out unless somebody opened it: a dead link under advice on life and death costs trust. */
  url: z.url({ protocol: /^https$/, error: '请写 https 网址，不确定就删掉这一行' }).optional(),
});

export const reviewersSchema = z.array(
  z.strictObject({
    slug: z.string().regex(/^[a-z][a-z0-9-]+$/, { error: '审核人代号用小写字母和短横' }),
    name: z.string().min(2, { error: '请写审核人姓名' }),
    title: z.string().min(2, { error: '请写审核人的单位和职称' }),
  }),
);
export type Reviewer = z.output<typeof reviewersSchema>[number];

const step = withSources({ text: words(STEP_CHARACTERS, '请拆成两步。') });
/** A dozen steps is already a long list; fewer than two is not a section. */
const steps = z
  .array(step, { error: '请写一列步骤' })
  .min(2, { error: '至少写2步' })
  .max(12, { error: '最多写12步，别的放到“为什么”里' });

const fields = z.strictObject({
  title: words(20, '标题要在手机上一两行放下。'),
  topic: z.enum(TOPICS, { error: `请从 ${TOPICS.join('、')} 里选一个` }),
  /** The word on the first page's tile, for what leaves only minutes; everything else is found in the list. */
  tile: words(5, '方块里一行放下。').optional(),
  summary: words(50, '一句话说清要点。'),
  audience: z
    .array(z.enum(AUDIENCES, { error: `只能写 ${AUDIENCES.join('、')}` }), { error: '请写读者' })
    .min(1, { error: '至少写一类读者' })
    .refine((list) => new Set(list).size === list.length, { error: '读者写重了' })
    .transform((list) => AUDIENCES.filter((name) => list.includes(name))),
  /** From first reader to adult: below six a child is told, not handed a page. */
  readingAge: z
    .int({ error: '请写几岁能读懂' })
    .min(6, { error: '最小6岁' })
    .max(18, { error: '最大18岁' }),
  writtenOn: date,
  review: z.union(
    [z.literal('none'), z.strictObject({ reviewer: z.string(), checkedOn: date, nextDue: date })],
    { error: '没有人审核就写 none；有就写 reviewer、checkedOn、nextDue 三项' },
  ),
  /** Working memory under stress holds about this many acts. */
  now: z
    .array(withSources({ text: words(NOW_LINE_CHARACTERS, '请删字，或拆成两条。') }), {
      error: '请写“现在就做”的3到5条',
    })
    .min(3, { error: '“现在就做”要写3到5条' })
    .max(5, { error: '“现在就做”要写3到5条' }),
  before: steps,
  during: steps,
  after: steps,
  /** Where 平时准备、发生时、之后 would not be what the three parts say. */
  headings: z
    .strictObject({
      before: words(8, '标题写短。'),
      during: words(8, '标题写短。'),
      after: words(8, '标题写短。'),
    })
    .default({ before: '平时准备', during: '发生时', after: '之后' }),
  pairs: z
    .array(withSources({ do: words(30, '请删字。'), dont: words(30, '请删字。') }), {
      error: '请写“该做、不该做”的对照',
    })
    .min(2, { error: '至少写2对' })
    .max(6, { error: '最多写6对，多了记不住' }),
  changes: z
    .array(
      withSources({
        old: words(60, '只写旧说法那一句。'),
        new: words(60, '只写现在怎么做。'),
        why: words(80, '细节放到正文里。'),
      }),
    )
    .max(4, { error: '最多写4条' })
    .default([]),
  /** What the drawn scene shows, in words that serve instead of it; the drawing is `scenes/<slug>.svg`. */
  scene: z
    .strictObject({
      title: words(20, '一句话说画的是什么。'),
      text: words(120, '和图同样的意思，按图里的顺序写。'),
    })
    .optional(),
  sources: z
    .record(sourceKey, source, { error: '请写来源清单' })
    .refine((list) => Object.keys(list).length > 0, { error: '至少写一个来源' }),
});
export type Guide = z.output<typeof fields>;

const monthEntry = z.strictObject({
  slug: z.string({ error: '请写指南的文件名' }),
  why: words(30, '一行说清为什么是这个月。'),
  /** A division's code, where the reason holds there alone. */
  region: z
    .string()
    .regex(/^[1-9]\d{5}$/, { error: '请写6位行政区划代码，加引号' })
    .optional(),
});
export type MonthEntry = z.output<typeof monthEntry>;

/** What matters in each month of the year, from `content/months.json`: at least three guides, with the reason. */
export const monthsSchema = z
  .array(
    z.strictObject({
      month: z.int().min(1).max(12),
      guides: z
        .array(monthEntry)
        .min(3, { error: '每个月至少写3篇' })
        .max(4, { error: '每个月最多写4篇' }),
    }),
  )
  .length(12, { error: '12个月都要写' })
  .refine((months) => months.every(({ month }, index) => month === index + 1), {
    error: '月份从1到12，按顺序写',
  });

export interface GuideSettings {
  /** Registered in `content/reviewers.json`. */
  reviewers: readonly Reviewer[];
  today: CalendarDate;
}

/** Frontmatter of `content/guides/<slug>.md`; the markdown below it is the longest length, 为什么. */
export function guideSchema({ reviewers, today }: GuideSettings) {
  return fields.superRefine((guide, ctx) => {
    const refuse = (path: PropertyKey[], message: string) =>
      ctx.addIssue({ code: 'custom', path, message });

    if (guide.writtenOn > today)
      refuse(['writtenOn'], `写作日期${guide.writtenOn}还没到，请写实际日期`);
    for (const [key, { published }] of Object.entries(guide.sources)) {
      if (published > today) refuse(['sources', key, 'published'], '发布日期还没到，请再查');
    }

    for (const part of ['now', ...PARTS, 'pairs', 'changes'] as const) {
      guide[part].forEach((item, index) => {
        for (const key of item.sources) {
          if (key in guide.sources) continue;
          refuse([part, index, 'sources'], `来源“${key}”不在下面的 sources 清单里`);
        }
      });
    }

    const read = PARTS.flatMap((part) => guide[part].map(({ text }) => lengthOf(text)));
    const total = read.reduce((sum, length) => sum + length, 0);
    if (total > READ_CHARACTERS) {
      refuse(['during'], `三个部分共${total}个字，最多${READ_CHARACTERS}个字，三分钟要读完`);
    }

    if (guide.review === 'none') return;
    const { reviewer, checkedOn, nextDue } = guide.review;
    if (!reviewers.some(({ slug }) => slug === reviewer)) {
      refuse(
        ['review', 'reviewer'],
        `审核人“${reviewer}”没有登记，请先写进 content/reviewers.json`,
      );
    }
    if (checkedOn > today) refuse(['review', 'checkedOn'], '审核日期还没到');
    if (checkedOn < guide.writtenOn) refuse(['review', 'checkedOn'], '审核日期早于写作日期');
    if (nextDue <= checkedOn) refuse(['review', 'nextDue'], '下次复核要晚于这次审核');
  });
}
