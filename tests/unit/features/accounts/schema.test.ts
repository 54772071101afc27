import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskPhone } from '../../../../src/features/accounts/policy.ts';
import { phoneField, signInInput } from '../../../../src/features/accounts/schema.ts';

describe('a phone number', () => {
  it.each([
    ['13800138000', '13800138000'],
    [' 138 0013 8000 ', '13800138000'],
    ['138-0013-8000', '13800138000'],
    ['+86 13800138000', '13800138000'],
    ['008613800138000', '13800138000'],
    ['１３８００１３８０００', '13800138000'],
    ['10000000001', '10000000001'],
    ['+852 9123 4567', '+85291234567'],
    ['00852-9123-4567', '+85291234567'],
    ['＋８５２９１２３４５６７', '+85291234567'],
    ['+853 6612 3456', '+85366123456'],
    ['+886 912 345 678', '+886912345678'],
    ['+886 0912 345 678', '+886912345678'],
    ['+1 (202) 555-0100', '+12025550100'],
    ['+44 7700 900123', '+447700900123'],
  ])('%j is read as %j', (typed, number) => {
    expect(phoneField.parse(typed)).toBe(number);
  });

  it.each([
    '',
    '1380013800',
    '138001380001',
    '12800138000',
    '10000100001',
    '+86 12800138000',
    '+86 0515 1234567',
    '+852 2123 4567',
    '+852 9123 456',
    '+853 2812 3456',
    '+886 2 2345 6789',
    '+0123456789',
    '+1234567',
    '+1234567890123456',
    '85291234567',
    '91234567',
    '0515-12345678',
    '13800138000;',
    null,
    13800138000,
  ])('%j is refused', (typed) => {
    expect(phoneField.safeParse(typed).success).toBe(false);
  });

  it('has one form, whichever way it is written', () => {
    const numbers = fc.oneof(
      fc.stringMatching(/^1[3-9]\d{9}$/),
      fc.stringMatching(/^\+852[4-9]\d{7}$/),
      fc.stringMatching(/^\+8869\d{8}$/),
      fc.stringMatching(/^\+44[1-9]\d{9}$/),
    );
    fc.assert(
      fc.property(numbers, fc.array(fc.constantFrom(' ', '-', '')), (number, gaps) => {
        const spread = Array.from(number, (sign, at) => sign + (gaps[at] ?? '')).join('');
        const full = number.startsWith('+') ? number : `+86${number}`;
        for (const typed of [number, spread, full, full.replace('+', '00')]) {
          expect(phoneField.parse(typed)).toBe(number);
        }
        expect(phoneField.parse(phoneField.parse(spread))).toBe(number);
      }),
    );
  });

  it('shows only its ends', () => {
    expect(maskPhone('13800138000')).toBe('138****8000');
    expect(maskPhone('+85291234567')).toBe('+852****4567');
  });
});

describe('a sign-in code', () => {
  const codeId = '01a20164-1b8c-76a9-8192-0585238c305b';

  it.each(['123456', ' 123456 ', '１２３４５６'])('%j is read', (code) => {
    expect(signInInput.parse({ codeId, code }).code).toBe('123456');
  });

  it.each(['', '12345', '1234567', '12345a', 123456, null])('%j is refused', (code) => {
    expect(signInInput.safeParse({ codeId, code }).success).toBe(false);
  });
});
