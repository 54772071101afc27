import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  departure,
  fill,
  isUrgent,
  nextTry,
  quietUntil,
  routeFor,
  shortened,
  smsParts,
  variablesIn,
  type Moment,
} from '../../../../src/features/notifications/policy.ts';
import { addMinutes, calendarDate, formatTime } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

it('tries again after 1, 2, 4 … minutes and gives up after the eighth try', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) => {
    const at = nextTry(NOW, tries);
    return at && (at.getTime() - NOW.getTime()) / 60_000;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, null]);
});

const NIGHT = { fromMinute: 22 * 60, toMinute: 7 * 60 };
const china = (text: string) => new Date(`${text}:00+08:00`);

const instant = fc
  .integer({ min: 0, max: 60 * 24 * 60 * 60 })
  .map((seconds) => new Date(NOW.getTime() + seconds * 1000));
const minute = fc.integer({ min: 0, max: 1439 });
const quiet = fc.option(fc.record({ fromMinute: minute, toMinute: minute }), { nil: null });
const moment: fc.Arbitrary<Moment> = fc.record({
  urgency: fc.constantFrom('urgent', 'same_day', 'calm'),
  happensAt: fc.option(instant, { nil: undefined }),
  dueAt: fc.option(instant, { nil: undefined }),
  expiresAt: fc.option(instant, { nil: undefined }),
});

describe('quiet hours', () => {
  it.each([
    ['2026-11-25T21:59', undefined],
    ['2026-11-25T22:00', '2026-11-26T07:00'],
    ['2026-11-26T00:00', '2026-11-26T07:00'],
    ['2026-11-26T06:59', '2026-11-26T07:00'],
    ['2026-11-26T07:00', undefined],
  ])('from ten to seven: %s → %s', (at, until) => {
    expect(quietUntil(china(at), NIGHT)).toEqual(until && china(until));
  });

  it('end when they say, at most a day later, and outside themselves', () => {
    fc.assert(
      fc.property(instant, fc.record({ fromMinute: minute, toMinute: minute }), (at, hours) => {
        const until = quietUntil(at, hours);
        if (!until) return;
        expect(until.getTime()).toBeGreaterThan(at.getTime());
        expect(until.getTime() - at.getTime()).toBeLessThanOrEqual(24 * 3_600_000);
        expect(quietUntil(until, hours)).toBeUndefined();
        const clock = [Math.floor(hours.toMinute / 60), hours.toMinute % 60];
        expect(formatTime(until)).toBe(clock.map((n) => String(n).padStart(2, '0')).join(':'));
      }),
    );
  });
});

describe('when a message leaves', () => {
  it('is never in the quiet hours, too early or too late, unless it is urgent', () => {
    fc.assert(
      fc.property(moment, instant, quiet, (one, now, hours) => {
        const next = departure(one, now, hours);
        if (next.move === 'drop') {
          expect(one.expiresAt).toBeDefined();
          return;
        }
        const at = next.move === 'send' ? now : next.until;
        if (next.move === 'wait') expect(at.getTime()).toBeGreaterThan(now.getTime());
        if (one.dueAt) expect(at.getTime()).toBeGreaterThanOrEqual(one.dueAt.getTime());
        if (one.expiresAt) expect(at.getTime()).toBeLessThan(one.expiresAt.getTime());
        const from = one.dueAt && one.dueAt > now ? one.dueAt : now;
        if (!isUrgent(one.urgency, one.happensAt, from)) {
          expect(quietUntil(at, hours)).toBeUndefined();
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('comes in the end: waiting until then, it is sent or has expired, and does not wait again', () => {
    fc.assert(
      fc.property(moment, instant, quiet, (one, now, hours) => {
        const next = departure(one, now, hours);
        if (next.move === 'wait') expect(departure(one, next.until, hours).move).toBe('send');
      }),
      { numRuns: 1000 },
    );
  });

  it('is at once for what is urgent and due, at any hour', () => {
    fc.assert(
      fc.property(instant, quiet, (now, hours) => {
        expect(departure({ urgency: 'urgent' }, now, hours)).toEqual({ move: 'send' });
        const today = { urgency: 'same_day', happensAt: addMinutes(now, 1) } as const;
        if (calendarDate(today.happensAt) === calendarDate(now)) {
          expect(departure(today, now, hours)).toEqual({ move: 'send' });
        }
      }),
    );
  });

  it('is never for a reminder of a visit that began, or that would begin before the morning', () => {
    const calm = { urgency: 'calm', expiresAt: china('2026-11-26T06:30') } as const;
    const dropped = { move: 'drop', reason: 'expired' };
    expect(departure(calm, china('2026-11-26T06:30'), null)).toEqual(dropped);
    expect(departure(calm, china('2026-11-25T23:00'), NIGHT)).toEqual(dropped);
    expect(departure(calm, china('2026-11-25T21:00'), NIGHT)).toEqual({ move: 'send' });
  });
});

describe('the way of a message', () => {
  const contacts = fc.record({
    hasMail: fc.boolean(),
    pushIds: fc.array(fc.uuid(), { maxLength: 5 }),
    choice: fc.option(
      fc.record({
        main: fc.constantFrom('sms' as const, 'mail' as const, 'none' as const),
        push: fc.boolean(),
      }),
      { nil: undefined },
    ),
  });

  it('is SMS for what is necessary, whatever was chosen', () => {
    fc.assert(
      fc.property(contacts, (one) => {
        expect(routeFor(null, one)).toEqual({ main: 'sms', pushIds: [] });
      }),
    );
  });

  it('is never push alone, mail only to an address that there is, nothing only when chosen so', () => {
    fc.assert(
      fc.property(contacts, (one) => {
        const route = routeFor('visit', one);
        expect(route === undefined).toBe(one.choice?.main === 'none');
        if (route?.main === 'mail') expect(one.hasMail).toBe(true);
        if (route && route.pushIds.length > 0) expect(one.choice?.push).toBe(true);
      }),
    );
  });
});

describe('texts', () => {
  it('cost one SMS up to 70 signs, then one for every 67', () => {
    expect([0, 70, 71, 134, 135].map((length) => smsParts('字'.repeat(length)))).toEqual([
      1, 1, 2, 2, 3,
    ]);
  });

  it('are filled whole or not at all', () => {
    expect(variablesIn('{day} {time}，{day}')).toEqual(['day', 'time']);
    expect(fill('{day} {time}', { day: '11月25日', time: '12:00' })).toBe('11月25日 12:00');
    expect(() => fill('{day} {time}', { day: '11月25日' })).toThrow('no value for time');
  });

  it('take values as they are, braces included', () => {
    expect(fill('{a}{b}', { a: '{b}', b: '$&' })).toBe('{b}$&');
  });

  it('shorten a name to what a variable holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        const short = shortened(name);
        expect(Array.from(short).length).toBeLessThanOrEqual(12);
        if (Array.from(name).length <= 12) expect(short).toBe(name);
      }),
    );
  });
});
