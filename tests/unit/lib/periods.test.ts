import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mondayOf,
  periodBefore,
  periodDays,
  periodInstants,
  periodText,
  PERIOD_DAYS_MAX,
  readPeriod,
  recentWeeks,
  weekLabels,
} from '../../../src/lib/periods.ts';
import { addDays, calendarDate, weekdayOf } from '../../../src/lib/time.ts';

const NOW = new Date('2026-11-25T08:00:00+08:00');
const day = fc.integer({ min: 0, max: 3_000 }).map((days) => addDays('2020-01-01', days));
const period = fc
  .tuple(day, fc.integer({ min: 0, max: PERIOD_DAYS_MAX - 1 }))
  .map(([from, days]) => ({ from, until: addDays(from, days) }));
const read = (query: string) => readPeriod(new URLSearchParams(query), NOW);

describe('a period from an address', () => {
  it('is the last twelve weeks where nothing is asked for', () => {
    expect(read('')).toEqual({ from: '2026-09-07', until: '2026-11-25' });
    expect(read('from=nonsense&until=2026-02-30')).toEqual(read(''));
  });

  it('ends today at the latest and is a year at the longest', () => {
    expect(read('from=2026-11-01&until=2027-01-01')).toEqual({
      from: '2026-11-01',
      until: '2026-11-25',
    });
    expect(read('from=2019-01-01')).toEqual({ from: '2025-11-25', until: '2026-11-25' });
    expect(read('from=2026-11-20&until=2026-11-01')).toEqual(recentWeeks(12, '2026-11-01'));
  });

  it('is whole days in order, whatever the address says', () => {
    fc.assert(
      fc.property(fc.oneof(day, fc.string()), fc.oneof(day, fc.string()), (from, until) => {
        const found = readPeriod(new URLSearchParams({ from, until }), NOW);
        expect(found.from <= found.until).toBe(true);
        expect(found.until <= calendarDate(NOW)).toBe(true);
        expect(periodDays(found)).toBeLessThanOrEqual(PERIOD_DAYS_MAX);
      }),
    );
  });
});

describe('a period', () => {
  it('follows the one before it without a gap', () => {
    fc.assert(
      fc.property(period, (one) => {
        const before = periodBefore(one);
        expect(addDays(before.until, 1)).toBe(one.from);
        expect(periodDays(before)).toBe(periodDays(one));
        expect(periodInstants(before).endsAt).toEqual(periodInstants(one).startsAt);
      }),
    );
  });

  it('has a label for each of its weeks', () => {
    expect(weekLabels({ from: '2026-09-30', until: '2026-10-12' })).toEqual([
      '9月30日–10月4日',
      '10月5日–11日',
      '10月12日',
    ]);
    fc.assert(
      fc.property(period, (one) => {
        const weeks = periodDays({ from: mondayOf(one.from), until: one.until }) / 7;
        expect(weekLabels(one)).toHaveLength(Math.ceil(weeks));
      }),
    );
  });

  it('names its years only where they differ', () => {
    expect(periodText({ from: '2026-10-12', until: '2026-11-03' })).toBe('2026年10月12日到11月3日');
    expect(periodText({ from: '2026-10-12', until: '2027-01-03' })).toBe(
      '2026年10月12日到2027年1月3日',
    );
  });

  it('counts its weeks from a Monday', () => {
    fc.assert(
      fc.property(day, (one) => {
        expect(weekdayOf(mondayOf(one))).toBe(1);
      }),
    );
  });
});
