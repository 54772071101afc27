import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  holdsOn,
  serviceDays,
  serviceWords,
  skillNames,
  trainingWords,
} from '../../../../src/features/volunteers/policy.ts';

const day = fc
  .integer({ min: 0, max: 3000 })
  .map((days) => new Date(Date.UTC(2024, 0, 1 + days)).toISOString().slice(0, 10));

describe('a training', () => {
  it('says that it holds on exactly the days on which it does', () => {
    fc.assert(
      fc.property(fc.option(day), day, fc.boolean(), (validUntil, on, isWithdrawn) => {
        const training = { validUntil, state: isWithdrawn ? 'withdrawn' : 'recorded' } as const;
        const words = trainingWords(training, on);
        expect(/^(长期有效|有效到)/.test(words)).toBe(holdsOn(training, on));
      }),
    );
  });

  it('holds on its last day and not on the next', () => {
    const training = { validUntil: '2026-11-26', state: 'recorded' } as const;
    expect(holdsOn(training, '2026-11-26')).toBe(true);
    expect(holdsOn(training, '2026-11-27')).toBe(false);
  });
});

describe('hours of service', () => {
  it.each([
    [1, '1分钟'],
    [60, '1小时'],
    [75, '1小时15分'],
    [6000, '100小时'],
  ])('%i minutes are %s', (minutes, words) => {
    expect(serviceWords(minutes)).toBe(words);
  });

  it('lose no minute in words', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (minutes) => {
        const [, hours = '0', rest = '0'] =
          /^(?:(\d+)小时)?(?:(\d+)分钟?)?$/.exec(serviceWords(minutes)) ?? [];
        expect(Number(hours) * 60 + Number(rest)).toBe(minutes);
      }),
    );
  });

  it('name one day, or the first and the last', () => {
    expect(serviceDays('2026-11-21', '2026-11-21')).toBe('2026年11月21日');
    expect(serviceDays('2026-11-21', '2027-01-02')).toBe('2026年11月21日到2027年1月2日');
  });
});

it('skills are named in the order of the list, and one that is gone keeps its code', () => {
  const all = ['b', 'a'].map((code, position) => ({
    ...{ code, name: code.toUpperCase(), kind: 'skill' as const, position },
  }));
  expect(skillNames(['a', 'gone', 'b'], all)).toEqual(['B', 'A', 'gone']);
});
