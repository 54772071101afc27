import { getCollection, type CollectionEntry } from 'astro:content';
import type { CalendarDate } from '../../lib/time.ts';
import type { RegionCode } from '../../lib/regions/codes.ts';
import { monthEntriesIn, monthProblems, sourceProblems } from './policy.ts';
import months from '../../../content/months.json';
import { monthsSchema, TOPICS } from './schema.ts';

const allMonths = monthsSchema.parse(months);

export type GuideEntry = CollectionEntry<'guides'>;

/**
 * Every guide, in the order of the topics.
 * @throws when a source is listed and not used, or used and not listed, or a month leads to a guide that is not there:
 * the build stops and names it.
 */
export async function listGuides(): Promise<GuideEntry[]> {
  const guides = await getCollection('guides');
  for (const { id, data, body } of guides) {
    const [problem] = sourceProblems(data, body ?? '');
    if (problem) throw new Error(`content/guides/${id}.md：${problem}`);
  }
  const [orphan] = monthProblems(
    allMonths,
    guides.map(({ id }) => id),
  );
  if (orphan) throw new Error(orphan);
  return guides.toSorted(
    (a, b) =>
      TOPICS.indexOf(a.data.topic) - TOPICS.indexOf(b.data.topic) || a.id.localeCompare(b.id),
  );
}

/** The guides that matter in the month of this date, each with the reason; in a region those that matter there. */
export function guidesOfMonth(
  guides: readonly GuideEntry[],
  date: CalendarDate,
  code?: RegionCode,
): { guide: GuideEntry; why: string }[] {
  const month = allMonths[Number(date.slice(5, 7)) - 1];
  return monthEntriesIn(month?.guides ?? [], code).flatMap(({ slug, why }) => {
    const guide = guides.find(({ id }) => id === slug);
    return guide ? [{ guide, why }] : [];
  });
}
