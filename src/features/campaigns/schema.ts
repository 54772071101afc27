import { z } from 'zod';
import { words } from '../../lib/content.ts';
import { checkSourced, type SourcedSettings } from '../../lib/sourced.ts';
import { guideSchema, type GuideSettings } from '../guides/schema.ts';

const month = z.int({ error: '请写月份' }).min(1).max(12, { error: '月份是1到12' });
/** The longest month of each: a day that some years lack would be no yearly day. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** When a campaign is each year. A rule and never a list of dates, so that no year is forgotten. */
export const whenSchema = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('day'), month, day: z.int().min(1).max(31) }),
      z.strictObject({ kind: z.literal('month'), month }),
      /** `nth` counts from the start of the month; -1 is the last one. Weekdays as in ISO 8601: 1 is Monday. */
      z.strictObject({
        kind: z.literal('weekday'),
        month,
        weekday: z.int().min(1).max(7),
        nth: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(-1)]),
      }),
    ],
    { error: '请写 kind: day、month 或 weekday' },
  )
  .refine((when) => when.kind !== 'day' || when.day <= (DAYS[when.month - 1] ?? 0), {
    path: ['day'],
    error: '这个月没有这一天',
  });
export type When = z.output<typeof whenSchema>;

/** YAML turns an unquoted date into an instant; a calendar date is not one. */
const date = z.preprocess(
  (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : value),
  z.iso.date({ error: '请写成 2025-05-12 这样的日期' }),
);
/** Something that a family does in an evening and a school in a lesson. */
const tasks = z
  .array(words(44, '请拆成两条。'), { error: '请写一列要做的事' })
  .min(3, { error: '至少写3条' })
  .max(5, { error: '最多写5条，多了没有人做' });

/** Frontmatter of `content/campaigns/<slug>.md`. */
export function campaignSchema(settings: GuideSettings & SourcedSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({
      name: words(16, '照主办部门的叫法写。'),
      when: whenSchema,
      /** The first year; left out where no source says it. */
      since: z.int().min(1900).max(2100).optional(),
      about: words(90, '两三句话说清是什么。'),
      /** Who set it, and where that is written. */
      basis: z.strictObject({
        text: words(60, '一句话说清谁定的、哪年起。'),
        sources: z.array(z.string()).min(1, { error: '至少写一个来源代号' }),
      }),
      /** What each year's circular adds. A year that nobody has read about is left out, never guessed. */
      years: z
        .array(
          z.strictObject({
            year: z.int().min(2020).max(2100),
            theme: words(40, '照通知写。').optional(),
            week: z.strictObject({ from: date, to: date }).optional(),
            sources: z.array(z.string()).min(1, { error: '至少写一个来源代号' }),
          }),
        )
        .default([]),
      family: tasks,
      school: tasks,
      community: tasks,
      /** File names in `content/guides`, the most fitting first. */
      guides: z
        .array(z.string())
        .min(2, { error: '至少写2篇指南' })
        .max(6, { error: '最多写6篇指南' }),
      writtenOn,
      review,
      sources,
    })
    .superRefine((campaign, ctx) => {
      const refuse = (path: PropertyKey[], message: string) =>
        ctx.addIssue({ code: 'custom', path, message });
      const claims = [
        { path: ['basis'], sources: campaign.basis.sources },
        ...campaign.years.map((one, index) => ({ path: ['years', index], sources: one.sources })),
      ];
      checkSourced(campaign, claims, settings, refuse);
      campaign.years.forEach(({ year, week }, index) => {
        if (!week) return;
        const isOfYear = [week.from, week.to].every((one) => one.startsWith(String(year)));
        if (!isOfYear || week.to < week.from)
          refuse(['years', index, 'week'], '日期不是这一年的一周');
      });
      if (new Set(campaign.years.map(({ year }) => year)).size !== campaign.years.length) {
        refuse(['years'], '同一年写了两次');
      }
    });
}
export type Campaign = z.output<ReturnType<typeof campaignSchema>>;
