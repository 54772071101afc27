import { z } from 'zod';
import { textField } from '../../lib/fields.ts';
import { publicLine } from '../notices/schema.ts';
import { NAMING_LEVELS } from './table.ts';

/** One entry of the directory, as a row of a spreadsheet brings it in. */
export const namingInput = z.object({
  level: z.enum(NAMING_LEVELS, { error: '级别请写国家级、省级、市级或县级' }),
  unit: z.enum(['community', 'town', 'county'], { error: '类型请写社区、乡镇或县' }),
  // As it was written: an official title keeps its Chinese punctuation.
  name: publicLine('没有名称', 60).refine((text) => text.length >= 2, {
    error: '请写文件里的全称',
  }),
  regionCode: z
    .string({ error: '地区代码要写到县，6位、9位或12位数字' })
    .regex(/^\d{4}(?!00)\d{2}(\d{3}(\d{3})?)?$/, {
      error: '地区代码要写到县，6位、9位或12位数字',
    }),
  // National namings are signed by four bodies together, each with its full name.
  namedBy: publicLine('没有写谁命名的', 120).refine((text) => text.length >= 2, {
    error: '请写命名单位的全称',
  }),
  documentTitle: publicLine('没有文件名。没有文件的不能列入', 120).refine(
    (text) => text.length >= 4,
    { error: '文件名至少4个字，写文件的全称' },
  ),
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
