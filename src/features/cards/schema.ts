import { z } from 'zod';
import { lengthOf, words } from '../../lib/content.ts';
import { checkSourced } from '../../lib/sourced.ts';
import { guideSchema, type GuideSettings } from '../guides/schema.ts';

/** Where somebody works, in the order in which the list shows them. */
export const FIELDS = [
  '学校和养老',
  '公共场所',
  '楼宇和厨房',
  '油气和运输',
  '工地和工厂',
  '村里和海上',
] as const;

/** Read once, at arm's length, by somebody who has to act: shorter than a guide's step. */
const STEP_CHARACTERS = 36;
/** One sheet of A5 in letters that a hand at arm's length can read. */
export const CARD_CHARACTERS = 640;

const sourceKeys = z
  .array(z.string(), { error: '请写 sources: [来源代号]' })
  .min(1, { error: '至少写一个来源代号' });
const withSources = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, sources: sourceKeys });
const step = withSources({ text: words(STEP_CHARACTERS, '请拆成两步。') });

/** A number that holds for everybody, or a person whose number is written on the printed card by hand. */
const call = withSources({
  who: words(14, '只写打给谁。'),
  number: z
    .string()
    .regex(/^\d{3,5}$/, { error: '只写全国或全省通用的号码；本单位的号码留空，打印后手写' })
    .optional(),
  when: words(20, '只写什么时候打。'),
});

const situation = z.strictObject({
  when: words(12, '只写是什么情况。'),
  steps: z
    .array(step, { error: '请写一列步骤' })
    .min(2, { error: '至少写2步' })
    .max(6, { error: '最多写6步，多了记不住' }),
});

const handover = withSources({
  to: words(14, '只写交给谁。'),
  say: words(44, '只写要说清的几样。'),
});

/** Frontmatter of `content/cards/<slug>.md`: 重点岗位应急处置卡. Sources, date and review state are those of guides. */
export function cardSchema(settings: GuideSettings) {
  const { writtenOn, review, sources } = guideSchema(settings).shape;
  return z
    .strictObject({
      post: words(14, '只写岗位的名称。'),
      field: z.enum(FIELDS, { error: `请从 ${FIELDS.join('、')} 里选一个` }),
      summary: words(40, '一句话说清这个岗位先管什么。'),
      writtenOn,
      review,
      first: withSources({ text: words(20, '第一个动作只有一句。') }),
      calls: z
        .array(call, { error: '请写打给谁' })
        .min(2, { error: '至少写2个要打的电话' })
        .max(5, { error: '最多写5个要打的电话' }),
      situations: z
        .array(situation, { error: '请按情况写步骤' })
        .min(2, { error: '至少写2种情况' })
        .max(4, { error: '最多写4种情况' }),
      never: z
        .array(withSources({ text: words(24, '请删字。') }), { error: '请写不能做的事' })
        .min(2, { error: '至少写2条不能做的事' })
        .max(5, { error: '最多写5条不能做的事' }),
      handover: z
        .array(handover, { error: '请写交给谁、说什么' })
        .min(1, { error: '至少写1个交接的人' })
        .max(3, { error: '最多写3个交接的人' }),
      /** What the drawn sign shows; the drawing is `scenes/<slug>.svg`. */
      sign: words(30, '一句话说画的是什么。'),
      /** File names of the guides that say more, and why. */
      guides: z
        .array(z.string({ error: '请写指南的文件名' }), { error: '请写相关的指南' })
        .min(1, { error: '至少写1篇相关的指南' })
        .max(5, { error: '最多写5篇相关的指南' }),
      sources,
    })
    .superRefine((card, ctx) => {
      const refuse = (path: PropertyKey[], message: string) =>
        ctx.addIssue({ code: 'custom', path, message });
      checkSourced(card, claimsOf(card), settings, refuse);
      const total = cardText(card).reduce((sum, text) => sum + lengthOf(text), 0);
      if (total > CARD_CHARACTERS) {
        refuse(
          ['situations'],
          `整张卡共${total}个字，最多${CARD_CHARACTERS}个字，要印在一张A5纸上`,
        );
      }
    });
}

interface CardParts {
  first: { text: string; sources: string[] };
  calls: { who: string; when: string; sources: string[] }[];
  situations: { when: string; steps: { text: string; sources: string[] }[] }[];
  never: { text: string; sources: string[] }[];
  handover: { to: string; say: string; sources: string[] }[];
}

function claimsOf({ first, calls, situations, never, handover: given }: CardParts) {
  return [
    { path: ['first'], sources: first.sources },
    ...calls.map(({ sources }, at) => ({ path: ['calls', at], sources })),
    ...situations.flatMap(({ steps }, at) =>
      steps.map(({ sources }, nth) => ({ path: ['situations', at, 'steps', nth], sources })),
    ),
    ...never.map(({ sources }, at) => ({ path: ['never', at], sources })),
    ...given.map(({ sources }, at) => ({ path: ['handover', at], sources })),
  ];
}

/** Every sentence on the card, in the order in which it is read. */
export function cardText({ first, calls, situations, never, handover: given }: CardParts) {
  return [
    first.text,
    ...calls.flatMap(({ who, when }) => [who, when]),
    ...situations.flatMap(({ when, steps }) => [when, ...steps.map(({ text }) => text)]),
    ...never.map(({ text }) => text),
    ...given.flatMap(({ to, say }) => [to, say]),
  ];
}

export type Card = z.output<ReturnType<typeof cardSchema>>;
