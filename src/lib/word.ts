import type { FileChild, Paragraph as DocxParagraph, Table as DocxTable } from 'docx';
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import {
  paragraphs,
  SEAL_WORDS,
  type Block,
  type DocumentParts,
  type DocumentPicture,
} from './document.ts';
import { xmlText } from './markup.ts';

/** A4 between margins of 2 cm, in twentieths of a point. */
const WIDTH = 9638;
const MARGIN = 1134;
const FONT = { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: 'SimSun' };
const HEADING_FONT = { ascii: 'Arial', hAnsi: 'Arial', eastAsia: 'SimHei' };
const GREY = 'D9D9D9';
const DARK = '404040';

/** ZIP knows no earlier time; one that stays makes the same document the same bytes. */
export const ZIP_TIME = new Date('1980-01-02T00:00:00Z');

/**
 * A document as Word opens it. The writer is large and rarely needed: it is loaded when it is.
 * @param at stands in the file as its date; the same parts and date give the same bytes.
 */
export async function writeDocx(
  { mark, markNote, title, blocks }: DocumentParts,
  at: Date,
): Promise<Uint8Array<ArrayBuffer>> {
  const docx = await import('docx');
  const { Document, Footer, Header, Packer, PageNumber, Paragraph, TextRun } = docx;
  const markLine = () =>
    new Paragraph({
      alignment: 'center',
      border: Object.fromEntries(
        ['top', 'bottom', 'left', 'right'].map((side) => [
          side,
          { style: 'single', size: 12, color: '000000', space: 2 },
        ]),
      ),
      children: [
        new TextRun({ text: mark, bold: true, size: 28, font: HEADING_FONT }),
        new TextRun({ text: `　${markNote}`, size: 18 }),
      ],
    });
  const file = new Document({
    title,
    creator: '安澜',
    styles: {
      default: {
        document: {
          run: { font: FONT, size: 24 },
          paragraph: { spacing: { after: 120, line: 360 } },
        },
        title: {
          run: { font: HEADING_FONT, size: 36, bold: true },
          paragraph: { alignment: 'center', spacing: { before: 240, after: 240 } },
        },
        heading1: {
          run: { font: HEADING_FONT, size: 30, bold: true, color: '000000' },
          paragraph: { spacing: { before: 360, after: 120 }, keepNext: true },
        },
        heading2: {
          run: { font: HEADING_FONT, size: 26, bold: true, color: '000000' },
          paragraph: { spacing: { before: 240, after: 80 }, keepNext: true },
        },
      },
    },
    sections: [
      {
        properties: {
          page: {
            size: { width: 11906, height: 16838 },
            margin: { top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN },
          },
        },
        headers: { default: new Header({ children: [markLine()] }) },
        footers: {
          default: new Footer({
            children: [
              new Paragraph({
                alignment: 'center',
                children: [
                  new TextRun({ text: `${mark}　${title}　第`, size: 18 }),
                  new TextRun({ children: [PageNumber.CURRENT], size: 18 }),
                  new TextRun({ text: '页，共', size: 18 }),
                  new TextRun({ children: [PageNumber.TOTAL_PAGES], size: 18 }),
                  new TextRun({ text: '页', size: 18 }),
                ],
              }),
            ],
          }),
        },
        children: [
          new Paragraph({ text: title, heading: 'Title' }),
          ...blocks.flatMap((block) => blockChildren(docx, block)),
        ],
      },
    ],
  });
  return settled(new Uint8Array(await Packer.toArrayBuffer(file)), at);
}

type Docx = typeof import('docx');

function blockChildren(docx: Docx, block: Block): FileChild[] {
  const { Paragraph, TextRun } = docx;
  const line = (text: string, size = 24) =>
    new Paragraph({ children: [new TextRun({ text, size })] });
  switch (block.kind) {
    case 'heading':
      return [new Paragraph({ text: block.text, heading: 'Heading1' })];
    case 'subheading':
      return [new Paragraph({ text: block.text, heading: 'Heading2' })];
    case 'text':
      return paragraphs(block.text).map((text) => line(text));
    case 'note':
      return [line(block.text, 20)];
    case 'list':
      return block.items.map((text) => new Paragraph({ text, bullet: { level: 0 } }));
    case 'pictures':
      return block.pictures.flatMap((picture, index) => pictureChildren(docx, picture, index));
    case 'facts':
      return [table(docx, [], block.rows, [24, 76]), spacer(docx)];
    case 'table':
      return [
        new Paragraph({
          keepNext: true,
          children: [new TextRun({ text: block.caption, bold: true })],
        }),
        table(docx, block.header, block.rows, block.widths),
        spacer(docx),
      ];
    case 'signatures':
      return [spacer(docx), signTable(docx, block.who), spacer(docx), line(SEAL_WORDS)];
    case 'bars':
      return [
        new Paragraph({
          keepNext: true,
          children: [
            new TextRun({ text: block.title, bold: true }),
            new TextRun({ text: `　${block.reading}`, size: 20 }),
          ],
        }),
        barTable(docx, block.bars),
        spacer(docx),
      ];
  }
}

/** In pixels of Word, 96 to the inch: two photos a page. */
const PICTURE_MAX = { width: 600, height: 380 };

/** A photo with its name below. Word turns nothing by itself: what lies on its side is turned here. */
function pictureChildren(
  { ImageRun, Paragraph, TextRun }: Docx,
  { caption, image }: DocumentPicture,
  index: number,
): DocxParagraph[] {
  const named = new Paragraph({
    alignment: 'center',
    children: [new TextRun({ text: caption, size: 20 })],
  });
  if (!image) return [named];
  const { bytes: data, type, width, height, turn } = image;
  const isSideways = turn === 90 || turn === 270;
  const [wide, high] = isSideways ? [height, width] : [width, height];
  const scale = Math.min(1, PICTURE_MAX.width / wide, PICTURE_MAX.height / high);
  const pixels = (length: number) => Math.max(1, Math.round(length * scale));
  const picture = new ImageRun({
    ...{ type, data },
    transformation: { width: pixels(width), height: pixels(height), rotation: turn },
    // The writer counts on from one document to the next, if it is left to number them.
    altText: { id: String(index + 1), name: caption, description: caption, title: caption },
  });
  // A line that is as high as what stands in it.
  const spacing = { before: 120, after: 60, line: 240, lineRule: 'auto' } as const;
  return [
    new Paragraph({ alignment: 'center', keepNext: true, spacing, children: [picture] }),
    named,
  ];
}

/** Word joins tables that touch. */
const spacer = ({ Paragraph }: Docx): DocxParagraph =>
  new Paragraph({ text: '', spacing: { after: 60, line: 240 } });

function table(
  docx: Docx,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  widths?: readonly number[],
): DocxTable {
  const { Paragraph, Table, TableCell, TableRow, TextRun } = docx;
  const columns = Math.max(header.length, ...rows.map((row) => row.length), 1);
  const shares = widths ?? Array.from({ length: columns }, () => 100 / columns);
  const columnWidths = shares.map((share) => Math.round((WIDTH * share) / 100));
  const cell = (text: string, index: number, bold: boolean) =>
    new TableCell({
      width: { size: columnWidths[index] ?? 0, type: 'dxa' },
      margins: { top: 40, bottom: 40, left: 80, right: 80 },
      children: (text === '' ? [''] : paragraphs(text)).map(
        (part) =>
          new Paragraph({
            spacing: { after: 0, line: 300 },
            children: [new TextRun({ text: part, bold, size: 21 })],
          }),
      ),
    });
  const isHeaded = header.length > 0;
  return new Table({
    width: { size: WIDTH, type: 'dxa' },
    layout: 'fixed',
    columnWidths,
    rows: [
      ...(isHeaded
        ? [
            new TableRow({
              tableHeader: true,
              cantSplit: true,
              children: header.map((text, index) => cell(text, index, true)),
            }),
          ]
        : []),
      ...rows.map(
        (row) =>
          new TableRow({
            cantSplit: true,
            children: row.map((text, index) => cell(text, index, !isHeaded && index === 0)),
          }),
      ),
    ],
  });
}

/** 1.5 cm: room for a signature. */
const SIGN_HEIGHT = 850;

/** Who signs, with room below each. */
function signTable({ Paragraph, Table, TableCell, TableRow }: Docx, who: readonly string[]) {
  const width = Math.floor(WIDTH / Math.max(1, who.length));
  const row = (texts: readonly string[], height?: number) =>
    new TableRow({
      cantSplit: true,
      ...(height ? { height: { value: height, rule: 'atLeast' as const } } : {}),
      children: texts.map(
        (text) =>
          new TableCell({
            width: { size: width, type: 'dxa' },
            children: [new Paragraph({ text, keepNext: true, alignment: 'center' })],
          }),
      ),
    });
  return new Table({
    width: { size: WIDTH, type: 'dxa' },
    layout: 'fixed',
    columnWidths: who.map(() => width),
    rows: [
      row(who),
      row(
        who.map(() => ''),
        SIGN_HEIGHT,
      ),
    ],
  });
}

/** Label and value of each, and below them a bar of two cells: the dark one as long as its part of the whole. */
function barTable(
  docx: Docx,
  bars: readonly { label: string; percent: number; text: string }[],
): DocxTable {
  const { Paragraph, Table, TableCell, TableRow, TextRun } = docx;
  const none = { style: 'none', size: 0, color: 'auto' } as const;
  const borders = { top: none, bottom: none, left: none, right: none };
  const inner = WIDTH - 200;
  const bar = (percent: number) => {
    const dark = Math.min(inner - 20, Math.max(20, Math.round((inner * percent) / 100)));
    const part = (size: number, fill: string) =>
      new TableCell({
        width: { size, type: 'dxa' },
        borders,
        shading: { type: 'clear', fill, color: 'auto' },
        children: [
          new Paragraph({
            spacing: { after: 0, line: 160, lineRule: 'exact' },
            children: [new TextRun({ text: '', size: 8 })],
          }),
        ],
      });
    return new Table({
      width: { size: inner, type: 'dxa' },
      layout: 'fixed',
      columnWidths: [dark, inner - dark],
      rows: [new TableRow({ children: [part(dark, DARK), part(inner - dark, GREY)] })],
    });
  };
  return new Table({
    width: { size: WIDTH, type: 'dxa' },
    layout: 'fixed',
    columnWidths: [WIDTH],
    rows: bars.map(
      ({ label, percent, text }) =>
        new TableRow({
          cantSplit: true,
          children: [
            new TableCell({
              width: { size: WIDTH, type: 'dxa' },
              borders,
              margins: { top: 40, bottom: 80, left: 100, right: 100 },
              children: [
                new Paragraph({
                  spacing: { after: 20, line: 280 },
                  children: [
                    new TextRun({ text: `${label}　`, size: 21 }),
                    new TextRun({ text, bold: true, size: 21 }),
                  ],
                }),
                bar(percent),
                new Paragraph({ text: '', spacing: { after: 0, line: 80, lineRule: 'exact' } }),
              ],
            }),
          ],
        }),
    ),
  });
}

/**
 * The writer puts the moment of writing in two places; here it is the document's own. It escapes what people wrote, and
 * leaves in what no XML holds: Word would open none of it.
 */
function settled(bytes: Uint8Array<ArrayBuffer>, at: Date): Uint8Array<ArrayBuffer> {
  const stamp = at.toISOString().replace(/\.\d+Z$/, 'Z');
  // Photos are small as they are.
  const packed = Object.entries(unzipSync(bytes)).map(([name, data]): [string, Zippable[string]] =>
    name.startsWith('word/media/')
      ? [name, [data, { level: 0 }]]
      : [name, partOf(name, data, stamp)],
  );
  return zipSync(Object.fromEntries(packed), { mtime: ZIP_TIME, level: 6 });
}

function partOf(name: string, data: Uint8Array, stamp: string): Uint8Array {
  if (!/\.(xml|rels)$/.test(name)) return data;
  const text = xmlText(strFromU8(data));
  const isCore = name === 'docProps/core.xml';
  const times = /(<dcterms:(?:created|modified)[^>]*>)[^<]*/g;
  return strToU8(isCore ? text.replace(times, (_, tag: string) => `${tag}${stamp}`) : text);
}
