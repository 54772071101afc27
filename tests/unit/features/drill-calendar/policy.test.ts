import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isShownMonth,
  monthAfter,
  monthDays,
  monthWeeks,
  placesByKind,
  readMonth,
} from '../../../../src/features/drill-calendar/policy.ts';
import { calendarDate, daysBetween, instantOf, weekdayOf } from '../../../../src/lib/time.ts';

const month = fc
  .tuple(fc.integer({ min: 2020, max: 2099 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, number]) => `${year}-${String(number).padStart(2, '0')}`);

describe('a month of the calendar', () => {
  it('goes forward and back to itself', () => {
    fc.assert(
      fc.property(month, fc.integer({ min: -60, max: 60 }), (one, months) => {
        expect(monthAfter(monthAfter(one, months), -months)).toBe(one);
      }),
    );
  });

  it('has every day once, each under its weekday, and each drill on its day in China', () => {
    fc.assert(
      fc.property(
        month,
        fc.array(fc.tuple(fc.nat(27), fc.nat(1439)), { maxLength: 20 }),
        (one, starts) => {
          const { from, before } = monthDays(one);
          const rows = starts.map(([day, minute]) => ({
            drill: { startsAt: instantOf(from, day * 1440 + minute) },
          }));
          const weeks = monthWeeks(one, rows);
          expect(weeks.every((week) => week.length === 7)).toBe(true);
          const days = weeks.flatMap((week) =>
            week.flatMap((day, index) => (day ? [{ ...day, index }] : [])),
          );
          expect(days).toHaveLength(daysBetween(from, before));
          for (const { date, index, rows: own } of days) {
            expect(weekdayOf(date)).toBe(index + 1);
            expect(own.every(({ drill }) => calendarDate(drill.startsAt) === date)).toBe(true);
          }
          expect(days.flatMap(({ rows: own }) => own)).toHaveLength(rows.length);
        },
      ),
    );
  });

  it.each([
    ['2026-12', '2026-12'],
    [null, '2026-11'],
    ['2026-13', '2026-11'],
    ['1999-01', '2026-11'],
    ['2030-01', '2026-11'],
    ["2026-11' OR 1", '2026-11'],
  ])('is read from an address: %s', (text, read) => {
    expect(readMonth(text, '2026-11-25')).toBe(read);
    expect(isShownMonth(read, '2026-11-25')).toBe(true);
  });
});

it('counts the places that are left by kind of role, and leaves out kinds that a drill does not have', () => {
  const roles = [
    { filledBy: 'household', capacity: 100, taken: 40 },
    { filledBy: 'household', capacity: 20, taken: 20 },
    { filledBy: 'observer', capacity: 5, taken: 5 },
    { filledBy: 'assigned', capacity: 3, taken: 0 },
  ] as const;
  expect(placesByKind(roles)).toEqual([
    { kind: 'household', label: '居民和家庭', left: 60 },
    { kind: 'observer', label: '观摩', left: 0 },
  ]);
});
