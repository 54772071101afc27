import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import reviewers from '../content/reviewers.json';
import { courseContentSchema } from './features/courses/schema.ts';
import { guideSchema, reviewersSchema } from './features/guides/schema.ts';
import { hallContentSchema, hallKindSchema } from './features/halls/schema.ts';
import { divisionTree } from './features/regions/policy.ts';
import { regionSchema } from './features/regions/schema.ts';
import { calendarDate } from './lib/time.ts';

const guides = defineCollection({
  loader: glob({ base: './content/guides', pattern: '*.md' }),
  schema: guideSchema({
    reviewers: reviewersSchema.parse(reviewers),
    today: calendarDate(new Date()),
  }),
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

const regions = defineCollection({
  loader: glob({ base: './content/regions', pattern: '*.md' }),
  schema: regionSchema({ tree: divisionTree }),
});

export const collections = { guides, halls, hallKinds, courses, regions };
