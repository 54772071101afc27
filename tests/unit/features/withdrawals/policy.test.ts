import { describe, expect, it } from 'vitest';
import { nextAct } from '../../../../src/features/withdrawals/policy.ts';

describe('what may be asked for next', () => {
  const confirmed = (act: 'withdraw' | 'reinstate') => ({ act, state: 'confirmed' as const });
  it.each([
    [[], 'withdraw'],
    [[confirmed('withdraw')], 'reinstate'],
    [[confirmed('reinstate'), confirmed('withdraw')], 'withdraw'],
    [[{ act: 'withdraw' as const, state: 'declined' as const }], 'withdraw'],
    [
      [{ act: 'reinstate' as const, state: 'declined' as const }, confirmed('withdraw')],
      'reinstate',
    ],
  ] as const)('%o → %s', (acts, act) => {
    expect(nextAct(acts)).toBe(act);
  });
});
