import { z } from 'zod';
import { countField, lineField } from '../../lib/fields.ts';
import { readDate } from '../../lib/time.ts';
import { reasonField, wordsField } from '../drill-evaluations/schema.ts';
import { drillOrganiserReference } from '../drill-plans/schema.ts';
import { namesSomebody } from '../inquiries/policy.ts';
import { STEP_KINDS } from './table.ts';

const blankIsNone = (value: unknown) => (value === '' ? undefined : value);

const dayField = z
  .string({ error: '请选哪一天' })
  .refine((day) => readDate(day) !== undefined, { error: '请选哪一天' });

/** An office, a post: `总务处`, `后勤组长`. Nobody's name is asked for, nobody's number taken. */
const officeField = lineField({
  missing: '请写由哪个部门负责',
  max: [30, '请控制在30个字以内'],
  pattern: [/^[\p{L}\p{N}（）()·\- ]+$/u, '部门名称里有不能用的符号'],
}).refine((text) => !namesSomebody(text), { error: '这里不写手机号' });

export const improvementInput = z
  .object({
    organiser: drillOrganiserReference,
    drillId: z.preprocess(blankIsNone, z.uuid({ error: '没有这次演练' }).nullish()),
    findingId: z.preprocess(blankIsNone, z.uuid({ error: '没有这一条问题' }).nullish()),
    what: reasonField('请写要改什么', 300),
    /** A member's id; `office` where an office is named. */
    owner: z.union([z.literal('office'), z.uuid()], { error: '请选由谁负责' }),
    office: z.preprocess(blankIsNone, officeField.optional()),
    dueDay: dayField,
  })
  .refine(({ owner, office }) => owner !== 'office' || office !== undefined, {
    path: ['office'],
    error: '请写由哪个部门负责',
  });

export const improvementReference = z.object({ itemId: z.uuid({ error: '没有这一项' }) });

const broken = '这一页不完整，请重新打开';

export const stepInput = improvementReference
  .extend({
    kind: z.enum(STEP_KINDS, { error: '请选要办什么' }),
    /** How many steps were read: whoever acts on what has moved on is told. */
    steps: countField({ missing: broken, min: [0, broken], max: [100, broken] }),
    words: wordsField(500),
    dueDay: z.preprocess(blankIsNone, dayField.optional()),
    /** Proof, sent with the step. */
    file: z.preprocess(blankIsNone, z.uuid({ error: '没有这个文件' }).optional()),
  })
  .refine(({ kind, words }) => ['finish', 'verify'].includes(kind) || words.length >= 2, {
    path: ['words'],
    error: '请写为什么',
  })
  .refine(({ kind, dueDay }) => kind !== 'postpone' || dueDay !== undefined, {
    path: ['dueDay'],
    error: '请选延到哪一天',
  });
