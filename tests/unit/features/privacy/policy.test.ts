import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DORMANT_DAYS,
  isDormant,
  keptUntil,
  NAMES_KEPT_DAYS,
} from '../../../../src/features/privacy/policy.ts';
import { calendarDate, DAY_MS } from '../../../../src/lib/time.ts';

const instant = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2040-01-01T00:00:00Z'),
  noInvalidDate: true,
});
const keptDays = fc.integer({ min: 1, max: 400 });

describe('what has been kept long enough', () => {
  it('is never younger than its period', () => {
    fc.assert(
      fc.property(instant, keptDays, (now, days) => {
        expect(keptUntil(now, days).getTime()).toBeLessThanOrEqual(now.getTime() - days * DAY_MS);
      }),
    );
  });

  it('goes within a day of its period', () => {
    fc.assert(
      fc.property(instant, keptDays, (event, days) => {
        const now = new Date(event.getTime() + (days + 1) * DAY_MS);
        expect(event.getTime()).toBeLessThanOrEqual(keptUntil(now, days).getTime());
      }),
    );
  });

  it('is the same all day in China, and never less the day after', () => {
    fc.assert(
      fc.property(instant, instant, keptDays, (one, other, days) => {
        const [a, b] = [keptUntil(one, days).getTime(), keptUntil(other, days).getTime()];
        if (calendarDate(one) === calendarDate(other)) expect(a).toBe(b);
        else expect(Math.sign(a - b)).toBe(Math.sign(one.getTime() - other.getTime()));
      }),
    );
  });

  it.each([
    ['2026-11-22T23:59:59+08:00', '2027-02-20T23:59:59+08:00', false],
    ['2026-11-22T23:59:59+08:00', '2027-02-21T00:00:00+08:00', true],
    ['2026-11-22T00:00:00+08:00', '2027-02-20T00:00:00+08:00', true],
  ])('of a visit that ended at %s, the name at %s: %s', (endsAt, now, due) => {
    expect(new Date(endsAt) <= keptUntil(new Date(now), NAMES_KEPT_DAYS)).toBe(due);
  });
});

describe('an account', () => {
  it('is dormant exactly when the job would erase it', () => {
    fc.assert(
      fc.property(instant, fc.nat({ max: 400 * DAY_MS }), (seenAt, later) => {
        const now = new Date(seenAt.getTime() + later);
        expect(isDormant({ seenAt }, now)).toBe(seenAt <= keptUntil(now, DORMANT_DAYS));
        if (isDormant({ seenAt }, now)) {
          expect(later).toBeGreaterThanOrEqual(DORMANT_DAYS * DAY_MS);
        }
      }),
    );
  });
});
