import { createHash } from 'node:crypto';
import { calendarDate, type CalendarDate } from '../../lib/time.ts';

/** Named in every hash, so that a later way of drawing can never be taken for this one. */
const METHOD = 'anlan-draw-1';

/** Codes are public codes of files: what a line of the list may hold. */
const CODE = /^[0-9A-Z][0-9A-Z-]{0,39}$/;

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** By the number of each character, the same in every language and on every machine. */
const byCode = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/**
 * The list as it is published: each code once, sorted by character numbers, each followed by a line feed.
 * @throws RangeError for a code that is none or stands twice: a list with a mistake must not be frozen.
 */
export function canonicalList(codes: readonly string[]): string {
  const sorted = [...codes].sort(byCode);
  const wrong = sorted.find((code, at) => !CODE.test(code) || code === sorted[at - 1]);
  if (wrong !== undefined) throw new RangeError(`“${wrong}” is no code or stands twice.`);
  return sorted.map((code) => `${code}\n`).join('');
}

/** SHA-256 of the canonical list in UTF-8, in lower-case hexadecimal. */
export const listHash = (codes: readonly string[]): string => sha256(canonicalList(codes));

/** How many are drawn: the share rounded up, at least one of a list that has any. */
export function sampleSize(count: number, percent: number): number {
  return Math.ceil((count * percent) / 100);
}

/**
 * Draws from a frozen list by a public number that nobody knew when it was frozen. Anybody can repeat it with the
 * published list, the number and a tool for SHA-256:
 *
 * 1. `listHash`: SHA-256 of the list, codes sorted, a line feed after each.
 * 2. `seed`: SHA-256 of `anlan-draw-1`, the list's hash and the number, a line feed after each.
 * 3. Each code's ticket: SHA-256 of the seed and the code, a line feed after each.
 * 4. The codes with the smallest tickets are drawn, in that order.
 *
 * Worked example: of the list A1, B2, C3 with the number 0412 two are drawn.
 *
 *     printf 'A1\nB2\nC3\n' | sha256sum                          the list's hash, 420079b1…
 *     printf 'anlan-draw-1\n420079b1…\n0412\n' | sha256sum       the seed, f56b8446…
 *     printf 'f56b8446…\nA1\n' | sha256sum                       ticket of A1, 323e87ba…
 *
 * In the same way B2 has e42447e0… and C3 has 5b228881…: A1 and C3 are drawn. Hashes are written in full, the test has
 * them so.
 *
 * @param number digits, as published, leading zeros kept.
 * @returns codes in the order in which they were drawn.
 * @throws RangeError for a list or a number with a mistake, or a size that the list does not have.
 */
export function drawSample(
  codes: readonly string[],
  number: string,
  size: number,
): { listHash: string; seed: string; drawn: string[] } {
  if (!Number.isInteger(size) || size < 0 || size > codes.length) {
    throw new RangeError('No more can be drawn than stand in the list.');
  }
  const { tickets, ...rest } = drawTickets(codes, number);
  return { ...rest, drawn: tickets.slice(0, size).map(({ code }) => code) };
}

/**
 * Every code with its ticket, the smallest first: what `drawSample` draws from the front of.
 * @throws RangeError for a list or a number with a mistake.
 */
export function drawTickets(
  codes: readonly string[],
  number: string,
): { listHash: string; seed: string; tickets: { code: string; ticket: string }[] } {
  if (!/^\d{1,40}$/.test(number)) throw new RangeError('The public number is written in digits.');
  const hash = listHash(codes);
  const seed = sha256(`${METHOD}\n${hash}\n${number}\n`);
  const tickets = codes
    .map((code) => ({ code, ticket: sha256(`${seed}\n${code}\n`) }))
    .sort((one, other) => byCode(one.ticket, other.ticket));
  return { listHash: hash, seed, tickets };
}

/** The order of events that makes a draw one that nobody could steer. */
export interface DrawTimes {
  /** When it was published which number it will be. */
  namedAt: Date;
  frozenAt: Date;
  /** The day on which others publish the number. */
  numberOn: CalendarDate;
  drawnAt: Date;
}

/** Why a draw does not stand, in words for whoever prepares it; undefined when it does. */
export function drawObjection({
  namedAt,
  frozenAt,
  numberOn,
  drawnAt,
}: DrawTimes): string | undefined {
  if (namedAt >= frozenAt) return '要先公布用哪个公开号码，再冻结名单。';
  if (calendarDate(frozenAt) >= numberOn) return '名单要在公开号码产生的前一天或更早冻结。';
  if (calendarDate(drawnAt) < numberOn) return '公开号码还没有产生，请到那一天再抽。';
  return undefined;
}
