import { z } from 'zod';
import { countField } from '../../lib/fields.ts';
import { personNameField } from '../bookings/schema.ts';
import { ticked } from '../drill-plans/schema.ts';

/** 轮椅, 听力, 视力, 婴幼儿: what a helper brings or does. Anything else is told in words. */
export const NEED_CODES = ['wheelchair', 'hearing', 'sight', 'infant'] as const;
export type NeedCode = (typeof NEED_CODES)[number];

/** What somebody needs, as it stands encrypted in `drill_needs`. */
export const needsSchema = z.strictObject({
  codes: z.array(z.enum(NEED_CODES)),
  words: z.string(),
});
export type Needs = z.output<typeof needsSchema>;

export const nameField = personNameField('请写姓名');

/** A cell on its own: the unit of `drill_participants` has room for 20. */
const UNIT_MAX = 20;

/** 楼栋, 单元 or 单位: never a person. Empty where it does not matter. */
const unitField = z.preprocess(
  (value) => (typeof value === 'string' ? value.normalize('NFKC').trim() : (value ?? '')),
  z
    .string({ error: '请写楼栋或单位' })
    .max(UNIT_MAX, { error: `请控制在${UNIT_MAX}个字以内` })
    .regex(/^[\p{L}\p{N}#\-()·、 ]*$/u, { error: '里面有不能用的符号' }),
);

const needsFields = {
  /** Boxes of a form are `needs.wheelchair=yes`; the API sends a list. */
  needs: z
    .array(z.enum(NEED_CODES, { error: '请在列出的里面选' }))
    .max(NEED_CODES.length)
    .default([]),
  needsWords: z.preprocess(
    (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : ''),
    z
      .string()
      .max(60, { error: '请控制在60个字以内，只写要什么帮助' })
      .regex(/^[^\p{Cc}<>]*$/u, { error: '请写在一行里，不用尖括号' }),
  ),
  /** 单独同意 (个人信息保护法第29条): asked only where needs are told. */
  needsConsent: ticked,
};

/** A family as large as the database takes; the role has its own limit. */
const FAMILY_MAX = 20;

const partyFields = {
  adults: countField({
    missing: '请填写几位成人',
    min: [1, '至少要有1位成人'],
    max: [FAMILY_MAX, `一次最多${FAMILY_MAX}位成人`],
  }),
  children: countField({
    missing: '请填写几位孩子，没有就填0',
    min: [0, '人数不能小于0'],
    max: [FAMILY_MAX, `一次最多${FAMILY_MAX}位孩子`],
  }),
  unit: unitField,
  ...needsFields,
};

const consentGiven = ({
  needs,
  needsWords,
  needsConsent,
}: {
  needs: readonly string[];
  needsWords: string;
  needsConsent: boolean;
}) => needsConsent || (needs.length === 0 && needsWords === '');
const consentMissing = {
  path: ['needsConsent'],
  error: '写了需要的帮助，请勾选同意；不同意就把它们去掉',
};

const drillId = z.uuid({ error: '没有这次演练' });

/** What is sent about one drill, which the address names. */
export const partyBody = z.object(partyFields);
export const signUpBody = z.object({
  roleId: z.uuid({ error: '请选以什么身份参加' }),
  name: nameField,
  ...partyFields,
  /** Where the role is full: to be put on its waitlist. */
  wait: ticked,
});

export const signUpInput = signUpBody.extend({ drillId }).refine(consentGiven, consentMissing);
export const partyInput = partyBody.extend({ drillId }).refine(consentGiven, consentMissing);

export const departureInput = z.object({ drillId });

export const pairingInput = z.object({
  drillId,
  helpedId: z.uuid({ error: '请选要帮的人' }),
  helperId: z.uuid({ error: '请选谁来帮' }),
});

export const pairingEndInput = z.object({
  drillId,
  pairingId: z.uuid({ error: '没有这一对' }),
});

/** Boxes named `needs.wheelchair` as the list that the schema takes; anything else stays as it was sent. */
export function readNeedBoxes(values: Readonly<Record<string, string>>): Record<string, unknown> {
  const needs = NEED_CODES.filter((code) => values[`needs.${code}`] === 'yes');
  return { ...values, needs };
}
