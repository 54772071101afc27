import { lengthOf } from '../../lib/content.ts';
import { isWithin, type RegionCode } from '../../lib/regions/codes.ts';
import { CHARACTERS_PER_MINUTE, PARTS, type Guide, type MonthEntry } from './schema.ts';

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
  flood: ['flash-flood', 'car-in-water', 'typhoon', 'warnings'],
  'flash-flood': ['landslide', 'flood', 'drowning', 'warnings'],
  'river-flood': ['flood', 'drowning', 'farm', 'warnings'],
  typhoon: ['flood', 'storm-surge', 'tornado', 'supplies'],
  'storm-surge': ['typhoon', 'tidal-flat', 'fishing-boat', 'warnings'],
  tornado: ['typhoon', 'lightning', 'warnings'],
  lightning: ['tornado', 'flood', 'cardiac-arrest', 'warnings'],
  landslide: ['flash-flood', 'flood', 'tailings', 'warnings'],
  'cold-wave': ['gas', 'outage', 'warnings', 'supplies'],
  heat: ['cardiac-arrest', 'drowning', 'warnings'],
  haze: ['stroke-heart', 'warnings'],
  farm: ['flood', 'cold-wave', 'poisoning', 'warnings'],
  fault: ['earthquake', 'supplies', 'gas'],
  fire: ['high-rise-fire', 'gas', 'e-bike', 'burn'],
  'high-rise-fire': ['fire', 'e-bike', 'gas'],
  gas: ['fire', 'high-rise-fire', 'cardiac-arrest'],
  'e-bike': ['high-rise-fire', 'fire'],
  'forest-fire': ['burn', 'lightning', 'warnings'],
  'chemical-leak': ['chemical-park', 'burn', 'poisoning'],
  'chemical-park': ['chemical-leak', 'high-rise-fire', 'supplies'],
  kiln: ['gas', 'fire', 'burn'],
  tailings: ['landslide', 'flash-flood', 'flood'],
  drowning: ['cardiac-arrest', 'flood', 'car-in-water', 'tidal-flat'],
  'car-in-water': ['flood', 'drowning', 'warnings'],
  'tidal-flat': ['storm-surge', 'drowning', 'fishing-boat'],
  'fishing-boat': ['typhoon', 'storm-surge', 'drowning'],
  'cardiac-arrest': ['choking', 'drowning', 'stroke-heart', 'gas'],
  choking: ['cardiac-arrest', 'food-poisoning', 'poisoning'],
  bleeding: ['fracture', 'cardiac-arrest', 'animal-bite'],
  'stroke-heart': ['cardiac-arrest', 'choking'],
  burn: ['fire', 'chemical-leak', 'electric-shock'],
  fracture: ['bleeding', 'cardiac-arrest', 'earthquake'],
  'electric-shock': ['cardiac-arrest', 'burn', 'flood'],
  'animal-bite': ['bleeding', 'snake-bee'],
  'snake-bee': ['animal-bite', 'cardiac-arrest'],
  'food-poisoning': ['poisoning', 'choking', 'outage'],
  poisoning: ['gas', 'food-poisoning', 'cardiac-arrest'],
  elevator: ['outage', 'high-rise-fire', 'earthquake'],
  outage: ['gas', 'elevator', 'supplies', 'food-poisoning'],
  'home-electricity': ['electric-shock', 'outage', 'fire', 'e-bike'],
  'home-gas': ['gas', 'fire', 'burn'],
  'high-rise-living': ['high-rise-fire', 'elevator', 'e-bike'],
  'child-home': ['choking', 'burn', 'poisoning', 'kindergarten'],
  'elder-falls': ['fracture', 'stroke-heart', 'nursing-home'],
  school: ['earthquake', 'crowd', 'kindergarten', 'drowning'],
  kindergarten: ['school', 'child-home', 'choking'],
  crowd: ['large-event', 'metro', 'school', 'cardiac-arrest'],
  'public-venue': ['crowd', 'fire', 'elevator', 'large-event'],
  'large-event': ['crowd', 'public-venue', 'metro'],
  metro: ['crowd', 'flood', 'elevator'],
  hospital: ['fire', 'disability', 'nursing-home'],
  'nursing-home': ['elder-falls', 'hospital', 'disability'],
  construction: ['confined-space', 'electric-shock', 'heat', 'report-hazard'],
  'confined-space': ['construction', 'chemical-leak', 'report-hazard'],
  road: ['car-in-water', 'cold-wave', 'bleeding', 'calling-help'],
  ferry: ['drowning', 'typhoon', 'fishing-boat'],
  camping: ['flash-flood', 'lightning', 'forest-fire', 'snake-bee'],
  pregnancy: ['family-plan', 'earthquake', 'choking'],
  disability: ['family-plan', 'high-rise-fire', 'shelter', 'calling-help'],
  'family-plan': ['supplies', 'shelter', 'calling-help', 'fire'],
  shelter: ['family-plan', 'warnings', 'relief'],
  'calling-help': ['cardiac-arrest', 'fire', 'road'],
  'warning-system': ['warnings', 'shelter', 'response-law'],
  hygiene: ['flood', 'food-poisoning', 'mind'],
  mind: ['hygiene', 'relief', 'family-plan'],
  relief: ['insurance', 'shelter', 'hygiene'],
  insurance: ['relief', 'flood', 'earthquake'],
  'response-law': ['warning-system', 'relief', 'fire-law'],
  'fire-law': ['fire', 'high-rise-living', 'response-law'],
  'report-hazard': ['fire-law', 'construction', 'confined-space'],
  supplies: ['family-plan', 'warnings', 'earthquake', 'typhoon'],
  warnings: ['warning-system', 'typhoon', 'flood', 'supplies'],
};

/** What somebody old meets first: what strikes the body, then the home, then the weather. */
const ELDER_TOPICS: readonly Guide['topic'][] = [
  'stroke-heart',
  'choking',
  'cardiac-arrest',
  'elder-falls',
  'gas',
  'fire',
  'high-rise-fire',
  'earthquake',
  'flood',
  'typhoon',
  'heat',
  'cold-wave',
];

/** The dozen things to press on the first page in large type. */
export function elderTiles<Entry extends { data: Guide }>(guides: readonly Entry[]): Entry[] {
  return ELDER_TOPICS.flatMap((one) => guides.filter(({ data }) => data.topic === one));
}

/** The guides to read after this one, in that order. */
export function relatedGuides<Entry extends { data: Guide }>(
  guides: readonly Entry[],
  { topic }: Guide,
): Entry[] {
  return NEIGHBOURS[topic].flatMap((one) => guides.filter(({ data }) => data.topic === one));
}

/**
 * A month's guides in a place: what holds everywhere, and what holds here. Without a place all of them, since nobody
 * knows where the reader is.
 */
export function monthEntriesIn(entries: readonly MonthEntry[], code?: RegionCode): MonthEntry[] {
  return entries.filter(
    ({ region }) => code === undefined || region === undefined || isWithin(code, region),
  );
}

/** What a schema cannot see: months that lead to a guide which does not exist. */
export function monthProblems(
  months: readonly { month: number; guides: readonly MonthEntry[] }[],
  guides: readonly string[],
): string[] {
  return months.flatMap(({ month, guides: entries }) =>
    entries.flatMap(({ slug }, index) =>
      guides.includes(slug)
        ? []
        : [`content/months.json：${month}月 guides 第${index + 1}条 slug：没有指南“${slug}”`],
    ),
  );
}
