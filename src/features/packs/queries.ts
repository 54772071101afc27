import { getCollection, type CollectionEntry } from 'astro:content';
import { listCards, type CardEntry } from '../cards/queries.ts';
import { listGuides, type GuideEntry } from '../guides/queries.ts';

export interface GatheredPack {
  pack: CollectionEntry<'packs'>['data'];
  guides: { guide: GuideEntry; why: string }[];
  cards: CardEntry[];
}

/** Every pack's address and data, in the order of their names. */
export async function listPacks(): Promise<CollectionEntry<'packs'>[]> {
  const packs = await getCollection('packs');
  return packs.toSorted((a, b) => a.id.localeCompare(b.id));
}

/**
 * A pack with the guides and cards it names.
 * @throws when one of them does not exist, with the file and the name.
 */
export async function gatherPack(slug: string): Promise<GatheredPack | undefined> {
  const [packs, guides, cards] = await Promise.all([listPacks(), listGuides(), listCards()]);
  const pack = packs.find(({ id }) => id === slug)?.data;
  if (!pack) return undefined;
  const missing = (kind: string, name: string) =>
    new Error(`content/packs/${slug}.md：没有${kind}“${name}”，请查拼写或删掉`);
  return {
    pack,
    guides: pack.guides.map(({ slug: name, why }) => {
      const guide = guides.find(({ id }) => id === name);
      if (!guide) throw missing('指南', name);
      return { guide, why };
    }),
    cards: pack.cards.map((name) => {
      const card = cards.find(({ id }) => id === name);
      if (!card) throw missing('处置卡', name);
      return card;
    }),
  };
}
