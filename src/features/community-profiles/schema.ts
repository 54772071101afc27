import { z } from 'zod';
import { countField } from '../../lib/fields.ts';
import { addDays, instantOf, readDate } from '../../lib/time.ts';
import {
  emptyCell,
  isFilled,
  MAP_COLUMNS,
  MAP_ROWS,
  SECTIONS,
  type Cell,
  type ProfileField,
  type Row,
  type SectionContent,
} from '../community-sections/schema.ts';
import { PROFILE_SECTIONS, type ProfileSection } from './table.ts';

const lengthOf = (text: string) => Array.from(text).length;
/** Numbers of people and of their papers: counts belong here, nothing that leads to somebody. */
const LEADS_TO_SOMEBODY = /(?:\d[-\s]?){7,}/;
const MOBILE = /(?:^|\D)1[3-9]\d{9}(?:\D|$)/;
const CELL = new RegExp(`^[${MAP_COLUMNS}][1-${MAP_ROWS}]$`);

/** Plain text of one line. */
const wordsOf = (text: string): string =>
  text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();

/**
 * Reads what somebody typed into one field.
 * @returns the cell, or in words what is wrong with it.
 */
function readCell(field: ProfileField, typed: string): { cell: Cell } | { problem: string } {
  const text = wordsOf(typed);
  if (text === '') return { cell: emptyCell(field) };
  const digits = text.normalize('NFKC').replace(/[\s,]/g, '');
  switch (field.kind) {
    case 'count':
      if (!/^\d{1,9}$/.test(digits)) return { problem: `${field.label}请写整数` };
      if (Number(digits) > field.max) return { problem: `${field.label}太大了，请核对` };
      return { cell: Number(digits) };
    case 'decimal':
      if (!/^\d{1,9}(\.\d{1,2})?$/.test(digits)) {
        return { problem: `${field.label}请写数字，最多两位小数` };
      }
      if (Number(digits) > field.max) return { problem: `${field.label}太大了，请核对` };
      return { cell: Number(digits) };
    case 'date':
      return readDate(digits) && digits >= '2000-01-01' && digits <= '2100-12-31'
        ? { cell: digits }
        : { problem: `${field.label}请选一个日期` };
    case 'cell': {
      const cell = digits.toUpperCase();
      return CELL.test(cell)
        ? { cell }
        : { problem: `格子请写A到${MAP_COLUMNS.at(-1)}加1到${MAP_ROWS}，例如B3` };
    }
    case 'choice':
      return text in field.options ? { cell: text } : { problem: `${field.label}请选一项` };
    case 'officePhone':
      if (MOBILE.test(digits)) {
        return { problem: '办公电话会公开，请写固定电话，不写手机号' };
      }
      return /^[\d()（）\-－转]{7,20}$/.test(digits)
        ? { cell: digits }
        : { problem: '办公电话请写区号和号码，例如0515-88888888' };
    case 'personPhone':
      return /^[\d()（）\-－转+]{7,20}$/.test(digits)
        ? { cell: digits }
        : { problem: `${field.label}请写完整的号码` };
    case 'personName':
      return /^[\p{L}·. ]{2,20}$/u.test(text)
        ? { cell: text }
        : { problem: `${field.label}请写2到20个字` };
    case 'line':
      if (lengthOf(text) > field.max) {
        return { problem: `${field.label}请控制在${field.max}个字以内` };
      }
      return LEADS_TO_SOMEBODY.test(text)
        ? { problem: `${field.label}里不要写电话或证件号码` }
        : { cell: text };
    case 'choices':
      return { cell: [] };
  }
}

type Typed = Readonly<Record<string, unknown>>;
const typedText = (values: Typed, name: string) => {
  const value = values[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

/** The name of a form's field in a row, counted from 1: `name-2`. */
export const rowField = (name: string, number: number) => `${name}-${number}`;

function readFields(
  fields: readonly ProfileField[],
  values: Typed,
  nameOf: (name: string) => string,
  refuse: (name: string, problem: string) => void,
): Row {
  return Object.fromEntries(
    fields.map((field) => {
      const name = nameOf(field.name);
      if (field.kind === 'choices') {
        const chosen = Object.keys(field.options).filter(
          (option) => values[`${name}.${option}`] === 'yes',
        );
        return [field.name, chosen];
      }
      const read = readCell(field, typedText(values, name));
      if ('cell' in read) return [field.name, read.cell];
      refuse(name, read.problem);
      return [field.name, emptyCell(field)];
    }),
  );
}

/** What a section's form says, read by its definition; everything may be left empty, rows without anything go. */
export function sectionInput(section: ProfileSection) {
  const { fields, rows } = SECTIONS[section];
  return z.record(z.string(), z.unknown()).transform((values, ctx): SectionContent => {
    const refuse = (name: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [name], message });
    const read: SectionContent = {
      fields: readFields(fields, values, (name) => name, refuse),
      rows: [],
    };
    if (!rows) return read;
    const numbered = Array.from({ length: rows.max }, (_, at) => at + 1);
    const filled = numbered.map((number) => ({
      number,
      row: readFields(rows.fields, values, (name) => rowField(name, number), refuse),
      typed: rows.fields.some(
        ({ name }) => typedText(values, rowField(name, number)).trim() !== '',
      ),
    }));
    const [first] = rows.fields;
    for (const { number, row, typed } of filled) {
      if (!typed || !first || isFilled(row[first.name])) continue;
      const name = rowField(first.name, number);
      if (!ctx.issues.some(({ path }) => path?.[0] === name)) {
        refuse(name, `第${number}行请写${first.label}，不要的把整行清空`);
      }
    }
    return { ...read, rows: filled.filter(({ typed }) => typed).map(({ row }) => row) };
  });
}

export const communityReference = z.object({
  organisationId: z.uuid({ error: '没有这个单位' }),
});

export const sectionReference = communityReference
  .extend({
    section: z.enum(PROFILE_SECTIONS, { error: '没有这一部分' }),
    year: countField({
      missing: '请选哪一年',
      min: [0, '请选哪一年'],
      max: [2100, '请选哪一年'],
    }).default(0),
    /** The version that was read; 0 where there was none. */
    version: countField({
      missing: '这一页不完整，请重新打开',
      min: [0, '这一页不完整，请重新打开'],
      max: [10_000, '这一页不完整，请重新打开'],
    }),
  })
  .refine(({ section, year }) => (section === 'figures' ? year >= 2000 : year === 0), {
    path: ['year'],
    error: '请选哪一年',
  });

export const riskMapInput = communityReference.extend({
  file: z.uuid({ error: '请选一个文件' }),
});

/** What a stored section must look like again: a version is never trusted to fit today's form. */
const storedCell = z.union([z.string(), z.number(), z.array(z.string()), z.null()]);
const storedRow = z.record(z.string(), storedCell);
export const storedContent = z.object({ fields: storedRow, rows: z.array(storedRow) });
export const sealedFields = z.object({
  salt: z.string(),
  fields: z.record(z.string(), z.string()),
});

/**
 * The moment a page is asked for: an instant, or a day in China to its end. What cannot be read, and what has not come,
 * is now.
 */
export function readAsOf(text: string | null, now: Date): Date {
  const day = readDate(text);
  const asked = day ? new Date(instantOf(addDays(day, 1)).getTime() - 1) : new Date(text ?? '');
  return Number.isNaN(asked.getTime()) || asked > now ? now : asked;
}
