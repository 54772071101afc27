import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  calendarDate,
  daysLeftInMonth,
  formatDay,
  formatDayTime,
  formatMinutes,
  formatSpan,
  formatTimeAfter,
  instantOf,
  readDate,
  weekdayOf,
} from '../../../src/lib/time.ts';

/** Instants of this century, to the minute. */
const minuteOfCentury = fc
  .integer({ min: 0, max: 100 * 366 * 1440 })
  .map((minutes) => new Date(Date.UTC(2000, 0, 1) + minutes * 60_000));

describe('the calendar of China', () => {
  it('changes its date at 16:00 UTC', () => {
    expect(calendarDate(new Date('2026-11-21T15:59:59Z'))).toBe('2026-11-21');
    expect(calendarDate(new Date('2026-11-21T16:00:00Z'))).toBe('2026-11-22');
  });

  it('agrees with the platform about every date', () => {
    const platform = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' });
    fc.assert(
      fc.property(minuteOfCentury, (at) => {
        expect(calendarDate(at)).toBe(platform.format(at));
      }),
    );
  });

  it('finds the instant of a wall-clock minute and back', () => {
    fc.assert(
      fc.property(minuteOfCentury, fc.nat({ max: 1439 }), (at, minute) => {
        const date = calendarDate(at);
        expect(calendarDate(instantOf(date, minute))).toBe(date);
        expect(instantOf(date, 1440).getTime()).toBe(instantOf(addDays(date, 1)).getTime());
      }),
    );
  });

  it('knows the weekday', () => {
    expect(weekdayOf('2026-11-22')).toBe(7);
    expect(weekdayOf('2026-11-23')).toBe(1);
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });
});

describe('a date in an address', () => {
  it('is read when it is on the calendar', () => {
    expect(readDate('2026-11-25')).toBe('2026-11-25');
    expect(readDate('2028-02-29')).toBe('2028-02-29');
    for (const text of [
      null,
      '',
      '2026-02-30',
      '2026-13-01',
      '2026-1-1',
      'x',
      '2026-11-25T00:00',
    ]) {
      expect(readDate(text), String(text)).toBeUndefined();
    }
  });
});

it('knows how many days a month has left', () => {
  expect(['2026-11-22', '2026-11-30', '2028-02-01', '2026-12-01'].map(daysLeftInMonth)).toEqual([
    8, 0, 28, 30,
  ]);
});

describe('formats', () => {
  const at = new Date('2026-11-25T01:00:00Z');

  it('say day and time as people in China read them', () => {
    expect(formatDay(at)).toBe('11月25日周三');
    expect(formatDayTime(at)).toBe('11月25日周三 09:00');
    expect(formatSpan(at, new Date('2026-11-25T02:15:00Z'))).toBe('09:00–10:15');
    expect(formatDayTime(new Date('2026-11-24T16:00:00Z'))).toBe('11月25日周三 00:00');
  });

  it('say the day where a span does not end on the one it begins on', () => {
    const night = new Date('2026-11-25T15:30:00Z');
    expect(formatSpan(night, new Date('2026-11-25T16:30:00Z'))).toBe('23:30–次日00:30');
    expect(formatTimeAfter(night, new Date('2026-11-25T15:59:00Z'))).toBe('23:59');
    expect(formatTimeAfter(night, new Date('2026-11-28T02:00:00Z'))).toBe('11月28日周六 10:00');
  });

  it('say durations in the largest whole unit', () => {
    expect([0, 30, 60, 90, 120, 1440, 2880].map(formatMinutes)).toEqual([
      '0分钟',
      '30分钟',
      '1小时',
      '90分钟',
      '2小时',
      '1天',
      '2天',
    ]);
  });
});
