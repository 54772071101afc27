import { getCollection, type CollectionEntry } from 'astro:content';
import { listGuides, type GuideEntry } from '../guides/queries.ts';
import { FIELDS } from './schema.ts';

export type CardEntry = CollectionEntry<'cards'>;

/**
 * Every card, in the order of the fields of work.
 * @throws when a card names a guide that there is not: the build stops and names it.
 */
export async function listCards(): Promise<CardEntry[]> {
  const [cards, guides] = await Promise.all([getCollection('cards'), listGuides()]);
  for (const { id, data } of cards) {
    const unknown = data.guides.find((slug) => !guides.some((guide) => guide.id === slug));
    if (unknown) throw new Error(`content/cards/${id}.md：guides：没有指南“${unknown}”`);
  }
  return cards.toSorted(
    (a, b) =>
      FIELDS.indexOf(a.data.field) - FIELDS.indexOf(b.data.field) || a.id.localeCompare(b.id),
  );
}

/** The guides that say more than a card, in its order. */
export async function guidesOfCard({ data }: CardEntry): Promise<GuideEntry[]> {
  const guides = await listGuides();
  return data.guides.flatMap((slug) => guides.filter(({ id }) => id === slug));
}
