import { readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import {
  drillSheetSchema,
  drillTemplateSchema,
} from '../../src/features/drill-templates/schema.ts';
import type { FindTemplate } from '../../src/features/drills/commands.ts';

const settings = { reviewers: [], today: '2026-12-31' };
const read = (path: string): unknown =>
  parseFrontmatter(readFileSync(new URL(`../../content/${path}.md`, import.meta.url), 'utf8'))
    .frontmatter;

/** The templates of the site's content, as the Worker finds them; undefined where there is none of this name. */
export const findTemplate: FindTemplate = async (slug) => {
  try {
    const template = drillTemplateSchema(settings).parse(read(`drills/${slug}`));
    const file = template.form === '桌面' ? 'tabletop' : 'field';
    return { template, sheet: drillSheetSchema(settings).parse(read(`drill-sheets/${file}`)) };
  } catch {
    return undefined;
  }
};
