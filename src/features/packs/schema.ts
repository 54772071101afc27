import { z } from 'zod';
import { words } from '../../lib/content.ts';
import { checkSourced } from '../../lib/sourced.ts';
import { guideSchema, type GuideSettings } from '../guides/schema.ts';

/** An address of this site, where something hangs to be printed or done. */
const inSite = z
  .string()
  .regex(/^\/[a-z0-9/-]*(#[a-z-]+)?$/, { error: '请写本站的地址，例如 /phones' });
const sourceKeys = z.array(z.string(), { error: '请写 sources: [来源代号]' });
const line = z.strictObject({
  text: words(50, '请拆成两条。'),
  /** Left out only where it is a suggestion and claims nothing. */
  sources: sourceKeys.default([]),
  href: inSite.optional(),
});
const link = z.strictObject({ href: inSite, text: words(24, '只写是什么。') });
const slugs = z.array(z.string({ error: '请写文件名' }));

/** Frontmatter of `content/packs/<slug>.md`: what one kind of reader needs, gathered, with a list for each month. */
export function packSchema(settings: GuideSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({
      title: words(12, '标题写短。'),
      reader: words(20, '只写给谁。'),
      summary: words(50, '一句话说清这一页有什么。'),
      writtenOn,
      review,
      guides: z
        .array(
          z.strictObject({
            slug: z.string({ error: '请写指南的文件名' }),
            why: words(30, '一行说清为什么。'),
          }),
        )
        .min(3, { error: '至少写3篇指南' })
        .max(10, { error: '最多写10篇，多了读不完' }),
      cards: slugs.max(8, { error: '最多写8张卡' }),
      printables: z.array(link).min(1, { error: '至少写1样可以打印的' }),
      visit: z.array(line).min(1, { error: '至少写1条怎么去体验馆' }),
      drills: z.array(line).min(2, { error: '至少写2条怎么演练' }),
      /** What is worth a look in every month. */
      monthly: z
        .array(line)
        .min(3, { error: '每个月至少写3件事' })
        .max(7, { error: '每个月最多写7件事，多了做不完' }),
      /** What belongs to one month only. */
      months: z
        .array(
          z.strictObject({
            month: z.int().min(1).max(12),
            items: z.array(line).min(1, { error: '至少写1件事' }),
          }),
        )
        .length(12, { error: '12个月都要写' })
        .refine((months) => months.every(({ month }, at) => month === at + 1), {
          error: '月份从1到12，按顺序写',
        }),
      sources,
    })
    .superRefine((pack, ctx) => {
      const refuse = (path: PropertyKey[], message: string) =>
        ctx.addIssue({ code: 'custom', path, message });
      const claims = [
        ...(['visit', 'drills', 'monthly'] as const).flatMap((part) =>
          pack[part].map(({ sources: keys }, at) => ({ path: [part, at], sources: keys })),
        ),
        ...pack.months.flatMap(({ items }, at) =>
          items.map(({ sources: keys }, nth) => ({
            path: ['months', at, 'items', nth],
            sources: keys,
          })),
        ),
      ];
      checkSourced(pack, claims, settings, refuse);
    });
}
export type Pack = z.output<ReturnType<typeof packSchema>>;

/** The month of an address, 1 to 12; undefined for what is none. */
export function readMonth(text: string | null): number | undefined {
  return /^([1-9]|1[0-2])$/.test(text ?? '') ? Number(text) : undefined;
}
