import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  awaitsReview,
  bannerState,
  goesDarkAt,
  isReviewOverdue,
} from '../../../../src/features/banners/policy.ts';
import { bannerInput } from '../../../../src/features/banners/schema.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

const words = { line: '示例：请转移', level: 'red', hours: '6' };

describe('an urgent line', () => {
  it('is live from its release until its end or its hour, whichever comes first', () => {
    const minutes = fc.integer({ min: -10_000, max: 10_000 });
    fc.assert(
      fc.property(
        minutes,
        fc.option(minutes),
        fc.integer({ min: 1, max: 72 }),
        (after, end, hours) => {
          const endedAt = end === null ? null : addMinutes(NOW, end);
          const one = { releasedAt: NOW, until: goesDarkAt(hours, NOW), endedAt };
          const now = addMinutes(NOW, after);
          expect(bannerState(one, now) === 'live').toBe(endedAt === null && after < hours * 60);
        },
      ),
    );
    expect(bannerState({ releasedAt: null, until: null, endedAt: null }, NOW)).toBe('written');
    expect(bannerState({ releasedAt: null, until: null, endedAt: NOW }, NOW)).toBe('dropped');
  });

  it('is looked at within a day of its release', () => {
    const one = { releasedAt: NOW, reviewedAt: null };
    expect(isReviewOverdue(one, addMinutes(NOW, 24 * 60))).toBe(false);
    expect(isReviewOverdue(one, addMinutes(NOW, 24 * 60 + 1))).toBe(true);
    expect(isReviewOverdue({ ...one, reviewedAt: NOW }, addMinutes(NOW, 9999))).toBe(false);
    expect(awaitsReview({ releasedAt: null, reviewedAt: null })).toBe(false);
  });

  it.each([
    ['line', '字'.repeat(61)],
    ['line', ''],
    ['level', 'purple'],
    ['hours', '0'],
    ['hours', '73'],
    ['hours', ''],
    ['href', 'https://example.com/'],
    ['href', 'javascript:alert(1)'],
    ['href', '//example.com/guides/x'],
    ['href', '/guides/../staff'],
    ['href', '/guides/cpr" onclick="x'],
  ])('has a %s other than “%s”', (field, value) => {
    const parsed = bannerInput.safeParse({ ...words, [field]: value });
    expect(parsed.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });

  it('may lead to a notice or a guide', () => {
    for (const href of ['/guides/cpr#now', '/notices/0196f3a2-7c1e-7d0a-9b3c-2f1d5e8a4c60']) {
      expect(bannerInput.parse({ ...words, href })).toMatchObject({ href, hours: 6 });
    }
  });
});
