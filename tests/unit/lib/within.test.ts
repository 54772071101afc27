import { expect, it } from 'vitest';
import { within } from '../../../src/lib/within.ts';

it('gives what came in time', async () => {
  expect(await within(1000, async () => 'here')).toBe('here');
});

it('gives nothing when it failed or did not come', async () => {
  const failing = () => Promise.reject(new Error('away'));
  expect(await within(1000, failing)).toBeUndefined();
  expect(await within(5, () => new Promise(() => {}))).toBeUndefined();
});
