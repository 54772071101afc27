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
  ])('%j is read as %j', (typed, number) => {
    expect(phoneField.parse(typed)).toBe(number);
  });

  it.each([
    '',
    '1380013800',
    '138001380001',
    '12800138000',
    '10000100001',
    '+1 202 555 0100',
    '0515-12345678',
    '13800138000;',
    null,
    13800138000,
  ])('%j is refused', (typed) => {
    expect(phoneField.safeParse(typed).success).toBe(false);
  });

  it('shows only its ends', () => {
    expect(maskPhone('13800138000')).toBe('138****8000');
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
