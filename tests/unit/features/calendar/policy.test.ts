import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkCalendar } from '../../../../src/features/calendar/policy.ts';
import { addDays, daysBetween, weekdayOf } from '../../../../src/lib/time.ts';

/** Spring Festival 2026: rest from 15 to 23 February, worked on Saturday the 14th and the 28th. */
const calendar = new WorkCalendar(
  [2026],
  [
    ...Array.from({ length: 9 }, (_, day) => ({
      day: addDays('2026-02-15', day),
      year: 2026,
      kind: 'holiday' as const,
      name: '春节',
    })),
    ...['2026-02-14', '2026-02-28'].map((day) => ({
      day,
      year: 2026,
      kind: 'make_up_workday' as const,
      name: '春节',
    })),
  ],
);

const dates = fc.integer({ min: 0, max: 800 }).map((days) => addDays('2025-12-01', days));

describe('the working calendar', () => {
  it('knows holidays, make-up workdays and week-ends', () => {
    expect(calendar.kindOf('2026-02-16')).toBe('holiday');
    expect(calendar.kindOf('2026-02-14')).toBe('workday');
    expect(calendar.kindOf('2026-02-28')).toBe('workday');
    expect(calendar.kindOf('2026-03-07')).toBe('rest_day');
    expect(calendar.kindOf('2026-03-09')).toBe('workday');
    expect(calendar.nameOf('2026-02-28')).toBe('春节');
    expect(calendar.isMakeUpWorkday('2026-03-09')).toBe(false);
  });

  it('says which years it knows', () => {
    expect(calendar.knows('2026-12-31')).toBe(true);
    expect(calendar.knows('2027-01-01')).toBe(false);
  });

  it('counts workdays over a holiday', () => {
    expect(calendar.nextWorkday('2026-02-13')).toBe('2026-02-14');
    expect(calendar.nextWorkday('2026-02-14')).toBe('2026-02-24');
    expect(calendar.addWorkdays('2026-02-13', 3)).toBe('2026-02-25');
    expect(calendar.addWorkdays('2026-02-16', 0)).toBe('2026-02-16');
    expect(calendar.addWorkdays('2026-02-25', -2)).toBe('2026-02-14');
  });

  it('lands on a workday with exactly as many workdays passed', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: 1, max: 40 }), (from, count) => {
        const to = calendar.addWorkdays(from, count);
        const passed = Array.from({ length: daysBetween(from, to) }, (_, day) =>
          addDays(from, day + 1),
        );
        expect(calendar.isWorkday(to)).toBe(true);
        expect(passed.filter((day) => calendar.isWorkday(day))).toHaveLength(count);
      }),
    );
  });

  it('rests at week-ends in a year that nobody has entered', () => {
    fc.assert(
      fc.property(dates, (date) => {
        const unknown = new WorkCalendar([], []);
        expect(unknown.isWorkday(date)).toBe(weekdayOf(date) < 6);
      }),
    );
  });
});
