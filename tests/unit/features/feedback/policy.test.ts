import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canGiveFeedback,
  feedbackClosesAt,
  hallScore,
  SCORES_SHOWN_MIN,
} from '../../../../src/features/feedback/policy.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { planSession } from '../../../helpers/session.ts';

describe('the scores of a hall', () => {
  it('are shown from five on, with one decimal between one and five', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }), (scores) => {
        const total = scores.reduce((sum, one) => sum + one, 0);
        const shown = hallScore({ visits: scores.length, total });
        if (scores.length < SCORES_SHOWN_MIN) expect(shown).toBeUndefined();
        else {
          expect(shown?.average).toMatch(/^[1-5]\.\d$/);
          expect(Math.abs(Number(shown?.average) - total / scores.length)).toBeLessThan(0.051);
        }
      }),
    );
    expect(hallScore(undefined)).toBeUndefined();
  });
});

describe('feedback', () => {
  const session = planSession();
  const closes = feedbackClosesAt(session);
  const before = addMinutes(closes, -1);

  it('can be given after an arrival, for thirty days, and again until it was looked at', () => {
    expect(canGiveFeedback({ state: 'arrived' }, session, undefined, before)).toBe(true);
    expect(canGiveFeedback({ state: 'arrived' }, session, { state: 'waiting' }, before)).toBe(true);
    expect(canGiveFeedback({ state: 'arrived' }, session, { state: 'hidden' }, before)).toBe(false);
    expect(canGiveFeedback({ state: 'arrived' }, session, undefined, closes)).toBe(false);
    expect(canGiveFeedback({ state: 'expired' }, session, undefined, before)).toBe(false);
  });
});
