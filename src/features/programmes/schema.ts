import { z } from 'zod';
import { lengthOf, words } from '../../lib/content.ts';
import type { CalendarDate } from '../../lib/time.ts';
import { date, source, sourceKey } from '../guides/schema.ts';
import { NAMING_LEVELS, NAMING_UNITS } from '../namings/table.ts';
import { checkProgramme } from './policy.ts';

/** Whose turn a step is, from below; none may follow one above it. */
export const DECIDING_LEVELS = ['town', 'county', 'city', 'province', 'national'] as const;
export type DecidingLevel = (typeof DECIDING_LEVELS)[number];
/** 应急、气象、地震、消防: who creates and manages locally by article 4 of the measures of 2020. */
export const DEPARTMENTS = ['emergency', 'meteorology', 'earthquake', 'fire'] as const;
export type Department = (typeof DEPARTMENTS)[number];
/** What the site already holds, besides an uploaded file. */
export const EVIDENCE_KINDS = [
  'drill_record',
  'training',
  'roster',
  'shelter',
  'profile',
  'file',
] as const;
/** What stops a clock: the applicant mends the file, or an emergency response takes the officers away. */
export const PAUSES = ['correction', 'emergency'] as const;

/** Figures of a community's profile, after the table of communities in the national survey of disaster risks. */
export const PROFILE_FIGURES = [
  'households',
  'residents',
  'children',
  'elderly',
  'disabled',
  'clinics',
  'funds_yuan',
  'stores_yuan',
  'information_officers',
  'militia',
  'volunteers',
  'shelters',
  'shelter_places',
  'warning_channels',
  'trainings',
  'trained_people',
  'drills',
  'drilled_people',
] as const;

/** A line that a reviewer reads aloud in a meeting room without losing its beginning. */
const POINT_CHARACTERS = 70;
/** Whatever lasts longer than a working year is no step. */
const DAYS_MAX = 250;
/** Points are asked for in tenths, so that sums are exact. */
export const TENTHS = 10;

const basis = {
  /** Keys of documents that say it. */
  sources: z.array(sourceKey, { error: '请写 sources: [来源代号]' }).default([]),
  /** No document says it: criteria are shown as 平台示例指标, numbers as 本平台约定. */
  ours: z.literal(true, { error: '只能写 ours: true，有出处就删掉这一行' }).optional(),
};
/** Something that a document says, or this platform: `checkProgramme` asks for exactly one of the two. */
const claimed = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, ...basis });
const text = (min: number, max: number, advice: string) =>
  words(max, advice).refine((line) => lengthOf(line) >= min, {
    error: `太短了，至少${min}个字。${advice}`,
  });
const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: `请从 ${names.join('、')} 里选一个` });
const whole = (min: number, max: number, unit: string) =>
  z
    .int({ error: `请写整数，单位${unit}` })
    .min(min, { error: `至少${min}${unit}` })
    .max(max, { error: `最多${max}${unit}` });
const rows = <Row extends z.ZodType>(row: Row, min: number, max: number, what: string) =>
  z
    .array(row, { error: min === 0 ? `请写一列${what}，没有就写 []` : `请写一列${what}` })
    .min(min, { error: `${what}至少写${min}条` })
    .max(max, { error: `${what}最多写${max}条` });
const name = z
  .string({ error: '请写代号' })
  .regex(/^[a-z][a-z0-9-]{1,40}$/, { error: '代号用小写字母、数字和短横，例如 county-check' });

/** `0.5` in the file, 5 tenths in the program. */
const points = z
  .number({ error: '请写分数' })
  .min(0, { error: '分数不能小于0' })
  .max(1000, { error: '分数最多1000' })
  .refine((value) => Number.isInteger(Number((value * TENTHS).toFixed(6))), {
    error: '分数最多写一位小数',
  })
  .transform((value) => Math.round(value * TENTHS));

const evidence = z
  .strictObject({
    kind: oneOf(EVIDENCE_KINDS),
    text: text(2, 30, '写要哪一份材料。'),
    figure: oneOf(PROFILE_FIGURES).optional(),
    /** Serves the case without being asked for. */
    optional: z.boolean().default(false),
  })
  .refine(({ kind, figure }) => (kind === 'profile') === (figure !== undefined), {
    error: 'kind 是 profile 时要写 figure，别的种类不写',
    path: ['figure'],
  });
const evidences = rows(evidence, 1, 6, '材料').refine(
  (list) => list.some(({ optional }) => !optional),
  { error: '至少有一份材料是必交的，请去掉一个 optional' },
);

const condition = claimed({
  key: name,
  text: text(4, POINT_CHARACTERS, '一条只说一件事。'),
  evidence: evidences,
});

/** How a point is scored. 0 is always possible and not written down. */
const score = z.discriminatedUnion(
  'kind',
  [
    claimed({ kind: z.literal('yes_no'), max: points }),
    claimed({
      kind: z.literal('steps'),
      steps: rows(
        z.strictObject({ points, text: text(2, 30, '写做到什么得这个分。') }),
        2,
        6,
        '档次',
      ),
    }),
    /** `max` times part by whole, rounded down to a tenth. */
    claimed({
      kind: z.literal('proportional'),
      max: points,
      part: text(2, 20, '写分子是什么。'),
      whole: text(2, 20, '写分母是什么。'),
    }),
  ],
  { error: '计分方式 kind 请从 yes_no、steps、proportional 里选一个' },
);

const point = claimed({
  key: name,
  text: text(4, POINT_CHARACTERS, '一条只说一件事。'),
  score,
  evidence: evidences,
});

const group = claimed({
  key: name,
  title: text(2, 12, '一级要素的名称。'),
  max: claimed({ points }),
  items: rows(
    z.strictObject({
      key: name,
      title: text(2, 16, '二级要素的名称。'),
      points: rows(point, 1, 8, '评分点'),
    }),
    1,
    12,
    '二级要素',
  ),
});

const days = claimed({
  count: whole(1, DAYS_MAX, '天'),
  clock: oneOf(['natural', 'working']),
});

/** What an office does. `recordedBy` is the office on this site that enters what another decides outside it. */
const office = {
  level: oneOf(DECIDING_LEVELS),
  recordedBy: oneOf(['town', 'county', 'city', 'province']).optional(),
};

const step = claimed({
  key: name,
  title: text(2, 16, '写这一步的正式名称。'),
  /** In the words of those who wait for it. */
  waiting: text(4, 30, '用申报人听得懂的话写，例如“县里看材料”。'),
  ...office,
  /** Of `content/bodies.json`. */
  body: name,
  /** The first leads; the others each give an opinion before it is decided. */
  departments: rows(oneOf(DEPARTMENTS), 0, DEPARTMENTS.length, '部门').refine(
    (list) => new Set(list).size === list.length,
    { error: '部门写重了' },
  ),
  /** 100: every file is visited; less: a draw says which. */
  visit: z.union([z.literal('none'), claimed({ percent: whole(1, 100, '%') })], {
    error: '不去现场写 visit: none；去就写 percent，都去写 100，抽查写抽多少',
  }),
  /** Points for every criterion; nothing below the threshold passes. */
  scoring: z.union([z.literal('none'), claimed({})], {
    error: '不打分写 scoring: none；打分写它的 sources 或 ours: true',
  }),
  days,
  pausedBy: rows(oneOf(PAUSES), 0, PAUSES.length, '暂停计时的原因'),
  /** A recommendation: when its days are over the file goes on without it, and it refuses nothing. */
  optional: z.boolean().default(false),
});

const namedUnit = {
  level: oneOf(NAMING_LEVELS),
  unit: oneOf(NAMING_UNITS),
};

const criteriaSource = source.extend({
  /** Where it was read, and what is not certain of it, if not in the original. */
  seenIn: words(40, '写在哪里读到的。').optional(),
});

const programme = z.strictObject({
  key: name,
  version: z
    .string({ error: '请写版本号，加引号，例如 "1"' })
    .regex(/^[1-9]\d{0,2}$/, { error: '版本号写 "1"、"2"，加引号' }),
  /** Whether a document knows of this title; otherwise pages say that it is an example of this platform. */
  title: claimed({ text: text(4, 24, '写称号的全名。') }),
  ...namedUnit,
  /** Where it can be applied for; `all` for the whole country. */
  region: z.union([z.literal('all'), z.string().regex(/^[1-9]\d{5}$/)], {
    error: '请写6位行政区划代码，加引号；全国写 all',
  }),
  effective: z.strictObject({ from: date, until: date.optional() }),
  /** As applicants know the way: each phase (draft, the steps, notice, naming) belongs to one stage. */
  stages: rows(
    claimed({
      title: text(2, 12, '写阶段的名称。'),
      covers: rows(z.string({ error: '请写 draft、步骤代号、notice 或 naming' }), 1, 10, '环节'),
    }),
    2,
    8,
    '阶段',
  ),
  conditions: rows(condition, 1, 20, '基本条件'),
  groups: rows(group, 1, 16, '一级要素'),
  threshold: claimed({ points }),
  /** A level that changes a score by more than this says why. */
  reasonAbove: claimed({ points }),
  steps: rows(step, 1, 8, '步骤'),
  /** How long an applicant has to mend a file that came back. */
  correction: days,
  notice: z.strictObject({ ...office, days: claimed({ count: whole(1, 60, '天') }) }),
  naming: claimed({ ...office, bodies: rows(name, 1, 6, '命名机关') }),
  recheck: claimed({ ...office, years: whole(1, 10, '年'), rectification: days }),
  /** After a title was taken away, or a file refused for what it said falsely. */
  bar: claimed({ years: whole(1, 10, '年') }),
  /** Titles that must be held before: `count` of them within the applicant's region, or its own. */
  prerequisites: rows(claimed({ ...namedUnit, count: whole(1, 100, '个') }), 0, 4, '前置称号'),
  quotas: rows(
    claimed({ step: name, count: whole(1, 1000, '个'), per: z.literal('year') }),
    0,
    8,
    '名额',
  ),
  /** 资助: `yuan` only where a document has the amount. */
  funding: rows(
    claimed({
      level: oneOf(NAMING_LEVELS),
      yuan: claimed({ amount: whole(1, 10_000_000, '元') }).optional(),
    }),
    0,
    4,
    '资助',
  ),
  writtenOn: date,
  /** `{}` for a programme that is an example of this platform throughout. */
  sources: z.record(sourceKey, criteriaSource, { error: '请写来源清单，没有就写 {}' }),
});

/** What a form or an address names a programme by. */
export const programmeKey = z
  .string({ error: '请选要申报的称号' })
  .regex(/^[a-z][a-z0-9-]{1,40}$/, { error: '请选要申报的称号' });

export interface ProgrammeSettings {
  /** Keys of `content/bodies.json`. */
  bodies: readonly string[];
  today: CalendarDate;
}

/** `content/criteria/<key>/<version>.yaml`: the rules of one programme. Points become tenths. */
export function programmeSchema(settings: ProgrammeSettings) {
  return programme.superRefine((value, ctx) => {
    checkProgramme(value, settings, (path, message) =>
      ctx.addIssue({ code: 'custom', path, message }),
    );
  });
}
export type Programme = z.output<typeof programme>;
export type Step = Programme['steps'][number];
export type Point = z.output<typeof point>;
export type Evidence = z.output<typeof evidence>;
export type Days = z.output<typeof days>;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];
export type ProfileFigure = (typeof PROFILE_FIGURES)[number];

const year = z.string().regex(/^\d{4}(-\d{2}-\d{2})?$/, { error: '请写 2023 或 2023-01-31' });
/** `content/bodies.json`: who decides and names, under each name it has had. */
export const bodiesSchema = z.record(
  name,
  z.strictObject({
    /** From the oldest; the first has no beginning. */
    names: z
      .array(
        z.strictObject({
          name: words(30, '写机构的名称。'),
          /** A year alone where no document has the day: it then counts from its first day, 本平台约定. */
          from: year.optional(),
          /** What says so. */
          source: words(60, '写在哪里查到的。').optional(),
        }),
      )
      .min(1, { error: '至少写一个名称' })
      .refine((names) => names.every(({ from }, at) => (at === 0) === (from === undefined)), {
        error: '第一个名称不写 from，后面的都要写',
      })
      .refine(
        (names) =>
          names.every(({ from = '' }, at) => at === 0 || from > (names[at - 1]?.from ?? '')),
        { error: '名称要按先后写' },
      ),
  }),
);
export type Bodies = z.output<typeof bodiesSchema>;

/** `content/criteria/released.json`: what was released, by `<key>/<version>`, with the hash of its content. */
export const releasedSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9-]+\/[1-9]\d{0,2}$/, { error: '请写 代号/版本' }),
  z.strictObject({
    on: z.iso.date({ error: '请写发布日期' }),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: '请写64位的哈希值' }),
  }),
);
export type Released = z.output<typeof releasedSchema>;
