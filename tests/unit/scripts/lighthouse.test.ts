import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../../../scripts/lib/drawn.ts';
import { shortfalls, type Measured } from '../../../scripts/lib/lighthouse.ts';

const good: Measured = {
  ...{ path: '/guides/cpr', accessibility: 100, bestPractices: 100, seo: 100 },
  ...{ performance: 0, paintMs: 0, shift: 0, bytes: 9_000, requests: 3, foreign: [], lost: [] },
};

describe('what is wrong with a page', () => {
  it('is nothing where it reaches every floor, however slow the machine was', () => {
    expect(shortfalls(good, 'guide')).toEqual([]);
    expect(shortfalls({ ...good, seo: 50 }, 'poster')).toEqual([]);
  });

  it.each<[keyof Measured, Partial<Measured>]>([
    ['accessibility', { accessibility: 99 }],
    ['bestPractices', { bestPractices: 96 }],
    ['seo', { seo: 91 }],
    ['shift', { shift: 0.01 }],
    ['bytes', { bytes: 40_000 }],
    ['requests', { requests: 9 }],
    ['foreign', { foreign: ['https://example.com/a.js'] }],
  ])('is told with its address: %s', (_, change) => {
    const told = shortfalls({ ...good, ...change }, 'guide');
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('/guides/cpr: ');
  });
});

it('draws so many, none twice, and the same for the same seed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.nat(50), fc.integer(), (list, count, seed) => {
      const drawn = draw(list, count, seed);
      expect(drawn).toHaveLength(Math.min(count, list.length));
      expect(new Set(drawn).size).toBe(drawn.length);
      expect(list).toEqual(expect.arrayContaining(drawn));
      expect(draw(list, count, seed)).toEqual(drawn);
    }),
  );
});
