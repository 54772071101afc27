import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkCalendar } from '../../../../src/features/calendar/policy.ts';
import {
  bestFreeDay,
  closureOn,
  groupPlacesLeft,
  placesLeft,
  plannedSessions,
  salesPhase,
  type OpeningPlan,
} from '../../../../src/features/halls/policy.ts';
import type { HallHours } from '../../../../src/features/halls/table.ts';
import {
  addDays,
  addMinutes,
  calendarDate,
  formatTime,
  weekdayOf,
} from '../../../../src/lib/time.ts';
import { NOW, planSession, testHall } from '../../../helpers/session.ts';

const hoursOn = (weekday: number, startsMinute = 540, season = ''): HallHours => ({
  hallSlug: testHall.slug,
  season,
  weekday,
  startsMinute,
  endsMinute: startsMinute + 75,
  capacity: 40,
  groupPlaces: 0,
  walkInPlaces: 0,
});

const everyDay = [1, 2, 3, 4, 5, 6, 7].map((weekday) => hoursOn(weekday));

const plan = (values: Partial<OpeningPlan> = {}): OpeningPlan => ({
  hours: everyDay,
  seasons: [],
  days: [],
  dayHours: [],
  calendar: new WorkCalendar([], []),
  ...values,
});

const datesOf = (sessions: readonly { startsAt: Date }[]) => [
  ...new Set(sessions.map(({ startsAt }) => calendarDate(startsAt))),
];

describe('the sessions that a weekly pattern asks for', () => {
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
          const hall = { ...testHall, bookingWindowDays: days, groupWindowDays: 1 };
          const planned = plannedSessions(hall, plan({ hours }), now);
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
    const days = datesOf(plannedSessions(testHall, plan(), nine));
    expect(days.at(0)).toBe('2026-11-26');
    expect(days.at(-1)).toBe('2026-12-08');
    const before = plannedSessions(testHall, plan(), addMinutes(nine, -1));
    expect(calendarDate(before[0]!.startsAt)).toBe('2026-11-25');
  });

  it('ignore another hall’s hours', () => {
    const hours = [{ ...hoursOn(3), hallSlug: 'other' }];
    expect(plannedSessions(testHall, plan({ hours }), NOW)).toEqual([]);
  });

  it('carry the pools of their hour', () => {
    const hours = [{ ...hoursOn(4), groupPlaces: 20, walkInPlaces: 3 }];
    const [session] = plannedSessions(testHall, plan({ hours }), NOW);
    expect(session).toMatchObject({ groupPlaces: 20, walkInPlaces: 3 });
    // Three workdays before Thursday, 26 November.
    expect(session!.groupsReleaseAt).toEqual(new Date('2026-11-23T00:00:00+08:00'));
  });

  it('reach as far ahead as groups may ask, but are not on sale to families so early', () => {
    const hall = { ...testHall, groupWindowDays: 30 };
    const last = plannedSessions(hall, plan(), NOW).at(-1)!;
    expect(calendarDate(last.startsAt)).toBe('2026-12-24');
    expect(last.bookingOpensAt).toEqual(new Date('2026-12-11T00:00:00+08:00'));
  });

  it('follow the season that a date lies in, also over the turn of the year', () => {
    const winter = {
      hallSlug: testHall.slug,
      season: '冬季',
      fromDay: '12-01',
      untilDay: '02-28',
    };
    const hours = [
      ...everyDay,
      ...everyDay.map((one) => ({ ...one, season: '冬季', startsMinute: 600 })),
    ];
    const minutesOn = (now: Date) => {
      const [first] = plannedSessions(testHall, plan({ hours, seasons: [winter] }), now);
      return first && formatTime(first.startsAt);
    };
    expect(minutesOn(new Date('2026-11-29T12:00:00+08:00'))).toBe('09:00');
    expect(minutesOn(new Date('2026-11-30T12:00:00+08:00'))).toBe('10:00');
    expect(minutesOn(new Date('2027-02-27T12:00:00+08:00'))).toBe('10:00');
    expect(minutesOn(new Date('2027-02-28T12:00:00+08:00'))).toBe('09:00');
  });
});

/** The year 2026 as the arrangement of 4 November 2025 has it, around the days that matter here. */
const calendar2026 = new WorkCalendar(
  [2026],
  [
    ...['05-01', '05-02', '05-03', '05-04', '05-05'].map(
      (day) => [day, 'holiday', '劳动节'] as const,
    ),
    ...['10-01', '10-02', '10-03', '10-04', '10-05', '10-06', '10-07'].map(
      (day) => [day, 'holiday', '国庆节'] as const,
    ),
    ['05-09', 'make_up_workday', '劳动节'] as const,
    ['09-20', 'make_up_workday', '国庆节'] as const,
    ['10-10', 'make_up_workday', '国庆节'] as const,
  ].map(([day, kind, name]) => ({ day: `2026-${day}`, year: 2026, kind, name })),
);

describe('a hall that closes on Mondays', () => {
  const hall = { ...testHall, closureWeekday: 1, bookingWindowDays: 14 };
  const openDays = (from: string) =>
    datesOf(
      plannedSessions(hall, plan({ calendar: calendar2026 }), new Date(`${from}T00:00:00+08:00`)),
    );

  it('is closed on an ordinary Monday', () => {
    expect(openDays('2026-04-13')).not.toContain('2026-04-13');
    expect(openDays('2026-04-13')).toContain('2026-04-14');
  });

  it('opens on a Monday in a holiday, and closes on the first workday after it', () => {
    const may = openDays('2026-05-01');
    expect(may).toContain('2026-05-04');
    expect(may).not.toContain('2026-05-06');
    expect(may).toContain('2026-05-07');
    const october = openDays('2026-10-01');
    expect(october).toContain('2026-10-05');
    expect(october).not.toContain('2026-10-08');
    expect(october).toContain('2026-10-09');
    expect(october).not.toContain('2026-10-12');
  });

  it('closes once for every Monday, never later than after the holiday it fell into', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 350 }), (length) => {
        const dates = Array.from({ length }, (_, day) => addDays('2026-01-05', day));
        const mondays = dates.filter((date) => weekdayOf(date) === 1);
        const closed = dates.filter((date) =>
          closureOn(hall, plan({ calendar: calendar2026 }), date),
        );
        expect([0, 1]).toContain(mondays.length - closed.length);
        expect(closed.every((date) => calendar2026.isWorkday(date))).toBe(true);
      }),
    );
  });

  it('runs a holiday like a Sunday and a make-up workday like a Friday', () => {
    const hours = [hoursOn(7, 600), hoursOn(5, 480), hoursOn(6, 660), hoursOn(4, 540)];
    const first = (from: string) => {
      const now = new Date(`${from}T00:00:00+08:00`);
      const [session] = plannedSessions(hall, plan({ hours, calendar: calendar2026 }), now);
      return session && [calendarDate(session.startsAt), formatTime(session.startsAt)];
    };
    expect(first('2026-10-01')).toEqual(['2026-10-01', '10:00']);
    expect(first('2026-10-10')).toEqual(['2026-10-10', '08:00']);
  });

  it('follows what was decided for a single day before anything else', () => {
    const decided = { decidedBy: 'x', decidedAt: NOW };
    const days = [
      {
        hallSlug: hall.slug,
        day: '2026-04-13',
        kind: 'hours',
        reason: '全国防灾减灾日开放',
        ...decided,
      },
      { hallSlug: hall.slug, day: '2026-04-14', kind: 'closed', reason: '设备检修', ...decided },
    ] as const;
    const { season: _, weekday: __, ...hour } = hoursOn(1, 840);
    const exceptional = plan({
      calendar: calendar2026,
      days,
      dayHours: [{ ...hour, day: '2026-04-13' }],
    });
    const sessions = plannedSessions(hall, exceptional, new Date('2026-04-13T00:00:00+08:00'));
    expect(formatTime(sessions[0]!.startsAt)).toBe('14:00');
    expect(datesOf(sessions)).not.toContain('2026-04-14');
    expect(closureOn(hall, exceptional, '2026-04-14')).toBe('设备检修');
  });
});

describe('what is on sale', () => {
  it('is never a negative number of places', () => {
    expect(placesLeft(planSession({ openPlaces: 10, booked: 40 }))).toBe(0);
    expect(placesLeft(planSession({ openPlaces: 40, booked: 39 }))).toBe(1);
  });

  it('leaves out what is kept for groups and walk-ins, until they have taken it', () => {
    const pools = { groupPlaces: 20, walkInPlaces: 4 };
    expect(placesLeft(planSession(pools))).toBe(16);
    expect(placesLeft(planSession({ ...pools, booked: 20, bookedGroups: 20 }))).toBe(16);
    expect(
      placesLeft(planSession({ ...pools, booked: 30, bookedGroups: 15, bookedWalkIns: 6 })),
    ).toBe(5);
    expect(groupPlacesLeft(planSession(pools))).toBe(20);
    expect(groupPlacesLeft(planSession({ ...pools, booked: 30, bookedGroups: 5 }))).toBe(6);
    expect(groupPlacesLeft(planSession({ ...pools, booked: 40, bookedGroups: 5 }))).toBe(0);
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
