import { describe, expect, it } from 'vitest';
import {
  describeDevice,
  isProofFresh,
  isStrong,
  isUseDue,
} from '../../../../src/features/accounts/policy.ts';
import { addMinutes } from '../../../../src/lib/time.ts';
import { NOW } from '../../../helpers/session.ts';

const used = (method: 'phone' | 'passkey', minutesAgo: number) => ({
  method,
  usedAt: addMinutes(NOW, -minutesAgo),
  createdAt: addMinutes(NOW, -minutesAgo),
});

describe('a sign-in', () => {
  it('by phone is never strong, however fresh', () => {
    expect(isStrong(used('phone', 0), NOW)).toBe(false);
    expect(isProofFresh(used('phone', 0), NOW)).toBe(false);
  });

  it('that is strong stays so for half an hour of silence, and may change credentials for a quarter', () => {
    expect([29, 30].map((minutes) => isStrong(used('passkey', minutes), NOW))).toEqual([
      true,
      false,
    ]);
    expect([14, 15].map((minutes) => isProofFresh(used('passkey', minutes), NOW))).toEqual([
      true,
      false,
    ]);
  });

  it('is noted as used once a minute or a day, and not once it has gone silent', () => {
    expect([0, 1, 29, 30].map((minutes) => isUseDue(used('passkey', minutes), NOW))).toEqual([
      ...[false, true, true, false],
    ]);
    expect([0, 1439, 1440].map((minutes) => isUseDue(used('phone', minutes), NOW))).toEqual([
      ...[false, false, true],
    ]);
  });
});

describe('a device', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
      'Chrome · Windows',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
      'Edge · Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
      'Safari · iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; 23013RK75C) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.47',
      '微信 · 安卓',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox · Linux'],
    ['curl/8.5.0', ''],
    [undefined, ''],
  ])('is a browser and a system and nothing else: %s', (userAgent, expected) => {
    expect(describeDevice(userAgent)).toBe(expected);
  });
});
