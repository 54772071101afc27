import { getCollection } from 'astro:content';
import bodies from '../../../content/bodies.json';
import { bodiesSchema, type Programme } from './schema.ts';

/** Every version of every programme, released ones and those to come. */
export async function listProgrammes(): Promise<Programme[]> {
  const entries = await getCollection('criteria');
  return entries.map(({ data }) => data);
}

/** Who decides and names, under each name it has had. */
export const BODIES = bodiesSchema.parse(bodies);
