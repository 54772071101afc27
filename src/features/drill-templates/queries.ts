import { getCollection, getEntry, type CollectionEntry } from 'astro:content';
import { listGuides, type GuideEntry } from '../guides/queries.ts';
import { HAZARDS, type DrillSheet, type DrillTemplate } from './schema.ts';

export type TemplateEntry = CollectionEntry<'drills'>;

/**
 * What every drill of a form shares.
 * @throws when a form has no sheet: the build stops.
 */
export async function sheetOf(form: DrillTemplate['form']): Promise<DrillSheet> {
  const sheet = (await getCollection('drillSheets')).find(({ data }) => data.form === form);
  if (!sheet) throw new Error(`content/drill-sheets：没有${form}演练的通用单`);
  return sheet.data;
}

/** A scenario template with the sheet of its form, by its slug. */
export async function findTemplate(
  slug: string,
): Promise<{ template: DrillTemplate; sheet: DrillSheet } | undefined> {
  const entry = await getEntry('drills', slug);
  return entry && { template: entry.data, sheet: await sheetOf(entry.data.form) };
}

/**
 * Every template, in the order of the hazards.
 * @throws when one names a guide that there is not, or a source by the name that its sheet has for another: the build
 * stops and says which file and field.
 */
export async function listTemplates(): Promise<TemplateEntry[]> {
  const [templates, guides] = await Promise.all([getCollection('drills'), listGuides()]);
  for (const { id, data } of templates) {
    const unknown = data.guides.find((slug) => !guides.some((guide) => guide.id === slug));
    if (unknown) throw new Error(`content/drills/${id}.md：guides：没有指南“${unknown}”`);
    const { sources } = await sheetOf(data.form);
    const taken = Object.keys(data.sources).find((key) => key in sources);
    if (taken) {
      throw new Error(`content/drills/${id}.md：sources：通用单里已经有“${taken}”，请换一个代号`);
    }
  }
  return templates.toSorted(
    (a, b) =>
      HAZARDS.indexOf(a.data.hazard) - HAZARDS.indexOf(b.data.hazard) || a.id.localeCompare(b.id),
  );
}

/** The guides that take part in what is drilled, in the template's order. */
export async function guidesOfTemplate({ data }: TemplateEntry): Promise<GuideEntry[]> {
  const guides = await listGuides();
  return data.guides.flatMap((slug) => guides.filter(({ id }) => id === slug));
}
