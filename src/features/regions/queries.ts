import { getCollection, type CollectionEntry } from 'astro:content';
import type { RegionCode } from '../../lib/regions/codes.ts';
import { compareCodes, type Division } from '../../lib/regions/tree.ts';
import { regionProblems } from './policy.ts';

export type RegionEntry = CollectionEntry<'regions'>;

/**
 * The regions that the plans describe, in the order of their codes.
 * @throws when one names a guide that does not exist: the build stops and says where.
 */
export async function listRegions(): Promise<RegionEntry[]> {
  const regions = await getCollection('regions');
  const guides = await getCollection('guides');
  const [problem] = regionProblems(
    regions,
    guides.map(({ id }) => id),
  );
  if (problem) throw new Error(problem);
  return regions.toSorted((a, b) => compareCodes(a.data.code, b.data.code));
}

/** Loaded when asked for only: 60 KB that most pages do without. */
export async function listTowns(county: RegionCode): Promise<Division[]> {
  const { default: towns } = await import('../../../content/regions/towns.json');
  return towns.filter(({ code }) => code.startsWith(county));
}
