import { z } from 'zod';
import type { FieldProblem } from '../../lib/errors.ts';

/** Rows that a form opens with, and at most: up to where groups begin. */
export const ROWS = 4;
export const ROWS_MAX = 14;

/** One person of a party. No name, and nothing of it is kept: it stands in the address only. */
export interface Member {
  /** Whole years, as birthdays count them. */
  age: number;
  /** Undefined for whoever does not know it. */
  heightCm: number | undefined;
}

const wholeNumber = (max: number, message: string, min = 0) =>
  z
    .string()
    .transform((text) => text.normalize('NFKC').trim())
    .refine(
      (text) =>
        text === '' || (/^\d{1,3}$/.test(text) && Number(text) >= min && Number(text) <= max),
      { error: message },
    )
    .transform((text) => (text === '' ? undefined : Number(text)));

// The oldest people known lived 122 years; whoever is smaller than a newborn or taller than any door was mistyped.
const age = wholeNumber(122, '年龄请写周岁，0到122的整数');
const height = wholeNumber(250, '身高请写厘米，40到250的整数；不知道就空着', 40);

export type AskedParty =
  | { members: readonly Member[]; values: Readonly<Record<string, string>> }
  | { problems: readonly FieldProblem[]; values: Readonly<Record<string, string>> };

/**
 * The party in an address: fields `age1`, `height1`, `age2` … Rows without anything are nobody.
 * @returns its members, none for an empty form; or what is wrong, by field.
 */
export function readMembers(query: URLSearchParams): AskedParty {
  const values: Record<string, string> = {};
  const problems: FieldProblem[] = [];
  const members: Member[] = [];
  for (let row = 1; row <= ROWS_MAX; row += 1) {
    const [ageField, heightField] = [`age${row}`, `height${row}`];
    const asked = { age: query.get(ageField) ?? '', height: query.get(heightField) ?? '' };
    if (asked.age) values[ageField] = asked.age;
    if (asked.height) values[heightField] = asked.height;
    const [readAge, readHeight] = [age.safeParse(asked.age), height.safeParse(asked.height)];
    const refuse = (field: string, error: z.ZodError) =>
      problems.push({ field, message: `第${row}位：${error.issues[0]?.message ?? ''}` });
    if (!readAge.success) refuse(ageField, readAge.error);
    if (!readHeight.success) refuse(heightField, readHeight.error);
    if (!readAge.success || !readHeight.success) continue;
    if (readAge.data !== undefined) members.push({ age: readAge.data, heightCm: readHeight.data });
    else if (readHeight.data !== undefined) {
      problems.push({ field: ageField, message: `第${row}位：请填年龄` });
    }
  }
  return problems.length > 0 ? { problems, values } : { members, values };
}

/** How many rows a form shows: as many as are filled, and never fewer than a family needs. */
export function rowsOf(values: Readonly<Record<string, string>>, asked: string | null): number {
  const filled = Object.keys(values).map((field) => Number(field.replace(/\D/g, '')));
  const wanted = /^\d{1,2}$/.test(asked ?? '') ? Number(asked) : 0;
  return Math.min(ROWS_MAX, Math.max(ROWS, wanted, ...filled));
}
