import { expect, it } from 'vitest';
import { spokenCode } from '../../../../src/features/callers/policy.ts';
import { newBookingCode } from '../../../../src/lib/ids.ts';

it('has a word of its own for every sign that a code can hold', () => {
  const words = new Map<string, string>();
  for (let made = 0; made < 500; made += 1) {
    const code = newBookingCode();
    const spoken = spokenCode(code);
    expect(spoken.map((group) => group.length)).toEqual([5, 5]);
    expect(
      spoken
        .flat()
        .map(({ sign }) => sign)
        .join(''),
    ).toBe(code);
    for (const { sign, word } of spoken.flat()) words.set(sign, word);
  }
  expect(words.size).toBe(31);
  for (const [sign, word] of words) expect(word).not.toBe(sign);
  expect(new Set(words.values()).size).toBe(31);
});
