import { getCollection } from 'astro:content';
import pageTexts from '../../../content/search/page-texts.json';
import readings from '../../../content/search/readings.json';
import words from '../../../content/search/words.json';
import months from '../../../content/months.json';
import { createSearch, readSounds, type Search, type SearchIndex } from '../../lib/search.ts';
import { listCampaigns } from '../campaigns/queries.ts';
import { listTemplates } from '../drill-templates/queries.ts';
import { listCards } from '../cards/queries.ts';
import { listGuides } from '../guides/queries.ts';
import { monthsSchema } from '../guides/schema.ts';
import { hotlinesText } from '../hotlines/policy.ts';
import { readHotlines } from '../hotlines/queries.ts';
import { householdText } from '../household/policy.ts';
import { readHouseholdContent } from '../household/queries.ts';
import { listPacks } from '../packs/queries.ts';
import { listRegions } from '../regions/queries.ts';
import { searchDocuments, searchIndex, type FoundDocument } from './policy.ts';
import { pageTextsSchema, searchWordsSchema } from './schema.ts';

export const searchWords = searchWordsSchema.parse(words);

const sounds = readSounds(readings);

/** Everything that the site's files say, to be searched: no database is asked. */
export async function readSearchIndex(): Promise<SearchIndex<FoundDocument>> {
  const [guides, cards, packs, halls, hallKinds, courses, regions, campaigns, drills] =
    await Promise.all([
      listGuides(),
      listCards(),
      listPacks(),
      getCollection('halls'),
      getCollection('hallKinds'),
      getCollection('courses'),
      listRegions(),
      listCampaigns(),
      listTemplates(),
    ]);
  const unknown = Object.keys(searchWords.names).find(
    (slug) => !guides.some(({ id }) => id === slug),
  );
  if (unknown) throw new Error(`content/search/words.json：没有指南“${unknown}”，请查拼写或删掉`);
  const documents = searchDocuments({
    guides,
    cards,
    packs,
    halls,
    hallKinds,
    courses,
    regions,
    campaigns,
    drills,
    pageTexts: {
      ...pageTextsSchema.parse(pageTexts),
      '/phones': hotlinesText(readHotlines(new Date())),
      '/household': householdText(readHouseholdContent(new Date())),
    },
    months: monthsSchema.parse(months),
    words: searchWords,
  });
  return searchIndex(documents, searchWords, sounds);
}

interface SiteSearch {
  search: Search<FoundDocument>;
  documents: readonly FoundDocument[];
}

let site: Promise<SiteSearch> | undefined;

/** The search over the site's files. They do not change while a Worker runs, so it is made once. */
export function siteSearch(): Promise<SiteSearch> {
  site ??= readSearchIndex().then((index) => ({
    search: createSearch(index, sounds),
    documents: index.documents,
  }));
  return site;
}
