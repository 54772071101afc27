import {
  normalise,
  shortestWords,
  spellWord,
  type SearchAnswers,
  type SearchDocument,
  type SearchIndex,
  type Sounds,
} from '../../lib/search.ts';
import type { Sources } from '../../lib/sourced.ts';
import { whenWords } from '../campaigns/policy.ts';
import type { Campaign } from '../campaigns/schema.ts';
import { cardText, type Card } from '../cards/schema.ts';
import type { CourseContent } from '../courses/schema.ts';
import { templateText } from '../drill-templates/policy.ts';
import type { DrillTemplate } from '../drill-templates/schema.ts';
import { PARTS, PLACES, TOPIC_GROUPS, type Guide, type Place } from '../guides/schema.ts';
import { everydayNames } from '../halls/policy.ts';
import type { HallContent, HallKind } from '../halls/schema.ts';
import type { Pack } from '../packs/schema.ts';
import { divisionTree } from '../regions/policy.ts';
import type { PlanRegion } from '../regions/schema.ts';
import {
  SEASONS,
  type PageTexts,
  type SearchAsked,
  type SearchWords,
  type Season,
} from './schema.ts';

export const FOUND_KINDS = [
  'guide',
  'card',
  'hall',
  'course',
  'region',
  'campaign',
  'drill',
  'page',
] as const;
export type FoundKind = (typeof FOUND_KINDS)[number];

/** What an answer shows, and what it can be narrowed by. */
export interface FoundDocument extends SearchDocument {
  kind: FoundKind;
  title: string;
  summary: string;
  /** A guide's file name. */
  slug?: string;
  /** A guide's first lines. */
  now?: readonly string[];
  group?: string | undefined;
  places?: readonly Place[];
  audience?: readonly string[];
  seasons?: readonly Season[];
  /** Where it stands, or whom the plan of a region warns of it. */
  regions?: readonly string[];
}

/** What counts how much: a page is about its title, and merely mentions what stands in its reasons. */
const WEIGHTS = { title: 10, heading: 4, summary: 5, now: 5, steps: 2.5, rest: 1, source: 0.3 };

const field = (weight: number, ...texts: readonly string[]) =>
  [weight, normalise(texts.join(' '))] as const;

/** Links and marks of the markdown under a guide's frontmatter; what is read remains. */
const plainText = (markdown: string) =>
  markdown.replaceAll(/\]\([^)]*\)/g, ' ').replaceAll(/<[^>]+>/g, ' ');
const headingsOf = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);

/** What a list of sources says. */
const sourceWords = (sources: Sources) =>
  Object.values(sources).flatMap(({ title, original = '', issuer, clause = '' }) => [
    title,
    original,
    issuer,
    clause,
  ]);

interface GuideSettings {
  slug: string;
  body: string;
  names: readonly string[];
  seasons: readonly Season[];
  regions: readonly string[];
}

/** A guide as it is searched: every word on its page is in one of the fields. */
export function guideDocument(guide: Guide, settings: GuideSettings): FoundDocument {
  const { slug, body, names, seasons, regions } = settings;
  const title = [guide.title, guide.tile ?? ''];
  const now = guide.now.map(({ text }) => text);
  const pairs = guide.pairs.flatMap((pair) => [pair.do, pair.dont]);
  const changes = guide.changes.flatMap((change) => [change.old, change.new, change.why]);
  const sources = sourceWords(guide.sources);
  return {
    href: `/guides/${slug}`,
    kind: 'guide',
    slug,
    title: guide.title,
    summary: guide.summary,
    now,
    group: TOPIC_GROUPS.find(({ topics }) => topics.some((topic) => topic === guide.topic))?.title,
    places: (Object.keys(PLACES) as Place[]).filter((place) =>
      PLACES[place].some((topic) => topic === guide.topic),
    ),
    audience: guide.audience,
    seasons,
    regions,
    names,
    fields: [
      field(WEIGHTS.title, ...title, ...names),
      field(WEIGHTS.summary, guide.summary),
      field(WEIGHTS.now, ...now),
      field(WEIGHTS.heading, ...headingsOf(body), ...Object.values(guide.headings)),
      field(
        WEIGHTS.steps,
        ...PARTS.flatMap((part) => guide[part].map(({ text }) => text)),
        ...pairs,
      ),
      field(
        WEIGHTS.rest,
        plainText(body),
        ...changes,
        guide.scene?.title ?? '',
        guide.scene?.text ?? '',
      ),
      field(WEIGHTS.source, ...sources),
    ],
  };
}

export function hallDocument(slug: string, hall: HallContent): FoundDocument {
  const names = everydayNames(hall).map(normalise);
  const exhibits = hall.exhibits.flatMap(({ name, what, note }) => [name, what, note ?? '']);
  return {
    href: `/halls/${slug}`,
    kind: 'hall',
    title: hall.shortName,
    summary: hall.summary,
    regions: [hall.regionCode],
    names,
    fields: [
      field(WEIGHTS.title, hall.name, hall.kind, ...names),
      field(WEIGHTS.summary, hall.summary, hall.address, ...hall.zones, ...hall.modules),
      field(WEIGHTS.steps, ...exhibits, hall.visitors, hall.fee, ...hall.bring),
      field(WEIGHTS.rest, hall.gettingThere, ...hall.accessibility),
    ],
  };
}

export function kindDocument(slug: string, kind: HallKind): FoundDocument {
  return {
    href: `/halls/kinds/${slug}`,
    kind: 'hall',
    title: kind.name,
    summary: kind.what,
    regions: kind.promises.map(({ regionCode }) => regionCode),
    names: [],
    fields: [
      field(WEIGHTS.title, kind.name),
      field(WEIGHTS.summary, kind.what),
      field(WEIGHTS.rest, ...kind.promises.map(({ what }) => what)),
    ],
  };
}

export function courseDocument(slug: string, course: CourseContent): FoundDocument {
  return {
    href: `/courses/${slug}`,
    kind: 'course',
    title: course.name,
    summary: course.summary,
    regions: [course.regionCode],
    names: [],
    fields: [
      field(WEIGHTS.title, course.name, course.shortName, course.kind),
      field(WEIGHTS.summary, course.summary),
      field(WEIGHTS.steps, ...course.learn, course.audience),
    ],
  };
}

export function regionDocument(region: PlanRegion, name: string): FoundDocument {
  return {
    href: `/regions/${region.code}`,
    kind: 'region',
    title: name,
    summary: `本地容易发生：${region.hazards.map((hazard) => hazard.name).join('、')}。`,
    regions: [region.code],
    names: [normalise(name)],
    fields: [
      field(WEIGHTS.title, name),
      field(WEIGHTS.rest, ...region.hazards.flatMap((hazard) => [hazard.name, hazard.text])),
    ],
  };
}

/** A card says a part of what its guides say, to one post: it stands behind them for everybody else. */
export function cardDocument(slug: string, card: Card): FoundDocument {
  return {
    href: `/cards/${slug}`,
    kind: 'card',
    title: `${card.post}应急处置卡`,
    summary: card.summary,
    names: [normalise(card.post)],
    fields: [
      field(WEIGHTS.summary, card.post, '应急处置卡', card.field),
      field(WEIGHTS.steps, card.summary, card.sign),
      field(WEIGHTS.rest, ...cardText(card)),
      field(WEIGHTS.source, ...sourceWords(card.sources)),
    ],
  };
}

export function packDocument(slug: string, pack: Pack): FoundDocument {
  const { drills, monthly, months, visit } = pack;
  const lines = [...visit, ...drills, ...monthly, ...months.flatMap(({ items }) => items)];
  return {
    href: `/packs/${slug}`,
    kind: 'page',
    title: pack.title,
    summary: pack.summary,
    names: [normalise(pack.title)],
    fields: [
      field(WEIGHTS.title, pack.title),
      field(WEIGHTS.summary, pack.summary, pack.reader),
      field(WEIGHTS.rest, ...lines.map(({ text }) => text), ...pack.guides.map(({ why }) => why)),
      field(WEIGHTS.source, ...sourceWords(pack.sources)),
    ],
  };
}

export function campaignDocument(slug: string, campaign: Campaign): FoundDocument {
  const sources = sourceWords(campaign.sources);
  return {
    href: `/campaigns/${slug}`,
    kind: 'campaign',
    title: campaign.name,
    summary: `${whenWords(campaign.when)}。${campaign.about}`,
    names: [normalise(campaign.name)],
    fields: [
      field(WEIGHTS.title, campaign.name),
      field(WEIGHTS.summary, whenWords(campaign.when), campaign.about, campaign.basis.text),
      field(WEIGHTS.rest, ...campaign.family, ...campaign.school, ...campaign.community),
      field(WEIGHTS.rest, ...campaign.years.map(({ theme }) => theme ?? '')),
      field(WEIGHTS.source, ...sources),
    ],
  };
}

/** For whoever prepares a drill: behind the guides for everybody else. */
export function drillDocument(slug: string, drill: DrillTemplate): FoundDocument {
  return {
    href: `/drills/templates/${slug}`,
    kind: 'drill',
    title: `${drill.name}演练模板`,
    summary: drill.summary,
    names: [normalise(drill.name)],
    fields: [
      field(WEIGHTS.summary, drill.name, '应急演练模板', drill.hazard, ...drill.organisers),
      field(WEIGHTS.steps, drill.summary),
      field(WEIGHTS.source, ...templateText(drill), ...sourceWords(drill.sources)),
    ],
  };
}

/** @param text all that the page says, where it says more than its summary. */
export function pageDocument(
  page: SearchWords['pages'][number],
  text: string | undefined,
): FoundDocument {
  const { href, title, summary, about = '', names } = page;
  return {
    href,
    kind: 'page',
    title,
    summary,
    names,
    fields: [
      field(WEIGHTS.title, title, ...names),
      field(WEIGHTS.summary, summary),
      field(WEIGHTS.rest, about),
      field(WEIGHTS.source, text ?? ''),
    ],
  };
}

/** The seasons in whose months a guide matters, by `content/months.json`. */
export function seasonsOf(
  slug: string,
  months: readonly { month: number; guides: readonly { slug: string }[] }[],
) {
  const own = months.filter(({ guides }) => guides.some((one) => one.slug === slug));
  return (Object.keys(SEASONS) as Season[]).filter((season) =>
    own.some(({ month }) => SEASONS[season].months.some((one) => one === month)),
  );
}

interface Entry<Data> {
  /** The file's name, as addresses have it. */
  id: string;
  data: Data;
  body?: string | undefined;
}

/** All that the site's own files say. Notices are rows and are asked of the database. */
export interface SearchContent {
  guides: readonly Entry<Guide>[];
  cards: readonly Entry<Card>[];
  packs: readonly Entry<Pack>[];
  halls: readonly Entry<HallContent>[];
  hallKinds: readonly Entry<HallKind>[];
  courses: readonly Entry<CourseContent>[];
  regions: readonly Entry<PlanRegion>[];
  campaigns: readonly Entry<Campaign>[];
  drills: readonly Entry<DrillTemplate>[];
  pageTexts: PageTexts;
  months: readonly { month: number; guides: readonly { slug: string }[] }[];
  words: SearchWords;
}

export function searchDocuments(content: SearchContent): FoundDocument[] {
  const { guides, cards, packs, halls, hallKinds, courses, regions, campaigns, drills } = content;
  const { pageTexts, months, words } = content;
  return [
    ...guides.map(({ id, data, body }) =>
      guideDocument(data, {
        slug: id,
        body: body ?? '',
        names: words.names[id] ?? [],
        seasons: seasonsOf(id, months),
        regions: regions
          .filter((region) => region.data.hazards.some(({ guide }) => guide === id))
          .map((region) => region.data.code),
      }),
    ),
    ...cards.map(({ id, data }) => cardDocument(id, data)),
    ...packs.map(({ id, data }) => packDocument(id, data)),
    ...words.pages.map((page) => pageDocument(page, pageTexts[page.href])),
    ...halls.map(({ id, data }) => hallDocument(id, data)),
    ...hallKinds.map(({ id, data }) => kindDocument(id, data)),
    ...courses.map(({ id, data }) => courseDocument(id, data)),
    ...regions.map(({ data }) =>
      regionDocument(data, divisionTree.regionOf(data.code)?.name ?? data.code),
    ),
    ...campaigns.map(({ id, data }) => campaignDocument(id, data)),
    ...drills.map(({ id, data }) => drillDocument(id, data)),
  ];
}

/** What titles are made of and nobody asks for by its sound. */
const TITLE_PHRASES = /怎么办|怎么|来了|什么|哪些|遇到|有人|住在|平时|里面/g;

/** Documents with the words by which they are asked for, the names and synonyms spelled in pinyin. */
export function searchIndex(
  documents: readonly FoundDocument[],
  { synonyms }: Pick<SearchWords, 'synonyms'>,
  sounds: Sounds,
): SearchIndex<FoundDocument> {
  const titles = documents.flatMap(({ title }) =>
    title
      .replaceAll(TITLE_PHRASES, ' ')
      .split(/[^\p{Script=Han}]+/u)
      .filter((part) => part.length > 1 && part.length < 8),
  );
  const words = new Set([
    ...documents.flatMap(({ names }) => names),
    ...synonyms.flat(),
    ...titles,
  ]);
  const spoken = [...words].filter((word) => /^\p{Script=Han}{2,}$/u.test(word));
  return { documents, synonyms, vocabulary: spoken.map((word) => spellWord(word, sounds)) };
}

/** Whether a document belongs to what the address narrows to. Only guides have a group, places, readers and a season. */
export function isAskedFor(
  document: FoundDocument,
  { group, place, audience, season, region }: SearchAsked,
): boolean {
  if (region && !document.regions?.includes(region)) return false;
  if (group && document.group !== group) return false;
  if (place && !document.places?.includes(place)) return false;
  if (audience && !document.audience?.includes(audience)) return false;
  return !season || (document.seasons?.includes(season) ?? false);
}

/** What a browser needs to answer while somebody types: of guides what helps at once, of the rest its name. */
export interface QuickIndex {
  documents: readonly QuickEntry[];
  synonyms: SearchIndex['synonyms'];
  vocabulary: SearchIndex['vocabulary'];
}
export interface QuickEntry {
  href: string;
  title: string;
  summary: string;
  now: readonly string[];
  names: readonly string[];
}

/** A part of the whole index that costs few bytes; whatever it does not find, the page of answers does. */
export function quickIndex({
  documents,
  synonyms,
  vocabulary,
}: SearchIndex<FoundDocument>): QuickIndex {
  return {
    documents: documents.map(({ href, title, summary, now = [], names }) => ({
      href,
      title,
      summary,
      now,
      names,
    })),
    synonyms,
    vocabulary: shortestWords(vocabulary),
  };
}

/** Above the rest: a guide that is about what was asked, told at once so that nobody has to open it. */
const NOW_SHARE = 0.5;
/** Longer lists are not read to the end; a word that stands on more pages is not what somebody looks for. */
const GROUP_SHOWN = 20;

const GROUPS: readonly { title: string; kinds: readonly FoundKind[] }[] = [
  { title: '指南', kinds: ['guide'] },
  { title: '重点岗位处置卡', kinds: ['card'] },
  { title: '体验馆和课程', kinds: ['hall', 'course'] },
  { title: '地区', kinds: ['region'] },
  { title: '主题日', kinds: ['campaign'] },
  { title: '演练模板', kinds: ['drill'] },
  { title: '办事和栏目', kinds: ['page'] },
];

const titleOf = ({ kind }: FoundDocument) =>
  GROUPS.find(({ kinds }) => kinds.includes(kind))?.title ?? '';

/** All that belongs to what the address narrows to, where nothing was asked: a list to look through, whole. */
export function listNarrowed(
  documents: readonly FoundDocument[],
  asked: SearchAsked,
): AnswerGroup[] {
  const kept = documents.filter((document) => isAskedFor(document, asked));
  return [...Map.groupBy(kept, titleOf)].map(([title, list]) => ({ title, documents: list }));
}

export interface AnswerGroup {
  title: string;
  documents: FoundDocument[];
}

/**
 * Answers as a page shows them: what to do now, then by kind, the kind with the best answer first. Only a guide that is called
 * what was asked tells at once what to do: one that merely uses the same words may be about something else altogether.
 */
export function arrangeAnswers({ found }: Pick<SearchAnswers<FoundDocument>, 'found'>): {
  now: FoundDocument | undefined;
  groups: AnswerGroup[];
} {
  const [best] = found;
  const guide = found.find(({ document, isNamed }) => document.now && isNamed);
  const isPlace = best?.isNamed && !best.document.now;
  const isSure = !isPlace && guide && guide.score >= NOW_SHARE * (best?.score ?? 0);
  const now = isSure ? guide.document : undefined;
  const byTitle = Map.groupBy(
    found.map(({ document }) => document).filter((document) => document !== now),
    titleOf,
  );
  return {
    now,
    groups: [...byTitle].map(([title, documents]) => ({
      title,
      documents: documents.slice(0, GROUP_SHOWN),
    })),
  };
}
