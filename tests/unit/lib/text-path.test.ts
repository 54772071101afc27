import { describe, expect, it } from 'vitest';
import {
  guideAddress,
  isElder,
  lineAddress,
  textAddress,
  textMark,
  textOf,
  TEXT_KINDS,
  withdrawnAddress,
} from '../../../src/lib/text-path.ts';

const guide = { kind: 'guide', slug: 'cpr' } as const;

describe('an address of a text', () => {
  it.each(['/guides/cpr', '/guides/cpr/quiz', '/elder/guides/cpr', '/elder/guides/cpr/more'])(
    '%s is about a guide',
    (path) => {
      for (const one of [path, `${path}#now`, `${path}?x=1`]) expect(textOf(one)).toEqual(guide);
    },
  );

  it.each(TEXT_KINDS)('of a %s leads back to it', (kind) => {
    expect(textOf(textAddress({ kind, slug: 'a-1' }))).toEqual({ kind, slug: 'a-1' });
    expect(textMark(textAddress({ kind, slug: 'a-1' }))).toEqual({ [`data-${kind}`]: 'a-1' });
  });

  it.each([
    ...['/guides', '/cards', '/elder/guides', '/staff/guides/cpr', '/older/guides/cpr'],
    ...['/elder/cards/kiln-operator', '/withdrawn/guides/cpr', '/drills/templates/cpr'],
  ])('%s is about none', (path) => {
    expect(textOf(path)).toBeUndefined();
    expect(textMark(path)).toBeUndefined();
  });

  it.each([
    ['/guides/flood#now', '/', '/guides/flood#now'],
    ['/guides/flood#now', '/elder/guides/cpr', '/elder/guides/flood'],
    ['/guides/cpr#now', '/', null],
    ['/guides/cpr', '/elder', null],
    ['/cards/cpr', '/elder', '/cards/cpr'],
    ['/notices/1', '/elder', '/notices/1'],
    [null, '/', null],
  ])('%s on %s leads to %s while a guide is withdrawn', (href, path, to) => {
    expect(lineAddress(href, [guide], path)).toBe(to);
  });

  it('stays in large type for who reads there', () => {
    expect(guideAddress('cpr', '/elder')).toBe('/elder/guides/cpr');
    expect(guideAddress('cpr', '/elder/guides/fire')).toBe('/elder/guides/cpr');
    expect(guideAddress('cpr', '/guides/fire')).toBe('/guides/cpr');
    expect(isElder('/elderly')).toBe(false);
  });
});

describe('the page that stands in the place of a withdrawn text', () => {
  it.each([
    ['/withdrawn/guides/cpr', '/guides/cpr'],
    ['/elder/withdrawn/guides/cpr', '/elder/guides/cpr'],
    ['/guides/cpr', undefined],
    ['/older/withdrawn/guides/cpr', undefined],
  ])('%s stands for %s', (path, text) => {
    expect(withdrawnAddress(path)).toBe(text);
  });

  it.each([
    '\\evil.example',
    '/evil.example',
    '\t/evil.example',
    './/evil.example',
    '..//evil.example',
  ])('never leads away from the site, as /withdrawn/%j would', (rest) => {
    const to = withdrawnAddress(`/withdrawn/${rest}`) ?? '';
    expect(new URL(to, 'https://anlan.example').origin).toBe('https://anlan.example');
  });
});
