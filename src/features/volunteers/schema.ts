import { z } from 'zod';
import { lineField, textField } from '../../lib/fields.ts';
import { readDate } from '../../lib/time.ts';
import { personNameField } from '../bookings/schema.ts';
import type { VolunteerPurpose } from './table.ts';

/** From this age on, 本平台约定. Younger people help through their school. */
export const VOLUNTEER_AGE = 18;

export const VOLUNTEER_PURPOSES = [
  'guiding',
  'drills',
  'call_out',
] as const satisfies readonly VolunteerPurpose[];

const codeField = (error: string) => z.string({ error }).regex(/^[a-z_]{2,30}$/, { error });
const blank = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

/** Boxes of a form come one by one, `skills.guiding=yes`; programs send a list. */
const ticked = (name: string) => (values: Record<string, unknown>) =>
  values[name] ??
  Object.keys(values).flatMap((key) =>
    key.startsWith(`${name}.`) && values[key] === 'yes' ? [key.slice(name.length + 1)] : [],
  );

export const volunteerFields = z.object({
  name: personNameField('请填写姓名'),
  regionCode: z
    .string({ error: '请选所在的县（市、区）' })
    .regex(/^\d{4}(?!00)\d{2}$/, { error: '请选所在的县（市、区）' }),
  /** A community's committee, or one of its grid cells: `community:<id>`, `cell:<id>`. */
  place: z.preprocess(
    blank,
    z
      .string()
      .regex(/^(community|cell):[\w-]{36}$/, { error: '请在列出的社区和网格里选' })
      .optional(),
  ),
  hallSlug: z.preprocess(
    blank,
    z
      .string()
      .regex(/^[a-z-]{2,40}$/, { error: '请在列出的场馆里选' })
      .optional(),
  ),
  skills: z
    .array(codeField('请在列出的技能里选'), { error: '请至少选一样会的' })
    .min(1, { error: '请至少选一样会的' })
    // Longer than the list of those that exist.
    .max(40, { error: '请在列出的技能里选' }),
  purposes: z
    .array(z.enum(VOLUNTEER_PURPOSES, { error: '请在列出的事情里选' }), {
      error: '请至少同意一件事，不然没有人能找你',
    })
    .min(1, { error: '请至少同意一件事，不然没有人能找你' })
    .max(VOLUNTEER_PURPOSES.length, { error: '请在列出的事情里选' }),
  adult: z.literal('yes', { error: `满${VOLUNTEER_AGE}岁才能登记，满了请选上` }),
});

export const volunteerInput = z.preprocess((input) => {
  if (typeof input !== 'object' || input === null) return input;
  const values = input as Record<string, unknown>;
  return { ...values, skills: ticked('skills')(values), purposes: ticked('purposes')(values) };
}, volunteerFields);

export const volunteerReference = z.object({
  volunteerId: z.uuid({ error: '没有找到这位志愿者' }),
});

export const volunteerDecisionInput = volunteerReference
  .extend({
    decision: z.enum(['confirmed', 'refused'], { error: '请选确认或不确认' }),
    reason: z.preprocess(
      (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : ''),
      z.string().max(100, { error: '原因请控制在100个字以内' }),
    ),
  })
  .refine(({ decision, reason }) => decision === 'confirmed' || reason.length >= 2, {
    path: ['reason'],
    error: '不确认要写原因，对方会看到',
  });

const dayField = (error: string) =>
  z.string({ error }).refine((text) => readDate(text) !== undefined, { error });

export const trainingInput = volunteerReference
  .extend({
    skill: codeField('请选这次培训证明的技能'),
    training: textField({
      missing: '请填写培训或证书的名称',
      max: [40, '请控制在40个字以内'],
    }).refine((text) => /^[\p{L}\p{N}（）()·、.\- ]{2,}$/u.test(text), {
      error: '名称里有不能用的符号。不写证书号',
    }),
    heldOn: dayField('请填写培训那天的日期'),
    validUntil: z.preprocess(blank, dayField('请填写有效期最后一天，长期有效就空着').optional()),
  })
  .refine(({ heldOn, validUntil }) => validUntil === undefined || validUntil >= heldOn, {
    path: ['validUntil'],
    error: '有效期不能早于培训那天',
  });

export const trainingReference = z.object({ trainingId: z.uuid({ error: '没有这条培训' }) });

export const gridCellInput = z.object({
  organisationId: z.uuid({ error: '请选社区' }),
  cell: lineField({
    missing: '请填写网格的名称',
    max: [20, '请控制在20个字以内'],
    pattern: [/^[\p{L}\p{N}（）()\- ]{2,}$/u, '写社区里的叫法，例如“第三网格”'],
  }),
});
