/** Counting people without naming them, and percentages that add up. */

/** Below it, a count may say something of a person who is known to be in it. */
export const SMALL_COUNT = 5;

/** Of a count that is not small itself, and would give a small one away. */
const WITHHELD = '不显示';

/**
 * Counts and their sum as they may be shown and passed on: those from 1 to 4 as 少于5. Where the sum would give such
 * a count away, the next smallest of the others go as well, and in the end the sum.
 */
export function countTexts(counts: readonly number[]): { texts: string[]; total: string } {
  const total = sum(counts);
  const isSmall = (count: number) => count > 0 && count < SMALL_COUNT;
  const small = counts.filter(isSmall);
  const others = counts
    .map((count, index) => ({ count, index }))
    .filter(({ count }) => count >= SMALL_COUNT)
    .toSorted((a, b) => a.count - b.count || a.index - b.index);
  let withheld = 0;
  const hidden = () => sum(small) + sum(others.slice(0, withheld).map(({ count }) => count));
  while (isGivenAway(small.length, withheld, hidden()) && withheld < others.length) withheld += 1;
  const places = new Set(others.slice(0, withheld).map(({ index }) => index));
  const texts = counts.map((count, index) => {
    if (isSmall(count)) return `少于${SMALL_COUNT}`;
    return places.has(index) ? WITHHELD : String(count);
  });
  if (isSmall(total)) return { texts, total: `少于${SMALL_COUNT}` };
  return {
    texts,
    total: isGivenAway(small.length, withheld, hidden()) ? WITHHELD : String(total),
  };
}

/** Whether only one set of small counts, 1 to 4 each, is possible beside withheld ones from 5 on. */
function isGivenAway(small: number, withheld: number, hidden: number): boolean {
  if (small === 0) return false;
  const least = small + withheld * SMALL_COUNT;
  if (hidden === least) return true;
  return withheld === 0 && (small === 1 || hidden === small * (SMALL_COUNT - 1));
}

/** Whether `countTexts` has left it as it is. */
export const isShown = (text: string) => /^\d+$/.test(text);

/** Whole percentages that add up to 100; all 0 where there is nothing. The largest remainders are rounded up. */
export function shares(values: readonly number[]): number[] {
  const total = sum(values);
  if (total === 0) return values.map(() => 0);
  const exact = values.map((value) => (value * 100) / total);
  const missing = 100 - sum(exact.map(Math.floor));
  const raised = new Set(
    exact
      .map((value, index) => ({ index, rest: value - Math.floor(value) }))
      .toSorted((a, b) => b.rest - a.rest || a.index - b.index)
      .slice(0, missing)
      .map(({ index }) => index),
  );
  return exact.map((value, index) => Math.floor(value) + (raised.has(index) ? 1 : 0));
}

/** In whole percent; undefined of nothing. */
export function rate(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : Math.round((part * 100) / whole);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
