import { z } from 'zod';
import { lineField, textField } from '../../lib/fields.ts';
import { NAMING_LEVELS, NAMING_UNITS } from './table.ts';

const NAME = /^[\p{L}\p{N}（）()·“”"、.\- ]{2,}$/u;
/** Titles of documents have their own marks: 《》, 〔2023〕, years. */
const DOCUMENT = /^[\p{L}\p{N}\p{P}\p{Zs}]{4,}$/u;

/** One entry of the directory, as a row of a spreadsheet brings it in. */
export const namingInput = z.object({
  level: z.enum(NAMING_LEVELS, { error: '级别请写国家级、省级、市级或县级' }),
  unit: z.enum(NAMING_UNITS, { error: '类型请写社区、乡镇或县' }),
  name: lineField({
    missing: '没有名称',
    max: [60, '名称太长了，请控制在60个字以内'],
    pattern: [NAME, '名称里有不能用的符号，请写文件里的全称'],
  }),
  regionCode: z
    .string({ error: '地区代码要写到县，6位、9位或12位数字' })
    .regex(/^\d{4}(?!00)\d{2}(\d{3}(\d{3})?)?$/, {
      error: '地区代码要写到县，6位、9位或12位数字',
    }),
  namedBy: lineField({
    missing: '没有写谁命名的',
    // National namings are signed by four bodies together, each with its full name.
    max: [120, '命名单位请控制在120个字以内'],
    pattern: [DOCUMENT, '命名单位里有不能用的符号'],
  }),
  documentTitle: lineField({
    missing: '没有文件名。没有文件的不能列入',
    max: [120, '文件名请控制在120个字以内'],
    pattern: [DOCUMENT, '文件名至少4个字，写文件的全称'],
  }),
  documentNumber: z.preprocess(
    (value) => (typeof value === 'string' ? value.normalize('NFC').trim() : ''),
    z.string().max(40, { error: '文号请控制在40个字以内' }),
  ),
  namedOn: z.iso.date({ error: '没有命名的日期' }),
});

export type NamingInput = z.infer<typeof namingInput>;

export const namingReference = z.object({ namingId: z.uuid({ error: '没有这一条命名' }) });

export const removalInput = namingReference.extend({
  reason: textField({
    missing: '请写为什么删去',
    max: [200, '理由请控制在200个字以内'],
  }).refine((text) => Array.from(text).length >= 2, { error: '请写为什么删去' }),
});
