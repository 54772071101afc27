import { getCollection, type CollectionEntry } from 'astro:content';
import type { CalendarDate } from '../../lib/time.ts';
import { sourceProblems } from './policy.ts';
import months from '../../../content/months.json';
import { monthsSchema, TOPICS } from './schema.ts';

export type GuideEntry = CollectionEntry<'guides'>;

/**
 * Every guide, in the order of the topics.
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
      TOPICS.indexOf(a.data.topic) - TOPICS.indexOf(b.data.topic) || a.id.localeCompare(b.id),
  );
}

/** The guides that matter in the month of this date, each with the reason. */
export function guidesOfMonth(
  guides: readonly GuideEntry[],
  date: CalendarDate,
): { guide: GuideEntry; why: string }[] {
  const month = monthsSchema.parse(months)[Number(date.slice(5, 7)) - 1];
  return (month?.guides ?? []).flatMap(({ slug, why }) => {
    const guide = guides.find(({ id }) => id === slug);
    return guide ? [{ guide, why }] : [];
  });
}
