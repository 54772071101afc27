import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canCheckIn,
  canDrop,
  chosenSessions,
  missingGuides,
  overlaps,
} from '../../../../src/features/roster/policy.ts';
import type { DutyState, GuideDuty, GuideNeed } from '../../../../src/features/roster/table.ts';
import { addMinutes, calendarDate } from '../../../../src/lib/time.ts';
import { NOW, planSession } from '../../../helpers/session.ts';

const STATES: readonly DutyState[] = ['reserve', 'active', 'dropped', 'served'];
const minute = fc.integer({ min: -3000, max: 3000 });

const duty = (state: DutyState, startsIn = 240) =>
  ({
    state,
    startsAt: addMinutes(NOW, startsIn),
    endsAt: addMinutes(NOW, startsIn + 75),
  }) as GuideDuty;

describe('a need', () => {
  it('lacks whoever is neither there nor about to come', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.array(fc.constantFrom(...STATES)), (more, states) => {
        const need = { guides: 1 + more } as GuideNeed;
        const held = states.filter((state) => state === 'active' || state === 'served').length;
        const missing = missingGuides({ need, duties: states.map((state) => duty(state)) });
        expect(missing).toBe(Math.max(0, need.guides - held));
      }),
    );
  });

  it('is opened for what is still to come of a day or a week', () => {
    fc.assert(
      fc.property(fc.array(minute), (starts) => {
        const sessions = starts.map((startsIn) =>
          planSession({ startsAt: addMinutes(NOW, startsIn) }),
        );
        const today = calendarDate(NOW);
        const week = chosenSessions(sessions, 'week:2026-11-23', NOW);
        expect(week).toHaveLength(starts.filter((startsIn) => startsIn > 0).length);
        const day = chosenSessions(sessions, `day:${today}`, NOW);
        expect(day.every(({ startsAt }) => calendarDate(startsAt) === today)).toBe(true);
        for (const { id } of week) {
          expect(chosenSessions(sessions, id, NOW).map((one) => one.id)).toEqual([id]);
        }
      }),
    );
  });
});

describe('a duty', () => {
  it('overlaps another exactly if some moment belongs to both', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(400), (one, other) => {
        const [a, b] = [duty('active', one), duty('active', other)];
        expect(overlaps(a, b)).toBe(Math.abs(one - other) < 75);
        expect(overlaps(a, b)).toBe(overlaps(b, a));
      }),
    );
  });

  it('is dropped before it begins and checked in from an hour before to its end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATES), minute, (state, startsIn) => {
        const one = duty(state, startsIn);
        expect(canDrop(one, NOW)).toBe(/active|reserve/.test(state) && startsIn > 0);
        const isOpen = startsIn <= 60 && startsIn > -75;
        expect(canCheckIn(one, NOW)).toBe(state === 'active' && isOpen);
      }),
    );
  });
});
