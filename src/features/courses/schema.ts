import { z } from 'zod';
import { words } from '../../lib/content.ts';
import { countField, textField } from '../../lib/fields.ts';
import { planSource, regionField } from '../halls/schema.ts';

/** The courses that have words in `content/courses`; a session in the database belongs to one of them. */
export const COURSE_SLUGS = [
  'home-safety',
  'high-rise',
  'self-rescue',
  'volunteer-training',
] as const;

export const COURSE_KINDS = ['讲座', '开放日', '实操课', '培训班'] as const;

/** 未成年人 are under 18; a course from this age on takes no children's places. */
export const ADULT_AGE = 18;

const line = words(60, '请写短，一句一个意思。');
const lines = z.array(line, { error: '请写成一列，一行一条' });

/** Words about a course, from `content/courses/<slug>.md`; its dates live in the database. */
export const courseContentSchema = z.strictObject({
  name: words(30, '请写课程名。').min(2, { error: '请写课程名' }),
  /** A heading in a list of a 360 px phone: one line of it. */
  shortName: words(10, '这是列表里用的短名。'),
  kind: z.enum(COURSE_KINDS, { error: `请从 ${COURSE_KINDS.join('、')} 里选一个` }),
  /** Of the plan that names it. */
  regionCode: regionField,
  summary: words(80, '先说学会什么。'),
  learn: lines.min(2, { error: '至少写2条学什么' }),
  audience: line,
  fee: line,
  ageMin: z.int().min(2).max(ADULT_AGE).optional(),
  withAdultBelowAge: z.int().min(3).max(ADULT_AGE).optional(),
  /** Read by the visitor alone; nobody asks for an answer and nothing keeps it. */
  healthSelfCheck: z.array(words(12, '只写一种情况，例如“腰背有伤”。'), {
    error: '请写要自查的身体情况，没有就写 []',
  }),
  bring: lines.min(1, { error: '至少写1条“来之前”' }),
  /** Guides that say the same at home. */
  guides: z.array(z.string(), { error: '请写指南的文件名，没有就写 []' }),
  sources: z.array(planSource).min(1, { error: '至少写1个来源' }),
});

export type CourseContent = z.output<typeof courseContentSchema>;

/** A lecture hall, and no more: larger crowds are an event with a safety permit of its own. */
const PLACES_MAX = 300;
const MINUTES_MAX = 480;

/** One line as it was written: full-width brackets stay, which a field for names would narrow. */
const shortText = (missing: string, max: number) =>
  textField({ missing, max: [max, `太长了，请控制在${max}个字以内`] }).refine(
    (text) => !text.includes('\n'),
    { error: '请写成一行' },
  );

const blank = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

export const hallReference = z.object({ hallSlug: z.string().min(1).max(64) });

/** What a hall's manager fills in to offer a course on a day. */
export const courseSessionInput = hallReference.extend({
  courseSlug: z.enum(COURSE_SLUGS, { error: '请选一门课' }),
  date: z.iso.date({ error: '请选日期' }),
  time: z
    .string({ error: '请填几点开始，例如14:05' })
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: '请填几点开始，例如14:05' }),
  minutes: countField({
    missing: '请填写上多少分钟',
    min: [15, '最短15分钟'],
    max: [MINUTES_MAX, `最长${MINUTES_MAX}分钟`],
  }),
  places: countField({
    missing: '请填写收多少人',
    min: [1, '至少1个名额'],
    max: [PLACES_MAX, `最多${PLACES_MAX}个名额`],
  }),
  partyMax: countField({
    missing: '请填写一次最多报几人',
    min: [1, '至少1人'],
    max: [10, '一次最多10人'],
  }),
  heldAt: shortText('请填写在哪里上课', 60),
  joiningNote: z.preprocess(blank, shortText('请填写给报名的人看的话', 200).optional().default('')),
  adultsOnly: z.preprocess((value) => value === 'yes' || value === true, z.boolean()),
});

export const courseSessionReference = hallReference.extend({
  sessionId: z.uuid({ error: '没有这一场课' }),
});

export type CourseSessionInput = z.output<typeof courseSessionInput>;
