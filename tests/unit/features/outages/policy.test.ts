import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  outageLines,
  placesUnder,
  surplusParties,
} from '../../../../src/features/outages/policy.ts';
import type { Outage } from '../../../../src/features/outages/table.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const outage = (values: Partial<Outage> = {}): Outage => ({
  ...{ id: '1', hallSlug: 'yancheng', kind: 'exhibit', name: '地震屋', reason: '检修' },
  ...{ fromDay: '2026-11-26', untilDay: '2026-11-27', places: 20 },
  ...{ decidedBy: 'x', decidedAt: NOW, state: 'active' },
  ...values,
});
const on = (day: number) => planSession({ startsAt: addMinutes(NOW, day * 24 * 60) });

it('limits the sessions of its days, the tightest first', () => {
  expect(placesUnder(on(0), [outage()])).toBe(40);
  expect(placesUnder(on(1), [outage(), outage({ places: 12 })])).toBe(12);
  expect(placesUnder(on(2), [outage({ places: null })])).toBe(40);
  expect(placesUnder(on(3), [outage({ untilDay: null })])).toBe(20);
  expect(placesUnder(on(1), [outage({ state: 'ended' })])).toBe(40);
  expect(placesUnder(on(1), [outage({ places: 400 })])).toBe(40);
});

it('is told on its days, by its name and reason', () => {
  expect(outageLines([outage(), outage({ kind: 'hall', name: '' })], on(1).startsAt)).toEqual([
    '地震屋停用：检修',
  ]);
  expect(outageLines([outage()], on(0).startsAt)).toEqual([]);
});

const parties = fc.array(
  fc.record({ adults: fc.integer({ min: 1, max: 5 }), children: fc.nat(3), age: fc.nat(1000) }),
  { maxLength: 15 },
);

it('asks those to move who booked last, no more than are needed', () => {
  fc.assert(
    fc.property(parties, fc.nat(40), (all, places) => {
      const bookings = all.map(({ adults, children, age }, nth) => ({
        ...{ id: String(nth).padStart(2, '0'), adults, children },
        createdAt: addMinutes(NOW, -age),
      }));
      const size = (list: typeof bookings) =>
        list.reduce((sum, { adults, children }) => sum + adults + children, 0);
      const booked = size(bookings);
      const moving = surplusParties(bookings, booked, places);
      // Enough, and without the earliest of them it would not be.
      if (booked > places) expect(booked - size(moving)).toBeLessThanOrEqual(places);
      expect(booked - size(moving.slice(0, -1))).toBeGreaterThan(
        moving.length > 0 ? places : booked - 1,
      );
      const staying = bookings.filter((one) => !moving.includes(one));
      for (const one of moving) {
        expect(staying.every(({ createdAt }) => createdAt <= one.createdAt)).toBe(true);
      }
    }),
  );
});
