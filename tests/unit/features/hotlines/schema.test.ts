import { describe, expect, it } from 'vitest';
import content from '../../../../content/phones.json';
import reviewers from '../../../../content/reviewers.json';
import { hotlinesSchema } from '../../../../src/features/hotlines/schema.ts';
import { explainContentError } from '../../../../src/lib/content.ts';

const schema = hotlinesSchema({ reviewers, today: '2026-11-22' });
const refusal = (change: (copy: typeof content) => void) => {
  const copy = structuredClone(content);
  change(copy);
  const parsed = schema.safeParse(copy);
  return parsed.success ? 'accepted' : explainContentError('phones.json', parsed.error);
};
const numbers = content.groups.flatMap((group) => group.numbers.map(({ number }) => number));

describe('content/phones.json', () => {
  it('keeps the rules, the four most urgent first', () => {
    expect(refusal(() => {})).toBe('accepted');
    expect(numbers.slice(0, 4)).toEqual(['119', '120', '110', '122']);
  });

  it('offers no number that helps nobody, or not everywhere, without saying so', () => {
    expect(numbers).not.toContain('12379');
    expect(numbers).not.toContain('96119');
    const local = content.groups
      .flatMap((group) => group.numbers as { number: string; where?: string }[])
      .filter(({ number }) => number.startsWith('96'));
    expect(local.map(({ where }) => where)).toEqual(['江苏']);
  });

  it('has a source for each', () => {
    expect(refusal(({ groups }) => void (groups[0]!.numbers[0]!.sources = []))).toContain(
      'phones.json：groups 第1条 numbers 第1条 sources：至少写一个来源代号',
    );
    expect(refusal(({ say }) => void (say[0]!.sources = ['gone']))).toContain(
      'phones.json：say 第1条 sources：来源“gone”不在下面的 sources 清单里',
    );
  });

  it('names each once, and nothing that is not a number', () => {
    expect(refusal(({ groups }) => void (groups[1]!.numbers[0]!.number = '119'))).toContain(
      'phones.json：groups：号码119写了两次',
    );
    expect(refusal(({ groups }) => void (groups[1]!.numbers[0]!.number = '0515-1'))).toContain(
      '号码是3到5位数字',
    );
  });
});
