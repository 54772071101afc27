import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import bodies from '../content/bodies.json';
import reviewers from '../content/reviewers.json';
import { campaignSchema } from './features/campaigns/schema.ts';
import { cardSchema } from './features/cards/schema.ts';
import { courseContentSchema } from './features/courses/schema.ts';
import { drillSheetSchema, drillTemplateSchema } from './features/drill-templates/schema.ts';
import { guideSchema, reviewersSchema } from './features/guides/schema.ts';
import { hallContentSchema, hallKindSchema } from './features/halls/schema.ts';
import { quizSchema } from './features/quizzes/schema.ts';
import { packSchema } from './features/packs/schema.ts';
import { planTemplateSchema } from './features/plan-templates/schema.ts';
import { programmeSchema } from './features/programmes/schema.ts';
import { divisionTree } from './features/regions/policy.ts';
import { regionSchema } from './features/regions/schema.ts';
import { calendarDate } from './lib/time.ts';

const written = {
  reviewers: reviewersSchema.parse(reviewers),
  today: calendarDate(new Date()),
};

const guides = defineCollection({
  loader: glob({ base: './content/guides', pattern: '*.md' }),
  schema: guideSchema(written),
});

const campaigns = defineCollection({
  loader: glob({ base: './content/campaigns', pattern: '*.md' }),
  schema: campaignSchema(written),
});

const cards = defineCollection({
  loader: glob({ base: './content/cards', pattern: '*.md' }),
  schema: cardSchema(written),
});

const packs = defineCollection({
  loader: glob({ base: './content/packs', pattern: '*.md' }),
  schema: packSchema(written),
});

const quizzes = defineCollection({
  loader: glob({ base: './content/quizzes', pattern: '*.yaml' }),
  schema: quizSchema,
});

const halls = defineCollection({
  loader: glob({ base: './content/halls', pattern: '*.md' }),
  schema: hallContentSchema,
});

const hallKinds = defineCollection({
  loader: glob({ base: './content/hall-kinds', pattern: '*.md' }),
  schema: hallKindSchema,
});

const courses = defineCollection({
  loader: glob({ base: './content/courses', pattern: '*.md' }),
  schema: courseContentSchema,
});

const drills = defineCollection({
  loader: glob({ base: './content/drills', pattern: '*.md' }),
  schema: drillTemplateSchema(written),
});

const drillSheets = defineCollection({
  loader: glob({ base: './content/drill-sheets', pattern: '*.md' }),
  schema: drillSheetSchema(written),
});

const planTemplates = defineCollection({
  loader: glob({ base: './content/plan-templates', pattern: '*.md' }),
  schema: planTemplateSchema(written),
});

const criteria = defineCollection({
  loader: glob({ base: './content/criteria', pattern: '*/*.yaml' }),
  schema: programmeSchema({ bodies: Object.keys(bodies), today: written.today }),
});

const regions = defineCollection({
  loader: glob({ base: './content/regions', pattern: '*.md' }),
  schema: regionSchema({ tree: divisionTree }),
});

export const collections = {
  guides,
  campaigns,
  cards,
  packs,
  quizzes,
  halls,
  hallKinds,
  courses,
  drills,
  drillSheets,
  planTemplates,
  criteria,
  regions,
};
