/**
 * `npm run claims -- [--seed <number>] [--count <number>]`: draws sentences of the guides that name a source, for somebody to look each
 * up in its source without having chosen it. The same seed draws the same sentences again while no guide has changed.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseFrontmatter } from 'astro/markdown';
import { guideSchema, PARTS, reviewersSchema, type Guide } from '../src/features/guides/schema.ts';
import { calendarDate } from '../src/lib/time.ts';
import { draw } from './lib/drawn.ts';
import { ROOT } from './lib/processes.ts';

interface Claim {
  slug: string;
  text: string;
  sources: readonly string[];
}

const { values } = parseArgs({
  options: { seed: { type: 'string' }, count: { type: 'string', default: '40' } },
});
const seed = Number(values.seed ?? Date.now());
const guides = await readGuides();
const claims = guides.flatMap(([slug, guide]) => claimsOf(slug, guide));
console.log(`--seed ${seed}: of ${claims.length} claims in ${guides.length} guides`);
for (const [index, { slug, text, sources }] of draw(claims, Number(values.count), seed).entries()) {
  console.log(`\n${index + 1}. ${slug}: ${text}`);
  for (const source of sources) console.log(`   ← ${source}`);
}

async function readGuides(): Promise<(readonly [slug: string, guide: Guide])[]> {
  const content = join(ROOT, 'content');
  const reviewers = reviewersSchema.parse(
    JSON.parse(await readFile(join(content, 'reviewers.json'), 'utf8')),
  );
  const schema = guideSchema({ reviewers, today: calendarDate(new Date()) });
  const files = await readdir(join(content, 'guides'));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const text = await readFile(join(content, 'guides', file), 'utf8');
      const guide = schema.parse(parseFrontmatter(text).frontmatter);
      return [file.replace('.md', ''), guide] as const;
    }),
  );
}

/** Each sentence of a guide's lists, pairs and changes, with its sources in words. */
function claimsOf(slug: string, guide: Guide): Claim[] {
  const sourceWords = (name: string) => {
    const { issuer = '', title = name, clause = '' } = guide.sources[name] ?? {};
    return [issuer, title, clause].filter((part) => part !== '').join(' ');
  };
  return [
    ...(['now', ...PARTS] as const).flatMap((part) => guide[part]),
    ...guide.pairs.map(({ do: right, dont, sources }) => ({
      text: `✔ ${right} ✘ ${dont}`,
      sources,
    })),
    ...guide.changes.map(({ old, new: now, why, sources }) => ({
      text: `${old} → ${now} (${why})`,
      sources,
    })),
  ].map(({ text, sources }) => ({ slug, text, sources: sources.map(sourceWords) }));
}
