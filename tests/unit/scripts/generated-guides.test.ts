import { readdirSync, readFileSync } from 'node:fs';
import { parseFrontmatter } from 'astro/markdown';
import { expect, it } from 'vitest';
import { generateGuides } from '../../../scripts/bench/generated-guides.ts';
import { sourceProblems } from '../../../src/features/guides/policy.ts';
import { guideSchema, PARTS } from '../../../src/features/guides/schema.ts';

const folder = new URL('../../../content/guides/', import.meta.url);
const own = readdirSync(folder).map((file) => ({
  slug: file.replace('.md', ''),
  text: readFileSync(new URL(file, folder), 'utf8'),
}));
const schema = guideSchema({ reviewers: [], today: '2999-01-01' });

it('makes guides that the site takes, each with sentences of its own', () => {
  const generated = generateGuides(own, 150);
  const sentences = generated.flatMap(({ text }) => {
    const { frontmatter, content } = parseFrontmatter(text);
    const guide = schema.parse(frontmatter);
    expect(sourceProblems(guide, content)).toEqual([]);
    return PARTS.flatMap((part) => guide[part].map((step) => step.text));
  });
  // Two steps of a few words may come out the same by chance.
  const long = sentences.filter((text) => text.length >= 12);
  expect(long.length).toBeGreaterThan(1_000);
  expect(new Set(long).size).toBe(long.length);
  expect(new Set(generated.map(({ slug }) => slug)).size).toBe(150);
});
