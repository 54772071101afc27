import { lengthOf } from '../../lib/content.ts';
import type { Guide } from '../guides/schema.ts';

/** A sheet of A3 holds this much beside a scene as wide as the sheet. */
const SHEET_CHARACTERS = 170;

/** Whether a guide's poster needs smaller letters to stay one sheet with a large scene. */
export function isDensePoster(guide: Guide): boolean {
  const texts = [
    guide.title,
    ...guide.now.map(({ text }) => text),
    ...guide.pairs.flatMap((pair) => [pair.do, pair.dont]),
  ];
  return texts.reduce((sum, text) => sum + lengthOf(text), 0) > SHEET_CHARACTERS;
}

/** Named on the sheet itself; the rest is behind the code. */
const ISSUERS_SHOWN = 3;

/** `应急管理部、中国地震局、央视网等7份文件`: who says so, in the order of the guide's own list. */
export function sourceLine({ sources }: Guide): string {
  const list = Object.values(sources);
  const issuers = [...new Set(list.map(({ issuer }) => issuer))].slice(0, ISSUERS_SHOWN);
  return `${issuers.join('；')}${list.length > issuers.length ? '等' : ''}，共${list.length}份文件`;
}
