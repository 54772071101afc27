import { expect, it } from 'vitest';
import { nextTry } from '../../../../src/features/notifications/policy.ts';
import { NOW } from '../../../helpers/session.ts';

it('tries again after 1, 2, 4 … minutes and gives up after the eighth try', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) => {
    const at = nextTry(NOW, tries);
    return at && (at.getTime() - NOW.getTime()) / 60_000;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, null]);
});
