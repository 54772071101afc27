import { getCollection, getEntry, type CollectionEntry } from 'astro:content';
import { PLAN_HOLDERS, type PlanTemplate } from './schema.ts';

export type PlanTemplateEntry = CollectionEntry<'planTemplates'>;

/** Every template, in the order of those it is written for. */
export async function listPlanTemplates(): Promise<PlanTemplateEntry[]> {
  const order = ({ data }: PlanTemplateEntry) => PLAN_HOLDERS.indexOf(data.holder);
  return (await getCollection('planTemplates')).toSorted((a, b) => order(a) - order(b));
}

/** A template by its slug. */
export async function findPlanTemplate(slug: string): Promise<PlanTemplate | undefined> {
  return (await getEntry('planTemplates', slug))?.data;
}
