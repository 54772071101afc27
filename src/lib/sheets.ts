import { parse } from 'csv-parse/browser/esm/sync';
import writeExcelFile from 'write-excel-file/universal';

/** A table as people carry it between programs: every cell is text. */
export interface Sheet {
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Excel reads a file without this mark in the system's own encoding, and Chinese turns to noise. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Cells that spreadsheets would run as formulas. Full-width signs count: some programs make them ordinary. A cell
 * that begins with quotes before such a sign is marked as well, so that taking the mark off gives back what it was.
 */
const FORMULA = /^'*[\s]*[=+\-@\t\r\n＝＋－＠]/u;

/** Puts a quote before what a spreadsheet would run. */
export function neutralise(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

function restore(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** CSV as Excel in China opens it by a double click: UTF-8 with its mark, CRLF, every cell quoted. */
export function writeCsv({ header, rows }: Sheet): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell) => `"${neutralise(cell).replaceAll('"', '""')}"`).join(',');
  return `${BYTE_ORDER_MARK}${[header, ...rows].map(line).join('\r\n')}\r\n`;
}

/** The same as a workbook; every cell is text, so that numbers of phones keep their digits. */
export async function writeXlsx({ header, rows }: Sheet, name: string): Promise<ArrayBuffer> {
  const text = (value: string, heading = false) => ({
    value: neutralise(value),
    type: String,
    ...(heading ? { fontWeight: 'bold' as const } : {}),
  });
  const data = [
    header.map((cell) => text(cell, true)),
    ...rows.map((row) => row.map((cell) => text(cell))),
  ];
  const columns = header.map((_, index) => ({ width: columnWidth(rows, header, index) }));
  const book = writeExcelFile(data, { sheet: sheetName(name), columns, stickyRowsCount: 1 });
  return (await book.toBlob()).arrayBuffer();
}

const SHEET_NAME_MAX = 31;

/** What spreadsheets take as the name of a sheet: short, without the signs of their own addresses. */
function sheetName(name: string): string {
  const plain = name
    .toWellFormed()
    .replace(/[[\]/\\:*?\p{Cc}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, SHEET_NAME_MAX)
    .toWellFormed()
    // Excel refuses to open a book whose sheet's name begins or ends with a quote.
    .replace(/^[' ]+|[' ]+$/g, '');
  return plain || '表';
}

/** In characters of a digit's width; Chinese ones take two. */
function columnWidth(rows: Sheet['rows'], header: Sheet['header'], index: number): number {
  const widthOf = (text = '') =>
    Array.from(text).reduce((sum, one) => sum + (one > '\xff' ? 2 : 1), 2);
  const widest = Math.max(widthOf(header[index]), ...rows.map((row) => widthOf(row[index])));
  return Math.min(widest, 60);
}

/** Rows of one file: a season of a hall, or the schools of a county; more comes in several files. */
export const SHEET_ROWS_MAX = 500;
/** More columns than any list of people has. */
const COLUMNS_MAX = 40;
/** Longer than any name or address; what is longer was pasted into the wrong cell. */
const CELL_MAX = 200;

/** A row of a file, by the line that its spreadsheet shows: the heading is 1. */
export interface SheetRow {
  number: number;
  cells: readonly string[];
}

export type ReadSheet =
  { header: readonly string[]; rows: readonly SheetRow[] } | { problem: string };

/**
 * The text of a file that somebody saved: UTF-8 when its bytes are that, else what Excel in China writes (GB18030,
 * which takes in GBK); undefined for neither, a workbook say.
 */
export function decodeSheet(bytes: Uint8Array): string | undefined {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return text.includes('\0') ? undefined : text;
    } catch {
      // The next encoding is tried; no other way tells them apart.
    }
  }
  return undefined;
}

/** Reads a table, commas or the tabs of a paste between its cells. What is wrong with it as a whole is one sentence. */
export function readSheet(text: string): ReadSheet {
  const plain = text.replace(/^\ufeff/, '');
  if (plain.trim() === '') return { problem: '里面没有内容。请选一个文件，或把表格粘贴进来' };
  if (plain.includes('\0')) return { problem: '这不是文本表格。请在Excel里另存为CSV再来' };
  const records = parseRecords(plain);
  if ('problem' in records) return records;
  const filled = records.rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const [first, ...rows] = filled;
  if (!first || rows.length === 0) return { problem: '只有表头，没有数据' };
  if (rows.length > SHEET_ROWS_MAX) {
    return { problem: `有${rows.length}行。一次最多${SHEET_ROWS_MAX}行，请分成几个文件` };
  }
  const wide = filled.find(({ cells }) => cells.length > COLUMNS_MAX);
  if (wide)
    return { problem: `第${wide.number}行有${wide.cells.length}列，太多了。最多${COLUMNS_MAX}列` };
  const long = filled.find(({ cells }) => cells.some((cell) => Array.from(cell).length > CELL_MAX));
  if (long)
    return { problem: `第${long.number}行有一格超过${CELL_MAX}个字。请检查引号是不是少了一个` };
  return { header: first.cells, rows };
}

/** Parsing one more than may stand there tells too many rows without reading all of a huge file. */
const RECORDS_MAX = 20 * SHEET_ROWS_MAX;

function parseRecords(text: string): { rows: SheetRow[] } | { problem: string } {
  const delimiter = delimiterOf(text);
  try {
    const records = parse(text, {
      delimiter,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      to: RECORDS_MAX,
    });
    return {
      rows: records.map((cells, index) => ({
        number: index + 1,
        cells: cells.map(restore),
      })),
    };
  } catch (error) {
    const { lines } = error as { lines?: number };
    return { problem: `第${lines ?? 1}行读不懂，多半是引号没有成对。请改好再来` };
  }
}

/** What stands between the cells of the heading, quoted text left aside; a paste from a spreadsheet has tabs. */
function delimiterOf(text: string): string {
  const heading = text.slice(0, COLUMNS_MAX * CELL_MAX).replace(/"(?:[^"]|"")*"/g, '');
  const [line = ''] = heading.split(/[\r\n]/, 1);
  return ['\t', ',', ';'].find((one) => line.includes(one)) ?? ',';
}
