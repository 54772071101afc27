import { z } from 'zod';
import { lengthOf, words } from '../../lib/content.ts';
import type { SourcedSettings } from '../../lib/sourced.ts';
import { guideSchema, type GuideSettings } from '../guides/schema.ts';
import { checkPlan, PLAN_PARTS } from './policy.ts';

/** 基层预案: for whom a template is written, in the order of the list. */
export const PLAN_HOLDERS = ['村', '社区', '学校', '企业'] as const;

const sourceKeys = z.array(z.string(), { error: '请写 sources: [来源代号]' });
const text = (min: number, max: number, advice: string) =>
  words(max, advice).refine((line) => lengthOf(line) >= min, {
    error: `太短了，至少${min}个字。${advice}`,
  });
const rows = <Row extends z.ZodType>(row: Row, min: number, max: number, what: string) =>
  z
    .array(row, { error: `请写一列${what}` })
    .min(min, { error: `${what}至少写${min}条` })
    .max(max, { error: `${what}最多写${max}条` });

/** Without a source it is 本平台约定, and pages say so. Blanks stand in braces: `{集合点}`. */
const line = z.strictObject({
  text: text(6, 90, '一条只说一件事，分开写。'),
  sources: sourceKeys.default([]),
});

const call = z.strictObject({
  from: text(2, 24, '写谁打电话。'),
  to: text(2, 24, '写打给谁。'),
  what: text(4, 40, '写说什么。'),
});

const part = z.strictObject({
  title: z.enum(PLAN_PARTS, { error: `请从 ${PLAN_PARTS.join('、')} 里选一个` }),
  lines: rows(line, 3, 14, '内容'),
  /** 谁给谁打电话, where the part has it. */
  calls: z.array(call).max(10, { error: '谁给谁打电话最多写10条' }).default([]),
});

const template = z.strictObject({
  name: text(4, 16, '写预案的名称。'),
  holder: z.enum(PLAN_HOLDERS, { error: `请从 ${PLAN_HOLDERS.join('、')} 里选一个` }),
  summary: text(10, 60, '一句话说清给谁用。'),
  parts: rows(part, PLAN_PARTS.length, PLAN_PARTS.length, '章'),
  /** Lists that are filled in by hand and stay on paper: names belong there, not on the site. */
  annexes: rows(
    z.strictObject({
      title: text(4, 20, '写表的名称。'),
      columns: rows(text(1, 10, '写一栏的名称。'), 2, 6, '栏'),
      /** Empty lines to write on. */
      lines: z.int().min(2, { error: '至少2行' }).max(12, { error: '最多12行' }),
      note: text(6, 60, '写这张表怎么用。'),
    }),
    1,
    5,
    '附表',
  ),
});

/** Frontmatter of `content/plan-templates/<slug>.md`. Sources, date and review state are those of guides. */
export function planTemplateSchema(settings: GuideSettings & SourcedSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({ ...template.shape, writtenOn, review, sources })
    .superRefine((plan, ctx) => {
      checkPlan(plan, settings, (path, message) => ctx.addIssue({ code: 'custom', path, message }));
    });
}
export type PlanTemplate = z.output<ReturnType<typeof planTemplateSchema>>;

/** Which template a page or a file was asked for. */
export const templateAsked = z
  .string({ error: '请选一份模板' })
  .regex(/^[a-z][a-z-]{0,39}$/, { error: '没有这份模板' });
