import { getCollection, getEntry } from 'astro:content';

/** A scenario template with the sheet of its form, by its slug. */
export async function findTemplate(slug: string) {
  const entry = await getEntry('drills', slug);
  const sheets = await getCollection('drillSheets');
  const sheet = sheets.find(({ data }) => data.form === entry?.data.form);
  return entry && sheet && { template: entry.data, sheet: sheet.data };
}
