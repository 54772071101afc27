import { describe, expect, it } from 'vitest';
import { quizSchema } from '../../../../src/features/quizzes/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';

const question = {
  ask: '先做什么？',
  right: '先走',
  wrong: ['先拍照'],
  rests: { part: 'now', text: '先走。' },
};
const refusal = (change: Record<string, unknown>, count = 3) => {
  const questions = Array.from({ length: count }, () => ({ ...question, ...change }));
  const parsed = quizSchema.safeParse({ questions });
  return parsed.success ? 'accepted' : explainContentError('x.yaml', parsed.error);
};

describe('a quiz file', () => {
  it('is accepted with three to five questions', () => {
    expect(refusal({})).toBe('accepted');
    expect(refusal({}, 5)).toBe('accepted');
    expect(refusal({}, 2)).toContain('至少写3题');
    expect(refusal({}, 6)).toContain('最多写5题');
  });

  it.each([
    [{ right: '先拍照' }, '有两个答案一样'],
    [{ wrong: [] }, '至少写1个错的答案'],
    [{ wrong: ['a', 'b', 'c', 'd'] }, '最多写3个错的答案'],
    [{ ask: '先'.repeat(41) }, '一题只问一件事'],
    [{ right: '快跑！' }, '不用感叹号'],
    [{ rests: undefined }, 'rests'],
    [{ rests: { part: 'sources', text: '先走。' } }, '请从 now'],
  ])('says what to change: %o', (change, words) => {
    expect(refusal(change)).toContain(words);
  });
});
