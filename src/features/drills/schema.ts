import { z } from 'zod';
import { countField, lineField, textField } from '../../lib/fields.ts';
import { instantOf, readDate } from '../../lib/time.ts';
import { drillClass, drillOrganiserReference, PLAIN, ticked } from '../drill-plans/schema.ts';
import { namesSomebody } from '../inquiries/policy.ts';
import { DRILL_END_KINDS } from './table.ts';

const id = z.string().regex(/^[a-z]\d{1,3}$/);
const words = (max: number) => z.string().min(1).max(max);
const seconds = z.int().min(1).max(86_400);

/** 方案 of one drill, as it stands in `drill_scripts`: roles are named by their names. */
export const drillScriptSchema = z.strictObject({
  scenario: words(400),
  aims: z.array(z.strictObject({ text: words(80), check: words(120) })).max(10),
  /** 情景: what is told to whom in which minute after the start. Its words begin with the mark 演练. */
  injects: z
    .array(
      z.strictObject({
        id,
        minute: z.int().min(0).max(720),
        to: z.array(words(20)).min(1).max(12),
        by: words(10),
        text: words(160),
        expect: words(160),
      }),
    )
    .max(60),
  /** Times between two moments; a target is the document's or the organiser's own. */
  measures: z
    .array(
      z.strictObject({
        id,
        name: words(20),
        from: words(40),
        to: words(40),
        targetSeconds: seconds.nullable(),
        /** Under which conditions a document says so; empty for a target of one's own. */
        targetWords: z.string().max(120),
      }),
    )
    .max(12),
  routes: z.array(z.strictObject({ label: words(30), text: z.string().max(200) })).max(10),
  musters: z.array(z.strictObject({ label: words(30), text: z.string().max(200) })).max(10),
  materials: z.array(z.strictObject({ name: words(20), amount: words(20) })).max(30),
  safety: z.strictObject({
    /** The role that may stop the drill at any moment. */
    officer: words(20),
    /** Whistle and loudspeaker: how a drill is really stopped. */
    signal: words(120),
    before: z.array(words(120)).max(16),
    never: z.array(words(120)).max(16),
    stopWhen: z.array(words(120)).max(16),
    afterStop: z.array(words(120)).max(8),
  }),
  vulnerable: z
    .array(z.strictObject({ who: words(30), help: words(120), helper: words(20) }))
    .max(10),
  /** 评估项 with weights in points; 准备, 实施, 总结. */
  items: z
    .array(
      z.strictObject({
        id,
        phase: z.enum(['prepare', 'run', 'conclude']),
        group: words(20),
        text: words(120),
        weight: z.int().min(1).max(40),
      }),
    )
    .max(60),
});
export type DrillScript = z.output<typeof drillScriptSchema>;

export const drillReference = z.object({ drillId: z.uuid({ error: '没有这次演练' }) });

const titleField = lineField({
  missing: '请写演练的名称',
  max: [60, '名称请控制在60个字以内'],
  pattern: [PLAIN, '名称里有不能用的符号'],
  isProse: true,
}).refine((text) => Array.from(text).length >= 2, { error: '请写演练的名称' });

/** When: the day and the hour in China, and how long. */
export const drillTimes = {
  date: z
    .string({ error: '请选日期' })
    .refine((text) => readDate(text) !== undefined, { error: '请选日期' }),
  time: z.string({ error: '请写时间，例如 09:30' }).regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
    error: '请写时间，例如 09:30',
  }),
  minutes: countField({
    missing: '请写大约多少分钟',
    min: [5, '至少5分钟'],
    max: [720, '最多720分钟'],
  }),
};

/** The two instants that the fields of `drillTimes` mean. */
export function readTimes({
  date,
  time,
  minutes,
}: {
  date: string;
  time: string;
  minutes: number;
}): {
  startsAt: Date;
  endsAt: Date;
} {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const startsAt = instantOf(date, hour * 60 + minute);
  return { startsAt, endsAt: new Date(startsAt.getTime() + minutes * 60_000) };
}

export const placeField = lineField({
  missing: '请写在哪里',
  max: [60, '地点请控制在60个字以内'],
  pattern: [PLAIN, '地点里有不能用的符号'],
  isProse: true,
}).refine((text) => Array.from(text).length >= 2, { error: '请写在哪里' });

export const openInput = z.object({
  organiser: drillOrganiserReference,
  /** 情景模板 in `content/drills`. */
  template: z
    .string({ error: '请选一个模板' })
    .regex(/^[a-z0-9-]{1,60}$/, { error: '请选一个模板' }),
  planItemId: z.union([z.uuid(), z.literal('')], { error: '没有这一项计划' }).default(''),
  blind: ticked,
  title: titleField,
  ...drillTimes,
  place: placeField,
});

/** Several lines that may be left empty. */
export const optionalText = (max: number, error: string) =>
  z.union([z.literal(''), textField({ missing: error, max: [max, error] })], { error }).default('');

/** Public words: an office's number and never somebody's own. */
const noMobile = (text: string) => !namesSomebody(text);
const MOBILE_REFUSED = '这里会公开，请写办公电话，不写手机号';

/** Why something was done, where it has to be said only sometimes: the guards know when. */
export const reasonField = z.preprocess(
  (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : ''),
  z.string().max(200, { error: '请控制在200个字以内' }),
);

/** The newest version that whoever writes has seen. */
export const seenVersion = countField({
  missing: '这一页不完整，请刷新再改',
  min: [0, '这一页不完整，请刷新再改'],
  max: [100_000, '这一页不完整，请刷新再改'],
});

export const reviseInput = drillReference
  .extend({
    version: seenVersion,
    title: titleField,
    ...drillClass,
    ...drillTimes,
    place: placeField,
    muster: optionalText(120, '集合点请控制在120个字以内'),
    notice: optionalText(800, '告知的内容请控制在800个字以内').refine(noMobile, {
      error: MOBILE_REFUSED,
    }),
    contact: optionalText(60, '联系方式请控制在60个字以内').refine(noMobile, {
      error: MOBILE_REFUSED,
    }),
    reason: reasonField,
    /** How many whom the other time meets at something else were seen by whoever moves it all the same. */
    clashes: z.coerce.number().int().min(0).max(100_000).catch(0),
  })
  .refine(({ evacuation, form }) => !evacuation || form === 'practical', {
    path: ['evacuation'],
    error: '桌面推演没有疏散。要疏散，请选实战',
  });

export const cancelInput = drillReference.extend({
  reason: reasonField.refine((text) => text.length >= 2, { error: '请写为什么取消' }),
});

export const endInput = drillReference.extend({
  kind: z.enum(DRILL_END_KINDS, { error: '请选怎么结束的' }),
  reason: reasonField,
});
export { titleField };
