import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkCalendar } from '../../../../src/features/calendar/policy.ts';
import { dueReminders, heldUntil, isLapsing } from '../../../../src/features/group-holds/policy.ts';
import { answerDueAt } from '../../../../src/features/groups/policy.ts';
import { largePartyAdults } from '../../../../src/features/halls/policy.ts';
import { addMinutes, calendarDate, formatTime, instantOf } from '../../../../src/lib/time.ts';

const calendar = new WorkCalendar(
  [2026],
  [{ day: '2026-10-01', year: 2026, kind: 'holiday', name: '国庆节' }],
);
const moment = fc
  .integer({ min: 0, max: 90 * 24 * 60 })
  .map((minutes) => addMinutes(instantOf('2026-09-01'), minutes));

describe('how long places are held for a group', () => {
  it('is until noon of a workday, after the hall had its time to answer', () => {
    fc.assert(
      fc.property(moment, (asked) => {
        const due = answerDueAt(calendar, asked);
        const until = heldUntil(calendar, due);
        expect(until > due).toBe(true);
        expect(formatTime(until)).toBe('12:00');
        expect(calendar.isWorkday(calendarDate(until))).toBe(true);
      }),
    );
  });

  it('ends after somebody was reminded twice, in whatever steps the job comes round', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(1, 7, 60, 170), (asked, step) => {
        const answerDue = answerDueAt(calendar, asked);
        const request = {
          state: 'asked' as const,
          answerDueAt: answerDue,
          heldUntil: heldUntil(calendar, answerDue),
        };
        const said: ReturnType<typeof dueReminders> = [];
        let now = asked;
        while (!isLapsing(request, undefined, now)) {
          said.push(...dueReminders(request, said, now));
          now = addMinutes(now, step);
        }
        expect(said).toEqual(['answer', 'release']);
        expect(now >= request.heldUntil).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('never ends on the day of the visit', () => {
    const until = instantOf('2026-09-03', 12 * 60);
    const request = { state: 'countered' as const, answerDueAt: until, heldUntil: until };
    const tomorrow = instantOf('2026-09-04', 9 * 60);
    expect(isLapsing(request, tomorrow, until)).toBe(true);
    expect(isLapsing(request, tomorrow, instantOf('2026-09-04', 1))).toBe(false);
    expect(isLapsing({ ...request, state: 'countered' }, undefined, until)).toBe(true);
  });
});

describe('how many adults a large party needs', () => {
  it('covers each number of children once, with enough adults and room for all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (partyMax, minorsPerAdult) => {
          const rows = largePartyAdults({ partyMax, largePartyMin: 2, minorsPerAdult });
          let before = 0;
          for (const { adults, childrenUpTo } of rows) {
            expect(childrenUpTo).toBeGreaterThan(before);
            expect(childrenUpTo).toBeLessThanOrEqual(adults * minorsPerAdult);
            expect(adults + childrenUpTo).toBeLessThanOrEqual(partyMax);
            // One child more needs one adult more, or has no room.
            expect(before).toBeGreaterThanOrEqual((adults - 1) * minorsPerAdult);
            before = childrenUpTo;
          }
          expect(rows.length).toBeGreaterThan(0);
        },
      ),
    );
    expect(largePartyAdults({ partyMax: 14, largePartyMin: 6, minorsPerAdult: 10 })).toEqual([
      { adults: 1, childrenUpTo: 10 },
      { adults: 2, childrenUpTo: 12 },
    ]);
    expect(largePartyAdults({ partyMax: 5, largePartyMin: null, minorsPerAdult: 10 })).toEqual([]);
  });
});
