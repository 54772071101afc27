import { z } from 'zod';
import { words } from '../../lib/content.ts';
import { checkSourced } from '../../lib/sourced.ts';
import { guideSchema, type GuideSettings } from '../guides/schema.ts';

const sourceKeys = z
  .array(z.string(), { error: '请写 sources: [来源代号]' })
  .min(1, { error: '至少写一个来源代号' });
const withSources = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, sources: sourceKeys });

const hotline = withSources({
  number: z.string().regex(/^\d{3,5}$/, { error: '号码是3到5位数字' }),
  name: words(10, '只写这个号码叫什么。'),
  when: words(44, '一句话说清什么时候打。'),
  /** Where it can be dialled; left out where that is the whole country. */
  where: words(6, '只写省名。').optional(),
});
const line = withSources({ text: words(60, '请拆成两条。') });

/** `content/phones.json`: numbers with what each is for. One without a source is not on the page. */
export function hotlinesSchema(settings: GuideSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({
      writtenOn,
      review,
      groups: z
        .array(
          z.strictObject({
            title: words(12, '只写是哪一类。'),
            numbers: z.array(hotline).min(1, { error: '至少写1个号码' }),
          }),
        )
        .min(2, { error: '至少写2类' }),
      /** In the order in which to say it: whoever is cut off has said the most important first. */
      say: z
        .array(withSources({ what: words(6, '只写说哪一样。'), text: words(44, '请删字。') }))
        .min(3, { error: '至少写3样' }),
      silent: z.array(line).min(1, { error: '至少写1条' }),
      changes: z.array(
        withSources({
          old: words(40, '只写旧说法那一句。'),
          new: words(40, '只写现在怎么做。'),
        }),
      ),
      sources,
    })
    .superRefine((content, ctx) => {
      const refuse = (path: PropertyKey[], message: string) =>
        ctx.addIssue({ code: 'custom', path, message });
      const claims = [
        ...content.groups.flatMap(({ numbers }, at) =>
          numbers.map(({ sources: keys }, nth) => ({
            path: ['groups', at, 'numbers', nth],
            sources: keys,
          })),
        ),
        ...(['say', 'silent', 'changes'] as const).flatMap((part) =>
          content[part].map(({ sources: keys }, at) => ({ path: [part, at], sources: keys })),
        ),
      ];
      checkSourced(content, claims, settings, refuse);
      const all = content.groups.flatMap(({ numbers }) => numbers.map(({ number }) => number));
      const twice = all.find((number, at) => all.indexOf(number) < at);
      if (twice) refuse(['groups'], `号码${twice}写了两次`);
    });
}
export type Hotlines = z.output<ReturnType<typeof hotlinesSchema>>;
