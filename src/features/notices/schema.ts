import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { levelOf } from '../../lib/regions/codes.ts';
import { readDate } from '../../lib/time.ts';
import { divisionTree } from '../regions/policy.ts';

export const NOTICE_KINDS = ['warning', 'service', 'activity', 'policy'] as const;

/** One line of a list on a phone, twice over. */
export const TITLE_MAX = 60;
/** Two printed pages: what is longer is a document to link to, not a notice. */
export const BODY_MAX = 3000;
const ISSUER_MAX = 40;
/** The public reads it: one or two sentences. */
export const REASON_MAX = 200;

/** One line of a text for the public, whatever signs are in it; Chinese punctuation stays as it is. */
export const publicLine = (missing: string, max: number) =>
  textField({ missing, max: [max, `太长了，请控制在${max}个字以内`] }).refine(
    (text) => !/[\n\t\u2028\u2029]/.test(text),
    { error: '请写成一行' },
  );

export const blankIsNone = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

/** A division of the country that this site knows; blank for everywhere. */
export const regionField = z.preprocess(
  blankIsNone,
  z
    .string({ error: '请选一个地区' })
    .refine((code) => levelOf(code) !== undefined && divisionTree.regionOf(code) !== undefined, {
      error: '请从名单里选一个地区',
    })
    .optional(),
);

const dateField = z.preprocess(
  blankIsNone,
  z
    .string({ error: '日期写成2026-11-30这样' })
    .refine((text) => readDate(text) !== undefined, { error: '日期写成2026-11-30这样' })
    .optional(),
);

const words = {
  title: publicLine('请写标题', TITLE_MAX),
  body: textField({
    missing: '请写内容',
    max: [BODY_MAX, `太长了，请控制在${BODY_MAX}个字以内`],
  }),
  kind: z.enum(NOTICE_KINDS, { error: '请选一种' }),
  region: regionField,
  issuer: publicLine('请写发布单位', ISSUER_MAX),
  validFrom: dateField,
  validUntil: dateField,
};

export const noticeInput = z.object(words);

export const revisionInput = z.object({
  noticeId: z.uuid({ error: '没有这条公告' }),
  /** The number of the version that was on the screen: another one saved meanwhile is not overwritten. */
  base: z.coerce.number({ error: '这一页不完整，请重新打开' }).int().min(1),
  ...words,
  reason: z.preprocess(blankIsNone, publicLine('请写原因', REASON_MAX).optional()),
});

export const checkInput = z.object({
  versionId: z.uuid({ error: '没有这一版' }),
  outcome: z.enum(['passed', 'returned'], { error: '请选通过或退回' }),
  opinion: z.preprocess(blankIsNone, publicLine('请写意见', REASON_MAX).optional()),
});

export const releaseInput = z.object({ versionId: z.uuid({ error: '没有这一版' }) });

export const noticeWithdrawalInput = z.object({
  noticeId: z.uuid({ error: '没有这条公告' }),
  reason: publicLine('请写撤回的原因，公众会看到', REASON_MAX),
});

/** Which notices somebody wants to see. What does not fit is left out of an address and refused by the API. */
export const noticesPageInput = z.object({
  kind: z.enum(NOTICE_KINDS).optional(),
  region: regionField,
  before: z.uuid().optional(),
});
