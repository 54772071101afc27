import { getCollection } from 'astro:content';
import { listTemplates } from '../drill-templates/queries.ts';
import { practiceProblems, type PracticePlaces } from './policy.ts';

/**
 * Every hall, course and template of a drill with the guides that it belongs to.
 * @throws when one names a guide that does not exist: the build stops and says which file and field.
 */
export async function listPracticePlaces(): Promise<PracticePlaces> {
  const [halls, courses, drills, guides] = await Promise.all([
    getCollection('halls'),
    getCollection('courses'),
    listTemplates(),
    getCollection('guides'),
  ]);
  const [problem] = practiceProblems(
    { halls, courses },
    guides.map(({ id }) => id),
  );
  if (problem) throw new Error(problem);
  return { halls, courses, drills };
}
