import type { TextName } from '../../lib/text-path.ts';
import { listCards } from '../cards/queries.ts';
import { listGuides } from '../guides/queries.ts';
import { listPacks } from '../packs/queries.ts';

/** A text of advice as lists name it. */
export interface NamedText extends TextName {
  title: string;
}

/** All that can be withdrawn, by kind, each kind in its own order. */
export async function listTexts(): Promise<NamedText[]> {
  const [guides, cards, packs] = await Promise.all([listGuides(), listCards(), listPacks()]);
  return [
    ...guides.map(({ id, data }) => ({ kind: 'guide' as const, slug: id, title: data.title })),
    ...cards.map(({ id, data }) => ({
      ...{ kind: 'card' as const, slug: id },
      title: `${data.post}应急处置卡`,
    })),
    ...packs.map(({ id, data }) => ({ kind: 'pack' as const, slug: id, title: data.title })),
  ];
}
