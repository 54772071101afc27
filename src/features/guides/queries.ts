import { getCollection, type CollectionEntry } from 'astro:content';
import { sourceProblems } from './policy.ts';
import { HAZARDS } from './schema.ts';

export type GuideEntry = CollectionEntry<'guides'>;

/**
 * Every guide, in the order of the hazards.
 * @throws when a source is listed and not used, or used and not listed: the build stops and names it.
 */
export async function listGuides(): Promise<GuideEntry[]> {
  const guides = await getCollection('guides');
  for (const { id, data, body } of guides) {
    const [problem] = sourceProblems(data, body ?? '');
    if (problem) throw new Error(`content/guides/${id}.md：${problem}`);
  }
  return guides.toSorted(
    (a, b) =>
      HAZARDS.indexOf(a.data.hazard) - HAZARDS.indexOf(b.data.hazard) || a.id.localeCompare(b.id),
  );
}
