import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMonths,
  availability,
  dayWords,
  readPeople,
  readSpan,
} from '../../../../src/features/availability/policy.ts';
import { WorkCalendar } from '../../../../src/features/calendar/policy.ts';
import { placesLeft, salesPhase, type OpeningPlan } from '../../../../src/features/halls/policy.ts';
import {
  addDays,
  addMinutes,
  calendarDate,
  instantOf,
  weekdayOf,
} from '../../../../src/lib/time.ts';
import { NOW, planSession, testHall } from '../../../helpers/session.ts';

const TODAY = calendarDate(NOW);
const span = (query: string) => readSpan(new URLSearchParams(query), NOW);

/** Closed on Mondays, two sessions on each other day. */
const hall = { ...testHall, closureWeekday: 1 };
const plan: OpeningPlan = {
  hours: Array.from({ length: 7 }, (_, day) => ({
    ...{ hallSlug: hall.slug, season: '', weekday: day + 1, startsMinute: 600, endsMinute: 675 },
    ...{ capacity: 40, groupPlaces: 0, walkInPlaces: 0 },
  })),
  seasons: [],
  days: [
    {
      ...{ hallSlug: hall.slug, day: '2026-12-05', kind: 'closed' as const, reason: '设备检修' },
      ...{ decidedBy: 'x', decidedAt: NOW },
    },
  ],
  dayHours: [],
  calendar: new WorkCalendar([2026], []),
};
const december = { from: '2026-12-01', until: '2027-01-01', now: NOW };

describe('the span of an address', () => {
  it('is this month where nothing sensible is asked', () => {
    for (const query of ['', 'month=2026-13', 'month=x', 'month=2020-01', 'week=2026-02-30']) {
      expect(span(query)).toMatchObject({ view: 'month', from: '2026-11-01', until: '2026-12-01' });
    }
  });

  it('is a whole month or a whole week, and never goes back into the past or too far ahead', () => {
    const text = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((at) => at.toISOString().slice(0, 10)),
      fc.integer({ min: -40, max: 400 }).map((days) => addDays(TODAY, days)),
    );
    fc.assert(
      fc.property(fc.constantFrom('week', 'month'), text, (name, value) => {
        const asked = name === 'month' ? value.slice(0, 7) : value;
        const read = span(String(new URLSearchParams({ [name]: asked })));
        expect(read.until > TODAY).toBe(true);
        expect(read.from <= '2027-05-31').toBe(true);
        if (read.view === 'week') {
          expect(weekdayOf(read.from)).toBe(1);
          expect(addDays(read.from, 7)).toBe(read.until);
        } else {
          expect(read.from.slice(8)).toBe('01');
          expect(addMonths(read.from.slice(0, 7), 1)).toBe(read.until.slice(0, 7));
        }
        for (const next of [read.previous, read.next]) {
          if (next) expect(span(`${read.view}=${next}`)).not.toEqual(read);
        }
      }),
    );
  });

  it('reads how many come, from whichever keyboard', () => {
    expect(readPeople(new URLSearchParams({ people: '５' }))).toBe(5);
    for (const people of ['', '0', '-1', '51', '1e1', 'x']) {
      expect(readPeople(new URLSearchParams({ people }))).toBeUndefined();
    }
  });
});

describe('the days of a month', () => {
  it('are closed with a reason, or say when they can be booked', () => {
    const days = availability(hall, plan, [], december);
    expect(days).toHaveLength(31);
    const of = (date: string) => days.find((one) => one.date === date)!;
    expect(dayWords(of('2026-12-05'))).toBe('闭馆：设备检修');
    expect(dayWords(of('2026-12-07'))).toBe('闭馆：每周闭馆日');
    expect(of('2026-12-20')).toMatchObject({ state: 'not_open', opensOn: '2026-12-07' });
    expect(dayWords(of('2026-12-20'))).toBe('12月7日起可约');
  });

  it('say what is past before anything else', () => {
    const [first] = availability(hall, plan, [], { ...december, from: '2026-11-01' });
    expect(first?.state).toBe('past');
  });

  it('are free exactly when one session takes the whole party', () => {
    const session = fc
      .record({
        minutes: fc.integer({ min: -600, max: 20 * 1440 }),
        capacity: fc.integer({ min: 1, max: 40 }),
        taken: fc.nat({ max: 40 }),
        kept: fc.nat({ max: 10 }),
        gone: fc.boolean(),
      })
      .map(({ minutes, capacity, taken, kept, gone }) =>
        planSession({
          ...{ startsAt: addMinutes(NOW, minutes), capacity, booked: Math.min(taken, capacity) },
          ...{ groupPlaces: Math.min(kept, capacity), withdrawnAt: gone ? NOW : null },
        }),
      );
    fc.assert(
      fc.property(
        fc.array(session, { maxLength: 8 }),
        fc.integer({ min: 1, max: 14 }),
        (sessions, people) => {
          const until = addDays(TODAY, 30);
          const days = availability(hall, plan, sessions, { from: TODAY, until, people, now: NOW });
          for (const { date, state, places } of days) {
            const fitting = sessions.filter(
              (one) =>
                calendarDate(one.startsAt) === date &&
                salesPhase(one, NOW) === 'on_sale' &&
                placesLeft(one) >= people,
            );
            expect(state === 'free').toBe(fitting.length > 0);
            expect(places).toBe(fitting.reduce((sum, one) => sum + placesLeft(one), 0));
          }
        },
      ),
    );
  });

  it('lead to the queue where sessions are on sale and too small', () => {
    const session = planSession({ startsAt: instantOf('2026-12-02', 600), capacity: 4 });
    const [, second] = availability(hall, plan, [session], { ...december, people: 5 });
    expect(dayWords(second!)).toBe('约满，可排候补');
    const [, alone] = availability(hall, plan, [session], december);
    expect(dayWords(alone!)).toBe('余4个');
  });
});
