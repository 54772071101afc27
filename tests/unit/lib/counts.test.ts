import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTexts, isShown, rate, shares, SMALL_COUNT, sum } from '../../../src/lib/counts.ts';

const counts = fc.array(fc.oneof(fc.nat(8), fc.nat(200)), { maxLength: 6 });

/** Every set of small counts that fits what is shown, found by trying them all. */
function possibilities(texts: readonly string[], total: string): number[][] {
  const shown = sum(texts.filter(isShown).map(Number));
  const small = texts.filter((text) => text === '少于5').length;
  const withheld = texts.filter((text) => text === '不显示').length;
  const sets = Array.from({ length: (SMALL_COUNT - 1) ** small }, (_, code) =>
    Array.from(
      { length: small },
      (__, place) => (Math.floor(code / (SMALL_COUNT - 1) ** place) % (SMALL_COUNT - 1)) + 1,
    ),
  );
  return sets.filter((set) => {
    if (!isShown(total)) return true;
    const left = Number(total) - shown - sum(set);
    return withheld === 0 ? left === 0 : left >= withheld * SMALL_COUNT;
  });
}

describe('counts that are passed on', () => {
  it('show what is not small, and never a small one', () => {
    expect(countTexts([12, 30])).toEqual({ texts: ['12', '30'], total: '42' });
    expect(countTexts([0, 0])).toEqual({ texts: ['0', '0'], total: '0' });
    expect(countTexts([2, 30, 9])).toEqual({ texts: ['少于5', '30', '不显示'], total: '41' });
    expect(countTexts([4, 4])).toEqual({ texts: ['少于5', '少于5'], total: '不显示' });
    expect(countTexts([1, 0])).toEqual({ texts: ['少于5', '0'], total: '少于5' });
  });

  it('cannot be worked out from their sum, whatever they are', () => {
    fc.assert(
      fc.property(counts, (list) => {
        const { texts, total } = countTexts(list);
        list.forEach((count, index) => {
          if (count > 0 && count < SMALL_COUNT) expect(texts[index]).toBe('少于5');
          else if (isShown(texts[index] ?? '')) expect(texts[index]).toBe(String(count));
          else expect(texts[index]).toBe('不显示');
        });
        if (isShown(total)) expect(Number(total)).toBe(sum(list));
        if (texts.includes('少于5')) {
          expect(possibilities(texts, total).length).toBeGreaterThan(1);
        } else expect(texts).not.toContain('不显示');
      }),
    );
  });
});

describe('shares', () => {
  it('add up to a hundred, or are all nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 12 }), (values) => {
        const percents = shares(values);
        expect(sum(percents)).toBe(sum(values) === 0 ? 0 : 100);
        percents.forEach((percent, index) => {
          const exact = ((values[index] ?? 0) * 100) / Math.max(sum(values), 1);
          expect(Math.abs(percent - exact)).toBeLessThan(1);
        });
      }),
    );
  });

  it('raise the largest remainders', () => {
    expect(shares([1, 1, 1])).toEqual([34, 33, 33]);
    expect(shares([2, 1])).toEqual([67, 33]);
  });
});

describe('a rate', () => {
  it('is whole percent, and none of nothing', () => {
    expect(rate(1, 3)).toBe(33);
    expect(rate(0, 0)).toBeUndefined();
  });
});
