import { z } from 'zod';
import { countField } from '../../lib/fields.ts';
import { reasonField, wordsField } from '../drill-evaluations/schema.ts';
import { drillReference } from '../drills/schema.ts';
import { FINDING_KINDS } from './table.ts';

const broken = '这一页不完整，请重新打开';

export const findingInput = drillReference.extend({
  /** The finding that this one is written in place of; '' for a new one. */
  replaces: z.union([z.uuid(), z.literal('')], { error: '没有这一条' }).default(''),
  kind: z.enum(FINDING_KINDS, { error: '请选是哪一类' }),
  itemId: z
    .string({ error: '没有这一项' })
    .regex(/^(e\d{1,3})?$/, { error: '没有这一项' })
    .default(''),
  problem: reasonField('请写看到了什么问题', 300),
  cause: wordsField(300),
  suggestion: wordsField(300),
  reason: wordsField(200),
});

export const findingRemovalInput = drillReference.extend({
  findingId: z.uuid({ error: '没有这一条' }),
  reason: wordsField(200),
});

/** The fields of a report that its organiser words: 《突发事件应急演练指南》 names what a report holds. */
export const REPORT_FIELDS = [
  'aim',
  'units',
  'outline',
  'course',
  'lessons',
  'suggestions',
] as const;
export type ReportField = (typeof REPORT_FIELDS)[number];

/** A page of A4; the course lists what was tapped, minute by minute. */
const FIELD_MAX: Readonly<Record<ReportField, number>> = {
  aim: 800,
  units: 1200,
  outline: 3000,
  course: 5000,
  lessons: 2000,
  suggestions: 2000,
};

const fields = Object.fromEntries(
  REPORT_FIELDS.map((field) => [field, wordsField(FIELD_MAX[field])]),
) as Record<ReportField, ReturnType<typeof wordsField>>;

/** What stands in `drill_report_versions.words`. */
export const reportWordsSchema = z.object({
  ...Object.fromEntries(REPORT_FIELDS.map((field) => [field, z.string()])),
  differences: z.record(z.string(), z.string()),
}) as unknown as z.ZodType<ReportWords>;

export type ReportWords = Record<ReportField, string> & {
  /** Why evaluators differ, by item. */
  differences: Record<string, string>;
};

const version = countField({ missing: broken, min: [0, broken], max: [100_000, broken] });

/** Differences come as fields `difference-e1`. */
export const reportInput = drillReference.extend({ version, ...fields });
export const differenceField = wordsField(300);

export const releaseInput = drillReference.extend({
  version,
  /** Why it is corrected; empty for the first edition. */
  reason: wordsField(200),
});

export const photoInput = drillReference.extend({
  file: z.uuid({ error: '请选一张照片' }),
});
