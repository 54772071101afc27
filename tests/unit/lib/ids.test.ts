import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBookingCode,
  fromBase64Url,
  newBookingCode,
  newId,
  newSignInCode,
  newToken,
  readBookingCode,
  toBase64Url,
} from '../../../src/lib/ids.ts';

describe('identifiers', () => {
  it('sort by the time they were made', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }),
        (at) => {
          const later = new Date(at.getTime() + 1);
          expect(newId(at) < newId(later)).toBe(true);
        },
      ),
    );
  });

  it('of one millisecond sort in the order in which they were made, and never repeat', () => {
    const at = new Date('2026-11-25T08:00:00+08:00');
    const made = Array.from({ length: 5000 }, () => newId(at));
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
  });
});

describe('codes', () => {
  const many = <T>(make: () => T) => Array.from({ length: 2000 }, make);

  it('use every symbol of their alphabet about equally often', () => {
    const counts = new Map<string, number>();
    for (const symbol of many(newBookingCode).join('')) {
      counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    }
    expect([...counts.keys()].sort().join('')).toBe('23456789ABCDEFGHJKMNPQRSTUVWXYZ');
    // 20,000 symbols over 31: 645 each; six standard deviations are about 150.
    for (const count of counts.values()) expect(Math.abs(count - 645)).toBeLessThan(150);
  });

  it('do not repeat', () => {
    expect(new Set(many(newBookingCode)).size).toBe(2000);
    expect(new Set(many(newToken)).size).toBe(2000);
    expect(many(newSignInCode).every((code) => /^\d{6}$/.test(code))).toBe(true);
  });

  it('are read however they were written down or scanned', () => {
    fc.assert(
      fc.property(fc.integer(), () => {
        const code = newBookingCode();
        const shown = formatBookingCode(code);
        const fullWidth = Array.from(shown, (one) =>
          String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0),
        );
        for (const text of [
          code,
          shown,
          ` ${shown.toLowerCase()}\n`,
          shown.replace('-', ' '),
          fullWidth.join(''),
          `https://anlan.example/tickets/${code}`,
        ]) {
          expect(readBookingCode(text), text).toBe(code);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are not read out of what is none', () => {
    for (const text of ['', 'ABCDE', 'ABCDE-FGHJ0', 'ABCDE-FGHJKL', 'https://a.example/tickets/']) {
      expect(readBookingCode(text), text).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (text) => void readBookingCode(text)));
  });

  it('are shown in two groups of five', () => {
    expect(formatBookingCode('ABCDEFGHJK')).toBe('ABCDE-FGHJK');
  });
});

describe('base64url', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
    expect(fromBase64Url('a+b')).toBeUndefined();
    expect(fromBase64Url('a')).toBeUndefined();
  });
});
