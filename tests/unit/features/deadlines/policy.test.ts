import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkCalendar } from '../../../../src/features/calendar/policy.ts';
import {
  addYears,
  afterDay,
  daysUsed,
  isPast,
  lastDayOf,
  noticeEnd,
  type Pause,
  type Term,
} from '../../../../src/features/deadlines/policy.ts';
import { calendarDate, HOUR_MS } from '../../../../src/lib/time.ts';

/** National Day 2026 as announced: off from the 1st to the 7th of October, worked on 20 September and 10 October. */
const calendar = new WorkCalendar(
  [2026],
  [
    ...[1, 2, 3, 4, 5, 6, 7].map((day) => ({
      year: 2026,
      day: `2026-10-0${day}`,
      kind: 'holiday' as const,
      name: '国庆节',
    })),
    ...['2026-09-20', '2026-10-10'].map((day) => ({
      year: 2026,
      day,
      kind: 'make_up_workday' as const,
      name: '国庆节',
    })),
  ],
);
const at = (text: string) => new Date(`${text}+08:00`);
const natural = (count: number): Term => ({ count, clock: 'natural' });
const working = (count: number): Term => ({ count, clock: 'working' });

describe('the last day of a term', () => {
  it.each([
    ['does not count the day it begins', '2026-11-23T09:00', natural(1), '2026-11-24'],
    ['counts every day, also a week-end', '2026-11-23T09:00', natural(7), '2026-11-30'],
    ['moves from a Saturday to Monday', '2026-11-23T09:00', natural(5), '2026-11-30'],
    ['counts workdays alone', '2026-11-23T09:00', working(5), '2026-11-30'],
    [
      'steps over a holiday and counts the make-up day',
      '2026-09-29T09:00',
      working(3),
      '2026-10-09',
    ],
    ['ends on a make-up Saturday', '2026-09-29T09:00', working(4), '2026-10-10'],
    ['moves out of a holiday', '2026-09-29T09:00', natural(3), '2026-10-08'],
    ['begins on the date in China', '2026-11-23T00:30', natural(1), '2026-11-24'],
  ])('%s', (_, since, term, last) => {
    expect(lastDayOf(at(since), term, [], calendar)).toBe(last);
  });

  it('is later by the days on which the clock stood, those it stopped and started on among them', () => {
    const pause = { from: at('2026-11-24T10:00'), until: at('2026-11-25T18:00') };
    expect(lastDayOf(at('2026-11-23T09:00'), working(3), [pause], calendar)).toBe('2026-11-30');
  });

  it('is unknown while the clock stands, unless it was over before', () => {
    const open = { from: at('2026-11-25T10:00'), until: null };
    expect(lastDayOf(at('2026-11-23T09:00'), working(2), [open], calendar)).toBeUndefined();
    expect(lastDayOf(at('2026-11-23T09:00'), working(1), [open], calendar)).toBe('2026-11-24');
  });

  it('ends at midnight in China', () => {
    expect(isPast('2026-11-30', at('2026-11-30T23:59'))).toBe(false);
    expect(isPast('2026-11-30', at('2026-12-01T00:00'))).toBe(true);
    expect(afterDay('2026-11-30')).toEqual(at('2026-12-01T00:00'));
  });
});

const begins = at('2026-11-23T09:00').getTime();
const hours = (count: number) => new Date(begins + count * HOUR_MS);
const term = fc.record({
  count: fc.integer({ min: 1, max: 30 }),
  clock: fc.constantFrom('natural' as const, 'working' as const),
});
const pauses = fc.array(
  fc
    .tuple(fc.nat({ max: 900 }), fc.nat({ max: 200 }))
    .map(([from, length]): Pause => ({ from: hours(from), until: hours(from + length) })),
  { maxLength: 5 },
);

describe('for any term and any pauses', () => {
  it('another pause, or a longer term, never brings the last day nearer', () => {
    fc.assert(
      fc.property(term, pauses, pauses, (one, some, more) => {
        const last = lastDayOf(hours(0), one, some, calendar)!;
        const longer = { ...one, count: one.count + 1 };
        expect(lastDayOf(hours(0), one, [...some, ...more], calendar)! >= last).toBe(true);
        expect(lastDayOf(hours(0), longer, some, calendar)! >= last).toBe(true);
        expect(calendar.isWorkday(last)).toBe(true);
      }),
    );
  });

  it('as many days as it counts are used when the last one has ended, and fewer before that', () => {
    fc.assert(
      fc.property(term, pauses, (one, some) => {
        const last = lastDayOf(hours(0), one, some, calendar)!;
        const used = (now: Date) => daysUsed(hours(0), one, some, calendar, now);
        expect(used(afterDay(last))).toBe(one.count);
        if (one.clock === 'working')
          expect(used(new Date(afterDay(last).getTime() - 1))).toBe(one.count - 1);
      }),
    );
  });

  it('no day is used while the clock stands', () => {
    fc.assert(
      fc.property(
        term,
        pauses,
        fc.nat({ max: 900 }),
        fc.nat({ max: 900 }),
        (one, some, from, length) => {
          const open = [...some, { from: hours(from), until: null }];
          const used = (now: Date) => daysUsed(hours(0), one, open, calendar, now);
          expect(used(hours(from + length))).toBe(used(hours(from)));
        },
      ),
    );
  });
});

describe('a public notice', () => {
  it('counts its first day, as the national one of 2022 did', () => {
    expect(noticeEnd('2022-03-15', 7)).toBe('2022-03-21');
  });

  it('lasts as long as it says, whatever the days are', () => {
    fc.assert(
      fc.property(fc.nat({ max: 400 }), fc.integer({ min: 1, max: 60 }), (start, days) => {
        const opensOn = calendarDate(hours(start * 24));
        const last = noticeEnd(opensOn, days);
        expect((Date.parse(last) - Date.parse(opensOn)) / (24 * HOUR_MS) + 1).toBe(days);
      }),
    );
  });
});

describe('years', () => {
  it('end on the same date, or on the last of February', () => {
    expect(addYears('2026-11-22', 3)).toBe('2029-11-22');
    expect(addYears('2028-02-29', 3)).toBe('2031-02-28');
    expect(addYears('2028-02-29', 4)).toBe('2032-02-29');
  });
});
