import { z } from 'zod';
import { countField, lineField, textField } from '../../lib/fields.ts';
import { personNameField } from '../bookings/schema.ts';
import { GROUP_KINDS } from './table.ts';

/** More classes than any school year of the region has; one request holds them all. */
export const CLASSES_MAX = 20;

/** A class as it walks through the door; the session's own places say how many really fit. */
const PEOPLE_MAX = 200;

const people = (missing: string) =>
  countField({ missing, min: [0, '人数不能小于0'], max: [PEOPLE_MAX, `最多${PEOPLE_MAX}人`] });

const label = lineField({
  missing: '请写班级或小组的名字，例如“三年级2班”',
  max: [20, '名字请控制在20个字以内'],
  pattern: [/^[^\p{C}]+$/u, '名字里有不能用的符号，请只写文字'],
});

/** One class: minors by sex where the school knows it, else all of them as `others`. */
const classCounts = z.object({
  adults: people('请填写几位老师或家长'),
  boys: people('请填写男生人数，没有就填0'),
  girls: people('请填写女生人数，没有就填0'),
  others: people('请填写不分男女的人数，没有就填0'),
});

export const groupClassInput = classCounts.extend({ label });

interface Labelled {
  classes: readonly { label: string }[];
}

/** Everybody at the door must know which class is meant. */
function refuseSameLabels({ classes }: Labelled, ctx: z.RefinementCtx): void {
  const labels = classes.map((one) => one.label);
  labels.forEach((one, index) => {
    if (labels.indexOf(one) === index) return;
    const message = `有两个都叫“${one}”，请改其中一个`;
    ctx.addIssue({ code: 'custom', path: ['classes', index, 'label'], message });
  });
}

const listOf = <Class extends z.ZodType>(one: Class) =>
  z
    .array(one)
    .min(1, { error: '请至少填一行' })
    .max(CLASSES_MAX, { error: `一次最多${CLASSES_MAX}个班，再多请分两次` });

/** The classes alone, before a day is chosen. */
export const groupClassesInput = z
  .object({ classes: listOf(groupClassInput) })
  .superRefine(refuseSameLabels);

const reference = z.uuid({ error: '没有找到这个团体申请' });

export const groupRequestInput = z
  .object({
    hallSlug: z.string().min(1).max(64),
    kind: z.enum(GROUP_KINDS, { error: '请选一种单位' }),
    organisationId: z.preprocess(
      (value) => (value === '' ? undefined : value),
      z.uuid({ error: '没有这个单位' }).optional(),
    ),
    /** Not asked where an organisation is chosen: then its own name stands. */
    groupName: z.preprocess(
      (value) => (value === '' ? undefined : value),
      lineField({
        missing: '请填写单位名称',
        max: [60, '单位名称请控制在60个字以内'],
        pattern: [/^[^\p{C}]{2,}$/u, '单位名称至少2个字，不能有特殊符号'],
      }).optional(),
    ),
    leaderName: personNameField('请填写领队姓名'),
    buses: countField({
      missing: '请填写几辆大巴，没有就填0',
      min: [0, '车辆数不能小于0'],
      max: [20, '最多20辆'],
    }),
    lunch: z.preprocess((value) => value === true || value === '1', z.boolean()),
    /** What the hall should prepare for: wheelchairs, hearing, allergies in general words; no names. */
    needs: z.preprocess(
      (value) => (value === '' ? undefined : value),
      textField({ missing: '', max: [300, '请控制在300个字以内'] }).optional(),
    ),
    letterFileId: z.preprocess(
      (value) => (value === '' ? undefined : value),
      z.uuid({ error: '没有这份公函' }).optional(),
    ),
    classes: listOf(
      groupClassInput.extend({ sessionId: z.uuid({ error: '请给每个班选一个场次' }) }),
    ),
  })
  .superRefine((asked, ctx) => {
    refuseSameLabels(asked, ctx);
    if (asked.organisationId !== undefined || asked.groupName !== undefined) return;
    const message = '请填写单位名称';
    ctx.addIssue({ code: 'custom', path: ['groupName'], message });
  });

export type GroupRequestInput = z.output<typeof groupRequestInput>;
export type GroupClassInput = z.output<typeof groupClassInput>;

const reason = textField({ missing: '请写原因，对方会看到', max: [200, '请控制在200个字以内'] });

const answers = {
  approved: z.object({ decision: z.literal('approved') }),
  refused: z.object({ decision: z.literal('refused'), reason }),
  countered: z.object({
    decision: z.literal('countered'),
    reason,
    /** The session proposed for each class that should move. */
    moves: z
      .array(
        z.object({
          bookingId: z.uuid({ error: '没有这个班' }),
          sessionId: z.uuid({ error: '请选一个场次' }),
        }),
      )
      .min(1, { error: '要改时间，请至少给1个班选别的场次' })
      .max(CLASSES_MAX),
  }),
};
const which = { error: '请选通过、退回或者改时间' };

export const groupAnswerFields = z.discriminatedUnion(
  'decision',
  [answers.approved, answers.refused, answers.countered],
  which,
);

const ofRequest = { requestId: reference };

export const groupAnswerInput = z.discriminatedUnion(
  'decision',
  [
    answers.approved.extend(ofRequest),
    answers.refused.extend(ofRequest),
    answers.countered.extend(ofRequest),
  ],
  which,
);

export const groupReference = z.object({ requestId: reference });

export const groupLetterInput = groupReference.extend({
  file: z.uuid({ error: '请选一份公函' }),
});

export const groupCountsInput = classCounts.extend({
  bookingId: z.uuid({ error: '没有这个班' }),
});
