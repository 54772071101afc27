import { z } from 'zod';
import { words } from '../../lib/content.ts';

/** Where in a guide a claim stands, by the guide's own lists. */
export const CLAIM_PARTS = ['now', 'before', 'during', 'after', 'pairs', 'changes'] as const;
export type ClaimPart = (typeof CLAIM_PARTS)[number];

/** A question that needs a second reading tests reading, not knowing. */
const QUESTION_CHARACTERS = 40;
/** Three answers side by side have to be compared at a glance. */
const ANSWER_CHARACTERS = 30;

const answer = words(ANSWER_CHARACTERS, '答案写短，一眼能比。');

const question = z
  .strictObject({
    ask: words(QUESTION_CHARACTERS, '一题只问一件事。'),
    right: answer,
    wrong: z
      .array(answer, { error: '请写错的答案' })
      .min(1, { error: '至少写1个错的答案' })
      .max(3, { error: '最多写3个错的答案' }),
    /** What the guide's own sentence does not say yet. */
    why: words(60, '一句话说清。').optional(),
    /**
     * The claim of the guide that makes the right answer right, word for word: when it is gone or says something else,
     * the question has to be looked at again.
     */
    rests: z.strictObject({
      part: z.enum(CLAIM_PARTS, { error: `请从 ${CLAIM_PARTS.join('、')} 里选一个` }),
      text: z.string({ error: '请照抄指南里的那一句' }).min(2, { error: '请照抄指南里的那一句' }),
    }),
  })
  .refine(({ right, wrong }) => new Set([right, ...wrong]).size === wrong.length + 1, {
    path: ['wrong'],
    error: '有两个答案一样',
  });

/** `content/quizzes/<slug of the guide>.yaml`. */
export const quizSchema = z.strictObject({
  questions: z
    .array(question, { error: '请写3到5题' })
    .min(3, { error: '至少写3题' })
    .max(5, { error: '最多写5题，多了没人做完' }),
});
export type Quiz = z.output<typeof quizSchema>;
export type Question = Quiz['questions'][number];

/** The letters that an address carries. */
export const LETTERS = ['a', 'b', 'c', 'd'] as const;
