import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alternativesFor, canUndo, heldUntil } from '../../../../src/features/stops/policy.ts';
import { placesLeft } from '../../../../src/features/halls/policy.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const HOUR = 60;
const sessions = fc
  .array(fc.record({ hours: fc.integer({ min: 0, max: 14 * 24 }), booked: fc.nat(40) }), {
    maxLength: 12,
  })
  .map((all) =>
    all
      .toSorted((a, b) => a.hours - b.hours)
      .map(({ hours, booked }) => planSession({ startsAt: addMinutes(NOW, hours * HOUR), booked })),
  );

it('holds only sessions with room and with time to decide, each once, never the lost one', () => {
  fc.assert(
    fc.property(sessions, fc.integer({ min: 1, max: 5 }), fc.nat(11), (all, people, nth) => {
      const lost = all[nth] ?? planSession();
      const held = alternativesFor(lost, people, all, new Map(), NOW);
      expect(held.length).toBeLessThanOrEqual(2);
      expect(new Set(held.map(({ id }) => id)).size).toBe(held.length);
      for (const one of held) {
        expect(one.id).not.toBe(lost.id);
        expect(placesLeft(one)).toBeGreaterThanOrEqual(people);
        const until = heldUntil(one, NOW)!;
        expect(until > NOW && until <= one.bookingClosesAt).toBe(true);
      }
      // One is held whenever there is one to hold.
      const any = all.some(
        (one) => one.id !== lost.id && placesLeft(one) >= people && heldUntil(one, NOW),
      );
      expect(held.length > 0).toBe(any);
    }),
  );
});

it('counts what was held for others since the sessions were read', () => {
  const next = planSession({ startsAt: addMinutes(NOW, 24 * HOUR), capacity: 3 });
  expect(alternativesFor(planSession(), 2, [next], new Map([[next.id, 1]]), NOW)).toEqual([]);
});

it('looks for a week-end for those who lose one', () => {
  // NOW is a Wednesday.
  const on = (days: number) => planSession({ startsAt: addMinutes(NOW, days * 24 * HOUR + 120) });
  const [saturday, monday, tuesday, next] = [on(3), on(5), on(6), on(10)];
  const held = alternativesFor(saturday, 2, [saturday, monday, tuesday, next], new Map(), NOW);
  expect(held).toEqual([monday, next]);
});

it('can be undone for a minute, and not once it is through', () => {
  const stop = { state: 'announced', takesEffectAt: addMinutes(NOW, 1) } as const;
  expect(canUndo(stop, NOW)).toBe(true);
  expect(canUndo(stop, addMinutes(NOW, 1))).toBe(false);
  expect(canUndo({ ...stop, state: 'done' }, NOW)).toBe(false);
});
