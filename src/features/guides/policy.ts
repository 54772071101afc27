import { lengthOf } from '../../lib/content.ts';
import { CHARACTERS_PER_MINUTE, PARTS, type Guide } from './schema.ts';

/** How the markdown below the frontmatter names a source: `[消防法](#source-fire-law)`. */
const BODY_MARK = /\]\(#source-([a-z0-9-]+)\)/g;

const bodySourceKeys = (body: string) => [...body.matchAll(BODY_MARK)].map(([, key]) => key ?? '');

/** Numbers follow the order of the list at the foot of the page. */
export function sourceNumber(guide: Guide, key: string): number {
  return Object.keys(guide.sources).indexOf(key) + 1;
}

/** What a schema cannot see, since it never sees the body: sources that nothing uses or nobody listed. */
export function sourceProblems(guide: Guide, body: string): string[] {
  const inBody = bodySourceKeys(body);
  const inLists = (['now', ...PARTS, 'pairs', 'changes'] as const).flatMap((part) =>
    guide[part].flatMap(({ sources }) => sources),
  );
  const used = new Set([...inLists, ...inBody]);
  return [
    ...Object.keys(guide.sources)
      .filter((key) => !used.has(key))
      .map((key) => `sources ${key}：没有一处用到，请标到句子上或删掉`),
    ...inBody
      .filter((key) => !(key in guide.sources))
      .map((key) => `正文：来源“${key}”不在 sources 清单里`),
  ];
}

/** Computed, so that it stays true when the text grows. */
export function readingMinutes(guide: Guide, body: string): number {
  const texts = [
    ...(['now', ...PARTS] as const).flatMap((part) => guide[part].map(({ text }) => text)),
    ...guide.pairs.flatMap((pair) => [pair.do, pair.dont]),
    ...guide.changes.flatMap((change) => [change.old, change.new, change.why]),
    body.replaceAll(/\(#source-[a-z0-9-]+\)|\s/g, ''),
  ];
  const characters = texts.reduce((sum, text) => sum + lengthOf(text), 0);
  return Math.max(1, Math.ceil(characters / CHARACTERS_PER_MINUTE));
}

/** A printed sheet holds this much in letters of ordinary size, its sources included. */
const SHEET_CHARACTERS = 900;

/** Whether a guide's sheet needs smaller letters to stay one sheet. */
export function isDense(guide: Guide): boolean {
  const texts = [
    ...PARTS.flatMap((part) => guide[part].map(({ text }) => text)),
    ...guide.pairs.flatMap((pair) => [pair.do, pair.dont]),
    ...Object.values(guide.sources).map((source) => source.title + source.issuer),
  ];
  return texts.reduce((sum, text) => sum + lengthOf(text), 0) > SHEET_CHARACTERS;
}

/** What somebody who has read one guide may need next: the dangers it brings along, then preparing. */
const NEIGHBOURS: Readonly<Record<Guide['topic'], readonly Guide['topic'][]>> = {
  earthquake: ['gas', 'fire', 'supplies', 'warnings'],
  flood: ['typhoon', 'lightning', 'warnings', 'supplies'],
  typhoon: ['flood', 'tornado', 'warnings', 'supplies'],
  tornado: ['typhoon', 'lightning', 'warnings'],
  lightning: ['tornado', 'flood', 'cardiac-arrest', 'warnings'],
  fire: ['high-rise-fire', 'gas', 'e-bike', 'cardiac-arrest'],
  'high-rise-fire': ['fire', 'e-bike', 'gas'],
  gas: ['fire', 'high-rise-fire', 'cardiac-arrest'],
  'e-bike': ['high-rise-fire', 'fire'],
  'cardiac-arrest': ['gas', 'lightning', 'supplies'],
  supplies: ['warnings', 'earthquake', 'typhoon', 'flood'],
  warnings: ['typhoon', 'flood', 'lightning', 'supplies'],
};

/** The guides to read after this one, in that order. */
export function relatedGuides<Entry extends { data: Guide }>(
  guides: readonly Entry[],
  { topic }: Guide,
): Entry[] {
  return NEIGHBOURS[topic].flatMap((one) => guides.filter(({ data }) => data.topic === one));
}
