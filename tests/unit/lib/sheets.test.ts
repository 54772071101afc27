import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  decodeSheet,
  neutralise,
  readSheet,
  SHEET_ROWS_MAX,
  writeCsv,
  writeXlsx,
} from '../../../src/lib/sheets.ts';

const problemOf = (text: string) => {
  const sheet = readSheet(text);
  return 'problem' in sheet ? sheet.problem : undefined;
};
const cellsOf = (text: string) => {
  const sheet = readSheet(text);
  if ('problem' in sheet) throw new Error(sheet.problem);
  return [sheet.header, ...sheet.rows.map(({ cells }) => cells)];
};

/** Anything that people or programs put into a cell; never blank, since blank rows are no rows. */
const cell = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom(
      '=1+1',
      "'=x",
      "''@a",
      '-3',
      '+86',
      '\t=x',
      'a,b',
      'a"b',
      '王\n芳',
      '＝１',
      ';',
      ' x ',
    ),
  )
  .filter((text) => text.trim() !== '' && !text.includes('\0') && !text.startsWith('\ufeff'));
const table = fc.integer({ min: 1, max: 6 }).chain((width) =>
  fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
    minLength: 2,
    maxLength: 12,
  }),
);

describe('a table as CSV', () => {
  it('comes back as it was, whatever is in its cells', () => {
    fc.assert(
      fc.property(table, ([header = [], ...rows]) => {
        expect(cellsOf(writeCsv({ header, rows }))).toEqual([header, ...rows]);
      }),
    );
  });

  it('holds no cell that a spreadsheet would run', () => {
    fc.assert(
      fc.property(cell, (text) => {
        expect(neutralise(text)).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/u);
      }),
    );
    for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1']) {
      expect(neutralise(formula)).toBe(`'${formula}`);
    }
    expect(neutralise('王芳')).toBe('王芳');
  });

  it('begins with the mark that Excel needs', () => {
    expect(writeCsv({ header: ['姓名'], rows: [] })).toBe('\ufeff"姓名"\r\n');
  });
});

describe('a table as a workbook', () => {
  it('is a ZIP with its text in it as text', async () => {
    const book = new Uint8Array(await writeXlsx({ header: ['姓名'], rows: [['=1+1']] }, '预约'));
    expect([...book.slice(0, 2)]).toEqual([0x50, 0x4b]);
    expect(book.length).toBeGreaterThan(500);
  });

  it.each([
    ['江苏省盐城市大丰区演练数字2026-09-07至2026-11-23每月办的演练', 31],
    ['预约[1]/2:3*?\\', 8],
    ["'引号'", 2],
    ['🏫'.repeat(20), 30],
    ['?', 1],
    ['', 1],
  ])('may have a long or an odd name: %j', async (name, length) => {
    const book = new Uint8Array(await writeXlsx({ header: ['a'], rows: [] }, name));
    const xml = strFromU8(unzipSync(book)['xl/workbook.xml'] ?? new Uint8Array());
    const [, shown = ''] = /<sheet [^>]*?name="([^"]*)"/.exec(xml) ?? [];
    expect(shown).toHaveLength(length);
    expect(shown.isWellFormed()).toBe(true);
  });
});

describe('the bytes of a file', () => {
  const gbk = new Uint8Array([0xd0, 0xd5, 0xc3, 0xfb]);

  it('are read as UTF-8 or as what Excel in China writes', () => {
    expect(decodeSheet(gbk)).toBe('姓名');
    expect(decodeSheet(new TextEncoder().encode('\ufeff姓名'))).toBe('姓名');
    expect(decodeSheet(new TextEncoder().encode('姓名'))).toBe('姓名');
  });

  it('of something else are refused', () => {
    expect(decodeSheet(new Uint8Array([0x50, 0x4b, 3, 4, 0xff, 0xff, 0, 0]))).toBeUndefined();
    expect(decodeSheet(new TextEncoder().encode('a\0b'))).toBeUndefined();
  });
});

describe('a table that somebody sends', () => {
  it('may be pasted from Excel, with tabs', () => {
    expect(cellsOf('日期\t姓名\n2026-11-25\t王芳,李明\n')).toEqual([
      ['日期', '姓名'],
      ['2026-11-25', '王芳,李明'],
    ]);
  });

  it('keeps the line numbers of its spreadsheet, blank rows included', () => {
    const sheet = readSheet('a,b\r\n1,2\r\n,\r\n\r\n3,4\r\n');
    expect(sheet).toMatchObject({ rows: [{ number: 2 }, { number: 5 }] });
  });

  it.each([
    ['nothing', '', '没有内容'],
    ['only a heading', 'a,b\n', '只有表头'],
    ['NUL', 'a\n\0b', '不是文本'],
    ['an open quote', 'a,b\n"1,2\n3,4', '引号没有成对'],
    ['too many columns', `a\n${'x,'.repeat(10_000)}`, '10001列，太多了'],
    ['a huge cell', `a\n${'字'.repeat(100_000)}`, '超过200个字'],
    ['too many rows', `a\n${'1\n'.repeat(SHEET_ROWS_MAX + 1)}`, '有501行'],
    ['far too many rows', `a\n${'1\n'.repeat(100_000)}`, '一次最多500行'],
  ])('with %s is told of in one sentence', (_, text, words) => {
    expect(problemOf(text)).toContain(words);
  });

  it('never breaks the reader', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const sheet = readSheet(text);
        expect('problem' in sheet ? sheet.problem.length : sheet.rows.length).toBeGreaterThan(0);
      }),
    );
  });
});
