import { getCollection, type CollectionEntry } from 'astro:content';
import { campaignProblems } from './policy.ts';

export type CampaignEntry = CollectionEntry<'campaigns'>;

/**
 * Every campaign, by file name.
 * @throws when one names a guide that does not exist: the build stops and says which file and field.
 */
export async function listCampaigns(): Promise<CampaignEntry[]> {
  const [campaigns, guides] = await Promise.all([
    getCollection('campaigns'),
    getCollection('guides'),
  ]);
  const [problem] = campaignProblems(
    campaigns,
    guides.map(({ id }) => id),
  );
  if (problem) throw new Error(problem);
  return campaigns.toSorted((a, b) => a.id.localeCompare(b.id));
}
