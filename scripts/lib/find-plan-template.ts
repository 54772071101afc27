import { readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { planTemplateSchema, type PlanTemplate } from '../../src/features/plan-templates/schema.ts';

const settings = { reviewers: [], today: '2026-12-31' };

/** The plan templates of the site's content, as the Worker finds them; undefined where there is none of this name. */
export async function findPlanTemplate(slug: string): Promise<PlanTemplate | undefined> {
  const file = new URL(`../../content/plan-templates/${slug}.md`, import.meta.url);
  try {
    return planTemplateSchema(settings).parse(
      parseFrontmatter(readFileSync(file, 'utf8')).frontmatter,
    );
  } catch {
    return undefined;
  }
}
