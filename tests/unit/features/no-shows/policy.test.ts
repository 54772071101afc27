import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countedNow,
  NO_SHOW_DAYS,
  PAUSE_DAYS,
  pausedUntil,
  standingWords,
} from '../../../../src/features/no-shows/policy.ts';
import type { NoShow } from '../../../../src/features/no-shows/table.ts';
import { DAY_MS } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

const ago = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
const point = (days: number, state: NoShow['state'] = 'counted') => ({
  happenedAt: ago(days),
  state,
});
const points = fc.array(
  fc.record({
    happenedAt: fc.integer({ min: 0, max: 200 * 24 }).map((hours) => ago(hours / 24)),
    state: fc.constantFrom<NoShow['state']>('counted', 'pardoned', 'withdrawn'),
  }),
  { maxLength: 6 },
);

describe('a pause', () => {
  it('begins with the second no-show within ninety days and lasts thirty', () => {
    expect(pausedUntil([point(10)], NOW)).toBeUndefined();
    expect(pausedUntil([point(40), point(10)], NOW)).toEqual(ago(10 - PAUSE_DAYS));
    expect(pausedUntil([point(101), point(10)], NOW)).toBeUndefined();
    expect(pausedUntil([point(100), point(10)], NOW)).toEqual(ago(10 - PAUSE_DAYS));
    expect(pausedUntil([point(31), point(30)], NOW)).toBeUndefined();
  });

  it('never stands on what was pardoned', () => {
    fc.assert(
      fc.property(points, (all) => {
        const counted = all.filter(({ state }) => state === 'counted');
        expect(pausedUntil(all, NOW)).toEqual(pausedUntil(counted, NOW));
      }),
    );
  });

  it('only ends sooner when one is pardoned', () => {
    fc.assert(
      fc.property(points, fc.nat(5), (all, nth) => {
        const before = pausedUntil(all, NOW);
        const after = pausedUntil(
          all.map((one, index) => (index === nth ? { ...one, state: 'pardoned' as const } : one)),
          NOW,
        );
        expect(after?.getTime() ?? 0).toBeLessThanOrEqual(before?.getTime() ?? 0);
      }),
    );
  });

  it('is over within thirty days of the newest no-show, and all is forgotten after ninety', () => {
    fc.assert(
      fc.property(points, (all) => {
        const until = pausedUntil(all, NOW);
        if (until) expect(until.getTime() - NOW.getTime()).toBeLessThanOrEqual(PAUSE_DAYS * DAY_MS);
        const forgotten = new Date(NOW.getTime() + NO_SHOW_DAYS * DAY_MS);
        expect(countedNow(all, forgotten)).toEqual([]);
        expect(pausedUntil(all, forgotten)).toBeUndefined();
      }),
    );
  });

  it('does not depend on the order in which no-shows are read', () => {
    fc.assert(
      fc.property(points, (all) => {
        expect(pausedUntil(all.toReversed(), NOW)).toEqual(pausedUntil(all, NOW));
      }),
    );
  });
});

it('tells people where they stand', () => {
  expect(standingWords([], NOW)).toBeUndefined();
  expect(standingWords([point(95)], NOW)).toBeUndefined();
  expect(standingWords([point(5)], NOW)).toContain('90天里有1次约了没来');
  expect(standingWords([point(6), point(5)], NOW)).toContain('预约暂停到12月20日');
});
