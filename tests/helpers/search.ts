import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import readings from '../../content/search/readings.json' with { type: 'json' };
import words from '../../content/search/words.json' with { type: 'json' };
import months from '../../content/months.json' with { type: 'json' };
import { courseContentSchema } from '../../src/features/courses/schema.ts';
import { guideSchema, monthsSchema } from '../../src/features/guides/schema.ts';
import { hallContentSchema, hallKindSchema } from '../../src/features/halls/schema.ts';
import { divisionTree } from '../../src/features/regions/policy.ts';
import { regionSchema } from '../../src/features/regions/schema.ts';
import { searchDocuments, searchIndex } from '../../src/features/search/policy.ts';
import { createSearch, readSounds } from '../../src/lib/search.ts';
import { searchWordsSchema } from '../../src/features/search/schema.ts';

const content = (path: string) => new URL(`../../content/${path}`, import.meta.url);

/** A folder of content as the site reads it, without Astro. */
function readFolder<Data>(folder: string, schema: { parse(value: unknown): Data }) {
  return readdirSync(content(folder))
    .filter((file) => file.endsWith('.md'))
    .toSorted()
    .map((file) => {
      const text = readFileSync(content(`${folder}/${file}`), 'utf8');
      const { frontmatter, content: body } = parseFrontmatter(text);
      return { id: file.replace('.md', ''), data: schema.parse(frontmatter), body };
    });
}

export const guideFiles = readFolder(
  'guides',
  guideSchema({
    reviewers: JSON.parse(readFileSync(content('reviewers.json'), 'utf8')) as [],
    today: '2999-01-01',
  }),
);

export const searchWords = searchWordsSchema.parse(words);
export const sounds = readSounds(readings);

/** The index that the site is served with, from the files of this tree. */
export const contentIndex = searchIndex(
  searchDocuments({
    guides: guideFiles,
    halls: readFolder('halls', hallContentSchema),
    hallKinds: readFolder('hall-kinds', hallKindSchema),
    courses: readFolder('courses', courseContentSchema),
    regions: readFolder('regions', regionSchema({ tree: divisionTree })),
    months: monthsSchema.parse(months),
    words: searchWords,
  }),
  searchWords,
  sounds,
);

export const find = createSearch(contentIndex, sounds);
