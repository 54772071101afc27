import { z } from 'zod';
import { lineField } from '../../lib/fields.ts';
import { phoneField } from '../accounts/schema.ts';
import type { OrganisationKind } from './table.ts';

export const ORGANISATION_KINDS = [
  'school',
  'kindergarten',
  'enterprise',
  'committee',
  'volunteer_team',
] as const satisfies readonly OrganisationKind[];

export const organisationReference = z.object({
  organisationId: z.uuid({ error: '没有这个单位' }),
});

export const claimInput = z.object({
  kind: z.enum(ORGANISATION_KINDS, { error: '请选单位的类型' }),
  name: lineField({
    missing: '请填写单位的全称',
    // The longest names of schools with their district stay below it.
    max: [60, '名称太长了，请控制在60个字以内'],
    pattern: [/^[\p{L}\p{N}（）()·“”"、.\- ]{2,}$/u, '名称里有不能用的符号，请写公章上的全称'],
  }),
  regionCode: z
    .string({ error: '请选所在的县（市、区）' })
    // County, street or community; a province or a city has no single organisation of its own here.
    .regex(/^\d{4}(?!00)\d{2}(\d{3}(\d{3})?)?$/, { error: '请选所在的县（市、区）' }),
});

/** What an officer decides. That a refusal has its reason, the whole input says. */
export const decisionFields = z.object({
  decision: z.enum(['verified', 'refused'], { error: '请选通过或不通过' }),
  reason: z.preprocess(
    (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : ''),
    z.string().max(200, { error: '理由请控制在200个字以内' }),
  ),
});

/** The id of a file that was sent before, or with the form. */
export const proofInput = organisationReference.extend({
  file: z.uuid({ error: '请选一个文件' }),
});

export const decisionInput = organisationReference
  .extend(decisionFields.shape)
  .refine(({ decision, reason }) => decision === 'verified' || reason.length >= 2, {
    path: ['reason'],
    error: '不通过要写理由，对方会看到',
  });

export const memberInput = organisationReference.extend({ phone: phoneField });

export const memberReference = organisationReference.extend({
  memberId: z.uuid({ error: '没有这个成员' }),
});
