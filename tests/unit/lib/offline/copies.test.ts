import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agoWords,
  copySetOf,
  judgeCopy,
  listedPage,
  megabytes,
  plainPath,
  withdrawnTexts,
  withLines,
  withoutEntries,
  withoutLines,
  type CopyList,
  type LiveFile,
  type LiveFileText,
} from '../../../../src/lib/offline/copies.ts';

const T0 = Date.parse('2026-11-22T04:00:00Z');
const HOUR = 3_600_000;
const list: CopyList = {
  sets: {
    guides: { '/guides': ['a', 9, 3], '/guides/cpr': ['b', 9, 3] },
    elder: { '/elder/guides/cpr': ['c', 9, 3], '/elder/guides/cpr/more': ['d', 9, 3] },
  },
};
const copy = { path: '/guides/cpr', keptAt: T0, words: 'b' };
const live = (state: LiveFileText['state'], since: number, path = '/guides/cpr') => ({
  texts: [{ path, state, since: new Date(since).toISOString() }],
});

describe('what may be kept', () => {
  it.each(['/guides', '/guides/cpr', '/elder', '/elder/visits', '/elder/guides/cpr/more'])(
    '%s',
    (path) => expect(copySetOf(path)).toBe(path.startsWith('/elder') ? 'elder' : 'guides'),
  );

  it.each([
    ...[
      '/',
      '/me',
      '/me/bookings/1',
      '/staff',
      '/staff/withdrawals/guides/cpr',
      '/api/me/data',
      '/tickets/X',
    ],
    ...['/guides/cpr/quiz', '/guides/cpr/more', '/elder/withdrawn/cpr', '/elder/offline'],
    ...['/live.json', '/guidesx', '/elderly', '/sign-in', '/halls/yancheng'],
  ])('never %s', (path) => expect(copySetOf(path)).toBeUndefined());

  it('is nothing that the build does not list, whatever the address', () => {
    expect(listedPage(list, '/guides/cpr')).toEqual(['b', 9, 3]);
    expect(listedPage(undefined, '/guides/cpr')).toBeUndefined();
    fc.assert(
      fc.property(fc.webPath(), fc.constantFrom('', '/guides', '/elder', '/me'), (path, root) => {
        const plain = plainPath(root + path);
        const isListed = Object.values(list.sets).some((pages) =>
          Object.keys(pages).includes(plain),
        );
        expect(listedPage(list, plain) !== undefined).toBe(isListed);
      }),
    );
    expect(listedPage(list, '/guides/constructor')).toBeUndefined();
  });
});

describe('a copy', () => {
  it('is shown as it is while nothing newer is known', () => {
    expect(judgeCopy(copy, undefined, undefined)).toBe('current');
    expect(judgeCopy(copy, { texts: [] }, list)).toBe('current');
  });

  it('is marked when the site says it in other words', () => {
    expect(judgeCopy({ ...copy, words: 'old' }, { texts: [] }, list)).toBe('newer');
  });

  it('is never shown once its guide is withdrawn, whenever it was kept, nor is its twin', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (shift) => {
        for (const path of ['/guides/cpr', '/elder/guides/cpr', '/elder/guides/cpr/more']) {
          const kept = { ...copy, path, keptAt: T0 + shift };
          expect(judgeCopy(kept, live('withdrawn', T0), list)).toBe('withdrawn');
        }
      }),
    );
  });

  it('from before its guide was given back is not shown, one from after it is', () => {
    const given = live('reinstated', T0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (since) => {
        expect(judgeCopy({ ...copy, keptAt: T0 - since }, given, list)).toBe('stale');
        expect(judgeCopy({ ...copy, keptAt: T0 + since + 1 }, given, list)).toBe('current');
      }),
    );
  });

  it('goes with a guide that was taken off the site', () => {
    const others = { sets: { guides: { '/guides': ['a', 9, 3] }, elder: {} } } as const;
    expect(judgeCopy(copy, { texts: [] }, others)).toBe('withdrawn');
  });

  it('does not mind what happened to another guide', () => {
    expect(judgeCopy(copy, live('withdrawn', T0, '/guides/cp'), list)).toBe('current');
  });
});

const guide = (slug: string) => ({ kind: 'guide', slug }) as const;

describe('what a device has heard', () => {
  it('names the texts that are withdrawn, and no other', () => {
    expect(withdrawnTexts(live('withdrawn', T0))).toEqual([guide('cpr')]);
    expect(withdrawnTexts(live('withdrawn', T0, '/cards/lift-keeper'))).toEqual([
      { kind: 'card', slug: 'lift-keeper' },
    ]);
    expect(withdrawnTexts(live('reinstated', T0))).toEqual([]);
  });

  it('is nothing in the words of an older version of the site', () => {
    const old = { asOf: '', banners: [], guides: [] } as unknown as LiveFile;
    expect(withdrawnTexts(old)).toEqual([]);
    expect(judgeCopy(copy, old, list)).toBe('current');
  });
});

describe('the words of a kept page', () => {
  const page =
    '<html><head><title>x</title></head><body><a class="skip" href="#main">跳到正文</a><main>y</main></body></html>';

  it('lose what the site said of the moment, and gain what the device says', () => {
    const marked = withLines(page, ['<p>存下的</p>']);
    expect(marked).toContain('跳到正文</a><aside class="live"');
    expect(marked).toContain('<link rel="stylesheet" href="/live.css"></head>');
    expect(withoutLines(marked)).toBe(page);
    const again = withLines(marked, ['<p>再存</p>']);
    expect(again.match(/<aside/g)).toHaveLength(1);
    expect(again).not.toContain('<p>存下的');
  });

  it('lose the entries that quote a withdrawn guide, and no other', () => {
    const cards =
      '<li class="card" data-guide="cpr" x><a>按压</a></li><li data-guide="cpr-2">别的</li>';
    expect(withoutEntries(cards, [guide('cpr')])).toBe('<li data-guide="cpr-2">别的</li>');
    expect(withoutEntries(cards, [{ kind: 'card', slug: 'cpr' }])).toBe(cards);
    expect(withoutEntries(cards, [guide('.*'), guide('c(p')])).toBe(cards);
  });
});

describe('age and size', () => {
  it.each([
    [-HOUR, '刚刚'],
    [HOUR - 1, '刚刚'],
    [HOUR, '1小时前'],
    [23 * HOUR, '23小时前'],
    [24 * HOUR, '1天前'],
    [300 * HOUR, '12天前'],
  ])('%d ms is %s', (age, words) => expect(agoWords(T0, T0 + age)).toBe(words));

  it('counts megabytes with one figure, never none', () => {
    expect([0, 40_000, 640_000, 2_149_000].map(megabytes)).toEqual(['0.1', '0.1', '0.6', '2.1']);
  });
});
