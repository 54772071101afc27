import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ASKED_CHARACTERS,
  createSearch,
  normalise,
  readSounds,
  spellWord,
  type SearchDocument,
} from '../../../src/lib/search.ts';

const sounds = readSounds({
  di: '地弟',
  zhen: '震镇',
  zhong: '重',
  chong: '重',
  dian: '电店',
  chu: '触',
});
const page = (href: string, text: string, names: string[] = []): SearchDocument => ({
  href,
  names,
  fields: [
    [10, normalise(names.join(' '))],
    [1, normalise(text)],
  ],
});
const index = {
  documents: [
    page('/quake', '桌子下面护住头，等震停。', ['地震']),
    page('/shock', '先拉电闸，再救人。', ['触电']),
    page('/gas', '闻到燃气味，别碰开关。', []),
  ],
  synonyms: [['燃气', '煤气']] as const,
  vocabulary: ['地震', '触电', '燃气'].map((word) => spellWord(word, sounds)),
};
const find = createSearch(index, sounds);
const first = (asked: string) => find(asked).found[0]?.document.href;

describe('a search', () => {
  it.each([
    ['地震', '/quake'],
    ['怎么地震了', '/quake'],
    ['ｄｉｚｈｅｎ', '/quake'],
    ['di zhen', '/quake'],
    ['dizheng', '/quake'],
    ['dizehn', '/quake'],
    ['弟震', '/quake'],
    ['触店', '/shock'],
    ['煤气', '/gas'],
    ['护头', '/quake'],
  ])('understands %s', (asked, href) => {
    expect(first(asked)).toBe(href);
  });

  it('hears no wrong character in what is cut out of two words', () => {
    const words = createSearch(
      {
        documents: [
          page('/fear', '睡不着就说出来。', ['害怕']),
          page('/child', '小孩爬窗户会坠楼。'),
          page('/window', '窗户装护栏，小孩够不着。'),
        ],
        synonyms: [],
        vocabulary: [['害怕', 'haipa']],
      },
      readSounds({ hai: '害孩', pa: '怕爬' }),
    );
    expect(words('孩爬').found[0]?.document.href).toBe('/child');
    expect(words('窗户小孩怕高').found.find(({ isNamed }) => isNamed)).toBeUndefined();
    expect(words('孩怕').found[0]?.document.href).toBe('/fear');
  });

  it('leaves out the words of asking, which every title has', () => {
    const titles = createSearch({
      documents: [page('/crowd', '人太多怎么办'), page('/quake', '屋子晃，蹲下')],
      synonyms: [],
      vocabulary: [],
    });
    expect(titles('屋子摇了怎么办').found.map(({ document }) => document.href)).toEqual(['/quake']);
    expect(titles('怎么办').found[0]?.document.href).toBe('/crowd');
  });

  it('says what of it stands nowhere: the name of a village', () => {
    expect(find('东苑地震').unknown).toContain('东苑');
    expect(find('东苑地震').unknown).not.toContain('地震');
    expect(find('地震').unknown).toEqual([]);
  });

  it('says when nothing has all of it', () => {
    expect(find('地震').isExact).toBe(true);
    expect(find('弟震').isExact).toBe(false);
    expect(find('人民').isExact).toBe(false);
  });

  it('has no answer to nothing, and to what is no word', () => {
    for (const asked of ['', '   ', '？！', '😀', '\u0000']) expect(find(asked).found).toEqual([]);
  });

  it('finds each document by any run of its text', () => {
    const places = index.documents.flatMap((document) =>
      document.fields.flatMap(([, text]) =>
        text
          .split(' ')
          .filter((run) => run.length > 1)
          .map((run) => ({ document, run })),
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.nat(),
        fc.integer({ min: 2, max: 6 }),
        ({ document, run }, start, length) => {
          const from = start % (run.length - 1);
          const asked = run.slice(from, from + length);
          expect(find(asked).found.map((one) => one.document)).toContain(document);
        },
      ),
    );
  });

  it('never fails, whatever is asked, and reads no more than its share', () => {
    const unit = fc.constantFrom(
      ...Array.from('地震店 a1<>&"%_\\[(*+?'),
      '😀',
      '\u0000',
      '\ud800',
      '\u0301',
      '龘',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (asked) => {
        const { found, words } = find(asked);
        expect(found.length).toBeLessThanOrEqual(index.documents.length);
        expect(words.join('').length).toBeLessThan(1000);
      }),
    );
    const long = '地震'.repeat(5000);
    expect(find(long).found).toEqual(find(long.slice(0, ASKED_CHARACTERS)).found);
  });
});

describe('a spelling', () => {
  it('has each way to read a character, and leaves what it does not know', () => {
    expect(spellWord('重电', sounds)).toEqual(['重电', 'zhongdian', 'chongdian']);
    expect(spellWord('龘', sounds)).toEqual(['龘', '龘']);
  });
});
