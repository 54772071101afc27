import { getCollection } from 'astro:content';
import readings from '../../../content/search/readings.json';
import words from '../../../content/search/words.json';
import months from '../../../content/months.json';
import { createSearch, readSounds, type Search, type SearchIndex } from '../../lib/search.ts';
import { listGuides } from '../guides/queries.ts';
import { monthsSchema } from '../guides/schema.ts';
import { listRegions } from '../regions/queries.ts';
import { searchDocuments, searchIndex, type FoundDocument } from './policy.ts';
import { searchWordsSchema } from './schema.ts';

export const searchWords = searchWordsSchema.parse(words);

const sounds = readSounds(readings);

/** Everything that the site's files say, to be searched: no database is asked. */
export async function readSearchIndex(): Promise<SearchIndex<FoundDocument>> {
  const [guides, halls, hallKinds, courses, regions] = await Promise.all([
    listGuides(),
    getCollection('halls'),
    getCollection('hallKinds'),
    getCollection('courses'),
    listRegions(),
  ]);
  const unknown = Object.keys(searchWords.names).find(
    (slug) => !guides.some(({ id }) => id === slug),
  );
  if (unknown) throw new Error(`content/search/words.json：没有指南“${unknown}”，请查拼写或删掉`);
  const documents = searchDocuments({
    guides,
    halls,
    hallKinds,
    courses,
    regions,
    months: monthsSchema.parse(months),
    words: searchWords,
  });
  return searchIndex(documents, searchWords, sounds);
}

let search: Promise<Search<FoundDocument>> | undefined;

/** The search over the site's files. They do not change while a Worker runs, so it is made once. */
export function siteSearch(): Promise<Search<FoundDocument>> {
  search ??= readSearchIndex().then((index) => createSearch(index, sounds));
  return search;
}
