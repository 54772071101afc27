import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeField, proofAddress, safeNext, signInAddress } from '../../../src/lib/page.ts';

describe('the page to go on to', () => {
  it.each([
    ['/me', '/me'],
    ['/halls/yancheng?day=2026-11-25', '/halls/yancheng?day=2026-11-25'],
    ['//evil.example/me', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['me', '/'],
    ['', '/'],
    [undefined, '/'],
    [null, '/'],
  ])('%j becomes %j', (next, expected) => {
    expect(safeNext(next)).toBe(expected);
  });

  it('never leaves the site, whatever it is given', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('/', '\\', '\t', '\n', '.', ':', '@', '?', '#', 'a'),
    });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.webUrl(), fc.string()), (next) => {
        const target = new URL(safeNext(next), 'https://anlan.example');
        expect(target.origin).toBe('https://anlan.example');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the way to signing in', () => {
  it('comes back to the page that was asked for, with its query', () => {
    const url = new URL('https://anlan.example/staff/halls/yancheng?date=2026-11-25&q=a b');
    const next = '/staff/halls/yancheng?date=2026-11-25&q=a%20b';
    expect(signInAddress(url)).toBe(`/sign-in?${new URLSearchParams({ next })}`);
    expect(proofAddress(url)).toBe(`/staff/sign-in?${new URLSearchParams({ next })}`);
  });

  it('leads nowhere else, whatever the page was called', () => {
    for (const pathname of ['//evil.example', '/\\evil.example', '/.//evil.example']) {
      for (const address of [signInAddress, proofAddress]) {
        expect(address({ pathname, search: '' })).toMatch(/sign-in\?next=%2F$/);
      }
    }
  });
});

describe('what ties a control to the words beside it', () => {
  const form = { values: {}, message: '', reason: '', fields: [{ field: 'phone', message: '错' }] };

  it('names the hint and the mistake that are there, and nothing that is not', () => {
    expect(describeField(undefined, 'phone', undefined)).toEqual({});
    expect(describeField(form, 'name', undefined)).toEqual({});
    expect(describeField(form, 'name', '全称')).toEqual({ 'aria-describedby': 'name-hint' });
    expect(describeField(form, 'phone', '11位')).toEqual({
      'aria-invalid': 'true',
      'aria-describedby': 'phone-hint phone-problem',
    });
  });
});
