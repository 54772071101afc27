import { z } from 'zod';
import { lineField, textField } from '../../lib/fields.ts';
import { readDate } from '../../lib/time.ts';
import { applicationReference } from '../applications/schema.ts';
import type { State } from '../applications/policy.ts';
import { DEPARTMENTS, programmeKey, TENTHS } from '../programmes/schema.ts';
import { BATCH_ACTS } from './table.ts';

/** The column `reason` of a decision holds as much. */
export const REASON_MAX = 1000;
/** One sentence on one entry. */
export const WHAT_MAX = 200;
/** The CHECK `review_marks_reason` holds more: characters there, signs here. */
export const MARK_REASON_MAX = 200;
/** A page of the queue. */
export const BATCH_MAX = 50;

/** 退回的问题类别, 本平台约定: what applicants can do something about. */
export const FAULT_KINDS = [
  'missing',
  'unclear',
  'outdated',
  'conflicting',
  'unsigned',
  'other',
] as const;

const reason = (missing: string) =>
  textField({ missing, max: [REASON_MAX, `请控制在${REASON_MAX}个字以内`] });

const dateField = (missing: string) =>
  z
    .string({ error: missing })
    .transform((text) => readDate(text))
    .pipe(z.string({ error: missing }));

/** The state that the author of a decision saw. */
const on = z
  .string({ error: '这一页不完整，请刷新再办' })
  .regex(/^[a-z_]+(:[a-z][a-z0-9-]{1,40})?$/, { error: '这一页不完整，请刷新再办' })
  .transform((text) => text as State);

const act = applicationReference.extend({ on });

export const approvalInput = act.extend({
  reason: reason('请写审核意见，例如“材料齐全，符合要求”'),
  /** How many saves of marks the author has seen; left out on steps that do not score. */
  marks: z
    .string()
    .regex(/^\d{1,6}$/, { error: '这一页不完整，请刷新再办' })
    .transform(Number)
    .optional(),
});

export const refusalInput = act.extend({
  reason: reason('请写为什么不通过，申报人会看到'),
  falsity: z.preprocess((value) => value === 'yes', z.boolean()),
});

const fault = z.object({
  /** Empty for the file as a whole. */
  part: z.enum(['condition', 'point', '']),
  key: z.string(),
  kind: z.enum(FAULT_KINDS, { error: '请选哪一类问题' }),
  what: textField({
    missing: '请写要补什么、改什么',
    max: [WHAT_MAX, `请控制在${WHAT_MAX}个字以内`],
  }),
});

/**
 * `fault.<part>.<key>` names the class and `what.<part>.<key>` what exactly; entries without either are all right.
 * `fault.file.` stands for the file as a whole.
 */
function readFaults(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const values = input as Record<string, unknown>;
  const text = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const names = Object.keys(values).flatMap(
    (name) => /^(?:fault|what)\.(.+)$/.exec(name)?.[1] ?? [],
  );
  const faults = [...new Set(names)].flatMap((name) => {
    const [kind, what] = [text(`fault.${name}`), text(`what.${name}`)];
    if (kind === '' && what === '') return [];
    const [part = '', key = ''] = name.split('.');
    return [
      { name, kind: kind === '' ? undefined : kind, what, part: part === 'file' ? '' : part, key },
    ];
  });
  return { ...values, faults };
}

export const returnInput = z.preprocess(
  readFaults,
  act
    .extend({
      reason: reason('请写一句总的说明，申报人会看到'),
      faults: z.array(z.looseObject({ name: z.string() })),
    })
    .transform(({ faults, ...rest }, ctx) => {
      if (faults.length === 0) {
        ctx.addIssue({
          code: 'custom',
          path: ['faults'],
          message: '请至少指出一处：选问题的类别，写要补什么',
        });
      }
      const read = faults.flatMap(({ name, ...one }) => {
        const parsed = fault.safeParse(one);
        if (parsed.success) return [parsed.data];
        for (const issue of parsed.error.issues) {
          const field = issue.path[0] === 'kind' ? 'fault' : 'what';
          ctx.addIssue({ code: 'custom', path: [`${field}.${name}`], message: issue.message });
        }
        return [];
      });
      return { ...rest, faults: read };
    }),
);
export type Fault = z.output<typeof fault>;

export const pauseInput = act.extend({ reason: reason('请写为什么，例如启动了哪一级应急响应') });
export const recusalInput = act.extend({
  reason: reason('请写回避的理由，例如“近亲属在这个单位工作”'),
});

export const opinionInput = act.extend({
  department: z.enum(DEPARTMENTS, { error: '请选是哪个部门的意见' }),
  givenOn: dateField('请写出意见的日期'),
  reason: reason('请写这个部门的意见'),
});

const STEP = /^[a-z][a-z0-9-]{1,40}$/;
const officer = z.uuid({ error: '请选一个人' });

export const assignmentInput = applicationReference.extend({ officerId: officer });

export const delegationInput = z
  .object({
    regionCode: z.string().regex(/^\d{6}(\d{3})?$/, { error: '没有这个机关' }),
    fromId: officer,
    toId: officer,
    fromOn: dateField('请写从哪天起'),
    untilOn: dateField('请写到哪天为止'),
  })
  .refine(({ fromId, toId }) => fromId !== toId, { error: '请选另一个人', path: ['toId'] })
  .refine(({ fromOn, untilOn }) => fromOn <= untilOn, {
    error: '结束的日子早于开始的日子',
    path: ['untilOn'],
  });
export const delegationEndInput = z.object({ delegationId: z.uuid({ error: '没有这一条' }) });

/** `2`, `0.5`, as a form or an answer has it; tenths. */
const tenths = z
  .string({ error: '请打分' })
  .transform((text) => text.normalize('NFKC').trim().replace(/分$/, ''))
  .pipe(z.string().regex(/^\d{1,3}(\.\d)?$/, { error: '分数写数字，最多一位小数' }))
  .transform((text) => Math.round(Number(text) * TENTHS));

/** `marks.<key>`, `reason.<key>` and the version that was seen, `version.<key>`; points left empty are left as they are. */
export const marksInput = z.preprocess(
  (input) => {
    if (typeof input !== 'object' || input === null) return input;
    const values = input as Record<string, unknown>;
    const marks = Object.entries(values).flatMap(([name, value]) => {
      const key = /^marks\.(.+)$/.exec(name)?.[1];
      if (key === undefined || value === '') return [];
      return [
        { key, tenths: value, reason: values[`reason.${key}`], version: values[`version.${key}`] },
      ];
    });
    return { ...values, marks };
  },
  applicationReference
    .extend({
      step: z.string().regex(STEP, { error: '没有这一步' }),
      marks: z.array(z.looseObject({ key: z.string() })),
    })
    .transform(({ marks, ...rest }, ctx) => {
      const read = marks.flatMap((one) => {
        const parsed = markInput.safeParse(one);
        if (parsed.success) return [parsed.data];
        for (const issue of parsed.error.issues) {
          const field = issue.path[0] === 'reason' ? 'reason' : 'marks';
          ctx.addIssue({ code: 'custom', path: [`${field}.${one.key}`], message: issue.message });
        }
        return [];
      });
      return { ...rest, marks: read };
    }),
);

const markInput = z.object({
  key: z.string().regex(STEP, { error: '没有这一项' }),
  tenths,
  reason: z
    .string()
    .default('')
    .transform((text) => text.replaceAll(/\p{Cc}+/gu, ' ').trim())
    .pipe(z.string().max(MARK_REASON_MAX, { error: `请控制在${MARK_REASON_MAX}个字以内` })),
  version: z
    .string()
    .regex(/^\d{1,4}$/, { error: '这一页不完整，请刷新再打分' })
    .transform(Number),
});

/** `file.<id>=yes` for each that is meant. */
export const batchInput = z.preprocess(
  (input) => {
    if (typeof input !== 'object' || input === null) return input;
    const values = input as Record<string, unknown>;
    const files = Object.keys(values).flatMap((name) => /^file\.(.+)$/.exec(name)?.[1] ?? []);
    return { ...values, files };
  },
  z
    .object({
      act: z.enum(BATCH_ACTS, { error: '请选要办什么' }),
      files: z
        .array(z.uuid({ error: '没有这一份申报' }))
        .min(1, { error: '请先勾选要办的申报' })
        .max(BATCH_MAX, { error: `一次最多办${BATCH_MAX}份` }),
      officerId: z.union([officer, z.literal('')]).default(''),
      fault: z.union([z.enum(FAULT_KINDS), z.literal('')]).default(''),
      reason: z.string().default(''),
      /** How many files the question was about that whoever sends this has answered. */
      confirmed: z.coerce.number().int().catch(0),
    })
    .superRefine((value, ctx) => {
      const problem = (path: string, message: string) =>
        ctx.addIssue({ code: 'custom', path: [path], message });
      if (value.act === 'assignment' && value.officerId === '') problem('officerId', '请选分给谁');
      if (value.act === 'return' && value.fault === '') problem('fault', '请选哪一类问题');
      const length = Array.from(value.reason.trim()).length;
      if (value.act !== 'assignment' && length < 2) problem('reason', '请写意见，申报人会看到');
      if (length > WHAT_MAX) problem('reason', `请控制在${WHAT_MAX}个字以内`);
    }),
);

export type BatchAsked = z.output<typeof batchInput>;

const documentField = lineField({
  missing: '请写文件的名称和文号',
  max: [160, '请控制在160个字以内'],
  pattern: [/^.{4,}$/u, '请写全名和文号，至少4个字'],
});

export const successionInput = z
  .object({
    regionCode: z
      .string()
      .regex(/^\d{6}(\d{3})?$/, { error: '写6位（县级以上）或9位（街道、乡镇）代码' }),
    successorCode: z.string().regex(/^\d{6}(\d{3})?$/, { error: '写6位或9位代码' }),
    document: documentField,
  })
  .refine(({ regionCode, successorCode }) => regionCode.length === successorCode.length, {
    error: '承接的要是同一级',
    path: ['successorCode'],
  })
  .refine(({ regionCode, successorCode }) => regionCode !== successorCode, {
    error: '不能由自己承接',
    path: ['successorCode'],
  });

export const roundInput = z
  .object({
    programme: programmeKey,
    regionCode: z.string().regex(/^\d{6}$/, { error: '没有这个机关' }),
    opensOn: dateField('请写从哪天起收'),
    closesOn: dateField('请写最后一天'),
    document: documentField,
  })
  .refine(({ opensOn, closesOn }) => opensOn <= closesOn, {
    error: '最后一天早于开始的一天',
    path: ['closesOn'],
  });
