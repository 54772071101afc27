import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextOffers,
  offerExpiry,
  OFFER_MINUTES,
  OFFER_MINUTES_MIN,
} from '../../../../src/features/waitlist/policy.ts';
import { addMinutes, formatTime, MINUTE_MS } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

const party = fc
  .record({ adults: fc.integer({ min: 1, max: 5 }), children: fc.nat({ max: 4 }), least: fc.nat() })
  .map(({ adults, children, least }) => ({
    adults,
    children,
    leastPlaces: 1 + (least % (adults + children)),
  }));
const queue = fc
  .array(party, { maxLength: 12 })
  .map((parties) => parties.map((one, index) => ({ id: String(index), ...one })));

describe('the next offers', () => {
  it('fit into what is free, and between what each party needs and wants', () => {
    fc.assert(
      fc.property(queue, fc.integer({ min: -5, max: 40 }), (waiting, free) => {
        const offers = nextOffers(waiting, free);
        const given = offers.reduce((sum, { places }) => sum + places, 0);
        expect(given).toBeLessThanOrEqual(Math.max(0, free));
        for (const { entryId, places } of offers) {
          const { adults, children, leastPlaces } = waiting[Number(entryId)]!;
          expect(places).toBeGreaterThanOrEqual(leastPlaces);
          expect(places).toBeLessThanOrEqual(adults + children);
        }
      }),
    );
  });

  it('pass nobody over whom the places left at that moment would serve', () => {
    fc.assert(
      fc.property(queue, fc.nat({ max: 40 }), (waiting, free) => {
        const offers = nextOffers(waiting, free);
        let left = free;
        for (const { id, leastPlaces } of waiting) {
          const offer = offers.find(({ entryId }) => entryId === id);
          if (offer) left -= offer.places;
          else expect(leastPlaces).toBeGreaterThan(left);
        }
      }),
    );
  });

  it('leave nothing free that the head of the queue asked for', () => {
    expect(nextOffers([{ id: 'a', adults: 2, children: 1, leastPlaces: 2 }], 2)).toEqual([
      { entryId: 'a', places: 2 },
    ]);
    expect(nextOffers([{ id: 'a', adults: 2, children: 1, leastPlaces: 2 }], 9)).toEqual([
      { entryId: 'a', places: 3 },
    ]);
  });
});

describe('the time to decide', () => {
  const expiry = (now: Date, closesIn: number) =>
    offerExpiry({ bookingClosesAt: addMinutes(now, closesIn) }, now);

  it('never outlasts the booking, is never too short, and ends in waking hours unless booking does', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3000 }), fc.nat({ max: 5000 }), (minutes, closesIn) => {
        const now = addMinutes(NOW, minutes);
        const expires = expiry(now, closesIn);
        if (!expires) {
          expect(closesIn).toBeLessThan(OFFER_MINUTES_MIN);
          return;
        }
        const lasts = (expires.getTime() - now.getTime()) / MINUTE_MS;
        expect(lasts).toBeLessThanOrEqual(closesIn);
        expect(lasts).toBeGreaterThanOrEqual(Math.min(OFFER_MINUTES, closesIn));
        if (lasts < closesIn) {
          expect(formatTime(expires) >= '07:00' && formatTime(expires) <= '22:00').toBe(true);
        }
      }),
    );
  });

  it('is two hours by day, and until nine for an offer of the night', () => {
    const at = (time: string) => new Date(`2026-11-25T${time}:00+08:00`);
    const day = 24 * 60;
    expect(expiry(at('14:00'), 3 * day)).toEqual(at('16:00'));
    expect(expiry(at('20:00'), 3 * day)).toEqual(at('22:00'));
    expect(expiry(at('20:01'), 3 * day)).toEqual(new Date('2026-11-26T09:00:00+08:00'));
    expect(expiry(at('03:00'), 3 * day)).toEqual(at('09:00'));
    expect(expiry(at('14:00'), 60)).toEqual(at('15:00'));
  });
});
