import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestFreeDay,
  placesLeft,
  plannedSessions,
  salesPhase,
} from '../../../../src/features/halls/policy.ts';
import type { HallHours } from '../../../../src/features/halls/table.ts';
import { addMinutes, calendarDate, weekdayOf } from '../../../../src/lib/time.ts';
import { NOW, planSession, testHall } from '../../../helpers/session.ts';

const hoursOn = (weekday: number, startsMinute = 540): HallHours => ({
  hallSlug: testHall.slug,
  weekday,
  startsMinute,
  endsMinute: startsMinute + 75,
  capacity: 40,
});

describe('the sessions that a weekly pattern asks for', () => {
  const everyDay = [1, 2, 3, 4, 5, 6, 7].map((weekday) => hoursOn(weekday));

  it('lie ahead, in order, within the window, on the pattern’s days', () => {
    const pattern = fc
      .uniqueArray(fc.integer({ min: 1, max: 7 }))
      .map((days) => days.map((day) => hoursOn(day)));
    fc.assert(
      fc.property(
        pattern,
        fc.nat({ max: 100_000 }),
        fc.integer({ min: 1, max: 60 }),
        (hours, minutes, days) => {
          const now = addMinutes(NOW, minutes);
          const planned = plannedSessions({ ...testHall, bookingWindowDays: days }, hours, now);
          const times = planned.map(({ startsAt }) => startsAt.getTime());
          expect(times).toEqual([...times].sort((a, b) => a - b));
          for (const { startsAt, bookingOpensAt, bookingClosesAt } of planned) {
            expect(startsAt > now).toBe(true);
            expect(bookingOpensAt <= now).toBe(true);
            expect(bookingClosesAt < startsAt).toBe(true);
            expect(hours.some(({ weekday }) => weekday === weekdayOf(calendarDate(startsAt)))).toBe(
              true,
            );
          }
        },
      ),
    );
  });

  it('leave out today’s that have begun, and keep the last day of the window', () => {
    const nine = new Date('2026-11-25T09:00:00+08:00');
    const days = plannedSessions(testHall, everyDay, nine).map(({ startsAt }) =>
      calendarDate(startsAt),
    );
    expect(days.at(0)).toBe('2026-11-26');
    expect(days.at(-1)).toBe('2026-12-08');
    const before = plannedSessions(testHall, everyDay, addMinutes(nine, -1));
    expect(calendarDate(before[0]!.startsAt)).toBe('2026-11-25');
  });

  it('ignore another hall’s hours', () => {
    expect(plannedSessions(testHall, [{ ...hoursOn(3), hallSlug: 'other' }], NOW)).toEqual([]);
  });
});

describe('what is on sale', () => {
  it('is never a negative number of places', () => {
    expect(placesLeft({ openPlaces: 10, booked: 40 })).toBe(0);
    expect(placesLeft({ openPlaces: 40, booked: 39 })).toBe(1);
  });

  it('ends and begins at the minute', () => {
    const session = planSession();
    const { bookingClosesAt, bookingOpensAt } = session;
    expect(salesPhase(session, addMinutes(bookingOpensAt, -1))).toBe('not_open');
    expect(salesPhase(session, bookingOpensAt)).toBe('on_sale');
    expect(salesPhase(session, addMinutes(bookingClosesAt, -1))).toBe('on_sale');
    expect(salesPhase(session, bookingClosesAt)).toBe('closed');
    expect(salesPhase({ ...session, booked: 40 }, NOW)).toBe('full');
    expect(salesPhase({ ...session, booked: 40 }, bookingClosesAt)).toBe('closed');
  });
});

describe('the day that the first page tells of', () => {
  // NOW is a Wednesday.
  const onDay = (days: number, openPlaces: number, hallSlug = testHall.slug) =>
    planSession({ hallSlug, startsAt: addMinutes(NOW, days * 24 * 60), openPlaces });

  it('is the freest of the week-end, all its sessions together', () => {
    const sessions = [
      onDay(1, 40),
      onDay(3, 10),
      onDay(3, 12),
      onDay(4, 20),
      onDay(3, 15, 'other'),
    ];
    expect(bestFreeDay(sessions)).toMatchObject({ hallSlug: testHall.slug, places: 22 });
  });

  it('is the next free day when the week-end is full, and none when nothing is free', () => {
    expect(bestFreeDay([onDay(0, 0), onDay(1, 3), onDay(3, 0)])).toMatchObject({ places: 3 });
    expect(bestFreeDay([onDay(3, 0)])).toBeUndefined();
    expect(bestFreeDay([])).toBeUndefined();
  });
});
