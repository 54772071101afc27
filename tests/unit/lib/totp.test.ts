import { describe, expect, it } from 'vitest';
import { newTotpSecret, totpAddress, totpAt, totpStep } from '../../../src/lib/totp.ts';

/** RFC 6238, appendix B, SHA-1: the last six of its eight digits. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a one-time password', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
  ])('at second %d is the RFC’s own: %s', (second, token) => {
    const at = new Date(second * 1000);
    expect(totpAt(SECRET, at)).toBe(token);
    expect(totpStep(SECRET, token, at)).toBe(Math.floor(second / 30));
  });

  it('tells its own step up to one early or late, and none further off', () => {
    const at = (steps: number) => new Date((1000 + steps) * 30_000);
    const token = totpAt(SECRET, at(0));
    expect([-2, -1, 0, 1, 2].map((steps) => totpStep(SECRET, token, at(steps)))).toEqual([
      ...[undefined, 1000, 1000, 1000, undefined],
    ]);
  });

  it('has a secret of 160 bits of its own, in an address that apps read', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(secret);
    expect(totpAddress(secret, '138****8000')).toContain(`secret=${secret}`);
  });
});
