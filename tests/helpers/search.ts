import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import pageTexts from '../../content/search/page-texts.json' with { type: 'json' };
import readings from '../../content/search/readings.json' with { type: 'json' };
import words from '../../content/search/words.json' with { type: 'json' };
import months from '../../content/months.json' with { type: 'json' };
import { cardSchema } from '../../src/features/cards/schema.ts';
import { campaignSchema } from '../../src/features/campaigns/schema.ts';
import { courseContentSchema } from '../../src/features/courses/schema.ts';
import { drillTemplateSchema } from '../../src/features/drill-templates/schema.ts';
import { guideSchema, monthsSchema } from '../../src/features/guides/schema.ts';
import { hotlinesText } from '../../src/features/hotlines/policy.ts';
import { readHotlines } from '../../src/features/hotlines/queries.ts';
import { householdText } from '../../src/features/household/policy.ts';
import { readHouseholdContent } from '../../src/features/household/queries.ts';
import { hallContentSchema, hallKindSchema } from '../../src/features/halls/schema.ts';
import { packSchema } from '../../src/features/packs/schema.ts';
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

const written = {
  reviewers: JSON.parse(readFileSync(content('reviewers.json'), 'utf8')) as [],
  today: '2999-01-01',
};

export const guideFiles = readFolder('guides', guideSchema(written));
export const campaignFiles = readFolder('campaigns', campaignSchema(written));
export const hallFiles = readFolder('halls', hallContentSchema);
export const courseFiles = readFolder('courses', courseContentSchema);
export const drillFiles = readFolder('drills', drillTemplateSchema(written));
export const regionFiles = readFolder('regions', regionSchema({ tree: divisionTree }));

export const searchWords = searchWordsSchema.parse(words);
export const sounds = readSounds(readings);

/** The index that the site is served with, from the files of this tree. */
export const contentIndex = searchIndex(
  searchDocuments({
    guides: guideFiles,
    cards: readFolder('cards', cardSchema(written)),
    packs: readFolder('packs', packSchema(written)),
    halls: hallFiles,
    hallKinds: readFolder('hall-kinds', hallKindSchema),
    courses: courseFiles,
    regions: regionFiles,
    campaigns: campaignFiles,
    drills: drillFiles,
    pageTexts: {
      ...pageTexts,
      '/phones': hotlinesText(readHotlines(new Date())),
      '/household': householdText(readHouseholdContent(new Date())),
    },
    months: monthsSchema.parse(months),
    words: searchWords,
  }),
  searchWords,
  sounds,
);

export const find = createSearch(contentIndex, sounds);
