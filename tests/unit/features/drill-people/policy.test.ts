import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cardStanding,
  missingTraining,
  placesLeft,
} from '../../../../src/features/drill-people/policy.ts';
import { DRILL_STATES } from '../../../../src/features/drills/table.ts';

const NOW = new Date('2026-11-25T08:00:00+08:00');
const code = fc.constantFrom<string[]>('first_aid', 'evacuation', 'radio');
const day = fc.constantFrom('2026-11-26', '2026-11-27', '2026-11-28');

describe('trainings that a role asks for', () => {
  it('are missing unless each holds on the day itself', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(code),
        fc.dictionary(code, fc.option(day, { nil: null })),
        day,
        (training, held, on) => {
          const missing = missingTraining({ training }, held, on);
          for (const one of training) {
            const until = held[one] ?? '';
            expect(missing.includes(one)).toBe(until < on);
          }
          expect(missing.every((one) => training.includes(one))).toBe(true);
        },
      ),
    );
  });
});

describe('a card', () => {
  it('can be taken only while its drill goes on, it was not withdrawn, and uses are left', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DRILL_STATES),
        fc.boolean(),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: -1, max: 1 }),
        (state, isWithdrawn, used, hours) => {
          const endsAt = new Date(NOW.getTime() + hours * 3_600_000);
          const card = { used, usesMax: 3, withdrawnAt: isWithdrawn ? NOW : null };
          const isOpen = cardStanding(card, { state, endsAt }, NOW) === 'open';
          const isOn = state !== 'over' && state !== 'cancelled' && endsAt > NOW;
          expect(isOpen).toBe(isOn && !isWithdrawn && used < 3);
        },
      ),
    );
  });

  it('is for places that are left, never fewer than none', () => {
    expect(placesLeft({ capacity: 3, taken: 1 })).toBe(2);
    expect(placesLeft({ capacity: 1, taken: 2 })).toBe(0);
  });
});
