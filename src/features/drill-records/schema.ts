import { z } from 'zod';
import { countField, textField } from '../../lib/fields.ts';
import { instantOf, readDate } from '../../lib/time.ts';
import { drillClass, drillOrganiserReference } from '../drill-plans/schema.ts';
import { readClassLines, readDuration } from './policy.ts';

const optionalText = (max: number, message: string) =>
  z
    .preprocess(
      (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
      textField({ missing: '', max: [max, message] }).optional(),
    )
    .transform((text) => text ?? '');

const peopleField = (what: string) =>
  countField({
    missing: `请写${what}多少人`,
    min: [0, `请写${what}多少人`],
    // The largest schools have some ten thousand.
    max: [20_000, '一次最多2万人。更多的请分几次记'],
  });

/** A number may be left to the lines of the classes. */
const optionalPeople = (what: string) =>
  z.preprocess((value) => (value === '' ? undefined : value), peopleField(what).optional());

const recordFields = z.object({
  ...drillClass,
  date: z.string({ error: '请选哪一天' }).refine((day) => readDate(day) !== undefined, {
    error: '请选哪一天',
  }),
  time: z
    .string({ error: '请写几点开始' })
    .trim()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: '请写几点开始，例如09:30' }),
  expected: optionalPeople('应到'),
  arrived: optionalPeople('实到'),
  /** One class a line: `一年级1班 42 41`. */
  classes: z.preprocess(
    (value) => value ?? '',
    z
      .string()
      // 120 classes with long names.
      .max(4000, { error: '分班的内容太长了' })
      .transform((text, ctx) => {
        const { rows, problem } = readClassLines(text);
        if (!problem) return rows;
        ctx.addIssue({ code: 'custom', message: problem });
        return z.NEVER;
      }),
  ),
  duration: z.preprocess(
    (value) => value ?? '',
    z
      .string()
      .max(40, { error: '用时看不懂，请写成1分52秒' })
      .transform((text, ctx) => {
        const seconds = readDuration(text);
        if (seconds !== undefined) return seconds;
        ctx.addIssue({ code: 'custom', message: '用时看不懂，请写成1分52秒，最长4小时' });
        return z.NEVER;
      }),
  ),
  wentWrong: optionalText(1000, '请控制在1000个字以内'),
  improvement: optionalText(400, '请控制在400个字以内'),
});

type Fields = z.output<typeof recordFields>;

/** What the fields say together; head-counts of classes are added up. */
function readRecord(
  { date, time, expected, arrived, classes, duration, ...drill }: Fields,
  ctx: z.core.$RefinementCtx,
) {
  const problem = (path: string, message: string) =>
    ctx.addIssue({ code: 'custom', path: [path], message });
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const sum = (of: 'expected' | 'arrived') => classes.reduce((all, row) => all + row[of], 0);
  const byClass = classes.length > 0;
  const peopleExpected = byClass ? sum('expected') : (expected ?? 0);
  const peopleArrived = byClass ? sum('arrived') : (arrived ?? peopleExpected);
  if (!byClass && !expected) problem('expected', '请写应到多少人，或者分班写');
  else if (peopleArrived > peopleExpected) problem('arrived', '实到比应到多，请核对');
  if (peopleExpected > 20_000) problem('classes', '一次最多2万人。更多的请分几次记');
  if (drill.form === 'tabletop' && (drill.evacuation || duration !== null)) {
    problem('form', '桌面推演没有疏散和用时。真的走了，请选实战');
  }
  return {
    ...drill,
    startedAt: instantOf(date, hour * 60 + minute),
    peopleExpected,
    peopleArrived,
    evacuationSeconds: duration,
    classes,
  };
}

export const drillRecordFields = recordFields.transform(readRecord);

/** How a program sends a record, for the description of the API. */
export const drillRecordBody = z.object({
  hazard: drillClass.hazard,
  form: z.enum(['practical', 'tabletop']).default('practical'),
  content: z.enum(['single', 'comprehensive']).default('single'),
  purpose: z.enum(['test', 'demonstration', 'research']).default('test'),
  evacuation: z.boolean().default(false),
  date: z.iso.date(),
  time: z.string().meta({ example: '09:30' }),
  expected: z.int().optional(),
  arrived: z.int().optional(),
  classes: z.string().optional().meta({ description: 'One class a line: `一年级1班 42 41`.' }),
  duration: z.string().optional().meta({ example: '1:52' }),
  wentWrong: z.string().optional(),
  improvement: z.string().optional(),
  planItemId: z.string().optional(),
});

export const recordInput = z.object({
  organiser: drillOrganiserReference,
  planItemId: z
    .union([z.uuid(), z.literal('')], { error: '没有这一项计划' })
    .default('')
    .transform((id) => id || null),
});

export const recordReference = z.object({
  organiser: drillOrganiserReference,
  recordId: z.uuid({ error: '没有这条记录' }),
});

export const correctionReference = recordReference.extend({
  /** The version that was read: whoever corrects what somebody else has corrected meanwhile is told. */
  version: countField({
    missing: '这一页不完整，请重新打开',
    min: [1, '这一页不完整，请重新打开'],
    max: [1000, '这一页不完整，请重新打开'],
  }),
});

export const additionInput = recordReference.extend({
  text: textField({
    missing: '请写要补充什么',
    max: [1000, '请控制在1000个字以内'],
  }).refine((text) => Array.from(text).length >= 2, { error: '请写要补充什么' }),
});
