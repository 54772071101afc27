import { expect, it } from 'vitest';
import { stamp } from '../../../../src/features/own-data/messages.ts';

it('a stamp has its year and China’s hour', () => {
  expect(stamp(new Date('2026-12-31T16:05:00Z'))).toBe('2027-01-01 00:05');
});
