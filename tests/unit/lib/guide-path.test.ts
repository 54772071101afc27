import { describe, expect, it } from 'vitest';
import { guideAddress, guideOf, isElder, lineAddress } from '../../../src/lib/guide-path.ts';

describe('an address of a guide', () => {
  it.each([
    ['/guides/cpr', 'cpr'],
    ['/guides/cpr/quiz', 'cpr'],
    ['/elder/guides/cpr', 'cpr'],
    ['/elder/guides/cpr/more', 'cpr'],
    ['/guides/cpr#now', 'cpr'],
    ['/guides/cpr?x=1', 'cpr'],
    ['/guides', undefined],
    ['/elder/guides', undefined],
    ['/staff/guides/cpr', undefined],
    ['/older/guides/cpr', undefined],
  ])('%s is about %s', (path, slug) => {
    expect(guideOf(path)).toBe(slug);
  });

  it.each([
    ['/guides/flood#now', '/', '/guides/flood#now'],
    ['/guides/flood#now', '/elder/guides/cpr', '/elder/guides/flood'],
    ['/guides/cpr#now', '/', null],
    ['/guides/cpr', '/elder', null],
    ['/notices/1', '/elder', '/notices/1'],
    [null, '/', null],
  ])('%s on %s leads to %s while cpr is withdrawn', (href, path, to) => {
    expect(lineAddress(href, ['cpr'], path)).toBe(to);
  });

  it('stays in large type for who reads there', () => {
    expect(guideAddress('cpr', '/elder')).toBe('/elder/guides/cpr');
    expect(guideAddress('cpr', '/elder/guides/fire')).toBe('/elder/guides/cpr');
    expect(guideAddress('cpr', '/guides/fire')).toBe('/guides/cpr');
    expect(isElder('/elderly')).toBe(false);
  });
});
