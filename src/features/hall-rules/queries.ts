import { getCollection, getEntry, type CollectionEntry } from 'astro:content';
import type { FindVenue } from './policy.ts';

/** The halls of the content that say they take bookings, in the content's order. */
export async function listBookable(): Promise<CollectionEntry<'halls'>[]> {
  return (await getCollection('halls')).filter(({ data }) => data.booking);
}

export const findVenue: FindVenue = async (slug) => {
  const entry = await getEntry('halls', slug);
  return entry?.data.booking ? { regionCode: entry.data.regionCode } : undefined;
};
